"""The lag of every raise with its interval, and the session's below them."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from firing_analyzer.figures.muscles import interval_words, is_set_aside, lag_words, number, order_words
from firing_analyzer.figures.style import BAND, QUIET, RULE, SMALL, TEXT, USUAL, plain, sheet
from firing_analyzer.result import Analysis, Order, Repetition

#: Share of the axes at the right that is kept for the order of each raise.
WORDS_SHARE: Final = 0.27
#: Share of the axes at the top that says what the sides mean.
HEAD_SHARE: Final = 0.12

MARKERS: Final[dict[Order, str]] = {
    "shoulder_first": "<",
    "glute_first": ">",
    "together": "o",
    "shoulder_silent": "s",
    "unclear": "X",
}


def plot_lags(analysis: Analysis, ax: Axes | None = None) -> Axes:
    """Draw the lag of every raise with its interval, and the session's below them.

    Left of zero the shoulder fired first, right of it the glute; between the edges of the shaded band their onsets
    count as together. Each order has a marker of its own, which stands again at the right beside its name;
    so do raises without a lag. Raises that are left out or unclear are grey and hollow.

    Parameters
    ----------
    analysis : Analysis
    ax : Axes, optional
        Where to draw; new ones, on a figure of their own, if it is not given.

    Returns
    -------
    Axes
        Those given, or new ones, without a title. Nothing is shown on the screen.
    """
    rows = analysis.rows
    n = len(rows)
    ax = sheet(ax, height_in=max(3.2, 1.6 + 0.27 * n))
    plain(ax)
    limit = _limit(analysis)
    words_at = limit + 0.04 * 2 * limit
    ax.set_xlim(-limit, -limit + 2 * limit / (1 - WORDS_SHARE))
    bottom = n + (1.9 if n else 1.0)
    top = -bottom * HEAD_SHARE / (1 - HEAD_SHARE)
    ax.set_ylim(bottom, top)
    ax.set_xticks(_ticks(limit), [number(tick) for tick in _ticks(limit)])
    ax.set_xlabel("lag: shoulder onset minus glute onset (ms)", fontsize=USUAL, loc="left", color=TEXT)
    _margin(ax, analysis.session.margin_ms, limit=limit, top=top, bottom=bottom)
    for place, row in enumerate(rows):
        _raise(ax, row, place + 0.5, limit=limit, words_at=words_at)
    ax.set_yticks(
        [*(np.arange(n) + 0.5), bottom - 0.7], [*(f"{row.repetition}" for row in rows), "session"]
    )
    ax.set_ylabel("raise", fontsize=USUAL, color=TEXT)
    _session(ax, analysis, bottom - 0.7, limit=limit)
    return ax


def _limit(analysis: Analysis) -> float:
    """Return how far to either side the lags reach; a single wide interval is cut off, not let squeeze the rest."""
    session, rows = analysis.session, [row for row in analysis.rows if row.lag_ms is not None]
    reach = [2.4 * session.margin_ms, *(1.2 * abs(row.lag_ms) for row in rows if row.lag_ms is not None)]
    reach += [1.05 * abs(end) for end in session.lag_interval_ms or ()]
    ends = [max(map(abs, row.lag_interval_ms)) for row in rows if row.lag_interval_ms is not None]
    widest = 1.05 * max(ends, default=0.0)
    return float(max(*reach, min(widest, 1.6 * max(reach))))


def _ticks(limit: float) -> list[float]:
    step = next((step for step in (20.0, 50.0, 100.0, 200.0, 500.0) if limit / step <= 4.5), 1000.0)
    most = int(limit // step)
    return [step * count for count in range(-most, most + 1)]


def _margin(ax: Axes, margin_ms: float, *, limit: float, top: float, bottom: float) -> None:
    band = Rectangle((-margin_ms, 0), 2 * margin_ms, bottom, color=BAND, linewidth=0, zorder=0, gid="margin")
    ax.add_patch(band)
    ax.plot([0, 0], [0, bottom], color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    across = {"va": "center", "fontsize": SMALL, "color": TEXT}
    ax.text(-limit, top * 0.75, "← shoulder first", ha="left", **across)
    ax.text(limit, top * 0.75, "glute first →", ha="right", **across)
    ax.text(0, top * 0.25, f"together: ± {margin_ms:g} ms", ha="center", **across)
