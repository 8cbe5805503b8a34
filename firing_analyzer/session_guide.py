"""What is asked of the person in a session, when it is due; a pause moves all that follows."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from firing_analyzer.protocol import Cue, SessionPlan, extension, timetable
from recordings.model import EVENT_EXTENDED
from sensors.model import Pace

#: How often it is looked whether the session was ended.
LOOK_EVERY_S: Final = 0.5
EVENT_PAUSE: Final = "pause"
EVENT_RESUME: Final = "resume"


@dataclass(slots=True)
class Guide:
    """Gives the cues of a plan, and those of its one extension if that is wanted.

    Parameters
    ----------
    plan : SessionPlan
    pace : Pace
    stop : asyncio.Event
        Set when the session ends.
    give : callable
        Gives a cue.
    note : callable
        Notes an event by its label.
    over : callable
        Tells whether nothing can come any more, so that the session ends.
    """

    plan: SessionPlan
    pace: Pace
    stop: asyncio.Event
    give: Callable[[Cue], None]
    note: Callable[[str], None]
    over: Callable[[], bool]
    _paused_s: float | None = field(default=None, init=False)
    _moved_s: float = field(default=0.0, init=False)

    def pause(self) -> None:
        """Hold back the cues that are still to come."""
        if self._paused_s is None:
            self._paused_s = self.pace.now_s()
            self.note(EVENT_PAUSE)

    def resume(self) -> None:
        """Go on with the cues."""
        if self._paused_s is not None:
            self._moved_s += self.pace.now_s() - self._paused_s
            self._paused_s = None
            self.note(EVENT_RESUME)

    async def run(self, wants_more: Callable[[], Awaitable[bool]] | None) -> None:
        """Give all cues.

        Parameters
        ----------
        wants_more : callable or None
            Asked once, when a plan that may be extended is complete.
        """
        cues, end_s = timetable(self.plan)
        await self._give_all(cues, end_s)
        if self.plan.extendable_to is None or wants_more is None or self.stop.is_set():
            return
        if await self._answer(wants_more):
            self.note(EVENT_EXTENDED)
            cues, end_s = extension(self.plan, from_s=self.pace.now_s() - self._moved_s)
            await self._give_all(cues, end_s)

    async def _give_all(self, cues: Sequence[Cue], end_s: float) -> None:
        for cue in cues:
            await self._wait_until(cue.at_s)
            if self.stop.is_set():
                return
            self.give(cue)
        await self._wait_until(end_s)

    async def _answer(self, wants_more: Callable[[], Awaitable[bool]]) -> bool:
        """Wait for an answer as long as the session goes on."""
        asked = asyncio.ensure_future(wants_more())
        try:
            # at a time that is stepped an answer that is there at once is taken before time moves on
            await asyncio.sleep(0)
            while not asked.done() and not self._is_over():
                await self.pace.sleep(LOOK_EVERY_S)
            return asked.done() and not self.stop.is_set() and asked.result()
        finally:
            asked.cancel()

    async def _wait_until(self, at_s: float) -> None:
        """Wait for a moment of the protocol, later by all pauses; the plan's duration ends even a pause."""
        while not self._is_over():
            now_s = self.pace.now_s()
            due_s = at_s + self._moved_s if self._paused_s is None else math.inf
            if due_s <= now_s:
                return
            await self.pace.sleep(min(due_s - now_s, self._latest_s - now_s, LOOK_EVERY_S))

    @property
    def _latest_s(self) -> float:
        return math.inf if self.plan.duration_s is None else self.plan.duration_s

    def _is_over(self) -> bool:
        if self.pace.now_s() >= self._latest_s or self.over():
            self.stop.set()
        return self.stop.is_set()
