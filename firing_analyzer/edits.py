"""Corrections by hand: an onset moved, a raise left out or restored, each with a reason.

A correction never alters a recording. It is given to `firing_analyzer.analyze`, which marks what it changed
and keeps what was measured beside it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal, get_args

import msgspec

from firing_analyzer.errors import EditError

Muscle = Literal["glute", "shoulder"]

#: Half the interval of an onset that was set by hand, unless another is stated.
HALF_WIDTH_MS: Final = 20.0
_WIDEST_MS: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Correction:
    """What all corrections tell.

    Attributes
    ----------
    repetition : int
        Number of the raise, from 1, as the table of the analysis has it.
    reason : str
        Why it was corrected.
    by : str or None
        Who corrected it: a code, as given.
    when : str or None
        When, as given.
    raise_start_s : float or None
        Where that raise begins. With other settings, or a later version, raises may be counted otherwise;
        the correction then goes with the raise that begins within a second of this. `anchored` fills it in.
    """

    repetition: int
    reason: str
    by: str | None = None
    when: str | None = None
    raise_start_s: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.repetition, bool) or self.repetition < 1:
            raise EditError(f"there is no raise {self.repetition}; raises are counted from 1")
        if not self.reason.strip():
            raise EditError(
                f"raise {self.repetition}: the correction has no reason; say why",
                repetition=self.repetition,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOnset(_Correction):
    """An onset is where a person saw it, and not where it was found.

    Attributes
    ----------
    muscle : {"glute", "shoulder"}
    onset_s : float
        In seconds from the start of the recording: not more than two seconds before the raise, not before
        the raise before it ended, and not behind its end.
    half_width_ms : float
        The onset lies within this of `onset_s` with a probability of 95 %. 20 ms by default: people who mark
        onsets by eye are 15 to 30 ms off even where nothing disturbs (DOI 10.3390/jfmk6030070). It is a
        choice, and narrower than the program's own intervals for faint muscles.

    Examples
    --------
    >>> MoveOnset(repetition=4, muscle="glute", onset_s=12.412, reason="cable pulled before it").onset_s
    12.412
    """

    muscle: Muscle
    onset_s: float
    half_width_ms: float = HALF_WIDTH_MS

    def __post_init__(self) -> None:
        _Correction.__post_init__(self)
        if self.muscle not in get_args(Muscle):
            raise EditError(
                f"raise {self.repetition}: there is no muscle {self.muscle!r}; name glute or shoulder",
                repetition=self.repetition,
            )
        if not math.isfinite(self.onset_s):
            raise EditError(
                f"raise {self.repetition}: the onset {self.onset_s} is no time; give seconds",
                repetition=self.repetition,
            )
        if not 0 < self.half_width_ms <= _WIDEST_MS:
            raise EditError(
                f"raise {self.repetition}: an onset cannot be known to {self.half_width_ms:g} ms; "
                f"give more than 0 and at most {_WIDEST_MS:g}",
                repetition=self.repetition,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclude(_Correction):
    """A raise is left out: it stays in the table and counts for nothing.

    Examples
    --------
    >>> Exclude(repetition=3, reason="coughed").reason
    'coughed'
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore(_Correction):
    """A raise is as it was measured again, and counts.

    Takes back all earlier corrections of the raise, and that it was set aside during the recording.

    Examples
    --------
    >>> Restore(repetition=3, reason="it was the other leg that coughed").repetition
    3
    """


Edit = MoveOnset | Exclude | Restore


def can_be_restored(number: int, edits: Sequence[Edit], *, included: bool) -> bool:
    """Tell whether there is anything of a raise that `Restore` would take back.

    Parameters
    ----------
    number : int
        Of the raise.
    edits : sequence of Edit
        All corrections that hold, in the order in which they were made.
    included : bool
        Whether the raise counts now.

    Examples
    --------
    >>> moved = MoveOnset(repetition=4, muscle="glute", onset_s=12.4, reason="cable pulled")
    >>> can_be_restored(4, [moved], included=True), can_be_restored(3, [moved], included=True)
    (True, False)
    """
    moved = False
    for edit in edits:
        if edit.repetition == number:
            moved = isinstance(edit, MoveOnset) or (moved and not isinstance(edit, Restore))
    return moved or not included


_CHANGES: Final[dict[str, type[MoveOnset] | type[Exclude] | type[Restore]]] = {
    "move_onset": MoveOnset,
    "exclude": Exclude,
    "restore": Restore,
}


def edit_to_dict(edit: Edit) -> dict[str, object]:
    """Return a correction as plain values, as the JSON of an analysis and a file of corrections hold it.

    Examples
    --------
    >>> edit_to_dict(Exclude(repetition=3, reason="coughed"))
    {'change': 'exclude', 'repetition': 3, 'reason': 'coughed', 'by': None, 'when': None,
     'raise_start_s': None}
    """
    change = next(name for name, kind in _CHANGES.items() if isinstance(edit, kind))
    return {"change": change, **asdict(edit)}


def edit_from_dict(values: Mapping[str, object]) -> Edit:
    """Make a correction from plain values.

    Raises
    ------
    EditError
        If a value is missing, unknown or impossible.
    """
    known = dict(values)
    change = known.pop("change", None)
    kind = _CHANGES.get(change) if isinstance(change, str) else None
    if kind is None:
        raise EditError(f"there is no correction {change!r}; use one of {', '.join(_CHANGES)}")
    unknown = known.keys() - kind.__dataclass_fields__.keys()
    if unknown:
        raise EditError(f"a correction has no {min(unknown)!r}; it was written by another version")
    try:
        return msgspec.convert(known, kind)
    except msgspec.ValidationError as problem:
        raise EditError(f"a correction is not as it should be ({problem}); restore its file") from problem
