"""Where the leg lies down: which of the still stretches are rest, and which a leg that is held up."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from firing_analyzer.filters import FloatArray, runs
from firing_analyzer.movement.orientation import Upward

#: A still stretch within so many degrees of a rest is that rest.
SAME_DEG: Final = 2.0
#: What it costs to believe that the sensor slipped, that a leg is held up, and each second of that.
_SLIP, _HELD, _HELD_S = 6.0, 1.0, 1 / 3
#: What it costs to believe that a recording begins, or ends, with a leg that is held up.
_HELD_AT_START, _HELD_AT_END = 10.0, 4.0
#: No more than so many still stretches lie between two rests.
_MOST_BETWEEN: Final = 12
#: Rest must last so long.
LEAST_REST_S: Final = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """The leg lies still.

    Attributes
    ----------
    start, stop : int
        First sample, and the one after the last.
    up : ndarray of float64, shape (3,)
        Where up is meanwhile, as the sensor sees it.
    """

    start: int
    stop: int
    up: FloatArray


def find_rests(upward: Upward) -> tuple[Rest, ...]:
    """Tell rests from still stretches in which the leg is held up.

    Parameters
    ----------
    upward : Upward

    Returns
    -------
    tuple of Rest
        In order; empty where nothing is still.

    Notes
    -----
    Of all ways to call the still stretches rest or held, the cheapest is taken (by dynamic programming): a
    held leg costs the more the longer it is held, two rests that follow one another at different tilts cost
    that the sensor slipped in between. So a long hold stays a hold, for the leg comes back to where it lay,
    and a slip stays a slip, for it does not. A recording begins with the leg at rest, rather than held up.
    """
    stretches = _still_stretches(upward)
    n = len(stretches)
    if not n:
        return ()
    held = np.array([_HELD + _HELD_S * (one.stop - one.start) / upward.rate_hz for one in stretches])
    before = np.concatenate([[0.0], np.cumsum(held)])
    cost = before[:-1] + np.where(np.arange(n) > 0, _HELD_AT_START, 0.0)
    come_from = np.full(n, -1)
    for here in range(1, n):
        for there in range(max(0, here - _MOST_BETWEEN), here):
            apart = angle_deg(stretches[there].up, stretches[here].up)
            total = cost[there] + before[here] - before[there + 1] + (_SLIP if apart > SAME_DEG else 0.0)
            if total < cost[here]:
                cost[here], come_from[here] = total, there
    last = int(np.argmin(cost + before[-1] - before[1:] + np.where(np.arange(n) < n - 1, _HELD_AT_END, 0.0)))
    chosen: list[Rest] = []
    while last >= 0:
        chosen.append(stretches[last])
        last = int(come_from[last])
    return tuple(reversed(chosen))


def angle_deg(a: FloatArray, b: FloatArray) -> float:
    """Angle between two directions, in degrees."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), float(a @ b))))


def _still_stretches(upward: Upward) -> list[Rest]:
    found: list[Rest] = []
    least = max(2, round(LEAST_REST_S * upward.rate_hz))
    for start, stop in runs(upward.still & np.isfinite(upward.up).all(axis=1)):
        if stop - start >= least:
            middle = np.median(upward.up[start:stop], axis=0)
            found.append(Rest(start, stop, middle / np.linalg.norm(middle)))
    return found
