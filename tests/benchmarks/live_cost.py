"""Print what the live analysis costs: ``python tests/benchmarks/live_cost.py [MINUTES]``.

Two channels at 2 kHz with heart beats and hum, in blocks of 20 ms, raises every ten seconds. The cost of a
block is that of both channels' `take` and of `due`; the looks, which a session may take in another thread,
stand apart.
"""

import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from firing_analyzer.live import LiveAnalysis  # noqa: E402
from firing_analyzer.live_signal import Muscle  # noqa: E402
from recordings.synth import Nuisance, Schedule, simulate_session  # noqa: E402
from sensors.model import Block  # noqa: E402

RATE_HZ = 2000.0
BLOCK_S = 0.02
LIMIT_MS = 1.0


def main(minutes: float = 3.0) -> None:
    """Print milliseconds of this thread's processor time at the median, the 99th percentile and the most."""
    n_raises = int(6 * minutes)
    recording = simulate_session(
        seed=1,
        lags_ms=[-140.0] * n_raises,
        rate_hz=RATE_HZ,
        glute_nuisance=Nuisance(heart_uv=5.0, hum_uv=2.0),
        shoulder_nuisance=Nuisance(heart_uv=20.0, hum_uv=2.0),
        schedule=Schedule(with_events=False),
    ).recording
    muscles: tuple[Muscle, Muscle] = ("glute", "shoulder")
    live = LiveAnalysis(
        glute=recording.signals[0].channel,
        shoulder=recording.signals[1].channel,
        leg="left",
        glute_rate_hz=RATE_HZ,
        shoulder_rate_hz=RATE_HZ,
    )
    size = round(BLOCK_S * RATE_HZ)
    blocks_ms: list[float] = []
    looks_ms: list[float] = []
    for first in range(0, recording.signals[0].samples.size, size):
        blocks: list[tuple[Muscle, Block]] = [
            (
                muscle,
                Block(muscle, first, signal.samples[None, first : first + size], first / RATE_HZ, RATE_HZ),
            )
            for muscle, signal in zip(muscles, recording.signals, strict=True)
        ]
        start = time.thread_time_ns()
        for muscle, block in blocks:
            live.take(block, muscle)
        look = live.due()
        taken = time.thread_time_ns()
        blocks_ms.append((taken - start) / 1e6)
        if look is not None:
            live.accept(look.run())
            looks_ms.append((time.thread_time_ns() - taken) / 1e6)
    print(f"{recording.duration_s / 60:.1f} minutes, {n_raises} raises, {len(live.rows)} reported; ms of CPU")
    print(f"{'':24s}{'number':>8s}{'median':>9s}{'99 %':>9s}{'most':>9s}")
    for name, found in (("block of 20 ms, both", blocks_ms), ("look", looks_ms)):
        figures = (*np.percentile(found, (50, 99)).tolist(), max(found))
        print(f"{name:24s}{len(found):8d}" + "".join(f"{one:9.3f}" for one in figures))
    share = (sum(blocks_ms) + sum(looks_ms)) / 10 / recording.duration_s
    over = "" if np.percentile(blocks_ms, 99) < LIMIT_MS else f"; over the limit of {LIMIT_MS:g} ms"
    print(f"{share:.2f} % of one processor in all{over}")


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:2]))
