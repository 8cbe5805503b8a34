"""One channel of EMG whose onsets are known: what the detectors of the benchmark are tried on.

The muscle, its noise and what disturbs it come from `recordings.synth`. The plateau swings, the texture is
Gaussian in one trial and made of motor units in the next, and the spectrum differs from trial to trial, so
that no detector is tried on exactly what it assumes.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from recordings.model import FloatArray
from recordings.synth import Body, Burst, Nuisance, Shape, Texture
from recordings.synth.bursts import envelope
from recordings.synth.electrode import pick_up
from recordings.synth.nuisances import beat_times, breath_times, slow_modulation
from recordings.synth.texture import stream, texture

REST_UV: Final = 3.0
#: Rest before the first burst, and the part of it that detectors which ask for rest are given.
LEAD_S: Final = 6.0
REST_S: Final = (0.5, 3.5)
TAIL_S: Final = 3.0
#: SD of the slow swings on a plateau, as a share.
SWING: Final = 0.1

#: What the electrode picks up besides the muscle: R waves of ten times rest, hum as loud as rest, a baseline
#: that wanders by ten times rest, and muscle activity as loud as rest that never ceases.
NUISANCES: Final = {
    "clean": Nuisance(rest_uv=REST_UV),
    "heart beat": Nuisance(rest_uv=REST_UV, heart_uv=10 * REST_UV),
    "mains": Nuisance(rest_uv=REST_UV, hum_uv=REST_UV),
    "drift": Nuisance(rest_uv=REST_UV, wander_uv=10 * REST_UV),
    "tonic": Nuisance(rest_uv=REST_UV, tonic_uv=REST_UV),
}


@dataclass(frozen=True, slots=True, order=True)
class Rise:
    """How a burst begins."""

    shape: Shape
    rise_ms: float

    def __str__(self) -> str:
        return "step" if self.shape == "step" else f"{self.shape} {self.rise_ms:g} ms"


STEP: Final = Rise("step", 0.0)
#: The last shape is none of those that our model of a rise knows.
RISES: Final = (
    STEP,
    Rise("linear", 25.0),
    Rise("linear", 100.0),
    Rise("linear", 250.0),
    Rise("sqrt", 100.0),
    Rise("quadratic", 100.0),
    Rise("smoothstep", 100.0),
    Rise("exponential", 100.0),
)
SLOW_RISES: Final = (Rise("linear", 500.0), Rise("linear", 1000.0))


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One kind of trial.

    Attributes
    ----------
    snr_db : float
        20 log10 of the plateau's RMS over that of all that never ceases: noise, and tonic activity.
    """

    rate_hz: float
    snr_db: float
    rise: Rise
    nuisance: str = "clean"


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One channel, and the truth about it.

    Attributes
    ----------
    samples : ndarray of float64, shape (n_samples,)
        In microvolt.
    bursts : tuple of Burst
        Their onsets are the instants at which the envelope leaves zero.
    steady_uv : ndarray of float64, shape (n_samples,)
        The muscle as it would be if it were always on its plateau.
    background_uv : ndarray of float64, shape (n_samples,)
        Noise and tonic activity alone. With the muscle this is what the oracle sees.
    """

    cell: Cell
    samples: FloatArray
    bursts: tuple[Burst, ...]
    steady_uv: FloatArray
    background_uv: FloatArray
    muscle_uv: FloatArray

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.samples.size / self.cell.rate_hz

    @property
    def rest(self) -> tuple[int, int]:
        """First sample of verified rest, and the sample after its last."""
        return round(REST_S[0] * self.cell.rate_hz), round(REST_S[1] * self.cell.rate_hz)


def make_trial(
    cell: Cell, seed: int, *, n_bursts: int = 6, active_s: tuple[float, float] = (1.2, 2.0)
) -> Trial:
    """Make one trial; the same cell and seed give the same samples.

    The times of the bursts depend on the seed alone, not on the cell.
    """
    rng = stream(seed, "times")
    lengths_s = rng.uniform(*active_s, n_bursts) + (
        cell.rise.rise_ms / 1000 if cell.rise.rise_ms > 300 else 0
    )
    onsets_s = (
        LEAD_S + np.cumsum(rng.uniform(3.0, 4.0, n_bursts) + np.concatenate(([0.0], lengths_s[:-1]))) - 3.0
    )
    bursts = tuple(
        Burst(float(onset), float(onset + length), rise_ms=cell.rise.rise_ms, shape=cell.rise.shape)
        for onset, length in zip(onsets_s, lengths_s, strict=True)
    )
    return trial_of(cell, bursts, seed)


def trial_of(cell: Cell, bursts: tuple[Burst, ...], seed: int, *, name: str = "channel") -> Trial:
    """Make one trial with these bursts; `name` tells apart the channels of one recording."""
    duration_s = bursts[-1].end_s + TAIL_S
    times_s = np.arange(round(duration_s * cell.rate_hz)) / cell.rate_hz
    nuisance = NUISANCES[cell.nuisance]
    rng = stream(seed, f"{name} muscle")
    kind: Texture = "motor_units" if seed % 2 else "gaussian"
    steady = texture(
        times_s.size,
        rate_hz=cell.rate_hz,
        rng=stream(seed, f"{name} texture"),
        kind=kind,
        fl_hz=float(rng.uniform(50, 70)),
        fh_hz=float(rng.uniform(100, 140)),
    )
    steady_uv = steady * 10 ** (cell.snr_db / 20) * float(np.hypot(nuisance.rest_uv, nuisance.tonic_uv))
    swing = 1 + SWING * slow_modulation(times_s, rng=rng, band_hz=(0.3, 2.0))
    muscle_uv = steady_uv * envelope(times_s, bursts) * np.maximum(swing, 0.2)
    breaths_s = breath_times(duration_s, rng=stream(seed, "breath"))
    beats_s = beat_times(duration_s, rng=stream(seed, "heart"), breaths_s=breaths_s)

    def electrode(what: Nuisance, emg_uv: FloatArray) -> FloatArray:
        return pick_up(
            emg_uv,
            times_s=times_s,
            rate_hz=cell.rate_hz,
            nuisance=what,
            body=Body(),
            beats_s=beats_s,
            breaths_s=breaths_s,
            seed=seed,
            name=name,
        )

    ceaseless = Nuisance(rest_uv=nuisance.rest_uv, tonic_uv=nuisance.tonic_uv)
    return Trial(
        cell=cell,
        samples=electrode(nuisance, muscle_uv),
        bursts=bursts,
        steady_uv=steady_uv,
        background_uv=electrode(ceaseless, np.zeros(times_s.size)),
        muscle_uv=muscle_uv,
    )
