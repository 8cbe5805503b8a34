"""What whoever watches a session may do: mark, set aside, pause, stop, and fail."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firing_analyzer.protocol import SessionPlan
from firing_analyzer.session import RecordingSession
from firing_analyzer.session_update import Update
from recordings.model import EVENT_EXCLUDED, EVENT_RAISE
from tests.firing_analyzer.recorded_session import RAISES, both, check_samples, run

FULL = SessionPlan("left")


def test_marks_pauses_and_raises_set_aside_are_saved_and_heeded(tmp_path: Path) -> None:
    done: dict[str, float] = {}

    def once(name: str, at_s: float, what: Callable[[], None]) -> None:
        if name not in done:
            done[name] = at_s
            what()

    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 6:
            once("mark", update.at_s, lambda: session.mark("cough"))
        if update.repetitions and update.repetitions[0].row.repetition == 2:
            once("aside", update.at_s, session.set_aside)
        if update.at_s >= 36 and "aside" in done:
            once("pause", update.at_s, session.pause)
            session.pause() if "resume" not in done else None
        if update.at_s >= 56:
            once("resume", update.at_s, session.resume)

    plan = replace(RAISES, repetitions=6)
    ran = run(tmp_path, *both("shoulder_first", seed=6), plan=plan, drive=drive)
    events = [(event.label, event.onset_s) for event in ran.recording.events]
    for label, name in (
        ("cough", "mark"),
        (EVENT_EXCLUDED, "aside"),
        ("pause", "pause"),
        ("resume", "resume"),
    ):
        assert [at_s for known, at_s in events if known == label] == [pytest.approx(done[name], abs=1e-6)]
    raises_s = [at_s for at_s, label in ran.cues if label == EVENT_RAISE]
    assert len(raises_s) == 6
    assert not [at_s for at_s in raises_s if done["pause"] < at_s < done["resume"]]
    gap_s = np.diff(raises_s)
    assert gap_s.max() == pytest.approx(20 + 10.5, abs=1.6), "a pause moves what follows by its length"
    assert not np.isnan(ran.recording["GM_L"].samples).any(), "recording went on"
    analysis = ran.recorded.analysis
    assert analysis is not None
    assert [row.included for row in analysis.rows] == [True, False, True, True, True, True]
    assert analysis.verdict == "shoulder_first"


def test_a_pause_that_nobody_ends_does_not_outlast_the_duration(tmp_path: Path) -> None:
    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 8:
            session.pause()

    ran = run(
        tmp_path, *both("glute_first"), plan=replace(RAISES, duration_s=20), drive=drive, hang_s=20
    )  # fmt: skip
    assert ran.recording.duration_s == pytest.approx(20, abs=1)


def test_stop_ends_a_paused_session(tmp_path: Path) -> None:
    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 8:
            session.pause()
        if update.at_s >= 15:
            session.stop()

    ran = run(tmp_path, *both("glute_first"), drive=drive, hang_s=20)
    assert ran.recording.duration_s == pytest.approx(15, abs=1)
    check_samples(ran)


def test_a_replay_that_ends_ends_the_session_even_if_it_is_paused(tmp_path: Path) -> None:
    first = run(tmp_path / "first", *both("glute_first"), plan=replace(RAISES, duration_s=12))
    path = first.recorded.saved.path

    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 5:
            session.pause()

    run(
        tmp_path / "again", f"replay:{path}?speed=500#glute", f"replay:{path}?speed=500#shoulder",
        drive=drive, hang_s=20,
    )  # fmt: skip


def test_the_duration_ends_a_session(tmp_path: Path) -> None:
    ran = run(tmp_path, *both("glute_first"), plan=replace(FULL, duration_s=15))
    assert ran.recording.duration_s == pytest.approx(15, abs=0.7)
    assert [label for _, label in ran.cues] == ["reference_shoulder", "rest"]


def test_an_observer_that_fails_costs_no_sample(tmp_path: Path) -> None:
    def drive(_session: RecordingSession, update: Update) -> None:
        if update.at_s > 8:
            raise BrokenPipeError(32, "Broken pipe")

    ran = run(tmp_path, *both("glute_first"), plan=replace(RAISES, duration_s=15), drive=drive)
    assert ran.recording.duration_s == pytest.approx(15, abs=0.7)
