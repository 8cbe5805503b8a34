"""What EMG looks like inside: noise of muscle and of amplifier, each with unit or stated power.

Everything here is filtered or summed forwards in time, so a longer texture begins with the samples of a
shorter one from the same generator.

References
----------
.. [1] Shwedyk E, Balasubramanian R, Scott RN (1977). A nonstationary model for the electromyogram.
   IEEE Trans Biomed Eng 24(5):417-424. doi:10.1109/TBME.1977.326175
.. [2] Stulen FB, De Luca CJ (1981). Frequency parameters of the myoelectric signal as a measure of muscle
   conduction velocity. IEEE Trans Biomed Eng 28(7):515-523. doi:10.1109/TBME.1981.324738
.. [3] Lo Conte LR, Merletti R, Sandri GV (1994). Hermite expansions of compact support waveforms:
   applications to myoelectric signals. IEEE Trans Biomed Eng 41(12):1147-1159. doi:10.1109/10.335863
.. [4] Fuglevand AJ, Winter DA, Patla AE (1993). Models of recruitment and rate coding organization in
   motor-unit pools. J Neurophysiol 70(6):2470-2488. doi:10.1152/jn.1993.70.6.2470
"""

import zlib
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.random import Generator
from scipy import signal

from recordings.model import FloatArray

Texture = Literal["gaussian", "motor_units"]

#: Amplifiers cut the EMG band here; slower ones cut at this share of their rate.
_BAND_TOP_HZ: Final = 500.0
_BAND_TOP_SHARE: Final = 0.4
_LOWEST_PINK_HZ: Final = 0.5


def stream(seed: int, name: str) -> Generator:
    """Return the generator of one named source, independent of every other name.

    Sources that draw from streams of their own do not disturb one another: adding hum leaves the muscle as it
    was.

    Examples
    --------
    >>> stream(1, "glute").random() == stream(1, "glute").random()
    True
    >>> stream(1, "glute").random() == stream(1, "shoulder").random()
    False
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def texture(
    n_samples: int,
    *,
    rate_hz: float,
    rng: Generator,
    kind: Texture = "gaussian",
    fl_hz: float = 60.0,
    fh_hz: float = 120.0,
) -> FloatArray:
    """Return steady EMG of a kind, with a mean square of one.

    Parameters
    ----------
    n_samples : int
    rate_hz : float
    rng : numpy.random.Generator
    kind : {"gaussian", "motor_units"}
    fl_hz, fh_hz : float
        Lower and upper corner of the spectrum. Motor units take their widths from them, so that both kinds
        peak alike.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    if kind == "motor_units":
        return motor_unit_texture(
            n_samples, rate_hz=rate_hz, rng=rng, peak_hz=peak_frequency_hz(fl_hz, fh_hz)
        )
    return gaussian_texture(n_samples, rate_hz=rate_hz, rng=rng, fl_hz=fl_hz, fh_hz=fh_hz)


def spectral_density(frequency_hz: FloatArray, *, fl_hz: float, fh_hz: float) -> FloatArray:
    """Return the power density of surface EMG, up to a factor [1]_, [2]_.

    ``f**2 / ((f**2 + fl**2) * (f**2 + fh**2)**2)``: a rise of 20 dB a decade below `fl_hz`, a fall of 40 dB
    above `fh_hz`.
    """
    square = frequency_hz**2
    return square / ((square + fl_hz**2) * (square + fh_hz**2) ** 2)


def peak_frequency_hz(fl_hz: float, fh_hz: float) -> float:
    """Return the frequency at which `spectral_density` is greatest.

    Examples
    --------
    >>> round(peak_frequency_hz(60, 120), 1)
    65.3
    """
    # Zero of the derivative in x = f**2: 2 x**2 + fl**2 x - fl**2 fh**2 = 0.
    low, high = fl_hz**2, fh_hz**2
    return float(np.sqrt((-low + np.sqrt(low**2 + 8 * low * high)) / 4))


def gaussian_texture(
    n_samples: int, *, rate_hz: float, rng: Generator, fl_hz: float = 60.0, fh_hz: float = 120.0
) -> FloatArray:
    """Return Gaussian noise with the spectrum of surface EMG and a variance of one.

    The model of [1]_: white noise through a filter whose squared gain is `spectral_density`. We deviate in
    making the filter digital by the bilinear transform, which bends the uppermost part of the band down to
    zero at half the rate.

    Parameters
    ----------
    n_samples : int
    rate_hz : float
    rng : numpy.random.Generator
    fl_hz, fh_hz : float
        Lower and upper corner; 60 and 120 Hz are usual.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    return _filtered_noise(n_samples, _emg_filter(rate_hz, fl_hz, fh_hz), rng, settle=int(0.1 * rate_hz))


def motor_unit_texture(
    n_samples: int,
    *,
    rate_hz: float,
    rng: Generator,
    units: int = 25,
    firing_hz: tuple[float, float] = (8.0, 20.0),
    irregularity: float = 0.2,
    size_range: float = 30.0,
    peak_hz: float = 65.0,
) -> FloatArray:
    """Return the sum of motor units that fire irregularly, with a mean square of one.

    Each unit repeats one waveform, a mix of the Hermite-Rodriguez functions of first and second order [3]_,
    at gamma-distributed intervals. Sizes grow exponentially from unit to unit [4]_. Few large units make the
    sum burstier than Gaussian noise. We deviate from [4]_ in that units are not recruited one by one: all
    fire all the time, and the envelope of a burst scales their sum.

    Parameters
    ----------
    n_samples : int
    rate_hz : float
    rng : numpy.random.Generator
    units : int
    firing_hz : tuple of float
        Least and greatest mean firing rate.
    irregularity : float
        SD of a unit's intervals over their mean.
    size_range : float
        Amplitude of the largest unit over that of the smallest.
    peak_hz : float
        Frequency at which the spectrum of a middling unit peaks.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    duration_s = n_samples / rate_hz
    total = np.zeros(n_samples)
    power = 0.0
    for number, own in enumerate(rng.spawn(units)):
        firing = own.uniform(*firing_hz)
        # A first-order function t exp(-(t/w)**2) has its spectral peak at 1 / (sqrt(2) pi w).
        width_s = own.uniform(0.7, 1.4) / (np.sqrt(2) * np.pi * peak_hz)
        mix, sign = own.uniform(-0.6, 0.6), own.choice([-1.0, 1.0])
        size = sign * size_range ** (number / units)
        reach_s = 3.2 * width_s
        expected = (duration_s + 2 * reach_s) * firing
        n_intervals = int(expected + 10 * irregularity * np.sqrt(expected)) + 10
        first_s = own.random() / firing - reach_s
        times = (
            first_s
            + np.cumsum(own.gamma(irregularity**-2, irregularity**2 / firing, n_intervals))
            - 1 / firing
        )
        times = times[times < duration_s + reach_s]
        # The energy of the unit-energy waveform is its width; a train's power is that times the rate.
        power += size**2 * width_s * firing
        _add_waveforms(total, times * rate_hz, width_s * rate_hz, size * np.cos(mix), size * np.sin(mix))
    return total / np.sqrt(power)


def rest_noise(n_samples: int, *, rate_hz: float, rng: Generator, pink_share: float = 0.1) -> FloatArray:
    """Return the noise of an electrode at rest, with a variance of one: white in the band and a little 1/f.

    Parameters
    ----------
    n_samples : int
    rate_hz : float
    rng : numpy.random.Generator
    pink_share : float
        Part of the power that falls with frequency, from 0 to 1.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
    """
    white_rng, pink_rng = rng.spawn(2)
    white = _filtered_noise(n_samples, _band_filter(rate_hz), white_rng, settle=int(0.1 * rate_hz))
    if pink_share <= 0:
        return white
    pink = _filtered_noise(n_samples, _pink_filter(rate_hz), pink_rng, settle=int(4 * rate_hz))
    return np.sqrt(1 - pink_share) * white + np.sqrt(pink_share) * pink


def _add_waveforms(total: FloatArray, centres: FloatArray, width: float, first: float, second: float) -> None:
    """Add a mix of two Hermite-Rodriguez functions at `centres`, all in samples and between them."""
    half = int(np.ceil(3.2 * width))
    nearest = np.round(centres).astype(np.int64)
    places = nearest[:, None] + np.arange(-half, half + 1)
    x = (places - centres[:, None]) / width
    bell = np.exp(-(x**2))
    unit = np.sqrt(np.pi / 2)
    waves = bell * (first * 2 * x / np.sqrt(unit) + second * (4 * x**2 - 2) / np.sqrt(3 * unit))
    inside = (places >= 0) & (places < total.size)
    total += np.bincount(places[inside], weights=waves[inside], minlength=total.size)


def _filtered_noise(n_samples: int, sos: FloatArray, rng: Generator, *, settle: int) -> FloatArray:
    """Return white noise through a filter that has settled, scaled to a variance of one."""
    noise = rng.standard_normal(settle + n_samples)
    return np.asarray(signal.sosfilt(sos, noise), dtype=np.float64)[settle:]


def _unit_power(sos: FloatArray, n_samples: int) -> FloatArray:
    """Scale a filter so that white noise of variance one keeps that variance."""
    impulse = np.zeros(n_samples)
    impulse[0] = 1.0
    answer = np.asarray(signal.sosfilt(sos, impulse))
    scaled = sos.copy()
    scaled[0, :3] /= np.sqrt(np.sum(answer**2))
    return scaled


@lru_cache(maxsize=64)
def _emg_filter(rate_hz: float, fl_hz: float, fh_hz: float) -> FloatArray:
    low, high = 2 * np.pi * fl_hz, 2 * np.pi * fh_hz
    z, p, k = signal.bilinear_zpk([0.0], [-low, -high, -high], high**2, fs=rate_hz)
    return _unit_power(np.asarray(signal.zpk2sos(z, p, k)), int(rate_hz))


@lru_cache(maxsize=64)
def _band_filter(rate_hz: float) -> FloatArray:
    top_hz = min(_BAND_TOP_HZ, _BAND_TOP_SHARE * rate_hz)
    return _unit_power(np.asarray(signal.butter(2, top_hz, fs=rate_hz, output="sos")), int(rate_hz))


@lru_cache(maxsize=64)
def _pink_filter(rate_hz: float) -> FloatArray:
    # Poles an octave apart, each followed half an octave later by a zero, fall by 10 dB a decade.
    corners_hz = _LOWEST_PINK_HZ * 2.0 ** np.arange(
        np.floor(np.log2(_BAND_TOP_SHARE * rate_hz / _LOWEST_PINK_HZ))
    )
    poles, zeros = -2 * np.pi * corners_hz, -2 * np.pi * corners_hz * np.sqrt(2)
    z, p, k = signal.bilinear_zpk(zeros, poles, 1.0, fs=rate_hz)
    return _unit_power(np.asarray(signal.zpk2sos(z, p, k)), int(8 * rate_hz))
