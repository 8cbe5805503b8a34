"""What the project wants to reach, what was measured, and whether that is enough."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tests.benchmarks.accuracy import DEMANDING_DB, Scores, against_oracle, over
from tests.benchmarks.accuracy_tables import demanding
from tests.benchmarks.growth import Grown, Shared
from tests.benchmarks.lags import HARD, UNEQUAL, PairScores
from tests.benchmarks.live_path import LiveCost
from tests.benchmarks.ours import OURS
from tests.benchmarks.speed import Timing, floor_s
from tests.benchmarks.spliced import PLAIN, WEAK, LagScore, together
from tests.benchmarks.tables import Table
from tests.benchmarks.trials import SLOW_RISES, Cell


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand and its figure; `low` and `high` are what is allowed."""

    what: str
    measured: float
    low: float = -np.inf
    high: float = np.inf
    unit: str = ""

    @property
    def reached(self) -> bool:
        """Whether the figure lies within what is allowed."""
        return bool(self.low <= self.measured <= self.high)

    @property
    def wanted(self) -> str:
        """What is allowed, in words."""
        if np.isfinite(self.low) and np.isfinite(self.high):
            return f"{self.low:g} to {self.high:g}{self.unit}"
        return (
            f"at most {self.high:g}{self.unit}"
            if np.isfinite(self.high)
            else f"at least {self.low:g}{self.unit}"
        )


def table(demands: list[Demand]) -> Table:
    """All demands, reached and not."""
    return Table(
        "What is to be reached",
        ("demand", "wanted", "measured", "reached"),
        tuple(
            (one.what, one.wanted, f"{one.measured:.3g}{one.unit}", "yes" if one.reached else "NO")
            for one in demands
        ),
    )


def of_spliced(scores: dict[str, dict[str, LagScore]]) -> Iterator[Demand]:
    """Demands on the spliced recordings; none where they are not there."""
    if not scores:
        return
    ours = scores[OURS]
    plain, weak, everything = (
        together([ours[name] for name in names]) for names in (PLAIN, WEAK, tuple(ours))
    )
    yield Demand("spliced, plain: median lag error", plain.median_ms, high=13, unit=" ms")
    yield Demand("spliced, weak: median lag error", weak.median_ms, high=25, unit=" ms")
    yield Demand("spliced, all: bias of the lag", everything.bias_ms, -15, 15, " ms")
    yield Demand("spliced, all: coverage of the lag's interval", 100 * everything.coverage, 91, 98, " %")
    yield Demand("spliced: onsets of a silent shoulder", everything.false_onsets, high=0)


def of_accuracy(scores: Scores) -> Iterator[Demand]:
    """Demands on single onsets."""
    ours = scores[OURS]
    for kind in sorted({cell.nuisance for cell in ours}):

        def loud(cell: Cell, kind: str = kind) -> bool:
            return demanding(cell) and cell.nuisance == kind

        yield Demand(
            f"{kind}, 10 dB and more: usable", 100 * over(ours, loud).usable_share, low=99, unit=" %"
        )
        yield Demand(
            f"{kind}, 10 dB and more: false onsets a minute", over(ours, loud).false_per_min, high=0.1
        )
        six = over(
            ours,
            lambda cell, kind=kind: (
                cell.snr_db == 6 and cell.nuisance == kind and cell.rise not in SLOW_RISES
            ),
        )
        if six.true_onsets:
            yield Demand(f"{kind}, 6 dB: usable", 100 * six.usable_share, low=95, unit=" %")
    rows = [row for row in against_oracle(scores) if row.snr_db >= DEMANDING_DB]
    usual = [row for row in rows if row.rise not in SLOW_RISES]
    beyond = sum(row.over > 1 for row in usual)
    yield Demand(f"kinds of burst over 2.5 x the oracle's error or 5 ms, of {len(usual)}", beyond, high=0)
    for rise in sorted({row.rise for row in rows}, key=str):
        chosen = over(ours, lambda cell, rise=rise: cell.rise == rise and cell.snr_db >= DEMANDING_DB)
        yield Demand(f"{rise}, 10 dB and more: coverage of the interval", 100 * chosen.coverage, 90, 98, " %")


def of_pairs(pairs: PairScores) -> Iterator[Demand]:
    """Demands on lags."""
    ours = pairs[OURS]
    for pair in UNEQUAL:
        if pair in ours:
            what = f"20 against 10 dB, {pair.glute[1]}: bias of the lag (median)"
            yield Demand(what, ours[pair].bias_ms, -8, 8, " ms")
    if HARD in ours:
        what = "glute 50 ms ahead, 100 ms ramp 10 dB, against step 20 dB: right sign"
        yield Demand(what, 100 * ours[HARD].right_share, low=97, unit=" %")


def of_speed(timings: list[Timing]) -> Iterator[Demand]:
    """Demands on speed, as ratios within this run."""
    floor = floor_s(timings)
    named = {one.name: one.seconds for one in timings}
    chains = [one.seconds for one in timings if one.of == "chain" and not one.name.startswith("ours")]
    chains = [one for one in chains if np.isfinite(one)]
    if chains:
        gain = min(chains) / named["ours: filter to threshold"]
        yield Demand("chain: faster than the fastest peer's, times", gain, low=1.5)
    whole = named["ours: analyze"]
    neurokit = [one.seconds for one in timings if one.name.startswith("NeuroKit2") and one.of == "whole"]
    if neurokit:
        yield Demand("analyze: faster than NeuroKit2, times (beyond: 300)", min(neurokit) / whole, low=100)
    yield Demand("analyze: times one filter pass (beyond: 3)", whole / floor, high=10)
    yield Demand(
        "analyze, few raises: times one filter pass", named["ours: analyze, few raises"] / floor, high=10
    )


def of_growth(grown: list[Grown], shared: Shared | None) -> Iterator[Demand]:
    """Demands on growth."""
    middle = [one for one in grown if one.duration_s >= 60]
    if len(middle) > 1:
        pace = [one.analyze_s / one.duration_s for one in middle]
        yield Demand(
            "analyze: time per minute, longest over shortest from 1 min on", pace[-1] / pace[0], high=1.2
        )
    if shared is not None:
        yield Demand("two processes against one: times", shared.gain, low=1.6)


def of_live(cost: LiveCost) -> Iterator[Demand]:
    """Demands on the live path."""
    yield Demand(
        "live: processor time of a 20 ms block, 99 %",
        float(np.percentile(cost.block_ms, 99)),
        high=1,
        unit=" ms",
    )
    latest = max(cost.after_last_ms, default=np.nan)
    yield Demand("live: last active sample to report, latest (beyond: 250)", latest, high=500, unit=" ms")
    yield Demand(
        "live: raises reported, of all", 100 * len(cost.after_last_ms) / cost.raises, low=100, unit=" %"
    )


def of_sham(counts: dict[str, Counter[str]]) -> Iterator[Demand]:
    """Orders by chance where electrodes pick up no burst: none is wanted."""
    for kind in ("clean", "heart beat"):
        named = sum(counts[kind][order] for order in ("shoulder_first", "together", "glute_first"))
        yield Demand(
            f"sham raises, {kind}: orders named",
            100 * named / max(sum(counts[kind].values()), 1),
            high=1,
            unit=" %",
        )
