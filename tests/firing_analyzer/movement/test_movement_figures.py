"""Figures of movement: the angle of the leg is drawn, and nothing that was not measured."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import firing_analyzer as fa
from firing_analyzer.plots import plot_lags, plot_repetition, plot_repetitions, plot_session
from recordings.synth import Schedule, simulate_session
from recordings.synth.movement import MovementSession, simulate_movement, with_movement


def gids(figure: Figure) -> set[str]:
    return {str(artist.get_gid()) for artist in figure.findobj(lambda artist: artist.get_gid() is not None)}


def words(figure: Figure) -> str:
    texts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]  # pyright: ignore[reportAttributeAccessIssue]
    return "\n".join(texts)


def session(lags_ms: list[float | None]) -> MovementSession:
    brisk = Schedule(lead_in_s=8.0, every_s=(8.0, 9.0), tail_s=4.0, with_events=False)
    return with_movement(simulate_session(seed=2, rate_hz=1000.0, lags_ms=lags_ms, schedule=brisk))


@pytest.fixture(scope="module")
def both() -> fa.Analysis:
    return fa.analyze(session([300.0, 500.0, None]).recording)


def test_the_height_of_the_leg_stands_below_the_muscles(both: fa.Analysis) -> None:
    figure = plot_session(both)
    assert {"overview-shoulder", "overview-glute", "overview-leg"} <= gids(figure)
    assert {"height-at-shoulder-1", "height-at-shoulder-2"} <= gids(figure)
    assert "height-at-shoulder-3" not in gids(figure)
    line = next(one for one in figure.findobj(lambda artist: artist.get_gid() == "overview-leg"))
    drawn = np.asarray(line.get_ydata(), dtype=np.float64)  # pyright: ignore[reportAttributeAccessIssue]
    assert both.legs is not None
    assert np.nanmax(drawn) == pytest.approx(
        max(leg.leg_height_deg or 0 for leg in both.legs.raises), abs=0.3
    )


def test_one_raise_has_the_height_behind_it(both: fa.Analysis) -> None:
    ax = plot_repetition(both, 2)
    assert isinstance(ax.figure, Figure)
    assert "leg-2" in gids(ax.figure)
    assert "height of the leg" in words(ax.figure)


def test_without_a_movement_sensor_no_leg_is_drawn() -> None:
    emg = session([300.0, 300.0]).recording
    analysis = fa.analyze(simulate_session(seed=2, rate_hz=1000.0, lags_ms=[300.0, 300.0]).recording)
    assert len(emg.signals) > 2
    assert not any("leg" in gid for gid in gids(plot_session(analysis)))


def test_an_order_of_movement_is_drawn_as_one(tmp_path: Path) -> None:
    analysis = fa.analyze(simulate_movement(seed=3, lags_ms=[300.0] * 5).recording)
    figure = plot_session(analysis)
    said = words(figure)
    assert "thigh first →" in said
    assert "order of movement, not of muscles" in said.replace("\n", " ")
    assert "gluteus" not in said
    figure.savefig(tmp_path / "a.png")
    for ax in (plot_lags(analysis), plot_repetitions(analysis), plot_repetition(analysis, 1)):
        assert "glute" not in (ax.get_xlabel() + ax.get_title())


def test_a_leg_alone_is_drawn_with_its_heights_and_without_lags(tmp_path: Path) -> None:
    analysis = fa.analyze(simulate_movement(seed=3, lags_ms=[None] * 5, shoulder_sensor=None).recording)
    figure = plot_session(analysis)
    assert {f"leg-{number}" for number in range(1, 6)} | {
        f"height-{number}" for number in range(1, 6)
    } <= gids(figure)
    assert not any(gid.startswith(("lag-", "order-", "onset-")) for gid in gids(figure))
    assert "shoulder first" not in words(figure)
    figure.savefig(tmp_path / "a.png")
    for ax in (plot_repetitions(analysis), plot_repetition(analysis, 2), plot_lags(analysis)):
        assert isinstance(ax.figure, Figure)
        ax.figure.savefig(tmp_path / "b.png")
