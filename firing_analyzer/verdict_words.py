"""The verdict of a session as one sentence: what was measured, and nothing that judges it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firing_analyzer.result import Analysis, Interval
from recordings.model import GLUTE, SHOULDER, opposite


def verdict_sentence(analysis: Analysis) -> str:
    """Say in one sentence what was measured.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    str
        Such as "Activity of the right upper trapezius began before that of the left gluteus maximus in 7 of 8
        raises, by 142 ms (95 % interval 120 to 171)."

    Notes
    -----
    "In 7 of 8": of the raises whose lag is known, those whose own lag has the sign of the verdict (for
    `together`, lies within the margin). The orders of single raises would count otherwise: a raise whose
    interval reaches over the margin is `unclear` by itself even where the session is clear.
    """
    said = _Said(analysis)
    match analysis.verdict:
        case "shoulder_first":
            return _first(said, said.shoulder, said.glute, said.share(lambda lag: lag < 0))
        case "glute_first":
            return _first(said, said.glute, said.shoulder, said.share(lambda lag: lag > 0))
        case "together":
            return _together(said)
        case "shoulder_silent":
            return _silent(said)
        case "cannot_tell":
            why = [_WHY[code](said) for code in analysis.session.reasons]
            return f"Cannot tell: {'; '.join(why) or 'the analysis names no reason'}."


@dataclass(frozen=True, slots=True)
class _Said:
    """An analysis with the words and counts that sentences about it need."""

    analysis: Analysis

    @property
    def what(self) -> str:
        return "Movement" if self.analysis.kind == "imu" else "Activity"

    @property
    def glute(self) -> str:
        return f"the {self.analysis.leg} {GLUTE}"

    @property
    def shoulder(self) -> str:
        return f"the {opposite(self.analysis.leg)} {SHOULDER}"

    @property
    def margin(self) -> str:
        return f"{self.analysis.session.margin_ms:.0f} ms"

    @property
    def lags_ms(self) -> list[float]:
        """Lags of the raises that count."""
        return [row.lag_ms for row in self.analysis.rows if row.included and row.lag_ms is not None]

    @property
    def pooled_ms(self) -> tuple[float, Interval] | None:
        """Lag of the session and its interval."""
        session = self.analysis.session
        if session.median_lag_ms is None or session.lag_interval_ms is None:
            return None
        return session.median_lag_ms, session.lag_interval_ms

    def share(self, counts: Callable[[float], bool]) -> str:
        """How many of the timed raises: ``"7 of 8 raises"``."""
        lags = self.lags_ms
        of = _raises(len(lags))
        if len(lags) != self.analysis.session.repetitions:
            of = f"the {of} that could be timed"
        return f"{sum(map(counts, lags))} of {of}"

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
        return f"{when} the glute {self.interval(interval_ms)}"


def _first(said: _Said, first: str, second: str, share: str) -> str:
    sentence = f"{said.what} of {first} began before that of {second} in {share}"
    if said.pooled_ms is not None:
        median_ms, interval_ms = said.pooled_ms
        sentence += f", by {abs(median_ms):.0f} ms {said.interval(interval_ms)}"
    if silent := said.analysis.session.shoulder_silent:
        sentence += f"; in {silent} {'other' if silent == 1 else 'others'} none of {said.shoulder} was seen"
    return f"{sentence}."


def _together(said: _Said) -> str:
    share = said.share(lambda lag: abs(lag) <= said.analysis.session.margin_ms)
    sentence = (
        f"{said.what} of {said.shoulder} and of {said.glute} began "
        f"within {said.margin} of each other in {share}"
    )
    if said.pooled_ms is not None:
        sentence += f": the shoulder {said.apart(*said.pooled_ms)}"
    return f"{sentence}."


def _silent(said: _Said) -> str:
    session = said.analysis.session
    of = _raises(session.valid)
    if session.valid != session.repetitions:
        of = f"the {of} that could be used"
    sentence = f"No {said.what.lower()} of {said.shoulder} was seen in {session.shoulder_silent} of {of}"
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
    usable, how = (session.valid, "used") if session.valid < needed else (len(said.lags_ms), "timed")
    return f"{usable} of {_raises(session.repetitions)} could be {how} and {needed} are needed"


def _inconsistent(said: _Said) -> str:
    lags = said.lags_ms
    before, after = sum(lag < 0 for lag in lags), sum(lag > 0 for lag in lags)
    return f"the raises differ, the shoulder began before the glute in {before} and after it in {after}"


def _sometimes_silent(said: _Said) -> str:
    session = said.analysis.session
    return (
        f"no {said.what.lower()} of {said.shoulder} was seen in "
        f"{session.shoulder_silent} of {_raises(session.valid)}, and some in the others"
    )


def _glute_silent(said: _Said) -> str:
    rows = said.analysis.rows
    count = sum("glute_silent" in row.flags for row in rows)
    return f"no {said.what.lower()} of {said.glute} was seen in {count} of {_raises(len(rows))}"


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
    "common_signal": lambda _: "the two channels carry the same signal",
    "low_bandwidth": lambda _: "the signals were sampled too slowly",
    "envelope_only": lambda _: "the sensor's smoothing blurs the onsets too much, or is not known",
    "no_shoulder_sensor": lambda _: "there is no sensor on the shoulder",
    "no_shoulder_movement": lambda _: "no movement of the shoulder was seen",
    "shoulder_channel_unproven": lambda said: f"nothing proves that the sensor on {said.shoulder} works",
}


def _raises(count: int) -> str:
    return f"{count} raise" if count == 1 else f"{count} raises"
