"""``lsl:NAME#CHANNEL``: a stream of the Lab Streaming Layer, by the optional library pylsl.

LSL is a reliable network: nothing is lost between outlet and inlet, but what the sensor lost on its way to
the outlet is not known. Its time stamps, brought to this machine's clock, are the device's time.
"""

import asyncio
import importlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from recordings.extras import how_to_install
from recordings.labels import recognise
from recordings.model import Channel, Side
from recordings.units import convert
from sensors.address import Address
from sensors.errors import SourceLost, SourceUnavailable
from sensors.model import Pace, Packet, Status, Stream
from sensors.packing import pack

_FIND_S: Final = 2.0
_POLL_S: Final = 0.01
_MOST_SAMPLES: Final = 4096


class LslSource:
    """One LSL stream, or one channel of it. Samples travel as they are, as float64."""

    speed: float = 1.0

    def __init__(
        self, inlet: Any, stream: Stream, *, uri: str, rows: tuple[int, ...], scales: list[float]
    ) -> None:
        self.uri = uri
        self.streams: tuple[Stream, ...] = (stream,)
        self._inlet = inlet
        self._rows = list(rows)
        self._scales = np.array(scales)[:, None]
        self._pace: Pace | None = None
        self._closed = False
        self._lost = ""

    async def start(self, pace: Pace) -> None:
        """Connect.

        Raises
        ------
        SourceUnavailable
            If the outlet does not answer.
        """
        if self._closed:
            raise SourceUnavailable("it was closed; open it again", source=self.uri)
        try:
            await asyncio.to_thread(self._inlet.open_stream, timeout=_FIND_S)
            # The first look at the sender's clock takes most of a second; the next ones do not wait.
            await asyncio.to_thread(self._inlet.time_correction, timeout=_FIND_S)
        except (RuntimeError, TimeoutError) as problem:
            raise SourceUnavailable(
                f"the stream does not answer ({problem}); check the program that sends it", source=self.uri
            ) from problem
        self._pace = pace

    async def packets(self) -> AsyncIterator[Packet]:
        """Chunks as they arrive, until the source is closed.

        Raises
        ------
        SourceLost
            If the outlet is gone for good.
        """
        if self._pace is None:
            raise SourceUnavailable("it was not started; await start(pace) first", source=self.uri)
        stream = self.streams[0]
        while not self._closed:
            try:
                chunk, stamps = self._inlet.pull_chunk(timeout=0.0, max_samples=_MOST_SAMPLES)
            except RuntimeError as problem:
                if self._closed:
                    return
                self._lost = "the sending program is gone"
                raise SourceLost(f"{self._lost} ({problem}); start it again", source=self.uri) from problem
            if stamps:
                arrival_s = self._pace.now_s()
                samples = self._scales * np.asarray(chunk, dtype=np.float64).T[self._rows]
                yield Packet(stream.name, arrival_s, pack(samples, device_s=float(stamps[0])))
            else:
                await self._pace.sleep(_POLL_S)

    def status(self) -> Status:
        """Tell whether the stream is open."""
        return Status(
            connected=self._pace is not None and not self._closed and not self._lost, detail=self._lost
        )

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Do nothing: a real sensor does not hear."""

    async def close(self) -> None:
        """Stop and let go; may be called twice."""
        if not self._closed:
            self._closed = True
            self._inlet.close_stream()


def open_lsl(address: Address, *, name: str | None = None, leg: Side | None = None) -> LslSource:  # noqa: ARG001
    """Open an ``lsl:`` URI.

    Raises
    ------
    SourceUriError
        If the stream has no such channel, or an option was given.
    SourceUnavailable
        If pylsl is not installed, no stream of this name is there, or it has no even rate.
    """
    address.check_options(())
    pylsl = _pylsl(address)
    found = pylsl.resolve_byprop("name", address.plain_target, timeout=_FIND_S)
    if not found:
        raise SourceUnavailable(
            f"no LSL stream is named {address.plain_target!r}; start the program that sends it",
            source=address.uri,
        )
    inlet = pylsl.StreamInlet(found[0], max_buflen=60, recover=True, processing_flags=pylsl.proc_clocksync)
    info = inlet.info(timeout=_FIND_S)
    rate_hz = float(info.nominal_srate())
    if not rate_hz > 0:
        raise SourceUnavailable(
            "the stream has no even rate; send it with the rate of its sensor", source=address.uri
        )
    channels, scales = _channels(info)
    rows = _rows(address, channels)
    device = str(info.source_id()) or address.plain_target
    stream = Stream(
        name or address.channel or address.plain_target,
        tuple(replace(channels[row], device=device) for row in rows),
        rate_hz,
        device=device,
        decoder="packed",
        settings={"sample_type": "float64"},
        scale_known=all(channels[row].unit not in ("", "counts") for row in rows),
    )
    return LslSource(inlet, stream, uri=address.uri, rows=rows, scales=[scales[row] for row in rows])


def _pylsl(address: Address) -> Any:
    try:
        return importlib.import_module("pylsl")
    except (ImportError, RuntimeError) as problem:  # pylsl raises the latter without its binary library
        raise SourceUnavailable(
            f"LSL streams are read by pylsl, which is not installed; {how_to_install('pylsl', extra='lsl')}",
            source=address.uri,
        ) from problem


def _channels(info: Any) -> tuple[list[Channel], list[float]]:
    """Return what the stream says of its channels, and by what their samples are multiplied."""
    channels: list[Channel] = []
    scales: list[float] = []
    node = info.desc().child("channels").child("channel")
    for number in range(int(info.channel_count())):
        label, unit = str(node.child_value("label")), str(node.child_value("unit"))
        channel = recognise(label or f"channel {number + 1}", unit=unit)
        scaled, unit = convert(np.ones(1), unit, channel.kind)
        channels.append(replace(channel, unit=unit))
        scales.append(float(scaled[0]))
        node = node.next_sibling()
    return channels, scales


def _rows(address: Address, channels: list[Channel]) -> tuple[int, ...]:
    if address.channel is None:
        return tuple(range(len(channels)))
    rows = tuple(row for row, channel in enumerate(channels) if channel.label == address.channel)
    if len(rows) != 1:
        problem = "is not in the stream" if not rows else f"stands {len(rows)} times in the stream"
        known = ", ".join(dict.fromkeys(channel.label for channel in channels))
        raise address.refuse(f"channel {address.channel!r} {problem}; name one of {known}")
    return rows
