"""``replay:PATH?speed=N#CHANNEL``: a saved recording as if it came from a sensor now.

Samples are sent as they were saved, in packets of about 10 ms that arrive when their last sample is due. A
packet without a single sample is not sent, as a lost packet would not be. Single lost samples stay NaN.
"""

import math
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from recordings.errors import RecordingError
from recordings.model import Recording, Side, Signal
from recordings.open import open_recording
from recordings.pair import choose_pair
from sensors.address import Address
from sensors.errors import SourceUnavailable, SourceUriError
from sensors.model import Pace, Packet, Status, Stream
from sensors.packing import pack
from sensors.waiting import batch_s, wait_until

_PACKET_S: Final = 0.01
#: The counter is as wide as the packet's header has it, so no gap is ever in doubt.
_MODULUS: Final = 2**32


class ReplayedSource:
    """A recording, or channels of it, as a live source.

    Parameters
    ----------
    signals : tuple of Signal
        Signals of one rate, start and length travel together; others have a stream of their own.
    uri : str
    name : str
        Of the first stream; others get a number.
    speed : float
    """

    def __init__(self, signals: tuple[Signal, ...], *, uri: str, name: str, speed: float = 1.0) -> None:
        self.uri = uri
        self.speed = speed
        self._pace: Pace | None = None
        self._began_s = 0.0
        self._closed = self._ended = False
        self._lines = [
            _Line(group, name if number == 0 else f"{name}-{number + 1}")
            for number, group in enumerate(_groups(signals))
        ]
        self.streams: tuple[Stream, ...] = tuple(line.stream for line in self._lines)

    async def start(self, pace: Pace) -> None:
        """Begin: the recording's second 0 is now.

        Raises
        ------
        SourceUnavailable
            If it was closed before.
        """
        if self._closed:
            raise SourceUnavailable("it was closed; open it again", source=self.uri)
        self._pace = pace
        self._began_s = pace.now_s()

    async def packets(self) -> AsyncIterator[Packet]:
        """Packets as they are due; ends with the recording."""
        if self._pace is None:
            raise SourceUnavailable("it was not started; await start(pace) first", source=self.uri)
        pace, step_s = self._pace, batch_s(self.speed)
        while not self._closed:
            next_s = self._began_s + min(line.next_arrival_s() for line in self._lines)
            if not math.isfinite(next_s):
                self._ended = True
                return
            if not await wait_until(max(next_s, pace.now_s() + step_s), pace, closed=self._is_closed):
                return
            until_s = pace.now_s() - self._began_s
            due = [packet for line in self._lines for packet in line.due(until_s, self._began_s)]
            for packet in sorted(due, key=lambda packet: packet.arrival_s):
                yield packet

    def status(self) -> Status:
        """Tell whether the recording is still running."""
        if self._pace is None or self._closed:
            return Status(connected=False, detail="not started" if self._pace is None else "closed")
        return Status(connected=not self._ended, detail="the recording has ended" if self._ended else "")

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Do nothing: what happened has happened."""

    async def close(self) -> None:
        """Stop; may be called twice."""
        self._closed = True

    def _is_closed(self) -> bool:
        return self._closed


class _Line:
    """Signals that share their times, cut into packets."""

    def __init__(self, signals: tuple[Signal, ...], name: str) -> None:
        first = signals[0]
        self._samples = np.stack([signal.samples for signal in signals])
        self._rate_hz, self._start_s = first.rate_hz, first.start_s
        self._packet = min(max(1, round(_PACKET_S * self._rate_hz)), 2**15)
        self._n_packets = -(-self._samples.shape[1] // self._packet)
        self._next = 0
        device = first.channel.device or name
        self.stream = Stream(
            name,
            tuple(replace(signal.channel, device=device) for signal in signals),
            self._rate_hz,
            device=device,
            decoder="packed",
            settings={
                "sample_type": "float64",
                "counter_modulus": _MODULUS,
                "samples_per_count": self._packet,
            },
            scale_known=all(signal.channel.unit not in ("", "counts") for signal in signals),
        )

    def next_arrival_s(self) -> float:
        """When the next packet arrives, in seconds of the recording; infinite at its end."""
        return self._arrival_s(self._next) if self._next < self._n_packets else math.inf

    def due(self, until_s: float, began_s: float) -> list[Packet]:
        """Return the packets that have arrived by now."""
        packets: list[Packet] = []
        while self._next < self._n_packets and (arrival_s := self._arrival_s(self._next)) <= until_s:
            begin = self._next * self._packet
            samples = self._samples[:, begin : begin + self._packet]
            # The first and the last are sent whatever they hold, so that the recording keeps its length.
            if self._next in (0, self._n_packets - 1) or not np.isnan(samples).all():
                raw = pack(samples, counter=self._next % _MODULUS, device_s=begin / self._rate_hz)
                packets.append(Packet(self.stream.name, began_s + arrival_s, raw))
            self._next += 1
        return packets

    def _arrival_s(self, number: int) -> float:
        last = min((number + 1) * self._packet, self._samples.shape[1]) - 1
        return self._start_s + last / self._rate_hz


def open_replay(address: Address, *, name: str | None = None, leg: Side | None = None) -> ReplayedSource:
    """Open a ``replay:`` URI.

    Without a channel, all channels are played. ``glute`` and ``shoulder`` name the pair of the raised leg
    where no channel carries that very label.

    Raises
    ------
    SourceUriError
        If an option or the channel is not understood.
    SourceUnavailable
        If the recording cannot be opened.
    """
    address.check_options(("speed",))
    speed = address.speed()
    written, channel = Path(address.target), address.channel
    # A path is taken as it is written if something is there, so that a % in it needs no care.
    path = written if written.exists() else Path(address.plain_target)
    try:
        recording = open_recording(path, leg=leg)
    except RecordingError as problem:
        raise SourceUnavailable(str(problem), source=address.uri) from problem
    try:
        signals = _chosen(recording, channel)
    except RecordingError as problem:
        raise SourceUriError(problem.reason, source=address.uri) from problem
    if not signals or all(signal.samples.size == 0 for signal in signals):
        raise SourceUnavailable("the recording holds no samples; name another one", source=address.uri)
    return ReplayedSource(signals, uri=address.uri, name=name or channel or "replay", speed=speed)


def _chosen(recording: Recording, channel: str | None) -> tuple[Signal, ...]:
    if channel is None:
        return recording.signals
    if channel in ("glute", "shoulder") and channel not in recording.labels:
        pair = choose_pair(recording)
        return (pair.glute if channel == "glute" else pair.shoulder,)
    return (recording[channel],)


def _groups(signals: tuple[Signal, ...]) -> list[tuple[Signal, ...]]:
    groups: dict[tuple[float, float, int, str | None], list[Signal]] = {}
    for signal in signals:
        if signal.samples.size:
            key = (signal.rate_hz, signal.start_s, signal.samples.size, signal.channel.device)
            groups.setdefault(key, []).append(signal)
    return [tuple(group) for group in groups.values()]
