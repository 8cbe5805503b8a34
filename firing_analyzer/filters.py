"""Conditioning that is the same for both channels and moves nothing in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import fft, signal

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

#: No filter edge above this share of the sampling rate.
EDGE_OF_RATE = 0.45
#: What is left of a filter's answer where it is taken to be over: the rounding of a float.
OVER = 1e-16
#: Least length of a transformed block in such answers, and how many blocks stay in the processor's cache.
BLOCK, AT_ONCE = 16, 8


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
    edges = np.array(list(runs(lost)))
    known = np.unique((edges - (1, 0)).clip(0, x.size - 1))
    known = known[~lost[known]]
    inside = np.flatnonzero(lost)
    filled = x.copy()
    filled[inside] = np.interp(inside, known, x[known])
    return filled, lost


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
    made = _band(rate_hz, low_hz, upper_edge_hz(rate_hz, high_hz=high_hz))
    if x.size < 32:
        return np.zeros_like(x)
    if x.size < made.size:
        return _both_ways(made.sections, x - np.mean(x))
    reach, size = made.reach, made.size
    y = np.empty(x.size)
    y[:reach] = _both_ways(made.sections, x[: 2 * reach])[:reach]
    y[-reach:] = _both_ways(made.sections, x[-2 * reach :])[reach:]
    # in between no end is felt: the same by transforms of blocks that overlap, in half the time
    hop = size - 2 * reach
    blocks = sliding_window_view(x, size)[::hop]
    inside = y[reach : reach + len(blocks) * hop].reshape(-1, hop)
    for start in range(0, len(blocks), AT_ONCE):
        piece = slice(start, start + AT_ONCE)
        inside[piece] = made.apply(blocks[piece])
    left = x.size - 2 * reach - inside.size
    if left:
        y[-reach - left : -reach] = made.apply(x[-size:])[hop - left :]
    return y


@dataclass(frozen=True, slots=True, eq=False)
class _Band:
    """One band-pass.

    Attributes
    ----------
    sections : ndarray
        Of the filter that goes once forwards and once backwards.
    reach : int
        Samples to either side over which it answers to one.
    size : int
        Length of a block.
    gain : ndarray
        Of both ways together, by frequency of a block's spectrum.
    """

    sections: FloatArray
    reach: int
    size: int
    gain: FloatArray

    def apply(self, blocks: FloatArray) -> FloatArray:
        """Filter blocks, and leave out what their ends have touched."""
        spectrum = fft.rfft(blocks)
        spectrum *= self.gain
        return np.asarray(fft.irfft(spectrum, self.size, overwrite_x=True))[..., self.reach : -self.reach]


@lru_cache(maxsize=16)
def _band(rate_hz: float, low_hz: float, high_hz: float) -> _Band:
    sections = np.asarray(signal.butter(2, (low_hz, high_hz), "bandpass", fs=rate_hz, output="sos"))
    poles = np.concatenate([np.roots(section[3:]) for section in sections])
    reach = int(np.ceil(np.log(OVER) / np.log(np.abs(poles).max())))
    size = 2 ** int(np.ceil(np.log2(BLOCK * reach)))
    _, answer = signal.sosfreqz(sections, 2 * np.pi * np.arange(size // 2 + 1) / size)
    return _Band(sections, reach, size, np.asarray(np.abs(answer) ** 2, dtype=np.float64))


def _both_ways(sections: FloatArray, x: FloatArray) -> FloatArray:
    return np.asarray(signal.sosfiltfilt(sections, x), dtype=np.float64)


def quantiles(values: FloatArray, shares: tuple[float, ...]) -> list[float]:
    """Quantiles of values without NaN, as `numpy.quantile` gives them.

    All are sorted, which a processor does to many at a time, and so sooner than it finds a few.

    Examples
    --------
    >>> import numpy as np
    >>> quantiles(np.array([4.0, 1.0, 2.0, 3.0]), (0.0, 0.5))
    [1.0, 2.5]
    """
    ordered = np.sort(values)
    place = np.array(shares) * (ordered.size - 1)
    before = place.astype(np.int64)
    after = np.minimum(before + 1, ordered.size - 1)
    return (ordered[before] + (place - before) * (ordered[after] - ordered[before])).tolist()


def widened(mask: BoolArray, by: int) -> BoolArray:
    """Widen every stretch of True by so many places to either side.

    Examples
    --------
    >>> import numpy as np
    >>> widened(np.array([False, False, True, False, False, False]), 1).tolist()
    [False, True, True, True, False, False]
    """
    wide = mask.copy()
    for start, stop in runs(mask):
        wide[max(start - by, 0) : stop + by] = True
    return wide


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
