"""Samples in their place: counters unwrapped, lost packets as gaps, no sample twice."""

import math
from dataclasses import dataclass, replace
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
#: Packets are late by so much every now and then.
_LATE_S: Final = 0.02
#: A device time that leaves the arrivals by more than this was set anew.
_CLOCK_JUMP_S: Final = 2.0
#: From so long a time on, the rate by the device's own clock is measured.
_SHORTEST_SPAN_S: Final = 1.0
#: After a connection was made anew, packets of so long a time find their place together, by the earliest.
_SETTLE_S: Final = 1.0
#: So do those after a loss that a short counter may have gone round in.
_UNWRAP_S: Final = 0.25
#: Among so many packets one is hardly late at all.
_ENOUGH: Final = 8
#: A counter that takes at least so long to go round can be recognised after a drop-out.
_LONG_CYCLE_S: Final = 10.0


@dataclass(slots=True)
class _Track:
    """Where the last packet lay, and the first one since the device's time was set."""

    last: int = 0
    last_device_s: float = math.nan
    last_arrival_s: float = 0.0
    counter: int = 0
    first: int = 0
    first_device_s: float = math.nan


class Placer:
    """Finds the place of every packet of one stream; feed it all of them in the order of arrival.

    The first packet begins at sample 0. A counter tells how many samples were lost; how often it went round
    during a drop-out is told by the device's time, else by the arrival.

    Settings of the stream that it reads: ``counter_modulus`` (the counter runs from 0 to one less; without it
    the counter is not used), ``samples_per_count`` (1 if the counter counts samples; the number of samples of
    a packet if it counts packets). Without a counter, gaps show in the device's time if they are longer than
    50 ms, or else in the arrivals if nothing came for a second.

    A device may begin to count anew with a new connection. Then only arrivals tell how long the gap was, and
    a single one may be late: packets of the first second are held back, and placed together so that the
    earliest of them lies on the line of the clock. The same is done, with what the counter does tell, after a
    loss that a short counter may have gone round in; then a quarter of a second is enough.

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
    track : object
        What the place of the next packet is told from.

    Raises
    ------
    SensorError
        If a setting is no positive whole number.
    """

    def __init__(self, stream: Stream, *, holds_back: bool = True) -> None:
        self.stream = stream
        self._holds_back = holds_back
        self.clock = LiveClock(stream.nominal_rate_hz)
        self._modulus = _whole(stream, "counter_modulus")
        self._step = _whole(stream, "samples_per_count") or 1
        self.loss_known = self._modulus > 0
        self.received = self.lost = self.duplicates = self.late = self.in_doubt = 0
        self._next = 0
        self._empty = True
        self.track = _Track()
        self._anew: Placer | None = None
        self._held: list[tuple[Block, float]] = []
        self._ahead: int | None = None

    def begin_anew(self) -> Block | None:
        """Take note that the connection was made anew; returns what was held back from the one before."""
        settled = self.finish()
        if not self._empty:
            self._anew, self._ahead = Placer(self.stream, holds_back=False), None
        return settled

    def finish(self) -> Block | None:
        """Return what was held back until more came."""
        return self._settle() if self._held else None

    def feed(self, packet: Packet, decoded: Decoded) -> Block | None:
        """Return the samples of a packet in their place, with the gap before them as NaN.

        None if the packet holds nothing that was not there before, or is held back.
        """
        if self._anew is not None:
            enough = len(self._held) >= _ENOUGH
            if enough and self._anew.may_have_gone_round(decoded, packet.arrival_s):
                settled, more = self._settle(), self.feed(packet, decoded)
                return settled if more is None else _joined(settled, more)
            if self._held or not self._counts_on(decoded, packet.arrival_s):
                return self._hold(packet, decoded, self._anew)
            self._anew = None
        n_channels, n_samples = decoded.samples.shape
        if n_samples == 0:
            return None
        if self._holds_back and self.may_have_gone_round(decoded, packet.arrival_s):
            self._anew = Placer(self.stream, holds_back=False)
            self._ahead = self._ahead_by_counter(decoded.counter or 0)
            return self._hold(packet, decoded, self._anew)
        device_s = math.nan if decoded.device_s is None else decoded.device_s
        first = self._place(decoded.counter, device_s, packet.arrival_s)
        if first is None:
            return None
        track = self.track
        if self._empty or self._set_anew(device_s, packet.arrival_s):
            track.first, track.first_device_s, self._empty = first, device_s, False
        track.last, track.last_device_s, track.last_arrival_s = first, device_s, packet.arrival_s
        if decoded.counter is not None:
            track.counter = decoded.counter
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

    def may_have_gone_round(self, decoded: Decoded, arrival_s: float) -> bool:
        """Whether a packet comes so late that a short counter may have gone round since the last one."""
        cycle = self._modulus * self._step
        if self._empty or decoded.counter is None or decoded.device_s is not None or not cycle:
            return False
        rate_hz, start_s = self.clock.line()
        ahead = self._ahead_by_counter(decoded.counter)
        if cycle >= 2 * _STALL_S * rate_hz:
            return False
        last = self.track.last + ahead + decoded.samples.shape[1] - 1
        seamless = self.track.last + ahead == self._next
        # whole rounds may be lost without a seam, but packets are more often late than that
        usual = max(cycle / 2, _LATE_S * rate_hz) if seamless else cycle / 2
        return (arrival_s - start_s) * rate_hz - last > usual

    def _counts_on(self, decoded: Decoded, arrival_s: float) -> bool:
        """Whether counter or time of a device go on as if the connection had never been lost."""
        waited_s = arrival_s - self.track.last_arrival_s
        if decoded.device_s is not None:
            passed_s = decoded.device_s - self.track.last_device_s
            return abs(passed_s - waited_s) < _STALL_S + 0.2 * waited_s
        cycle = self._modulus * self._step
        if decoded.counter is None or cycle < _LONG_CYCLE_S * self._rate_hz:
            return False
        ahead = self._ahead_by_counter(decoded.counter)
        expected = waited_s * self._rate_hz
        off = (ahead - expected + cycle / 2) % cycle - cycle / 2
        return abs(off) < _STALL_S * self._rate_hz + 0.2 * expected

    def _ahead_by_counter(self, counter: int) -> int:
        return ((counter - self.track.counter) % self._modulus) * self._step

    def _hold(self, packet: Packet, decoded: Decoded, anew: "Placer") -> Block | None:
        block = anew.feed(packet, decoded)
        if block is not None:
            self._held.append((block, packet.arrival_s))
        least_s = _SETTLE_S if self._ahead is None else _UNWRAP_S
        if not self._held or packet.arrival_s - self._held[0][1] < least_s:
            return None
        return self._settle()

    def _settle(self) -> Block:
        """Place what was held back: the earliest packet on the line of the clock, the others beside it."""
        anew = self._anew
        assert anew is not None  # noqa: S101  (nothing is held back without it)
        rate_hz, start_s = self.clock.line()
        ends = [(block.first + block.samples.shape[1], arrival_s) for block, arrival_s in self._held]
        earliest = min((arrival_s - start_s) * rate_hz - (end - 1) for end, arrival_s in ends)
        if self._ahead is None:
            first = max(round(earliest), self._next)
        else:
            # the counter tells the place but for whole rounds
            first, cycle = self.track.last + self._ahead, self._modulus * self._step
            least = -(-(self._next - first) // cycle)
            rounds = (earliest - first) / cycle
            self.in_doubt += abs(rounds - round(rounds)) > 0.4
            first += cycle * max(least, round(rounds))
        gap = np.full((len(self.stream.channels), first - self._next), np.nan)
        begin, samples = self._next, np.hstack([gap, *(block.samples for block, _ in self._held)])
        for end, arrival_s in ends:
            self.clock.feed(first + end - 1, arrival_s)
        self._next = begin + samples.shape[1]
        self.received += anew.received
        self.lost += anew.lost + gap.shape[1]
        self.duplicates += anew.duplicates
        self.late += anew.late
        self.in_doubt += anew.in_doubt
        self.track = replace(anew.track, first=first + anew.track.first, last=first + anew.track.last)
        self._anew, self._held, self._ahead = None, [], None
        rate_hz, start_s = self.clock.line()
        return Block(self.stream.name, begin, samples, start_s + begin / rate_hz, rate_hz)

    def _place(self, counter: int | None, device_s: float, arrival_s: float) -> int | None:
        """Return the index of a packet's first sample; None for one that is late or doubled."""
        if self._empty:
            return 0
        if counter is None or not self.loss_known:
            return self._place_by_time(device_s, arrival_s)
        cycle = self._modulus * self._step
        ahead = self._ahead_by_counter(counter)
        expected, sure = self._expected(device_s, arrival_s)
        if sure:
            ahead += cycle * round((expected - ahead) / cycle)
        else:
            ahead = self._ahead_by_arrival(ahead, expected, cycle)
        place = self.track.last + ahead
        if place < self._next:
            if ahead == 0:
                self.duplicates += 1
            else:
                self.late += 1
            return None
        return place

    def _ahead_by_arrival(self, ahead: int, expected: float, cycle: int) -> int:
        """Return how far a packet lies beyond the last one, by its counter and when it came."""
        held = self._next - self.track.last
        stall = _STALL_S * self._rate_hz
        if expected - ahead > max(0.75 * cycle, stall):
            self.in_doubt += cycle < 2 * stall
            return ahead + cycle * round((expected - ahead) / cycle)
        if ahead - expected > max(0.5 * cycle, stall):
            # So many samples cannot have been taken meanwhile: it is late, or the counter began anew.
            if cycle - ahead <= 2 * stall:
                return ahead - cycle
            self.in_doubt += 1
            return max(round(expected), held)
        # No packet begins within the last one: the counter went round meanwhile.
        return ahead + cycle if 0 < ahead < held else ahead

    def _place_by_time(self, device_s: float, arrival_s: float) -> int | None:
        expected, sure = self._expected(device_s, arrival_s)
        gap = self.track.last + round(expected) - self._next
        if not sure:
            gap = gap if gap > _SILENCE_S * self._rate_hz else 0
            self.in_doubt += gap > 0
        packet = self._next - self.track.last
        return self._next + (gap if gap > max(_STEP_S * self._rate_hz, 0.25 * packet) else 0)

    def _expected(self, device_s: float, arrival_s: float) -> tuple[float, bool]:
        """Return how many samples lie between the last packet and this one, and whether that is certain."""
        track = self.track
        if math.isnan(device_s) or self._set_anew(device_s, arrival_s):
            return (arrival_s - track.last_arrival_s) * self._rate_hz, False
        rate = self.stream.nominal_rate_hz
        span_s = track.last_device_s - track.first_device_s
        if span_s > _SHORTEST_SPAN_S:
            rate = (track.last - track.first) / span_s
        return (device_s - track.last_device_s) * rate, True

    def _set_anew(self, device_s: float, arrival_s: float) -> bool:
        """Whether the device's time does not follow from the last one."""
        waited_s = arrival_s - self.track.last_arrival_s
        return not abs(device_s - self.track.last_device_s - waited_s) < _CLOCK_JUMP_S + 0.2 * abs(waited_s)

    @property
    def _rate_hz(self) -> float:
        return self.clock.line()[0]


def _joined(one: Block, other: Block) -> Block:
    return replace(one, samples=np.hstack([one.samples, other.samples]))


def _whole(stream: Stream, name: str) -> int:
    value = stream.settings.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SensorError(f"{name} is {value!r}; state a positive whole number", source=stream.name)
    return value
