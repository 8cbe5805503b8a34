"""Both sensors looked at before anything is recorded: electrodes may still be moved."""

from collections.abc import Callable, Mapping

from firing_analyzer.protocol import SessionPlan
from firing_analyzer.recording_run import connected
from firing_analyzer.session import RecordingSession
from firing_analyzer.session_update import Observer
from recordings.journal import Json
from recordings.model import Side
from sensors.open import open_sources
from sensors.pace import pace_for


class KeepsNothing:
    """Stands where a journal stands in a recording; what is only looked at is not kept."""

    fault: Exception | None = None

    def put_packet(self, stream: str, arrival_s: float, raw: bytes) -> None:
        """Keep nothing."""

    def put_event(self, at_s: float, label: str, detail: Mapping[str, Json] | None = None) -> None:
        """Keep nothing."""


async def look_at_sensors(
    glute: str,
    shoulder: str,
    *,
    leg: Side,
    observer: Observer,
    on_session: Callable[[RecordingSession], None],
) -> None:
    """Connect two sensors and tell how they are, until the session that is given out is stopped.

    Parameters
    ----------
    glute, shoulder : str
        Source URIs.
    leg : {"left", "right"}
    observer, on_session : callable
        As `firing_analyzer.recording_run.record`.

    Raises
    ------
    sensors.errors.SensorError
        If a source cannot be opened or started.
    firing_analyzer.errors.SignalError
        If a channel is none of EMG.
    """
    sources = open_sources(glute, shoulder, leg=leg)
    pace = pace_for(sources[0].speed)
    async with connected(sources, pace):
        plan = SessionPlan(leg, repetitions=0, practice_raises=0, reference_shrug=False)
        session = RecordingSession(plan, *sources, KeepsNothing(), pace, observer=observer)
        on_session(session)
        pace.begin()
        # no cue is ever given; it goes on until it is stopped
        session.pause()
        await session.run()
