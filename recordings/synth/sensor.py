"""A simulated sensor: the muscle beneath it, its electrode, and the clock that takes its samples."""

from dataclasses import dataclass

import numpy as np

from recordings.model import FloatArray
from recordings.synth.bursts import Burst
from recordings.synth.electrode import LEAST_EMG_RATE_HZ, lose, muscle_emg, pick_up, rectify_and_smooth
from recordings.synth.person import Body, Muscle, Nuisance
from recordings.synth.texture import stream, texture


@dataclass(frozen=True, slots=True)
class SensorClock:
    """When a sensor takes its samples."""

    rate_hz: float
    duration_s: float
    starts_s: float = 0.0
    offset_s: float = 0.0
    drift: float = 0.0
    smoothing_ms: float | None = None

    @property
    def every(self) -> int:
        """How many EMG samples go into one that is sent; one, unless a slow sensor sends envelopes."""
        return 1 if self.smoothing_ms is None else int(np.ceil(LEAST_EMG_RATE_HZ / self.rate_hz))

    @property
    def emg_rate_hz(self) -> float:
        """Rate of the EMG before it is smoothed."""
        return self.rate_hz * self.every

    @property
    def stated_s(self) -> FloatArray:
        """When each EMG sample is stated to have been taken."""
        n_sent = round((self.duration_s - self.starts_s) * self.rate_hz)
        return self.starts_s + np.arange(n_sent * self.every) / self.emg_rate_hz

    @property
    def true_s(self) -> FloatArray:
        """When each EMG sample was taken."""
        return (self.stated_s - self.offset_s) / (1 + self.drift)


@dataclass(frozen=True, slots=True)
class Site:
    """A muscle, the electrode over it and the clock that samples it."""

    name: str
    muscle: Muscle
    nuisance: Nuisance
    clock: SensorClock
    bursts: tuple[Burst, ...]

    def steady(self, seed: int) -> FloatArray:
        """Return the muscle's texture, with a mean square of one."""
        return texture(
            self.clock.true_s.size,
            rate_hz=self.clock.emg_rate_hz,
            rng=stream(seed, f"{self.name} texture"),
            kind=self.muscle.texture,
            fl_hz=self.muscle.fl_hz,
            fh_hz=self.muscle.fh_hz,
        )

    def emg_uv(self, steady: FloatArray, *, seed: int) -> FloatArray:
        """Return what the muscle alone would give, with this texture."""
        return muscle_emg(
            self.clock.true_s,
            steady,
            bursts=self.bursts,
            muscle=self.muscle,
            rest_uv=self.nuisance.rest_uv,
            seed=seed,
            name=self.name,
        )

    def record(
        self, emg_uv: FloatArray, *, body: Body, beats_s: FloatArray, breaths_s: FloatArray, seed: int
    ) -> FloatArray:
        """Return what the sensor sends."""
        clock = self.clock
        samples = pick_up(
            emg_uv,
            times_s=clock.true_s,
            rate_hz=clock.emg_rate_hz,
            nuisance=self.nuisance,
            body=body,
            beats_s=beats_s,
            breaths_s=breaths_s,
            seed=seed,
            name=self.name,
        )
        if clock.smoothing_ms is not None:
            samples = rectify_and_smooth(samples, rate_hz=clock.emg_rate_hz, window_ms=clock.smoothing_ms)
        return lose(samples[:: clock.every], clock.true_s[:: clock.every], self.nuisance.lost_s)
