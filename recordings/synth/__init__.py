"""Simulated EMG with known truth: sessions of prone leg raises, named scenarios of them, and single bursts.

The models are described where they are made: textures in `recordings.synth.texture`, bursts in
`recordings.synth.bursts`, heart beat, hum and breathing in `recordings.synth.nuisances`, people in
`recordings.synth.person`.
"""

import numpy as np
from numpy.random import Generator

from recordings.model import FloatArray
from recordings.synth.bursts import SHAPES, Burst, Shape, envelope
from recordings.synth.person import (
    GLUTE_MUSCLE,
    SHOULDER_MUSCLE,
    Body,
    Muscle,
    Nuisance,
    Raise,
    Schedule,
    Sensors,
)
from recordings.synth.scenarios import SCENARIOS, Scenario, simulate
from recordings.synth.session import simulate_session
from recordings.synth.texture import Texture, rest_noise, texture
from recordings.synth.truth import RaiseTruth, SyntheticSession, Truth

__all__ = [
    "GLUTE_MUSCLE",
    "SCENARIOS",
    "SHAPES",
    "SHOULDER_MUSCLE",
    "Body",
    "Burst",
    "Muscle",
    "Nuisance",
    "Raise",
    "RaiseTruth",
    "Scenario",
    "Schedule",
    "Sensors",
    "Shape",
    "SyntheticSession",
    "Texture",
    "Truth",
    "simulate",
    "simulate_burst",
    "simulate_session",
]


def simulate_burst(
    *,
    rate_hz: float = 2000.0,
    duration_s: float = 3.0,
    onset_s: float = 1.5,
    end_s: float | None = None,
    rise_ms: float = 100.0,
    shape: Shape = "linear",
    fall_ms: float = 200.0,
    snr_db: float = 20.0,
    rest_uv: float = 3.0,
    pink_share: float = 0.1,
    kind: Texture = "gaussian",
    fl_hz: float = 60.0,
    fh_hz: float = 120.0,
    seed: int | Generator = 0,
) -> FloatArray:
    """Make one channel with one burst of EMG on rest noise, for detectors to be tried on.

    Parameters
    ----------
    rate_hz, duration_s : float
    onset_s : float
        The instant at which the envelope leaves zero.
    end_s : float, optional
        The instant at which it is back at zero; by default the burst goes on beyond the last sample.
    rise_ms, fall_ms : float
    shape : {"step", "linear", "smoothstep", "sqrt", "quadratic", "exponential"}
    snr_db : float
        20 log10 of plateau RMS over rest RMS.
    rest_uv : float
        RMS of rest noise.
    pink_share : float
        Part of its power that falls with frequency.
    kind : {"gaussian", "motor_units"}
        Texture of the EMG.
    fl_hz, fh_hz : float
        Corners of its spectrum.
    seed : int or numpy.random.Generator
        A generator is drawn from, so that the next burst is another one.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In microvolt.

    Examples
    --------
    >>> samples = simulate_burst(onset_s=1.0, snr_db=20, seed=1)
    >>> bool(samples[3000:].std() > 5 * samples[:2000].std())
    True
    """
    emg_rng, rest_rng = np.random.default_rng(seed).spawn(2)
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    stop_s = max(duration_s, onset_s) + fall_ms / 1000 + 1 if end_s is None else end_s
    burst = Burst(onset_s, stop_s, rise_ms=rise_ms, shape=shape, fall_ms=fall_ms)
    emg = texture(times_s.size, rate_hz=rate_hz, rng=emg_rng, kind=kind, fl_hz=fl_hz, fh_hz=fh_hz)
    rest = rest_noise(times_s.size, rate_hz=rate_hz, rng=rest_rng, pink_share=pink_share)
    return rest_uv * (10 ** (snr_db / 20) * envelope(times_s, [burst]) * emg + rest)
