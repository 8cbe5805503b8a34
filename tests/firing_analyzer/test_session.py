"""Whole sessions with simulated people: they take their course, and what is saved is what was sent."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.protocol import SessionPlan
from recordings.model import EVENT_PRACTICE, EVENT_RAISE
from recordings.synth import SCENARIOS
from tests.firing_analyzer.recorded_session import PACKET, RAISES, Ran, both, check_samples, run

FULL = SessionPlan("left")
VERDICTS = {
    "shoulder_first": "shoulder_first",
    "glute_first": "glute_first",
    "together": "together",
    "shoulder_silent": "shoulder_silent",
    "inconsistent": "cannot_tell",
    "noisy": "cannot_tell",
}


# What the scenario is


@pytest.mark.soak
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_session_says_what_the_scenario_is(tmp_path: Path, scenario: str) -> None:
    ran = run(tmp_path, *both(scenario, seed=3))
    assert ran.verdict == VERDICTS[scenario]
    assert fa.analyze(ran.recording).verdict == ran.verdict
    check_samples(ran)


def check_replayed(tmp_path: Path, scenario: str, plan: SessionPlan, **options: object) -> None:
    first = run(tmp_path / "first", *both(scenario, **options), plan=plan)
    assert first.verdict == VERDICTS[scenario], scenario
    check_samples(first)
    saved = first.recorded.saved.path
    speed = options.get("speed", 500)
    again = run(
        tmp_path / "again", f"replay:{saved}?speed={speed}#glute", f"replay:{saved}?speed={speed}#shoulder",
        plan=replace(plan, duration_s=first.recording.duration_s + 20), hang_s=240,
    )  # fmt: skip
    assert again.verdict == first.verdict, scenario
    for label in ("GM_L", "UT_R"):
        was, now = first.recording[label].samples, again.recording[label].samples
        assert np.array_equal(np.isnan(was), np.isnan(now))
        # replayed samples have no scale, so they are kept to half a step of 24 bits over their range
        assert np.nanmax(np.abs(was - now)) <= 1.01 * np.nanmax(np.abs(was)) / 2**24


@pytest.mark.parametrize("scenario", ["shoulder_first"])
def test_a_replayed_session_has_the_same_samples_and_the_same_verdict(tmp_path: Path, scenario: str) -> None:
    check_replayed(tmp_path, scenario, replace(RAISES, repetitions=5), seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_at_speed_20_and_through_replay(tmp_path: Path, scenario: str, seed: int) -> None:
    check_replayed(tmp_path, scenario, FULL, seed=seed, speed=20, rate=2000)


@pytest.mark.soak
def test_a_scenario_at_speed_1(tmp_path: Path) -> None:
    glute, shoulder = both("glute_first", speed=1, rate=2000)
    ran = run(tmp_path, glute, shoulder, plan=replace(RAISES, repetitions=5), hang_s=300)
    assert ran.verdict == "glute_first"
    check_samples(ran)


# What was said while it went on


def test_a_session_takes_its_course_by_the_protocol(tmp_path: Path) -> None:
    ran = run(tmp_path, *both("glute_first", seed=2), plan=SessionPlan("left", repetitions=5))
    labels = [label for _, label in ran.cues]
    assert labels == ["reference_shoulder", "rest", *[EVENT_PRACTICE] * 2, *[EVENT_RAISE] * 5]
    raises_s = [at_s for at_s, label in ran.cues if label == EVENT_RAISE]
    assert raises_s[0] - ran.cues[0][0] >= 30
    truth = ran.truth
    assert [one.cue_s for one in truth.raises] == pytest.approx(raises_s)
    saved = [(event.onset_s, event.label) for event in ran.recording.events if event.label != "session_end"]
    assert [label for _, label in saved] == labels
    assert [at_s for at_s, _ in saved] == pytest.approx([at_s for at_s, _ in ran.cues], abs=1e-6)
    analysis = ran.recorded.analysis
    assert analysis is not None
    assert analysis.session.repetitions == 5, "practice raises and the shrug are no repetitions"
    assert analysis.session.planned_repetitions == 5
    assert "shoulder_channel_unproven" not in analysis.session.warnings
    for row, one in zip(analysis.rows, truth.raises, strict=True):
        assert row.glute_onset_s == pytest.approx(one.glute_onset_s, abs=0.1)
    check_reports(ran)


def check_reports(ran: Ran) -> None:
    """Every raise was reported at most half a second after its last active sample, and as it was saved."""
    analysis = ran.recorded.analysis
    assert analysis is not None
    first: dict[int, tuple[float, float]] = {}
    rows: dict[int, fa.Analysis] = {}
    for update in ran.updates:
        for told in update.repetitions:
            rows[told.key] = told.row  # pyright: ignore[reportArgumentType]
            if told.change == "withdrawn":
                first.pop(told.key, None)
                rows.pop(told.key)
            elif told.key not in first:
                first[told.key] = (update.at_s, told.row.end_s)
    late_s = [at_s - end_s for at_s, end_s in first.values()]
    print("reported after", [round(one, 3) for one in late_s])
    assert len(first) == len(ran.truth.raises)
    assert max(late_s) <= 0.5
    ends_s = [
        max(one.glute.end_s, one.shoulder.end_s if one.shoulder else 0)
        for one in ran.truth.raises
        if one.glute
    ]
    for (at_s, _), end_s in zip(first.values(), ends_s, strict=True):
        assert at_s - end_s <= 0.5
    live = sorted(rows.values(), key=lambda row: row.start_s)  # pyright: ignore
    assert [row.order for row in live] == [row.order for row in analysis.rows]  # pyright: ignore
    for row, saved in zip(live, analysis.rows, strict=True):
        assert saved.glute_onset_interval_s is not None
        low_s, high_s = saved.glute_onset_interval_s
        assert low_s <= row.glute_onset_s <= high_s  # pyright: ignore


# The same again


def test_a_session_with_the_same_seed_takes_the_same_course(tmp_path: Path) -> None:
    plan = replace(RAISES, duration_s=12)
    sent: list[list[tuple[float, bytes]]] = []
    for number, speed in enumerate((500, 100)):
        ran = run(
            tmp_path / str(number),
            *both("inconsistent", speed=speed, packet=PACKET, seed=9, loss=0.02),
            plan=plan,
        )
        sent.append([(p.arrival_s, p.raw) for tap in ran.taps.values() for p in tap.sent])
    common = min(map(len, sent))
    assert common > 2000
    assert sent[0][:1000] == sent[1][:1000]
    assert [raw for _, raw in sent[0]][:1900] == [raw for _, raw in sent[1]][:1900]
