"""A trend as text for a terminal or a pipe."""

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from firing_analyzer.over_time.trend import Trend
from firing_analyzer.over_time.words import limits, sentences, table_rows
from firing_analyzer.terminal import listed_text, plain_text


def laid_out(trend: Trend, *, width: int | None = None) -> str:
    """Write a trend for a person to read; without `width` no line is wrapped."""
    header, *rows = table_rows(trend)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="none")
    for title in header:
        table.add_column(title)
    for row in rows:
        table.add_row(*map(Text, row))
    parts: list[RenderableType] = [Text(f"Participant {trend.participant}"), ""]
    parts += [Text(sentence) for sentence in sentences(trend)]
    text = plain_text([*parts, "", table], width=width)
    if trend.problems:
        text += "\n\n" + listed_text("Recordings that could not be used", trend.problems, width=width)
    return f"{text}\n\n{listed_text('Limits', limits(trend), width=width)}"
