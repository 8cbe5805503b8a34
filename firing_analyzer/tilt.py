"""The tilt of rest's spectrum: an amplifier's is flat, that of a muscle which never rests is not."""

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import windows

from firing_analyzer.activity import Activity
from firing_analyzer.filters import FloatArray, runs


def rest_tilt_db(samples: FloatArray, activity: Activity, *, rate_hz: float, high_hz: float) -> float:
    """How much more power per hertz rest holds in the muscle's main band than near the upper edge.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Conditioned signal.
    activity : Activity
    rate_hz : float
    high_hz : float
        Upper edge of the analysed band.

    Returns
    -------
    float
        In dB; about 0 to 5 for an amplifier and skin at rest, above 10 for a muscle at work. 0 where
        the band is too narrow or rest too short to say.

    Notes
    -----
    The spectrum of surface EMG peaks between 50 and 150 Hz and falls steeply above; that of an amplifier
    does not. This needs no unit and no second recording, and is our own criterion.
    """
    if high_hz < 200:
        return 0.0
    hop = max(1, round(activity.frame_s * rate_hz))
    size = int(2 ** np.ceil(np.log2(0.15 * rate_hz)))
    pieces: list[FloatArray] = []
    for start, stop in runs(activity.quiet):
        piece = samples[start * hop : stop * hop]
        pieces.extend(piece[k : k + size] for k in range(0, piece.size - size + 1, size))
        if len(pieces) > 400:
            break
    if len(pieces) < 5:
        return 0.0
    stacked = np.stack(pieces)
    stacked -= stacked.mean(axis=1, keepdims=True)
    spectrum = np.asarray(fft.rfft(stacked * windows.hann(size, sym=False)))
    frequency = fft.rfftfreq(size, 1 / rate_hz)
    low = _usual_power(spectrum[:, (frequency >= 45) & (frequency <= 140)])
    high = _usual_power(spectrum[:, (frequency >= 0.7 * high_hz) & (frequency <= 0.95 * high_hz)])
    return float(10 * np.log10(low / high)) if high > 0 else 0.0


def _usual_power(spectrum: NDArray[np.complex128]) -> float:
    """Mean over frequencies of the median over pieces, which a beat or a twitch cannot move."""
    power = spectrum.real**2 + spectrum.imag**2
    return float(np.median(np.ascontiguousarray(power.T), axis=1).mean())
