"""What the live analysis costs for each block, and how soon a finished repetition is known."""

import time
from dataclasses import dataclass, field

import numpy as np

from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_signal import Muscle
from recordings.synth import Burst, Nuisance, Schedule, simulate_session
from recordings.synth.bursts import rise_profile
from sensors.model import Block

RATE_HZ = 2000.0
BLOCK_S = 0.02
SNR_DB = 20.0


@dataclass(slots=True)
class LiveCost:
    """One simulated session fed block by block.

    Attributes
    ----------
    block_ms : list of float
        Processor time of both channels' blocks of 20 ms, looks left out: a session takes those in a thread.
    look_ms : list of float
        Processor time of each look.
    waited_ms : list of float
        For each repetition, how long the recording went on from the glute's last active sample, the last at
        which its envelope is as loud as rest, to the look that reported it.
    after_last_ms : list of float
        The same and the processor time of that look: when the repetition is known.
    raises : int
    """

    block_ms: list[float] = field(default_factory=list[float])
    look_ms: list[float] = field(default_factory=list[float])
    waited_ms: list[float] = field(default_factory=list[float])
    after_last_ms: list[float] = field(default_factory=list[float])
    raises: int = 0
    duration_s: float = 0.0

    @property
    def processor_share(self) -> float:
        """Share of one processor that the session took."""
        return (sum(self.block_ms) + sum(self.look_ms)) / 1000 / self.duration_s


def _last_active_s(burst: Burst) -> float:
    """When the falling envelope, at 20 dB on its plateau, is no louder than rest any more."""
    left = np.linspace(0, 1, 1001)
    louder = burst.level * 10 ** (SNR_DB / 20) * rise_profile(left, "smoothstep") > 1
    return burst.end_s - float(left[louder][0]) * burst.fall_ms / 1000


def measure(minutes: float) -> LiveCost:
    """Feed a session with heart beats and hum, raises every ten seconds, no cue."""
    n_raises = max(1, int(6 * minutes))
    simulated = simulate_session(
        seed=1,
        lags_ms=[-140.0] * n_raises,
        rate_hz=RATE_HZ,
        snr_db=SNR_DB,
        glute_nuisance=Nuisance(heart_uv=5.0, hum_uv=2.0),
        shoulder_nuisance=Nuisance(heart_uv=20.0, hum_uv=2.0),
        schedule=Schedule(with_events=False),
    )
    recording = simulated.recording
    muscles: tuple[Muscle, Muscle] = ("glute", "shoulder")
    live = LiveAnalysis(
        glute=recording.signals[0].channel,
        shoulder=recording.signals[1].channel,
        leg="left",
        glute_rate_hz=RATE_HZ,
        shoulder_rate_hz=RATE_HZ,
    )
    cost = LiveCost(raises=n_raises, duration_s=recording.duration_s)
    ends_s = np.array([_last_active_s(one.glute) for one in simulated.truth.raises if one.glute is not None])
    size = round(BLOCK_S * RATE_HZ)
    for first in range(0, recording.signals[0].samples.size, size):
        blocks: list[tuple[Muscle, Block]] = [
            (muscle, Block(muscle, first, one.samples[None, first : first + size], first / RATE_HZ, RATE_HZ))
            for muscle, one in zip(muscles, recording.signals, strict=True)
        ]
        start = time.thread_time_ns()
        for muscle, block in blocks:
            live.take(block, muscle)
        look = live.due()
        taken = time.thread_time_ns()
        cost.block_ms.append((taken - start) / 1e6)
        if look is None:
            continue
        changes = live.accept(look.run())
        cost.look_ms.append((time.thread_time_ns() - taken) / 1e6)
        for one in changes:
            if one.change == "new" and one.row.glute_onset_s is not None:
                end_s = ends_s[ends_s > one.row.glute_onset_s].min(initial=np.inf)
                cost.waited_ms.append(1000 * (live.now_s - end_s))
                cost.after_last_ms.append(cost.waited_ms[-1] + cost.look_ms[-1])
    return cost
