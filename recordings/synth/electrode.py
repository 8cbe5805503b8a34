"""From bursts to samples: what a muscle sends out, and what an electrode and its amplifier make of it."""

import numpy as np

from recordings.model import FloatArray
from recordings.synth.bursts import Burst, envelope
from recordings.synth.nuisances import breathing_bursts, heart_beat, mains_hum, slow_modulation
from recordings.synth.person import Body, Muscle, Nuisance, Span
from recordings.synth.texture import rest_noise, stream, texture

#: An electrode that has come off is an aerial.
_OFF_HUM_UV = 150.0
_OFF_NOISE_UV = 40.0
#: Below this rate a sensor that sends envelopes samples the EMG itself faster.
LEAST_EMG_RATE_HZ = 1000.0


def muscle_emg(
    times_s: FloatArray,
    steady: FloatArray,
    *,
    bursts: tuple[Burst, ...],
    muscle: Muscle,
    rest_uv: float,
    seed: int,
    name: str,
) -> FloatArray:
    """Return the EMG of a muscle without anything else: exactly zero outside its bursts.

    Steady noise times an envelope, as Shwedyk et al. (1977, see `recordings.synth.texture`) derive it; their
    envelope is the square root of the number of active motor units, ours is drawn outright.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n_samples,)
    steady : ndarray of float64, shape (n_samples,)
        Texture with a mean square of one.
    bursts : tuple of Burst
    muscle : Muscle
        Its signal-to-noise ratio and fluctuation are used.
    rest_uv : float
        RMS of the rest noise that the ratio refers to.
    seed, name : int, str
        Of the stream for the fluctuation.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In microvolt.
    """
    swing = muscle.fluctuation * slow_modulation(
        times_s, rng=stream(seed, f"{name} fluctuation"), band_hz=(0.3, 2.0)
    )
    plateau_uv = rest_uv * 10 ** (muscle.snr_db / 20) / np.sqrt(1 + muscle.fluctuation**2)
    return plateau_uv * envelope(times_s, bursts) * np.maximum(0.05, 1 + swing) * steady


def pick_up(
    emg_uv: FloatArray,
    *,
    times_s: FloatArray,
    rate_hz: float,
    nuisance: Nuisance,
    body: Body,
    beats_s: FloatArray,
    breaths_s: FloatArray,
    seed: int,
    name: str,
) -> FloatArray:
    """Return what the amplifier gives: EMG, all that is added to it, and all that is done to the sum.

    Lost samples are not yet taken out; see `lose`.

    Parameters
    ----------
    emg_uv : ndarray of float64, shape (n_samples,)
    times_s : ndarray of float64, shape (n_samples,)
        On the true clock.
    rate_hz : float
    nuisance : Nuisance
    body : Body
    beats_s, breaths_s : ndarray of float64
        When R waves come and breaths begin.
    seed, name : int, str
        Of the streams; sites have names of their own.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        In microvolt.
    """
    n_samples = times_s.size
    total = emg_uv.copy()
    if nuisance.heart_uv:
        total += nuisance.heart_uv * heart_beat(times_s, beats_s=beats_s, breaths_s=breaths_s)
    if nuisance.breathing_uv:
        rng = stream(seed, f"{name} breathing")
        steady = texture(n_samples, rate_hz=rate_hz, rng=stream(seed, f"{name} breathing texture"))
        total += nuisance.breathing_uv * envelope(times_s, breathing_bursts(breaths_s, rng=rng)) * steady
    if nuisance.tonic_uv:
        swing = 0.15 * slow_modulation(times_s, rng=stream(seed, f"{name} tonic"), band_hz=(0.05, 0.5))
        steady = texture(n_samples, rate_hz=rate_hz, rng=stream(seed, f"{name} tonic texture"))
        total += nuisance.tonic_uv * np.maximum(0.05, 1 + swing) / np.sqrt(1 + 0.15**2) * steady
    if nuisance.with_rest:
        noise = rest_noise(
            n_samples, rate_hz=rate_hz, rng=stream(seed, f"{name} rest"), pink_share=nuisance.pink_share
        )
        total += nuisance.rest_uv * _rest_gain(times_s, nuisance) * noise
    if nuisance.hum_uv or nuisance.off_s:
        hum = mains_hum(times_s, rate_hz=rate_hz, rng=stream(seed, f"{name} hum"), mains_hz=body.mains_hz)
        total += nuisance.hum_uv * hum
        off_rng = stream(seed, f"{name} off")
        for stretch in nuisance.off_s:
            inside = _within(times_s, stretch)
            total[inside] = _OFF_HUM_UV * hum[inside] + _OFF_NOISE_UV * off_rng.standard_normal(
                np.count_nonzero(inside)
            )
    if nuisance.wander_uv:
        rng = stream(seed, f"{name} wander")
        total += nuisance.wander_uv * slow_modulation(times_s, rng=rng, band_hz=(0.05, 0.5))
    for stretch in nuisance.flat_s:
        total[_within(times_s, stretch)] = 0.0
    return total if nuisance.clip_uv is None else np.clip(total, -nuisance.clip_uv, nuisance.clip_uv)


def rectify_and_smooth(samples: FloatArray, *, rate_hz: float, window_ms: float) -> FloatArray:
    """Return the rectified samples averaged over the window that ends at each, as a sensor forms them.

    It comes late by half of the window, and nothing here undoes that.

    Examples
    --------
    >>> rectify_and_smooth(np.array([0.0, -2.0, 4.0, 0.0]), rate_hz=1000, window_ms=2).tolist()
    [0.0, 1.0, 3.0, 2.0]
    """
    width = max(1, round(window_ms / 1000 * rate_hz))
    total = np.cumsum(np.abs(samples))
    total[width:] -= total[:-width].copy()
    return total / width


def lose(samples: FloatArray, times_s: FloatArray, stretches: tuple[Span, ...]) -> FloatArray:
    """Return the samples with NaN wherever they were lost."""
    lost = samples.copy()
    for stretch in stretches:
        lost[_within(times_s, stretch)] = np.nan
    return lost


def _rest_gain(times_s: FloatArray, nuisance: Nuisance) -> FloatArray:
    gain_db = np.zeros(times_s.size)
    for at_s, change_db in nuisance.rest_steps:
        gain_db[times_s >= at_s] += change_db
    return 10 ** (gain_db / 20)


def _within(times_s: FloatArray, stretch: Span) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (times_s >= stretch[0]) & (times_s < stretch[1])
