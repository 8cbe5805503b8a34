"""One simulated person over months: a lag that truly drifts in one leg, and not in the other."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import firing_analyzer as fa
from firing_analyzer.cli import commands
from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.over_time import save_trend
from firing_analyzer.kept import store_edits
from firing_analyzer.over_time.glute_level import EVENT_REFERENCE_GLUTE, glute_level
from firing_analyzer.over_time.sessions import ORDERS
from firing_analyzer.over_time.trend import Trend
from firing_analyzer.over_time.words import sentences, trend_text
from recordings.dataset.acquisition import Facts
from recordings.dataset.bids import save_recording
from recordings.model import Event, Recording, Side, Signal
from recordings.synth import Schedule, simulate_session

DRIFT_MS = (-160.0, -160.0, -160.0, -110.0, -50.0, -40.0, -40.0)
#: Words that no result of ours may use.
BARRED = re.compile(
    r"\b(better than before|improve|worse\w*|normal(?! order)|abnormal|weak\w*|dysfunction|score)\b",
    re.IGNORECASE,
)


def _session(lag_ms: float | None, *, seed: int, leg: Side = "left") -> Recording:
    rng = np.random.default_rng(seed)
    lags = [None if lag_ms is None else lag_ms + rng.normal(0, 25) for _ in range(6)]
    schedule = Schedule(lead_in_s=5.0, every_s=(7.0, 8.0), tail_s=3.0, reference_shrug=lag_ms is None)
    return simulate_session(seed=seed, leg=leg, lags_ms=lags, rate_hz=1000.0, schedule=schedule).recording


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven sessions of the left leg, coded 4 to 10, three of the right, the last of which is silent."""
    folder = tmp_path_factory.mktemp("months")
    for place, lag_ms in enumerate(DRIFT_MS):
        recording = _session(lag_ms + (-1) ** place * 8, seed=place)
        save_recording(folder, recording, participant="01", session=str(place + 4), leg="left")
    for place, lag_ms in enumerate((100.0, 110.0, None)):
        recording = _session(lag_ms, seed=50 + place, leg="right")
        save_recording(folder, recording, participant="01", session=str(place + 4), leg="right")
    save_recording(folder, _session(-100.0, seed=90), participant="02", session="4", leg="left")
    (folder / "sub-01" / "ses-4" / "emg" / "broken.bdf").write_bytes(b"\xffBIOSEMI")
    return folder


@pytest.fixture(scope="module")
def trend(dataset: Path) -> Trend:
    return fa.trend(dataset, "01")


def test_a_true_drift_is_named_with_its_size_and_direction(trend: Trend) -> None:
    left = trend.legs[0]
    assert left.change.exceeds
    assert left.change.change_ms == pytest.approx(DRIFT_MS[-1] - DRIFT_MS[0], abs=35)
    assert "It moved by" in trend_text(trend)
    assert "the shoulder began later, against the glute, than at first" in trend_text(trend)


def test_two_sessions_with_a_lag_are_too_few_for_any_change(trend: Trend) -> None:
    right = trend.legs[1]
    assert right.change.exceeds is None
    assert "Right leg: the lag could be measured in 2 sessions so far." in trend_text(trend)
    assert "a change can be named from 4 on" in trend_text(trend)


def test_sessions_stand_in_the_order_of_their_numbers(trend: Trend) -> None:
    assert trend.sessions == ("4", "5", "6", "7", "8", "9", "10")
    assert [point.session for point in trend.legs[0].points] == list(trend.sessions)


def test_dates_come_before_codes_where_the_dataset_tells_them(tmp_path: Path) -> None:
    for place, code in enumerate(("b", "a")):
        facts = Facts(acquired_at=datetime(2026, 3 + place, 1, tzinfo=UTC))
        save_recording(
            tmp_path, _session(-100.0, seed=place), participant="01", session=code, leg="left", facts=facts
        )
    assert fa.trend(tmp_path, "01").sessions == ("b", "a")


def test_a_silent_shoulder_is_counted_and_has_no_lag(trend: Trend) -> None:
    silent = trend.legs[1].points[2]
    assert silent.lag_ms is None
    assert silent.left_out == ("shoulder_silent",)
    assert silent.counts["shoulder_silent"] == 6
    assert "the shoulder was silent" in trend_text(trend)


def test_other_people_are_left_alone_and_a_file_that_cannot_be_used_is_named(trend: Trend) -> None:
    assert all("sub-01" in run.name for leg in trend.legs for point in leg.points for run in point.runs)
    assert len(trend.problems) == 1
    assert trend.problems[0].startswith("broken.bdf: ")


def test_two_recordings_of_a_session_make_one_lag(tmp_path: Path) -> None:
    for seed, lag_ms in enumerate((-120.0, -80.0)):
        save_recording(tmp_path, _session(lag_ms, seed=seed), participant="01", session="01", leg="left")
    (point,) = fa.trend(tmp_path, "01").legs[0].points
    lags = [run.lag_ms for run in point.runs]
    errors = [run.lag_sd_ms for run in point.runs]
    assert point.lag_ms == pytest.approx(np.mean(lags))  # pyright: ignore
    assert point.lag_sd_ms == pytest.approx(np.hypot(*errors) / 2)  # pyright: ignore


def test_a_session_that_was_changed_by_hand_is_marked_beside_those_that_were_not(tmp_path: Path) -> None:
    for place in range(2):
        session = _session(-120.0, seed=place)
        saved = save_recording(tmp_path, session, participant="01", session=f"0{place}", leg="left")
        if place:
            edit = fa.Exclude(repetition=2, reason="coughed")
            store_edits(fa.analyze(fa.open_recording(saved.path), edits=[edit]))
    lines = trend_text(fa.trend(tmp_path, "01")).splitlines()
    assert [line.split("  ")[0] for line in lines if line.startswith("0")] == ["00", "01, edited"]


def test_the_json_holds_what_the_trend_does(trend: Trend) -> None:
    told = json.loads(trend.to_json())
    assert told["schema"] == "firing-analyzer/trend/1"
    assert len(told["sessions"]) == len(trend.table) == 10
    assert told["change"]["left"]["first_sessions"] == ["4", "5", "6"]
    assert told["change"]["left"]["last_sessions"] == ["8", "9", "10"]
    assert told["change"]["left"]["exceeds"] is True
    assert told["change"]["right"]["exceeds"] is None
    first = told["sessions"][0]
    assert (first["session"], first["leg"], first["valid"]) == ("4", "left", 6)
    assert sum(first[order] for order in ORDERS) == 6


def test_nothing_that_is_said_judges(trend: Trend) -> None:
    assert not BARRED.search(trend_text(trend))
    assert any("activity in the EMG, not strength" in sentence for sentence in sentences(trend))


def test_the_figure_shows_each_lag_and_the_limit_of_the_leg_that_has_one(trend: Trend) -> None:
    figure = fa.plot_trend(trend)
    left, right = figure.axes[0], figure.axes[1]
    for ax, leg in ((left, trend.legs[0]), (right, trend.legs[1])):
        drawn = {line.get_gid(): line.get_ydata() for line in ax.lines if line.get_gid()}
        for point in leg.timed:
            assert drawn[f"lag-{leg.leg}-{point.session}"] == pytest.approx([point.lag_ms])  # pyright: ignore
    assert [patch.get_gid() for patch in left.patches] == ["variation-left"]
    assert not right.patches


def test_a_picture_is_saved_under_names_that_can_be_used_alone(trend: Trend, tmp_path: Path) -> None:
    assert save_trend(trend, tmp_path / "trend.png").stat().st_size > 10_000
    with pytest.raises(AnalysisError, match=r"end the name in"):
        save_trend(trend, tmp_path / "trend.jpg")


def _louder_first_raise(gain: float) -> tuple[Recording, Event]:
    """A session whose first raise has another level at the glute, and the event that names it."""
    session = simulate_session(seed=4, lags_ms=[-100.0] * 6, rate_hz=1000.0)
    burst = session.truth.raises[0].glute
    assert burst is not None
    glute = session.recording.signals[0]
    first, stop = (round(time * 1000) for time in (burst.onset_s, burst.end_s))
    samples = glute.samples.copy()
    samples[first:stop] *= gain
    louder = Signal(glute.channel, samples, glute.rate_hz)
    event = Event(burst.onset_s, EVENT_REFERENCE_GLUTE, burst.end_s - burst.onset_s)
    return replace(session.recording, signals=(louder, session.recording.signals[1])), event


def test_glute_activity_is_told_as_a_share_of_a_reference_contraction() -> None:
    recording, event = _louder_first_raise(2.0)
    level = glute_level(fa.analyze(recording), [event])
    assert level is not None
    assert level.reference_share == pytest.approx(0.5, rel=0.25)


def test_without_a_reference_contraction_it_is_told_against_rest() -> None:
    level = glute_level(fa.analyze(simulate_session(seed=4, lags_ms=[-100.0] * 6, snr_db=20.0).recording))
    assert level is not None
    assert level.reference_share is None
    assert level.above_rest_db == pytest.approx(20, abs=4)


def _invoke(*args: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(commands, ["trend", *map(str, args)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return int(done.return_value or 0), done.stdout


def test_the_command_prints_sentences_table_and_limits(dataset: Path, tmp_path: Path) -> None:
    status, out = _invoke(dataset, "--participant", "02", "--plot", tmp_path / "trend.png")
    assert status == 0
    assert out.startswith("Participant 02")
    assert "Left leg: the lag could be measured in 1 session so far." in out
    assert "There is no agreed normal order for this test." in out
    assert (tmp_path / "trend.png").exists()


def test_the_command_prints_one_json_object_and_nothing_else(dataset: Path) -> None:
    status, out = _invoke(dataset, "--participant", "sub-02", "--json")
    assert status == 0
    assert json.loads(out)["participant"] == "02"


@pytest.mark.parametrize(
    ("participant", "said"),
    [("03", "there is no participant '03'"), ("../01", "use a code of letters"), ("", "is empty")],
)
def test_an_unknown_person_is_refused(dataset: Path, participant: str, said: str) -> None:
    with pytest.raises(fa.RecordingError, match=said):
        _invoke(dataset, "--participant", participant)
