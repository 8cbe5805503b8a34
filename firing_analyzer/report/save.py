"""Saving a report: the ending of the name says as what."""

from datetime import date
from pathlib import Path
from typing import Final

from firing_analyzer.errors import AnalysisError
from firing_analyzer.result import Analysis

#: Formats in which a report can be saved.
SUFFIXES: Final = (".html", ".pdf")


def checked_suffix(path: Path) -> str:
    """Return the ending of a report's name.

    Raises
    ------
    AnalysisError
        If reports are not saved so; the message names the endings that can be used.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise AnalysisError(
            f"{path}: reports are saved as {', '.join(SUFFIXES)}; end the name in one of these"
        )
    return suffix


def report_bytes(analysis: Analysis, suffix: str, *, made: date | None = None) -> bytes:
    """Return a report, ready to be written or sent.

    Parameters
    ----------
    analysis : Analysis
    suffix : {".html", ".pdf"}
    made : date, optional
    """
    if suffix == ".pdf":
        from firing_analyzer.report.pdf import pdf_report  # noqa: PLC0415  (matplotlib, only where it is wanted)

        return pdf_report(analysis, made=made)
    from firing_analyzer.report.html import html_report  # noqa: PLC0415

    return html_report(analysis, made=made).encode()


def save_report(analysis: Analysis, path: str | Path, *, made: date | None = None) -> Path:
    """Save the report of an analysis; a file that is there is replaced.

    Parameters
    ----------
    analysis : Analysis
    path : str or Path
        Ends in ``.html`` or ``.pdf``.
    made : date, optional
        The day of the report; today by default.

    Returns
    -------
    Path

    Raises
    ------
    AnalysisError
        If the name has another ending.
    OSError
        If the file cannot be written.
    """
    target = Path(path)
    target.write_bytes(report_bytes(analysis, checked_suffix(target), made=made))
    return target
