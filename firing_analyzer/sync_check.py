"""Measuring the time between two sensors that are tapped together."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recordings.model import EVENT_TAP, FloatArray
from recordings.offsets import Offset
from sensors.clock import ClockMap
from sensors.errors import SourceLost
from sensors.feed import Feed
from sensors.model import Pace, Source, Stream
from sensors.open import open_sources
from sensors.pace import pace_for
from sensors.shared_event import Felt, SharedEvent, shared_event


@dataclass(frozen=True, slots=True, eq=False)
class SyncCheck:
    """What was measured.

    Attributes
    ----------
    event : SharedEvent
        The first sensor is the glute's, the second the shoulder's.
    offset : Offset
        The same, to be kept.
    glute, shoulder : Felt
        What the sensors felt, to be looked at.
    shared_clock : bool
        Whether both belong to one device, so that there is nothing to correct.
    """

    event: SharedEvent
    offset: Offset
    glute: Felt
    shoulder: Felt
    shared_clock: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """What came of one source: the stream that feels taps best."""

    stream: Stream
    felt: Felt
    clock: ClockMap


async def sync_check(
    glute_uri: str, shoulder_uri: str, *, seconds: float = 15.0, within_s: float = 2.0
) -> SyncCheck:
    """Listen to two sensors while they are tapped together, and measure the time between them.

    Parameters
    ----------
    glute_uri, shoulder_uri : str
    seconds : float
        How long to listen.
    within_s : float
        Greatest offset that is looked for.

    Returns
    -------
    SyncCheck

    Raises
    ------
    sensors.errors.SensorError
        If a source cannot be opened or delivers nothing, or no tap is shared.
    """
    glute, shoulder = open_sources(glute_uri, shoulder_uri)
    pace = pace_for(glute.speed)
    try:
        for source in (glute, shoulder):
            await source.start(pace)
        pace.begin()
        one, other = await asyncio.gather(
            *(_listen(source, pace, seconds=seconds, taps=True) for source in (glute, shoulder))
        )
    finally:
        for source in (glute, shoulder):
            await source.close()
    event = shared_event(one.felt, other.felt, within_s=within_s)
    clocks_ms = float(np.hypot(one.clock.error_ms, other.clock.error_ms)) / 1.96
    shared = one.stream.device == other.stream.device
    return SyncCheck(
        event=event,
        offset=Offset(
            glute_device=one.stream.device,
            shoulder_device=other.stream.device,
            offset_ms=event.offset_ms,
            error_ms=float(np.hypot(event.error_ms, 0.0 if shared else clocks_ms)),
            taps=event.each_ms.size,
            measured=datetime.now().astimezone().isoformat(timespec="seconds"),
        ),
        glute=one.felt,
        shoulder=other.felt,
        shared_clock=shared,
    )


async def _listen(source: Source, pace: Pace, *, seconds: float, taps: bool) -> _Heard:
    """Take in what a source sends for some seconds of the session's time."""
    feed = Feed(source.streams)
    samples: dict[str, list[FloatArray]] = {stream.name: [] for stream in source.streams}

    async def pump() -> None:
        async for packet in source.packets():
            for block in feed.take(packet):
                samples[block.stream].append(block.samples)

    task = asyncio.create_task(pump())
    if taps:
        source.hear(EVENT_TAP, pace.now_s(), leg="left")
    left_s = seconds
    while left_s > 0 and not task.done():
        await pace.sleep(min(left_s, 0.2))
        left_s = seconds - pace.now_s()
    if task.done():
        task.result()
    else:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    for block in feed.finish():
        samples[block.stream].append(block.samples)
    stream = _best(source.streams, samples)
    if stream is None:
        raise SourceLost("it delivered nothing; check that it is switched on and worn", source=source.uri)
    clock = feed.placers[stream.name].clock.fitted()
    felt = np.concatenate(samples[stream.name], axis=1)
    rows = [row for row, channel in enumerate(stream.channels) if channel.kind == "acc"]
    return _Heard(stream, Felt(felt[rows] if rows else felt, clock.rate_hz, clock.start_s), clock)


def _best(streams: tuple[Stream, ...], samples: dict[str, list[FloatArray]]) -> Stream | None:
    """Choose what feels a tap best: an accelerometer, else an electrode at its higher rate."""
    alive = [stream for stream in streams if samples[stream.name]]
    moved = [stream for stream in alive if any(channel.kind == "acc" for channel in stream.channels)]
    return next(iter(moved or alive), None)
