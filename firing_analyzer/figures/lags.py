"""The lag of every raise with its interval, and the session's below them."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from firing_analyzer.figures.muscles import is_set_aside, number, order_words
from firing_analyzer.figures.style import BAND, QUIET, RULE, SMALL, TEXT, USUAL, plain, share_of_height, sheet
from firing_analyzer.result import Analysis, Order, Repetition
from firing_analyzer.words import is_movement, order_word

#: Share of the axes at the right that is kept for the order of each raise.
WORDS_SHARE: Final = 0.36
#: Room at the top of the axes that says what the sides mean, in inches.
HEAD_IN: Final = 0.45
#: Room at the bottom for the session, in inches: its words take two lines.
SESSION_IN: Final = 0.42
#: The same in rows, where these are high.
SESSION_ROWS: Final = 1.4
#: Rows that the axes have at least, so that few raises stay close together.
LEAST_ROWS: Final = 5
BAR: Final = "#9a9aa6"
MARKERS: Final[dict[Order, str]] = {
    "shoulder_first": "<",
    "glute_first": ">",
    "together": "o",
    "shoulder_silent": "s",
    "unclear": "X",
}


def plot_lags(analysis: Analysis, ax: Axes | None = None) -> Axes:
    """Draw the lag of every raise with its interval, and the session's below them.

    Left of zero the shoulder fired first, right of it the glute; within the shaded band the two count
    as together. Each order has a marker of its own, which stands again at the right beside its name; so do
    raises without a lag. Raises that are left out or unclear are grey and hollow.

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
    head_share = share_of_height(ax, HEAD_IN)
    session_share = min(share_of_height(ax, SESSION_IN) / (1 - head_share), 0.4)
    rule = max(n, LEAST_ROWS) + 0.5
    session_at = rule + max(SESSION_ROWS, rule * session_share / (1 - session_share)) / 2
    bottom = 2 * session_at - rule
    top = -bottom * head_share / (1 - head_share)
    ax.set_ylim(bottom, top)
    ax.set_xticks(_ticks(limit), [number(tick) for tick in _ticks(limit)])
    ax.spines["bottom"].set_bounds(-limit, limit)
    leg = analysis.glute.channel.muscle if is_movement(analysis) else "glute"
    starts = "start of movement, shoulder minus" if is_movement(analysis) else "shoulder onset minus"
    ends = "" if is_movement(analysis) else " onset"
    ax.set_xlabel(f"lag: {starts} {leg}{ends} (ms)", fontsize=USUAL, loc="left", color=TEXT)
    _margin(ax, analysis.session.margin_ms, str(leg), limit=limit, top=top, bottom=bottom)
    for place, row in enumerate(rows):
        _raise(ax, row, _order(analysis, row), place + 0.5, limit=limit, words_at=words_at)
    numbers = [("raise", 0.25 * top)] if rows else []
    numbers += [(f"{row.repetition}", place + 0.5) for place, row in enumerate(rows)]
    numbers.append(("session", session_at))
    ax.set_yticks([place for _, place in numbers], [words for words, _ in numbers])
    ax.axhline(rule, color=RULE, linewidth=0.8, zorder=1, gid="session-rule")
    _session(ax, analysis, session_at, limit=limit, words_at=words_at)
    return ax


def _limit(analysis: Analysis) -> float:
    """Return how far to either side is shown; a single very wide interval is cut off."""
    session, rows = analysis.session, [row for row in analysis.rows if row.lag_ms is not None]
    reach = [2.4 * session.margin_ms, *(1.2 * abs(row.lag_ms) for row in rows if row.lag_ms is not None)]
    reach += [1.05 * abs(end) for end in session.lag_interval_ms or ()]
    ends = [max(map(abs, row.lag_interval_ms)) for row in rows if row.lag_interval_ms is not None]
    widest = 1.05 * max(ends, default=0.0)
    return float(max(*reach, min(widest, 1.6 * max(reach))))


def _ticks(limit: float) -> list[float]:
    step = next((step for step in (20.0, 50.0, 100.0, 200.0, 500.0) if limit / step <= 3.2), 1000.0)
    most = int(limit // step)
    return [step * count for count in range(-most, most + 1)]


def _margin(ax: Axes, margin_ms: float, leg: str, *, limit: float, top: float, bottom: float) -> None:
    band = Rectangle((-margin_ms, 0), 2 * margin_ms, bottom, color=BAND, linewidth=0, zorder=0, gid="margin")
    ax.add_patch(band)
    ax.plot([0, 0], [0, bottom], color=QUIET, linewidth=0.6, dashes=(1, 2), zorder=1)
    for x, y, words, align in (
        (-limit, 0.75 * top, "← shoulder first", "left"),
        (limit, 0.75 * top, f"{leg} first →", "right"),
        (0.0, 0.25 * top, f"together: ±{margin_ms:g} ms", "center"),
    ):
        ax.text(x, y, words, ha=align, va="center", fontsize=SMALL, color=TEXT)


def _order(analysis: Analysis, row: Repetition) -> str:
    return order_word(analysis, row.order) if row.included else order_words(row)


def _raise(ax: Axes, row: Repetition, order: str, y: float, *, limit: float, words_at: float) -> None:
    aside = is_set_aside(row)
    colour = QUIET if aside else TEXT
    marker = MARKERS[row.order]
    face = "white" if aside or row.order == "shoulder_silent" else colour

    def mark(x: float, gid: str) -> None:
        ax.plot(x, y, marker, color=colour, markerfacecolor=face, markersize=6, gid=gid, zorder=3)

    mark(words_at, f"order-{row.order}-{row.repetition}")
    ax.text(words_at + 0.08 * limit, y, order, va="center", fontsize=SMALL, color=colour)
    if row.lag_ms is None:
        return
    if row.lag_interval_ms is not None:
        low, high = np.clip(row.lag_interval_ms, -limit, limit)
        ax.plot([low, high], [y, y], color=colour, linewidth=1.2, gid=f"interval-{row.repetition}", zorder=2)
        for end, edge, arrow in ((row.lag_interval_ms[0], -limit, "<"), (row.lag_interval_ms[1], limit, ">")):
            if abs(end) > limit and end * edge > 0:
                ax.plot([edge], [y], marker=arrow, color=colour, markersize=3.5, zorder=2)
    mark(row.lag_ms, f"lag-{row.repetition}")


def _session(ax: Axes, analysis: Analysis, y: float, *, limit: float, words_at: float) -> None:
    session = analysis.session
    if session.median_lag_ms is None:
        ax.text(words_at, y, "no session lag", va="center", fontsize=SMALL, color=QUIET)
        return
    words = f"{number(round(session.median_lag_ms))} ms (median)"
    if session.lag_interval_ms is not None:
        low, high = (float(np.clip(end, -limit, limit)) for end in session.lag_interval_ms)
        bar = Rectangle((low, y - 0.28), high - low, 0.56, facecolor=BAR, linewidth=0, zorder=2)
        bar.set_gid("session-interval")
        ax.add_patch(bar)
        ends = " to ".join(number(round(end)) for end in session.lag_interval_ms)
        words += f"\n{100 * analysis.settings.confidence:g} %: {ends}"
    at = [session.median_lag_ms, session.median_lag_ms]
    ax.plot(at, [y - 0.42, y + 0.42], color=TEXT, linewidth=2.4, gid="session-median", zorder=3)
    ax.text(words_at, y, words, va="center", fontsize=SMALL, color=TEXT, linespacing=1.15)
