"""Pages that fill from the top: words, tables and drawings, on paper that A4 and Letter both can print."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from firing_analyzer.figures.style import QUIET, RULE, TEXT
from firing_analyzer.typeset import typeset

#: A4, with margins so wide that Letter, shorter by 18 mm and wider by 6, cuts off nothing.
PAGE_IN: Final = (8.27, 11.69)
LEFT_IN: Final = 0.585
WIDTH_IN: Final = 7.1
TOP_IN: Final = 0.7
BOTTOM_IN: Final = 0.8


@dataclass(frozen=True, slots=True)
class Print:
    """A size of print, in points, and its colour and weight."""

    points: float
    colour: str = TEXT
    bold: bool = False

    @property
    def line_in(self) -> float:
        """From line to line."""
        return 1.38 * self.points / 72

    def lines(self, words: str, width_in: float) -> list[str]:
        """Break words into lines; numbers keep their units, and what is longer than a line is cut."""
        lines: list[str] = [""]
        for word in typeset(words).split(" "):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if self.width_in(longer) <= width_in:
                lines[-1] = longer
                continue
            rest = word
            while self.width_in(rest) > width_in:
                n = next(
                    n for n in range(len(rest) - 1, 0, -1) if n == 1 or self.width_in(rest[:n]) <= width_in
                )
                lines, rest = [*lines, rest[:n]], rest[n:]
            lines.append(rest)
        return [line for line in lines if line] or [""]

    def width_in(self, words: str) -> float:
        """Width of words on the paper."""
        return sum(_advance_em(letter, bold=self.bold) for letter in words) * self.points / 72


@cache
def _advance_em(letter: str, *, bold: bool) -> float:
    """How far a letter takes the pen, as a share of the size of print."""
    font = FontProperties(family="sans-serif", weight="bold" if bold else "normal", size=100)
    width, _, _ = text_to_path.get_text_width_height_descent(f"{letter}|", font, ismath=False)
    stroke, _, _ = text_to_path.get_text_width_height_descent("|", font, ismath=False)
    return (width - stroke) / 100


VERDICT: Final = Print(14.0)
HEADING: Final = Print(10.5, bold=True)
USUAL: Final = Print(8.8)
SMALL: Final = Print(7.6, QUIET)


@dataclass(slots=True)
class Paper:
    """Pages, and how far down the last of them is filled."""

    pages: list[Figure] = field(default_factory=list[Figure])
    below_in: float = 0.0

    def __post_init__(self) -> None:
        self.turn()

    @property
    def left_in(self) -> float:
        """Room that is left on the page."""
        return PAGE_IN[1] - BOTTOM_IN - self.below_in

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(Figure(figsize=PAGE_IN))
        self.below_in = TOP_IN

    def keep(self, height_in: float) -> None:
        """Begin a new page if this one has no room for so much."""
        if height_in > self.left_in:
            self.turn()

    def skip(self, height_in: float) -> None:
        """Leave room."""
        self.below_in += height_in

    def write(self, words: str, print_: Print, *, indent_in: float = 0.0, at_in: float | None = None) -> None:
        """Write words in as many lines as they need; `at_in` writes at a height and leaves the page's own."""
        lines = print_.lines(words, WIDTH_IN - indent_in)
        top_in = self.below_in if at_in is None else at_in
        for line in lines:
            if at_in is None and print_.line_in > self.left_in:
                self.turn()
                top_in = self.below_in
            self._line(line, LEFT_IN + indent_in, top_in, print_)
            top_in += print_.line_in
            if at_in is None:
                self.below_in = top_in

    def height_in(self, words: str, print_: Print) -> float:
        """Height of words across the page."""
        return print_.line_in * len(print_.lines(words, WIDTH_IN))

    def heading(self, words: str) -> None:
        """Write a heading, and never alone at the foot of a page."""
        self.keep(0.8)
        self.skip(0.12)
        self.write(words, HEADING)
        self.skip(0.03)

    def listed(self, sentences: Sequence[str], print_: Print = USUAL) -> None:
        """Write sentences one under another, each with a dash before it."""
        for sentence in sentences:
            self.keep(print_.line_in * len(print_.lines(sentence, WIDTH_IN - 0.14)))
            self._line("\N{EN DASH}", LEFT_IN, self.below_in, print_)
            self.write(sentence, print_, indent_in=0.14)

    def row(self, cells: Sequence[str], widths_in: Sequence[float], print_: Print = USUAL) -> None:
        """Write a row of a table; a cell that is too long goes on below, and nothing is cut off."""
        broken = [print_.lines(cell, width - 0.08) for cell, width in zip(cells, widths_in, strict=True)]
        height_in = print_.line_in * max(map(len, broken))
        self.keep(height_in)
        x_in = LEFT_IN
        for lines, width_in in zip(broken, widths_in, strict=True):
            for number, line in enumerate(lines):
                self._line(line, x_in, self.below_in + number * print_.line_in, print_)
            x_in += width_in
        self.below_in += height_in

    def rule(self) -> None:
        """Draw a thin line across the page."""
        y = 1 - self.below_in / PAGE_IN[1]
        ends = [LEFT_IN / PAGE_IN[0], (LEFT_IN + WIDTH_IN) / PAGE_IN[0]]
        axes = self.pages[-1].add_axes((0, 0, 1, 1), frameon=False)
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
        axes.plot(ends, [y, y], color=RULE, linewidth=0.8)
        axes.set_zorder(-1)
        self.below_in += 0.05

    def axes(self, height_in: float, *, left_in: float, above_in: float, under_in: float) -> Axes:
        """Take room for a drawing across the page and return axes in it.

        Parameters
        ----------
        height_in : float
            Of all that is drawn.
        left_in, above_in, under_in : float
            Room in it for what stands beside, above and under the axes.
        """
        self.keep(height_in)
        bottom_in = PAGE_IN[1] - self.below_in - height_in + under_in
        self.below_in += height_in
        return self.pages[-1].add_axes(
            (
                (LEFT_IN + left_in) / PAGE_IN[0],
                bottom_in / PAGE_IN[1],
                (WIDTH_IN - left_in) / PAGE_IN[0],
                (height_in - above_in - under_in) / PAGE_IN[1],
            )
        )

    def foot(self, words: str) -> None:
        """Write a line and the number of the page at the foot of every page."""
        line = SMALL.lines(words, WIDTH_IN - 1.0)[0]
        for number, page in enumerate(self.pages, start=1):
            y = (BOTTOM_IN - 0.15) / PAGE_IN[1]
            page.text(LEFT_IN / PAGE_IN[0], y, line, fontsize=SMALL.points, color=QUIET, va="top")
            page.text(
                (LEFT_IN + WIDTH_IN) / PAGE_IN[0],
                y,
                f"page {number} of {len(self.pages)}",
                fontsize=SMALL.points,
                color=QUIET,
                va="top",
                ha="right",
            )

    def _line(self, words: str, x_in: float, y_in: float, print_: Print) -> None:
        self.pages[-1].text(
            x_in / PAGE_IN[0],
            1 - y_in / PAGE_IN[1],
            words,
            fontsize=print_.points,
            color=print_.colour,
            fontweight="bold" if print_.bold else "normal",
            va="top",
        )
