"""How time and memory grow with the length of a recording, and what a second process brings."""

import multiprocessing
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from firing_analyzer.pipeline import analyze
from recordings.open import open_recording
from tests.benchmarks.speed import save_bdf, session

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Grown:
    """One length of recording, read and analysed in a process of its own.

    Attributes
    ----------
    duration_s : float
    read_s, analyze_s : float
        Processor time.
    peak_mib : float
        Most memory that the process held.
    empty_mib : float
        What it held before it read anything.
    """

    duration_s: float
    read_s: float
    analyze_s: float
    peak_mib: float
    empty_mib: float


@dataclass(frozen=True, slots=True)
class Shared:
    """The same recordings by one process and by two."""

    recordings: int
    one_s: float
    two_s: float

    @property
    def gain(self) -> float:
        """How much faster two are."""
        return self.one_s / self.two_s


def measure_growth(durations_s: tuple[float, ...], *, runs: int) -> list[Grown]:
    """Analyse recordings of growing length, each in a fresh process; the fastest of some runs."""
    told: list[Grown] = []
    with tempfile.TemporaryDirectory() as folder:
        for duration_s in durations_s:
            path = Path(folder) / f"{duration_s:g}.bdf"
            save_bdf(session(duration_s), path)
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
                found = [pool.submit(_read_and_analyze, path, duration_s).result() for _ in range(runs)]
            told.append(min(found, key=lambda one: one.analyze_s))
    return told


def _read_and_analyze(path: Path, duration_s: float) -> Grown:
    analyze(session(20.0))  # what is imported and built at first use is not part of the growth
    empty_mib = _peak_mib()
    start = time.process_time()
    recording = open_recording(path, leg="left")
    read = time.process_time()
    analyze(recording)
    done = time.process_time()
    return Grown(duration_s, read - start, done - read, _peak_mib(), empty_mib)


def _peak_mib() -> float:
    """Most memory held so far; the unit of the system call is KiB on Linux and bytes on macOS."""
    status = Path("/proc/self/status")
    if status.is_file():  # the system call also counts what the parent held before this process began
        line = next((one for one in status.read_text().splitlines() if one.startswith("VmHWM")), None)
        if line is not None:
            return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def measure_processes(*, recordings: int, duration_s: float, runs: int) -> Shared:
    """Analyse the same recordings with one process and with two, both warm."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.bdf" for number in range(recordings)]
        for number, path in enumerate(paths):
            save_bdf(session(duration_s, seed=number), path)
        context = multiprocessing.get_context("spawn")
        took: dict[int, list[float]] = {1: [], 2: []}
        with (
            ProcessPoolExecutor(1, mp_context=context) as one,
            ProcessPoolExecutor(2, mp_context=context) as two,
        ):
            pools = {1: one, 2: two}
            for pool in pools.values():
                list(pool.map(_verdict, [*paths, *paths]))
            for _ in range(runs):  # taking turns, so that other work on the machine falls on both
                for number, pool in pools.items():
                    start = time.perf_counter()
                    list(pool.map(_verdict, paths))
                    took[number].append(time.perf_counter() - start)
    return Shared(recordings, min(took[1]), min(took[2]))


def _verdict(path: Path) -> str:
    return analyze(open_recording(path, leg="left")).verdict
