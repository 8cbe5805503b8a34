"""What all drawings share: ink, sizes and the blank sheet."""

from dataclasses import dataclass
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Sizes in points; the smallest is legible at 800 pixels width and on A4 paper.
SMALL: Final = 8.0
USUAL: Final = 9.0

TEXT: Final = "#222222"
QUIET: Final = "#5f5f5f"
RULE: Final = "#c8c8c8"
BAND: Final = "#e4e4ec"
SET_ASIDE: Final = "#f3f3f3"

LineStyle = Literal["-"] | tuple[float, tuple[float, ...]]
SOLID: Final[LineStyle] = "-"


@dataclass(frozen=True, slots=True)
class Ink:
    """How one muscle is drawn; the two differ in darkness and in line as well as in hue.

    Attributes
    ----------
    dark, pale : str
        Colour of envelope and onset, and of the signal behind them.
    line : str or tuple
        Line style of the envelope.
    """

    dark: str
    pale: str
    line: LineStyle

    def set_aside(self) -> "Ink":
        """Return the same line in grey, for a raise that does not count."""
        return Ink("#858585", "#d0d0d0", self.line)


GLUTE_INK: Final = Ink("#12306b", "#a9b8d6", SOLID)
SHOULDER_INK: Final = Ink("#c45a00", "#f3cfa4", (0, (3.5, 1.2)))


def sheet(ax: Axes | None, *, height_in: float, left: float = 0.09, top_in: float = 0.35) -> Axes:
    """Return the axes to draw on: those given, or new ones on a figure of their own.

    Parameters
    ----------
    ax : Axes or None
    height_in : float
        Height of a new figure, in inches; it is 8 inches wide.
    left : float
        Left edge of new axes, as a share of the figure.
    top_in : float
        Room above new axes, in inches.
    """
    if ax is not None:
        return ax
    figure = Figure(figsize=(8.0, height_in))
    bottom_in = 0.5
    return figure.add_axes((left, bottom_in / height_in, 0.98 - left, 1 - (top_in + bottom_in) / height_in))


def share_of_height(ax: Axes, inches: float) -> float:
    """Return inches as a share of the height of axes; at most a third."""
    height_in = ax.get_window_extent().height / ax.figure.dpi
    return min(inches / height_in, 1 / 3) if height_in > 0 else 1 / 3


def plain(ax: Axes) -> None:
    """Take away the frame and make the axes' text of one size."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(QUIET)
    ax.tick_params(labelsize=SMALL, colors=TEXT, length=3)
    ax.tick_params(axis="y", length=0)
