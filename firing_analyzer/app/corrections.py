"""What the therapist changes in a result: raises left out, each with a reason; never what was measured."""

from dataclasses import dataclass, replace

from firing_analyzer.pipeline import analyze
from firing_analyzer.result import Analysis
from firing_analyzer.settings import Settings
from recordings.model import EVENT_EXCLUDED, Event, Recording


@dataclass(frozen=True, slots=True)
class Correction:
    """One raise that is left out.

    Attributes
    ----------
    at_s : float
        Start of the raise.
    reason : str
        In the therapist's words.
    """

    at_s: float
    reason: str


def corrected(
    recording: Recording, corrections: tuple[Correction, ...], settings: Settings | None = None
) -> Analysis:
    """Analyse a recording with raises left out.

    Parameters
    ----------
    recording : Recording
    corrections : tuple of Correction
    settings : Settings, optional

    Returns
    -------
    Analysis
        As that of the recording with a mark at each raise that is left out; the rest is timed as before.
    """
    marks = tuple(Event(one.at_s + 0.01, EVENT_EXCLUDED) for one in corrections)
    return analyze(replace(recording, events=(*recording.events, *marks)), settings)
