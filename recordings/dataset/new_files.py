"""Files that appear whole or not at all, and never in the place of another."""

import contextlib
import os
from pathlib import Path
from typing import Final

from recordings.errors import RecordingError

_PART: Final = ".part"


class ExistsError(RecordingError):
    """Something is already at the path; nothing overwrites it."""


class NotSavedError(RecordingError):
    """The disk is full, or the folder cannot be written or has gone."""


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there before: whole, on the disk, or not at all.

    Raises
    ------
    ExistsError
        If something is at the path.
    """
    temporary = temporary_beside(path)
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        move_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def temporary_beside(path: Path) -> Path:
    """Return a hidden name in the same folder that no other process uses."""
    return path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}{_PART}")


def temporary_files(dataset: Path) -> list[Path]:
    """List the temporary files that a crash left at the top of a dataset, with people, and with results."""
    patterns = (f".*{_PART}", f"sub-*/**/.*{_PART}", f"derivatives/firing-analyzer/**/.*{_PART}")
    return [file for pattern in patterns for file in dataset.glob(pattern)]


def move_new(source: Path, target: Path) -> None:
    """Give a file its name, unless something has that name already.

    Raises
    ------
    ExistsError
        If something is at the target; the source stays.
    """
    try:
        # A hard link is the one way that fails, everywhere and at once, if the name is taken.
        os.link(source, target)
    except FileExistsError as problem:
        raise ExistsError("something is there already; nothing overwrites it", path=target) from problem
    except OSError:
        # Memory sticks and some network drives know no links.
        if target.exists():
            raise ExistsError("something is there already; nothing overwrites it", path=target) from None
        source.replace(target)
    else:
        source.unlink()
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those above it, up to `top`, as far as nothing is in them."""
    for each in (folder, *folder.parents):
        if each == top:
            return
        try:
            each.rmdir()
        except OSError:
            # Something is in it, or another process has just removed it.
            return
