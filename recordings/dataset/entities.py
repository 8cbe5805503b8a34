"""Whose recording a file is, as far as its path tells it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.model import Side

_IN_NAME: Final = re.compile(r"(?:^|_)(sub|ses|acq|run)-([0-9A-Za-z]+)(?=_|\.|$)")


@dataclass(frozen=True, slots=True)
class Entities:
    """What the path of a recording tells; None where it does not.

    Attributes
    ----------
    participant, session : str or None
        Codes without ``sub-`` and ``ses-``.
    leg : {"left", "right"} or None
    run : int or None
    """

    participant: str | None = None
    session: str | None = None
    leg: Side | None = None
    run: int | None = None


def entities_of(path: Path) -> Entities:
    """Read participant, session, leg and run from a path of a BIDS dataset.

    The name comes first; what it does not tell is taken from the folders above it.

    Examples
    --------
    >>> entities_of(Path("sub-01_ses-02_task-proneLegRaise_acq-left_run-1_emg.bdf"))
    Entities(participant='01', session='02', leg='left', run=1)
    >>> entities_of(Path("sub-07/ses-b/session.csv"))
    Entities(participant='07', session='b', leg=None, run=None)
    """
    told: dict[str, str] = {}
    for part in (path.name, *(parent.name for parent in path.parents)):
        for key, value in _IN_NAME.findall(part):
            told.setdefault(key, value)
    side, run = told.get("acq"), told.get("run", "")
    return Entities(
        told.get("sub"),
        told.get("ses"),
        "left" if side == "left" else "right" if side == "right" else None,
        int(run) if run.isascii() and run.isdigit() else None,
    )
