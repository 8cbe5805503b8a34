"""Time stamps that come in bursts, as from a network: only jumps that last are gaps."""

from typing import Final

import numpy as np

from recordings.errors import TimeError
from recordings.formats.even_times import EvenTimes
from recordings.formats.gaps import IntArray
from recordings.model import FloatArray

#: A jump of less than this cannot be told from a late packet.
SHORTEST_GAP_S: Final = 0.1
# The jump must still be there on average over this long, or it was a packet that came late.
_LASTING_S: Final = 1.0


def place_jittered(times_s: FloatArray, *, rate_hz: float) -> EvenTimes:
    """Place samples whose stamps jitter by more than a sample.

    Stamps may repeat or step back by the jitter. Straight lines through the stamps between gaps give the
    rate; a gap is a jump of at least 0.1 s that the later stamps do not make good.

    Parameters
    ----------
    times_s : ndarray of float64, shape (n,)
        In the order in which the samples were sent.
    rate_hz : float
        Nominal rate.

    Raises
    ------
    TimeError
        If the stamps do not follow the nominal rate to 10 %.
    """
    stretches = _stretches(times_s, rate_hz)
    fits = [_line(times_s[first:last]) for first, last in stretches if last - first > 1]
    weights = np.array([last - first for first, last in stretches if last - first > 1], dtype=np.float64)
    if not fits:
        raise TimeError("its time stamps follow no even rate; export the recording again")
    step_s = float(np.average([slope for slope, _ in fits], weights=weights**3))
    if abs(step_s * rate_hz - 1.0) > 0.1:
        raise TimeError(
            f"its nominal rate is {rate_hz:g} Hz but its time stamps step by {step_s * 1000:.4g} ms; "
            "correct the nominal rate"
        )
    origins = [float(np.mean(times_s[a:b] - step_s * np.arange(b - a))) for a, b in stretches]
    positions = np.empty(times_s.size, dtype=np.int64)
    free = 0
    for (first, last), origin_s in zip(stretches, origins, strict=True):
        start = max(free, round((origin_s - origins[0]) / step_s))
        positions[first:last] = start + np.arange(last - first)
        free = start + last - first
    error_s = float(np.abs(times_s - (origins[0] + step_s * positions)).max())
    return EvenTimes(1.0 / step_s, positions, origins[0], error_s)


def _stretches(times_s: FloatArray, rate_hz: float) -> list[tuple[int, int]]:
    """First and last-plus-one sample of each stretch without a gap."""
    lateness = times_s - np.arange(times_s.size) / rate_hz
    window = max(1, round(_LASTING_S * rate_hz))
    edges = [0]
    for jump in (np.flatnonzero(np.diff(times_s) > SHORTEST_GAP_S + 1.0 / rate_hz) + 1).tolist():
        before = np.median(lateness[max(edges[-1], jump - window) : jump])
        after = np.median(lateness[jump : jump + window])
        if after - before > SHORTEST_GAP_S / 2:
            edges.append(jump)
    return list(zip(edges, [*edges[1:], times_s.size], strict=True))


def _line(times_s: FloatArray) -> tuple[float, float]:
    x: IntArray = np.arange(times_s.size)
    centred = x - x.mean()
    slope = float(centred @ (times_s - times_s.mean()) / (centred @ centred))
    return slope, float(times_s.mean() - slope * x.mean())
