"""When a device took its samples, told from when its packets arrived.

A packet is never early: radio, connection interval and operating system only ever add to its way. So the line
that lies beneath all arrivals, and as close to them as it can, is the device's clock. Its slope is the rate,
which is measured and never assumed.

References
----------
.. [1] Moon SB, Skelly P, Towsley D (1999). Estimation and removal of clock skew from network delay
   measurements. Proc IEEE INFOCOM 1999, 227-234. doi:10.1109/INFCOM.1999.749287
.. [2] Zhang L, Liu Z, Xia CH (2002). Clock synchronization algorithms for network measurements. Proc IEEE
   INFOCOM 2002, 160-169. doi:10.1109/INFCOM.2002.1019257
"""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from sensors.clock_error import error_ms, hidden_delay_s, line_misfit_s

#: A fitted rate is believed if it is this close to the one that the device claims.
_RATE_REACH: Final = 0.15
#: Below this span of packets the claimed rate is as good as any that could be fitted.
_SHORTEST_S: Final = 1.0
#: Arrivals that are kept to judge the line by; beyond, the later one of two neighbours is let go.
_KEPT: Final = 8192


@dataclass(frozen=True, slots=True)
class ClockMap:
    """Where on the session's clock a device's samples lie.

    Attributes
    ----------
    rate_hz : float
        Samples for each second of the session.
    start_s : float
        Time of sample 0.
    error_ms : float
        95 % bound of the error of any time between the first and the last sample, the error of two devices
        against one another being the root of the sum of squares. The shortest delay of the way itself is not
        part of it: arrivals alone cannot show it, and it is the same for devices of one kind.
    """

    rate_hz: float
    start_s: float
    error_ms: float

    def time_s(self, index: float) -> float:
        """Return the time of a sample."""
        return self.start_s + index / self.rate_hz


class LiveClock:
    """A clock fitted anew with every packet, at a cost that does not grow.

    The lower convex hull of all arrivals [2]_ is kept; of its edges the one under the mean index minimises
    the sum of the distances to all arrivals [1]_.

    Parameters
    ----------
    nominal_rate_hz : float
        What the device claims; used until packets span a second, and where they would have it that the claim
        is wrong by more than 15 %.
    """

    def __init__(self, nominal_rate_hz: float) -> None:
        self.nominal_rate_hz = nominal_rate_hz
        self._hull: list[tuple[float, float]] = []
        self._points: list[tuple[float, float]] = []
        self._a_point = 1
        self._n = 0
        self._sum = 0.0
        self._last = -np.inf

    def feed(self, index: int, arrival_s: float) -> None:
        """Take in one packet.

        Parameters
        ----------
        index : int
            Of the last sample in the packet: the packet can only have left after it was taken. Packets with
            an index not above the one before are passed over.
        arrival_s : float
        """
        if index <= self._last:
            return
        self._last = index
        point = (float(index), arrival_s)
        hull = self._hull
        while len(hull) > 1 and _turns_up_too_little(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
        self._keep(point)
        self._n += 1
        self._sum += index

    def line(self) -> tuple[float, float]:
        """Return rate in Hz and time of sample 0, as far as they are known by now."""
        hull, nominal = self._hull, self.nominal_rate_hz
        if not hull:
            return nominal, 0.0
        if hull[-1][1] - hull[0][1] >= _SHORTEST_S:
            right = min(bisect_left(hull, (self._sum / self._n,)), len(hull) - 1)
            (x0, y0), (x1, y1) = hull[right - 1], hull[right]
            claimed_s = (x1 - x0) / nominal
            if claimed_s < (1 + _RATE_REACH) * (y1 - y0) and y1 - y0 < (1 + _RATE_REACH) * claimed_s:
                # No point of a hull lies beneath one of its edges.
                rate = (x1 - x0) / (y1 - y0)
                return rate, y0 - x0 / rate
        return nominal, min(y - x / nominal for x, y in hull)

    def fitted(self) -> ClockMap:
        """Return the clock as all packets so far have it, with the bound of its error.

        Raises
        ------
        ValueError
            If there was no packet.
        """
        if not self._points:
            raise ValueError("a clock cannot be fitted to no packets; feed one at least")
        rate_hz, start_s = self.line()
        index, arrival_s = np.array(self._points).T
        misfit_s = line_misfit_s(index, arrival_s - (start_s + index / rate_hz))
        packet = float(np.median(np.diff(index))) / self._a_point if index.size > 1 else 1.0
        hidden_s = hidden_delay_s(index, arrival_s, rate_hz=rate_hz, packet=packet)
        return ClockMap(rate_hz, start_s, error_ms(misfit_s, hidden_s))

    def _keep(self, point: tuple[float, float]) -> None:
        """Keep an arrival, or the earlier one of those that share its place."""
        points = self._points
        if self._n % self._a_point:
            points[-1] = self._earlier(points[-1], point)
            return
        if len(points) == _KEPT:
            points[:] = map(self._earlier, points[::2], points[1::2])
            self._a_point *= 2
        points.append(point)

    def _earlier(self, one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        due_s = one[1] + (other[0] - one[0]) / self.line()[0]
        return one if due_s <= other[1] else other


def fit_clock(index: ArrayLike, arrival_s: ArrayLike, *, nominal_rate_hz: float) -> ClockMap:
    """Fit a device's clock to the arrivals of its packets.

    Parameters
    ----------
    index : array_like, shape (n_packets,)
        Index of the last sample of each packet, lost samples counted, increasing.
    arrival_s : array_like, shape (n_packets,)
        On the session's clock.
    nominal_rate_hz : float
        What the device claims.

    Returns
    -------
    ClockMap

    Raises
    ------
    ValueError
        If there is no packet.

    Examples
    --------
    >>> index = np.arange(9, 20_000, 10)
    >>> clock = fit_clock(index, 5 + index / 1990, nominal_rate_hz=2000)
    >>> round(clock.rate_hz, 6), round(clock.start_s, 6)
    (1990.0, 5.0)
    """
    places, arrivals = np.asarray(index, dtype=np.int64), np.asarray(arrival_s, dtype=np.float64)
    if places.size == 0:
        raise ValueError("a clock cannot be fitted to no packets; give one at least")
    clock = LiveClock(nominal_rate_hz)
    for place, arrival in zip(places.tolist(), arrivals.tolist(), strict=True):
        clock.feed(place, arrival)
    return clock.fitted()


def _turns_up_too_little(
    first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]
) -> bool:
    """Whether the middle point lies on or above the line from the first to the last."""
    return (middle[1] - first[1]) * (last[0] - first[0]) >= (last[1] - first[1]) * (middle[0] - first[0])
