"""Sessions with simulated people, recorded and saved, and what was sent to hold them against."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from firing_analyzer.protocol import SessionPlan
from firing_analyzer.recording_run import Recorded, RecordingOrder, record
from firing_analyzer.session import RecordingSession
from firing_analyzer.session_update import SourceStatus, Update
from recordings.journal import JournalPacket, JournalReader
from recordings.model import FloatArray, Recording, Side
from recordings.open import open_recording
from recordings.synth import Truth
from sensors.model import Pace, Packet, Source, Status, Stream
from sensors.simulated import SimulatedSource

#: Raises only: no shrug, no practice.
RAISES = SessionPlan("left", repetitions=5, practice_raises=0, reference_shrug=False)
#: Samples in a packet, where a test counts them: 10 ms, as sensors send.
PACKET = 10
#: A session that takes longer than this, in real seconds, hangs.
HANG_S = 60.0
_HEADER = struct.Struct("<IdHH")


@dataclass(slots=True)
class Tap:
    """A source that remembers every packet that went through it."""

    source: Source
    sent: list[Packet] = field(default_factory=list[Packet])

    @property
    def uri(self) -> str:
        return self.source.uri

    @property
    def streams(self) -> tuple[Stream, ...]:
        return self.source.streams

    @property
    def speed(self) -> float:
        return self.source.speed

    async def start(self, pace: Pace) -> None:
        await self.source.start(pace)

    async def packets(self) -> AsyncIterator[Packet]:
        async for packet in self.source.packets():
            self.sent.append(packet)
            yield packet

    def status(self) -> Status:
        return self.source.status()

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        self.source.hear(cue, at_s, leg=leg)

    async def close(self) -> None:
        await self.source.close()


@dataclass(slots=True)
class Ran:
    """A session that is over."""

    recorded: Recorded
    session: RecordingSession
    updates: list[Update]
    taps: dict[str, Tap]

    @property
    def verdict(self) -> str:
        return "cannot_tell" if self.recorded.analysis is None else self.recorded.analysis.verdict

    @property
    def recording(self) -> Recording:
        return open_recording(self.recorded.saved.path)

    @property
    def truth(self) -> Truth:
        source = self.taps["glute"].source
        assert isinstance(source, SimulatedSource)
        return source.truth()

    @property
    def notes(self) -> list[str]:
        return [update.note for update in self.updates if update.note]

    @property
    def cues(self) -> list[tuple[float, str]]:
        return [(update.at_s, update.cue.label) for update in self.updates if update.cue is not None]

    def status(self, muscle: str) -> SourceStatus:
        """The last that was told of a source."""
        told = [one for update in self.updates for one in update.sources if one.muscle == muscle]
        return told[-1]


Drive = Callable[[RecordingSession, Update], None]


def sim(scenario: str, site: str, **options: object) -> str:
    """URI of a simulated sensor."""
    settings = {"speed": 500, "rate": 1000, "packet": 20, "start": 0.1, **options}
    words = [
        f"{name}={one}"
        for name, value in settings.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return f"sim:{scenario}?{'&'.join(words)}#{site}"


def run(
    folder: Path,
    glute: str,
    shoulder: str,
    *,
    plan: SessionPlan = RAISES,
    drive: Drive | None = None,
    prepare: Callable[[RecordingSession], None] | None = None,
    hang_s: float = HANG_S,
) -> Ran:
    """Record a session; fail if it hangs."""
    sessions: list[RecordingSession] = []
    updates: list[Update] = []
    taps: dict[str, Tap] = {}

    def begin(session: RecordingSession) -> None:
        sessions.append(session)
        session.glute = taps["glute"] = Tap(session.glute)
        session.shoulder = taps["shoulder"] = Tap(session.shoulder)
        if prepare is not None:
            prepare(session)

    def observe(update: Update) -> None:
        updates.append(update)
        if drive is not None:
            drive(sessions[0], update)

    order = RecordingOrder(plan, glute, shoulder, folder, "01")

    async def limited() -> Recorded:
        async with asyncio.timeout(hang_s):
            return await record(order, observer=observe, on_session=begin)

    return Ran(asyncio.run(limited()), sessions[0], updates, taps)


def both(scenario: str, **options: object) -> tuple[str, str]:
    return sim(scenario, "glute", **options), sim(scenario, "shoulder", **options)


def decoded(raw: bytes, scale: float) -> tuple[int, FloatArray]:
    """Read a packet of whole numbers as its layout is documented, with nothing of the product."""
    counter, _, n_channels, n_samples = _HEADER.unpack_from(raw)
    body = raw[_HEADER.size :]
    whole = [int.from_bytes(body[at : at + 3], "little", signed=True) for at in range(0, len(body), 3)]
    return counter, np.array(whole, dtype=np.float64).reshape(n_samples, n_channels).T * scale


def placed(packets: list[Packet], scale: float = 0.05, *, modulus: int = 2**32) -> tuple[int, FloatArray]:
    """Number of the first packet, and all samples from there on, NaN where nothing came."""
    parts = [decoded(packet.raw, scale) for packet in packets]
    first, size = parts[0][0], parts[0][1].shape[1]
    # no gap here is as long as the counter takes to go round twice; the packets' own device time tells rounds
    times_s = [_HEADER.unpack_from(packet.raw)[1] for packet in packets]
    step_s = next(
        (t1 - t0) / (c1 - c0)
        for (c0, _), (c1, _), t0, t1 in zip(parts, parts[1:], times_s, times_s[1:], strict=False)
        if c1 > c0
    )
    places = [round((time_s - times_s[0]) / step_s) for time_s in times_s]
    assert all(
        (first + place) % modulus == counter for place, (counter, _) in zip(places, parts, strict=True)
    )
    assert len(set(places)) == len(places)
    samples = np.full((parts[0][1].shape[0], (places[-1] + 1) * size), np.nan)
    for place, (_, part) in zip(places, parts, strict=True):
        samples[:, place * size : (place + 1) * size] = part
    return first, samples


def check_samples(ran: Ran) -> None:
    """What was saved is what was sent, sample for sample; so is what stands in the journal."""
    recording = ran.recording
    with JournalReader(ran.recorded.journal) as journal:
        assert journal.state == "saved"
        kept: dict[str, list[JournalPacket]] = {stream.name: [] for stream in journal.streams}
        for packet in journal.packets():
            kept[packet.stream].append(packet)
    for tap in ran.taps.values():
        for stream in tap.streams:
            sent = [packet for packet in tap.sent if packet.stream == stream.name]
            in_journal = kept[stream.name]
            assert [(p.arrival_s, p.raw) for p in in_journal] == [(p.arrival_s, p.raw) for p in sent]
            if not sent:
                continue
            scale = stream.settings["scale"]
            assert isinstance(scale, float)
            modulus = stream.settings["counter_modulus"]
            assert isinstance(modulus, int)
            _, samples = placed(sent, scale, modulus=modulus)
            for channel, row in zip(stream.channels, samples, strict=True):
                assert np.array_equal(recording[channel.label].samples, row, equal_nan=True), channel.label
