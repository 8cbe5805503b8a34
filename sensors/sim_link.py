"""The way of packets from a simulated sensor to this machine: late, bunched, and some of them lost."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from recordings.model import FloatArray
from recordings.synth.texture import stream
from sensors.sim_options import SimOptions

#: The shortest way: sensor's buffer, radio and driver.
LATENCY_S: Final = 0.003
#: Packets are planned in lots of so many.
_LOT: Final = 256


@dataclass(frozen=True, slots=True)
class Way:
    """Where a lot of packets goes.

    Attributes
    ----------
    first : int
        Number of the first packet.
    arrivals_s : ndarray of float64
        In order; of every packet, the lost ones too.
    lost : ndarray of bool
    """

    first: int
    arrivals_s: FloatArray
    lost: np.ndarray[tuple[int], np.dtype[np.bool_]]


class Link:
    """Plans when packets arrive.

    A packet leaves after its last sample, at the next connection event, takes at least 3 ms and some jitter,
    and may be held back to the next tick of the operating system's timer. Packets stay in order.

    Parameters
    ----------
    options : SimOptions
    name : str
        Of the stream; streams of a sensor share connection events, not luck.
    packet_s : float
        True duration of a packet.
    starts_s : float
        True time of the first sample.
    last_s : float
        From the begin of a packet to its last sample.
    """

    def __init__(
        self, options: SimOptions, name: str, *, packet_s: float, starts_s: float, last_s: float
    ) -> None:
        self._options = options
        self._rng = stream(options.seed, f"{name} link")
        self._phase = float(stream(options.seed, f"{options.site} events").random())
        self._packet_s = packet_s
        self._complete_s = starts_s + last_s
        self._latest_s = -np.inf
        self._next = 0

    def plan(self) -> Way:
        """Return where the next lot of packets goes."""
        options, numbers = self._options, np.arange(self._next, self._next + _LOT)
        sent_s = self._complete_s + numbers * self._packet_s
        if options.interval_ms > 0:
            interval_s = options.interval_ms / 1000
            sent_s = (np.ceil(sent_s / interval_s - self._phase) + self._phase) * interval_s
        delay_s = np.minimum(self._rng.exponential(1 / 3, _LOT), 1.0) * options.jitter_ms / 1000
        arrivals_s = sent_s + LATENCY_S + delay_s
        if options.batch_ms > 0:
            batch_s = options.batch_ms / 1000
            arrivals_s = np.ceil(arrivals_s / batch_s) * batch_s
        arrivals_s = np.maximum(np.maximum.accumulate(arrivals_s), self._latest_s)
        lost = self._rng.random(_LOT) < options.loss
        for start_s, stop_s in options.drops:
            lost |= (arrivals_s >= start_s) & (arrivals_s < stop_s)
        if options.dies_s is not None:
            lost |= arrivals_s >= options.dies_s
        if options.dead:
            lost[:] = True
        way = Way(self._next, arrivals_s, lost)
        self._next += _LOT
        self._latest_s = float(arrivals_s[-1])
        return way
