"""Which muscle starts first in a prone leg raise: the glute or the opposite shoulder.

Names that need pandas, matplotlib, a radio or the page are loaded when they are first used, so that
``import firing_analyzer`` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from firing_analyzer.batch.many import ManyTables as ManyTables
    from firing_analyzer.batch.many import analyze_many as analyze_many
    from firing_analyzer.batch.many import tables_of_many as tables_of_many
    from firing_analyzer.errors import AnalysisError as AnalysisError
    from firing_analyzer.figures.over_time import plot_trend as plot_trend
    from firing_analyzer.filters import bandpass as bandpass
    from firing_analyzer.methods import methods_paragraph as methods_paragraph
    from firing_analyzer.onsets import detect as detect
    from firing_analyzer.over_time.trend import Trend as Trend
    from firing_analyzer.over_time.trend import trend as trend
    from firing_analyzer.pipeline import analyze as analyze
    from firing_analyzer.plots import plot_lags as plot_lags
    from firing_analyzer.plots import plot_repetition as plot_repetition
    from firing_analyzer.plots import plot_repetitions as plot_repetitions
    from firing_analyzer.result import Analysis as Analysis
    from firing_analyzer.settings import Settings as Settings
    from recordings import synth as synth
    from recordings.errors import RecordingError as RecordingError
    from recordings.model import Recording as Recording
    from recordings.open import open_recording as open_recording

__version__: Final = "0.1.0"

_HOMES: Final = {
    "Analysis": "firing_analyzer.result",
    "AnalysisError": "firing_analyzer.errors",
    "ManyTables": "firing_analyzer.batch.many",
    "Recording": "recordings.model",
    "RecordingError": "recordings.errors",
    "Settings": "firing_analyzer.settings",
    "Trend": "firing_analyzer.over_time.trend",
    "analyze": "firing_analyzer.pipeline",
    "analyze_many": "firing_analyzer.batch.many",
    "bandpass": "firing_analyzer.filters",
    "detect": "firing_analyzer.onsets",
    "methods_paragraph": "firing_analyzer.methods",
    "open_recording": "recordings.open",
    "plot_lags": "firing_analyzer.plots",
    "plot_repetition": "firing_analyzer.plots",
    "plot_repetitions": "firing_analyzer.plots",
    "plot_trend": "firing_analyzer.figures.over_time",
    "tables_of_many": "firing_analyzer.batch.many",
    "trend": "firing_analyzer.over_time.trend",
}

__all__ = [
    "Analysis",
    "AnalysisError",
    "ManyTables",
    "Recording",
    "RecordingError",
    "Settings",
    "Trend",
    "__version__",
    "analyze",
    "analyze_many",
    "bandpass",
    "detect",
    "methods_paragraph",
    "open_recording",
    "plot_lags",
    "plot_repetition",
    "plot_repetitions",
    "plot_trend",
    "synth",
    "tables_of_many",
    "trend",
]


def __getattr__(name: str) -> object:
    if name == "synth":
        return import_module("recordings.synth")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'firing_analyzer' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
