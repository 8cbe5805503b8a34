"""One person's sessions over time: the lag of each with its interval, both legs."""

from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from firing_analyzer.app.store import Store
from firing_analyzer.errors import AnalysisError
from firing_analyzer.figures.muscles import number
from firing_analyzer.figures.style import BAND, QUIET, SMALL, TEXT, USUAL, plain
from firing_analyzer.result import Analysis
from recordings.errors import RecordingError

MARKERS: Final = {"left": "o", "right": "s"}


def analyses(store: Store, names: Sequence[str]) -> list[tuple[str, Analysis | None, str]]:
    """Analyse recordings; a name, its analysis or None, and why there is none."""
    found: list[tuple[str, Analysis | None, str]] = []
    for name in names:
        try:
            found.append((name, store.opened(name).analysis, ""))
        except (RecordingError, AnalysisError, OSError) as problem:
            found.append((name, None, str(problem)))
    return found


def trend_picture(store: Store, names: Sequence[str]) -> Figure:
    """Draw the lag of each recording with its interval, in the order of the names.

    Parameters
    ----------
    store : Store
    names : sequence of str
    """
    rows = [analysis for _, analysis, _ in analyses(store, names) if analysis is not None]
    figure = Figure(figsize=(7.1, 3.0))
    ax = figure.add_axes((0.11, 0.2, 0.87, 0.68))
    plain(ax)
    margin_ms = max((row.session.margin_ms for row in rows), default=50.0)
    ax.axhspan(-margin_ms, margin_ms, color=BAND, linewidth=0, zorder=0)
    ax.axhline(0, color=QUIET, linewidth=0.6, dashes=(1, 2))
    for place, row in enumerate(rows):
        session = row.session
        face = TEXT if session.verdict != "cannot_tell" else "white"
        if session.median_lag_ms is None:
            ax.annotate(
                session.verdict.replace("_", " "),
                (place, 0),
                ha="center",
                va="bottom",
                fontsize=SMALL,
                color=QUIET,
                rotation=90,
            )
            continue
        if session.lag_interval_ms is not None:
            ax.plot([place, place], session.lag_interval_ms, color=TEXT, linewidth=1.2)
        ax.plot(
            place, session.median_lag_ms, MARKERS[row.leg], color=TEXT, markerfacecolor=face, markersize=7
        )
    ax.set_xlim(-0.6, max(len(rows), 1) - 0.4)
    reach = 1.15 * max((abs(end) for row in rows for end in row.session.lag_interval_ms or (0,)), default=0)
    ax.set_ylim(-max(reach, 3 * margin_ms), max(reach, 3 * margin_ms))
    ax.set_xticks(range(len(rows)), [str(place + 1) for place in range(len(rows))])
    ax.yaxis.set_major_formatter(lambda value, _: number(value))
    ax.set_xlabel("recording, as numbered in the list", fontsize=USUAL, color=TEXT)
    ax.set_ylabel("lag (ms)", fontsize=USUAL, color=TEXT)
    words = (
        "round: left leg, square: right leg, hollow: cannot tell; "
        "above 0 the glute was first, below it the shoulder"
    )
    ax.set_title(words, fontsize=SMALL, loc="left", color=QUIET)
    return figure
