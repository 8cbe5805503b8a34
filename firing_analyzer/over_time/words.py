"""What a person reads about a trend: what was measured, and what it varies by anyway; nothing judges."""

from typing import Final

from firing_analyzer.code_words import CODES
from firing_analyzer.over_time.change import SIDE
from firing_analyzer.over_time.sessions import ORDERS, SessionPoint
from firing_analyzer.over_time.trend import LegTrend, Trend
from firing_analyzer.words import LIMITS, ORDER_WORDS, SIGN

ACTIVITY: Final = "Glute activity is activity in the EMG, not strength."
_CAUSE: Final = "Timing alone does not tell why it changed, and no lag is known to be better than another."
_LEFT_OUT: Final = {
    "shoulder_silent": "the shoulder was silent, so there is no lag",
    "movement": "movement was measured, which is not compared with EMG",
}


def change_sentence(leg: LegTrend) -> str:
    """Say whether the lag of a leg has changed by more than it varies anyway.

    Parameters
    ----------
    leg : LegTrend

    Returns
    -------
    str
        Such as "Left leg: the lag was -142 ms in the first 3 sessions with a lag (01, 02, 03) and -60 ms in
        the last 3 (06, 07, 08). It moved by 82 ms, more than the 48 ms that this person's sessions differ by
        anyway: ..."
    """
    change, count = leg.change, len(leg.timed)
    name = f"{leg.leg.capitalize()} leg"
    if count < SIDE:
        had = (
            "the lag could not be measured in any session yet"
            if not count
            else f"the lag could be measured in {count} session{'s' if count > 1 else ''} so far"
        )
        return (
            f"{name}: {had}. How much this person's sessions differ anyway is known from {SIDE} on; "
            f"a change can be named from {SIDE + 1} on."
        )
    assert change.first_ms is not None  # noqa: S101  (known from the third session on)
    assert change.session_sd_ms is not None  # noqa: S101
    assert change.two_sessions_ms is not None  # noqa: S101
    before = (
        f"{name}: the lag was {round(change.first_ms)} ms in the first {SIDE} sessions with a lag "
        f"{_codes(leg, change.first)}"
    )
    if change.change_ms is None or change.last_ms is None or change.detectable_ms is None:
        return (
            f"{before}. From session to session it varies by {change.session_sd_ms:.0f} ms (standard "
            f"deviation): two sessions may differ by up to {change.two_sessions_ms:.0f} ms although "
            "nothing "
            f"changed. A change can be named from {SIDE + 1} sessions on."
        )
    last = f"the last {len(change.last)}" if len(change.last) > 1 else "the last"
    now = f"{before} and {round(change.last_ms)} ms in {last} {_codes(leg, change.last)}"
    moved, limit = f"{abs(change.change_ms):.0f} ms", f"{change.detectable_ms:.0f} ms"
    if not change.exceeds:
        return (
            f"{now}. The difference of {moved} is within what this person's sessions differ by anyway "
            f"(up to {limit}); no change is named."
        )
    later = "later" if change.change_ms > 0 else "earlier"
    return (
        f"{now}. It moved by {moved}, more than the {limit} that this person's sessions differ by anyway: "
        f"the shoulder began {later}, against the glute, than at first. {_CAUSE}"
    )


def change_line(leg: LegTrend) -> str:
    """Say the same in a line, for a figure; empty where there is no lag."""
    change = leg.change
    if change.first_ms is None:
        return ""
    if change.change_ms is None or change.last_ms is None:
        return f"{len(leg.timed)} of the {SIDE + 1} sessions with a lag that a change is named from"
    exceeds = "more than" if change.exceeds else "within"
    return (
        f"{round(change.first_ms)} ms, then {round(change.last_ms)} ms: "
        f"{exceeds} own variation of {change.detectable_ms:.0f} ms"
    )


def chance_sentence(confidence: float = 0.95) -> str:
    """Say how often chance alone looks like a change."""
    return (
        f"Without any change, at most {100 * (1 - confidence):.0f} of 100 such comparisons go beyond the "
        "limit; whoever compares after each session will see it more often."
    )


def activity_sentence(trend: Trend) -> str:
    """Say how active the two glutes were in the last session that has both: activity, not strength."""
    levels = {leg.leg: {p.session: p.glute for p in leg.points if p.glute is not None} for leg in trend.legs}
    both = [code for code in trend.sessions if all(code in of for of in levels.values())]
    if len(levels) < 2 or not both:
        return ""
    left, right = (levels[side][both[-1]] for side in ("left", "right"))
    said = f"Glute activity in the raises{f' of session {both[-1]}' if both[-1] else ''}: "
    if left.reference_share is not None and right.reference_share is not None:
        said += (
            f"left {100 * left.reference_share:.0f} %, right {100 * right.reference_share:.0f} % "
            "of the reference contraction of the same side"
        )
    else:
        said += (
            f"left {left.above_rest_db:.0f} dB, right {right.above_rest_db:.0f} dB above rest. No "
            "reference "
            "contraction was recorded on both sides, and the level of rest depends on skin and electrodes "
            "too, so small differences between the sides mean nothing"
        )
    return f"{said}. {ACTIVITY}"


def left_out_words(point: SessionPoint) -> str:
    """Say why a session has no lag; empty where it has one."""
    return "; ".join(_LEFT_OUT.get(code) or CODES[code].what.rstrip(".").lower() for code in point.left_out)


def trend_text(trend: Trend, *, width: int | None = None) -> str:
    """Write a trend for a person to read: what changed, the sessions, and the limits."""
    from firing_analyzer.over_time.layout import laid_out  # noqa: PLC0415  (brings what lays out text)

    return laid_out(trend, width=width)


def table_rows(trend: Trend) -> list[tuple[str, ...]]:
    """Return the cells of the table of sessions, its header first."""
    header = (
        "session",
        "leg",
        "lag ms (interval)",
        *(ORDER_WORDS[order] for order in ORDERS),
        "glute activity",
    )
    rows = [header]
    for code in trend.sessions:
        for leg in trend.legs:
            here = [point for point in leg.points if point.session == code]
            rows += [_cells(point, trend.settings.confidence) for point in here]
    return rows


def sentences(trend: Trend) -> list[str]:
    """Return what is said above the table of sessions."""
    said = [change_sentence(leg) for leg in trend.legs]
    if any(leg.change.change_ms is not None for leg in trend.legs):
        said.append(chance_sentence(trend.settings.confidence))
    return [sentence for sentence in (*said, activity_sentence(trend)) if sentence]


def limits(trend: Trend) -> tuple[str, ...]:
    """Return what the reader of a trend must know of its limits, a sentence each."""
    simulated = ("Simulated; no person was measured.",) if trend.is_simulated else ()
    alike = "Lags can be compared only where speed, height, head and words were alike in all sessions."
    return (*simulated, SIGN, alike, *LIMITS)


def _cells(point: SessionPoint, confidence: float) -> tuple[str, ...]:
    interval = point.lag_interval_ms(confidence)
    lag = (
        left_out_words(point)
        if point.lag_ms is None or interval is None
        else f"{round(point.lag_ms)} ({round(interval[0])} to {round(interval[1])})"
    )
    level = point.glute
    if level is None:
        activity = "-"
    elif level.reference_share is not None:
        activity = f"{100 * level.reference_share:.0f} % of reference"
    else:
        activity = f"{level.above_rest_db:.0f} dB above rest"
    counts = tuple(str(point.counts[order]) for order in ORDERS)
    edited = ", edited" if any(run.edited for run in point.runs) else ""
    return (f"{point.session or '-'}{edited}", point.leg, lag, *counts, activity)


def _codes(leg: LegTrend, places: tuple[int, ...]) -> str:
    return f"({', '.join(leg.timed[place].session or '-' for place in places)})"
