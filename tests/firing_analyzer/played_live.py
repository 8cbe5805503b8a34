"""A recording played in blocks as sensors deliver them, and held against the whole."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

import firing_analyzer as fa
from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.live_signal import Muscle
from firing_analyzer.result import Repetition
from recordings.model import Recording, Signal
from recordings.pair import Pair, choose_pair
from recordings.synth import Schedule, simulate_session
from sensors.model import Block

BRISK = Schedule(lead_in_s=8.0, every_s=(7.0, 8.0), tail_s=4.0, with_events=False)
#: Orders that are clear: one that hangs by a thread may fall either way as a moment more is seen.
LAGS_MS = (-140.0, 120.0, None, 0.0, -120.0)
#: A repetition is reported at most so long after its last active sample.
SOON_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What was reported, and when on the recording's clock."""

    live: LiveAnalysis
    reports: tuple[tuple[float, LiveRepetition], ...]

    @property
    def first(self) -> list[tuple[float, Repetition]]:
        """First reports."""
        return [(at_s, one.row) for at_s, one in self.reports if one.change == "new"]

    @property
    def orders(self) -> list[str]:
        """Orders as they stand in the end."""
        return [row.order for row in self.live.rows]


def blocks_of(
    signal: Signal, muscle: Muscle, rng: np.random.Generator, *, late_s: float = 0.0
) -> Iterator[tuple[float, Muscle, Block]]:
    """Cut a signal into blocks of 5 to 100 ms that arrive up to 50 ms late; a block all lost never comes."""
    first, arrives_s = 0, 0.0
    while first < signal.samples.size:
        size = max(1, round(rng.uniform(0.005, 0.1) * signal.rate_hz))
        samples = signal.samples[None, first : first + size]
        ends_s = signal.start_s + (first + samples.size) / signal.rate_hz
        arrives_s = max(arrives_s, ends_s + late_s + rng.uniform(0, 0.05))
        if not np.isnan(samples).all():
            starts_s = signal.start_s + first / signal.rate_hz
            yield arrives_s, muscle, Block(muscle, first, samples, starts_s, signal.rate_hz)
        first += samples.size


def live_for(recording: Recording, *, cued: bool = False) -> LiveAnalysis:
    pair = choose_pair(recording)
    return LiveAnalysis(
        glute=pair.glute.channel,
        shoulder=pair.shoulder.channel,
        leg=pair.leg,
        glute_rate_hz=pair.glute.rate_hz,
        shoulder_rate_hz=pair.shoulder.rate_hz,
        shared_clock=recording.shared_clock,
        clock_error_ms=recording.clock_error_ms,
        cued=cued,
    )


def of_both(pair: Pair) -> tuple[tuple[Muscle, Signal], tuple[Muscle, Signal]]:
    return ("glute", pair.glute), ("shoulder", pair.shoulder)


def play(
    recording: Recording, *, seed: int = 0, shoulder_late_s: float = 0.0, glute_late_s: float = 0.0
) -> Played:
    rng = np.random.default_rng(seed)
    pair = choose_pair(recording)
    cued = any(event.label == "raise" for event in recording.events)
    live = live_for(recording, cued=cued)
    blocks = sorted(
        [
            *blocks_of(pair.glute, "glute", rng, late_s=glute_late_s),
            *blocks_of(pair.shoulder, "shoulder", rng, late_s=shoulder_late_s),
        ],
        key=lambda item: item[0],
    )
    events = sorted(recording.events, key=lambda event: event.onset_s)
    reports: list[tuple[float, LiveRepetition]] = []
    for at_s, muscle, block in blocks:
        while events and events[0].onset_s <= at_s:
            live.add_event(events.pop(0))
        reports += [(at_s, one) for one in live.feed(block, muscle)]
    end_s = blocks[-1][0]
    reports += [(end_s, one) for one in live.finish()]
    return Played(live, tuple(reports))


def onsets_outside(live: list[Repetition], saved: tuple[Repetition, ...]) -> tuple[int, list[object]]:
    """Count live onsets, and list those outside the interval of the saved ones, or on one side only."""
    outside: list[object] = []
    n = 0
    for one, other in zip(live, saved, strict=True):
        for at_s, interval_s in (
            (one.glute_onset_s, other.glute_onset_interval_s),
            (one.shoulder_onset_s, other.shoulder_onset_interval_s),
        ):
            if at_s is None or interval_s is None:
                if at_s is not interval_s:
                    outside.append((one, other))
                continue
            n += 1
            if not interval_s[0] <= at_s <= interval_s[1]:
                outside.append((one, other))
    return n, outside


def check(recording: Recording, *, seed: int = 0, shoulder_late_s: float = 0.0) -> Played:
    """Hold what was reported first, and what stands in the end, against `analyze` of the whole."""
    played = play(recording, seed=seed, shoulder_late_s=shoulder_late_s)
    saved = fa.analyze(recording).rows
    assert len(saved) > 0
    first = [row for _, row in played.first]
    assert [row.order for row in first] == [row.order for row in saved]
    assert played.orders == [row.order for row in saved]
    assert [row.repetition for row in played.live.rows] == list(range(1, len(saved) + 1))
    assert [row.flags for row in played.live.rows] == [row.flags for row in saved]
    for rows in (first, list(played.live.rows)):
        assert onsets_outside(rows, saved)[1] == []
    for (at_s, _), row in zip(played.first, saved, strict=True):
        if row.glute_onset_s is not None:
            assert at_s - row.end_s <= SOON_S
    return played


def simulated(**options: object) -> Recording:
    settings = {"seed": 11, "rate_hz": 1000.0, "lags_ms": LAGS_MS, "schedule": BRISK, **options}
    return simulate_session(**settings).recording  # pyright: ignore[reportArgumentType]


def losing(recording: Recording, label: str, *stretches: tuple[float, float]) -> Recording:
    """Lose stretches of one channel, in seconds."""

    def cut(signal: Signal) -> Signal:
        samples = signal.samples.copy()
        for start_s, stop_s in stretches:
            samples[round(start_s * signal.rate_hz) : round(stop_s * signal.rate_hz)] = np.nan
        return replace(signal, samples=samples)

    signals = tuple(cut(one) if one.channel.label == label else one for one in recording.signals)
    return replace(recording, signals=signals)
