"""Print how `batch` does on many short recordings: ``python tests/benchmarks/many_recordings.py [N]``.

N recordings of 20 s (10,000 by default; links to five simulated ones) are analysed with one worker, with
two that are killed in the middle and begun again, and on a local Dask cluster of two processes (extra
``cluster``). All tables must be the same, byte for byte. The ratio of two workers to one is taken from 400
of them, the best of three runs each. Beside the times stands how much of the cores the run had, since a
machine that works for others as well hides a ratio, and the memory of all processes.

A second argument names a new folder to work in.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from recordings.dataset.bids import save_recording  # noqa: E402
from recordings.synth import Schedule, simulate_session  # noqa: E402

#: One thread for numpy in every process that is started from here.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
TELL_S = 0.2
RATIO_OF = 400


def make_many(count: int, folder: Path) -> Path:
    """Make a dataset of a few simulated recordings, linked under many participants' codes."""
    made: list[Path] = []
    for seed, lags in enumerate(([-140.0] * 2, [140.0] * 2, [0.0] * 2, [None] * 2, [-140.0, 140.0])):
        session = simulate_session(
            seed=seed,
            lags_ms=lags,
            rate_hz=500.0,
            schedule=Schedule(lead_in_s=3.0, every_s=(5.0, 5.5), duration_s=20.0, with_events=False),
        )
        saved = save_recording(
            folder / "few", session.recording, participant=f"{seed:05d}", session="01", leg="left"
        )
        made.append(saved.path)
    many = folder / "many"
    for number in range(count):
        source = made[number % len(made)]
        was, code = source.name[:9], f"sub-{number:05d}"
        emg = many / code / "ses-01" / "emg"
        emg.mkdir(parents=True)
        for file in source.parent.iterdir():
            target = emg / file.name.replace(was, code)
            if file.suffix == ".json":  # names its own files
                target.write_text(file.read_text(encoding="utf-8").replace(was, code), encoding="utf-8")
            else:
                os.link(file, target)
    return many


@dataclass(frozen=True, slots=True)
class Run:
    """What a run took: seconds, share of a core that its processes had, and megabytes by the time."""

    seconds: float
    cpu_s: float
    megabytes: list[float]
    killed: bool
    status: int | None

    def __str__(self) -> str:
        quarter = max(1, len(self.megabytes) // 4)
        early, late = max(self.megabytes[quarter : 2 * quarter] or [0]), max(self.megabytes[-quarter:] or [0])
        return (
            f"{self.seconds:7.1f} s, {self.cpu_s:7.1f} s of processor "
            f"({self.cpu_s / self.seconds:.2f} cores), "
            f"memory {early:.0f} MB in the second quarter, {late:.0f} MB in the last"
        )


def batch(many: Path, table: Path, *options: str, kill_after_s: float | None = None) -> Run:
    """Run the command and watch it."""
    begin = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-m", "firing_analyzer", "batch", str(many), "--out", str(table), *options],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
    )
    spent: dict[int, float] = {}
    megabytes: list[float] = []
    killed = False
    while process.poll() is None:
        time.sleep(TELL_S)
        total = 0.0
        try:
            for one in [process, *process.children(recursive=True)]:
                spent[one.pid] = sum(one.cpu_times()[:2])
                total += one.memory_info().rss / 1e6
        except psutil.NoSuchProcess:
            continue
        megabytes.append(total)
        if kill_after_s is not None and time.perf_counter() - begin > kill_after_s:
            process.kill()
            killed = True
    return Run(time.perf_counter() - begin, sum(spent.values()), megabytes, killed, process.returncode)


def same(one: Path, other: Path) -> bool:
    """Whether both tables of two runs have the same bytes."""
    return all(
        first.read_bytes() == second.read_bytes()
        for first, second in (
            (one, other),
            (one.with_stem(f"{one.stem}_recordings"), other.with_stem(f"{other.stem}_recordings")),
        )
    )


def main(count: int, folder: Path) -> None:
    many = make_many(count, folder)
    few = make_many(min(count, RATIO_OF), folder / "for the ratio")
    print(f"{count} recordings, numpy with one thread, {os.cpu_count()} cores", flush=True)
    singles, doubles = (
        [batch(few, folder / f"{workers}-{turn}.csv", "--workers", str(workers)) for turn in range(3)]
        for workers in (1, 2)
    )
    for name, runs in (("one worker", singles), ("two workers", doubles)):
        print(f"{name} on {RATIO_OF}:", *runs, sep="\n  ", flush=True)
    ratio = min(run.seconds for run in singles) / min(run.seconds for run in doubles)
    print(f"two over one     {ratio:.2f} times as fast", flush=True)
    one = batch(many, folder / "one.csv", "--workers", "1")
    print(f"one worker       {one}", flush=True)
    first = batch(many, folder / "two.csv", "--workers", "2", kill_after_s=one.seconds / 3)
    print(f"two, killed      {first} (killed: {first.killed})", flush=True)
    rest = batch(many, folder / "two.csv", "--workers", "2")
    alike = same(folder / "one.csv", folder / "two.csv")
    print(f"two, begun again {rest}; same tables: {alike}", flush=True)
    distributed: Any = import_module("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        dask = batch(many, folder / "dask.csv", "--dask", cluster.scheduler_address)
    alike = same(folder / "one.csv", folder / "dask.csv")
    print(f"Dask, two        {dask} (of this process alone); same tables: {alike}", flush=True)


if __name__ == "__main__":
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    if len(sys.argv) > 2:
        Path(sys.argv[2]).mkdir(parents=True)
        main(n, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(n, Path(temporary))
