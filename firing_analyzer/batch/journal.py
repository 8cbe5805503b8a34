"""What a run over many recordings has done so far, on disk beside its table, so that it can go on."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from firing_analyzer.batch.one_file import FileResult
from firing_analyzer.batch.workers import program
from firing_analyzer.errors import BatchError
from firing_analyzer.kept import edits_path
from firing_analyzer.settings import Settings
from recordings.dataset.entities import Entities, entities_of

#: Ends the name of the table while it is not finished.
UNFINISHED: Final = ".unfinished"
#: Folders of a session in which the files of one recording lie.
_MODALITIES: Final = ("emg", "motion")
_OURS: Final = 0x46417462  # "FAtb", so that no other SQLite file is taken for one of ours


class BatchJournal:
    """Results by file, settings and versions; a killed run loses at most the one being written.

    Use it in a ``with`` block. One run at a time: the operating system holds the lock and lets go of it when
    the process ends.

    Parameters
    ----------
    table : Path
        The table that the run is to write; the journal lies beside it, its name ending in ``.unfinished``.

    Raises
    ------
    BatchError
        If another run holds it, it is no journal of ours, or the folder cannot be written.
    """

    def __init__(self, table: Path) -> None:
        self.path = table.with_name(table.name + UNFINISHED)
        try:
            self._db = sqlite3.connect(self.path, timeout=0, isolation_level=None)
            try:
                self._begin()
            except BaseException:
                self._db.close()
                raise
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise BatchError(
                    f"{table}: another run is writing this table; wait for it, or choose another name"
                ) from problem
            raise BatchError(
                f"{self.path}: it cannot be written ({problem}); choose a folder that you may write to"
            ) from problem
        except sqlite3.DatabaseError as problem:
            raise _foreign(self.path) from problem

    def _begin(self) -> None:
        db = self._db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        (mark,) = db.execute("PRAGMA application_id").fetchone()
        (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark != _OURS and tables:
            raise _foreign(self.path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(f"PRAGMA application_id = {_OURS}")
        db.execute("CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, well INTEGER, result BLOB)")
        # What failed is tried again: a missing file may be there by now, a missing package installed.
        db.execute("DELETE FROM done WHERE NOT well")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it; what it holds stays for the next run."""
        self._db.close()

    def discard(self) -> None:
        """Close it and take it away: the tables are written."""
        self.close()
        self.path.unlink(missing_ok=True)

    def done(self, keys: Iterable[str]) -> set[str]:
        """Return those of the keys whose results are here."""
        known = {str(key) for (key,) in self._db.execute("SELECT key FROM done")}
        return known.intersection(keys)

    def add(self, key: str, result: FileResult) -> None:
        """Write down a result; it outlives the process at once, and a power cut after some seconds.

        Raises
        ------
        BatchError
            If the disk is full.
        """
        try:
            self._db.execute(
                "INSERT OR REPLACE INTO done VALUES (?, ?, ?)",
                (key, result.problem is None, msgspec.json.encode(result)),
            )
        except sqlite3.OperationalError as problem:
            raise BatchError(
                f"{self.path}: what was done cannot be written down ({problem}); "
                "free some space and run again, it goes on from here"
            ) from problem

    def results(self, keys: Iterable[str]) -> Iterator[FileResult]:
        """Read results back one by one, in the order of the keys."""
        decoder = msgspec.json.Decoder(FileResult)
        for key in keys:
            (stored,) = self._db.execute("SELECT result FROM done WHERE key = ?", (key,)).fetchone()
            yield decoder.decode(stored)


class FileKeys:
    """Names what a result depends on: the file as it is now, the settings, and the program.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._same = json.dumps([settings.to_dict(), program()], sort_keys=True)
        self._sessions: dict[Path, dict[Entities, list[Path]]] = {}

    def key(self, path: str) -> str:
        """Return the key of a file: another one as soon as its size or its time of change is another.

        Of a recording in a dataset its sidecars and its other files count as well.
        """
        file = Path(path)
        stamps: list[tuple[str, int, int]] = []
        for part in (*self._parts(file), edits_path(file)):
            try:
                found = part.stat()
            except OSError:
                continue
            stamps.append((part.name, found.st_size, found.st_mtime_ns))
        told = json.dumps([path, str(file.absolute()), stamps])
        return sha256(f"{told}\n{self._same}".encode()).hexdigest()

    def _parts(self, file: Path) -> list[Path]:
        if file.parent.name not in _MODALITIES:
            return [file]
        session = file.parent.parent
        if session not in self._sessions:
            by_recording: dict[Entities, list[Path]] = {}
            folders = [session / name for name in _MODALITIES]
            for part in (part for folder in folders if folder.is_dir() for part in sorted(folder.iterdir())):
                by_recording.setdefault(entities_of(part), []).append(part)
            self._sessions = {session: by_recording}  # files come session by session
        return self._sessions[session].get(entities_of(file), [file])


def _foreign(path: Path) -> BatchError:
    return BatchError(
        f"{path}: it is no unfinished table of this program; move it away, or choose another name"
    )
