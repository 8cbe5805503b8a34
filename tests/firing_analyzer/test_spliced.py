"""Truth from the spliced recordings: real EMG texture whose onsets are known because they were put there."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.result import Repetition

#: The right answer, or none: the two onsets are hard to tell apart even for a good method.
MAY_ABSTAIN = ("slow_rise", "together_unequal_snr", "weak_glute_fires_first", "weak_shoulder_fires_first")
#: What the recording itself spoils, so that raises may be left out.
MAY_LEAVE_OUT = ("buried_in_noise", "inconsistent", "tonic_shoulder")
PLAIN = (
    "shoulder_first",
    "glute_first",
    "together",
    "shoulder_first_ecg",
    "glute_first_ecg",
    "glute_first_hum",
)
UNEQUAL = ("together_unequal_snr", "weak_glute_fires_first", "weak_shoulder_fires_first")
SILENT = ("shoulder_silent", "shoulder_silent_ecg")
NAMES = (
    *PLAIN,
    *UNEQUAL,
    *SILENT,
    *MAY_LEAVE_OUT,
    "shoulder_early",
    "slow_rise",
    "sometimes_silent",
    "wide_spread",
)
#: A raise that was found begins within this of the true onset.
SAME_RAISE_S = 0.5


@dataclass(frozen=True, slots=True)
class TrueRaise:
    glute_onset_s: float
    lag_ms: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One recording, what really happened in it, and what the program says of it."""

    verdict: str
    raises: tuple[TrueRaise, ...]
    analysis: fa.Analysis

    @property
    def matched(self) -> list[tuple[TrueRaise, Repetition]]:
        """True raises with the included repetition that shows each."""
        rows = [row for row in self.analysis.rows if row.included and row.glute_onset_s is not None]
        found: list[tuple[TrueRaise, Repetition]] = []
        for true in self.raises:
            near = [row for row in rows if abs((row.glute_onset_s or 0) - true.glute_onset_s) < SAME_RAISE_S]
            if near:
                found.append((true, near[0]))
        return found

    @property
    def timed(self) -> list[tuple[float, float, tuple[float, float]]]:
        """True lag, lag and interval of every raise that has one."""
        return [
            (true.lag_ms, row.lag_ms, row.lag_interval_ms)
            for true, row in self.matched
            if true.lag_ms is not None and row.lag_ms is not None and row.lag_interval_ms is not None
        ]

    @property
    def errors_ms(self) -> list[float]:
        return [said - true for true, said, _ in self.timed]


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> dict[str, Case]:
    folder = shared_data / "spliced"
    if not folder.is_dir():
        pytest.skip("the recordings of ../shared/data/spliced are not beside the checkout")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return {
        Path(name).stem: Case(
            told["verdict"],
            tuple(TrueRaise(one["glute_onset_s"], one["lag_ms"]) for one in told["repetitions"]),
            fa.analyze(fa.open_recording(folder / name, leg="left")),
        )
        for name, told in truth.items()
    }


def test_every_recording_is_among_those_tested(cases: dict[str, Case]) -> None:
    assert sorted(cases) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_true_one(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    accepted = {case.verdict, "cannot_tell"} if name in MAY_ABSTAIN else {case.verdict}
    assert case.analysis.verdict in accepted, case.analysis.session


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_that_cannot_be_told_says_why_and_no_other_does(cases: dict[str, Case], name: str) -> None:
    session = cases[name].analysis.session
    assert bool(session.reasons) == (session.verdict == "cannot_tell")


@pytest.mark.parametrize("name", NAMES)
def test_no_repetition_is_named_in_the_opposite_order(cases: dict[str, Case], name: str) -> None:
    # a raise may be called wrongly beside the margin; across both margins it must not be
    for true, row in cases[name].matched:
        if true.lag_ms is not None:
            opposite = "glute_first" if true.lag_ms < -50 else "shoulder_first" if true.lag_ms > 50 else None
            assert row.order != opposite, (true, row)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MAY_LEAVE_OUT])
def test_at_most_a_tenth_of_the_true_repetitions_is_left_out(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    told = [
        row
        for true, row in case.matched
        if (row.lag_ms is not None if true.lag_ms is not None else row.order == "shoulder_silent")
    ]
    assert len(told) >= 0.9 * len(case.raises)


@pytest.mark.parametrize("name", NAMES)
def test_no_repetition_is_made_up(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    for row in case.analysis.rows:
        assert any(row.start_s - 1 < true.glute_onset_s < row.end_s for true in case.raises), row
    assert len(case.analysis.rows) <= len(case.raises)


def test_lags_of_plain_recordings_are_within_18_ms_at_the_median(cases: dict[str, Case]) -> None:
    errors = np.concatenate([cases[name].errors_ms for name in PLAIN])
    assert np.median(np.abs(errors)) <= 18


@pytest.mark.parametrize("name", UNEQUAL)
def test_muscles_of_unequal_strength_fake_no_order(cases: dict[str, Case], name: str) -> None:
    assert abs(np.mean(cases[name].errors_ms)) <= 30
    assert abs(np.median(cases[name].errors_ms)) <= 30


def test_intervals_hold_the_truth_in_85_of_100_repetitions(cases: dict[str, Case]) -> None:
    held = [low <= true <= high for case in cases.values() for true, _, (low, high) in case.timed]
    assert len(held) > 100
    assert np.mean(held) >= 0.85


@pytest.mark.parametrize("name", [name for name in NAMES if name not in (*SILENT, *MAY_LEAVE_OUT)])
def test_the_session_interval_holds_the_middle_of_its_true_lags(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    interval = case.analysis.session.lag_interval_ms
    assert interval is not None
    true_ms = [true.lag_ms for true in case.raises if true.lag_ms is not None]
    assert interval[0] <= np.median(true_ms) <= interval[1]


@pytest.mark.parametrize("name", SILENT)
def test_a_silent_shoulder_gets_no_onset(cases: dict[str, Case], name: str) -> None:
    rows = cases[name].analysis.rows
    false = [row for row in rows if row.shoulder_onset_s is not None]
    assert len(false) <= 0.05 * len(rows)


def test_silence_without_a_burst_to_prove_the_electrode_says_so(cases: dict[str, Case]) -> None:
    for name in SILENT:
        assert "shoulder_channel_unproven" in cases[name].analysis.session.warnings
    assert "shoulder_channel_unproven" not in cases["sometimes_silent"].analysis.session.warnings


def test_reasons_are_those_of_the_recording(cases: dict[str, Case]) -> None:
    expected = {
        "buried_in_noise": "noisy",
        "inconsistent": "inconsistent",
        "sometimes_silent": "sometimes_silent",
        "tonic_shoulder": "shoulder_not_at_rest",
    }
    for name, reason in expected.items():
        assert reason in cases[name].analysis.session.reasons, name
