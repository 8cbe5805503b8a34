"""Every reason, warning and flag of a result in plain sentences, and what can be done about it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means.

    Attributes
    ----------
    what : str
        One sentence on what was found.
    advice : str
        One sentence or two on what to do.
    as_warning : str or None
        What was found where the code only warns, if that is something else.
    """

    what: str
    advice: str
    as_warning: str | None = None


#: Reasons why nothing can be told, and warnings beside a verdict, by code.
CODES: Final[dict[str, Explanation]] = {
    "too_few": Explanation(
        "Too few raises could be timed.",
        "Record ten raises; where raises were left out, look at their flags and at the two signals first.",
    ),
    "near_margin": Explanation(
        "The difference is neither clearly within the margin nor clearly beyond it.",
        "Record a new session with more raises, their number fixed beforehand: adding raises until an answer "
        "appears makes chance answers.",
    ),
    "inconsistent": Explanation(
        "The order differs too much from raise to raise.",
        "Record again with every raise alike: same speed, same height, head in the middle, same words.",
    ),
    "two_patterns": Explanation(
        "The lags of the raises fall into two groups.",
        "Look at the raises one by one; if speed, head or words changed, keep them alike next time.",
    ),
    "sometimes_silent": Explanation(
        "No activity of the shoulder was seen in many raises, but not in nearly all.",
        "Look at the raises one by one, and record another session to see whether it stays so.",
        as_warning="No activity of the shoulder was seen in some raises; the lag is that of the others.",
    ),
    "noisy": Explanation(
        "In many raises a muscle does not stand out far enough from the noise.",
        "Clean the skin, press the electrodes on, fix the cables, keep mains devices away, and record again.",
        as_warning="In some raises a muscle does not stand out far enough from the noise.",
    ),
    "no_rest": Explanation(
        "There is too little rest to tell activity from it.",
        "Let the person lie relaxed for five seconds before the first raise and between raises.",
    ),
    "shoulder_not_at_rest": Explanation(
        "The shoulder was active outside the raises.",
        "Lay the arms by the sides, the head in the middle, and start each raise when the shoulder is quiet.",
    ),
    "glute_not_at_rest": Explanation(
        "The glute was active outside the raises.",
        "Let the leg lie down fully, and start each raise when the glute is quiet.",
    ),
    "glute_silent": Explanation(
        "No activity of the glute was seen in raises that were cued or measured.",
        "Check the electrodes on the glute, and that the leg was lifted at every cue.",
    ),
    "unsynchronised": Explanation(
        "The time between the two sensors is not known well enough.",
        "Record both muscles with one device, or with sensors whose clocks are matched.",
    ),
    "common_signal": Explanation(
        "The two channels carry the same signal in part.",
        "Check cables and reference electrodes, and that each sensor sits on its own muscle.",
    ),
    "low_bandwidth": Explanation(
        "The signals were sampled slowly, so onsets are less sharp and the margin is wider.",
        "Record at 1000 Hz or more if the sensor can.",
    ),
    "envelope_only": Explanation(
        "The sensor sends a smoothed envelope and not the EMG itself, which blurs onsets.",
        "Use a sensor that sends the EMG itself.",
    ),
    "no_shoulder_sensor": Explanation(
        "There is no sensor on the shoulder.",
        "Put one on the upper trapezius opposite the raised leg.",
    ),
    "no_shoulder_movement": Explanation(
        "The sensor on the shoulder saw no movement; a muscle can work without moving anything.",
        "Record EMG of the shoulder to see activity without movement.",
        as_warning="The sensor on the shoulder saw no movement in some raises; the lag is of the others.",
    ),
    "shoulder_channel_unproven": Explanation(
        "No activity anywhere in the recording proves that the sensor on the shoulder works.",
        "Begin the next recording with a shrug, half a minute or more before the first raise.",
    ),
}

#: Flags of a repetition: a word or two for a table, and a sentence.
FLAGS: Final[dict[str, tuple[str, str]]] = {
    "shoulder_preparatory": (
        "earlier burst",
        "The shoulder was active before the raise and had stopped again; that burst does not count.",
    ),
    "shoulder_already_active": (
        "already active",
        "The shoulder was active since before its onset is looked for, so its onset is not known.",
    ),
    "shoulder_after_raise": (
        "after the raise",
        "The shoulder became active only after the raise; during the raise it was silent.",
    ),
    "shoulder_late": ("late", "The shoulder began long after the glute."),
    "baseline_moved": ("rest moved", "Rest before this raise is at another level than in the session."),
    "glute_silent": ("no glute", "The raise was cued or measured, but no activity of the glute was seen."),
    "heart_beat": ("heart beat", "A heart beat lies at an onset and may have moved it."),
    "lost_samples": ("lost samples", "Samples were lost in this raise."),
    "edited": ("edited", "This raise was changed by hand."),
}


#: Instead of what `common_signal` says, where the two channels are alike through and through.
_SAME_SIGNAL: Final = "The two channels carry the same signal."


def reason_text(code: str, *, same_signal: bool = False) -> str:
    """Say why nothing can be told, and what to do about it.

    Parameters
    ----------
    code : str
    same_signal : bool
        Whether the two channels are the same signal, and not only in part.

    Examples
    --------
    >>> reason_text("no_shoulder_sensor")
    'There is no sensor on the shoulder. Put one on the upper trapezius opposite the raised leg.'
    """
    explanation = CODES[code]
    what = _SAME_SIGNAL if same_signal and code == "common_signal" else explanation.what
    return f"{what} {explanation.advice}"


def warning_text(code: str, *, same_signal: bool = False) -> str:
    """Say what a reader of the verdict should know, and what to do about it; see `reason_text`."""
    explanation = CODES[code]
    if explanation.as_warning is not None:
        return f"{explanation.as_warning} {explanation.advice}"
    return reason_text(code, same_signal=same_signal)


def flag_text(code: str) -> str:
    """Say in a sentence what the flag of a repetition means."""
    return FLAGS[code][1]


def flag_word(code: str) -> str:
    """Name the flag of a repetition in a word or two, for a table."""
    return FLAGS[code][0]
