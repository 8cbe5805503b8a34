"""Tables in a folder that were passed over, so that nobody misses them in silence."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TABLE_SUFFIXES: Final = (".csv", ".txt", ".tsv")
#: Tables that a BIDS dataset keeps beside its recordings.
_SIDECAR: Final = re.compile(
    r"participants\.tsv|.*_(channels|events|electrodes|scans|sessions|motion|optodes|beh)\.tsv"
)
_NOT_RAW: Final = frozenset({"sourcedata", "derivatives"})


def skipped_tables(folder: Path, found: Iterable[Path]) -> list[Path]:
    """List the tables in a folder and its subfolders that are not among its recordings.

    Parameters
    ----------
    folder : Path
    found : iterable of Path
        What `recordings.find.find_recordings` found in it.

    Returns
    -------
    list of Path
        In order of their paths; without hidden files, the sidecars of a dataset, and what lies in its
        ``sourcedata`` or ``derivatives``.
    """
    taken = set(found)
    return [file for file in sorted(folder.rglob("*")) if file not in taken and _is_table(file, folder)]


def _is_table(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return (
        file.suffix.lower() in _TABLE_SUFFIXES
        and not any(part.startswith(".") for part in parts)
        and _NOT_RAW.isdisjoint(parts[:-1])
        and _SIDECAR.fullmatch(file.name.lower()) is None
        and file.is_file()
    )
