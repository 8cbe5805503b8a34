"""Accuracy and speed of the firing-order analyzer beside the programs that people would otherwise use.

    python -m tests.benchmarks [--quick] [--only PARTS] [--no-peers] [--workers N] [--out FOLDER]

from the top of the repository. Prints tables; with ``--out`` also writes them as Markdown, and two pictures.
The peers come with ``pip install '.[bench]'``; what is not there is named and left out.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

# before numpy is loaded: every method gets one thread
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import (
    accuracy,
    accuracy_tables,
    growth,
    lags,
    live_path,
    order_tables,
    pictures,
    reach,
    sham,
    speed,
    speed_tables,
    spliced,
    summary,
)
from tests.benchmarks.peers import find_peers
from tests.benchmarks.results import Results

PARTS: Final = ("accuracy", "lags", "spliced", "sham", "speed", "growth", "live")
SIZES: Final = ("smoke", "quick", "full")


def main() -> None:
    """Run the chosen parts and print what they found."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_const", const="quick", dest="size", help="a few minutes")
    parser.add_argument(
        "--smoke", action="store_const", const="smoke", dest="size", help="some seconds; no result"
    )
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {','.join(PARTS)}")
    parser.add_argument("--no-peers", action="store_true", help="leave out other programs")
    parser.add_argument("--workers", type=int, default=1, help="processes for the parts that measure no time")
    parser.add_argument("--out", type=Path, help="folder for tables and pictures")
    parser.set_defaults(size="full")
    chosen = parser.parse_args()
    parts = [part for part in chosen.only.split(",") if part]
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; choose of {', '.join(PARTS)}")
    if chosen.out is not None:
        chosen.out.mkdir(parents=True, exist_ok=True)
    with workers(chosen.workers) as executor:
        results = measure(parts, size=chosen.size, wanted=not chosen.no_peers, executor=executor)
    text = report(results, size=chosen.size, wanted=not chosen.no_peers)
    print(text)
    if chosen.out is not None:
        (chosen.out / "benchmarks.md").write_text(text + "\n", encoding="utf-8")
        for path in pictures.draw(chosen.out, scores=results.accuracy, pairs=results.pairs):
            print(f"written: {path}")


@contextmanager
def workers(number: int) -> Generator[Executor | None]:
    """Open a pool of processes, or none for one."""
    if number <= 1:
        yield None
        return
    with ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def measure(parts: list[str], *, size: str, wanted: bool, executor: Executor | None) -> Results:
    """Run the chosen parts, one after the other; what measures time goes first, alone."""
    peers = find_peers(wanted=wanted).found
    results = Results()
    place = SIZES.index(size)
    began = time.monotonic()

    def say(part: str) -> None:
        print(f"[{time.monotonic() - began:6.0f} s] {part}", file=sys.stderr, flush=True)

    if "speed" in parts:
        say("speed")
        results.speed_s = (20.0, 120.0, 600.0)[place]
        results.speed = speed.measure(peers, duration_s=results.speed_s, runs=(1, 3, 5)[place])
    if "growth" in parts:
        say("growth")
        lengths_s = ((10.0, 20.0), (10.0, 60.0, 600.0), (10.0, 60.0, 600.0, 3600.0))[place]
        results.grown = growth.measure_growth(lengths_s, runs=(1, 1, 2)[place])
        results.shared = growth.measure_processes(
            recordings=(2, 8, 12)[place], duration_s=(20.0, 120.0, 300.0)[place], runs=(1, 2, 3)[place]
        )
    if "live" in parts:
        say("live")
        results.live = live_path.measure((0.5, 2.0, 5.0)[place])
    if "spliced" in parts:
        say("spliced recordings")
        results.spliced = spliced.measure(peers)
    if "sham" in parts:
        say("sham raises")
        results.sham = sham.measure(sessions=(1, 5, 20)[place], executor=executor)
    if "lags" in parts:
        say("lags of pairs")
        results.pairs = lags.measure(
            (lags.QUICK[:1], lags.QUICK, lags.FULL)[place],
            sessions=(1, 4, 12)[place],
            peer_sessions=(1, 2, 4)[place],
            with_peers=wanted,
            executor=executor,
        )
    if "accuracy" in parts:
        say("single onsets")
        grid = (accuracy.SMOKE, accuracy.QUICK, accuracy.FULL)[place]
        results.accuracy = accuracy.measure(grid, with_peers=wanted, executor=executor)
    say("done")
    return results


def report(results: Results, *, size: str, wanted: bool) -> str:
    """Put all tables together, with versions and machine."""
    peers = find_peers(wanted=wanted)
    versions = {name: version(name) for name in ("numpy", "scipy")} | peers.versions
    lines = [
        "# Firing-order analyzer beside its peers",
        "",
        f"Size of the run: {size}. " + ", ".join(f"{name} {one}" for name, one in versions.items()) + ".",
        f"Python {sys.version.split()[0]}. "
        + ", ".join(f"{key}: {value}" for key, value in speed.machine().items())
        + ".",
        *(f"- {sentence}" for sentence in peers.missing),
    ]
    if results.spliced == {}:
        lines.append(f"- the spliced recordings are not at {spliced.FOLDER}; their tables are left out")
    tables = [summary.table(results), reach.table(demands(results))]
    if results.accuracy is not None:
        tables += accuracy_tables.tables(results.accuracy)
    if results.pairs is not None:
        tables += order_tables.pair_tables(results.pairs)
    tables += order_tables.spliced_tables(results.spliced or {})
    if results.sham is not None:
        tables.append(order_tables.sham_table(results.sham))
    if results.speed is not None:
        tables.append(speed_tables.speed_table(results.speed, duration_s=results.speed_s))
    if results.grown is not None:
        tables.append(speed_tables.growth_table(results.grown))
    if results.shared is not None:
        tables.append(speed_tables.shared_table(results.shared))
    if results.live is not None:
        tables.append(speed_tables.live_table(results.live))
    return "\n\n".join(["\n".join(lines), *(str(table) for table in tables if table.rows)])


def demands(results: Results) -> list[reach.Demand]:
    """Hold every result against what is to be reached."""
    told = list(reach.of_spliced(results.spliced or {}))
    told += reach.of_accuracy(results.accuracy) if results.accuracy is not None else []
    told += reach.of_pairs(results.pairs) if results.pairs is not None else []
    told += reach.of_sham(results.sham) if results.sham is not None else []
    told += reach.of_speed(results.speed) if results.speed is not None else []
    told += reach.of_growth(results.grown, results.shared) if results.grown is not None else []
    told += reach.of_live(results.live) if results.live is not None else []
    return told


if __name__ == "__main__":
    main()
