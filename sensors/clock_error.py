"""How far the time of a device may be off, told from the arrivals of its packets alone.

Two things are unknown when the line beneath all arrivals has been found. The line itself: how far it is off
shows in how well it fits the earliest arrivals of each part of the recording. And what no arrival shows:
where packets are made at the rhythm in which the radio sends, each waits for the same time, which is then
part of every arrival. It can be as long as the largest gap between the moments, within the radio's interval,
at which packets were ready.
"""

from typing import Final

import numpy as np

from recordings.model import FloatArray

#: Bluetooth intervals are multiples of 1.25 ms from 7.5 ms; longer ones than this are not used for streaming.
_INTERVALS_S: Final[FloatArray] = np.arange(6, 81) / 800
#: What is usual, where the arrivals do not tell the interval.
_USUAL_S: Final = 0.05
#: Timers of operating systems tick at these intervals.
_TICKS_S: Final = (0.01, 0.0156, 0.015625)
#: So many arrivals are enough to tell an interval by, and so many of them count as independent.
_LOOKED_AT, _COUNTED = 1024, 400
#: Weight of an arrival's log-likelihood: delays are no exponential noise, and follow one another.
_WEIGHT: Final = 0.2
#: Waiting times may exceed the interval by so much before the interval is left out.
_SLACK_S: Final = 0.001
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


def hidden_delay_s(index: FloatArray, arrival_s: FloatArray, *, rate_hz: float, packet: float) -> float:
    """Return the longest delay that all packets may have in common without its showing.

    Parameters
    ----------
    index, arrival_s : ndarray of float64, shape (n_packets,)
        Index of the last sample, and arrival, of each packet.
    rate_hz : float
        As the clock has it.
    packet : float
        Samples from one packet to the next.

    Returns
    -------
    float
        In seconds. Where several intervals of the radio are possible, the root of the mean square over them.
    """
    span = index[-1] - index[0]
    numbers = np.arange(min(round(span / packet) + 1, _MOST_PACKETS), dtype=np.float64)
    ready_s: FloatArray = numbers * (packet / rate_hz)
    gaps_s = np.array([_largest_gap(ready_s, interval_s) for interval_s in _INTERVALS_S.tolist()])
    every = index.size // _LOOKED_AT + 1
    weight = interval_weights(index[::every] / rate_hz, arrival_s[::every])
    return float(np.sqrt(weight @ gaps_s**2))


def interval_weights(ready_s: FloatArray, arrival_s: FloatArray) -> FloatArray:
    """Return how likely each interval of the radio is, from 7.5 to 100 ms in steps of 1.25 ms.

    Parameters
    ----------
    ready_s, arrival_s : ndarray of float64, shape (n_packets,)
        When packets were complete, but for a constant, and when they arrived.

    Returns
    -------
    ndarray of float64, shape (n_intervals,)
        Sums to 1.

    Notes
    -----
    A packet arrives some time after the event that sent it. With the true interval these times are short,
    like an exponential law cut off at the interval; with others they spread over all of it. A divisor of the
    true interval fits as well, but no packet waits for longer than the interval: that leaves it out. Where
    arrivals keep to the ticks of an operating system instead, the usual intervals are all equally likely.
    """
    fits = [_fit(arrival_s, interval_s) for interval_s in _INTERVALS_S.tolist()]
    likelihood = np.array([fit for fit, _ in fits])
    waits_s = np.array([np.ptp(np.percentile(sent_s - ready_s, (5, 95))) for _, sent_s in fits])
    possible = waits_s <= _INTERVALS_S + _SLACK_S
    of_ticks = max(_fit(arrival_s, tick_s)[0] for tick_s in _TICKS_S)
    weight = np.where(_INTERVALS_S <= _USUAL_S, 1.0, 0.2)
    if not possible.any() or of_ticks > likelihood[possible].max() + 0.02:
        weight = weight * (_INTERVALS_S <= _USUAL_S)
    else:
        worse = np.minimum(likelihood - likelihood[possible].max(), 0.0)
        weight = weight * possible * np.exp(_WEIGHT * min(arrival_s.size, _COUNTED) * worse)
    return weight / weight.sum()


def _fit(arrival_s: FloatArray, interval_s: float) -> tuple[float, FloatArray]:
    """Return the log-likelihood of one arrival under an interval, and when its packet was sent."""
    phase = arrival_s % interval_s
    order = np.sort(phase)
    # mean delay, were the events at the phase of each arrival in turn
    delays_s = phase.mean() - order + interval_s * np.arange(order.size) / order.size
    best = int(delays_s.argmin())
    share = max(float(delays_s[best]) / interval_s, 1e-4)
    return max(0.0, -1 - np.log(share)) - np.log(interval_s), arrival_s - (phase - order[best]) % interval_s


def _largest_gap(ready_s: FloatArray, interval_s: float) -> float:
    phases = np.sort(ready_s % interval_s)
    return float(np.diff(phases, append=phases[0] + interval_s).max())


def error_ms(misfit_s: float, hidden_s: float) -> float:
    """Return the 95 % bound of the two together."""
    return 1000 * float(np.hypot(_COVERAGE * misfit_s, 0.95 * hidden_s))
