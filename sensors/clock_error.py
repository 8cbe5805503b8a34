"""How far the time of a device may be off, told from the arrivals of its packets alone.

Two things are unknown when the line beneath all arrivals has been found. The line itself: how far it is off
shows in how well it fits the earliest arrivals of each part of the recording. And what no arrival shows:
where packets are made at the rhythm in which the radio sends, each waits for the same time, which is then
part of every arrival. It can be as long as the largest gap between the moments, within the radio's interval,
at which packets were ready.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from recordings.model import FloatArray

#: Bluetooth intervals are multiples of 1.25 ms from 7.5 ms; longer ones than this are not used for streaming.
_INTERVALS_S: Final[FloatArray] = np.arange(6, 81) / 800
#: Timers of operating systems tick at these intervals.
_TICKS_S: Final = (0.01, 0.0156, 0.015625)
#: How clearly arrivals must keep to an interval (mean resultant length) for others to be left out.
_CLEARLY: Final = 0.5
#: The earliest arrivals are looked for in so many parts of the recording.
_PARTS: Final = 10
#: So many packets are enough to see a rhythm by.
_MOST_PACKETS: Final = 20_000
_LEAST_PACKETS: Final = 4 * _PARTS
#: Found by simulation over intervals, jitter, loss and drift: so many times the misfit of the earliest
#: arrivals covers the error of the line in 95 of 100 recordings.
_COVERAGE: Final = 1.25


def line_misfit_s(index: FloatArray, late_s: FloatArray) -> float:
    """Return how far the earliest arrival of a part of the recording lies above the line, at most.

    Parameters
    ----------
    index, late_s : ndarray of float64, shape (n_packets,)
        Index, and arrival minus the line, of each packet.

    Returns
    -------
    float
        In seconds; the spread of all arrivals where there are too few packets.
    """
    if index.size < _LEAST_PACKETS:
        return float(np.ptp(late_s)) if late_s.size > 1 else 0.1
    edges = np.linspace(index[0], index[-1], _PARTS + 1)[1:-1]
    return max(float(part.min()) for part in np.split(late_s, np.searchsorted(index, edges)) if part.size)


def hidden_delay_s(arrival_s: FloatArray, *, packet_s: float, n_packets: int) -> float:
    """Return the longest delay that all packets may have in common without its showing.

    Parameters
    ----------
    arrival_s : ndarray of float64, shape (n_packets,)
    packet_s : float
        True time from one packet to the next.
    n_packets : int
        Sent so far.

    Returns
    -------
    float
        In seconds.
    """
    kept = keeps_to(arrival_s, (*_INTERVALS_S.tolist(), *_TICKS_S))
    radio, ticks = kept[: _INTERVALS_S.size], kept[_INTERVALS_S.size :]
    # Ticks of the operating system hide the radio's interval, so that it may be any.
    clear = radio.max() > _CLEARLY and radio.max() >= 0.95 * ticks.max()
    possible = _INTERVALS_S[radio >= 0.5 * radio.max()] if clear else _INTERVALS_S
    numbers = np.arange(min(n_packets, _MOST_PACKETS), dtype=np.float64)
    ready_s: FloatArray = numbers * packet_s
    return max(_largest_gap(ready_s, interval_s) for interval_s in possible.tolist())


def keeps_to(arrival_s: FloatArray, intervals_s: Sequence[float]) -> FloatArray:
    """Return how well moments keep to the grid of each interval, from 0 to 1 (mean resultant length)."""
    return np.array([abs(np.exp((2j * np.pi / interval_s) * arrival_s).mean()) for interval_s in intervals_s])


def _largest_gap(ready_s: FloatArray, interval_s: float) -> float:
    phases = np.sort(ready_s % interval_s)
    return float(np.diff(phases, append=phases[0] + interval_s).max())


def error_ms(misfit_s: float, hidden_s: float) -> float:
    """Return the 95 % bound of the two together."""
    return 1000 * float(np.hypot(_COVERAGE * misfit_s, 0.95 * hidden_s))
