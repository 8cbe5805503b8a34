"""The figures of a report, each in the size in which it is printed."""

import base64
from io import BytesIO
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from firing_analyzer.figures.muscles import muscles
from firing_analyzer.figures.overview import plot_overview
from firing_analyzer.figures.style import SMALL, TEXT
from firing_analyzer.plots import plot_lags, plot_repetitions
from firing_analyzer.result import Analysis

#: Width of everything that is printed, in inches: A4 and Letter both have room for it.
WIDTH_IN: Final = 7.1
#: The same on the screen of a telephone.
NARROW_IN: Final = 4.1
#: More raises than this have a page of their own.
FITTING: Final = 12
#: Tallest drawing that a page takes beside its heading, in inches.
TALLEST_IN: Final = 8.6


def raises_height_in(analysis: Analysis) -> float:
    """Height of the drawing of all raises; on the first page it shares the room with the lags."""
    n = len(analysis.rows)
    return 3.55 if n <= FITTING else min(TALLEST_IN, 1.2 + 0.3 * n)


def lags_height_in(analysis: Analysis) -> float:
    """Height of the drawing of all lags, which always stands on the first page."""
    return 2.75 if len(analysis.rows) <= FITTING else min(6.2, 1.4 + 0.22 * len(analysis.rows))


def raises_picture(analysis: Analysis) -> Figure:
    """Draw all raises above one another."""
    height_in = raises_height_in(analysis)
    figure = Figure(figsize=(WIDTH_IN, height_in))
    plot_repetitions(analysis, _place(figure, height_in, left=0.06))
    return plainly_worded(figure)


def lags_picture(analysis: Analysis, *, width_in: float = WIDTH_IN) -> Figure:
    """Draw the lag of every raise and of the session."""
    height_in = lags_height_in(analysis)
    figure = Figure(figsize=(width_in, height_in))
    plot_lags(analysis, _place(figure, height_in, left=0.64 / width_in))
    return plainly_worded(figure)


def overview_picture(analysis: Analysis) -> Figure:
    """Draw both muscles over the whole recording."""
    figure = Figure(figsize=(WIDTH_IN, 1.9))
    above = figure.add_axes((0.09, 0.6, 0.9, 0.3))
    below = figure.add_axes((0.09, 0.2, 0.9, 0.3))
    draw_overview(analysis, above, below)
    return plainly_worded(figure)


def draw_overview(analysis: Analysis, above: Axes, below: Axes) -> None:
    """Draw the shoulder above and the glute below, over the whole recording."""
    glute, shoulder = muscles(analysis)
    plot_overview(analysis, shoulder, above, numbered=True)
    above.tick_params(labelbottom=False)
    plot_overview(analysis, glute, below, numbered=False)
    below.set_xlabel("time (s)", fontsize=SMALL, color=TEXT, labelpad=1)


def plainly_worded(figure: Figure) -> Figure:
    """Take every text of a figure as it is: a dollar sign in a label is no formula."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)  # noqa: S101  (findobj says no more)
        text.set_parse_math(False)
    return figure


def picture_address(figure: Figure) -> str:
    """Return a figure as a ``data:`` address of an SVG picture."""
    page = BytesIO()
    figure.savefig(page, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(page.getvalue()).decode('ascii')}"


def _place(figure: Figure, height_in: float, *, left: float) -> Axes:
    bottom_in = 0.5
    return figure.add_axes((left, bottom_in / height_in, 0.99 - left, 1 - (bottom_in + 0.05) / height_in))
