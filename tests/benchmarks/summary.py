"""The one table that the README shows: ours beside every peer, in the figures that matter to an order."""

import numpy as np

from tests.benchmarks.accuracy import over
from tests.benchmarks.accuracy_tables import demanding
from tests.benchmarks.lags import HARD
from tests.benchmarks.ours import NAMED, OURS
from tests.benchmarks.results import Results
from tests.benchmarks.spliced import PLAIN, WEAK, together
from tests.benchmarks.tables import Table, ms, number, share

HEAD = (
    "method",
    "onset error ms, median (90 %)",
    "usable",
    "false/min with heart beat",
    "slow weak glute 50 ms before strong shoulder: order right",
    "spliced, plain: lag error ms",
    "spliced, weak: lag error ms",
    "interval",
    "time, filter to onsets, x ours",
)


def table(results: Results) -> Table:
    """Make the table of what was run; a dash stands where a part was left out."""
    sources = (results.accuracy, results.pairs, results.spliced)
    methods = list(dict.fromkeys(name for source in sources if source for name in source))
    rows = tuple(_row(name, results) for name in methods if name not in NAMED)
    return Table(
        "Ours beside its peers",
        HEAD,
        rows,
        "Onset error, usable and false onsets: simulated bursts of 10 dB and more. Interval: share of 95 % "
        "intervals that hold the true onset; no peer gives one.",
    )


def _row(name: str, results: Results) -> tuple[str, ...]:
    onsets = usable = false = right = plain = weak = interval = pace = "-"
    if results.accuracy is not None and name in results.accuracy:
        one = over(results.accuracy[name], demanding)
        beat = over(results.accuracy[name], lambda cell: demanding(cell) and cell.nuisance == "heart beat")
        onsets = f"{ms(one.median_ms)} ({ms(one.p90_ms)})"
        usable, interval = share(one.usable_share, digits=1), share(one.coverage)
        false = number(beat.false_per_min, digits=2)
    if results.pairs is not None and HARD in results.pairs.get(name, {}):
        right = share(results.pairs[name][HARD].right_share)
    if results.spliced and name in results.spliced:
        plain, weak = (
            ms(together([results.spliced[name][file] for file in files]).median_ms) for files in (PLAIN, WEAK)
        )
    if results.speed is not None:
        chains = {one.name: one.seconds for one in results.speed if one.of == "chain"}
        ours = chains["ours: filter to threshold"]
        pace = number(chains.get("ours: filter to threshold" if name == OURS else name, np.nan) / ours)
    return (name, onsets, usable, false, right, plain, weak, interval, pace)
