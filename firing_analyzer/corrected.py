"""Raises judged anew where they were corrected by hand: by the same code, from the corrected onsets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from firing_analyzer.condition import Conditioned
from firing_analyzer.edits import Edit, Exclude, MoveOnset, Restore
from firing_analyzer.errors import EditError
from firing_analyzer.quality import looks_tonic
from firing_analyzer.raise_order import judge_again, time_raise
from firing_analyzer.refine import OnsetPosterior
from firing_analyzer.repetitions import Raise
from firing_analyzer.settings import Settings
from firing_analyzer.verdict import Judged

#: A correction goes with the raise that begins so near to where its raise began.
_SAME_RAISE_S: Final = 1.0
#: So long before a raise an onset may be set.
_BEFORE_S: Final = 2.0
#: Half the width of a 95 % interval, in standard deviations.
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True, slots=True)
class _Changes:
    """What the corrections of one raise come to."""

    excluded: bool
    glute: MoveOnset | None = None
    shoulder: MoveOnset | None = None


def apply_edits(
    edits: Sequence[Edit],
    judged: tuple[Judged, ...],
    raises: tuple[Raise, ...],
    glute: Conditioned,
    shoulder: Conditioned,
    *,
    clock_ms: float,
    margin_ms: float,
    settings: Settings,
) -> tuple[tuple[Judged, ...], tuple[Edit, ...]]:
    """Judge anew the raises that were corrected.

    Parameters
    ----------
    edits : sequence of Edit
        In the order in which they were made; a later one wins.
    judged : tuple of Judged
        All raises as they were measured.
    raises : tuple of Raise
        The same raises.
    glute, shoulder : Conditioned
    clock_ms, margin_ms, settings
        As in `firing_analyzer.raise_order.judge_raises`.

    Returns
    -------
    judged : tuple of Judged
        Flagged ``edited`` where a correction holds; the others are those that were given.
    edits : tuple of Edit
        The same corrections, with the number and the start that their raise has now.

    Raises
    ------
    EditError
        If a raise is not there, an onset lies outside its raise, or there is nothing to restore.
    """
    told = tuple(_numbered(edit, raises) for edit in edits)
    changes: dict[int, _Changes] = {}
    for edit in told:
        number = edit.repetition
        before = changes.get(number, _Changes(raises[number - 1].excluded))
        changes[number] = _changed(before, edit, raises)
    result = list(judged)
    for number, change in changes.items():
        item = raises[number - 1]
        if change == _Changes(item.excluded):
            continue
        timed = time_raise(
            item,
            glute,
            shoulder,
            previous_end_s=_end_before(number, raises),
            tonic=looks_tonic(shoulder),
            settings=settings,
            glute_by_hand=None if change.glute is None else by_hand(change.glute),
            shoulder_by_hand=None if change.shoulder is None else by_hand(change.shoulder),
        )
        new = judge_again(
            judged[number - 1],
            timed,
            included=not change.excluded,
            clock_ms=clock_ms,
            margin_ms=margin_ms,
        )
        result[number - 1] = replace(new, row=replace(new.row, flags=(*new.row.flags, "edited")))
    return tuple(result), told


def by_hand(move: MoveOnset) -> OnsetPosterior:
    """Return the probability of an onset that was set by hand: normal about it, 95 % in its interval."""
    deviations = np.linspace(-4, 4, 161)
    weight = np.exp(-0.5 * deviations**2)
    sd_s = move.half_width_ms / 1000 / _NORMAL_95
    return OnsetPosterior(move.onset_s + deviations * sd_s, weight / weight.sum())


def _numbered(edit: Edit, raises: tuple[Raise, ...]) -> Edit:
    """Find the raise that a correction is of, by where it began, or else by its number."""
    number = edit.repetition
    if edit.raise_start_s is not None:
        apart = [abs(item.start_s - edit.raise_start_s) for item in raises]
        if min(apart, default=np.inf) > _SAME_RAISE_S:
            raise EditError(
                f"raise {number}, which was corrected, began at {edit.raise_start_s:.2f} s, and none begins "
                "there now; use the settings that it was corrected with, or leave the corrections out",
                repetition=number,
            )
        number = int(np.argmin(apart)) + 1
    elif number > len(raises):
        raise EditError(f"there is no raise {number}; the recording has {len(raises)}", repetition=number)
    return replace(edit, repetition=number, raise_start_s=round(raises[number - 1].start_s, 5))


def _changed(before: _Changes, edit: Edit, raises: tuple[Raise, ...]) -> _Changes:
    number, item = edit.repetition, raises[edit.repetition - 1]
    match edit:
        case Exclude():
            return replace(before, excluded=True)
        case Restore():
            if before == _Changes(excluded=False):
                raise EditError(
                    f"raise {number} is as it was measured, and counts; there is nothing to restore",
                    repetition=number,
                )
            return _Changes(excluded=False)
        case MoveOnset():
            first_s, last_s = max(item.start_s - _BEFORE_S, _end_before(number, raises)), item.end_s
            if not first_s <= edit.onset_s < last_s:
                raise EditError(
                    f"raise {number}: the onset {edit.onset_s:.3f} s lies outside it; "
                    f"give a time from {max(first_s, 0):.3f} to {last_s:.3f} s",
                    repetition=number,
                )
            return replace(before, **{edit.muscle: edit})


def _end_before(number: int, raises: tuple[Raise, ...]) -> float:
    return raises[number - 2].end_s if number > 1 else -np.inf
