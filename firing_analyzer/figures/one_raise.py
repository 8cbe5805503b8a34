"""One raise, large: both muscles on their own scales, and the lag as a bracket between their onsets."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.leg_angle import plot_leg_behind
from firing_analyzer.figures.muscles import (
    Muscle,
    flags_in_words,
    interval_words,
    lag_words,
    measured,
    number,
    order_words,
)
from firing_analyzer.figures.raises import zero_s
from firing_analyzer.figures.style import QUIET, RULE, SMALL, SOLID, TEXT, USUAL, plain, sheet
from firing_analyzer.figures.traces import cut, nice_below, thin_out
from firing_analyzer.result import Analysis, Repetition
from firing_analyzer.words import is_movement

#: Middles of the two muscles' halves, and how far each reaches up and down.
MIDDLES: Final = {"shoulder": 0.78, "glute": 0.22}
REACH: Final = 0.19
BRACKET: Final = 0.5
#: How much is shown before the first onset and after the last.
BEFORE_S, AFTER_S = 1.0, 1.5
BINS: Final = 1500


def plot_repetition(analysis: Analysis, repetition: int, ax: Axes | None = None) -> Axes:
    """Draw one raise large.

    The shoulder stands over the glute, each on its own scale (microvolts of two muscles cannot be
    compared): the conditioned signal, pale, and its envelope. Lines and shaded bands are onsets and their
    intervals; the bracket between them is the lag. Without an onset of both, the whole raise is shown.

    Parameters
    ----------
    analysis : Analysis
    repetition : int
        Number of the raise, as in the table.
    ax : Axes, optional
        Where to draw; new ones, on a figure of their own, if it is not given.

    Returns
    -------
    Axes
        Those given, or new ones. Nothing is shown on the screen.

    Raises
    ------
    AnalysisError
        If there is no such raise.
    """
    row = _find(analysis, repetition)
    ax = sheet(ax, height_in=4.4, left=0.12, top_in=0.45)
    plain(ax)
    onsets = [onset for onset in (row.glute_onset_s, row.shoulder_onset_s) if onset is not None]
    start_s = min(onsets, default=row.start_s) - BEFORE_S
    # without an onset of both, only the whole raise shows that there is none
    stop_s = max(onsets) + AFTER_S if len(onsets) == 2 else row.end_s + 0.4
    zero = zero_s(row)
    ax.set_xlim(start_s - zero, stop_s - zero)
    ax.set_ylim(0, 1)
    leg = analysis.glute.channel.muscle if is_movement(analysis) else None
    anchor = "start of the raise" if row.glute_onset_s is None else f"{leg}'s start" if leg else "glute onset"
    ax.set_xlabel(f"time from the {anchor}, at {zero:.2f} s of the recording (s)", fontsize=USUAL, color=TEXT)
    ticks: list[tuple[float, str]] = []
    for muscle in measured(analysis):
        ticks += _half(ax, muscle, row, start_s, stop_s)
    if analysis.legs is not None and analysis.glute.channel.kind != "angle":
        plot_leg_behind(analysis.legs, row, ax, start_s=start_s, stop_s=stop_s, zero_s=zero)
    ax.set_yticks([place for place, _ in ticks], [label for _, label in ticks])
    words = ", ".join(part for part in (order_words(row), flags_in_words(row)) if part)
    ax.set_title(f"Raise {row.repetition}: {words}", fontsize=USUAL + 1, loc="left", color=TEXT, pad=12)
    _bracket(ax, row, zero)
    shaded = f"shaded: {interval_words(analysis)} of the onset"
    ax.set_title(shaded, fontsize=SMALL, loc="right", color=QUIET, pad=12)
    return ax


def _find(analysis: Analysis, repetition: int) -> Repetition:
    for row in analysis.rows:
        if row.repetition == repetition:
            return row
    known = ", ".join(str(row.repetition) for row in analysis.rows) or "none"
    raise AnalysisError(f"raise {repetition} is not in this analysis; it has {known}")


def _half(
    ax: Axes, muscle: Muscle, row: Repetition, start_s: float, stop_s: float
) -> list[tuple[float, str]]:
    """Draw one muscle in its half and return the ticks of its scale."""
    middle, zero = MIDDLES[muscle.role], zero_s(row)
    piece = cut(muscle.trace, start_s, stop_s)
    known = np.abs(piece.samples[np.isfinite(piece.samples)])
    height = max(float(known.max(initial=0.0)), 4 * muscle.trace.rest_rms) or 1.0
    emg = muscle.trace.channel.kind == "emg"
    lines = [(piece.envelope, muscle.ink.dark, 1.6, muscle.ink.line, "envelope")]
    if emg:
        lines.insert(0, (piece.samples, muscle.ink.pale, 0.5, SOLID, "signal"))
    for values, colour, width, style, what in lines:
        times_s, kept = thin_out(piece.times_s, values, bins=BINS)
        ax.plot(
            times_s - zero,
            middle + REACH * kept / height,
            color=colour,
            linewidth=width,
            linestyle=style,
            zorder=2,
            gid=f"{what}-{muscle.role}-{row.repetition}",
        )
    ax.axhline(middle, color=RULE, linewidth=0.5, zorder=1)
    low, high = middle - REACH, middle + REACH
    onset_s, interval_s = muscle.onset_s(row), muscle.interval_s(row)
    if interval_s is not None:
        ax.fill_betweenx(
            [low, high],
            interval_s[0] - zero,
            interval_s[1] - zero,
            color=muscle.ink.dark,
            alpha=0.2,
            linewidth=0,
            zorder=1.5,
            gid=f"interval-{muscle.role}-{row.repetition}",
        )
    if onset_s is not None:
        ax.plot(
            [onset_s - zero] * 2,
            [low, high],
            color=muscle.ink.dark,
            linewidth=1.8,
            zorder=4,
            gid=f"onset-{muscle.role}-{row.repetition}",
        )
    silent = "" if onset_s is not None else ", no onset"
    ax.annotate(
        f"{muscle.name}{silent}",
        (1, high),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 1),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=USUAL,
        color=muscle.ink.dark,
    )
    size = nice_below(0.9 * height)
    marks = (size, 0.0, -size) if emg else (size, 0.0)
    return [(middle + REACH * mark / height, f"{number(mark)} {muscle.unit}") for mark in marks]


def _bracket(ax: Axes, row: Repetition, zero: float) -> None:
    if row.glute_onset_s is None or row.shoulder_onset_s is None:
        return
    glute, shoulder = row.glute_onset_s - zero, row.shoulder_onset_s - zero
    for at, reach_to in ((glute, MIDDLES["glute"] + REACH), (shoulder, MIDDLES["shoulder"] - REACH)):
        ax.plot([at, at], [reach_to, BRACKET], color=TEXT, linewidth=0.8, dashes=(2, 1.5), zorder=3)
    ax.plot([glute, shoulder], [BRACKET, BRACKET], color=TEXT, linewidth=2.2, gid="bracket", zorder=3)
    if row.lag_ms is not None:
        ax.annotate(
            f"lag {lag_words(row.lag_ms, row.lag_interval_ms)}",
            (max(glute, shoulder), BRACKET),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=USUAL,
            color=TEXT,
            gid="lag",
        )
