"""A trace made ready for drawing: cut to a window, its envelope, and no more points than paper can show."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter1d

from firing_analyzer.result import Trace

FloatArray = NDArray[np.float64]

#: Window of the drawn envelope. It is centred, so that the line begins to rise up to half of it before
#: the onset; nothing is measured on it.
ENVELOPE_MS = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A stretch of a trace.

    Attributes
    ----------
    times_s, samples, envelope : ndarray of float64, shape (n,)
        NaN in `samples` and `envelope` where samples were lost.
    """

    times_s: FloatArray
    samples: FloatArray
    envelope: FloatArray


def cut(trace: Trace, start_s: float, stop_s: float, *, window_ms: float = ENVELOPE_MS) -> Piece:
    """Cut a stretch out of a trace, with its envelope.

    Parameters
    ----------
    trace : Trace
    start_s, stop_s : float
        What lies outside the recording is left out.
    window_ms : float
        Length of the envelope's window. A channel that is not EMG, or already is an envelope, is its own.

    Returns
    -------
    Piece
    """
    ends = (round((time_s - trace.start_s) * trace.rate_hz) for time_s in (start_s, stop_s))
    first, last = (min(max(end, 0), trace.samples.size) for end in ends)
    pad = round(window_ms / 1000 * trace.rate_hz)
    left, right = max(first - pad, 0), min(last + pad, trace.samples.size)
    samples = trace.samples[left:right].astype(np.float64)
    envelope = moving_rms(samples, 2 * (pad // 2) + 1) if trace.channel.kind == "emg" else samples
    keep = slice(first - left, max(last, first) - left)
    times_s = trace.start_s + np.arange(first, max(last, first)) / trace.rate_hz
    return Piece(times_s, samples[keep], envelope[keep])


def moving_rms(samples: ArrayLike, n_window: int) -> FloatArray:
    """Root mean square over a centred window, of the samples that are known; NaN where a sample is lost.

    Examples
    --------
    >>> moving_rms([3.0, -3.0, np.nan, 3.0], 3)
    array([ 3.,  3., nan,  3.])
    """
    x = np.asarray(samples, dtype=np.float64)
    known = np.isfinite(x)
    power = uniform_filter1d(np.where(known, x, 0.0) ** 2, n_window, mode="constant")
    share = uniform_filter1d(known.astype(np.float64), n_window, mode="constant")
    with np.errstate(invalid="ignore", divide="ignore"):
        # the running sum may end a hair below zero
        return np.where(known, np.sqrt(np.maximum(power, 0.0) / share), np.nan)


def thin_out(times_s: FloatArray, values: FloatArray, *, bins: int) -> tuple[FloatArray, FloatArray]:
    """Keep the least and the greatest value of each of many equal stretches, and every gap.

    Parameters
    ----------
    times_s, values : ndarray of float64, shape (n,)
        Values may hold NaN.
    bins : int
        Number of stretches; a row of at most twice as many values is returned as it is.

    Returns
    -------
    times_s, values : ndarray of float64
        The line breaks in each stretch in which a value is NaN.

    Examples
    --------
    >>> thin_out(np.arange(6.0), np.array([0.0, 9.0, 1.0, np.nan, np.nan, np.nan]), bins=2)[1]
    array([ 0.,  9.,  9., nan, nan, nan])
    """
    n = values.size
    if n <= 2 * bins:
        return times_s, values
    starts = np.linspace(0, n, bins, endpoint=False).astype(np.int64)
    lost = np.isnan(values)
    low = np.minimum.reduceat(np.where(lost, np.inf, values), starts)
    high = np.maximum.reduceat(np.where(lost, -np.inf, values), starts)
    low, high = (np.where(np.isfinite(edge), edge, np.nan) for edge in (low, high))
    # the third point of a stretch breaks the line where something is missing, and else repeats the second
    third = np.where(np.logical_or.reduceat(lost, starts), np.nan, high)
    middles = times_s[np.minimum(starts + n // (2 * bins), n - 1)]
    return np.repeat(middles, 3), np.column_stack((low, high, third)).ravel()


def nice_below(most: float) -> float:
    """Return the greatest 1, 2 or 5 times a power of ten that is not more than `most`.

    Examples
    --------
    >>> nice_below(430.0)
    200.0
    """
    step = 10.0 ** np.floor(np.log10(most))
    return float(max(factor for factor in (1, 2, 5) if factor * step <= most * (1 + 1e-9)) * step)
