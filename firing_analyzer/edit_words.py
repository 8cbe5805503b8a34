"""Corrections by hand in plain sentences."""

from datetime import datetime

from firing_analyzer.edits import Edit, Exclude, MoveOnset
from firing_analyzer.result import Analysis, Repetition


def edit_sentences(analysis: Analysis, *, here: bool = False) -> list[str]:
    """Say every correction that an analysis was made with, in the order in which they were made.

    Parameters
    ----------
    analysis : Analysis
    here : bool
        Give times of day as the clock on this computer's wall has them, for whoever sits before it; elsewhere
        they stand as they were noted, with how far that clock was from UTC.

    Returns
    -------
    list of str
        Such as "Raise 3 was left out: coughed (02, 2026-11-21)." Empty where nothing was corrected.
    """
    measured = {row.repetition: row for row in analysis.originals}
    return [
        f"{_what(edit, measured.get(edit.repetition))}: {_why(edit, here=here)}." for edit in analysis.edits
    ]


def _what(edit: Edit, measured: Repetition | None) -> str:
    number = edit.repetition
    if isinstance(edit, MoveOnset):
        was_s = None if measured is None else _onset_s(measured, edit)
        found = "where none was found" if was_s is None else f"found at {was_s:.3f} s"
        return (
            f"Raise {number}: onset of the {edit.muscle}, {found}, set to {edit.onset_s:.3f} s "
            f"({edit.half_width_ms:g} ms either way)"
        )
    if isinstance(edit, Exclude):
        return f"Raise {number} was left out"
    return f"Raise {number} was restored as it was measured"


def _onset_s(measured: Repetition, edit: MoveOnset) -> float | None:
    return measured.glute_onset_s if edit.muscle == "glute" else measured.shoulder_onset_s


def moment(when: str, *, here: bool = False) -> str:
    """Write date and time of day to the minute; what is no such thing stays as it is.

    Examples
    --------
    >>> moment("2026-11-30T17:31:55+01:00"), moment("2026-11-30"), moment("in spring")
    ('2026-11-30 17:31 (UTC+01:00)', '2026-11-30', 'in spring')
    """
    try:
        at = datetime.fromisoformat(when)
    except ValueError:
        return when
    if len(when) <= len("2026-11-30"):
        return when
    if here or at.tzinfo is None:
        return f"{at.astimezone():%Y-%m-%d %H:%M}"
    return f"{at:%Y-%m-%d %H:%M} ({at.tzname()})"


def _why(edit: Edit, *, here: bool) -> str:
    source = ", ".join(told for told in (edit.by, edit.when and moment(edit.when, here=here)) if told)
    return f"{edit.reason.strip().rstrip('.')}{f' ({source})' if source else ''}"
