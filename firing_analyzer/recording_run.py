"""From two source URIs to a saved, analysed recording: lock, journal, session, saving, verdict."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import msgspec

from firing_analyzer.errors import AnalysisError
from firing_analyzer.protocol import WORDS, SessionPlan
from firing_analyzer.session import RecordingSession, let_go
from firing_analyzer.session_update import Observer
from firing_analyzer.settings import Settings
from recordings.dataset.bids import SavedRecording
from recordings.dataset.names import checked_place
from recordings.dataset.setup import Setup
from recordings.errors import RecordingError
from recordings.journal import JournalReader, JournalWriter, Json
from recordings.lock import JOURNAL_FOLDER, DatasetLock
from recordings.model import EVENT_RAISE, Recording
from recordings.offsets import find_offset
from sensors.describe import to_journal
from sensors.errors import SensorError
from sensors.model import Pace, Source
from sensors.open import open_sources
from sensors.pace import pace_for
from sensors.recover import JOURNAL_SUFFIX, assemble, finish_journal

if TYPE_CHECKING:
    from firing_analyzer.result import Analysis

_Given = ParamSpec("_Given")
_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True)
class RecordingOrder:
    """What is to be recorded, from whom, with which sensors, and where it goes.

    Attributes
    ----------
    glute, shoulder : str
        Source URIs.
    dataset : Path
    participant, session : str
        Codes of letters and digits, never names.
    setup : Setup or None
        How electrodes were placed and the session is held, for the sidecars.
    with_date : bool
        Whether date and time are kept; they may identify a person.
    """

    plan: SessionPlan
    glute: str
    shoulder: str
    dataset: Path
    participant: str
    session: str | None = None
    setup: Setup | None = None
    with_date: bool = False

    def about(self) -> dict[str, Json]:
        """Return what is noted of it beside the plan and the sources."""
        setup: Json = None if self.setup is None else self.setup.to_dict()
        began: Json = datetime.now().astimezone().isoformat() if self.with_date else None
        return {key: told for key, told in (("setup", setup), ("acquired_at", began)) if told is not None}


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """What came of a session.

    Attributes
    ----------
    journal : Path
    saved : SavedRecording
    analysis : Analysis or None
        None where the recording cannot be analysed at all; `problem` says why.
    result : Path or None
        Where the analysis is kept in the dataset; None if it could not be, and `problem` says why.
    """

    journal: Path
    saved: SavedRecording
    analysis: "Analysis | None"
    problem: str = ""
    result: Path | None = None


async def record(
    order: RecordingOrder,
    *,
    settings: Settings | None = None,
    observer: Observer | None = None,
    on_session: Callable[[RecordingSession], None] | None = None,
    wants_more: "Callable[[Analysis], Awaitable[bool]] | None" = None,
) -> Recorded:
    """Record a session, save it, and analyse what was saved.

    Parameters
    ----------
    order : RecordingOrder
    settings : Settings, optional
    observer : callable, optional
        See `RecordingSession`.
    on_session : callable, optional
        Given the session before it runs, so that it can be paused, marked and stopped.
    wants_more : callable, optional
        Where the plan may be extended and cannot tell when it is complete: given the analysis of what there
        is, decides whether it is extended. Recording goes on meanwhile.

    Returns
    -------
    Recorded

    Raises
    ------
    sensors.errors.SensorError
        If a source cannot be opened or started.
    recordings.errors.RecordingError
        If the dataset is in use, or cannot be written; what was received until then is kept in the journal.
    """
    from firing_analyzer.kept import save_analysis  # noqa: PLC0415
    from firing_analyzer.pipeline import analyze  # noqa: PLC0415  (scipy; the session has loaded by then)
    from recordings.open import open_recording  # noqa: PLC0415

    settings = settings or Settings()
    plan = order.plan
    words = plan.cue_words or WORDS[EVENT_RAISE]
    place = checked_place(order.dataset, order.participant, order.session, plan.leg)
    glute, shoulder = open_sources(order.glute, order.shoulder, leg=plan.leg)
    pace = pace_for(glute.speed)
    with DatasetLock(order.dataset):
        async with connected((glute, shoulder), pace):
            path = _journal_path(order.dataset, f"{place.prefix}_acq-{plan.leg}")
            journal = JournalWriter(
                path,
                about={
                    "participant": order.participant,
                    "session": order.session,
                    "leg": plan.leg,
                    "glute": glute.streams[0].channels[0].label,
                    "shoulder": shoulder.streams[0].channels[0].label,
                    "planned_repetitions": plan.repetitions,
                    "extendable_to": plan.extendable_to,
                    "sources": {"glute": order.glute, "shoulder": order.shoulder},
                    "instructions": words,
                    "details": {"CueWords": words},
                    "offset": _offset(order.dataset, glute, shoulder),
                    **order.about(),
                },
                streams=[to_journal(stream) for stream in (*glute.streams, *shoulder.streams)],
            )
            session = RecordingSession(
                plan, glute, shoulder, journal, pace, settings=settings, observer=observer
            )
            if wants_more is not None:
                session.wants_more = partial(
                    _ask, wants_more, journal, path, settings, beside=glute.speed == 1.0
                )
            if on_session is not None:
                on_session(session)
            try:
                with journal:
                    pace.begin()
                    await session.run()
            except AnalysisError:
                if not any(journal.committed.values()):
                    # It could not begin; an empty journal would be recovered as a recording.
                    path.unlink(missing_ok=True)
                raise
        saved = await _in_thread(finish_journal, path, order.dataset)
    try:
        recording = await _in_thread(open_recording, saved.path)
        analysis = await _in_thread(analyze, recording, settings)
    except AnalysisError as problem:
        return Recorded(path, saved, None, str(problem))
    try:
        return Recorded(path, saved, analysis, result=await _in_thread(save_analysis, analysis))
    except RecordingError as problem:
        # The recording is safe, and its verdict can be told and made again.
        return Recorded(path, saved, analysis, str(problem))


async def _ask(
    wants_more: "Callable[[Analysis], Awaitable[bool]]",
    journal: JournalWriter,
    path: Path,
    settings: Settings,
    *,
    beside: bool,
) -> bool:
    """Judge what there is of a recording that goes on; where it cannot tell, ask whether it is extended.

    A time that is stepped does not wait for threads; `beside` is for the real one.
    """
    try:
        analysis = (
            await _in_thread(_so_far, journal, path, settings) if beside else _so_far(journal, path, settings)
        )
    except (AnalysisError, RecordingError, SensorError):
        return False  # said when it is saved; more raises would not help
    return analysis.verdict == "cannot_tell" and await wants_more(analysis)


def _so_far(journal: JournalWriter, path: Path, settings: Settings) -> "Analysis":
    """Analyse what a journal holds by now, in the same way as what is saved in the end."""
    from firing_analyzer.pipeline import analyze  # noqa: PLC0415

    if journal.fault is not None:
        raise journal.fault
    journal.flush()
    with JournalReader(path) as reader:
        recording: Recording = assemble(reader).recording
    return analyze(recording, settings)


async def _in_thread(work: Callable[_Given, _Told], *given: _Given.args, **named: _Given.kwargs) -> _Told:
    """Do it beside the event loop, so that a page goes on meanwhile; cancelled, it is finished first.

    A thread cannot be cancelled, and the dataset stays locked as long as it is written.
    """
    task = asyncio.create_task(asyncio.to_thread(work, *given, **named))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        task.result()  # what went wrong in it is not lost
        raise


@asynccontextmanager
async def connected(sources: tuple[Source, ...], pace: Pace) -> AsyncGenerator[None, None]:
    """Connect all sources; if one cannot be, or anything fails later, let go of all."""
    try:
        for source in sources:
            await source.start(pace)
        yield
    except BaseException:
        for source in sources:
            await let_go(source)
        raise


def _offset(dataset: Path, glute: Source, shoulder: Source) -> dict[str, Json] | None:
    """Return what sync-check measured for these two devices; None where they share a clock, or it did not."""
    devices = glute.streams[0].device, shoulder.streams[0].device
    if devices[0] == devices[1]:
        return None
    offset = find_offset(dataset, glute_device=devices[0], shoulder_device=devices[1])
    return None if offset is None else msgspec.to_builtins(offset)


def _journal_path(dataset: Path, stem: str) -> Path:
    """Name of a journal that does not exist yet."""
    number = 1
    while True:
        path = dataset / JOURNAL_FOLDER / f"{stem}_{number:03d}{JOURNAL_SUFFIX}"
        if not path.exists():
            return path
        number += 1
