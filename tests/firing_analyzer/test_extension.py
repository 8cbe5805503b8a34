"""Ten raises that may be extended once to sixteen: decided beforehand, recorded, and no more often wrong."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from firing_analyzer.extension import FIRST_CONFIDENCE, LAST_CONFIDENCE
from firing_analyzer.pooling import SessionLag, pool_lags
from firing_analyzer.protocol import EVERY_S, SessionPlan, extension
from firing_analyzer.recording_run import Recorded, RecordingOrder, record
from firing_analyzer.result import Analysis
from firing_analyzer.session import RecordingSession
from firing_analyzer.session_update import Update
from recordings.journal import JournalReader
from recordings.model import EVENT_EXTENDED, EVENT_RAISE, EVENT_REST, Event
from recordings.open import open_recording
from recordings.synth import simulate_session
from sensors.recover import assemble

PLAN = SessionPlan("left", practice_raises=0, reference_shrug=False, extendable_to=16)


class Session:
    """A simulated session of ten raises, and who decides on more."""

    def __init__(self, *, more: bool, plan: SessionPlan = PLAN, stop_at: int | None = None) -> None:
        self.more = more
        self.plan = plan
        self.stop_at = stop_at
        self.cues: list[tuple[str, int, int]] = []
        self.asked: list[tuple[int, Analysis]] = []
        self.sessions: list[RecordingSession] = []

    def observe(self, update: Update) -> None:
        if update.cue is not None:
            self.cues.append((update.cue.label, update.cue.number, update.cue.of))
            if update.cue.number == self.stop_at:
                self.sessions[0].stop()

    async def wants_more(self, analysis: Analysis) -> bool:
        self.asked.append((self.raises, analysis))
        return self.more

    @property
    def raises(self) -> int:
        return sum(label == EVENT_RAISE for label, _, _ in self.cues)

    def run(self, folder: Path, scenario: str) -> Recorded:
        glute, shoulder = (
            f"sim:{scenario}?speed=500&rate=600&packet=20#{one}" for one in ("glute", "shoulder")
        )
        order = RecordingOrder(self.plan, glute, shoulder, folder, "01")
        return asyncio.run(
            record(
                order,
                observer=self.observe,
                on_session=self.sessions.append,
                wants_more=self.wants_more,
            )
        )


class Undecided(Session):
    """A session that is ended while it is thought over."""

    async def wants_more(self, analysis: Analysis) -> bool:
        await super().wants_more(analysis)
        self.sessions[0].stop()
        await asyncio.Event().wait()
        return True


def test_a_plan_that_cannot_tell_is_extended_once_and_the_saved_recording_says_so(tmp_path: Path) -> None:
    session = Session(more=True)
    recorded = session.run(tmp_path, "inconsistent")
    ((raises, analysis),) = session.asked
    assert raises == 10, "nobody is asked before the plan is complete, nor again"
    assert (analysis.verdict, analysis.session.repetitions) == ("cannot_tell", 10)
    assert analysis.settings.confidence == FIRST_CONFIDENCE
    # quiet again, then six more
    assert session.cues[-7:] == [(EVENT_REST, 1, 1), *((EVENT_RAISE, number, 16) for number in range(11, 17))]
    recording = open_recording(recorded.saved.path)
    assert (recording.planned_repetitions, recording.extendable_to) == (10, 16)
    assert [event.label for event in recording.events].count(EVENT_EXTENDED) == 1
    again = fa.analyze(recording)
    assert recorded.analysis is not None
    assert again.to_json() == recorded.analysis.to_json()
    assert again.settings.confidence == LAST_CONFIDENCE
    assert (again.session.repetitions, again.session.planned_repetitions) == (16, 10)
    assert "The plan was extended." in again.notes[-1]
    assert "16 raises (10 were planned)" in str(again)
    assert "96 % interval" in str(again)
    with JournalReader(recorded.journal) as journal:
        assert assemble(journal).recording.extendable_to == 16, (
            "a recording that is recovered knows it as well"
        )


def test_a_plan_that_is_not_extended_is_decided_by_98_percent(tmp_path: Path) -> None:
    session = Session(more=False)
    recorded = session.run(tmp_path, "inconsistent")
    assert len(session.asked) == 1
    assert session.raises == 10
    assert recorded.analysis is not None
    assert recorded.analysis.settings.confidence == FIRST_CONFIDENCE
    assert "The plan was not extended." in recorded.analysis.notes[-1]


def test_nobody_is_asked_where_ten_raises_tell(tmp_path: Path) -> None:
    session = Session(more=True)
    recorded = session.run(tmp_path, "glute_first")
    assert session.asked == []
    assert session.raises == 10
    assert recorded.analysis is not None
    assert recorded.analysis.verdict == "glute_first"
    assert "98 % interval" in str(recorded.analysis)


@pytest.mark.parametrize(
    ("plan", "stop_at"),
    [(PLAN, 7), (replace(PLAN, extendable_to=None), None), (replace(PLAN, duration_s=60), None)],
)
def test_nobody_is_asked_in_a_session_that_was_ended_or_allows_no_more(
    tmp_path: Path, plan: SessionPlan, stop_at: int | None
) -> None:
    session = Session(more=True, plan=plan, stop_at=stop_at)
    session.run(tmp_path, "inconsistent")
    assert session.asked == []
    assert session.raises <= 10


def test_a_session_ends_even_if_the_answer_never_comes(tmp_path: Path) -> None:
    session = Undecided(more=True)
    recorded = session.run(tmp_path, "inconsistent")
    assert len(session.asked) == 1
    assert session.raises == 10
    assert recorded.analysis is not None


def test_record_extends_where_it_was_allowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uri = "sim:inconsistent?speed=2000&rate=600&packet=20"
    arguments = [
        "record", "--leg", "left", "--glute", f"{uri}#glute", "--shoulder", f"{uri}#shoulder",
        "--participant", "01", "--out", str(tmp_path / "data"), "--extend",
    ]  # fmt: skip
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "16 raises (10 were planned)" in told
    assert "The plan was extended." in told
    assert main([*arguments, "--repetitions", "8"]) == 2
    refused = capsys.readouterr().err
    assert "--extend goes with 10 raises" in refused
    assert refused.count("\n") == 1


def test_what_a_person_does_while_it_is_thought_over_is_not_held_against_the_rest() -> None:
    made = simulate_session(seed=3, lags_ms=[-150.0] * 12, rate_hz=1000.0).recording
    cues = [event for event in made.events if event.label == EVENT_RAISE]
    # two of the movements were none that anybody asked for
    events = tuple(event for event in made.events if event not in cues[6:8])
    moved = replace(made, events=events)
    extended = replace(moved, events=(*events, Event(cues[8].onset_s - 1.0, EVENT_EXTENDED)))
    restless, allowed = (fa.analyze(one).session.background_bursts_per_min for one in (moved, extended))
    assert restless is not None
    assert allowed is not None
    assert restless > 1
    assert allowed == 0


def test_a_greater_confidence_of_ones_own_stays() -> None:
    made = replace(simulate_session(seed=3, lags_ms=[-150.0] * 5, rate_hz=600.0).recording, extendable_to=16)
    found = fa.analyze(made, fa.Settings(confidence=0.99))
    assert found.settings.confidence == 0.99
    assert fa.analyze(made, found.settings).to_json() == found.to_json()


def test_added_raises_are_spaced_as_the_others_and_not_alike() -> None:
    cues, end_s = extension(PLAN, from_s=100.0)
    times_s = [cue.at_s for cue in cues if cue.label == EVENT_RAISE]
    gaps_s = np.diff(times_s)
    assert len(times_s) == 6
    assert (gaps_s >= EVERY_S[0]).all()
    assert (gaps_s <= EVERY_S[1]).all()
    assert np.unique(gaps_s).size == gaps_s.size
    assert times_s[0] >= 105, "five quiet seconds come first"
    assert end_s > times_s[-1] + 5


def test_two_looks_are_wrong_about_as_rarely_as_one_and_more_rarely_than_looking_twice_at_95_percent() -> (
    None
):
    rng = np.random.default_rng(1)
    n, margin_ms = 400, 50.0

    def decides(session: SessionLag, confidence: float) -> bool:
        # the true lag lies on the margin, so that any answer claims more than is so
        low, high = session.interval_ms(confidence)
        return high < -margin_ms or (-margin_ms < low and high < margin_ms)

    two = twice = 0
    for _ in range(n):
        lags = -margin_ms + rng.normal(0, 60, 16) + rng.normal(0, 15, 16)
        first, last = (
            pool_lags(list(lags[:k]), np.full(k, 15.0), shared_sd_ms=0.0, spread_scale_ms=200.0)
            for k in (10, 16)
        )
        two += decides(first, FIRST_CONFIDENCE) or decides(last, LAST_CONFIDENCE)
        twice += decides(first, 0.95) or decides(last, 0.95)
    assert two < twice
    # one in twenty, and what chance adds to it in one of a hundred such tests
    assert two <= 0.05 * n + 2.33 * np.sqrt(0.05 * 0.95 * n)
