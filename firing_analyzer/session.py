"""A session as it happens: packets to the journal first, cues to the person, live results beside it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_look import LiveRepetition
from firing_analyzer.live_signal import Muscle
from firing_analyzer.protocol import Cue, SessionPlan, timetable
from firing_analyzer.settings import Settings
from recordings.journal import JournalWriter
from recordings.model import EVENT_EXCLUDED, EVENT_RAISE, Event
from sensors.errors import SensorError
from sensors.feed import Feed
from sensors.model import Pace, Source

#: A source from which nothing has come for so long has dropped out.
SILENT_S: Final = 2.0
#: How often the state of the sources is told, and silence looked for.
STATUS_EVERY_S: Final = 0.5
#: Longest wait for a source to let go.
CLOSE_S: Final = 5.0
EVENT_LOST: Final = "source_lost"
EVENT_BACK: Final = "source_back"
EVENT_PAUSE: Final = "pause"
EVENT_RESUME: Final = "resume"
EVENT_END: Final = "session_end"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How one source is doing.

    Attributes
    ----------
    muscle : {"glute", "shoulder"}
    delivers : bool
        Whether anything came within the last two seconds.
    rate_hz : float or None
        As far as it is known by now.
    lost_percent : float
        Samples lost so far.
    signal : str
        The signal in words.
    battery_percent : float or None
    detail : str
        What the source says of itself.
    """

    muscle: Muscle
    delivers: bool
    rate_hz: float | None
    lost_percent: float
    signal: str
    battery_percent: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Update:
    """Something to tell whoever watches; what does not apply is empty."""

    at_s: float
    cue: Cue | None = None
    sources: tuple[SourceStatus, ...] = ()
    onsets: tuple[tuple[Muscle, float], ...] = ()
    repetitions: tuple[LiveRepetition, ...] = ()
    note: str = ""


Observer = Callable[[Update], None]


@dataclass(slots=True)
class _Reception:
    """What comes from one source."""

    muscle: Muscle
    source: Source
    feed: Feed
    last_s: float
    silent: bool = False
    ended: bool = False

    @property
    def stream(self) -> str:
        """The stream that holds the muscle; a movement sensor's may come beside it."""
        return self.source.streams[0].name


@dataclass(slots=True)
class RecordingSession:
    """One session with two sources; it ends after its cues, whatever the sources do.

    Parameters
    ----------
    plan : SessionPlan
    glute, shoulder : Source
        Opened, not started.
    journal : JournalWriter
        Every packet is queued to it before anything else is done; nothing waits for the disk.
    pace : Pace
    settings : Settings
    observer : callable, optional
        Told of cues, onsets, repetitions and how the sources are. Must not wait.
    """

    plan: SessionPlan
    glute: Source
    shoulder: Source
    journal: JournalWriter
    pace: Pace
    settings: Settings = field(default_factory=Settings)
    observer: Observer | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _resumed: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _receptions: dict[Muscle, _Reception] = field(default_factory=dict["Muscle", "_Reception"], init=False)
    _live: LiveAnalysis | None = field(default=None, init=False)
    _fault: str = field(default="", init=False)

    async def run(self) -> None:
        """Record until the protocol is over, time is up, all sources have ended, or `stop` is called.

        Raises
        ------
        SensorError
            If a source cannot be started.
        """
        self._resumed.set()
        now_s = self.pace.now_s()
        started: tuple[tuple[Muscle, Source], ...] = (("glute", self.glute), ("shoulder", self.shoulder))
        self._receptions = {
            muscle: _Reception(muscle, source, Feed(source.streams), now_s) for muscle, source in started
        }
        try:
            for _, source in started:
                await source.start(self.pace)
            self._live = self._make_live()
            async with asyncio.TaskGroup() as tasks:
                pumps = [tasks.create_task(self._pump(reception)) for reception in self._receptions.values()]
                watch = tasks.create_task(self._watch())
                await self._guide()
                self._stop.set()
                watch.cancel()
                await self._close_sources()
                for pump in pumps:
                    pump.cancel()
        finally:
            await self._close_sources()
            self._put_event(EVENT_END)
        for change in self._live.finish():
            self._tell(repetitions=(change,))

    def stop(self) -> None:
        """End the session soon, as if its time were up."""
        self._stop.set()
        self._resumed.set()

    def pause(self) -> None:
        """Hold back the cues that are still to come; recording goes on."""
        if self._resumed.is_set():
            self._resumed.clear()
            self._put_event(EVENT_PAUSE)

    def resume(self) -> None:
        """Go on with the cues."""
        if not self._resumed.is_set():
            self._resumed.set()
            self._put_event(EVENT_RESUME)

    def set_aside(self) -> None:
        """Set the raise that goes on, or was just over, aside."""
        self.mark(EVENT_EXCLUDED)

    def mark(self, label: str) -> None:
        """Note an event now."""
        self._put_event(label)

    def _make_live(self) -> LiveAnalysis:
        glute, shoulder = self.glute.streams[0], self.shoulder.streams[0]
        return LiveAnalysis(
            glute=glute.channels[0],
            shoulder=shoulder.channels[0],
            leg=self.plan.leg,
            settings=self.settings,
            glute_rate_hz=glute.nominal_rate_hz,
            shoulder_rate_hz=shoulder.nominal_rate_hz,
            shared_clock=glute.device == shoulder.device,
            cued=True,
        )

    async def _pump(self, reception: _Reception) -> None:
        """Take packets as long as they come; a source that fails is noted, and the session goes on."""
        try:
            async for packet in reception.source.packets():
                self.journal.put_packet(packet.stream, packet.arrival_s, packet.raw)
                reception.last_s = self.pace.now_s()
                for block in reception.feed.take(packet):
                    if block.stream == reception.stream and self._live is not None:
                        self._live.take(block, reception.muscle)
                await self._look()
        except SensorError as problem:
            self._tell(note=f"{reception.muscle}: {problem}")
            self._put_event(EVENT_LOST, source=reception.muscle, problem=str(problem))
        reception.ended = True

    async def _look(self) -> None:
        live = self._live
        if live is None:
            return
        look = live.due()
        changes = tuple(live.accept(look.run())) if look is not None else ()
        onsets: tuple[tuple[Muscle, float], ...] = tuple((one.muscle, one.time_s) for one in live.onset_marks)
        live.onset_marks.clear()
        if changes or onsets:
            self._tell(repetitions=changes, onsets=onsets)

    async def _guide(self) -> None:
        """Give the cues when they are due; a pause moves all that follow."""
        cues, end_s = timetable(self.plan)
        moved_s = 0.0
        for cue in cues:
            moved_s += await self._wait_until(cue.at_s + moved_s)
            if self._stop.is_set():
                return
            now_s = self.pace.now_s()
            self._put_event(cue.label, duration_s=cue.duration_s, number=cue.number)
            for reception in self._receptions.values():
                reception.source.hear(cue.label, now_s, leg=self.plan.leg)
            self._tell(cue=cue)
        await self._wait_until(end_s + (moved_s if self.plan.duration_s is None else 0.0))

    async def _wait_until(self, at_s: float) -> float:
        """Wait in the session's time; return by how much a pause has made it later."""
        moved_s = 0.0
        while not self._stop.is_set() and not all(one.ended for one in self._receptions.values()):
            if not self._resumed.is_set():
                began_s = self.pace.now_s()
                await self._resumed.wait()
                moved_s += self.pace.now_s() - began_s
            left_s = at_s + moved_s - self.pace.now_s()
            if left_s <= 0:
                return moved_s
            await self.pace.sleep(min(left_s, STATUS_EVERY_S))
        self._stop.set()
        return moved_s

    async def _watch(self) -> None:
        """Tell how the sources are, and note when one falls silent or comes back."""
        while True:
            await self.pace.sleep(STATUS_EVERY_S)
            now_s = self.pace.now_s()
            for reception in self._receptions.values():
                silent = now_s - reception.last_s > SILENT_S
                if silent != reception.silent:
                    reception.silent = silent
                    self._put_event(EVENT_LOST if silent else EVENT_BACK, source=reception.muscle)
                    words = "delivers nothing any more; waiting for it" if silent else "delivers again"
                    self._tell(note=f"{reception.muscle}: {words}")
            fault = self.journal.fault
            if fault is not None and str(fault) != self._fault:
                self._fault = str(fault)
                self._tell(note=self._fault)
            self._tell(sources=tuple(self._status(one) for one in self._receptions.values()))

    def _status(self, reception: _Reception) -> SourceStatus:
        placer = reception.feed.placers[reception.stream]
        status = reception.source.status()
        total = placer.received + placer.lost
        delivers = placer.received > 0 and not reception.silent
        return SourceStatus(
            muscle=reception.muscle,
            delivers=delivers,
            rate_hz=placer.clock.line()[0] if placer.received else None,
            lost_percent=100 * placer.lost / total if total else 0.0,
            signal=self._live.signal_words(reception.muscle) if self._live and delivers else "no samples",
            battery_percent=status.battery_percent,
            detail=status.detail,
        )

    def _put_event(self, label: str, **detail: float | str) -> None:
        at_s = self.pace.now_s()
        self.journal.put_event(at_s, label, {key: value for key, value in detail.items() if value})
        if self._live is not None and label in {EVENT_RAISE, EVENT_EXCLUDED}:
            self._live.add_event(Event(at_s, label))

    def _tell(
        self,
        *,
        cue: Cue | None = None,
        sources: tuple[SourceStatus, ...] = (),
        onsets: tuple[tuple[Muscle, float], ...] = (),
        repetitions: tuple[LiveRepetition, ...] = (),
        note: str = "",
    ) -> None:
        if self.observer is not None:
            self.observer(Update(self.pace.now_s(), cue, sources, onsets, repetitions, note))

    async def _close_sources(self) -> None:
        for reception in self._receptions.values():
            async with asyncio.timeout(CLOSE_S):
                await reception.source.close()
