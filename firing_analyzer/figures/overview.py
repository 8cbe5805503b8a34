"""Both channels over a whole recording, with its raises."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from firing_analyzer.figures.muscles import Muscle, is_set_aside, number
from firing_analyzer.figures.style import BAND, QUIET, SMALL, TEXT, plain
from firing_analyzer.figures.traces import cut, thin_out
from firing_analyzer.result import Analysis, Repetition

#: Envelope of the overview; longer than that of single raises, for its points are far apart.
ENVELOPE_MS: Final = 100.0
BINS: Final = 1200
#: At most about this many raises are numbered.
MOST_NUMBERS: Final = 30


def plot_overview(analysis: Analysis, muscle: Muscle, ax: Axes, *, numbered: bool) -> Axes:
    """Draw one muscle's envelope over the whole recording, raises shaded.

    Parameters
    ----------
    analysis : Analysis
    muscle : Muscle
    ax : Axes
    numbered : bool
        Whether the raises' numbers stand above them.

    Returns
    -------
    Axes
    """
    plain(ax)
    trace = muscle.trace
    end_s = trace.start_s + trace.samples.size / trace.rate_hz
    whole = cut(trace, trace.start_s, end_s, window_ms=ENVELOPE_MS)
    times_s, envelope = thin_out(whole.times_s, whole.envelope, bins=BINS)
    ax.plot(times_s, envelope, color=muscle.ink.dark, linewidth=0.8, gid=f"overview-{muscle.role}")
    ax.set_xlim(0, max(analysis.duration_s, 1e-3))
    known = envelope[np.isfinite(envelope)]
    ax.set_ylim(float(known.min(initial=0.0)), 1.08 * float(known.max(initial=0.0)) or 1.0)
    ax.locator_params(axis="y", nbins=3)
    # in full at each tick: an offset above the axes would run into the numbers of the raises
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    unit = muscle.trace.channel.unit and muscle.unit
    ax.set_ylabel(f"{muscle.short}\n({unit or 'unit ?'})", fontsize=SMALL, color=muscle.ink.dark)
    shade_raises(ax, analysis.rows, numbered=numbered)
    return ax


def shade_raises(ax: Axes, rows: Sequence[Repetition], *, numbered: bool) -> None:
    """Shade every raise, with its number above it if asked for."""
    every = max(1, -(-len(rows) // MOST_NUMBERS))
    for place, row in enumerate(rows):
        aside = is_set_aside(row)
        ax.axvspan(
            row.start_s,
            row.end_s,
            facecolor="none" if aside else BAND,
            edgecolor=QUIET if aside else "none",
            linewidth=0.5,
            linestyle=":",
            zorder=0,
            gid=f"raise-{row.repetition}",
        )
        if numbered and place % every == 0:
            ax.annotate(
                f"{row.repetition}",
                ((row.start_s + row.end_s) / 2, 1.0),
                xycoords=("data", "axes fraction"),
                ha="center",
                va="bottom",
                fontsize=SMALL,
                color=QUIET if aside else TEXT,
            )
