"""Lost samples keep their place: values go to their positions on an even grid, NaN stands in between."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.errors import TimeError
from recordings.model import FloatArray

IntArray = NDArray[np.int64]

# A signal of eight hours at 2 kHz. Beyond it, a mostly empty grid is a broken time column, not a recording.
_LONGEST_GRID: Final = 60_000_000


def spread(values: FloatArray, positions: IntArray, *, size: int | None = None) -> FloatArray:
    """Put values at their positions on an even grid and NaN at every position without one.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    positions : ndarray of int64, shape (n,)
        Strictly increasing, from 0.
    size : int, optional
        Length of the grid; by default it ends with the last position.

    Raises
    ------
    TimeError
        If the gaps would make the signal absurdly long.

    Examples
    --------
    >>> spread(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 3]))
    array([ 1.,  2., nan,  3.])
    """
    length = size if size is not None else (int(positions[-1]) + 1 if positions.size else 0)
    if length == values.size and (not positions.size or int(positions[-1]) == values.size - 1):
        return values
    if length > max(_LONGEST_GRID, 2 * values.size):
        raise TimeError(
            f"the times leave room for {length} samples where the file holds {values.size}; "
            "check the times for a jump that is not a gap, and cut the file there"
        )
    grid = np.full(length, np.nan)
    grid[positions] = values
    return grid


def blank(samples: FloatArray, *, rate_hz: float, onset_s: float, duration_s: float) -> FloatArray:
    """Return the samples with NaN from `onset_s` for `duration_s`, both in seconds from the first sample."""
    first = max(0, round(onset_s * rate_hz))
    last = max(first, round((onset_s + duration_s) * rate_hz))
    if first >= samples.size or last == first:
        return samples
    blanked = samples.copy()
    blanked[first:last] = np.nan
    return blanked
