"""The journal's file while it is written: SQLite with a write-ahead log, one thread at a time.

A commit is on disk when it returns (``synchronous=FULL``). A kill or a power cut loses only what was not
committed; what was torn on disk is left out when it is read (`recordings.journal.reader`).
"""

import contextlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from recordings.errors import JournalError
from recordings.journal.format import (
    PAGE_BYTES,
    SCHEMA,
    HeadRow,
    JournalStream,
    Json,
    State,
    head_rows,
    row_crc,
    to_json,
)
from recordings.journal.pending import Batch

#: How long SQLite waits for a reader that is in the way.
_BUSY_S: Final = 2.0
#: Length of the log at which it is folded into the file.
_LOG_BYTES: Final = 8 << 20
# A row that is there already is the one that was to be written: a commit whose success was not heard of.
_ADD_PACKET: Final = (
    "INSERT OR IGNORE INTO packets (id, stream, seq, arrival_s, raw, crc) VALUES (?, ?, ?, ?, ?, ?)"
)
_ADD_EVENT: Final = "INSERT OR IGNORE INTO events (id, at_s, label, detail, crc) VALUES (?, ?, ?, ?, ?)"


class JournalDisk:
    """A journal's file, created and then only added to.

    Parameters
    ----------
    path : Path
        Must not exist yet; missing folders are made.
    about : mapping of JSON values
        What is known of the whole session.
    streams : sequence of JournalStream

    Raises
    ------
    JournalError
        If the file exists or cannot be created.
    """

    def __init__(self, path: Path, about: Mapping[str, Json], streams: Sequence[JournalStream]) -> None:
        self.path = path
        try:
            head = head_rows(about, streams)
        except (TypeError, ValueError) as error:
            raise JournalError(f"a description is not JSON ({error}); use plain values", path=path) from error
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
        except OSError as error:
            raise JournalError(_creation_trouble(error, path), path=path) from error
        self._db: sqlite3.Connection | None = None
        self._copied = False
        self._last_packet = 0
        try:
            self._fill(self._connect(), *head)
            self._file = _identity(path)
            _sync_folder(path.parent)
        except (sqlite3.Error, OSError) as error:
            self.close()
            with contextlib.suppress(OSError):
                path.unlink()
            raise JournalError(f"the journal cannot be begun: {in_words(error)}", path=path) from error

    def _connect(self) -> sqlite3.Connection:
        """Return the connection; make a new one where trouble with the disk cost the last."""
        if self._db is None:
            db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=_BUSY_S)
            try:
                db.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                db.execute("PRAGMA journal_mode = WAL")
                db.execute(f"PRAGMA wal_autocheckpoint = {_LOG_BYTES // PAGE_BYTES}")
                db.execute("PRAGMA synchronous = FULL")
                if self._last_packet:
                    (last,) = db.execute("SELECT max(id) FROM packets").fetchone()
                    if last is None or last < self._last_packet:
                        raise sqlite3.DataError("the disk has lost what was committed")
            except sqlite3.Error:
                db.close()
                raise
            self._db = db
        return self._db

    def _fill(self, db: sqlite3.Connection, meta: Sequence[HeadRow], streams: Sequence[HeadRow]) -> None:
        db.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            db.execute(statement)
        db.executemany("INSERT INTO meta VALUES (?, ?, ?)", meta)
        db.executemany("INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?)", streams)
        db.execute("COMMIT")
        # The head goes into the main file at once, so that no tear of the log can take it.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def append(self, batch: Batch) -> None:
        """Commit rows, all or none.

        Raises
        ------
        sqlite3.Error
            If the disk does not take them; they may be appended again as they are.
        """
        db = self._connect()
        try:
            db.execute("BEGIN IMMEDIATE")
            db.executemany(_ADD_PACKET, batch.packets)
            db.executemany(_ADD_EVENT, batch.events)
            db.execute("COMMIT")
        except sqlite3.Error as error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            # A disk that was away and came back needs the file opened anew. A file that was deleted stays
            # open, since nothing else holds what is in it.
            if _primary(error) == sqlite3.SQLITE_IOERR and self.is_in_place():
                self.close()
            raise
        if batch.packets:
            self._last_packet = batch.packets[-1][0]

    def is_in_place(self) -> bool:
        """Tell whether the file that is written still stands at its path."""
        try:
            return _identity(self.path) == self._file
        except OSError:
            return False

    def restore(self) -> None:
        """Write the journal anew where it stood; an open file can be read even after it was deleted.

        Raises
        ------
        OSError, sqlite3.Error
            If the folder cannot be made, another file stands there, or the disk takes no copy.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            raise FileExistsError(f"another file stands at {self.path}")
        partial = self.path.with_name(self.path.name + ".partial")
        if not self._copied:
            partial.unlink(missing_ok=True)
            with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as copy:
                self._connect().backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            self._copied = True
            # Closing removes the log by its name: it must be closed before the copy takes the name over.
            self.close()
        partial.rename(self.path)
        self._copied = False
        self._file = _identity(self.path)
        _sync_folder(self.path.parent)

    def finish(self) -> None:
        """Mark the journal as finished and fold the log into one file; then close.

        Raises
        ------
        sqlite3.Error
            If the mark cannot be written; the journal is then as a crash leaves it.
        """
        db = self._connect()
        set_state(db, "finished", {})
        # All is on disk by now. A reader may be in the way of folding: the log then stays beside the file.
        with contextlib.suppress(sqlite3.OperationalError):
            fold(db)
        self.close()

    def close(self) -> None:
        """Let go of the file; the state stays what it was."""
        db, self._db = self._db, None
        if db is not None:
            db.close()


def set_state(db: sqlite3.Connection, state: State, detail: Mapping[str, Json]) -> None:
    """Write the state of a journal and its detail in one commit."""
    values = {"state": state, "detail": to_json(detail)}
    rows = [(value, row_crc(key, value), key) for key, value in values.items()]
    db.execute("BEGIN IMMEDIATE")
    try:
        db.executemany("UPDATE meta SET value = ?, crc = ? WHERE key = ?", rows)
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def fold(db: sqlite3.Connection) -> None:
    """Fold the log into the main file; raises `sqlite3.OperationalError` where others use the journal."""
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.execute("PRAGMA journal_mode = DELETE")


def in_words(error: Exception) -> str:
    """Say what the disk complains of, and what to do."""
    match _primary(error):
        case sqlite3.SQLITE_FULL:
            return "the disk is full; free space on it"
        case sqlite3.SQLITE_READONLY:
            return "the folder or its disk is read-only; make it writable"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "another program holds the journal; close that program"
        case sqlite3.SQLITE_CANTOPEN:
            return "the file cannot be opened; check that its folder is there and writable"
        case sqlite3.SQLITE_IOERR:
            return f"the disk does not take it ({error}); check that it is connected and has space"
        case _:
            reason = error.strerror if isinstance(error, OSError) else None
            return f"the disk complains ({(reason or str(error)).lower()}); check it"


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another program is in the way."""
    return _primary(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _primary(error: Exception) -> int | None:
    """Return SQLite's code without the details in its higher bits."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _creation_trouble(error: OSError, path: Path) -> str:
    if isinstance(error, FileExistsError) and path.is_file():
        return "a journal of this name exists already and nothing is overwritten; choose another name"
    reason = (error.strerror or str(error)).lower()
    return f"the journal cannot be created in {path.parent} ({reason}); choose a folder that can be written"


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _sync_folder(folder: Path) -> None:
    """Bring a folder's new entry to disk, where the system has a way to ask for it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
