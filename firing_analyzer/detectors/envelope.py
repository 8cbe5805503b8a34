"""Smoothing a rectified signal so that neither lost samples nor the ends of the record make activity."""

import numpy as np
from scipy.signal import butter, sosfiltfilt

from firing_analyzer.detectors.activity import BoolArray, runs
from firing_analyzer.detectors.baseline import DetectorInputError, FloatArray, positive


def filled(level: FloatArray, lost: BoolArray) -> FloatArray:
    """Replace lost samples by the signal on either side, mirrored at the edges of the loss.

    A zero or a held sample would make an edge that a threshold could take for an onset, and a mean would
    carry a burst towards it; in a mirror everything is as far from the edge as it was. Across the loss the
    mirror image of one side fades into that of the other.

    Examples
    --------
    >>> lost = np.array([False, False, True, True, True, False, False])
    >>> filled(np.array([5.0, 1.0, 0.0, 0.0, 0.0, 1.0, 9.0]), lost)
    array([5., 1., 3., 7., 2., 1., 9.])
    """
    starts, stops = runs(lost)
    known = level[~lost]
    if starts.size == 0 or known.size == 0:
        return level
    lengths = stops - starts
    index = np.flatnonzero(lost)
    from_start = index - np.repeat(starts, lengths)
    to_stop = np.repeat(stops, lengths) - 1 - index
    # Counted among the known samples alone, a mirror image never meets another loss.
    next_known = np.cumsum(~lost)[index]
    last = known.size - 1
    left = known[np.clip(next_known - 1 - from_start, 0, last)]
    right = known[np.clip(next_known + to_stop, 0, last)]
    share = (from_start + 1) / np.repeat(lengths + 1, lengths)
    result = level.copy()
    result[index] = (1 - share) * left + share * right
    return result


def low_passed(level: FloatArray, *, rate_hz: float, lowpass_hz: float) -> FloatArray:
    """Low-pass a signal with a Butterworth filter of the 2nd order, run forwards and backwards.

    The cut-off is corrected for the double run, so that the whole passes half the power at `lowpass_hz`.

    Raises
    ------
    DetectorInputError
        If `lowpass_hz` is not positive or too high for the rate.
    """
    edge_hz = positive(lowpass_hz, "lowpass_hz") / (np.sqrt(2) - 1) ** 0.25
    if edge_hz >= rate_hz / 2:
        raise DetectorInputError(
            f"{lowpass_hz} Hz is too high for a rate of {rate_hz} Hz; give less than {0.4 * rate_hz:.0f}",
            argument="lowpass_hz",
        )
    sections = butter(2, edge_hz, fs=rate_hz, output="sos")
    # The default turns the level over at the ends of the record, where one large sample could look active.
    reach = min(level.size - 1, round(3 * rate_hz / lowpass_hz))
    return np.asarray(sosfiltfilt(sections, level, padtype="even", padlen=reach), dtype=np.float64)
