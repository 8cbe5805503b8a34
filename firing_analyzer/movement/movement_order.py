"""Which moves first, the leg or the opposite shoulder, in one raise after the other."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from firing_analyzer.lag import lag_between, order_of
from firing_analyzer.movement.measured_legs import MeasuredLegs, TimedRaise
from firing_analyzer.movement.movement_onset import Motion, Move, movement_onset
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.result import Interval, Repetition
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Judged

#: A shoulder that stays turned by more than this has not come back from a movement (breath turns it by less).
HELD_OUT_DEG: Final = 1.5
#: How long before the window that is looked for, and how much there is to a movement beside its fast part.
LOOKED_BACK_S, AROUND_S = 5.0, 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Movers:
    """What moves in a session.

    Attributes
    ----------
    legs : MeasuredLegs
    glute : Motion or None
        A sensor on the glute beside one on the thigh; its start then stands for the leg's.
    shoulder : Motion or None
        None if there is no sensor on the shoulder.
    """

    legs: MeasuredLegs
    glute: Motion | None
    shoulder: Motion | None


def judge_movements(
    raises: tuple[TimedRaise, ...],
    movers: Movers,
    settings: Settings,
    *,
    clock_ms: float,
    margin_ms: float,
    excluded: tuple[bool, ...],
) -> tuple[Judged, ...]:
    """Time leg and shoulder in every raise.

    Parameters
    ----------
    raises : tuple of TimedRaise
        Those that count.
    movers : Movers
    settings : Settings
    clock_ms : float
        Standard error of the time between the two sensors.
    margin_ms : float
        Starts closer than this are together.
    excluded : tuple of bool
        Of each raise: whether it was set aside during the recording.

    Returns
    -------
    tuple of Judged
        A raise in which the shoulder did not move is unclear, not silent: a muscle can work without moving.
    """
    judged: list[Judged] = []
    previous_end_s = -np.inf
    for number, (one, aside) in enumerate(zip(raises, excluded, strict=True), start=1):
        judged.append(
            _judge(
                number,
                one,
                movers,
                settings,
                previous_end_s=previous_end_s,
                clock_ms=clock_ms,
                margin_ms=margin_ms,
                included=not aside,
            )
        )
        previous_end_s = one.end_s
    return tuple(judged)


def _judge(
    number: int,
    one: TimedRaise,
    movers: Movers,
    settings: Settings,
    *,
    previous_end_s: float,
    clock_ms: float,
    margin_ms: float,
    included: bool,
) -> Judged:
    flags: list[str] = []
    leg = _start_of_leg(one, movers.glute, previous_end_s=previous_end_s)
    if leg is None:
        flags.append("glute_silent")
    elif leg.pinned:
        leg = None
    if one.raised.slipped:
        flags.append("baseline_moved")
    shoulder, shoulder_flags, moves = _start_of_shoulder(
        one, movers.shoulder, settings, previous_end_s=previous_end_s
    )
    flags += shoulder_flags
    if one.raised.lost and "lost_samples" not in flags:
        flags.append("lost_samples")
    usable = "lost_samples" not in flags
    own = lag = shares = None
    if leg is not None and shoulder is not None and usable:
        own = lag_between(leg, shoulder)
        lag = lag_between(leg, shoulder, clock_error_ms=clock_ms) if clock_ms > 0 else own
        shares = lag.shares(margin_ms)
        if lag.median_ms > settings.late_ms:
            flags.append("shoulder_late")
    leg_at, shoulder_at = _timing(leg, settings), _timing(shoulder, settings)
    row = Repetition(
        repetition=number,
        start_s=one.start_s,
        end_s=one.end_s,
        included=included,
        flags=tuple(flags),
        glute_onset_s=leg_at[0],
        glute_onset_interval_s=leg_at[1],
        shoulder_onset_s=shoulder_at[0],
        shoulder_onset_interval_s=shoulder_at[1],
        shoulder_bursts=moves,
        lag_ms=lag.median_ms if lag else None,
        lag_interval_ms=lag.interval_ms(settings.confidence) if lag else None,
        p_shoulder_first=shares[0] if shares else None,
        p_together=shares[1] if shares else None,
        p_glute_first=shares[2] if shares else None,
        order=order_of(shares, probability=settings.repetition_probability) if shares else "unclear",
    )
    return Judged(row, own, usable=usable)


def _start_of_leg(one: TimedRaise, glute: Motion | None, *, previous_end_s: float) -> OnsetPosterior | None:
    """Start of the glute's own movement where a sensor sits there, else of the leg's."""
    if glute is None:
        return one.start
    from_s, until_s = max(one.start_s - 1.0, previous_end_s), one.raised.top_s
    for move in glute.moves:
        if from_s <= move.start_s <= until_s:
            return movement_onset(glute, move, earliest_s=from_s)
    return None


def _start_of_shoulder(
    one: TimedRaise, shoulder: Motion | None, settings: Settings, *, previous_end_s: float
) -> tuple[OnsetPosterior | None, list[str], int]:
    """Start of the shoulder's movement, what is notable about it, and how many movements there were."""
    if shoulder is None:
        return None, [], 0
    from_s = max(one.start_s - settings.window_before_s, previous_end_s)
    lost = shoulder.lost_between(from_s, one.end_s)
    inside = [move for move in shoulder.moves if move.end_s > from_s and move.start_s < one.end_s]
    flags: list[str] = []
    if inside and _is_held_out(shoulder, max(from_s - LOOKED_BACK_S, previous_end_s), from_s):
        # it moves back from where it went before: that start is not this raise's
        return None, ["shoulder_already_active"], len(inside)
    for move in inside:
        done = move.end_s < one.start_s - settings.preparatory_ms / 1000
        if done and shoulder.turned_deg(move.start_s - AROUND_S, move.end_s + AROUND_S) < HELD_OUT_DEG:
            flags.append("shoulder_preparatory")
            continue
        return (*_timed(move, shoulder, flags, from_s=from_s, lost=lost), len(inside))
    return None, [*flags, *(["lost_samples"] if lost else [])], len(inside)


def _is_held_out(shoulder: Motion, start_s: float, end_s: float) -> bool:
    """Tell whether the shoulder moved between two times and has not come back."""
    before = [move for move in shoulder.moves if move.start_s > start_s and move.end_s <= end_s]
    return bool(before) and shoulder.turned_deg(before[0].start_s - AROUND_S, end_s) > HELD_OUT_DEG


def _timed(
    move: Move, shoulder: Motion, flags: list[str], *, from_s: float, lost: bool
) -> tuple[OnsetPosterior | None, list[str]]:
    if move.start_s <= from_s:
        return None, [*flags, "shoulder_already_active"]
    start = movement_onset(shoulder, move, earliest_s=from_s)
    if start.pinned:
        return None, [*flags, "shoulder_already_active"]
    low, _ = start.interval_s(0.95)
    hidden = lost and shoulder.lost_between(low, move.peak_s)
    return start, [*flags, *(["lost_samples"] if hidden else [])]


def _timing(start: OnsetPosterior | None, settings: Settings) -> tuple[float | None, Interval | None]:
    return (None, None) if start is None else (start.median_s, start.interval_s(settings.confidence))
