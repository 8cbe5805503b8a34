"""A result as text for a terminal or a pipe: plain letters, no colour that judges."""

from collections.abc import Sequence
from io import StringIO
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from firing_analyzer.edit_words import edit_sentences
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.words import (
    ORDER_WORDS,
    SIGN,
    counts_sentence,
    flag_text,
    flag_word,
    flag_words,
    lag_sentence,
    lag_words,
    limits,
    notes,
    reasons,
    recording_sentence,
    simulation_sentence,
    verdict_sentence,
    warnings,
)

#: Longer lines are hard to read.
_WIDEST: Final = 100
#: Where the reader is a program or a file, nothing is wrapped.
_UNWRAPPED: Final = 100_000


def result_text(
    analysis: Analysis,
    *,
    width: int | None = None,
    true_lags_ms: Sequence[float | None] | None = None,
    with_limits: bool = True,
) -> str:
    """Write a result for a person to read.

    The verdict comes first, then the raises, the session, reasons and warnings with what to do, what was
    notable about the signals, and the limits.

    Parameters
    ----------
    analysis : Analysis
    width : int, optional
        Columns of the terminal; without it no line is wrapped.
    true_lags_ms : sequence of float or None, optional
        Of a simulation, for each row of the analysis: shown beside what was measured. None where the
        shoulder was silent.
    with_limits : bool
        False where the limits are said once for several results, by `listed_text`.

    Returns
    -------
    str
        Lines without colour or trailing blanks.
    """
    parts: list[RenderableType] = [Text(verdict_sentence(analysis))]
    if simulation := simulation_sentence(analysis):
        parts.append(Text(simulation))
    if analysis.rows:
        parts += ["", _table(analysis.rows, true_lags_ms), "", Text(SIGN)]
    parts += [Text(say(analysis)) for say in (counts_sentence, lag_sentence, recording_sentence)]
    flags = dict.fromkeys(flag for row in analysis.rows for flag in row.flags)
    observed = [note for note in analysis.quality if note.flag != "simulated"]
    for title, sentences in (
        ("Why it cannot be told, and what to do", reasons(analysis)),
        ("Changed by hand", edit_sentences(analysis)),
        ("Warnings", warnings(analysis)),
        ("Flags of raises", [f"{flag_word(flag)} ({flag}): {flag_text(flag)}" for flag in flags]),
        ("Signals", [f"{note.channel}: {note.detail}" for note in observed]),
        ("Reading the file", notes(analysis)),
        ("Limits", list(limits(analysis)) if with_limits else []),
    ):
        if sentences:
            parts += ["", *_titled(title, sentences)]
    return _plain(parts, width=width)


def listed_text(title: str, sentences: Sequence[str], *, width: int | None = None) -> str:
    """Write sentences one under another below a title, laid out as `result_text`."""
    return _plain(_titled(title, sentences), width=width)


def _table(rows: Sequence[Repetition], true_lags_ms: Sequence[float | None] | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="none")
    flagged = any(flag_words(row) for row in rows)
    for title in ("raise", "glute\ns", "shoulder\ns"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("lag ms\n(interval)", no_wrap=True)
    if true_lags_ms is not None:
        table.add_column("true\nms", justify="right", no_wrap=True)
    table.add_column("order", no_wrap=True)
    table.add_column("SNR (dB)\nglute /\nshoulder", no_wrap=True)
    if flagged:
        table.add_column("flags")
    for index, row in enumerate(rows):
        cells = [
            str(row.repetition),
            _number(row.glute_onset_s, digits=2),
            _number(row.shoulder_onset_s, digits=2),
            lag_words(row) or "-",
            *([_number(true_lags_ms[index], digits=0)] if true_lags_ms is not None else []),
            ORDER_WORDS[row.order],
            f"{_number(row.glute_snr_db, digits=0)} / {_number(row.shoulder_snr_db, digits=0)}",
            *([flag_words(row)] if flagged else []),
        ]
        table.add_row(*map(Text, cells))
    return table


def _titled(title: str, sentences: Sequence[str]) -> list[RenderableType]:
    return [Text(title), _listed(sentences)]


def _listed(sentences: Sequence[str]) -> Table:
    """Set sentences one under another, the wrapped lines of each indented like its first."""
    listed = Table.grid(padding=(0, 1, 0, 0))
    listed.add_column(no_wrap=True)
    listed.add_column()
    for sentence in sentences:
        listed.add_row("-", Text(sentence))
    return listed


def _plain(parts: Sequence[RenderableType], *, width: int | None) -> str:
    """Lay out as plain text."""
    page = StringIO()
    columns = _UNWRAPPED if width is None else max(40, min(width, _WIDEST))
    console = Console(file=page, width=columns, color_system=None, highlight=False, markup=False, emoji=False)
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _number(value: float | None, *, digits: int) -> str:
    """Write a number, and a dash where there is none; no negative zero."""
    return "-" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"
