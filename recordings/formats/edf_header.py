"""The header of an EDF or BDF file: checked before anything is read, and the layout of the data records.

Only the fields that are needed are looked at; what the header says of the person is skipped.
Specifications: https://www.edfplus.info/specs/ (EDF, EDF+) and
https://www.biosemi.com/faq/file_format.htm (BDF).
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.errors import UnreadableError

_FIXED_BYTES: Final = 256
# Widths of the fields of one signal: label, transducer, dimension, physical min, physical max, digital min,
# digital max, prefiltering, samples in a record, reserved.
_WIDTHS: Final = (16, 80, 8, 8, 8, 8, 8, 80, 8, 32)
_SAMPLES_FIELD: Final = 8


@dataclass(frozen=True, slots=True)
class EdfLayout:
    """Where the samples of an EDF or BDF file lie.

    Attributes
    ----------
    sample_bytes : int
        2 for EDF, 3 for BDF.
    header_bytes : int
    n_records : int
        As the header says; -1 where the recorder never closed the file.
    record_s : float
        Duration of one data record, in seconds.
    labels : tuple of str
        Of all signals, the annotation signals included.
    samples_per_record : tuple of int
    uncalibrated : tuple of bool
        Signals whose digital or physical range is empty, so that their samples are raw numbers.
    encoding : str
        Of the text in the header.
    """

    sample_bytes: int
    header_bytes: int
    n_records: int
    record_s: float
    labels: tuple[str, ...]
    samples_per_record: tuple[int, ...]
    uncalibrated: tuple[bool, ...]
    encoding: str

    @property
    def record_bytes(self) -> int:
        """Size of one data record."""
        return self.sample_bytes * sum(self.samples_per_record)

    @property
    def annotation_signals(self) -> tuple[int, ...]:
        """Indices of the signals that hold annotations."""
        wanted = ("EDF Annotations", "BDF Annotations")
        return tuple(index for index, label in enumerate(self.labels) if label in wanted)


def is_edf(start: bytes) -> bool:
    """Return whether a file that starts with these bytes says that it is EDF or BDF."""
    # A text table may begin with a nought and blanks too, but has an end of line where EDF has its header.
    return start.startswith(b"\xffBIOSEMI") or (start.startswith(b"0       ") and b"\n" not in start[:256])


def read_layout(content: bytes, *, path: Path) -> EdfLayout:
    """Read and check the header.

    Raises
    ------
    UnreadableError
        If a field is not what the format demands; the message names it.
    """
    sample_bytes = 3 if content.startswith(b"\xff") else 2
    if len(content) < _FIXED_BYTES:
        raise UnreadableError("the file ends within its header; copy it again from the recorder", path=path)
    n_signals = _whole_number(content[252:256], "number of signals", path)
    header_bytes = _FIXED_BYTES * (1 + n_signals)
    if n_signals < 1:
        raise UnreadableError("its header names no signal; export the recording again", path=path)
    if len(content) < header_bytes:
        raise UnreadableError("the file ends within its header; copy it again from the recorder", path=path)
    if _whole_number(content[184:192], "header size", path) != header_bytes:
        raise UnreadableError(
            f"its header size does not fit its {n_signals} signals; the header is damaged, export it again",
            path=path,
        )
    record_s = _number(content[244:252], "record duration", path)
    fields = _signal_fields(content[_FIXED_BYTES:header_bytes], n_signals)
    samples = tuple(_whole_number(raw, "samples in a record", path) for raw in fields[_SAMPLES_FIELD])
    if record_s < 0 or not math.isfinite(record_s) or min(samples) < 0 or sum(samples) == 0:
        raise UnreadableError(
            "its header gives an impossible record length; export the recording again", path=path
        )
    ranges = [[_number(raw, "range of a signal", path) for raw in fields[field]] for field in (3, 4, 5, 6)]
    encoding = _encoding(content[_FIXED_BYTES:header_bytes])
    return EdfLayout(
        sample_bytes=sample_bytes,
        header_bytes=header_bytes,
        n_records=_whole_number(content[236:244], "number of records", path),
        record_s=record_s,
        labels=tuple(raw.decode(encoding, errors="replace").strip() for raw in fields[0]),
        samples_per_record=samples,
        uncalibrated=tuple(
            low == high or dlow == dhigh for low, high, dlow, dhigh in zip(*ranges, strict=True)
        ),
        encoding=encoding,
    )


def _signal_fields(block: bytes, n_signals: int) -> list[list[bytes]]:
    fields: list[list[bytes]] = []
    start = 0
    for width in _WIDTHS:
        fields.append([block[start + i * width : start + (i + 1) * width] for i in range(n_signals)])
        start += width * n_signals
    return fields


def _encoding(block: bytes) -> str:
    # The specification says ASCII; a micro or degree sign in a unit is common all the same.
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _number(raw: bytes, name: str, path: Path) -> float:
    text = raw.decode("latin-1").strip(" \0")
    try:
        return float(text)
    except ValueError:
        raise UnreadableError(
            f"its header gives {text!r} as {name}; this is not a sound EDF or BDF file", path=path
        ) from None


def _whole_number(raw: bytes, name: str, path: Path) -> int:
    number = _number(raw, name, path)
    if not number.is_integer():
        raise UnreadableError(
            f"its header gives {number} as {name}; this is not a sound EDF or BDF file", path=path
        )
    return int(number)
