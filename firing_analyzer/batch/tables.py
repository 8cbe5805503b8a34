"""Both tables as files, written in pieces: CSV, or Parquet with the extra ``cluster``."""

import csv
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final, Protocol

from firing_analyzer.batch.columns import RECORDING_COLUMNS, REPETITION_COLUMNS, Kind
from firing_analyzer.batch.one_file import FileResult, Row
from firing_analyzer.errors import BatchError
from recordings.extras import how_to_install

#: Endings of a table's name.
SUFFIXES: Final = (".csv", ".parquet")
#: Rows that are held before they are written.
_PIECE: Final = 5000
_PART: Final = ".part"


def check_table(table: Path) -> None:
    """Refuse before the work what would be refused after it.

    Raises
    ------
    BatchError
        If the name has another ending, it is a folder, or what writes Parquet is missing.
    """
    suffix = table.suffix.lower()
    if suffix not in SUFFIXES:
        raise BatchError(
            f"{table}: tables are written as {' or '.join(SUFFIXES)}; end the name in one of these"
        )
    if table.is_dir():
        raise BatchError(f"{table}: it is a folder; choose another name")
    if not table.absolute().parent.is_dir():
        raise BatchError(f"{table}: there is no folder {table.absolute().parent}; make it first")
    if suffix == ".parquet":
        _pyarrow(table)


def recordings_table(table: Path) -> Path:
    """Return the name of the second table: ``study_recordings.csv`` beside ``study.csv``."""
    return table.with_name(f"{table.stem}_recordings.csv")


def write_tables(table: Path, results: Iterable[FileResult]) -> tuple[Path, Path]:
    """Write both tables; they take the place of older ones only when they are whole.

    Parameters
    ----------
    table : Path
        Of repetitions, ``.csv`` or ``.parquet``.
    results : iterable of FileResult

    Returns
    -------
    tuple of Path
        The table of repetitions, and that of recordings, which is always CSV.
    """
    targets = (table, recordings_table(table))
    parts = tuple(target.with_name(target.name + _PART) for target in targets)
    try:
        with ExitStack() as stack:
            repetitions, recordings = (
                stack.enter_context(_Pieces(_writer(target, part, columns)))
                for target, part, columns in zip(
                    targets, parts, (REPETITION_COLUMNS, RECORDING_COLUMNS), strict=True
                )
            )
            for result in results:
                repetitions.add(*result.repetitions)
                recordings.add(result.recording)
        for part, target in zip(parts, targets, strict=True):
            part.replace(target)
    except BaseException:
        for part in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise
    return targets


class _Writer(Protocol):
    def write(self, rows: list[Row]) -> None: ...
    def close(self) -> None: ...


def _writer(target: Path, part: Path, columns: Mapping[str, Kind]) -> _Writer:
    return (_Parquet if target.suffix.lower() == ".parquet" else _Csv)(part, columns)


class _Pieces:
    """Hands rows to a writer some thousand at a time."""

    def __init__(self, writer: _Writer) -> None:
        self._writer, self._rows = writer, list[Row]()

    def __enter__(self) -> "_Pieces":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._writer.write(self._rows)
        finally:
            self._writer.close()

    def add(self, *rows: Row) -> None:
        self._rows += rows
        if len(self._rows) >= _PIECE:
            self._writer.write(self._rows)
            self._rows.clear()


class _Csv:
    """Comma-separated values; lists as JSON, missing values empty."""

    def __init__(self, path: Path, columns: Mapping[str, Kind]) -> None:
        self._columns = columns
        self._file = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(columns)

    def write(self, rows: list[Row]) -> None:
        self._csv.writerows([_cell(row.get(name)) for name in self._columns] for row in rows)

    def close(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return value if isinstance(value, str) else repr(value)


class _Parquet:
    """Apache Parquet; lists as lists, missing values null."""

    def __init__(self, path: Path, columns: Mapping[str, Kind]) -> None:
        pa = _pyarrow(path)
        import pyarrow.parquet as pq  # noqa: PLC0415

        types: dict[Kind, Any] = {
            "text": pa.string(),
            "integer": pa.int64(),
            "number": pa.float64(),
            "yes_no": pa.bool_(),
            "texts": pa.list_(pa.string()),
            "numbers": pa.list_(pa.float64()),
        }
        self._columns, self._pa = columns, pa
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self._file = pq.ParquetWriter(path, self._schema)

    def write(self, rows: list[Row]) -> None:
        plain = [{name: row.get(name) for name in self._columns} for row in rows]
        self._file.write_table(self._pa.Table.from_pylist(plain, schema=self._schema))

    def close(self) -> None:
        self._file.close()


def _pyarrow(table: Path) -> Any:
    try:
        import pyarrow as pa  # noqa: PLC0415
    except ImportError as problem:
        raise BatchError(
            f"{table}: Parquet needs pyarrow; end the name in .csv, "
            f"or {how_to_install('pyarrow', extra='cluster')}"
        ) from problem
    return pa
