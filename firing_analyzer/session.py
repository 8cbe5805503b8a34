"""A session as it happens: packets to the journal first, cues to the person, live results beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from firing_analyzer.errors import SignalError
from firing_analyzer.live import LiveAnalysis
from firing_analyzer.live_look import LiveRepetition, Look
from firing_analyzer.live_signal import Muscle
from firing_analyzer.protocol import Cue, SessionPlan
from firing_analyzer.session_guide import Guide
from firing_analyzer.session_journal import Journal
from firing_analyzer.session_update import Observer, SourceStatus, Update
from firing_analyzer.settings import Settings
from recordings.model import EVENT_EXCLUDED, Event
from sensors.errors import SensorError
from sensors.feed import Feed
from sensors.model import Block, Pace, Source, Status

#: A source from which nothing has come for so long has dropped out.
SILENT_S: Final = 2.0
#: How often the state of the sources is told, and silence looked for.
STATUS_EVERY_S: Final = 0.5
#: Longest wait for a source to let go.
CLOSE_S: Final = 5.0
#: Kinds of channel that tell what a muscle does.
_ACTIVITY: Final = frozenset({"emg", "envelope"})
EVENT_LOST: Final = "source_lost"
EVENT_BACK: Final = "source_back"
EVENT_END: Final = "session_end"


@dataclass(slots=True)
class _Reception:
    """What comes from one source."""

    muscle: Muscle
    source: Source
    feed: Feed
    #: The stream that holds the muscle; a movement sensor's may come beside it.
    stream: str
    last_s: float
    silent: bool = False
    ended: bool = False
    closed: bool = False


@dataclass(slots=True)
class RecordingSession:
    """One session with two sources; it ends after its cues, whatever the sources do.

    Parameters
    ----------
    plan : SessionPlan
    glute, shoulder : Source
        Started; they send once `run` asks for packets.
    journal : JournalWriter
        Every packet is queued to it before anything else is done; nothing waits for the disk.
    pace : Pace
    settings : Settings
    observer : callable, optional
        Told of cues, onsets, repetitions and how the sources are. Must not wait.
    on_block : callable, optional
        Given the samples of each muscle as they come, to be drawn. Must not wait.
    wants_more : callable, optional
        Asked once, when a plan that may be extended is complete; recording goes on meanwhile.
    """

    plan: SessionPlan
    glute: Source
    shoulder: Source
    journal: Journal
    pace: Pace
    settings: Settings = field(default_factory=Settings)
    observer: Observer | None = None
    on_block: Callable[[Muscle, Block], None] | None = None
    wants_more: Callable[[], Awaitable[bool]] | None = None
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _guide: Guide = field(init=False)
    _receptions: dict[Muscle, _Reception] = field(default_factory=dict["Muscle", "_Reception"], init=False)
    _live: LiveAnalysis | None = field(default=None, init=False)
    _looking: asyncio.Task[None] | None = field(default=None, init=False)
    _fault: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._guide = Guide(
            self.plan,
            self.pace,
            self._stop,
            give=self._give,
            note=self._put_event,
            over=lambda: all(one.ended for one in self._receptions.values()),
        )

    async def run(self) -> None:
        """Record until the protocol is over, time is up, all sources have ended, or `stop` is called."""
        now_s = self.pace.now_s()
        sources: tuple[tuple[Muscle, Source], ...] = (("glute", self.glute), ("shoulder", self.shoulder))
        self._receptions = {
            muscle: _Reception(muscle, source, Feed(source.streams), source.streams[0].name, now_s)
            for muscle, source in sources
        }
        try:
            self._live = self._make_live()
            async with asyncio.TaskGroup() as tasks:
                pumps = [tasks.create_task(self._pump(reception)) for reception in self._receptions.values()]
                watch = tasks.create_task(self._watch())
                await self._guide.run(self.wants_more)
                self._stop.set()
                watch.cancel()
                await self._close_sources()
                for pump in pumps:
                    pump.cancel()
        finally:
            await self._close_sources()
            self._put_event(EVENT_END)
        if self._looking is not None:
            await self._looking
        for reception in self._receptions.values():
            self._take(reception, reception.feed.finish())
        if self._live is not None:
            self._tell_changes(self._live.finish())

    def stop(self) -> None:
        """End the session soon, as if its time were up."""
        self._stop.set()

    def pause(self) -> None:
        """Hold back the cues that are still to come; recording goes on."""
        self._guide.pause()

    def resume(self) -> None:
        """Go on with the cues."""
        self._guide.resume()

    def set_aside(self, reason: str = "", *, at_s: float | None = None) -> None:
        """Set the raise at a moment, by default the one that goes on, aside; the journal keeps the reason."""
        self._put_event(EVENT_EXCLUDED, at_s=at_s, reason=reason)

    def mark(self, label: str) -> None:
        """Note an event now."""
        self._put_event(label)

    def _make_live(self) -> LiveAnalysis | None:
        """Return the analysis that goes on beside it; None for movement, which is judged when it is saved."""
        glute, shoulder = self.glute.streams[0], self.shoulder.streams[0]
        moved = [
            one for one in (glute, shoulder) if not _ACTIVITY & {channel.kind for channel in one.channels}
        ]
        if len(moved) == 2:
            return None
        if moved:
            other = shoulder if moved[0] is glute else glute
            raise SignalError(
                f"it is movement, and {other.channels[0].label} is EMG: a muscle works 20 to 100 ms before "
                "it moves anything, so the two cannot be timed against each other; record both the same way",
                channel=moved[0].channels[0].label,
            )
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
                self._take(reception, reception.feed.take(packet))
                self._look()
        except SensorError as problem:
            self._lose(reception, str(problem))
        except Exception as defect:  # noqa: BLE001  (of a plug-in: it must not cost the other sensor's samples)
            self._lose(reception, _defect(defect))
        reception.ended = True

    def _take(self, reception: _Reception, blocks: list[Block]) -> None:
        for block in blocks:
            if block.stream == reception.stream and self._live is not None:
                self._live.take(block, reception.muscle)
                if self.on_block is not None:
                    self.on_block(reception.muscle, block)

    def _lose(self, reception: _Reception, problem: str) -> None:
        self._tell(note=f"{reception.muscle}: {problem}")
        self._put_event(EVENT_LOST, source=reception.muscle, problem=problem)

    def _look(self) -> None:
        """Tell what the live analysis has found; a look that takes long goes on in a thread."""
        live = self._live
        if live is None:
            return
        onsets: tuple[tuple[Muscle, float], ...] = tuple((one.muscle, one.time_s) for one in live.onset_marks)
        live.onset_marks.clear()
        if onsets:
            self._tell(onsets=onsets)
        look = live.due()
        if look is None:
            return
        if self.glute.speed == 1.0:
            self._looking = asyncio.create_task(self._look_beside(live, look))
        else:
            # a time that is stepped does not wait for threads
            self._tell_changes(live.accept(look.run()))

    async def _look_beside(self, live: LiveAnalysis, look: Look) -> None:
        self._tell_changes(live.accept(await asyncio.to_thread(look.run)))

    def _tell_changes(self, changes: list[LiveRepetition]) -> None:
        if changes:
            self._tell(repetitions=tuple(changes))

    def _give(self, cue: Cue) -> None:
        now_s = self.pace.now_s()
        self._put_event(cue.label, duration_s=cue.duration_s, number=cue.number)
        for reception in self._receptions.values():
            try:
                reception.source.hear(cue.label, now_s, leg=self.plan.leg)
            except Exception as defect:  # noqa: BLE001  (of a plug-in, as in `_pump`)
                self._lose(reception, _defect(defect))
        self._tell(cue=cue)

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
                    words = self._silence_words(reception)
                    self._tell(note=f"{reception.muscle}: {words}")
            fault = self.journal.fault
            if fault is not None and str(fault) != self._fault:
                self._fault = str(fault)
                self._tell(note=self._fault)
            self._tell(sources=tuple(self._status(one) for one in self._receptions.values()))

    def _silence_words(self, reception: _Reception) -> str:
        if not reception.silent:
            return "delivers again" if reception.feed.placers[reception.stream].received else "delivers"
        begun = reception.feed.placers[reception.stream].received > 0
        return f"delivers nothing{' any more' if begun else ''}; waiting for it"

    def _status(self, reception: _Reception) -> SourceStatus:
        placer = reception.feed.placers[reception.stream]
        try:
            status = reception.source.status()
        except Exception as defect:  # noqa: BLE001  (of a plug-in, as in `_pump`)
            status = Status(connected=False, detail=_defect(defect))
        total = placer.received + placer.lost
        delivers = placer.received > 0 and not reception.silent
        return SourceStatus(
            muscle=reception.muscle,
            delivers=delivers,
            rate_hz=placer.clock.line()[0] if placer.received else None,
            lost_percent=100 * placer.lost / total if total else 0.0,
            signal=self._signal_words(reception.muscle) if delivers else "no samples",
            battery_percent=status.battery_percent,
            detail=status.detail,
        )

    def _signal_words(self, muscle: Muscle) -> str:
        return "movement" if self._live is None else self._live.signal_words(muscle)

    def _put_event(self, label: str, *, at_s: float | None = None, **detail: float | str) -> None:
        at_s = self.pace.now_s() if at_s is None else at_s
        self.journal.put_event(at_s, label, {key: value for key, value in detail.items() if value})
        if self._live is not None:
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
        if self.observer is None:
            return
        try:
            self.observer(Update(self.pace.now_s(), cue, sources, onsets, repetitions, note))
        except OSError:
            # Nobody reads any more: the terminal was closed, or the pipe. The recording is worth more.
            self.observer = None

    async def _close_sources(self) -> None:
        for reception in self._receptions.values():
            if reception.closed:
                continue
            reception.closed = True
            problem = await let_go(reception.source)
            if problem:
                self._tell(note=f"{reception.muscle}: {problem}")


def _defect(defect: Exception) -> str:
    return f"its source has a defect ({type(defect).__name__}: {defect}); report it"


async def let_go(source: Source) -> str:
    """Close a source, and wait no longer than five seconds for it; returns what went wrong, if anything."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await source.close()
    except (SensorError, TimeoutError) as problem:
        return str(problem) or f"it did not let go within {CLOSE_S:g} s"
    return ""
