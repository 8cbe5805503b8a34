"""The one desk behind the page: where the therapist is, and what goes on. Tabs only look at it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from firing_analyzer.app.draft import Draft, Manner
from firing_analyzer.app.rest_watch import RestWatch
from firing_analyzer.app.signal_check import look_at_sensors
from firing_analyzer.app.store import Store
from firing_analyzer.app.traces import TraceFeed
from firing_analyzer.app.watching import Watching
from firing_analyzer.errors import AnalysisError
from firing_analyzer.recording_run import RecordingOrder, record
from firing_analyzer.result import Analysis
from firing_analyzer.session import RecordingSession
from firing_analyzer.session_update import Update
from recordings.dataset.names import checked_place
from recordings.errors import JournalError, RecordingError
from recordings.model import Side
from recordings.open import open_recording
from sensors.errors import SensorError

Stage = Literal["person", "manner", "sensors", "check", "running", "offer", "done", "failed"]
_LOG: Final = logging.getLogger("nicegui")
#: So long after its cue a raise goes on, whether it began at once or late.
INTO_RAISE_S: Final = 2.5
#: So long an offer of more raises stands.
OFFER_S: Final = 600.0
#: What cannot be used or done; anything else is a defect.
PROBLEMS: Final = (SensorError, RecordingError, AnalysisError, OSError)


@dataclass(slots=True)
class Desk:
    """State and actions of the page.

    Attributes
    ----------
    store : Store
    stage : str
        Which step of a session is shown.
    draft : Draft
    watching : Watching
        Of the sensors that are looked at, or of the session that goes on.
    rest : RestWatch
    feed : TraceFeed
    problem : str
        Why the last step could not be done.
    result : str
        Name of the recording that was made last.
    paused : bool
        Whether the therapist holds back the cues.
    offer : Analysis or None
        Of the raises of the plan, as long as more of them are offered.
    offer_s : float
        How long they are.
    """

    store: Store
    stage: Stage = "person"
    draft: Draft = field(default_factory=Draft)
    watching: Watching = field(default_factory=Watching)
    rest: RestWatch = field(default_factory=RestWatch)
    feed: TraceFeed = field(default_factory=TraceFeed)
    problem: str = ""
    result: str = ""
    paused: bool = False
    offer: Analysis | None = None
    offer_s: float = OFFER_S
    _answer: asyncio.Future[bool] | None = None
    _session: RecordingSession | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def disk_trouble(self) -> bool:
        """Whether the recording that goes on cannot be written now."""
        return self._session is not None and self._session.journal.fault is not None

    @property
    def busy(self) -> bool:
        """Whether a recording goes on."""
        return self.stage in {"running", "offer"}

    def begin(self, participant: str = "", leg: Side = "left") -> None:
        """Start a new session from the first step; sensors that were chosen stay, typed addresses do not."""
        if self.busy:
            return
        self._end()
        self.draft.forget_typed()
        self.draft.participant, self.draft.leg = participant, leg
        self.draft.session = self.next_session(participant) if participant else ""
        self.problem = ""
        self.stage = "person"

    def next_session(self, participant: str) -> str:
        """Return a session code that the person does not have yet."""
        taken = {path.name for path in self.store.dataset.glob(f"sub-{participant}/ses-*")}
        number = 1
        while f"ses-{number:02d}" in taken:
            number += 1
        return f"{number:02d}"

    def name_person(self, participant: str, leg: Side) -> None:
        """Finish the first step.

        Raises
        ------
        RecordingError
            If the code cannot be used.
        """
        participant = participant.strip()
        checked_place(self.store.dataset, participant, None, leg)
        self.draft.participant, self.draft.leg = participant, leg
        self.draft.session = self.next_session(participant)
        self.problem = ""
        self.stage = "manner"

    def hold(self, manner: Manner, *, extendable: bool) -> None:
        """Finish the second step: how it is held, and whether ten raises may be extended."""
        self.draft.manner, self.draft.extendable = manner, extendable
        self.stage = "sensors"

    def look(self, glute: str, shoulder: str) -> None:
        """Finish the third step: connect the sensors and show what they deliver."""
        self.draft.glute, self.draft.shoulder = glute.strip(), shoulder.strip()
        self._fresh()
        self.stage = "check"
        self._follow(self._look)

    def back(self) -> None:
        """Go back one step; a recording that goes on is not left this way."""
        if self.busy:
            return
        self._end()
        self.problem = ""
        before: dict[Stage, Stage] = {"sensors": "manner", "check": "sensors", "failed": "sensors"}
        self.stage = before.get(self.stage, "person")

    def start(self) -> None:
        """Finish the signal check: let go of the sensors, and record."""
        if self.stage != "check":
            return
        self._end()
        self._session = None  # whoever ends it now means the recording
        self.stage = "running"
        self._fresh()
        self._follow(self._record)

    def stop(self) -> None:
        """End the recording soon; what there is of it is saved."""
        if self.busy:
            self._end()

    def pause(self) -> None:
        """Hold back the cues."""
        if self.busy:
            self.paused = True
            if self._session is not None:
                self._session.pause()

    def resume(self) -> None:
        """Go on with the cues, whatever the rest was like."""
        if self._session is not None and self.busy:
            if self.rest.state == "waiting":
                self.rest.give_up()
            self.paused = False
            self._session.resume()

    def decide(self, *, more: bool) -> None:
        """Answer the offer of more raises; they begin when the person has rested again."""
        if self._answer is not None and not self._answer.done():
            if more:
                self.rest = RestWatch()
            self._answer.set_result(more)

    def set_aside(self, number: int, at_s: float, reason: str) -> None:
        """Set a raise aside.

        Parameters
        ----------
        number : int
        at_s : float
            When it was asked for; by the time a reason is given it may be long over.
        reason : str
        """
        if self._session is not None and self.busy:
            self._session.set_aside(reason, at_s=at_s + INTO_RAISE_S)
            self.watching.set_aside.append(f"raise {number}: {reason}")

    async def close(self) -> None:
        """End what goes on, and wait until it is saved."""
        self._end()
        if self._task is not None:
            await asyncio.wait([self._task])

    def _fresh(self) -> None:
        self.watching, self.rest = Watching(), RestWatch()
        self.feed.clear()
        self.paused = False
        self.problem = ""

    def _end(self) -> None:
        if self._session is not None:
            self._session.stop()
        elif self._task is not None:
            self._task.cancel()  # it still connects

    def _follow(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do this as soon as the sensors of what went before are free."""
        before = self._task

        async def one_after_another() -> None:
            if before is not None and not before.done():
                await asyncio.wait([before])
            await work()

        self._task = asyncio.create_task(one_after_another())
        self._task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if task.cancelled() and task is self._task and self.busy:
            self.stage = "sensors"  # it was ended before it had begun
        defect = None if task.cancelled() else task.exception()
        if defect is not None:
            self.problem = f"the program has a defect ({type(defect).__name__}); report it"
            self.stage = "failed"
            _LOG.error("session", exc_info=defect)

    def _take_session(self, session: RecordingSession) -> None:
        self._session = session
        self.feed.clear()  # what was looked at before sent until now; its samples have numbers of their own
        session.on_block = self.feed.take
        if self.paused:  # asked for while the sensors were still being connected
            asyncio.get_running_loop().call_soon(session.pause)

    async def _look(self) -> None:
        draft, watching = self.draft, self.watching
        try:
            await look_at_sensors(
                draft.glute,
                draft.shoulder,
                leg=draft.leg,
                observer=watching.take,
                on_session=self._take_session,
            )
        except PROBLEMS as problem:
            if self.watching is watching:
                self.problem, self.stage = str(problem), "sensors"
        finally:
            self._session = None

    async def _record(self) -> None:
        draft = self.draft
        order = RecordingOrder(
            draft.plan(),
            draft.glute,
            draft.shoulder,
            self.store.dataset,
            draft.participant,
            draft.session or None,
            setup=draft.manner.setup(),
        )
        try:
            recorded = await record(
                order, observer=self._observe, on_session=self._take_session, wants_more=self._offer_more
            )
            name = _name(recorded.saved.path, self.store.dataset)
            if recorded.analysis is not None:
                recording = await asyncio.to_thread(open_recording, recorded.saved.path)
                self.store.take(name, recording, recorded.analysis, in_dataset=True)
            self.result, self.stage = name, "done"
        except JournalError as problem:
            # how many packets wait where is for a log; the page says what is wrong and what to do
            self.problem, self.stage = "; ".join(problem.reason.split("; ")[:2]), "failed"
        except PROBLEMS as problem:
            self.problem, self.stage = str(problem).replace(f"{self.store.dataset}/", ""), "failed"
        finally:
            self._session = None

    async def _offer_more(self, analysis: Analysis) -> bool:
        """Offer more raises, and wait for the answer; none is an answer, too."""
        self._answer = asyncio.get_running_loop().create_future()
        self.offer, self.stage = analysis, "offer"
        try:
            async with asyncio.timeout(self.offer_s):
                return await self._answer
        except TimeoutError:
            return False
        finally:
            self.offer, self._answer, self.stage = None, None, "running"

    def _observe(self, update: Update) -> None:
        if update.note and self.disk_trouble:
            update = replace(update, note="")  # said in the page's own words, and once
        self.watching.take(update)
        wish = self.rest.take(update)
        if self._session is None or self.paused:
            return
        if wish == "pause":
            self._session.pause()
        elif wish == "resume":
            self._session.resume()


def _name(path: Path, dataset: Path) -> str:
    return path.resolve().relative_to(dataset).as_posix()
