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
    repetition : int
        Number of the raise.
    at_s : float
        Its start.
    reason : str
        In the therapist's words.
    """

    repetition: int
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
        As that of the recording with a mark at each raise that is left out; the rest is timed as before. Its
        notes say which raises were left out, and why.
    """
    marks = tuple(Event(one.at_s + 0.01, EVENT_EXCLUDED) for one in corrections)
    analysis = analyze(replace(recording, events=(*recording.events, *marks)), settings)
    told = (f"Raise {one.repetition} was left out by hand: {one.reason}." for one in corrections)
    return replace(analysis, notes=(*analysis.notes, *told))
