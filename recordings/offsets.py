"""The time between pairs of devices, as it was measured, kept beside the journals of a dataset."""

import os
from pathlib import Path
from typing import Final

import msgspec

from recordings.errors import JournalError, UnreadableError
from recordings.lock import JOURNAL_FOLDER

_FILE: Final = JOURNAL_FOLDER / "offsets.json"


class Offset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much later the shoulder's device shows what both felt.

    Attributes
    ----------
    glute_device, shoulder_device : str
    offset_ms : float
        To be taken off the shoulder's times.
    error_ms : float
        Standard error of the offset, the clocks' own uncertainty on that day included.
    taps : int
    measured : str
        Date and time, ISO 8601.
    """

    glute_device: str
    shoulder_device: str
    offset_ms: float
    error_ms: float
    taps: int
    measured: str


def find_offset(dataset: Path, *, glute_device: str, shoulder_device: str) -> Offset | None:
    """Return what was measured last for two devices; None if nothing was.

    Raises
    ------
    UnreadableError
        If the file is there and not understood.
    """
    for offset in reversed(_read(dataset)):
        if (offset.glute_device, offset.shoulder_device) == (glute_device, shoulder_device):
            return offset
    return None


def keep_offset(dataset: Path, offset: Offset) -> Path:
    """Add a measurement; those before it stay.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    UnreadableError
        If the file is there and not understood.
    JournalError
        If it cannot be written.
    """
    path = dataset / _FILE
    content = msgspec.json.format(msgspec.json.encode([*_read(dataset), offset]), indent=2)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        with new.open("wb") as file:
            file.write(content + b"\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as problem:
        raise JournalError(
            f"it cannot be written ({problem.strerror}); check disk and folder", path=path
        ) from problem
    return path


def _read(dataset: Path) -> list[Offset]:
    path = dataset / _FILE
    if not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Offset])
    except msgspec.MsgspecError as problem:
        raise UnreadableError(
            f"the offsets of devices are not understood ({problem}); rename the file and measure again",
            path=path,
        ) from problem
