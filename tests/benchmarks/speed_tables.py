"""Tables of speed: shares of one plain filter pass, and of ours."""

import numpy as np

from tests.benchmarks.growth import Grown, Shared
from tests.benchmarks.live_path import LiveCost
from tests.benchmarks.speed import Timing, floor_s
from tests.benchmarks.tables import Table, ms, number, share


def speed_table(timings: list[Timing], *, duration_s: float) -> Table:
    """Everything timed on one recording, as multiples of the floor."""
    floor = floor_s(timings)
    return Table(
        f"Time for {duration_s / 60:g} min, 2 channels, 2 kHz",
        ("what", "kind", "processor s", "x one filter pass", "million samples/s", "note"),
        tuple(
            (
                one.name,
                one.of,
                number(one.seconds, digits=3),
                number(one.seconds / floor),
                number(2 * 2000 * duration_s / one.seconds / 1e6),
                one.note,
            )
            for one in timings
        ),
        "Chain: from samples to onsets by a threshold, filter included. Whole: what a program is called for.",
    )


def growth_table(grown: list[Grown]) -> Table:
    """Time and memory against length."""
    return Table(
        "Growth with the length of the recording",
        ("length", "read s", "analyze s", "analyze ms per minute", "peak MiB", "MiB above empty"),
        tuple(
            (
                f"{one.duration_s:g} s",
                number(one.read_s, digits=3),
                number(one.analyze_s, digits=3),
                number(1000 * one.analyze_s / (one.duration_s / 60)),
                number(one.peak_mib, digits=0),
                number(one.peak_mib - one.empty_mib, digits=0),
            )
            for one in grown
        ),
    )


def shared_table(shared: Shared) -> Table:
    """One process against two."""
    return Table(
        f"{shared.recordings} recordings by one process and by two (time on the clock)",
        ("one s", "two s", "gain"),
        ((number(shared.one_s, digits=2), number(shared.two_s, digits=2), number(shared.gain, digits=2)),),
    )


def live_table(cost: LiveCost) -> Table:
    """What each block costs, and how soon a repetition is known."""
    rows: list[tuple[str, ...]] = []
    for name, values in (
        ("block of 20 ms, both channels: processor ms", cost.block_ms),
        ("look: processor ms", cost.look_ms),
        ("last active sample to look: ms of the recording", cost.waited_ms),
        ("last active sample to report: the look's processor time added, ms", cost.after_last_ms),
    ):
        figures = [float(one) for one in np.percentile(values, (50, 99))] if values else [np.nan, np.nan]
        rows.append((name, str(len(values)), *(ms(one) for one in figures), ms(max(values, default=np.nan))))
        if name.startswith("block"):
            rows[-1] = (name, str(len(values)), *(number(one, digits=3) for one in (*figures, max(values))))
    return Table(
        f"Live, {cost.raises} raises: {share(cost.processor_share, digits=2)} of one processor",
        ("what", "number", "median", "99 %", "most"),
        tuple(rows),
    )
