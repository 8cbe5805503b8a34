"""What stands at the top of a dataset, and rows added to its tables; nothing that is there is altered."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from recordings.dataset.new_files import ExistsError, write_new

BIDS_VERSION: Final = "1.11.1"
_README: Final = """# Recordings of prone leg raises

Surface EMG, and movement where it was measured, of people who lift one straight leg in prone lying,
recorded with Firing Analyzer. `acq-left` and `acq-right` name the leg that was lifted; its pair is the
gluteus maximus of that leg and the upper trapezius of the other side.

Two sensors with clocks of their own make two files of one recording, `_recording-glute` and
`_recording-shoulder`. What BDF cannot hold (exact rates and starts, lost samples) stands under
`FiringAnalyzer` in each `_emg.json`. Lost samples are 0 in the BDF file and named by `BAD_gap` annotations.

People are named by codes only. `sourcedata/firing-analyzer/` holds the bytes as the sensors sent them.
"""


def complete_top(dataset: Path) -> None:
    """Write `dataset_description.json` and `README.md` where they are missing."""
    dataset.mkdir(parents=True, exist_ok=True)
    description = {
        "Name": "Prone leg raises",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "firing-analyzer"}],
    }
    _write_if_missing(dataset / "dataset_description.json", json.dumps(description, indent=2) + "\n")
    if not any(dataset.glob("README*")):
        _write_if_missing(dataset / "README.md", _README)


def add_row(path: Path, row: Mapping[str, str], *, key: str) -> list[str]:
    """Add a row to a table unless one with the same key is there; a missing table is begun.

    Parameters
    ----------
    path : Path
    row : mapping
        Cells by column. Columns that the table has beyond these get ``n/a``; those it lacks are left out.
    key : str
        The column that tells rows apart.

    Returns
    -------
    list of str
        A note where the table lacks the key column: it is someone else's, and stays as it is.
    """
    try:
        write_new(path, ("\t".join(row) + "\n" + "\t".join(row.values()) + "\n").encode())
    except ExistsError:
        pass
    else:
        return []
    content = path.read_bytes()
    lines = content.decode("utf-8", errors="replace").lstrip("\ufeff").splitlines()
    columns = lines[0].split("\t") if lines else []
    if key not in columns:
        return [f"{path.name} has no column {key}, so no row was added to it."]
    at = columns.index(key)
    if any(line.split("\t")[at : at + 1] == [row[key]] for line in lines[1:]):
        return []
    ending = "\r\n" if b"\r\n" in content else "\n"
    added = "\t".join(row.get(column, "n/a") for column in columns) + ending
    if not content.endswith(b"\n"):
        added = ending + added
    # One write at the end of the file: rows of two processes stand one after the other.
    with path.open("ab") as file:
        file.write(added.encode())
        file.flush()
        os.fsync(file.fileno())
    return []


def _write_if_missing(path: Path, text: str) -> None:
    if path.exists():
        return
    try:
        write_new(path, text.encode())
    except ExistsError:
        return
