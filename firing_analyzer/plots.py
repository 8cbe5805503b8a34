"""Figures of an analysis; nothing is shown on the screen and no global state is touched."""

from pathlib import Path
from typing import Final

from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.lags import plot_lags
from firing_analyzer.figures.one_raise import plot_repetition
from firing_analyzer.figures.raises import plot_repetitions
from firing_analyzer.figures.session import plot_session
from firing_analyzer.result import Analysis

__all__ = ["SUFFIXES", "plot_lags", "plot_repetition", "plot_repetitions", "plot_session", "save_figure"]

#: Formats in which a figure can be saved.
SUFFIXES: Final = (".png", ".pdf", ".svg")
#: 1600 pixels width.
DPI: Final = 160


def save_figure(analysis: Analysis, path: str | Path) -> Path:
    """Save the picture of a whole session.

    Parameters
    ----------
    analysis : Analysis
    path : str or Path
        Ends in ``.png``, ``.pdf`` or ``.svg``.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    AnalysisError
        If the name has another ending; the message names those that can be used.
    OSError
        If the file cannot be written.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise AnalysisError(f"{target}: figures are saved as {known}; end the name in one of these")
    plot_session(analysis).savefig(target, format=target.suffix.lower()[1:], dpi=DPI)
    return target
