"""The tilt of rest's spectrum: an amplifier's is flat, that of a muscle which never rests is not."""

import numpy as np
from scipy import signal

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
    frequency, density = signal.periodogram(np.stack(pieces), rate_hz, window="hann")
    # the median over pieces is not moved by a heart beat or a twitch here and there
    density = np.median(density, axis=0)
    low = density[(frequency >= 45) & (frequency <= 140)].mean()
    high = density[(frequency >= 0.7 * high_hz) & (frequency <= 0.95 * high_hz)].mean()
    return float(10 * np.log10(low / high)) if high > 0 else 0.0
