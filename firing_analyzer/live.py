"""The analysis while the recording goes on: each raise soon after it has ended, by the code of `analyze`.

Blocks of both channels come in; a cheap watch follows their power. When the glute has come to rest, one look
at the last minute, with the functions and settings of `firing_analyzer.pipeline.analyze`, finds and times the
raise. Nothing here is a verdict: that comes from the saved recording.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from firing_analyzer.condition import LOWEST_RATE_HZ
from firing_analyzer.errors import SignalError
from firing_analyzer.live_buffer import SampleBuffer
from firing_analyzer.live_look import LiveRepetition, Look, Memory, Seen
from firing_analyzer.live_signal import LOOK_S, Muscle, signal_words
from firing_analyzer.live_watch import BurstWatch
from firing_analyzer.result import Repetition
from firing_analyzer.settings import Settings
from recordings.model import EVENT_EXCLUDED, EVENT_RAISE, Channel, Event, Recording, Side, Signal
from recordings.pair import choose_pair
from sensors.model import Block

#: How much is kept, and how much of it a look sees.
KEEP_S, WINDOW_S = 75.0, 60.0
#: So long after the glute's last activity the look is taken, or so long after the last that is beyond doubt.
QUIET_S, FIRM_QUIET_S = 0.15, 0.2
#: A look waits for the shoulder's samples up to this long after the glute's last activity.
DEADLINE_S = 0.35
#: How far beyond the glute's end the shoulder must have come to need no waiting.
REACH_S = 0.1
#: A channel of which nothing came for so long, while the other went on, is not waited for.
STALLED_S = 1.0
#: Without any activity a look is taken this often, first and later: it finds hum, and what the watch missed.
FIRST_LOOK_S, EVERY_S = 5.0, 15.0
#: Least activity that is worth a look, at first and after looks that found nothing.
LEAST_S, MOST_LEAST_S = 0.1, 0.5


@dataclass(frozen=True, slots=True)
class OnsetMark:
    """A muscle has started, as the watch sees it: to the nearest tenth of a second or so."""

    muscle: Muscle
    time_s: float


class LiveAnalysis:
    """Report each repetition of a recording that goes on.

    Parameters
    ----------
    glute, shoulder : Channel
    leg : {"left", "right"}
        The leg that is raised.
    settings : Settings, optional
    glute_rate_hz, shoulder_rate_hz : float
        As the devices claim them; the blocks' own rates are used as they become known.
    glute_row, shoulder_row : int
        Row of the blocks that holds the channel.
    shared_clock : bool
        Whether both channels are sampled by one clock.
    clock_error_ms : float or None
        Standard error of the time between the two sensors, if they have a clock each. May be set again as it
        gets better known.
    cued : bool
        Raises will be cued: before the first cue nothing is taken for one.

    Attributes
    ----------
    onset_marks : deque of OnsetMark
        The latest starts of either muscle; the reader may empty it.

    Raises
    ------
    SignalError
        If a channel is not muscle activity, or sampled below 150 Hz.
    recordings.errors.RecordingError
        If the two channels do not go together.

    Notes
    -----
    `feed` does everything where it is called. Where a loop must not wait for a look (some 0.05 s, once or
    twice a raise), call `take` with each block, and when `due` returns a look, run it in a thread and hand
    what it has seen to `accept`::

        live.take(block, "glute")
        if (look := live.due()) is not None:
            changes = live.accept(await asyncio.to_thread(look.run))

    Examples
    --------
    >>> from recordings.synth import simulate
    >>> glute, shoulder = simulate("shoulder_first", seed=1).recording.signals
    >>> live = LiveAnalysis(
    ...     glute=glute.channel,
    ...     shoulder=shoulder.channel,
    ...     leg="left",
    ...     glute_rate_hz=2000.0,
    ...     shoulder_rate_hz=2000.0,
    ... )
    >>> told = []
    >>> for first in range(0, 60_000, 200):
    ...     for muscle, signal in (("glute", glute), ("shoulder", shoulder)):
    ...         block = Block(muscle, first, signal.samples[None, first : first + 200], first / 2000, 2000.0)
    ...         told += live.feed(block, muscle)
    >>> [(one.row.repetition, one.row.order, one.change) for one in told]
    [(1, 'shoulder_first', 'new'), (2, 'shoulder_first', 'new')]
    """

    def __init__(
        self,
        *,
        glute: Channel,
        shoulder: Channel,
        leg: Side,
        settings: Settings | None = None,
        glute_rate_hz: float,
        shoulder_rate_hz: float,
        glute_row: int = 0,
        shoulder_row: int = 0,
        shared_clock: bool = True,
        clock_error_ms: float | None = 0.0,
        cued: bool = False,
    ) -> None:
        _check_pair(glute, shoulder, leg, rates_hz=(glute_rate_hz, shoulder_rate_hz))
        self.settings = settings or Settings()
        self.clock_error_ms = clock_error_ms
        self.onset_marks: deque[OnsetMark] = deque(maxlen=200)
        self._shared_clock = shared_clock
        self._cued = cued
        self._buffers: dict[Muscle, SampleBuffer] = {
            "glute": SampleBuffer(glute, glute_rate_hz, keep_s=KEEP_S, row=glute_row),
            "shoulder": SampleBuffer(shoulder, shoulder_rate_hz, keep_s=KEEP_S, row=shoulder_row),
        }
        self._watches: dict[Muscle, BurstWatch] = {
            "glute": BurstWatch(glute, glute_rate_hz, self.settings),
            "shoulder": BurstWatch(shoulder, shoulder_rate_hz, self.settings),
        }
        self._delivered_s: dict[Muscle, float] = {"glute": -np.inf, "shoulder": -np.inf}
        self._events: list[Event] = []
        self._memory = Memory()
        self._looking = False
        self._looked_s: float | None = None
        self._again_s = np.inf
        self._cue_due_s: list[float] = []
        self._least_s = LEAST_S
        self._words: dict[Muscle, tuple[float, str]] = {}

    @property
    def rows(self) -> tuple[Repetition, ...]:
        """All repetitions reported so far, as they stand."""
        return tuple(one.row for one in self._memory.told)

    @property
    def now_s(self) -> float:
        """Time after the latest sample of either channel; minus infinity before the first."""
        return max(buffer.end_s for buffer in self._buffers.values())

    def add_event(self, event: Event) -> None:
        """Take a cue or a mark, on the clock of the blocks."""
        self._events.append(event)
        if event.label == EVENT_RAISE:
            self._cue_due_s.append(event.onset_s + self.settings.cue_window_s + QUIET_S)
        elif event.label == EVENT_EXCLUDED:
            self._again_s = -np.inf

    def feed(self, block: Block, muscle: Muscle) -> list[LiveRepetition]:
        """Take a block, look if there is something to see, and return what is to be reported."""
        self.take(block, muscle)
        look = self.due()
        return [] if look is None else self.accept(look.run())

    def finish(self) -> list[LiveRepetition]:
        """Look once more when nothing will come any more: at a raise that was just over, or still went on.

        A look that is under way must have been accepted before.
        """
        look = self.due(over=True)
        return [] if look is None else self.accept(look.run())

    def take(self, block: Block, muscle: Muscle) -> None:
        """Take a block without looking; cheap."""
        buffer, watch = self._buffers[muscle], self._watches[muscle]
        watch.feed(*buffer.put(block))
        self._delivered_s[muscle] = self.now_s
        while watch.marks:
            self.onset_marks.append(OnsetMark(muscle, buffer.time_s(watch.marks.popleft())))

    def due(self, *, over: bool = False) -> Look | None:
        """Return a look that should be taken now; None if there is nothing to see, or one is under way.

        Parameters
        ----------
        over : bool
            Nothing will come any more.
        """
        glute, shoulder = self._buffers["glute"], self._buffers["shoulder"]
        if self._looking or glute.empty:
            return None
        now_s = self.now_s
        stalled = now_s - self._delivered_s["glute"] > STALLED_S
        reached_s = now_s if stalled or over else glute.end_s
        if not over and not self._worth_a_look(reached_s):
            return None
        self._looking = True
        self._looked_s = now_s
        self._watches["glute"].active_s = 0.0
        self._again_s = np.inf
        self._cue_due_s = [due_s for due_s in self._cue_due_s if due_s > reached_s]
        window = glute.latest(WINDOW_S, until_s=reached_s)
        return Look(
            glute=window,
            shoulder=shoulder.latest(WINDOW_S, until_s=reached_s),
            from_start=glute.from_start(window),
            shoulder_until_s=shoulder.end_s,
            events=tuple(self._events),
            memory=self._memory,
            clock_ms=0.0 if self._shared_clock else self.clock_error_ms or 0.0,
            cued=self._cued,
            over=over,
            settings=self.settings,
        )

    def _worth_a_look(self, reached_s: float) -> bool:
        watch, shoulder_s = self._watches["glute"], self._buffers["shoulder"].end_s
        ended_s = -np.inf if watch.begun is None else self._buffers["glute"].time_s(watch.ended)
        firm_s = self._buffers["glute"].time_s(watch.firm_ended)
        if reached_s - ended_s < QUIET_S and reached_s - firm_s < FIRM_QUIET_S:
            return False
        if watch.active_s >= self._least_s:
            return shoulder_s >= ended_s + REACH_S or self.now_s >= firm_s + DEADLINE_S
        settled = any(
            one.again_s is not None and shoulder_s >= one.again_s and reached_s >= one.again_s
            for one in self._memory.told
        )
        if settled or reached_s >= self._again_s or any(due_s <= reached_s for due_s in self._cue_due_s):
            return True
        last_s = self._looked_s
        if last_s is None:
            return reached_s - self._buffers["glute"].start_s >= FIRST_LOOK_S
        return self.now_s - last_s >= EVERY_S

    def accept(self, seen: Seen) -> list[LiveRepetition]:
        """Take what a look has seen; return the repetitions to report."""
        self._looking = False
        self._memory = seen.memory
        self._watches["glute"].set_hum(seen.glute_hum_hz)
        self._watches["shoulder"].set_hum(seen.shoulder_hum_hz)
        if seen.going_on_s is not None:
            self._again_s = min(self._again_s, seen.going_on_s + QUIET_S)
        if seen.changes:
            self._least_s = LEAST_S
        elif seen.going_on_s is None:
            self._least_s = min(2 * self._least_s, MOST_LEAST_S)
        return list(seen.changes)

    def latest(self, muscle: Muscle, seconds: float = LOOK_S) -> Signal:
        """Return the last seconds of a channel up to now, NaN where samples have not come."""
        buffer, now_s = self._buffers[muscle], self.now_s
        return buffer.latest(seconds, until_s=now_s if np.isfinite(now_s) else None)

    def signal_words(self, muscle: Muscle) -> str:
        """Say what a channel's signal is like now (see `firing_analyzer.live_signal.signal_words`).

        What was said is kept for a second of the recording. It takes some 20 ms; where a loop must not wait,
        take `latest` and call that function in a thread.
        """
        now_s = self.now_s
        if not np.isfinite(now_s):
            return "no samples"
        said_s, words = self._words.get(muscle, (-np.inf, ""))
        if now_s - said_s >= 1.0:
            words = signal_words(self.latest(muscle), muscle=muscle, settings=self.settings)
            self._words[muscle] = now_s, words
        return words


def _check_pair(glute: Channel, shoulder: Channel, leg: Side, *, rates_hz: tuple[float, float]) -> None:
    """Refuse channels that `analyze` would refuse, before anything is recorded."""
    for channel, rate_hz in zip((glute, shoulder), rates_hz, strict=True):
        if channel.kind not in {"emg", "envelope"}:
            raise SignalError("it is not EMG; name two EMG channels", channel=channel.label)
        if channel.kind == "emg" and rate_hz < LOWEST_RATE_HZ:
            raise SignalError(
                f"a rate of {rate_hz:g} Hz is too low for EMG; record at 150 Hz or more, better at 1000",
                channel=channel.label,
            )
    signals = (Signal(glute, np.empty(0), rates_hz[0]), Signal(shoulder, np.empty(0), rates_hz[1]))
    choose_pair(Recording(signals, leg=leg, glute=glute.label, shoulder=shoulder.label))
