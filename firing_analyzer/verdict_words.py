"""The verdict of a session as one sentence: what was measured, and nothing that judges it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firing_analyzer.muscle_words import muscle_with_article
from firing_analyzer.result import Analysis, Interval, Order

#: How the raises of an order are counted beside those of the verdict.
_COUNTED: Final[dict[Order, str]] = {
    "shoulder_first": "shoulder first",
    "glute_first": "glute first",
    "together": "together",
    "shoulder_silent": "with a silent shoulder",
    "unclear": "unclear",
}


def verdict_sentence(analysis: Analysis) -> str:
    """Say in one sentence what was measured.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    str
        Such as "Activity of the right upper trapezius began before that of the left gluteus maximus in 7 of 8
        raises (1 unclear), by 142 ms (95 % interval 120 to 171)."

    Notes
    -----
    "In 7 of 8" counts the raises that have this order in the table, and so claims no more than it; the others
    stand in brackets. Where only few raises are clear by themselves and the session is, this is said so.
    """
    said = _Said(analysis)
    match analysis.verdict:
        case "shoulder_first":
            return _first(said, said.shoulder, said.glute, "shoulder_first")
        case "glute_first":
            return _first(said, said.glute, said.shoulder, "glute_first")
        case "together":
            return _together(said)
        case "shoulder_silent":
            return _silent(said)
        case "cannot_tell":
            why = [_WHY[code](said) for code in analysis.session.reasons]
            return f"Cannot tell: {'; '.join(why) or 'the analysis names no reason'}."


def is_same_signal(analysis: Analysis) -> bool:
    """Tell whether the two channels carry the same signal, and not only in part."""
    return any(note.flag == "same_signal" for note in analysis.quality)


@dataclass(frozen=True, slots=True)
class _Said:
    """An analysis with the words and counts that sentences about it need."""

    analysis: Analysis

    @property
    def what(self) -> str:
        return "Movement" if self.analysis.kind == "imu" else "Activity"

    @property
    def glute(self) -> str:
        return muscle_with_article(self.analysis.glute.channel, "glute")

    @property
    def shoulder(self) -> str:
        return muscle_with_article(self.analysis.shoulder.channel, "shoulder")

    @property
    def margin(self) -> str:
        return f"{self.analysis.session.margin_ms:.0f} ms"

    @property
    def n_timed(self) -> int:
        """Raises that count and have a lag."""
        return sum(row.included and row.lag_ms is not None for row in self.analysis.rows)

    @property
    def pooled_ms(self) -> tuple[float, Interval] | None:
        """Lag of the session and its interval."""
        session = self.analysis.session
        if session.median_lag_ms is None or session.lag_interval_ms is None:
            return None
        return session.median_lag_ms, session.lag_interval_ms

    def count(self, order: Order) -> int:
        """How many usable raises have an order in the table."""
        session = self.analysis.session
        counts: dict[Order, int] = {
            "shoulder_first": session.shoulder_first,
            "glute_first": session.glute_first,
            "together": session.together,
            "shoulder_silent": session.shoulder_silent,
            "unclear": session.unclear,
        }
        return counts[order]

    def others(self, *orders: Order) -> str:
        """Count the raises of all other orders: ``"1 glute first, 2 unclear"``; empty if there are none."""
        rest = ((self.count(order), self.counted(order)) for order in _COUNTED if order not in orders)
        return ", ".join(f"{count} {words}" for count, words in rest if count)

    def counted(self, order: Order) -> str:
        """Name an order beside its count."""
        if order == "glute_first" and self.analysis.kind == "imu":
            return f"{self.analysis.glute.channel.muscle} first"
        return _COUNTED[order]

    @property
    def usable(self) -> str:
        """How many raises are counted: ``"8 raises"``, or ``"the 8 raises that could be used"``."""
        session = self.analysis.session
        if session.valid == session.repetitions:
            return _raises(session.valid)
        return f"the {_raises(session.valid)} that could be used"

    def share(self, order: Order) -> str:
        """How many of the usable raises have an order: ``"6 of 8 raises (2 unclear)"``."""
        others = self.others(order)
        return f"{self.count(order)} of {self.usable}{f' ({others})' if others else ''}"

    def is_common(self, order: Order) -> bool:
        """Whether most usable raises have an order by themselves."""
        return 2 * self.count(order) > self.analysis.session.valid

    def interval(self, interval_ms: Interval) -> str:
        """Sizes of both ends, and the direction of each where they differ."""
        low, high = interval_ms
        content = f"{100 * self.analysis.settings.confidence:g} % interval"
        if low < 0 < high:
            return f"({content} {-low:.0f} ms before to {high:.0f} ms after)"
        near, far = sorted((abs(low), abs(high)))
        return f"({content} {near:.0f} to {far:.0f})"

    def apart(self, median_ms: float, interval_ms: Interval) -> str:
        """When the shoulder began: ``"12 ms before the glute (95 % interval 3 to 21)"``."""
        if round(median_ms) == 0:
            when = "at the same millisecond as"
        else:
            when = f"{abs(median_ms):.0f} ms {'before' if median_ms < 0 else 'after'}"
        moved = f"the {self.analysis.glute.channel.muscle}" if self.analysis.kind == "imu" else "the glute"
        return f"{when} {moved} {self.interval(interval_ms)}"


def _first(said: _Said, first: str, second: str, order: Order) -> str:
    by = ""
    if said.pooled_ms is not None:
        median_ms, interval_ms = said.pooled_ms
        by = f", by {abs(median_ms):.0f} ms {said.interval(interval_ms)}"
    began = f"{said.what.lower()} of {first} began before that of {second}"
    return _told(said, began, by, order)


def _together(said: _Said) -> str:
    began = (
        f"{said.what.lower()} of {said.shoulder} and of {said.glute} began within {said.margin} of each other"
    )
    apart = "" if said.pooled_ms is None else f": the shoulder {said.apart(*said.pooled_ms)}"
    return _told(said, began, apart, "together")


def _told(said: _Said, began: str, by: str, order: Order) -> str:
    """Say an order with its count; where most raises are not clear alone, say it of the session first."""
    if said.is_common(order):
        return f"{began[0].upper()}{began[1:]} in {said.share(order)}{by}."
    return f"Over the session, {began}{by}; clearly so by itself in {said.share(order)}."


def _silent(said: _Said) -> str:
    session = said.analysis.session
    sentence = f"No {said.what.lower()} of {said.shoulder} was seen in {said.share('shoulder_silent')}"
    if "shoulder_channel_unproven" in session.warnings:
        sentence += "; nothing in the recording proves that its sensor works"
    return f"{sentence}."


def _near_margin(said: _Said) -> str:
    if said.pooled_ms is None:
        return f"the difference is not clearly more than {said.margin}"
    median_ms, interval_ms = said.pooled_ms
    if interval_ms[0] < 0 < interval_ms[1]:
        return (
            f"the shoulder began {said.apart(median_ms, interval_ms)}, "
            f"neither clearly within {said.margin} nor clearly beyond"
        )
    first = said.shoulder if median_ms < 0 else said.glute
    return (
        f"{said.what.lower()} of {first} began first by {abs(median_ms):.0f} ms "
        f"{said.interval(interval_ms)}, not clearly more than {said.margin}"
    )


def _too_few(said: _Said) -> str:
    session, needed = said.analysis.session, said.analysis.settings.min_lags
    if not session.repetitions:
        return "no raise was found"
    found = f"{_raises(session.repetitions)} {'was' if session.repetitions == 1 else 'were'} found"
    if session.valid != session.repetitions:
        found += f", {session.valid or 'none'} could be used"
    timed = f"{said.n_timed or 'none'} could be timed"
    silent = f" ({session.shoulder_silent} with a silent shoulder)" if session.shoulder_silent else ""
    return f"{found} and {timed}{silent}; {needed} are needed"


def _inconsistent(said: _Said) -> str:
    spread_ms = said.analysis.session.between_repetition_sd_ms
    spread = "" if spread_ms is None else f", their lags spread by {spread_ms:.0f} ms"
    return f"the raises differ too much from each other ({said.others()}{spread})"


def _sometimes_silent(said: _Said) -> str:
    return f"no {said.what.lower()} of {said.shoulder} was seen in {said.share('shoulder_silent')}"


def _glute_silent(said: _Said) -> str:
    rows = [row for row in said.analysis.rows if row.included]
    count = sum("glute_silent" in row.flags for row in rows)
    return f"no {said.what.lower()} of {said.glute} was seen in {count} of {_raises(len(rows))}"


def _common_signal(said: _Said) -> str:
    in_part = "" if is_same_signal(said.analysis) else " in part"
    return f"the two channels carry the same signal{in_part}"


def _no_shoulder_movement(said: _Said) -> str:
    rows = [row for row in said.analysis.rows if row.included]
    unmoved = sum(not row.shoulder_bursts for row in rows)
    where = "" if unmoved == len(rows) else f" in {unmoved} of {_raises(len(rows))}"
    return f"no movement of the shoulder was seen{where}, and its muscle may work without moving it"


#: Every reason as a clause behind "Cannot tell:".
_WHY: Final[dict[str, Callable[[_Said], str]]] = {
    "too_few": _too_few,
    "near_margin": _near_margin,
    "inconsistent": _inconsistent,
    "two_patterns": lambda _: "the lags of the raises fall into two groups",
    "sometimes_silent": _sometimes_silent,
    "noisy": lambda _: "in too many raises a muscle does not stand out from the noise",
    "no_rest": lambda _: "there is too little rest to compare with",
    "shoulder_not_at_rest": lambda said: f"{said.shoulder} was active outside the raises",
    "glute_not_at_rest": lambda said: f"{said.glute} was active outside the raises",
    "glute_silent": _glute_silent,
    "unsynchronised": lambda _: "the time between the two sensors is not known well enough",
    "common_signal": _common_signal,
    "low_bandwidth": lambda _: "the signals were sampled too slowly",
    "envelope_only": lambda _: "the sensor's smoothing blurs the onsets too much, or is not known",
    "no_shoulder_sensor": lambda _: "there is no sensor on the shoulder",
    "no_shoulder_movement": _no_shoulder_movement,
    "shoulder_channel_unproven": lambda said: f"nothing proves that the sensor on {said.shoulder} works",
}


def _raises(count: int) -> str:
    return f"{count} raise" if count == 1 else f"{count} raises"
