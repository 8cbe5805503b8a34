"""The page of a whole session, and the files it is saved in."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import get_args

import numpy as np
import pytest
from matplotlib.image import imread

from firing_analyzer.errors import AnalysisError
from firing_analyzer.plots import plot_session, save_figure
from firing_analyzer.result import Analysis, Verdict
from tests.firing_analyzer.drawn_session import CLEAR, line, render, simulated, with_rows, xs


@pytest.fixture(scope="module")
def clear() -> Analysis:
    return simulated(CLEAR)


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_every_verdict_is_drawn_with_its_sentence_as_heading(verdict: Verdict) -> None:
    from firing_analyzer.words import verdict_sentence  # noqa: PLC0415

    lags: dict[Verdict, list[float | None]] = {
        "shoulder_first": [-140] * 5,
        "glute_first": [140] * 5,
        "together": [10] * 5,
        "shoulder_silent": [None] * 5,
        "cannot_tell": [-140, 140, None, -10, 90],
    }
    analysis = simulated(lags[verdict], verdict)
    figure = plot_session(analysis)
    render(figure)
    words = " ".join(text.get_text() for text in figure.texts).replace("\N{NO-BREAK SPACE}", " ")
    assert verdict_sentence(analysis) in words


@pytest.mark.parametrize("count", [0, 1, 3, 16, 40])
def test_any_number_of_raises_makes_a_picture(count: int, tmp_path: Path) -> None:
    few = simulated([-140] * 3, "cannot_tell")
    repeated = [replace(few.rows[place % 3], repetition=place + 1) for place in range(count)]
    target = save_figure(with_rows(few, repeated), tmp_path / "session.png")
    pixels = imread(target)
    assert pixels.shape[1] == 1600
    assert np.ptp(pixels[..., :3]) > 0.5


@pytest.mark.parametrize("lags_ms", [[-1234, 567, None, 20], [-142] * 16])
@pytest.mark.parametrize("gain", [1e-6, 1.0, 1e6])
def test_no_text_leaves_the_page(lags_ms: list[float | None], gain: float) -> None:
    analysis = simulated(lags_ms, "shoulder_first")
    glute, shoulder = analysis.glute, analysis.shoulder
    glute = replace(glute, samples=glute.samples * np.float32(gain), rest_rms=glute.rest_rms * gain)
    shoulder = replace(
        shoulder, samples=shoulder.samples * np.float32(gain), rest_rms=shoulder.rest_rms * gain
    )
    figure = plot_session(replace(analysis, glute=glute, shoulder=shoulder))
    render(figure)
    page = figure.bbox
    texts = [*figure.texts]
    for ax in figure.axes:
        texts += [*ax.texts, *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
    for text in texts:
        box = text.get_window_extent()
        assert box.x0 >= page.x0, text
        assert box.x1 <= page.x1, text
        assert box.y0 >= page.y0, text
        assert box.y1 <= page.y1, text


def test_ten_minutes_are_drawn_within_two_seconds(tmp_path: Path) -> None:
    samples = np.random.default_rng(5).normal(0, 3, 1_200_000).astype(np.float32)
    short = simulated([-140] * 10)
    long = replace(
        short,
        glute=replace(short.glute, samples=samples),
        shoulder=replace(short.shoulder, samples=samples[::-1].copy()),
        duration_s=600.0,
    )
    start = perf_counter()
    save_figure(long, tmp_path / "long.png")
    assert perf_counter() - start < 2.0
    above = plot_session(long).axes[0]
    assert xs(line(above, "overview-shoulder")).size < 10_000


def test_a_gap_stays_a_gap_over_the_whole_recording() -> None:
    analysis = simulated([-140] * 3, lost_s=(3.0, 6.0))
    below = line(plot_session(analysis).axes[1], "overview-glute")
    times_s, values = xs(below), np.asarray(below.get_ydata(), dtype=np.float64)
    assert np.isnan(values[(times_s > 3.1) & (times_s < 5.9)]).all()
    assert np.isfinite(values[(times_s < 2.9) | (times_s > 6.1)]).all()


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml"), ("PNG", b"\x89PNG")]
)
def test_a_figure_is_saved_in_the_format_of_its_suffix(
    suffix: str, start: bytes, clear: Analysis, tmp_path: Path
) -> None:
    target = save_figure(clear, tmp_path / f"session.{suffix}")
    assert target.read_bytes().startswith(start)


@pytest.mark.parametrize("name", ["session.jpgg", "session", "session.csv"])
def test_an_unknown_suffix_is_refused_with_the_known_ones(name: str, clear: Analysis, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match=r"\.png, \.pdf, \.svg"):
        save_figure(clear, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_missing_is_the_systems_error(clear: Analysis, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        save_figure(clear, tmp_path / "nowhere" / "session.png")
