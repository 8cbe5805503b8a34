"""One look at the last minute: which raises have ended, and what each was. Pure, fit for another thread."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from firing_analyzer.activity import LOCAL_S
from firing_analyzer.circumstances import margin_of
from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.errors import SignalError
from firing_analyzer.live_ahead import condition_with_rest_ahead
from firing_analyzer.quality import looks_tonic
from firing_analyzer.raise_order import judge_together, time_raise, time_without_shoulder
from firing_analyzer.repetitions import Candidate, Raise, choose_raises, raise_candidates
from firing_analyzer.result import Repetition
from firing_analyzer.settings import Settings
from firing_analyzer.timed_raise import TimedRaise
from firing_analyzer.verdict import Judged
from recordings.model import EVENT_RAISE, Event, Signal

#: A raise is over when the glute has rested for so long; should it come back, the raise is told again.
OVER_S = 0.1
#: A raise whose ends have moved by more is another one than was told.
MOVED_S = 0.25
#: Onsets nearer than this are told once.
SAME_S = 0.02
#: How long after a raise the shoulder may still say something about it, beyond the settings' window.
AFTER_S = 0.3
#: What lies nearer to the beginning of a window has been seen better before.
CONTEXT_S = LOCAL_S / 2

Change = Literal["new", "updated", "withdrawn"]


@dataclass(frozen=True, slots=True)
class LiveRepetition:
    """A repetition as it is reported while the recording goes on.

    Attributes
    ----------
    row : Repetition
        As in an analysis; its number may change with a later report.
    key : int
        Stays the same in all reports of one repetition.
    change : {"new", "updated", "withdrawn"}
        ``"withdrawn"``: what was taken for a raise is none, beside the others.
    """

    row: Repetition
    key: int
    change: Change


@dataclass(frozen=True, slots=True)
class Told:
    """A raise that has been reported, how it was timed, and from when on it should be timed once more."""

    key: int
    item: Raise
    timed: TimedRaise | Judged
    row: Repetition
    again_s: float | None


@dataclass(frozen=True, slots=True)
class _Timed:
    """A raise before it is judged; `told` where it stays timed as it was when it was last told."""

    key: int
    item: Raise
    timed: TimedRaise | Judged
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known of the session so far."""

    candidates: tuple[Candidate, ...] = ()
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a look has found.

    Attributes
    ----------
    memory : Memory
    changes : tuple of LiveRepetition
    going_on_s : float or None
        End so far of activity that is not over.
    glute_hum_hz, shoulder_hum_hz : tuple of float
        Lines of mains hum.
    """

    memory: Memory
    changes: tuple[LiveRepetition, ...] = ()
    going_on_s: float | None = None
    glute_hum_hz: tuple[float, ...] = ()
    shoulder_hum_hz: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All that one look needs; nothing in it changes any more.

    Attributes
    ----------
    glute, shoulder : Signal
        The last minute, NaN where samples have not come.
    from_start : bool
        Whether the glute's signal begins with the recording.
    shoulder_until_s : float
        Up to where the shoulder's samples have come.
    events : tuple of Event
    memory : Memory
    clock_ms : float
        Standard error of the time between the sensors.
    cued : bool
        Raises are told from cues only.
    over : bool
        Nothing will come any more.
    settings : Settings
    """

    glute: Signal
    shoulder: Signal
    from_start: bool
    shoulder_until_s: float
    events: tuple[Event, ...]
    memory: Memory
    clock_ms: float
    cued: bool
    over: bool
    settings: Settings

    def run(self) -> Seen:
        """Find and time the raises that have ended, with the functions that `analyze` uses."""
        glute = self._conditioned(self.glute)
        if glute is None:
            return Seen(self.memory)
        shoulder = self._conditioned(self.shoulder)
        candidates = self._candidates(glute)
        raises: tuple[Raise, ...] = ()
        if not self.cued or any(event.label == EVENT_RAISE for event in self.events):
            raises, _ = choose_raises(candidates, self.events, self.settings, end_s=self._until_s)
        told = self._told(raises, glute, shoulder)
        last = candidates[-1].burst if candidates else None
        return Seen(
            memory=Memory(candidates, told),
            changes=_changes(self.memory.told, told),
            going_on_s=None if last is None or self._over(last.end_s) else last.end_s,
            glute_hum_hz=glute.hum.lines_hz,
            shoulder_hum_hz=shoulder.hum.lines_hz if shoulder is not None else (),
        )

    @property
    def _until_s(self) -> float:
        return self.glute.start_s + self.glute.duration_s

    def _conditioned(self, signal: Signal) -> Conditioned | None:
        """Condition a channel; None where there is nothing in it that could be."""
        try:
            return (condition if self.over else condition_with_rest_ahead)(signal, self.settings)
        except SignalError:
            return None

    def _over(self, end_s: float) -> bool:
        return self.over or end_s <= self._until_s - OVER_S

    def _candidates(self, glute: Conditioned) -> tuple[Candidate, ...]:
        """Join what was seen before with what is seen now; what is well inside the window is seen better."""
        until_s = self._until_s
        found = tuple(one for one in raise_candidates(glute, self.settings) if one.burst.start_s < until_s)
        if self.from_start:
            return found
        from_s = glute.start_s + CONTEXT_S
        old = [one for one in self.memory.candidates if one.burst.start_s < from_s]
        old_end_s = max((one.burst.end_s for one in old), default=-np.inf)
        return (*old, *(one for one in found if one.burst.start_s >= max(from_s, old_end_s)))

    def _told(
        self, raises: tuple[Raise, ...], glute: Conditioned, shoulder: Conditioned | None
    ) -> tuple[Told, ...]:
        found: list[_Timed] = []
        tonic = shoulder is not None and looks_tonic(shoulder)
        known = list(self.memory.told)
        previous_end_s = -np.inf
        for item in raises:
            old = next((one for one in known if _overlap(one.item, item)), None)
            if old is not None:
                known.remove(old)
            finished = self._finished(item)
            if old is not None and not (finished and self._changed(old, item)):
                kept = replace(old.item, excluded=item.excluded)
                found.append(_Timed(old.key, kept, old.timed, told=old))
            elif finished:
                if shoulder is None:
                    timed = time_without_shoulder(item, glute, settings=self.settings)
                else:
                    timed = time_raise(
                        item,
                        glute,
                        shoulder,
                        previous_end_s=previous_end_s,
                        tonic=tonic,
                        settings=self.settings,
                    )
                key = old.key if old is not None else self._fresh_key(found)
                found.append(_Timed(key, item, timed))
            previous_end_s = item.end_s
        return self._judged(found)

    def _judged(self, found: list[_Timed]) -> tuple[Told, ...]:
        """Judge every raise anew: each one more tells more of how the muscles are used to rise."""
        judged = judge_together(
            [one.timed for one in found],
            included=[not one.item.excluded for one in found],
            clock_ms=self.clock_ms,
            margin_ms=margin_of(self.glute, self.shoulder, self.settings),
        )
        told: list[Told] = []
        for one, new in zip(found, judged, strict=True):
            again_s = self._again_s(one.item, new.row) if one.told is None else one.told.again_s
            told.append(Told(one.key, one.item, one.timed, new.row, again_s))
        return tuple(told)

    def _fresh_key(self, found: list[_Timed]) -> int:
        return 1 + max((one.key for one in (*self.memory.told, *found)), default=0)

    def _finished(self, item: Raise) -> bool:
        if item.glute is not None:
            return self._over(item.end_s)
        return self.over or self._until_s >= item.start_s + self.settings.cue_window_s + OVER_S

    def _changed(self, old: Told, item: Raise) -> bool:
        if not self.from_start and item.start_s < self.glute.start_s + CONTEXT_S:
            return False
        moved_s = max(abs(old.item.start_s - item.start_s), abs(old.item.end_s - item.end_s))
        due = old.again_s is not None and (self.over or self.shoulder_until_s >= old.again_s)
        return due or moved_s > MOVED_S or (old.item.glute is None) != (item.glute is None)

    def _again_s(self, item: Raise, row: Repetition) -> float | None:
        """From when on to look again: the shoulder was not all there, or may yet fire after the raise."""
        settled_s = item.end_s + self.settings.window_before_s + AFTER_S
        if item.glute is None or self.over or self.shoulder_until_s >= settled_s:
            return None
        incomplete = self.shoulder_until_s < item.end_s + OVER_S / 2
        return settled_s if incomplete or row.shoulder_onset_s is None else None


def _overlap(one: Raise, other: Raise) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _changes(before: tuple[Told, ...], after: tuple[Told, ...]) -> tuple[LiveRepetition, ...]:
    kept = {one.key for one in after}
    known = {one.key: one.row for one in before}
    found = [LiveRepetition(one.row, one.key, "withdrawn") for one in before if one.key not in kept]
    for one in after:
        if one.key not in known:
            found.append(LiveRepetition(one.row, one.key, "new"))
        elif _differs(known[one.key], one.row):
            found.append(LiveRepetition(one.row, one.key, "updated"))
    return tuple(found)


def _differs(old: Repetition, new: Repetition) -> bool:
    """Tell whether a row says something else than before, beyond the last digits."""
    said = ("repetition", "included", "flags", "order")
    if any(getattr(old, name) != getattr(new, name) for name in said):
        return True
    return (
        max(abs(old.start_s - new.start_s), abs(old.end_s - new.end_s)) > MOVED_S
        or _moved(old.glute_onset_s, new.glute_onset_s)
        or _moved(old.shoulder_onset_s, new.shoulder_onset_s)
    )


def _moved(old_s: float | None, new_s: float | None) -> bool:
    if old_s is None or new_s is None:
        return old_s is not new_s
    return abs(old_s - new_s) > SAME_S
