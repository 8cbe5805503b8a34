"""What chance gives: the same analysis of raises where the shoulder was at rest.

The shoulder's channel is turned against the glute's, end to beginning, until every raise of the glute falls
where the shoulder does nothing but what electrodes pick up anyway. Whatever order is then named is named by
chance.
"""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import replace
from typing import Final

import numpy as np

from firing_analyzer.pipeline import analyze
from recordings.model import Recording
from recordings.synth import Nuisance, Schedule, SyntheticSession, simulate_session
from recordings.synth.texture import stream

ORDERS: Final = ("shoulder_silent", "shoulder_first", "together", "glute_first", "unclear")
#: What the shoulder's electrode picks up.
KINDS: Final = {
    "clean": Nuisance(),
    "heart beat": Nuisance(heart_uv=30.0, hum_uv=1.0, wander_uv=4.0),
    "tonic": Nuisance(tonic_uv=3.0),
    "breathing, 6 dB over rest": Nuisance(breathing_uv=6.0, heart_uv=15.0),
    "breathing, 12 dB over rest": Nuisance(breathing_uv=12.0, heart_uv=15.0),
}
#: The analysis looks so far ahead of the glute's onset.
WINDOW_S: Final = 1.2
_ROOM: Final = Schedule(every_s=(11.0, 13.0), with_events=False)


def measure(*, sessions: int, executor: Executor | None = None) -> dict[str, Counter[str]]:
    """Count the orders that are named in sham raises, for each kind of shoulder channel."""
    jobs = [(kind, seed) for kind in KINDS for seed in range(sessions)]
    results: Iterable[tuple[str, Counter[str]]]
    results = map(_one_session, jobs) if executor is None else executor.map(_one_session, jobs)
    told: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for kind, orders in results:
        told[kind] += orders
    return told


def _one_session(job: tuple[str, int]) -> tuple[str, Counter[str]]:
    kind, seed = job
    rng = stream(seed, "sham")
    session = simulate_session(
        seed=seed,
        lags_ms=[float(lag) for lag in rng.uniform(-200, 200, 10)],
        rate_hz=1000.0,
        shoulder_nuisance=KINDS[kind],
        schedule=_ROOM,
    )
    shifts_s = free_shifts_s(session)
    if not shifts_s:
        return kind, Counter()
    turned = turn_shoulder(session.recording, shifts_s[int(rng.integers(len(shifts_s)))])
    return kind, Counter(row.order for row in analyze(turned).rows)


def free_shifts_s(session: SyntheticSession) -> list[float]:
    """Return by how much the shoulder may be turned so that it is at rest in every raise."""
    duration_s = session.recording.duration_s
    windows = [(burst.onset_s - WINDOW_S, burst.end_s) for burst in session.truth.glute_bursts]
    free: list[float] = []
    for shift_s in np.arange(3.0, 9.0, 0.1).tolist():
        bursts = [
            (
                (one.onset_s + shift_s) % duration_s,
                (one.onset_s + shift_s) % duration_s + one.end_s - one.onset_s,
            )
            for one in session.truth.shoulder_bursts
        ]
        clear = all(end < low or start > high for start, end in bursts for low, high in windows)
        if clear and all(end < duration_s for _, end in bursts):
            free.append(shift_s)
    return free


def turn_shoulder(recording: Recording, shift_s: float) -> Recording:
    """Move the shoulder's samples later; what falls off the end comes back at the beginning."""
    glute, shoulder = recording.signals
    turned = np.roll(shoulder.samples, round(shift_s * shoulder.rate_hz))
    return replace(recording, signals=(glute, replace(shoulder, samples=turned)))
