"""Print what an hour of two sensors costs: ``python tests/benchmarks/one_hour.py [MINUTES [SPEED]]``.

Two simulated sensors at 2 kHz, each with its movement sensor, recorded, saved and analysed as `record` does;
memory of the process over the session's time, sizes on disk, processor time for each second of the session.
"""

import asyncio
import gc
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from firing_analyzer.protocol import SessionPlan  # noqa: E402
from firing_analyzer.recording_run import RecordingOrder, record  # noqa: E402
from firing_analyzer.session import RecordingSession  # noqa: E402
from firing_analyzer.session_update import Update  # noqa: E402

LINES = 13
MIB = 1 << 20


def resident_mib() -> float:
    """Memory that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def main(minutes: float = 60.0, speed: float = 500.0) -> None:
    """Print memory over time, then sizes and shares."""
    duration_s = 60 * minutes
    told: list[tuple[float, float, float]] = []
    sessions: list[RecordingSession] = []
    began, began_cpu = time.monotonic(), time.process_time()

    def look(update: Update) -> None:
        if update.at_s >= len(told) * duration_s / (LINES - 1) - 1:
            gc.collect()
            told.append((update.at_s, resident_mib(), time.process_time() - began_cpu))
            print(
                f"{update.at_s / 60:8.1f} min  {told[-1][1]:7.1f} MiB  {told[-1][2]:7.1f} s of CPU",
                flush=True,
            )

    with tempfile.TemporaryDirectory() as folder:
        dataset = Path(folder)
        plan = SessionPlan("left", repetitions=round(duration_s / 10), duration_s=duration_s)
        glute, shoulder = (
            f"sim:shoulder_first?speed={speed:g}&imu=1&loss=0.01&drift_ppm={ppm}#{site}"
            for site, ppm in (("glute", 30), ("shoulder", -40))
        )
        order = RecordingOrder(plan, glute, shoulder, dataset, "01")
        recorded = asyncio.run(record(order, observer=look, on_session=sessions.append))
        cpu_s = time.process_time() - began_cpu
        journal = recorded.journal.stat().st_size
        files = sum(path.stat().st_size for path in dataset.rglob("*.bdf"))
        session_cpu_s = told[-1][2]
        print(f"journal {journal / MIB:.1f} MiB, BDF {files / MIB:.1f} MiB")
        print(f"real time {time.monotonic() - began:.0f} s, processor {cpu_s:.0f} s, of it saving and")
        print(f"analysis {cpu_s - session_cpu_s:.1f} s; after them {resident_mib():.0f} MiB")
        print(
            f"{100 * session_cpu_s / duration_s:.1f} % of one processor while it goes on, simulation included"
        )
        verdict = recorded.analysis.verdict if recorded.analysis else recorded.problem
        print(f"verdict: {verdict}")


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:3]))
