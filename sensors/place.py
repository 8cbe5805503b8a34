"""Samples in their place: counters unwrapped, lost packets as gaps, no sample twice."""

import math
from typing import Final

import numpy as np

from sensors.clock import LiveClock
from sensors.errors import SensorError
from sensors.model import Block, Decoded, Packet, Stream

#: Operating systems hold packets back for so long at times, so a silence up to this may not be a loss.
_STALL_S: Final = 0.5
#: Without any counter, a longer silence is taken for a loss of as many samples as fit into it.
_SILENCE_S: Final = 1.0
#: Without a counter, a step of the device's time up to this is its inaccuracy.
_STEP_S: Final = 0.05
#: A device time that leaves the arrivals by more than this was set anew.
_CLOCK_JUMP_S: Final = 2.0
#: From so long a time on, the rate by the device's own clock is measured.
_SHORTEST_SPAN_S: Final = 1.0


class Placer:
    """Finds the place of every packet of one stream; feed it all of them in the order of arrival.

    The first packet begins at sample 0. A counter tells how many samples were lost; how often it went round
    during a drop-out is told by the device's time, else by the arrival.

    Settings of the stream that it reads: ``counter_modulus`` (the counter runs from 0 to one less; without it
    the counter is not used), ``samples_per_count`` (1 if the counter counts samples; the number of samples of
    a packet if it counts packets). Without a counter, gaps show in the device's time if they are longer than
    50 ms, or else in the arrivals if nothing came for a second.

    Attributes
    ----------
    received, lost : int
        Samples so far.
    duplicates, late : int
        Packets that came again, and after one that was sent later; neither changes any sample.
    in_doubt : int
        Gaps whose length neither the counter nor the device's time could tell for certain.
    loss_known : bool
        Whether the stream has a counter at all.

    Raises
    ------
    SensorError
        If a setting is no positive whole number.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.clock = LiveClock(stream.nominal_rate_hz)
        self._modulus = _whole(stream, "counter_modulus")
        self._step = _whole(stream, "samples_per_count") or 1
        self.loss_known = self._modulus > 0
        self.received = self.lost = self.duplicates = self.late = self.in_doubt = 0
        self._next = 0
        self._counter = 0
        self._first = (0, math.nan)
        self._empty = True
        self._last: tuple[int, float, float] = (0, math.nan, 0.0)

    def feed(self, packet: Packet, decoded: Decoded) -> Block | None:
        """Return the samples of a packet in their place, with the gap before them as NaN.

        None if the packet holds nothing that was not there before.
        """
        n_channels, n_samples = decoded.samples.shape
        if n_samples == 0:
            return None
        device_s = math.nan if decoded.device_s is None else decoded.device_s
        first = self._place(decoded.counter, device_s, packet.arrival_s)
        if first is None:
            return None
        if self._empty or self._set_anew(device_s, packet.arrival_s):
            self._first, self._empty = (first, device_s), False
        self._last = (first, device_s, packet.arrival_s)
        if decoded.counter is not None:
            self._counter = decoded.counter
        begin, lost = self._next, first - self._next
        self._next = first + n_samples
        self.lost += lost
        self.received += n_samples
        self.clock.feed(first + n_samples - 1, packet.arrival_s)
        rate_hz, start_s = self.clock.line()
        samples = decoded.samples
        if lost:
            samples = np.hstack([np.full((n_channels, lost), np.nan), samples])
        return Block(self.stream.name, begin, samples, start_s + begin / rate_hz, rate_hz)

    def _place(self, counter: int | None, device_s: float, arrival_s: float) -> int | None:
        """Return the index of a packet's first sample; None for one that is late or doubled."""
        if self._empty:
            return 0
        if counter is None or not self.loss_known:
            return self._place_by_time(device_s, arrival_s)
        cycle = self._modulus * self._step
        ahead = ((counter - self._counter) % self._modulus) * self._step
        expected, sure = self._expected(device_s, arrival_s)
        if sure:
            ahead += cycle * round((expected - ahead) / cycle)
        else:
            ahead = self._ahead_by_arrival(ahead, expected, cycle)
        place = self._last[0] + ahead
        if place < self._next:
            if ahead == 0:
                self.duplicates += 1
            else:
                self.late += 1
            return None
        return place

    def _ahead_by_arrival(self, ahead: int, expected: float, cycle: int) -> int:
        """Return how far a packet lies beyond the last one, by its counter and when it came."""
        stall = _STALL_S * self._rate_hz
        if expected - ahead > max(0.75 * cycle, stall):
            self.in_doubt += cycle < 2 * stall
            return ahead + cycle * round((expected - ahead) / cycle)
        if ahead - expected > max(0.5 * cycle, stall):
            # So many samples cannot have been taken meanwhile: it is late, or the counter began anew.
            if cycle - ahead <= 2 * stall:
                return ahead - cycle
            self.in_doubt += 1
            return max(round(expected), self._next - self._last[0])
        return ahead

    def _place_by_time(self, device_s: float, arrival_s: float) -> int | None:
        expected, sure = self._expected(device_s, arrival_s)
        gap = self._last[0] + round(expected) - self._next
        if not sure:
            gap = gap if gap > _SILENCE_S * self._rate_hz else 0
            self.in_doubt += gap > 0
        packet = self._next - self._last[0]
        return self._next + (gap if gap > max(_STEP_S * self._rate_hz, 0.25 * packet) else 0)

    def _expected(self, device_s: float, arrival_s: float) -> tuple[float, bool]:
        """Return how many samples lie between the last packet and this one, and whether that is certain."""
        first, first_device_s = self._first
        last, last_device_s, last_arrival_s = self._last
        if math.isnan(device_s) or self._set_anew(device_s, arrival_s):
            return (arrival_s - last_arrival_s) * self._rate_hz, False
        rate = self.stream.nominal_rate_hz
        span_s = last_device_s - first_device_s
        if span_s > _SHORTEST_SPAN_S:
            rate = (last - first) / span_s
        return (device_s - last_device_s) * rate, True

    def _set_anew(self, device_s: float, arrival_s: float) -> bool:
        """Whether the device's time does not follow from the last one."""
        _, last_device_s, last_arrival_s = self._last
        waited_s = arrival_s - last_arrival_s
        return not abs(device_s - last_device_s - waited_s) < _CLOCK_JUMP_S + 0.2 * abs(waited_s)

    @property
    def _rate_hz(self) -> float:
        return self.clock.line()[0]


def _whole(stream: Stream, name: str) -> int:
    value = stream.settings.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SensorError(f"{name} is {value!r}; state a positive whole number", source=stream.name)
    return value
