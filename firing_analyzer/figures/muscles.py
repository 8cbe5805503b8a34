"""The two muscles of an analysis as the drawings see them, and its findings in words."""

from dataclasses import dataclass
from typing import Final

from firing_analyzer.figures.style import GLUTE_INK, SHOULDER_INK, Ink
from firing_analyzer.muscle_words import Role, is_known_as, is_movement, muscle_words
from firing_analyzer.result import Analysis, Interval, Repetition, Trace
from firing_analyzer.words import ORDER_WORDS, flag_word
from recordings.model import Channel

_UNITS: Final = {"uV": "µV", "m/s2": "m/s²", "deg": "°", "": "unit unknown"}


@dataclass(frozen=True, slots=True, eq=False)
class Muscle:
    """One of the two muscles, with all that a drawing needs of it."""

    role: Role
    trace: Trace
    ink: Ink

    @property
    def name(self) -> str:
        """Role, and side and muscle in full: ``"glute: left gluteus maximus"``; else the channel."""
        words = muscle_words(self.trace.channel, self.role)
        if is_movement(self.trace.channel):
            return f"{words} ({'height' if self.trace.channel.kind == 'angle' else 'angular rate'})"
        return f"{self.role}: {words}" if is_known_as(self.trace.channel, self.role) else words

    @property
    def short(self) -> str:
        """Role, or where movement was measured the part of the body, in a word."""
        channel = self.trace.channel
        return channel.muscle or self.role if is_movement(channel) else self.role

    @property
    def unit(self) -> str:
        """Unit of the samples, as it is printed."""
        return printed_unit(self.trace.channel)

    def onset_s(self, row: Repetition) -> float | None:
        """Onset of this muscle in a raise."""
        return row.glute_onset_s if self.role == "glute" else row.shoulder_onset_s

    def interval_s(self, row: Repetition) -> Interval | None:
        """Interval of that onset."""
        return row.glute_onset_interval_s if self.role == "glute" else row.shoulder_onset_interval_s

    def is_silent(self, row: Repetition) -> bool:
        """Whether this muscle did nothing in a raise."""
        return "glute_silent" in row.flags if self.role == "glute" else row.order == "shoulder_silent"


def muscles(analysis: Analysis) -> tuple[Muscle, Muscle]:
    """Return glute and shoulder, in this order."""
    return (
        Muscle("glute", analysis.glute, GLUTE_INK),
        Muscle("shoulder", analysis.shoulder, SHOULDER_INK),
    )


def measured(analysis: Analysis) -> tuple[Muscle, ...]:
    """Return glute and shoulder, without one that had no sensor."""
    return tuple(muscle for muscle in muscles(analysis) if not muscle.trace.is_absent)


def printed_unit(channel: Channel) -> str:
    """Return a channel's unit as it is printed."""
    return _UNITS.get(channel.unit, channel.unit)


def number(value: float) -> str:
    """Write a number of up to six digits with a true minus sign.

    Examples
    --------
    >>> number(-142.0)
    '−142'
    >>> number(0.5)
    '0.5'
    """
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def lag_words(lag_ms: float, interval_ms: Interval | None) -> str:
    """Write a lag with its interval.

    Examples
    --------
    >>> lag_words(-142.0, (-166.0, -118.0))
    '−142 ms (−166 to −118)'
    """
    if interval_ms is None:
        return f"{number(round(lag_ms))} ms"
    low, high = (number(round(end)) for end in interval_ms)
    return f"{number(round(lag_ms))} ms ({low} to {high})"


def order_words(row: Repetition) -> str:
    """Return the order of a raise, or that it is left out."""
    return ORDER_WORDS[row.order] if row.included else "left out"


def flags_in_words(row: Repetition) -> str:
    """Return the flags of a raise in words, with commas; empty if there are none.

    Examples
    --------
    >>> flags_in_words(Repetition(1, 0.0, 3.0, flags=("heart_beat", "edited")))
    'heart beat, edited'
    """
    return ", ".join(flag_word(flag) for flag in row.flags)


def interval_words(analysis: Analysis) -> str:
    """Return what the intervals hold: ``"95 % interval"``."""
    return f"{100 * analysis.settings.confidence:g} % interval"


def is_set_aside(row: Repetition) -> bool:
    """Whether a raise gives no order, and is drawn in grey."""
    return not row.included or row.order == "unclear"
