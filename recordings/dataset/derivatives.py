"""What was found in the recordings of a dataset, beside them in ``derivatives/firing-analyzer``.

Recordings are never altered. A file of results names the checksums of all that it was made from, so that any
result can be traced, and holds no time of day, so that the same input gives the same bytes.
"""

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Final

from recordings.dataset.bids_read import read_block
from recordings.dataset.names import beside, is_dataset_name, is_motion_name, sidecar_of, table_of
from recordings.dataset.new_files import (
    ExistsError,
    NotSavedError,
    sync_folder,
    temporary_beside,
    write_new,
)
from recordings.dataset.tables import BIDS_VERSION
from recordings.errors import NotFoundError

#: Where results lie in a dataset.
RESULTS: Final = Path("derivatives") / "firing-analyzer"
#: BIDS knows no names for results on firing order; its validator is told which files are ours.
_IGNORED: Final = "*_analysis.json\n*_settings.toml\n*_edits.json\n"
_OF_ONE_FILE: Final = re.compile(r"_(?:recording|tracksys)-[0-9A-Za-z]+")


def dataset_of(path: Path) -> Path | None:
    """Return the dataset that a recording stands in, None if it is a file by itself.

    Parameters
    ----------
    path : Path
        One of its files.
    """
    if not (is_dataset_name(path) or is_motion_name(path)):
        return None
    for folder in path.absolute().parents:
        if folder.name.startswith("sub-"):
            top = folder.parent
            return top if (top / "dataset_description.json").is_file() else None
    return None


def input_files(path: Path) -> tuple[Path, ...]:
    """List all files that a recording is read from: samples, sidecars and events.

    Parameters
    ----------
    path : Path
        One of its files.

    Returns
    -------
    tuple of Path
        The file that stands for the recording comes first, whichever was given.
    """
    path = path.absolute()
    if not (is_dataset_name(path) or is_motion_name(path)):
        return (path,)
    block = read_block(sidecar_of(path))
    files = (path,) if block is None else tuple(beside(path, name) for name in block.files)
    tables = () if block is not None or not is_motion_name(path) else (table_of(path, "channels"),)
    said = [other for file in files for other in (sidecar_of(file), table_of(file, "events"))]
    return (*files, *(other for other in (*said, *tables) if other.is_file()))


def checksums(path: Path) -> list[dict[str, str]]:
    """Return name and SHA-256 of each file that a recording is read from.

    Returns
    -------
    list of dict
        ``path`` (from the top of the dataset; the bare name of a file by itself) and ``sha256``.
    """
    dataset = dataset_of(path)
    return [
        {
            "path": file.name if dataset is None else file.relative_to(dataset).as_posix(),
            "sha256": _sha256(file),
        }
        for file in input_files(path)
    ]


def result_stem(path: Path) -> Path:
    """Return the beginning of the names of a recording's results, whichever of its files is given.

    Raises
    ------
    NotFoundError
        If it stands in no dataset.
    """
    dataset = dataset_of(path)
    if dataset is None:
        raise NotFoundError(
            "it stands in no BIDS dataset, so there is no place for its results; give a recording of one",
            path=path,
        )
    first = input_files(path)[0]
    name = _OF_ONE_FILE.sub("", first.stem.rpartition("_")[0])
    return dataset / RESULTS / first.parent.relative_to(dataset) / name


def keep_result(path: Path, result: str, settings: str) -> Path:
    """Write a result and its settings, under the next free number.

    Parameters
    ----------
    path : Path
        One of the recording's files.
    result : str
        JSON, the same for the same input.
    settings : str
        TOML, to repeat it with.

    Returns
    -------
    Path
        The file with the result; one that holds the same bytes already, if there is one.

    Raises
    ------
    NotFoundError
        If the recording stands in no dataset.
    NotSavedError
        If the disk is full or the folder cannot be written.
    """
    stem = result_stem(path)
    content = result.encode()
    try:
        _complete_results(stem)
        number = 1
        while True:
            file, beside_it = _numbered(stem, number)
            if file.is_file() and file.read_bytes() == content:
                return file
            if not file.exists() and _written_once(beside_it, settings.encode()):
                try:
                    write_new(file, content)
                except ExistsError:
                    continue
                return file
            number += 1
    except OSError as problem:
        raise _not_saved(problem, stem.parent) from problem


def replace_file(path: Path, text: str) -> None:
    """Write a file anew: whole, on the disk, or as it was before.

    For records of this program that only ever grow; recordings are written by `write_new`.

    Raises
    ------
    NotSavedError
        If the disk is full or the folder cannot be written.
    """
    temporary = temporary_beside(path)
    try:
        try:
            if dataset_of_results(path):
                _complete_results(path)
            with temporary.open("xb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise _not_saved(problem, path) from problem


def dataset_of_results(path: Path) -> Path | None:
    """Return the dataset whose results a path lies among, None if it lies elsewhere."""
    for folder in path.parents:
        if folder.name == RESULTS.name and folder.parent.name == RESULTS.parent.name:
            return folder.parent.parent
    return None


def _numbered(stem: Path, number: int) -> tuple[Path, Path]:
    name = f"{stem.name}_desc-{number}"
    return stem.with_name(f"{name}_analysis.json"), stem.with_name(f"{name}_settings.toml")


def _written_once(path: Path, content: bytes) -> bool:
    """Write a file unless it is there; returns whether it holds the content now."""
    try:
        write_new(path, content)
    except ExistsError:
        return path.read_bytes() == content
    return True


def _complete_results(file: Path) -> None:
    """Make the folder of a result, and what must stand at the top of all results."""
    dataset = dataset_of_results(file)
    assert dataset is not None  # noqa: S101  (it was made from the dataset)
    top = dataset / RESULTS
    file.parent.mkdir(parents=True, exist_ok=True)
    description = {
        "Name": "Firing order in prone leg raises",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "firing-analyzer"}],
        "SourceDatasets": [{"URL": "file:../.."}],
    }
    for name, text in (
        ("dataset_description.json", json.dumps(description, indent=2) + "\n"),
        (".bidsignore", _IGNORED),
    ):
        if not (top / name).exists():
            _written_once(top / name, text.encode())


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _not_saved(problem: OSError, path: Path) -> NotSavedError:
    return NotSavedError(
        f"the result cannot be kept ({problem.strerror or problem}); "
        "make room on the disk, or make the folder writable",
        path=path,
    )
