"""Runs of lost samples as pairs of positions, and the name that files give them."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.model import FloatArray

#: Annotations and rows of an events table that name lost samples carry this label.
EVENT_GAP: Final = "BAD_gap"

Ranges = tuple[tuple[int, int], ...]


def lost_ranges(lost: NDArray[np.bool_]) -> Ranges:
    """Return the first position and the one behind the last of every run that is true.

    Parameters
    ----------
    lost : ndarray of bool, shape (n_samples,)

    Examples
    --------
    >>> lost_ranges(np.array([True, False, False, True, True]))
    ((0, 1), (3, 5))
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], lost, [False]]).astype(np.int8)))
    return tuple((int(first), int(stop)) for first, stop in edges.reshape(-1, 2))


def blank_ranges(samples: FloatArray, ranges: Iterable[tuple[int, int]]) -> FloatArray:
    """Return the samples with NaN in the ranges; what lies outside the array is ignored."""
    blanked = samples.copy()
    for first, stop in ranges:
        blanked[first:stop] = np.nan
    return blanked
