"""The height of the leg over time, where a movement sensor saw it."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from firing_analyzer.figures.overview import shade_raises
from firing_analyzer.figures.style import QUIET, RULE, SHOULDER_INK, SMALL, TEXT, USUAL, plain
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


def plot_leg_behind(
    legs: Legs, row: Repetition, ax: Axes, *, start_s: float, stop_s: float, zero_s: float
) -> None:
    """Draw the height of the leg behind one raise, on a scale of its own."""
    times_s, height = _course(legs, start_s, stop_s)
    known = height[np.isfinite(height)]
    behind = ax.twinx()
    behind.set_zorder(ax.get_zorder() - 1)
    ax.patch.set_visible(False)
    behind.set_axis_off()
    behind.plot(
        times_s - zero_s,
        height,
        color=LEG,
        linewidth=1.4,
        dashes=(5, 1.5, 1, 1.5),
        gid=f"leg-{row.repetition}",
    )
    behind.set_ylim(0, 1.1 * max(float(known.max(initial=0.0)), 5.0))
    if not known.size:
        return
    top = int(np.nanargmax(height))
    behind.annotate(
        f"height of the leg, {height[top]:.0f}° at the top",
        (times_s[top] - zero_s, height[top]),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center" if times_s[top] < stop_s - 0.5 else "right",
        va="bottom",
        fontsize=SMALL,
        color=LEG,
    )


def plot_leg_raises(analysis: Analysis, legs: Legs, ax: Axes) -> Axes:
    """Draw the height of the leg in all raises over one another, time zero at the start of each.

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
    ax.set_xlabel("time from the start of the leg (s)", fontsize=USUAL, loc="left", color=TEXT)
    ax.set_ylabel("height of the leg (°)", fontsize=USUAL, color=TEXT)
    longest_s = 1.0
    for row, leg in zip(analysis.rows, legs.raises, strict=True):
        if leg.leg_start_s is None or leg.leg_end_s is None:
            continue
        longest_s = max(longest_s, leg.leg_end_s - leg.leg_start_s)
        times_s, height = _course(legs, leg.leg_start_s - 0.5, leg.leg_end_s + 0.5)
        colour = LEG if row.included else RULE
        ax.plot(times_s - leg.leg_start_s, height, color=colour, linewidth=0.9, gid=f"leg-{row.repetition}")
    ax.set_xlim(-0.5, longest_s + 0.5)
    ax.plot([0, 0], ax.get_ylim(), color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    return ax


def plot_leg_heights(analysis: Analysis, legs: Legs, ax: Axes) -> Axes:
    """Draw how high the leg rose in each raise, with twice the standard error.

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
    reach = 2 * legs.heights.leg_height_error_deg
    for row, leg in zip(analysis.rows, legs.raises, strict=True):
        if leg.leg_height_deg is None:
            continue
        colour = LEG if row.included else RULE
        low, high = leg.leg_height_deg - reach, leg.leg_height_deg + reach
        ax.plot([low, high], [row.repetition] * 2, color=colour, linewidth=1.2, zorder=2)
        ax.plot(
            leg.leg_height_deg, row.repetition, "o", color=colour, gid=f"height-{row.repetition}", zorder=3
        )
    ax.set_ylim(len(analysis.rows) + 0.7, 0.3)
    ax.set_yticks([row.repetition for row in analysis.rows])
    ax.set_xlim(left=0)
    ax.set_xlabel("height at the top (°), bars: two standard errors", fontsize=USUAL, loc="left", color=TEXT)
    ax.set_ylabel("raise", fontsize=USUAL, color=TEXT)
    return ax


def _course(legs: Legs, start_s: float, stop_s: float) -> tuple[FloatArray, FloatArray]:
    angle = legs.angle
    times_s = angle.start_s + np.arange(angle.samples.size) / angle.rate_hz
    inside = (times_s >= start_s) & (times_s <= stop_s)
    return thin_out(times_s[inside], angle.samples[inside].astype(np.float64), bins=BINS)
