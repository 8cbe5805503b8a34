"""Conditioning that is the same for both channels and moves nothing in time."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import signal

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: No filter edge above this share of the sampling rate.
EDGE_OF_RATE = 0.45


def upper_edge_hz(rate_hz: float, *, high_hz: float = 450.0) -> float:
    """Return the highest usable frequency: ``high_hz``, or 0.45 of the rate where that is lower."""
    return min(high_hz, EDGE_OF_RATE * rate_hz)


def fill_gaps(x: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Bridge lost samples by straight lines, so that a filter can pass.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Samples; NaN where lost.

    Returns
    -------
    filled : ndarray, shape (n,)
        `x` itself where nothing is lost.
    lost : ndarray of bool, shape (n,)
        Where a sample was lost. What is filled in is never used as data.
    """
    lost = np.isnan(x)
    if not lost.any() or lost.all():
        return (np.zeros_like(x) if lost.any() else x), lost
    index = np.arange(x.size)
    return np.interp(index, index[~lost], x[~lost]), lost


def bandpass(x: FloatArray, rate_hz: float, *, low_hz: float = 30.0, high_hz: float = 450.0) -> FloatArray:
    """Band-pass without delay: second-order Butterworth, once forwards and once backwards.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Samples without NaN (see `fill_gaps`).
    rate_hz : float
    low_hz, high_hz : float
        The upper edge is lowered to 0.45 of the rate where it would be higher.

    Returns
    -------
    ndarray, shape (n,)

    Notes
    -----
    30 Hz, not the usual 20 Hz, because the heart beat sits on the trapezius
    (Drake and Callaghan 2006, doi:10.1016/j.jelekin.2005.07.003). A zero-phase filter smears a sudden
    start some milliseconds ahead of itself; `firing_analyzer.refine` knows by how much.
    """
    sections = signal.butter(
        2, (low_hz, upper_edge_hz(rate_hz, high_hz=high_hz)), "bandpass", fs=rate_hz, output="sos"
    )
    if x.size < 32:
        return np.zeros_like(x)
    return np.asarray(signal.sosfiltfilt(sections, x - np.mean(x)), dtype=np.float64)


def runs(mask: BoolArray) -> Iterator[tuple[int, int]]:
    """Yield ``(start, stop)`` of every stretch of True.

    Examples
    --------
    >>> import numpy as np
    >>> list(runs(np.array([False, True, True, False, True])))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
