"""All raises of a session stacked on one axes, time zero at the glute onset of each."""

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from firing_analyzer.figures.muscles import (
    Muscle,
    flags_in_words,
    interval_words,
    is_set_aside,
    measured,
    number,
    order_words,
)
from firing_analyzer.figures.style import (
    QUIET,
    RULE,
    SET_ASIDE,
    SMALL,
    SOLID,
    TEXT,
    USUAL,
    plain,
    share_of_height,
    sheet,
)
from firing_analyzer.figures.traces import Piece, cut, nice_below, thin_out
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.words import is_movement

#: Share of the axes at the right that is kept for words, and their width in letters.
NOTES_SHARE: Final = 0.29
NOTES_LETTERS: Final = 25
#: Longest name of a channel in the legend, in letters.
NAME_LETTERS: Final = 46
#: Room at the top of the axes that is kept for the legend, in inches.
LEGEND_IN: Final = 0.42
#: A muscle's half of a row is this many times as high as its greatest envelope ...
HEADROOM: Final = 1.0
#: ... and at least this many times as high as its rest, so that a silent muscle looks silent.
REST_SHARE: Final = 6.0
#: Height of a trace and of an onset mark, in rows.
FULL: Final = 0.46
MARK: Final = 0.48
BINS: Final = 500


def plot_repetitions(
    analysis: Analysis, ax: Axes | None = None, *, before_s: float = 0.8, after_s: float = 0.8
) -> Axes:
    """Draw all raises above one another, time zero at the glute onset of each.

    Each row shows the shoulder over the glute: the conditioned signal, rectified and pale, and its envelope
    (root mean square over 40 ms). One scale for each muscle holds for all rows; it is cut off where it would
    run into the next. A mark and a shaded band show each onset and its interval. Raises that are left
    out or unclear are grey, which is said below them. The lag stands at the
    right with the flags of the raise.

    Parameters
    ----------
    analysis : Analysis
    ax : Axes, optional
        Where to draw; new ones, on a figure of their own, if it is not given.
    before_s, after_s : float
        How much to show before and after the glute onset. An onset beyond is marked at the edge by an arrow.

    Returns
    -------
    Axes
        Those given, or new ones. Nothing is shown on the screen.
    """
    rows = analysis.rows
    ax = sheet(ax, height_in=max(3.2, 1.3 + 0.42 * len(rows)))
    plain(ax)
    span_s = before_s + after_s
    right = after_s + span_s * NOTES_SHARE / (1 - NOTES_SHARE)
    ax.set_xlim(-before_s, right)
    ax.set_xticks(_ticks(before_s, after_s))
    ax.spines["bottom"].set_bounds(-before_s, after_s)
    lined_up = all(row.glute_onset_s is not None for row in rows)
    otherwise = "" if lined_up else ", or from the raise's start where there is none"
    anchor = f"start of the {analysis.glute.channel.muscle}" if is_movement(analysis) else "glute onset"
    ax.set_xlabel(f"time from the {anchor}{otherwise} (s)", fontsize=USUAL, loc="left", color=TEXT)
    if not rows:
        ax.set_yticks([])
        words = "no raises were found"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", fontsize=USUAL, color=QUIET)
        return ax
    n = len(rows)
    legend_share = share_of_height(ax, LEGEND_IN)
    ax.set_ylim(n, -n * legend_share / (1 - legend_share))
    ax.set_yticks(np.arange(n) + 0.5, [f"{row.repetition}" for row in rows])
    ax.set_ylabel("raise", fontsize=USUAL, color=TEXT)
    pair = measured(analysis)
    pieces = [[_piece(muscle, row, before_s, after_s) for row in rows] for muscle in pair]
    heights = [_height(muscle, own, rows) for muscle, own in zip(pair, pieces, strict=True)]
    for place, row in enumerate(rows):
        if is_set_aside(row):
            ax.axhspan(place, place + 1, color=SET_ASIDE, linewidth=0, zorder=0)
        ax.axhline(place, color=RULE, linewidth=0.5, zorder=0.5)
        for muscle, own, height in zip(pair, pieces, heights, strict=True):
            floor = _floor(muscle, place)
            _trace(ax, muscle, row, own[place], floor=floor, height=height)
            _onset(ax, muscle, row, floor=floor, after_s=after_s, before_s=before_s)
        _notes(ax, row, place, n=n, left=after_s + 0.02 * span_s)
    if any(map(is_set_aside, rows)):
        _grey(ax)
    ax.plot([0, 0], [0, n], color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    scales = [
        _scale_bar(ax, muscle, height, left=-before_s + 0.015 * span_s)
        for muscle, height in zip(pair, heights, strict=True)
    ]
    _legend(ax, pair, scales, analysis)
    return ax


def zero_s(row: Repetition) -> float:
    """Return the moment that a raise is lined up at: its glute onset, or its start where there is none."""
    return row.start_s if row.glute_onset_s is None else row.glute_onset_s


def _ticks(before_s: float, after_s: float) -> list[float]:
    """Return round times from the left edge to the right one, about nine of them."""
    step = next((step for step in (0.1, 0.2, 0.5, 1.0, 2.0) if (before_s + after_s) / step <= 9), 5.0)
    first, last = np.ceil(-before_s / step - 1e-9), np.floor(after_s / step + 1e-9)
    return [step * count for count in range(int(first), int(last) + 1)]


def _floor(muscle: Muscle, place: int) -> float:
    """Return where zero of a muscle lies in a row; the axis runs downwards."""
    return place + (0.98 if muscle.role == "glute" else 0.49)


def _piece(muscle: Muscle, row: Repetition, before_s: float, after_s: float) -> Piece:
    zero = zero_s(row)
    return cut(muscle.trace, zero - before_s, zero + after_s)


def _height(muscle: Muscle, pieces: Sequence[Piece], rows: Sequence[Repetition]) -> float:
    """Value that fills a muscle's half of a row."""
    own = [piece for piece, row in zip(pieces, rows, strict=True) if not muscle.is_silent(row)]
    peaks = [float(np.nanmax(one.envelope)) for one in own or pieces if np.isfinite(one.envelope).any()]
    # one raise with an artefact must not flatten all others
    loudest = min(max(peaks), 2 * float(np.median(peaks))) if peaks else 0.0
    return max(HEADROOM * loudest, REST_SHARE * muscle.trace.rest_rms) or 1.0


def _trace(ax: Axes, muscle: Muscle, row: Repetition, piece: Piece, *, floor: float, height: float) -> None:
    ink = muscle.ink.set_aside() if is_set_aside(row) else muscle.ink
    lines = [(piece.envelope, ink.dark, 1.3, ink.line, "envelope")]
    if muscle.trace.channel.kind == "emg":
        lines.insert(0, (np.abs(piece.samples), ink.pale, 0.4, SOLID, "signal"))
    for values, colour, width, style, what in lines:
        times_s, kept = thin_out(piece.times_s, values, bins=BINS)
        ax.plot(
            times_s - zero_s(row),
            floor - FULL * np.clip(kept / height, 0, 1),
            color=colour,
            linewidth=width,
            linestyle=style,
            zorder=2,
            gid=f"{what}-{muscle.role}-{row.repetition}",
        )


def _onset(
    ax: Axes, muscle: Muscle, row: Repetition, *, floor: float, before_s: float, after_s: float
) -> None:
    onset_s, interval_s = muscle.onset_s(row), muscle.interval_s(row)
    if onset_s is None:
        return
    ink = muscle.ink.set_aside() if is_set_aside(row) else muscle.ink
    gid = f"{muscle.role}-{row.repetition}"
    at = onset_s - zero_s(row)
    if not -before_s <= at <= after_s:
        edge, marker = (-before_s, "<") if at < 0 else (after_s, ">")
        ax.plot(
            edge,
            floor - MARK / 2,
            marker=marker,
            color=ink.dark,
            markeredgecolor="white",
            markersize=8,
            gid=f"onset-{gid}",
            zorder=4,
        )
        return
    if interval_s is not None:
        start, stop = (float(np.clip(end - zero_s(row), -before_s, after_s)) for end in interval_s)
        band = Rectangle((start, floor - MARK), stop - start, MARK, color=ink.dark, alpha=0.22, linewidth=0)
        band.set(gid=f"interval-{gid}", zorder=1.5)
        ax.add_patch(band)
    ax.plot([at, at], [floor - MARK, floor], color=ink.dark, linewidth=1.6, gid=f"onset-{gid}", zorder=4)


def _notes(ax: Axes, row: Repetition, place: int, *, n: int, left: float) -> None:
    """Write the lag, or why there is none, and the flags; as many lines as a row has room for."""
    colour = QUIET if is_set_aside(row) else TEXT
    order = order_words(row) if is_set_aside(row) or row.lag_ms is None else ""
    lag = "" if row.lag_ms is None else f"{number(round(row.lag_ms))} ms"
    first = ", ".join(part for part in (lag, order) if part)
    flags = flags_in_words(row)
    lines = textwrap.wrap(flags, NOTES_LETTERS)
    room = 3 if n <= 6 else 2 if n <= 10 else 1
    if len(lines) > room:
        lines = textwrap.wrap(flags, NOTES_LETTERS * room, placeholder=" …", max_lines=1)
        lines = textwrap.wrap(lines[0], NOTES_LETTERS, max_lines=room, placeholder=" …")
    words = "\n".join([first, *lines])
    ax.text(left, place + 0.5, words, va="center", fontsize=SMALL, color=colour, linespacing=1.1)


def _scale_bar(ax: Axes, muscle: Muscle, height: float, *, left: float) -> str:
    """Draw a bar of a round value in the first row and say what it stands for."""
    floor, size = _floor(muscle, 0), nice_below(0.9 * height)
    ax.plot(
        [left, left],
        [floor, floor - FULL * size / height],
        color=muscle.ink.dark,
        linewidth=2.4,
        # with caps it would reach into the other muscle's half
        solid_capstyle="butt",
        gid=f"bar-{muscle.role}",
        zorder=5,
    )
    return f"bar {number(size)}{' ' if muscle.trace.channel.unit else ', '}{muscle.unit}"


def _grey(ax: Axes) -> None:
    """Say below the notes what the grey rows are."""
    ax.annotate(
        "grey: unclear or left out",
        (1, 0),
        xycoords="axes fraction",
        xytext=(0, -5),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL,
        color=QUIET,
    )


def _fitting(name: str) -> str:
    """Cut off the end of a name that would run into the next drawing."""
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"


def _legend(ax: Axes, pair: Sequence[Muscle], scales: Sequence[str], analysis: Analysis) -> None:
    handles = [
        *(
            Line2D(
                [],
                [],
                color=one.ink.dark,
                linestyle=one.ink.line,
                linewidth=1.3,
                label=f"{_fitting(one.name)}, {scale}",
            )
            for one, scale in reversed(list(zip(pair, scales, strict=True)))
        ),
        Line2D([], [], color=TEXT, marker="|", markersize=9, markeredgewidth=1.6, linewidth=0, label="onset"),
        Patch(color=TEXT, alpha=0.22, linewidth=0, label=f"its {interval_words(analysis)}"),
    ]
    ax.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=2,
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0,
        borderpad=0.1,
        handlelength=2.2,
        handletextpad=0.6,
        columnspacing=1.2,
        labelspacing=0.25,
    )
