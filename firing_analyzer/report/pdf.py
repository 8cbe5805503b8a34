"""The report as PDF, drawn by matplotlib alone: a summary on one page, then everything behind it."""

from datetime import date
from io import BytesIO
from typing import Final

from matplotlib.backends.backend_pdf import PdfPages

from firing_analyzer.plots import plot_lags, plot_repetitions
from firing_analyzer.report.content import COLUMNS, Content, report_content
from firing_analyzer.report.paper import BOTTOM_IN, HEADING, PAGE_IN, SMALL, USUAL, VERDICT, Paper, Print
from firing_analyzer.report.pictures import (
    FITTING,
    draw_overview,
    lags_height_in,
    plainly_worded,
    raises_height_in,
)
from firing_analyzer.result import Analysis

#: Height of the drawing of the raises on the first page; where it would be lower, it has a page of its own.
LEAST_RAISES_IN: Final = 3.1
MOST_RAISES_IN: Final = 4.5
_WIDTHS_IN: Final = (0.45, 0.75, 0.85, 0.6, 1.05, 1.0, 0.6, 0.75, 1.05)
_BOLD: Final = Print(7.6, bold=True)
_TABLE: Final = Print(8.2)


def pdf_report(analysis: Analysis, *, made: date | None = None) -> bytes:
    """Write the report of an analysis as PDF.

    Parameters
    ----------
    analysis : Analysis
    made : date, optional
        The day of the report; today by default.

    Returns
    -------
    bytes
        A4; printed on Letter nothing is cut off.
    """
    content = report_content(analysis, made=made)
    paper = Paper()
    if not _summary(paper, content, analysis) and analysis.rows:
        paper.turn()
        paper.heading("All raises")
        _raises(paper, analysis, max(MOST_RAISES_IN, raises_height_in(analysis)))
    paper.turn()
    _details(paper, content, analysis)
    paper.foot(content.foot)
    file = BytesIO()
    about = {"Title": content.heading, "Subject": content.sentence, "Creator": "firing-analyzer"}
    with PdfPages(file, metadata=about) as pages:
        for page in paper.pages:
            pages.savefig(plainly_worded(page))
    return file.getvalue()


def _summary(paper: Paper, content: Content, analysis: Analysis) -> bool:
    """Fill the first page; tell whether it had room for the drawing of the raises."""
    paper.write(content.heading, HEADING)
    paper.write("   ".join(f"{name}: {value}" for name, value in content.facts), SMALL)
    paper.skip(0.12)
    if content.simulated:
        paper.write(content.simulated, Print(USUAL.points, bold=True))
        paper.skip(0.06)
    paper.write(content.sentence, VERDICT)
    paper.skip(0.08)
    for sentence in content.summary:
        paper.write(sentence, USUAL)
    for section in content.doubts:
        paper.skip(0.05)
        paper.write(section.heading, Print(USUAL.points, bold=True))
        paper.listed(section.sentences)
    paper.skip(0.1)
    foot_in = sum(paper.height_in(sentence, SMALL) for sentence in content.limits)
    lags_in = lags_height_in(analysis)
    room_in = paper.left_in - lags_in - foot_in - 0.15
    drawn = len(analysis.rows) <= FITTING and room_in >= LEAST_RAISES_IN
    if drawn:
        _raises(paper, analysis, min(room_in, MOST_RAISES_IN))
    plot_lags(analysis, paper.axes(lags_in, left_in=0.62, above_in=0.0, under_in=0.45))
    at_in = PAGE_IN[1] - BOTTOM_IN - 0.05 - foot_in
    for sentence in content.limits:
        paper.write(sentence, SMALL, at_in=at_in)
        at_in += paper.height_in(sentence, SMALL)
    return drawn


def _raises(paper: Paper, analysis: Analysis, height_in: float) -> None:
    plot_repetitions(analysis, paper.axes(height_in, left_in=0.42, above_in=0.0, under_in=0.45))


def _details(paper: Paper, content: Content, analysis: Analysis) -> None:
    if content.rows:
        paper.heading("Raise by raise")
        paper.row(COLUMNS, _WIDTHS_IN, _BOLD)
        paper.rule()
        for row in content.rows:
            paper.row(row, _WIDTHS_IN, _TABLE)
        paper.skip(0.04)
        paper.write(content.sign, SMALL)
    if content.marks.sentences:
        paper.heading(content.marks.heading)
        paper.listed(content.marks.sentences)
    paper.heading("The whole recording")
    paper.keep(2.0)
    above = paper.axes(0.75, left_in=0.65, above_in=0.15, under_in=0.05)
    below = paper.axes(0.95, left_in=0.65, above_in=0.05, under_in=0.35)
    draw_overview(analysis, above, below)
    for section in content.details:
        paper.heading(section.heading)
        paper.listed(section.sentences)
    paper.heading("Settings")
    for first in range(0, len(content.settings), 3):
        cells = [f"{name} = {value}" for name, value in content.settings[first : first + 3]]
        paper.row([*cells, *[""] * (3 - len(cells))], (2.5, 2.3, 2.3), SMALL)
