"""What stands at the top of a dataset, and rows added to its tables; nothing that is there is altered."""

import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from recordings.dataset.names import datatype_of
from recordings.dataset.new_files import ExistsError, write_new
from recordings.dataset.sidecars import number

BIDS_VERSION: Final = "1.11.1"
_README: Final = """# Recordings of prone leg raises

Surface EMG, and movement where it was measured, of people who lift one straight leg in prone lying,
recorded with Firing Analyzer. `acq-left` and `acq-right` name the leg that was lifted; its pair is the
gluteus maximus of that leg and the upper trapezius of the other side.

Two sensors with clocks of their own make two files of one recording, `_recording-glute` and
`_recording-shoulder`. What BDF cannot hold (exact rates and starts, lost samples) stands under
`FiringAnalyzer` in each `_emg.json`. Lost samples are 0 in the BDF file and named by `BAD_gap` annotations.
Acceleration and angular rate stand in `motion/`, lost samples as `n/a`, named likewise. How far into the
recording the first sample of each file was taken is told by `scans.tsv`.

People are named by codes only. `sourcedata/firing-analyzer/` holds the bytes as the sensors sent them,
`derivatives/firing-analyzer/` what was found in the recordings. Where the date of a recording is left out,
its `acq_time` counts from the beginning of 1925, as BIDS asks for dates that are not told.
"""
#: From here on times count where the date is not told; BIDS takes no later date for one that is shifted.
_NO_DATE: Final = datetime(1925, 1, 1)
_SCANS: Final = {
    "start_offset": {
        "Description": "Time of the first sample of the file since the clock of its recording began. "
        "Files with one run number and one acq label are of one recording.",
        "Units": "s",
    }
}


def complete_top(dataset: Path) -> None:
    """Write `dataset_description.json`, `README.md` and `scans.json` where they are missing."""
    dataset.mkdir(parents=True, exist_ok=True)
    description = {
        "Name": "Prone leg raises",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "firing-analyzer"}],
    }
    _write_if_missing(dataset / "dataset_description.json", json.dumps(description, indent=2) + "\n")
    _write_if_missing(dataset / "scans.json", json.dumps(_SCANS, indent=2) + "\n")
    if not any(dataset.glob("README*")):
        _write_if_missing(dataset / "README.md", _README)


def scan_row(name: str, start_s: float | None, *, acquired_at: str | None) -> dict[str, str]:
    """Return the row of `scans.tsv` for one file with samples.

    Parameters
    ----------
    name : str
    start_s : float or None
        Time of its first sample, in seconds from the start of the recording, where it is known.
    acquired_at : str or None
        When the recording's clock began, as ISO 8601 has it. Without it, `acq_time` counts from 1925, which
        tells no date and still how the files of a recording lie to one another, to the microsecond.

    Examples
    --------
    >>> scan_row("sub-01_task-rest_emg.bdf", 0.25, acquired_at=None)["acq_time"]
    '1925-01-01T00:00:00.250000'
    """
    began = datetime.fromisoformat(acquired_at).replace(tzinfo=None) if acquired_at else _NO_DATE
    at = None if start_s is None else began + timedelta(seconds=start_s)
    return {
        "filename": f"{datatype_of(name)}/{name}",
        "acq_time": "n/a" if at is None else at.isoformat(timespec="microseconds"),
        "start_offset": number(start_s),
    }


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
