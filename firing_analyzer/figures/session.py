"""The whole session on one page: verdict, recording, raises and lags."""

import textwrap
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from firing_analyzer.figures.lags import plot_lags
from firing_analyzer.figures.leg_angle import plot_leg_heights, plot_leg_overview, plot_leg_raises
from firing_analyzer.figures.muscles import interval_words, measured
from firing_analyzer.figures.overview import plot_overview
from firing_analyzer.figures.raises import plot_repetitions
from firing_analyzer.figures.style import QUIET, SMALL, TEXT, USUAL
from firing_analyzer.result import Analysis
from firing_analyzer.words import LIMITS, is_movement, recording_sentence, verdict_sentence
from firing_analyzer.words import limits as limits_of

#: Inches; the proportions of A4 laid on its side.
WIDTH_IN: Final = 10.0
HEIGHT_IN: Final = 7.07
#: Raises that fit on such a page; with more, the page grows longer.
FITTING: Final = 12
INCHES_A_RAISE: Final = 0.22
#: Height of all overviews together, in inches.
OVERVIEWS_IN: Final = 1.36


@dataclass(frozen=True, slots=True)
class Print:
    """A size of print: points, inches from line to line, letters across the page, and colour."""

    points: float
    line_in: float
    letters: int
    colour: str

    def lines(self, words: str) -> list[str]:
        """Break words into as few lines as can be, of about one length; numbers keep their units."""
        whole = words.replace(" ms", "\N{NO-BREAK SPACE}ms").replace(" %", "\N{NO-BREAK SPACE}%")
        fewest = len(textwrap.wrap(whole, self.letters))
        widths = range(len(whole) // max(fewest, 1), self.letters)
        narrowest = next(
            (width for width in widths if len(textwrap.wrap(whole, width)) <= fewest), self.letters
        )
        return textwrap.wrap(whole, narrowest)

    def height_in(self, words: str) -> float:
        """Return the height of words when broken into lines."""
        return self.line_in * len(self.lines(words))


HEADING: Final = Print(USUAL + 1, 0.19, 132, TEXT)
SMALL_PRINT: Final = Print(SMALL, 0.15, 160, QUIET)


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A figure that is filled by heights in inches from its upper edge."""

    figure: Figure
    height_in: float

    def write(self, words: str, top_in: float, print_: Print) -> float:
        """Write words, in as many lines as they need, and return the height of the next line."""
        for number, line in enumerate(print_.lines(words)):
            y = 1 - (top_in + number * print_.line_in) / self.height_in
            self.figure.text(0.012, y, line, va="top", fontsize=print_.points, color=print_.colour)
        return top_in + print_.height_in(words)

    def axes(self, left: float, width: float, *, top_in: float, bottom_in: float) -> Axes:
        """Add axes between two heights; left edge and width are shares of the page."""
        bottom = 1 - bottom_in / self.height_in
        return self.figure.add_axes((left, bottom, width, (bottom_in - top_in) / self.height_in))


def plot_session(analysis: Analysis) -> Figure:
    """Draw a whole session: the verdict as heading, the recording, all raises and all lags.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    Figure
        In the proportions of A4 laid on its side; longer if there are more than 12 raises. Nothing is shown
        on the screen.
    """
    height_in = HEIGHT_IN + INCHES_A_RAISE * max(0, len(analysis.rows) - FITTING)
    page = Page(Figure(figsize=(WIDTH_IN, height_in)), height_in)
    below_in = page.write(verdict_sentence(analysis), 0.12, HEADING)
    below_in = page.write(_source(analysis), below_in + 0.04, SMALL_PRINT)
    limits = " ".join(limits_of(analysis) if is_movement(analysis) else LIMITS)
    limits_in = height_in - 0.06 - SMALL_PRINT.height_in(limits)
    page.write(limits, limits_in, SMALL_PRINT)
    below_in = _overviews(analysis, page, below_in + 0.24)
    drawn = {"top_in": below_in + 0.52, "bottom_in": limits_in - 0.52}
    if analysis.legs is not None and analysis.shoulder.is_absent:
        plot_leg_raises(analysis, analysis.legs, page.axes(0.06, 0.5, **drawn))
        plot_leg_heights(analysis, analysis.legs, page.axes(0.63, 0.34, **drawn))
        return page.figure
    plot_repetitions(analysis, page.axes(0.05, 0.52, **drawn))
    plot_lags(analysis, page.axes(0.63, 0.36, **drawn))
    return page.figure


def _overviews(analysis: Analysis, page: Page, top_in: float) -> float:
    """Draw the shoulder over the glute, and the leg below them, and return the height of their lower edge."""
    drawn = list(reversed(measured(analysis)))
    legs = analysis.legs if analysis.glute.channel.kind != "angle" else None
    n = len(drawn) + (legs is not None)
    step_in = min(OVERVIEWS_IN / max(n, 2), OVERVIEWS_IN)
    ax = None
    for place in range(n):
        above_in = top_in + place * step_in
        ax = page.axes(0.085, 0.9, top_in=above_in, bottom_in=above_in + step_in - 0.13)
        if place < len(drawn):
            plot_overview(analysis, drawn[place], ax, numbered=place == 0)
        elif legs is not None:
            plot_leg_overview(analysis, legs, ax)
        if place < n - 1:
            ax.tick_params(labelbottom=False)
    if ax is not None:
        ax.set_xlabel("time (s)", fontsize=SMALL, color=TEXT, labelpad=1)
    return top_in + n * step_in - 0.13


def _source(analysis: Analysis) -> str:
    """Say what was recorded, and what bands and bars mean."""
    name = "" if analysis.path is None else f"{analysis.path.name}: "
    return f"{name}{recording_sentence(analysis)} Bands and bars: {interval_words(analysis)}."
