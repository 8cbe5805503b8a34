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
    flag_words,
    interval_words,
    is_set_aside,
    lag_words,
    muscles,
    number,
    order_words,
)
from firing_analyzer.figures.style import QUIET, RULE, SET_ASIDE, SMALL, TEXT, USUAL, plain, sheet
from firing_analyzer.figures.traces import Piece, cut, thin_out
from firing_analyzer.result import Analysis, Repetition

#: Share of the axes at the right that is kept for words, and their width in letters.
NOTES_SHARE: Final = 0.32
NOTES_LETTERS: Final = 27
#: Share of the axes at the top that is kept for the legend.
LEGEND_SHARE: Final = 0.12
#: A muscle's half of a row is this many times the height of its greatest envelope ...
HEADROOM: Final = 1.7
#: ... and at least this many times its level of rest, so that a silent muscle looks silent.
REST_SHARE: Final = 8.0
BINS: Final = 500


def plot_repetitions(
    analysis: Analysis, ax: Axes | None = None, *, before_s: float = 0.8, after_s: float = 0.8
) -> Axes:
    """Draw all raises above one another, time zero at the glute onset of each.

    Each row shows the shoulder over the glute: the conditioned signal, rectified and pale, and its envelope
    (root mean square over 40 ms). One scale for each muscle holds for all rows; it is cut off where it would
    run into the next. A mark and a shaded band show each onset and its interval. Raises that are left
    out or unclear are grey. The lag stands at the right with the flags of the raise.

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
    ax.set_xticks([tick for tick in np.arange(-5.0, 5.01, 0.2) if -before_s <= tick + 1e-9 and tick <= after_s + 1e-9])
    ax.set_xlabel("time from the glute onset (s)", fontsize=USUAL, loc="left", color=TEXT)
    if not rows:
        ax.set_yticks([])
        ax.text(0.5, 0.5, "no raises were found", transform=ax.transAxes, ha="center", fontsize=USUAL, color=QUIET)
        return ax
    n = len(rows)
    ax.set_ylim(n, -n * LEGEND_SHARE / (1 - LEGEND_SHARE))
    ax.set_yticks(np.arange(n) + 0.5, [f"{row.repetition}" for row in rows])
    ax.set_ylabel("raise", fontsize=USUAL, color=TEXT)
    pair = muscles(analysis)
    pieces = [[_piece(muscle, row, before_s, after_s) for row in rows] for muscle in pair]
    heights = [_height(muscle, own, rows) for muscle, own in zip(pair, pieces, strict=True)]
    for place, row in enumerate(rows):
        if is_set_aside(row):
            ax.axhspan(place, place + 1, color=SET_ASIDE, linewidth=0, zorder=0)
        ax.axhline(place, color=RULE, linewidth=0.5, zorder=0.5)
        for muscle, own, height in zip(pair, pieces, heights, strict=True):
            floor = place + (0.98 if muscle.role == "glute" else 0.49)
            _trace(ax, muscle, row, own[place], floor=floor, height=height)
            _onset(ax, muscle, row, floor=floor, after_s=after_s, before_s=before_s)
        _notes(ax, row, place, n=n, left=after_s + 0.02 * span_s)
    ax.plot([0, 0], [0, n], color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    _scale_bars(ax, pair, heights, left=-before_s + 0.015 * span_s)
    _legend(ax, pair, analysis)
    return ax


def zero_s(row: Repetition) -> float:
    """Return the moment that a raise is lined up at: its glute onset, or its start where there is none."""
    return row.start_s if row.glute_onset_s is None else row.glute_onset_s


def _piece(muscle: Muscle, row: Repetition, before_s: float, after_s: float) -> Piece:
    zero = zero_s(row)
    return cut(muscle.trace, zero - before_s, zero + after_s)


def _height(muscle: Muscle, pieces: Sequence[Piece], rows: Sequence[Repetition]) -> float:
    """Value that fills a muscle's half of a row."""
    counted = [piece for piece, row in zip(pieces, rows, strict=True) if row.included] or list(pieces)
    peaks = [float(np.nanmax(piece.envelope)) for piece in counted if np.isfinite(piece.envelope).any()]
    # one raise with an artefact must not flatten all others
    loudest = float(np.quantile(peaks, 0.9)) if peaks else 0.0
    return max(HEADROOM * loudest, REST_SHARE * muscle.trace.rest_rms) or 1.0


def _trace(ax: Axes, muscle: Muscle, row: Repetition, piece: Piece, *, floor: float, height: float) -> None:
    ink = muscle.ink.set_aside() if is_set_aside(row) else muscle.ink
    lines = [(piece.envelope, ink.dark, 1.3, ink.line, "envelope")]
    if muscle.trace.channel.kind == "emg":
        lines.insert(0, (np.abs(piece.samples), ink.pale, 0.4, "-", "signal"))
    for values, colour, width, style, what in lines:
        times_s, values = thin_out(piece.times_s, values, bins=BINS)
        level = floor - 0.47 * np.clip(values / height, 0, 1)
        ax.plot(
            times_s - zero_s(row), level, color=colour, linewidth=width, linestyle=style,
            zorder=2, gid=f"{what}-{muscle.role}-{row.repetition}",
        )  # fmt: skip


def _onset(ax: Axes, muscle: Muscle, row: Repetition, *, floor: float, before_s: float, after_s: float) -> None:
    onset_s, interval_s = muscle.onset_s(row), muscle.interval_s(row)
    if onset_s is None:
        return
    ink = muscle.ink.set_aside() if is_set_aside(row) else muscle.ink
    gid = f"{muscle.role}-{row.repetition}"
    at = onset_s - zero_s(row)
    if not -before_s <= at <= after_s:
        edge, marker = (-before_s, "<") if at < 0 else (after_s, ">")
        ax.plot(edge, floor - 0.24, marker=marker, color=ink.dark, markersize=5, gid=f"onset-{gid}", zorder=4)
        return
    if interval_s is not None:
        start, stop = (float(np.clip(end - zero_s(row), -before_s, after_s)) for end in interval_s)
        band = Rectangle((start, floor - 0.48), stop - start, 0.48, color=ink.dark, alpha=0.22, linewidth=0, zorder=1.5)
        band.set_gid(f"interval-{gid}")
        ax.add_patch(band)
    ax.plot([at, at], [floor - 0.48, floor], color=ink.dark, linewidth=1.6, gid=f"onset-{gid}", zorder=4)


def _notes(ax: Axes, row: Repetition, place: int, *, n: int, left: float) -> None:
    """Write the lag, or why there is none, and the flags; as many lines as a row has room for."""
    colour = QUIET if is_set_aside(row) else TEXT
    words = order_words(row) if is_set_aside(row) or row.lag_ms is None else ""
    lag = "" if row.lag_ms is None else f"{number(row.lag_ms)} ms"
    first = ", ".join(part for part in (lag, words) if part)
    flags = flag_words(row)
    lines = textwrap.wrap(flags, NOTES_LETTERS)
    room = 3 if n <= 6 else 2 if n <= 10 else 1
    if len(lines) > room:
        lines = textwrap.wrap(flags, NOTES_LETTERS * room, placeholder=" …", max_lines=1)
        lines = textwrap.wrap(lines[0], NOTES_LETTERS, max_lines=room, placeholder=" …")
    ax.text(left, place + 0.5, "\n".join([first, *lines]), va="center", fontsize=SMALL, color=colour, linespacing=1.1)


def _scale_bars(ax: Axes, pair: Sequence[Muscle], heights: Sequence[float], *, left: float) -> None:
    for muscle, height in zip(pair, heights, strict=True):
        floor = 0.98 if muscle.role == "glute" else 0.49
        size = _round_value(0.8 * height)
        ax.plot([left, left], [floor, floor - 0.47 * size / height], color=muscle.ink.dark, linewidth=2.2, zorder=5)
        ax.annotate(
            f"{size:g} {muscle.unit}", (left, floor - 0.24), xytext=(3, 0), textcoords="offset points", va="center",
            fontsize=SMALL, color=muscle.ink.dark, zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
        )  # fmt: skip


def _round_value(most: float) -> float:
    """Return the greatest 1, 2 or 5 times a power of ten that is not more than `most`."""
    step = 10.0 ** np.floor(np.log10(most))
    return float(max(factor for factor in (1, 2, 5) if factor * step <= most * (1 + 1e-9)) * step)


def _legend(ax: Axes, pair: Sequence[Muscle], analysis: Analysis) -> None:
    glute, shoulder = pair
    handles = [
        Line2D([], [], color=shoulder.ink.dark, linestyle=shoulder.ink.line, linewidth=1.3, label=shoulder.name),
        Line2D([], [], color=glute.ink.dark, linestyle=glute.ink.line, linewidth=1.3, label=glute.name),
        Line2D([], [], color=TEXT, marker="|", markersize=9, markeredgewidth=1.6, linestyle="", label="onset"),
        Patch(color=TEXT, alpha=0.22, linewidth=0, label=f"its {interval_words(analysis)}"),
    ]
    ax.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=SMALL, frameon=False,
        borderaxespad=0, borderpad=0.1, handlelength=2.4, columnspacing=1.5, labelspacing=0.25,
    )  # fmt: skip
