"""One person's recordings, and how the lag goes over the sessions; what is open already is not read again."""

from dataclasses import dataclass

from firing_analyzer.app.store import Store
from firing_analyzer.code_words import CODES
from firing_analyzer.errors import AnalysisError
from firing_analyzer.over_time.sessions import Run, run_of_session
from firing_analyzer.over_time.trend import Trend, trend_of_files
from firing_analyzer.result import Analysis
from firing_analyzer.words import summary_line
from recordings.errors import RecordingError
from recordings.model import Side


@dataclass(frozen=True, slots=True)
class Entry:
    """A recording in the list of a person.

    Attributes
    ----------
    name : str
    words : str
        Its outcome, or why it cannot be used.
    """

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class History:
    """All recordings of a person.

    Attributes
    ----------
    entries : tuple of Entry
    trend : Trend
    """

    entries: tuple[Entry, ...]
    trend: Trend


def history_of(store: Store, participant: str) -> History | None:
    """Analyse all recordings of a person; None if there are none.

    Parameters
    ----------
    store : Store
    participant : str
    """
    names = store.participants().get(participant, [])
    if not names:
        return None
    entries: list[Entry] = []
    runs: list[tuple[Side, Run, str]] = []
    for name in names:
        try:
            opened = store.opened(name)
        except (RecordingError, AnalysisError, OSError) as problem:
            entries.append(Entry(name, f"cannot be used: {getattr(problem, 'reason', problem)}"))
            continue
        entries.append(Entry(name, _outcome(opened.analysis)))
        runs.append((opened.analysis.leg, run_of_session(opened.analysis, opened.recording.events), name))
    trend = trend_of_files(participant, [(store.path(name), leg, run) for leg, run, name in runs])
    return History(tuple(entries), trend)


def _outcome(analysis: Analysis) -> str:
    """Say the outcome in a line; why nothing can be told stands there in words, not in codes."""
    session = analysis.session
    if not session.reasons:
        return summary_line(analysis)
    why = [CODES[code].what.rstrip(".") for code in session.reasons]
    told = "; ".join(f"{words[:1].lower()}{words[1:]}" for words in why)
    count = f"{session.repetitions} raise{'' if session.repetitions == 1 else 's'}"
    return f"cannot tell: {told} ({count}{', simulated' if analysis.is_simulated else ''})"
