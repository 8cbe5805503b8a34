"""What a person reads about a result; the terminal and the report take their words from here."""

from typing import Final

from firing_analyzer.code_words import flag_text, flag_word, reason_text, warning_text
from firing_analyzer.muscle_words import Role, is_known_as, muscle_words
from firing_analyzer.result import Analysis, Order, Repetition
from firing_analyzer.verdict_words import is_same_signal, verdict_sentence
from recordings.model import Channel

__all__ = [
    "LIMITS",
    "ORDER_WORDS",
    "SIGN",
    "counts_sentence",
    "flag_text",
    "flag_word",
    "flag_words",
    "is_movement",
    "lag_sentence",
    "lag_words",
    "limits",
    "notes",
    "order_word",
    "reason_text",
    "reasons",
    "recording_sentence",
    "sign_sentence",
    "simulation_sentence",
    "summary_line",
    "verdict_sentence",
    "warning_text",
    "warnings",
]

#: What every report says.
LIMITS: Final = (
    "There is no agreed normal order for this test.",
    "In healthy people the glute usually starts after the hamstrings and back muscles.",
    "The opposite upper trapezius has not been timed in studies.",
    "This program is not a medical device; it tells what was measured.",
)
#: What must be said besides where onsets are of movement.
_OF_MOVEMENT: Final = (
    (
        "This is an order of movement, not of muscles: a muscle works 20 to 100 ms before it moves anything, "
        "and that delay differs between muscles and people."
    ),
    "A muscle can work without moving anything; lying face down, the trapezius often does.",
    "Both sensors also feel it when the table or the whole body moves.",
)
_UNCUED: Final = (
    "The raises were found from the glute alone, without cue or leg angle: "
    "raises without glute activity cannot be seen."
)

#: The sign of a lag, said once beside every table of lags.
SIGN: Final = "Lag is shoulder onset minus glute onset; negative: the shoulder was first."
_SIGN_OF_MOVEMENT: Final = (
    "Lag is the start of the shoulder's movement minus that of the {leg}; negative: the shoulder moved first."
)

ORDER_WORDS: Final[dict[Order, str]] = {
    "shoulder_first": "shoulder first",
    "glute_first": "glute first",
    "together": "together",
    "shoulder_silent": "shoulder silent",
    "unclear": "unclear",
}


def sign_sentence(analysis: Analysis) -> str:
    """Say what the sign of a lag means."""
    return _SIGN_OF_MOVEMENT.format(leg=analysis.glute.channel.muscle) if is_movement(analysis) else SIGN


def is_movement(analysis: Analysis) -> bool:
    """Tell whether onsets are of movement and not of muscle activity."""
    return analysis.kind == "imu"


def limits(analysis: Analysis) -> tuple[str, ...]:
    """Return what the reader of this result must know of its limits, a sentence each."""
    said = (*_OF_MOVEMENT, *LIMITS) if is_movement(analysis) else LIMITS
    return said if analysis.cued else (*said, _UNCUED)


def order_word(analysis: Analysis, order: Order) -> str:
    """Name an order; where movement was measured, the leg goes by the part that moved."""
    if order == "glute_first" and is_movement(analysis):
        return f"{analysis.glute.channel.muscle} first"
    return ORDER_WORDS[order]


def counts_sentence(analysis: Analysis) -> str:
    """Say how many raises showed which order.

    Returns
    -------
    str
        Such as "10 raises, 9 of them usable: shoulder first 8, unclear 1."
    """
    session = analysis.session
    counts: tuple[tuple[Order, int], ...] = (
        ("shoulder_first", session.shoulder_first),
        ("together", session.together),
        ("glute_first", session.glute_first),
        ("shoulder_silent", session.shoulder_silent),
        ("unclear", session.unclear),
    )
    listed = ", ".join(f"{order_word(analysis, order)} {count}" for order, count in counts if count)
    if analysis.shoulder.is_absent:
        listed = ""
    found = f"{session.repetitions} raise{'' if session.repetitions == 1 else 's'}"
    planned = session.planned_repetitions
    plan = "" if planned in (None, session.repetitions) else f" ({planned} were planned)"
    usable = "" if session.valid == session.repetitions else f", {session.valid} of them usable"
    return f"{found}{plan}{usable}{': ' if listed else ''}{listed}."


def lag_sentence(analysis: Analysis) -> str:
    """Say the lag of the session with its interval, the spread between raises, and the margin."""
    session = analysis.session
    margin = f"Onsets within {session.margin_ms:.0f} ms count as together; that margin is a choice."
    if session.median_lag_ms is None:
        return f"The session has no lag. {margin}"
    lag = f"Lag of the session: {_whole(session.median_lag_ms)} ms"
    if session.lag_interval_ms is not None:
        low, high = session.lag_interval_ms
        lag += f" ({100 * analysis.settings.confidence:g} % interval {_whole(low)} to {_whole(high)})"
    if session.between_repetition_sd_ms is not None:
        lag += f", standard deviation between raises {session.between_repetition_sd_ms:.0f} ms"
    return f"{lag}. {margin}"


def recording_sentence(analysis: Analysis) -> str:
    """Say which channels were compared, how they were sampled, and how well they share time."""
    glute, shoulder = analysis.glute, analysis.shoulder
    rates = f"{glute.sampled_hz:g} Hz"
    if glute.sampled_hz != shoulder.sampled_hz and not shoulder.is_absent:
        rates += f" and {shoulder.sampled_hz:g} Hz"
    if analysis.shared_clock or shoulder.is_absent:
        clock = "one clock"
    elif analysis.timing_error_ms is None:
        clock = "two clocks, the time between them unknown"
    else:
        clock = f"two clocks, matched to {analysis.timing_error_ms:.1f} ms (standard error)"
    channels = ", ".join((_channel(glute.channel, "glute"), _channel(shoulder.channel, "shoulder")))
    if is_movement(analysis):
        sensors = [trace.channel for trace in (glute, shoulder) if not trace.is_absent]
        channels = f"movement of {', '.join(f'the {one.side} {one.muscle} ({one.label})' for one in sensors)}"
    return (
        f"{'Simulated. ' if analysis.is_simulated else ''}{analysis.leg.capitalize()} leg; {channels}; "
        f"{rates}, {analysis.duration_s:.0f} s, {clock}."
    )


def _channel(channel: Channel, role: Role) -> str:
    return f"{role} {channel.label}" if is_known_as(channel, role) else muscle_words(channel, role)


def simulation_sentence(analysis: Analysis) -> str:
    """Say that no person was measured, and what was simulated where the file tells it; else empty."""
    told = [note for note in analysis.notes if _tells_simulation(note)]
    return told[0] if told else "Simulated; no person was measured." if analysis.is_simulated else ""


def notes(analysis: Analysis) -> list[str]:
    """Return what the reader of the file had to assume; without the note on a simulation, said elsewhere."""
    return [note for note in analysis.notes if not _tells_simulation(note)]


def _tells_simulation(note: str) -> bool:
    return note.startswith("Simulated")


def reasons(analysis: Analysis) -> list[str]:
    """Say why nothing can be told, each reason behind its code, with what to do about it."""
    same = is_same_signal(analysis)
    return [f"{code}: {reason_text(code, same_signal=same)}" for code in analysis.session.reasons]


def warnings(analysis: Analysis) -> list[str]:
    """Say what a reader of the verdict should know, each warning behind its code."""
    same = is_same_signal(analysis)
    return [f"{code}: {warning_text(code, same_signal=same)}" for code in analysis.session.warnings]


def summary_line(analysis: Analysis) -> str:
    """Say the outcome in a few words, for a list of many recordings.

    Returns
    -------
    str
        Such as "shoulder first, -142 ms (-171 to -120), 8 raises" or "cannot tell (too_few), 3 raises".
    """
    session = analysis.session
    parts = [f"{'movement: ' if is_movement(analysis) else ''}{session.verdict.replace('_', ' ')}"]
    if session.reasons:
        parts[0] += f" ({', '.join(session.reasons)})"
    elif session.median_lag_ms is not None and session.verdict != "shoulder_silent":
        low, high = session.lag_interval_ms or (None, None)
        interval = "" if low is None or high is None else f" ({_whole(low)} to {_whole(high)})"
        parts.append(f"{_whole(session.median_lag_ms)} ms{interval}")
    parts.append(f"{session.repetitions} raise{'' if session.repetitions == 1 else 's'}")
    return ", ".join([*parts, *(["simulated"] if analysis.is_simulated else [])])


def lag_words(row: Repetition) -> str:
    """Write the lag of a raise with its interval, in ms: ``"-142 (-166 to -118)"``; empty without a lag."""
    if row.lag_ms is None:
        return ""
    if row.lag_interval_ms is None:
        return _whole(row.lag_ms)
    low, high = row.lag_interval_ms
    return f"{_whole(row.lag_ms)} ({_whole(low)} to {_whole(high)})"


def flag_words(row: Repetition) -> str:
    """Name what is notable about a raise, for a table; empty if nothing is.

    Examples
    --------
    >>> flag_words(Repetition(1, 0.0, 3.0, flags=("heart_beat",), included=False))
    'left out, heart beat'
    """
    aside = f"set aside: {row.set_aside}" if row.set_aside else "left out"
    left_out = [] if row.included else [aside]
    return ", ".join([*left_out, *(flag_word(flag) for flag in row.flags)])


def _whole(value_ms: float) -> str:
    """Write whole milliseconds, and no negative zero."""
    return str(round(value_ms))
