"""One person over sessions: lags of both legs with what they vary by, counts, and activity of the glutes."""

from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.style import (
    BAND,
    GLUTE_INK,
    QUIET,
    RULE,
    SHOULDER_INK,
    SMALL,
    TEXT,
    USUAL,
    plain,
)
from firing_analyzer.over_time.sessions import ORDERS
from firing_analyzer.over_time.trend import LegTrend, Trend
from firing_analyzer.over_time.words import ACTIVITY, change_line
from firing_analyzer.plots import DPI, SUFFIXES
from firing_analyzer.result import Order
from firing_analyzer.words import LIMITS, ORDER_WORDS

#: Fill and hatch of each order; they differ in darkness and pattern as well as in hue.
_FILLS: Final[dict[Order, tuple[str, str]]] = {
    "shoulder_first": (SHOULDER_INK.dark, ""),
    "together": ("#b9b9c4", ""),
    "glute_first": (GLUTE_INK.dark, ""),
    "shoulder_silent": ("white", ""),
    "unclear": ("white", "////"),
}
_WIDTH_IN: Final = 10.0
_HEIGHT_IN: Final = 7.4
#: Room for a session, in inches; with many the page grows wider.
_SESSION_IN: Final = 0.42


def plot_trend(trend: Trend) -> Figure:
    """Draw a person's sessions over time, left and right leg side by side.

    Above, the lag of each session with its interval; the shaded band is what this person's sessions vary by
    anyway around the first three, and the line of the last sessions leaves it only where a change is named.
    Below, how many raises showed which order, and how active the glute was.

    Parameters
    ----------
    trend : Trend

    Returns
    -------
    Figure
        Nothing is shown on the screen.
    """
    sessions = trend.sessions
    width_in = max(_WIDTH_IN, 2 * (1.2 + _SESSION_IN * len(sessions)))
    figure = Figure(figsize=(width_in, _HEIGHT_IN))
    grid = figure.subplots(
        3,
        2,
        sharex=True,
        sharey="row",
        squeeze=False,
        gridspec_kw={"height_ratios": (3.2, 1.5, 1.2), "hspace": 0.16, "wspace": 0.06},
    )
    figure.subplots_adjust(left=0.95 / width_in, right=1 - 0.15 / width_in, top=0.885, bottom=0.155)
    simulated = " (simulated)" if trend.is_simulated else ""
    heading = f"Participant {trend.participant}{simulated}"
    figure.text(0.15 / width_in, 0.985, heading, va="top", fontsize=USUAL + 2, color=TEXT)
    shown = {leg.leg: leg for leg in trend.legs}
    for column, side in enumerate(("left", "right")):
        axes: list[Axes] = list(grid[:, column])
        for ax in axes:
            plain(ax)
            ax.grid(axis="y", color=RULE, linewidth=0.4)
            ax.set_axisbelow(True)
            ax.set_xlim(-0.6, len(sessions) - 0.4)
        axes[0].set_title(f"{side} leg", loc="left", fontsize=USUAL + 1, color=TEXT, pad=18)
        axes[2].set_xticks(range(len(sessions)), [code or "-" for code in sessions])
        axes[2].set_xlabel("session", fontsize=USUAL, color=TEXT)
        leg = shown.get(side)
        if leg is None:
            axes[0].text(0.5, 0.5, "not recorded", transform=axes[0].transAxes, ha="center", color=QUIET)
            continue
        axes[0].annotate(
            change_line(leg).replace("-", "\N{MINUS SIGN}"),
            (0, 1),
            xytext=(0, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=TEXT,
        )
        _lags(axes[0], leg, sessions, confidence=trend.settings.confidence)
        _counts(axes[1], leg, sessions)
        _activity(axes[2], leg, sessions)
    _labels(grid[0, 0], grid[1, 0], grid[2, 0], trend)
    _legend(figure)
    interval = f"{100 * trend.settings.confidence:g} % interval"
    foot = (
        f"Dots: lag of each session with its {interval}; bars: means of the first and the last sessions. "
        f"{ACTIVITY}\n{LIMITS[0]} {LIMITS[3]}"
    )
    figure.text(0.15 / width_in, 0.012, foot, va="bottom", fontsize=SMALL, color=QUIET)
    return figure


def save_trend(trend: Trend, path: str | Path) -> Path:
    """Save the picture of a trend.

    Parameters
    ----------
    trend : Trend
    path : str or Path
        Ends in ``.png``, ``.pdf`` or ``.svg``.

    Raises
    ------
    AnalysisError
        If the name has another ending.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise AnalysisError(
            f"{target}: figures are saved as {', '.join(SUFFIXES)}; end the name in one of these"
        )
    plot_trend(trend).savefig(target, format=target.suffix.lower()[1:], dpi=DPI)
    return target


def _lags(ax: Axes, leg: LegTrend, sessions: tuple[str, ...], *, confidence: float) -> None:
    at = {code: place for place, code in enumerate(sessions)}
    ax.axhline(0, color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    change = leg.change
    if change.first_ms is not None and change.detectable_ms is not None:
        band = Rectangle(
            (-0.6, change.first_ms - change.detectable_ms),
            len(sessions) + 0.2,
            2 * change.detectable_ms,
            color=BAND,
            linewidth=0,
            zorder=0,
            gid=f"variation-{leg.leg}",
        )
        ax.add_patch(band)
    for places, mean in ((change.first, change.first_ms), (change.last, change.last_ms)):
        if mean is None or len(leg.timed) < 3:
            continue
        codes = [at[leg.timed[place].session] for place in places]
        ax.plot(
            [min(codes) - 0.35, max(codes) + 0.35],
            [mean, mean],
            color=TEXT,
            linewidth=2.2,
            solid_capstyle="butt",
            zorder=2,
            gid=f"mean-{leg.leg}",
        )
    for point in leg.points:
        place, lag, interval = at[point.session], point.lag_ms, point.lag_interval_ms(confidence)
        if lag is None or interval is None:
            ax.annotate(
                "no lag",
                (place, 0.02),
                xycoords=("data", "axes fraction"),
                rotation=90,
                ha="center",
                va="bottom",
                fontsize=SMALL,
                color=QUIET,
            )
            continue
        ax.plot([place, place], interval, color=GLUTE_INK.dark, linewidth=1.2, zorder=3)
        ax.plot(
            place,
            lag,
            "o",
            color=GLUTE_INK.dark,
            markersize=5,
            zorder=4,
            gid=f"lag-{leg.leg}-{point.session}",
        )


def _counts(ax: Axes, leg: LegTrend, sessions: tuple[str, ...]) -> None:
    for point in leg.points:
        below = 0
        for order in ORDERS:
            count = point.counts[order]
            face, hatch = _FILLS[order]
            ax.bar(
                sessions.index(point.session),
                count,
                bottom=below,
                width=0.7,
                facecolor=face,
                edgecolor=QUIET,
                linewidth=0.6,
                hatch=hatch,
            )
            below += count


def _activity(ax: Axes, leg: LegTrend, sessions: tuple[str, ...]) -> None:
    for point in leg.points:
        if point.glute is None:
            continue
        share = point.glute.reference_share
        value = point.glute.above_rest_db if share is None else 100 * share
        ax.plot(
            sessions.index(point.session),
            value,
            "o",
            color=TEXT,
            markerfacecolor="white" if share is None else TEXT,
            markersize=4.5,
        )


def _labels(lags: Axes, counts: Axes, activity: Axes, trend: Trend) -> None:
    lags.set_ylabel("lag (ms)\n← shoulder first    glute first →", fontsize=USUAL, color=TEXT)
    counts.set_ylabel("raises", fontsize=USUAL, color=TEXT)
    counts.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    levels = [point.glute for leg in trend.legs for point in leg.points if point.glute is not None]
    referred = {level.reference_share is not None for level in levels}
    unit = {frozenset({True}): "(% of reference)", frozenset({False}): "(dB above rest)"}.get(
        frozenset(referred), "(filled: % of reference,\nhollow: dB above rest)"
    )
    activity.set_ylabel(f"glute activity\n{unit}", fontsize=USUAL, color=TEXT)
    low, high = lags.get_ylim()
    lags.set_ylim(low - 0.04 * (high - low), high + 0.04 * (high - low))
    activity.set_ylim(0, 1.25 * activity.get_ylim()[1])
    for ax in (lags, counts, activity):
        ax.yaxis.set_label_coords(-0.1, 0.5)


def _legend(figure: Figure) -> None:
    keys = [
        Patch(facecolor=face, edgecolor=QUIET, hatch=hatch, linewidth=0.6, label=ORDER_WORDS[order])
        for order, (face, hatch) in _FILLS.items()
    ]
    keys.append(Patch(facecolor=BAND, label="own variation around the first three"))
    figure.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0.005, 0.042),
        ncols=6,
        fontsize=SMALL,
        frameon=False,
        labelcolor=TEXT,
        handlelength=1.4,
        columnspacing=1.4,
    )
