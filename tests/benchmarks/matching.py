"""How found onsets are held against true ones, the same way for every method."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recordings.synth import Burst
from tests.benchmarks.ours import Onset

#: A true and a found onset further apart than this are two different things.
SAME_S: Final = 0.5
#: A repetition can be used as it comes if it has exactly one onset from so long before the true one to the
#: burst's end, and that one is this near.
BEFORE_S, NEAR_S = 0.25, 0.1


@dataclass(slots=True)
class Score:
    """What one method did in one cell, trial by trial.

    Attributes
    ----------
    errors_ms : list of float
        Found minus true, of the onsets that were matched.
    true_onsets, usable, false_onsets : int
    minutes : float
        Length of the trials.
    covered : list of bool
        Whether the interval held the truth; empty for methods without one.
    widths_ms : list of float
        Widths of the intervals.
    failures : int
        Trials in which the method stopped with an error.
    """

    errors_ms: list[float] = field(default_factory=list[float])
    true_onsets: int = 0
    usable: int = 0
    false_onsets: int = 0
    minutes: float = 0.0
    covered: list[bool] = field(default_factory=list[bool])
    widths_ms: list[float] = field(default_factory=list[float])
    failures: int = 0

    def add(self, bursts: Sequence[Burst], found: Sequence[Onset], duration_s: float) -> None:
        """Score one trial."""
        self.true_onsets += len(bursts)
        self.minutes += duration_s / 60
        pairs = matched(bursts, found)
        self.false_onsets += len(found) - len(pairs)
        for burst, onset in pairs:
            self.errors_ms.append(1000 * (onset.time_s - burst.onset_s))
            if onset.low_s is not None and onset.high_s is not None:
                self.covered.append(onset.low_s <= burst.onset_s <= onset.high_s)
                self.widths_ms.append(1000 * (onset.high_s - onset.low_s))
        for burst in bursts:
            near = [one for one in found if burst.onset_s - BEFORE_S <= one.time_s <= burst.end_s]
            self.usable += len(near) == 1 and abs(near[0].time_s - burst.onset_s) <= NEAR_S

    @property
    def median_ms(self) -> float:
        """Median size of the error."""
        return float(np.median(np.abs(self.errors_ms))) if self.errors_ms else np.nan

    @property
    def p90_ms(self) -> float:
        """Size of error that nine of ten stay below."""
        return float(np.percentile(np.abs(self.errors_ms), 90)) if self.errors_ms else np.nan

    @property
    def bias_ms(self) -> float:
        """Mean error; positive is late."""
        return float(np.mean(self.errors_ms)) if self.errors_ms else np.nan

    @property
    def usable_share(self) -> float:
        """Share of true onsets that a report can use without a person looking."""
        return self.usable / self.true_onsets if self.true_onsets else np.nan

    @property
    def false_per_min(self) -> float:
        """Onsets a minute that belong to nothing, triggers again inside a burst among them."""
        return self.false_onsets / self.minutes if self.minutes else np.nan

    @property
    def coverage(self) -> float:
        """Share of intervals that hold the truth; NaN without intervals."""
        return float(np.mean(self.covered)) if self.covered else np.nan


def matched(bursts: Sequence[Burst], found: Sequence[Onset]) -> list[tuple[Burst, Onset]]:
    """Pair true and found onsets one to one, nearest first, none further apart than 0.5 s."""
    near = sorted(
        (abs(one.time_s - burst.onset_s), i, j)
        for i, burst in enumerate(bursts)
        for j, one in enumerate(found)
        if abs(one.time_s - burst.onset_s) <= SAME_S
    )
    pairs: list[tuple[Burst, Onset]] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in near:
        if i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((bursts[i], found[j]))
    return sorted(pairs, key=lambda pair: pair[0].onset_s)


def pooled(scores: Iterable[Score]) -> Score:
    """Add up scores of several cells."""
    total = Score()
    for one in scores:
        total.errors_ms += one.errors_ms
        total.true_onsets += one.true_onsets
        total.usable += one.usable
        total.false_onsets += one.false_onsets
        total.minutes += one.minutes
        total.covered += one.covered
        total.widths_ms += one.widths_ms
        total.failures += one.failures
    return total
