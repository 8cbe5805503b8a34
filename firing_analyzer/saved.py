"""A saved recording opened and analysed, the same way wherever many of them are."""

from pathlib import Path
from typing import NamedTuple

from firing_analyzer.kept import stored_edits
from firing_analyzer.pipeline import analyze
from firing_analyzer.result import Analysis
from firing_analyzer.settings import Settings
from recordings.model import Recording
from recordings.open import open_recording


class Analysed(NamedTuple):
    """A recording and what was found in it."""

    recording: Recording
    analysis: Analysis


def analyze_saved(path: str | Path, settings: Settings) -> Analysed:
    """Open a recording and analyse it, with the corrections that are kept for it.

    Parameters
    ----------
    path : str or Path
        As in `recordings.open.open_recording`.
    settings : Settings

    Returns
    -------
    Analysed

    Raises
    ------
    recordings.errors.RecordingError, AnalysisError, OSError
        If it cannot be used.
    """
    recording = open_recording(path)
    return Analysed(recording, analyze(recording, settings, edits=stored_edits(recording.path or path)))
