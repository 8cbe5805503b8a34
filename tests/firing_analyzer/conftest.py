"""Analyses of simulated sessions, each held against the contract of the JSON on the way."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Protocol

import pytest

import firing_analyzer as fa
from firing_analyzer.result import Repetition
from firing_analyzer.settings import Settings
from recordings.model import Recording
from recordings.synth import Schedule, simulate_session
from tests.firing_analyzer.result_by_hand import CODES_OF_THE_DESIGN, FLAGS_OF_THE_DESIGN

ORDERS = ("shoulder_first", "glute_first", "together", "shoulder_silent", "unclear")
#: As quick as the protocol allows, to keep the tests quick.
BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0)


class Analysed(Protocol):
    """Simulate a session (keywords of `simulate_session`), change its recording if asked, and analyse it."""

    def __call__(
        self,
        *,
        change: Callable[[Recording], Recording] | None = None,
        settings: Settings | None = None,
        **session: object,
    ) -> fa.Analysis: ...


@pytest.fixture(scope="session")
def brisk() -> Schedule:
    return BRISK


@pytest.fixture(scope="session")
def analysed() -> Analysed:
    def run(
        *,
        change: Callable[[Recording], Recording] | None = None,
        settings: Settings | None = None,
        **session: object,
    ) -> fa.Analysis:
        options = {"schedule": BRISK, "rate_hz": 1000.0, **session}
        recording = simulate_session(**options).recording  # pyright: ignore[reportArgumentType]
        analysis = fa.analyze(change(recording) if change else recording, settings)
        _check_session(analysis)
        for number, row in enumerate(analysis.rows, start=1):
            assert row.repetition == number
            _check_repetition(row)
        _check_json(analysis)
        return analysis

    return run


def _check_session(analysis: fa.Analysis) -> None:
    session = analysis.session
    assert set(session.reasons) | set(session.warnings) <= set(CODES_OF_THE_DESIGN)
    assert not set(session.reasons) & set(session.warnings)
    assert bool(session.reasons) == (session.verdict == "cannot_tell")
    assert session.repetitions == len(analysis.rows)
    counts = {order: getattr(session, order) for order in ORDERS}
    assert sum(counts.values()) == session.valid <= sum(row.included for row in analysis.rows)
    told = Counter(row.order for row in analysis.rows)
    assert all(counts[order] <= told[order] for order in ORDERS)
    if session.lag_interval_ms is not None:
        assert session.median_lag_ms is not None
        assert session.lag_interval_ms[0] < session.median_lag_ms < session.lag_interval_ms[1]
    if session.verdict == "shoulder_first":
        assert session.lag_interval_ms is not None
        assert session.lag_interval_ms[1] < -session.margin_ms
    if session.verdict == "glute_first":
        assert session.lag_interval_ms is not None
        assert session.lag_interval_ms[0] > session.margin_ms


def _check_repetition(row: Repetition) -> None:
    assert set(row.flags) <= set(FLAGS_OF_THE_DESIGN)
    assert len(set(row.flags)) == len(row.flags)
    assert row.start_s < row.end_s
    assert (row.lag_ms is None) == (row.p_together is None) == (row.lag_interval_ms is None)
    if row.lag_ms is not None:
        assert row.glute_onset_s is not None
        assert row.shoulder_onset_s is not None
        assert row.lag_interval_ms is not None
        low, high = row.lag_interval_ms
        assert low < row.lag_ms < high
        # the median of a difference is not quite the difference of the medians
        difference = 1000 * (row.shoulder_onset_s - row.glute_onset_s)
        assert row.lag_ms == pytest.approx(difference, abs=0.15 * (high - low) + 1)
        shares = {
            "shoulder_first": row.p_shoulder_first or 0.0,
            "together": row.p_together or 0.0,
            "glute_first": row.p_glute_first or 0.0,
        }
        assert sum(shares.values()) == pytest.approx(1)
        clear = [order for order, share in shares.items() if share >= 0.8]
        assert row.order == (clear[0] if clear else "unclear")
    else:
        assert row.order in {"shoulder_silent", "unclear"}
    if row.order == "shoulder_silent":
        assert row.shoulder_onset_s is None
        assert row.lag_ms is None


def _check_json(analysis: fa.Analysis) -> None:
    told = json.loads(analysis.to_json())
    assert told["schema"] == "firing-analyzer/analysis/1"
    assert told["session"]["verdict"] == analysis.verdict
    assert len(told["repetitions"]) == len(analysis.rows)
