"""Raises judged beside each other: what they have in common makes each of them known better."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.quality import looks_tonic
from firing_analyzer.raise_order import judge_together, time_raise
from firing_analyzer.repetitions import find_raises
from firing_analyzer.result import Repetition
from firing_analyzer.settings import Settings
from firing_analyzer.timed_raise import TimedRaise
from firing_analyzer.verdict import Judged
from recordings.synth import Muscle, Schedule, SyntheticSession, simulate_session

LAG_MS = 80.0
#: A faint glute that comes up slowly, and a shoulder that is loud and quick: what thresholds get wrong.
FAINT = Muscle(snr_db=13.0, rise_ms=(170.0, 240.0))
QUICK = Muscle(snr_db=24.0, rise_ms=(30.0, 60.0), active_s=(1.0, 2.5))
SEEDS = range(5)


@lru_cache(maxsize=16)
def session(seed: int, *, glute: Muscle = FAINT) -> SyntheticSession:
    return simulate_session(
        seed=seed,
        rate_hz=1000.0,
        lags_ms=[LAG_MS] * 9,
        glute=glute,
        shoulder=QUICK,
        schedule=Schedule(with_events=False),
    )


@lru_cache(maxsize=16)
def timed(seed: int, *, glute: Muscle = FAINT) -> tuple[TimedRaise | Judged, ...]:
    settings = Settings()
    channels: list[Conditioned] = [
        condition(one, settings) for one in session(seed, glute=glute).recording.signals
    ]
    raises, _ = find_raises(channels[0], (), settings)
    ends_s = [-np.inf, *(item.end_s for item in raises)]
    return tuple(
        time_raise(item, *channels, previous_end_s=end_s, tonic=looks_tonic(channels[1]), settings=settings)
        for item, end_s in zip(raises, ends_s, strict=False)
    )


def rows(
    some: tuple[TimedRaise | Judged, ...], *, included: list[bool] | None = None
) -> tuple[Repetition, ...]:
    counts = included or [True] * len(some)
    return tuple(one.row for one in judge_together(some, included=counts, clock_ms=0.0, margin_ms=50.0))


def widths_ms(some: tuple[Repetition, ...]) -> list[float]:
    return [row.lag_interval_ms[1] - row.lag_interval_ms[0] for row in some if row.lag_interval_ms]


def errors_ms(some: tuple[Repetition, ...]) -> list[float]:
    return [row.lag_ms - LAG_MS for row in some if row.lag_ms is not None]


def test_lags_are_sharper_than_those_of_raises_that_stand_alone_and_hold_what_they_promise() -> None:
    together = tuple(row for seed in SEEDS for row in rows(timed(seed)))
    alone = tuple(row for seed in SEEDS for one in timed(seed) for row in rows((one,)))
    assert len(together) == len(alone) == 9 * len(SEEDS)
    assert np.median(np.abs(errors_ms(together))) < 0.85 * np.median(np.abs(errors_ms(alone)))
    assert np.mean(widths_ms(together)) < 0.95 * np.mean(widths_ms(alone))
    held = [
        row.lag_interval_ms[0] <= LAG_MS <= row.lag_interval_ms[1] for row in together if row.lag_interval_ms
    ]
    assert np.mean(held) > 0.9


def test_a_raise_by_itself_is_judged_by_what_is_usual() -> None:
    (first, *_) = timed(0)
    assert isinstance(first, TimedRaise)
    (row,) = rows((first,))
    assert row.glute_onset_s == pytest.approx(first.glute.posterior.median_s)


def test_the_order_in_which_raises_come_does_not_matter() -> None:
    forward, backward = rows(timed(1)), rows(timed(1)[::-1])[::-1]
    for one, other in zip(forward, backward, strict=True):
        assert one.lag_ms == pytest.approx(other.lag_ms)


def test_setting_a_raise_aside_changes_nothing_about_the_others() -> None:
    as_measured, aside = rows(timed(2)), rows(timed(2), included=[n != 3 for n in range(9)])
    assert not aside[3].included
    assert [replace(row, included=True) for row in aside] == list(as_measured)


def test_one_abrupt_raise_among_slow_ones_is_still_placed_where_it_is() -> None:
    """Eight slow raises say what is usual for this person, not what a ninth must have been."""
    abrupt = Muscle(snr_db=24.0, rise_ms=(5.0, 5.0), shapes=("linear",))
    odd = timed(3, glute=abrupt)[4]
    true_s = session(3, glute=abrupt).truth.raises[4].glute
    assert true_s is not None
    among = (*timed(3)[:4], odd, *timed(3)[5:])
    row = rows(among)[4]
    assert row.glute_onset_s == pytest.approx(true_s.onset_s, abs=0.012)
