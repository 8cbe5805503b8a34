"""A result as text for a terminal or a pipe: plain letters, no colour that judges."""

from collections.abc import Sequence
from io import StringIO
from typing import Final

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from firing_analyzer.leg_words import leg_cells, leg_sentences, leg_titles
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.words import (
    counts_sentence,
    flag_text,
    flag_word,
    flag_words,
    is_movement,
    lag_sentence,
    lag_words,
    limits,
    notes,
    order_word,
    reasons,
    recording_sentence,
    sign_sentence,
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
        parts += ["", _table(analysis, true_lags_ms), ""]
        parts += [] if analysis.shoulder.is_absent else [Text(sign_sentence(analysis))]
    parts.append(Text(counts_sentence(analysis)))
    parts += [] if analysis.shoulder.is_absent else [Text(lag_sentence(analysis))]
    parts += [Text(sentence) for sentence in (*leg_sentences(analysis), recording_sentence(analysis))]
    flags = dict.fromkeys(flag for row in analysis.rows for flag in row.flags)
    observed = [note for note in analysis.quality if note.flag != "simulated"]
    for title, sentences in (
        ("Why it cannot be told, and what to do", reasons(analysis)),
        ("Warnings", warnings(analysis)),
        ("Flags of raises", [f"{flag_word(flag)} ({flag}): {flag_text(flag)}" for flag in flags]),
        ("Signals", [f"{note.channel}: {note.detail}" for note in observed]),
        ("Reading the file", notes(analysis)),
        ("Limits", list(limits(analysis)) if with_limits else []),
    ):
        if sentences:
            parts += ["", *_titled(title, sentences)]
    return plain_text(parts, width=width)


def listed_text(title: str, sentences: Sequence[str], *, width: int | None = None) -> str:
    """Write sentences one under another below a title, laid out as `result_text`."""
    return plain_text(_titled(title, sentences), width=width)


def _table(analysis: Analysis, true_lags_ms: Sequence[float | None] | None) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="none")
    legs = () if analysis.legs is None else analysis.legs.raises
    alone = analysis.shoulder.is_absent
    for title in ("raise", *(() if alone else _order_titles(analysis, true=true_lags_ms is not None))):
        table.add_column(title, justify="left" if title in _WORDED else "right", no_wrap=True)
    for title in leg_titles(analysis):
        table.add_column(title, justify="right", no_wrap=True)
    flagged = any(flag_words(row) for row in analysis.rows)
    if flagged:
        table.add_column("flags")
    for index, row in enumerate(analysis.rows):
        cells = [str(row.repetition)]
        if not alone:
            true_ms = () if true_lags_ms is None else (_number(true_lags_ms[index], digits=0),)
            cells += _order_cells(analysis, row, true_ms)
        if legs:
            cells += leg_cells(analysis, legs[index])
        table.add_row(*map(Text, [*cells, *([flag_words(row)] if flagged else [])]))
    return table


_LAG, _ORDER, _SNR = "lag ms\n(interval)", "order", "SNR (dB)\nglute /\nshoulder"
#: Columns that hold words, or ranges.
_WORDED: Final = (_LAG, _ORDER, _SNR)


def _order_titles(analysis: Analysis, *, true: bool) -> tuple[str, ...]:
    moved = is_movement(analysis)
    mover = analysis.glute.channel.muscle if moved else "glute"
    snr = () if moved else (_SNR,)
    return (f"{mover}\ns", "shoulder\ns", _LAG, *(("true\nms",) if true else ()), _ORDER, *snr)


def _order_cells(analysis: Analysis, row: Repetition, true_ms: Sequence[str]) -> list[str]:
    snr = f"{_number(row.glute_snr_db, digits=0)} / {_number(row.shoulder_snr_db, digits=0)}"
    return [
        _number(row.glute_onset_s, digits=2),
        _number(row.shoulder_onset_s, digits=2),
        lag_words(row) or "-",
        *true_ms,
        order_word(analysis, row.order),
        *([] if is_movement(analysis) else [snr]),
    ]


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


def plain_text(parts: Sequence[RenderableType], *, width: int | None) -> str:
    """Lay out parts as plain text, without colour or trailing blanks."""
    page = StringIO()
    columns = _UNWRAPPED if width is None else max(40, min(width, _WIDEST))
    console = Console(
        file=page,
        width=columns,
        color_system=None,
        force_jupyter=False,  # in a notebook it would show the parts itself, and leave nothing to return
        highlight=False,
        markup=False,
        emoji=False,
    )
    for part in parts:
        console.print(part)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _number(value: float | None, *, digits: int) -> str:
    """Write a number, and a dash where there is none; no negative zero."""
    return "-" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"
