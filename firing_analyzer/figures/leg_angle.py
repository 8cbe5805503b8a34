"""The height of the leg over time, where a movement sensor saw it."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from firing_analyzer.figures.overview import shade_raises
from firing_analyzer.figures.style import QUIET, SHOULDER_INK, SMALL, plain
from firing_analyzer.figures.traces import FloatArray, thin_out
from firing_analyzer.leg_result import Legs
from firing_analyzer.result import Analysis, Repetition

BINS: Final = 1200
LEG: Final = "#3d6b35"


def plot_leg_overview(analysis: Analysis, legs: Legs, ax: Axes) -> Axes:
    """Draw the height of the leg over the whole recording, with where it was when the shoulder started.

    Parameters
    ----------
    analysis : Analysis
    legs : Legs
    ax : Axes

    Returns
    -------
    Axes
    """
    plain(ax)
    times_s, height = _course(legs, 0.0, analysis.duration_s)
    ax.plot(times_s, height, color=LEG, linewidth=0.9, gid="overview-leg")
    ax.set_xlim(0, max(analysis.duration_s, 1e-3))
    known = height[np.isfinite(height)]
    ax.set_ylim(min(-1.0, float(known.min(initial=0.0))), 1.15 * max(float(known.max(initial=0.0)), 5.0))
    ax.locator_params(axis="y", nbins=3)
    ax.set_ylabel("leg\n(°)", fontsize=SMALL, color=LEG)
    for row, leg in zip(analysis.rows, legs.raises, strict=True):
        at_deg = leg.height_at_shoulder_onset_deg
        if row.shoulder_onset_s is not None and at_deg is not None:
            ax.plot(
                row.shoulder_onset_s,
                at_deg,
                marker="o",
                markersize=4,
                color=SHOULDER_INK.dark,
                markeredgecolor="white",
                markeredgewidth=0.5,
                gid=f"height-at-shoulder-{row.repetition}",
            )
    shade_raises(ax, analysis.rows, numbered=False)
    return ax


def plot_leg_behind(legs: Legs, row: Repetition, ax: Axes, *, start_s: float, stop_s: float, zero_s: float) -> None:
    """Draw the height of the leg behind one raise, on a scale of its own at the right."""
    times_s, height = _course(legs, start_s, stop_s)
    known = height[np.isfinite(height)]
    behind = ax.twinx()
    behind.set_zorder(ax.get_zorder() - 1)
    ax.patch.set_visible(False)
    behind.spines[["top", "left"]].set_visible(False)
    behind.spines["right"].set_color(QUIET)
    behind.tick_params(labelsize=SMALL, colors=LEG, length=3)
    behind.plot(
        times_s - zero_s, height, color=LEG, linewidth=1.4, dashes=(5, 1.5, 1, 1.5), gid=f"leg-{row.repetition}"
    )
    behind.set_ylim(0, 1.1 * max(float(known.max(initial=0.0)), 5.0))
    behind.set_ylabel("height of the leg (°)", fontsize=SMALL, color=LEG)


def _course(legs: Legs, start_s: float, stop_s: float) -> tuple[FloatArray, FloatArray]:
    angle = legs.angle
    times_s = angle.start_s + np.arange(angle.samples.size) / angle.rate_hz
    inside = (times_s >= start_s) & (times_s <= stop_s)
    return thin_out(times_s[inside], angle.samples[inside].astype(np.float64), bins=BINS)
