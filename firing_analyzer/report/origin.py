"""Whose recording it is and when it was made, as far as its name and its dataset tell."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"sub-(?P<participant>[0-9A-Za-z]+)_(?:ses-(?P<session>[0-9A-Za-z]+)_)?")
_RUN: Final = re.compile(r"_run-(\d+)")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a recording comes from; empty where nobody tells.

    Attributes
    ----------
    participant, session, run : str
        Codes as they stand in the file's name.
    measured : str
        Date and time, to the minute.
    """

    participant: str = ""
    session: str = ""
    run: str = ""
    measured: str = ""


def origin_of(path: Path | None) -> Origin:
    """Read the codes from the name of a recording, and when it was made from its dataset's table.

    Parameters
    ----------
    path : Path or None

    Examples
    --------
    >>> origin_of(Path("sub-07_ses-02_task-proneLegRaise_acq-left_run-1_emg.bdf"))
    Origin(participant='07', session='02', run='1', measured='')
    """
    found = None if path is None else _NAME.match(path.name)
    if path is None or found is None:
        return Origin()
    run = _RUN.search(path.name)
    return Origin(
        found["participant"], found["session"] or "", run[1] if run is not None else "", _measured(path)
    )


def _measured(path: Path) -> str:
    for table in path.parent.parent.glob("sub-*_scans.tsv"):
        try:
            lines = table.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue  # the date is missing then; the result is not in it
        for line in lines:
            name, _, rest = line.partition("\t")
            if name.rpartition("/")[2] == path.name:
                told = rest.partition("\t")[0][:16].replace("T", " ").removesuffix("n/a")
                # BIDS has years up to 1925 for dates that are not told
                return "" if told[:4].isdigit() and int(told[:4]) <= 1925 else told
    return ""
