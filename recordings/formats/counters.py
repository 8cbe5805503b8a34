"""Packet and sample counters: where a number is left out, samples were lost."""

from typing import Final

import numpy as np

from recordings.errors import TimeError
from recordings.formats.gaps import IntArray
from recordings.model import FloatArray

# BITalino counts 0 to 15; a counter this short cannot tell how often it went round during a gap.
_SHORT: Final = 256


def positions_from_counter(counter: FloatArray, *, name: str) -> tuple[IntArray, list[str]]:
    """Place of every row on the even grid, told from a counter that may wrap.

    Parameters
    ----------
    counter : ndarray of float64, shape (n_rows,)
        Whole numbers that rise by one with every sample. The modulus is taken as the smallest power of two
        above the largest number seen, and at least 16.
    name : str
        Name of the counter, for messages.

    Returns
    -------
    positions : ndarray of int64, shape (n_rows,)
        Strictly increasing, from 0.
    notes : list of str
        What is uncertain about them.

    Raises
    ------
    TimeError
        If the counter is no whole number, repeats, or runs backwards.

    Examples
    --------
    >>> positions_from_counter(np.array([14.0, 15.0, 0.0, 3.0]), name="nSeq")[0].tolist()
    [0, 1, 2, 5]
    """
    if counter.size == 0:
        return np.zeros(0, dtype=np.int64), []
    if not np.isfinite(counter).all() or np.any(counter != np.round(counter)) or counter.min() < 0:
        raise TimeError(
            f"the counter {name!r} holds something other than whole numbers; export the recording again"
        )
    numbers = counter.astype(np.int64)
    steps = np.diff(numbers)
    modulus = max(16, 1 << int(numbers.max()).bit_length())
    wraps = bool(np.any(steps < 0))
    short = wraps and modulus <= _SHORT
    if wraps:
        steps = np.where(steps < 0, steps + modulus, steps)
    if short:
        steps = np.where(steps == 0, modulus, steps)
    # More than half a turn is a step back; a short counter may take it in a gap, but not most of the time.
    backwards = wraps & (steps > modulus // 2) & (not short or float(np.median(steps)) > modulus // 2)
    wrong = np.flatnonzero(backwards | (steps == 0))
    if wrong.size:
        row = int(wrong[0]) + 2
        before, after = numbers[row - 2], numbers[row - 1]
        raise TimeError(
            f"the counter {name!r} goes from {before} to {after} at row {row}; "
            "it must rise with every sample, put the rows in order or cut the file there"
        )
    positions = np.concatenate(([0], np.cumsum(steps))).astype(np.int64)
    lost = int((steps - 1).sum())
    if lost and short:
        note = (
            f"{lost} lost samples are kept as gaps; the counter {name!r} goes round every {modulus} samples, "
            "so longer gaps may be shown too short"
        )
        return positions, [note]
    return positions, []
