"""Reads a journal: one that was finished, one that a crash left, or one that is being written."""

import contextlib
import json
import sqlite3
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast

from recordings.errors import BusyError, JournalError, NotFoundError, UnreadableError, UnsupportedError
from recordings.journal.disk import fold, in_words, is_busy, set_state
from recordings.journal.format import (
    FORMAT,
    VERSION,
    JournalEvent,
    JournalPacket,
    JournalStream,
    Json,
    State,
    packet_crc,
    row_crc,
)
from recordings.journal.pending import EventRow, PacketRow

#: Rows fetched in one read transaction; short ones do not keep the writer from folding its log.
_CHUNK_ROWS: Final = 1024
_BUSY_S: Final = 5.0


class JournalReader:
    """A journal, read without altering it.

    After a kill or a power cut all that was committed is there. Where the disk lost or zeroed parts of the
    files, reading ends at the first row that is not what was written, and `tear` says so: what is returned is
    always the beginning of what was put, byte for byte.

    Parameters
    ----------
    path : Path
        The file; its log, where one is left, must lie beside it.

    Attributes
    ----------
    about : dict of JSON values
    streams : tuple of JournalStream
    tear : str or None
        Where reading had to end early, as far as has been read.

    Raises
    ------
    NotFoundError
        If nothing is at the path.
    UnsupportedError
        If a newer version of the program wrote it.
    UnreadableError
        If it is no journal, or its head is torn.

    Examples
    --------
    >>> import tempfile
    >>> from recordings.journal.writer import JournalWriter
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "session.journal"
    >>> with JournalWriter(path, about={"leg": "left"}, streams=[JournalStream("glute", "packed")]) as writer:
    ...     writer.put_packet("glute", 0.02, b"bytes")
    >>> with JournalReader(path) as journal:
    ...     journal.state, journal.about, [packet.raw for packet in journal.packets("glute")]
    ('finished', {'leg': 'left'}, [b'bytes'])
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tear: str | None = None
        if not path.is_file():
            raise NotFoundError("no journal is at this path; check its name", path=path)
        self._db = self._opened()
        try:
            meta = self._meta()
            self.about = _object(meta["about"])
            self.streams = tuple(self._streams())
        except (sqlite3.Error, ValueError, KeyError) as error:
            self._db.close()
            message = f"it is no journal, or its beginning is torn ({error}); nothing of it can be read"
            raise UnreadableError(message, path=path) from error
        except UnsupportedError:
            self._db.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        """Connect read-only; undo first what a kill in the middle of a mark left half done."""
        if self.path.with_name(self.path.name + "-journal").exists():
            with closing(sqlite3.connect(self.path, timeout=_BUSY_S)) as db:
                try:
                    db.execute("SELECT count(*) FROM sqlite_master").fetchone()
                except sqlite3.Error as error:
                    raise UnreadableError(in_words(error), path=self.path) from error
        address = f"{self.path.resolve().as_uri()}?mode=ro"
        db = sqlite3.connect(
            address, uri=True, isolation_level=None, timeout=_BUSY_S, check_same_thread=False
        )
        return _lenient(db)

    def _meta(self) -> dict[str, str]:
        meta: dict[str, str] = {}
        for key, value, crc in self._db.execute("SELECT key, value, crc FROM meta"):
            if row_crc(key, value) != crc:
                raise ValueError(f"{key!r} is not what was written")
            meta[key] = value
        if meta["format"] != FORMAT:
            raise ValueError(f"its format is {meta['format']!r}")
        if int(meta["version"]) > VERSION:
            message = f"the journal has version {meta['version']}, newer than {VERSION}; update this program"
            raise UnsupportedError(message, path=self.path)
        return meta

    def _streams(self) -> Iterator[JournalStream]:
        asked = "SELECT id, name, decoder, decoder_version, description, crc FROM streams ORDER BY id"
        for number, (*row, crc) in enumerate(self._db.execute(asked)):
            if row[0] != number or row_crc(*row) != crc:
                raise ValueError("a stream is not what was written")
            yield JournalStream(row[1], row[2], row[3], _object(row[4]))

    @property
    def state(self) -> State:
        """``"recording"`` (now, or until a crash), ``"finished"``, or ``"saved"``."""
        return cast("State", self._current()["state"])

    @property
    def detail(self) -> dict[str, Json]:
        """What was noted with the state, such as where the recording was saved."""
        return _object(self._current()["detail"])

    def _current(self) -> dict[str, str]:
        try:
            return self._meta()
        except (sqlite3.Error, ValueError, KeyError) as error:
            raise UnreadableError(f"its state cannot be read: {error}", path=self.path) from error

    def packets(self, stream: str | None = None) -> Iterator[JournalPacket]:
        """Give the packets of one stream, or of all, in the order in which they were put.

        Ends at a tear. Of a journal that is being written it gives what is committed by then.

        Raises
        ------
        JournalError
            If the journal has no such stream.
        """
        names = [known.name for known in self.streams]
        if stream is not None and stream not in names:
            message = f"no stream is named {stream!r}; name one of {', '.join(names)}"
            raise JournalError(message, path=self.path)
        return self._read_packets(names, stream)

    def _read_packets(self, names: list[str], wanted: str | None) -> Iterator[JournalPacket]:
        next_seq = [0] * len(names)
        for row in self._rows("packets", "id, stream, seq, arrival_s, raw, crc"):
            _, number, seq, arrival_s, raw, _ = cast("PacketRow", row)
            if not (0 <= number < len(names) and seq == next_seq[number]):
                self._torn("packets", row[0])
                return
            next_seq[number] += 1
            if wanted is None or names[number] == wanted:
                yield JournalPacket(names[number], seq, arrival_s, raw)

    def events(self) -> Iterator[JournalEvent]:
        """Give the events in the order in which they were put; ends at a tear."""
        for row in self._rows("events", "id, at_s, label, detail, crc"):
            _, at_s, label, detail, _ = cast("EventRow", row)
            yield JournalEvent(at_s, label, _object(detail))

    def _rows(self, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
        """Give the rows of a table from 1 on, until there are no more or one is not what was written."""
        last = 0
        asked = f"SELECT {columns} FROM {table} WHERE id > ? ORDER BY id LIMIT {_CHUNK_ROWS}"  # noqa: S608
        while True:
            try:
                rows = self._db.execute(asked, (last,)).fetchall()
            except sqlite3.ProgrammingError:
                raise
            except sqlite3.Error:
                # The rows of this chunk that lie before the damage can still be had one by one.
                rows = self._rows_before_damage(asked, last)
                if not rows:
                    self._torn(table, last + 1)
                    return
            if not rows:
                return
            for row in rows:
                if row[0] != last + 1 or _crc(table, row) != row[-1]:
                    self._torn(table, last + 1)
                    return
                last += 1
                yield row

    def _rows_before_damage(self, asked: str, last: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        with contextlib.suppress(sqlite3.Error):
            for row in self._db.execute(asked, (last,)):
                rows.append(row)  # noqa: PERF402  (what came before the error is wanted)
        return rows

    def _torn(self, table: str, row: int) -> None:
        self.tear = f"the journal is torn: of its {table} the first {row - 1} are whole, the rest is left out"

    def mark(self, state: State, detail: Mapping[str, Json] | None = None) -> None:
        """Note how far the journal has come, such as ``"saved"`` with the paths of what was saved.

        Folds a log that a crash left into the file, so that one file remains. Reading may go on afterwards.

        Raises
        ------
        BusyError
            If the journal is still being written, or read elsewhere.
        JournalError
            If the disk does not take the mark; the journal stays as it was.
        """
        self._db.close()
        try:
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=_BUSY_S)) as db:
                # Only the last user of a journal can fold its log: whoever still writes it is found out here.
                fold(_lenient(db))
                set_state(db, state, detail or {})
        except sqlite3.Error as error:
            if is_busy(error):
                message = "the journal is in use; end the recording, or close what reads it, then try again"
                raise BusyError(message, path=self.path) from error
            raise JournalError(f"the state cannot be noted: {in_words(error)}", path=self.path) from error
        finally:
            self._db = self._opened()

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _lenient(db: sqlite3.Connection) -> sqlite3.Connection:
    """Let SQLite open a file that has lost its end, which it refuses otherwise; every row is checked here."""
    db.execute("PRAGMA writable_schema = ON")
    return db


def _crc(table: str, row: tuple[Any, ...]) -> int | None:
    """Return the checksum that the row should carry; None if its values are not even of the right kind."""
    try:
        return packet_crc(*row[:-1]) if table == "packets" else row_crc(*row[:-1])
    except (TypeError, struct.error):
        return None


def _object(text: str) -> dict[str, Json]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError(f"{text[:40]!r} is not a JSON object")  # noqa: TRY004
    return cast("dict[str, Json]", found)
