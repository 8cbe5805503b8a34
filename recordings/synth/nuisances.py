"""What else an EMG electrode picks up: the heart, the mains, breathing, and a baseline that wanders.

References
----------
.. [1] McSharry PE, Clifford GD, Tarassenko L, Smith LA (2003). A dynamical model for generating synthetic
   electrocardiogram signals. IEEE Trans Biomed Eng 50(3):289-294. doi:10.1109/TBME.2003.808805
"""

from typing import Final

import numpy as np
from numpy.random import Generator

from recordings.model import FloatArray
from recordings.synth.bursts import Burst

#: Waves P, Q, R, S, T at 60 beats a minute: time after R (s), SD (s), height over R. Heights are a * b**2 of
#: the table in [1]_; so are the times and widths of P and T. Those of Q, R and S are narrower, because skin
#: electrodes of an EMG amplifier see a QRS of some 90 ms with energy beyond 30 Hz.
_WAVES: Final = (
    (-0.167, 0.040, 0.25),
    (-0.026, 0.010, -0.17),
    (0.0, 0.010, 1.0),
    (0.026, 0.010, -0.25),
    (0.250, 0.064, 0.40),
)
#: Harmonics of the mains and their height over the fundamental: rectifiers make odd ones.
_HARMONICS: Final = ((1, 1.0), (2, 0.08), (3, 0.3), (5, 0.12), (7, 0.06))
_GRID_S: Final = 0.01


def slow_modulation(
    times_s: FloatArray, *, rng: Generator, band_hz: tuple[float, float], terms: int = 8
) -> FloatArray:
    """Return a smooth random course with a mean square of one: a sum of slow sinusoids.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
    rng : numpy.random.Generator
    band_hz : tuple of float
        Lowest and highest frequency of the sinusoids; up to about 5 Hz.
    terms : int
        How many sinusoids; the course stays within ``sqrt(2 * terms)``.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    if times_s.size == 0:
        return np.zeros(0)
    frequency_hz, phase = rng.uniform(*band_hz, terms), rng.uniform(0, 2 * np.pi, terms)
    # The course is slow: reckoned every 10 ms it can be drawn with straight lines.
    first = np.floor(times_s[0] / _GRID_S) * _GRID_S
    grid_s = first + _GRID_S * np.arange(int((times_s[-1] - first) / _GRID_S) + 3)
    course = np.sin(2 * np.pi * np.outer(grid_s, frequency_hz) + phase).sum(axis=1)
    return np.interp(times_s, grid_s, course * np.sqrt(2 / terms))


def breath_times(
    duration_s: float, *, rng: Generator, per_min: float = 14.0, variability: float = 0.08
) -> FloatArray:
    """Return when breaths begin, in seconds, from before the start to after the end.

    Parameters
    ----------
    duration_s : float
    rng : numpy.random.Generator
    per_min : float
    variability : float
        SD of the intervals over their mean.

    Returns
    -------
    ndarray of float64, ascending
    """
    period_s = 60 / per_min
    n_breaths = int(1.5 * duration_s / period_s) + 10
    first_s = -period_s * (2 + rng.random())
    factors = np.clip(1 + variability * rng.standard_normal(n_breaths), 0.5, 1.5)
    times_s = first_s + np.cumsum(period_s * factors)
    return times_s[times_s < duration_s + 2 * period_s]


def beat_times(
    duration_s: float,
    *,
    rng: Generator,
    breaths_s: FloatArray,
    per_min: float = 68.0,
    variability: float = 0.04,
) -> FloatArray:
    """Return when the heart beats (R waves), in seconds, from before the start to after the end.

    Half of the variance of the intervals follows the breath, as [1]_ has it; the other half is a slow random
    course from beat to beat.

    Parameters
    ----------
    duration_s : float
    rng : numpy.random.Generator
    breaths_s : ndarray of float64
        When breaths begin.
    per_min : float
    variability : float
        SD of the intervals over their mean.

    Returns
    -------
    ndarray of float64, ascending
    """
    mean_s = 60 / per_min
    time_s, drift = -1.0 - mean_s * rng.random(), 0.0
    times_s: list[float] = []
    while time_s < duration_s + 1.0:
        times_s.append(time_s)
        drift = 0.8 * drift + 0.6 * rng.standard_normal()
        with_breath = np.sqrt(2) * np.sin(breath_phase(time_s, breaths_s))
        time_s += mean_s * max(0.4, 1 + variability * float(with_breath + drift) / np.sqrt(2))
    return np.array(times_s)


def breath_phase(times_s: FloatArray | float, breaths_s: FloatArray) -> FloatArray:
    """Return the phase of the breath in radians, a whole turn from one breath to the next."""
    turns = np.interp(np.asarray(times_s), breaths_s, np.arange(breaths_s.size, dtype=np.float64))
    return 2 * np.pi * np.asarray(turns)


def heart_beat(
    times_s: FloatArray, *, beats_s: FloatArray, breaths_s: FloatArray, with_breath: float = 0.1
) -> FloatArray:
    """Return the electrocardiogram, 1 high at the R wave.

    Each beat is the sum of five Gaussian waves, the form that the model of [1]_ takes when its limit cycle is
    followed exactly. P and T keep their distance to R in proportion to the square root of the interval
    between beats.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
        In ascending order.
    beats_s, breaths_s : ndarray of float64
        When R waves come and breaths begin.
    with_breath : float
        How much the height swings with the breath, as a share.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    course = np.zeros(times_s.size)
    intervals_s = (
        np.diff(beats_s, prepend=2 * beats_s[0] - beats_s[1]) if beats_s.size > 1 else np.ones(beats_s.size)
    )
    heights = 1 + with_breath * np.sin(breath_phase(beats_s, breaths_s))
    for centre_s, width_s, height in _WAVES:
        stretch = np.sqrt(intervals_s) if abs(centre_s) > 0.1 else np.ones(intervals_s.size)
        middles_s = beats_s + centre_s * stretch
        for middle_s, sd_s, peak in zip(middles_s, width_s * stretch, heights * height, strict=True):
            first, last = np.searchsorted(times_s, [middle_s - 5 * sd_s, middle_s + 5 * sd_s])
            course[first:last] += peak * np.exp(-0.5 * ((times_s[first:last] - middle_s) / sd_s) ** 2)
    return course


def mains_hum(
    times_s: FloatArray, *, rate_hz: float, rng: Generator, mains_hz: float = 50.0, drift: float = 0.15
) -> FloatArray:
    """Return hum with harmonics whose fundamental has an RMS of one and drifts slowly in height.

    Harmonics that the amplifier's filter before sampling would take out are left out.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
    rng : numpy.random.Generator
    rate_hz : float
    mains_hz : float
        What the mains do at this moment, such as 50.02.
    drift : float
        SD of the height, as a share.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    height = np.sqrt(2) * np.maximum(0.0, 1 + drift * slow_modulation(times_s, rng=rng, band_hz=(0.01, 0.1)))
    turns = 2 * np.pi * mains_hz * times_s
    phases = rng.uniform(0, 2 * np.pi, len(_HARMONICS))
    course = np.zeros(times_s.size)
    for (order, share), phase in zip(_HARMONICS, phases, strict=True):
        if order * mains_hz < 0.45 * rate_hz:
            course += share * np.sin(order * turns + phase)
    return height * course


def breathing_bursts(breaths_s: FloatArray, *, rng: Generator) -> tuple[Burst, ...]:
    """Return a short burst of the shoulder for every breath, swelling and fading over 0.3 s."""
    lengths_s, levels = rng.uniform((0.7, 0.7), (1.1, 1.0), (breaths_s.size, 2)).T
    return tuple(
        Burst(
            float(begin),
            float(begin + length),
            rise_ms=300.0,
            shape="smoothstep",
            fall_ms=300.0,
            level=float(level),
        )
        for begin, length, level in zip(breaths_s, lengths_s, levels, strict=True)
    )
