"""Takes what arrives and brings it to disk from its own thread, so that nothing ever waits for the disk."""

import math
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from recordings.errors import JournalError
from recordings.journal.disk import JournalDisk, in_words
from recordings.journal.format import EVENT_RESTORED, JournalStream, Json, to_json
from recordings.journal.pending import PendingRows

#: Age of the oldest waiting row at which a commit begins; leaves 50 ms of the promised 250 for the disk.
COMMIT_AFTER_S: Final = 0.2
#: This much waiting is committed at once.
COMMIT_BYTES: Final = 1 << 20
#: What may wait in memory while the disk takes nothing: about ten minutes of two sensors at 2 kHz.
PENDING_BYTES: Final = 64 << 20
#: Rows of a kind in one commit; small, so that a disk with little room takes what fits.
_BATCH_ROWS: Final = 4096
#: When the disk is asked again after a refusal, and when the file is looked after if nothing arrives.
_RETRY_S: Final = 0.5
_LOOK_S: Final = 1.0


class JournalWriter:
    """A journal that is being written.

    Times are seconds on the session's clock. All methods may be called from any thread. What is put is on
    disk within 250 ms, or `fault` says why not.

    Parameters
    ----------
    path : Path
        The file to create, with its folders; nothing is ever overwritten.
    about : mapping of JSON values
        What is known of the whole session.
    streams : iterable of JournalStream
    pending_bytes : int
        Memory for what waits while the disk takes nothing. Packets on top of it are dropped, counted in
        `dropped`, and told in the journal by an event as soon as the disk takes one.

    Raises
    ------
    JournalError
        If the journal cannot be created, two streams share a name, or a description is not JSON.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name) / "session.journal"
    >>> with JournalWriter(path, about={}, streams=[JournalStream("glute", "packed")]) as journal:
    ...     journal.put_packet("glute", 0.02, b"bytes of the radio")
    >>> journal.committed
    {'glute': 1}
    >>> folder.cleanup()
    """

    def __init__(
        self,
        path: Path,
        *,
        about: Mapping[str, Json],
        streams: Iterable[JournalStream],
        pending_bytes: int = PENDING_BYTES,
    ) -> None:
        self.path = path
        known = tuple(streams)
        self._number = {stream.name: number for number, stream in enumerate(known)}
        if len(self._number) != len(known):
            raise JournalError("two streams have the same name; give each its own", path=path)
        self._disk = JournalDisk(path, about, known)
        self._wake = threading.Condition()
        self._pending = PendingRows(tuple(self._number), limit_bytes=pending_bytes)
        self._commit_bytes = min(COMMIT_BYTES, pending_bytes // 2)
        self._oldest: float | None = None
        self._trouble: str | None = None
        self._hurried = False
        self._wish: Literal["write", "finish", "close"] = "write"
        self._end: Literal["finished", "closed"] | None = None
        self._thread = threading.Thread(target=self._run, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    def put_packet(self, stream: str, arrival_s: float, raw: bytes | bytearray | memoryview) -> None:
        """Queue the bytes of one packet; returns at once, whatever the disk does.

        Raises
        ------
        JournalError
            If the stream is not one of the journal's, the time is not a number, or the journal has ended.
        """
        number = self._number.get(stream)
        if number is None:
            names = ", ".join(self._number)
            raise JournalError(f"no stream is named {stream!r}; name one of {names}", path=self.path)
        arrival_s, data = self._time(arrival_s), bytes(raw)
        with self._wake:
            self._check_open()
            if self._pending.put_packet(number, arrival_s, data):
                self._added()

    def put_event(self, at_s: float, label: str, detail: Mapping[str, Json] | None = None) -> None:
        """Queue an event; returns at once.

        Raises
        ------
        JournalError
            If the detail is not JSON, the time is not a number, or the journal has ended.
        """
        try:
            label.encode()
            text = to_json(detail or {})
        except (TypeError, ValueError) as error:
            message = f"event {label!r} or its detail is not JSON ({error}); use plain values"
            raise JournalError(message, path=self.path) from error
        at_s = self._time(at_s)
        with self._wake:
            self._check_open()
            self._pending.put_event(at_s, label, text)
            self._added()

    @property
    def fault(self) -> JournalError | None:
        """What keeps packets from the disk now; None again by itself once the disk takes them."""
        with self._wake:
            if self._trouble is None:
                return None
            message = f"{self._trouble}; {self._pending.account()}"
            return JournalError(message, path=self.path, pending=len(self._pending))

    @property
    def committed(self) -> dict[str, int]:
        """Packets of each stream that are on disk."""
        with self._wake:
            return dict(self._pending.committed)

    @property
    def dropped(self) -> dict[str, int]:
        """Packets of each stream that found no room in memory while the disk took none."""
        with self._wake:
            return dict(self._pending.dropped)

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until all that was put before is on disk; tell whether it is."""
        with self._wake:
            target = self._pending.put_rows
            self._hurried = True
            self._wake.notify_all()
            pending = self._pending
            self._wake.wait_for(lambda: self._end is not None or pending.done_rows >= target, timeout_s)
            return pending.done_rows >= target

    def finish(self, timeout_s: float = 10.0) -> None:
        """Commit all, mark the journal as finished, fold it into one file unless a reader holds it open.

        Raises
        ------
        JournalError
            If the disk does not take all of it in time. All that is committed stays and the writer goes on
            trying: call again once the cause is removed, or `close` to give up.
        """
        with self._wake:
            if self._end is None:
                self._wish = "finish"
                self._hurried = True
                self._wake.notify_all()
                self._wake.wait_for(lambda: self._end is not None, timeout_s)
            if self._end is None:
                self._wish = "write"
        if self._end is None:
            raise self.fault or JournalError("the disk is too slow; finish again", path=self.path)
        if self._end == "closed":
            message = "the journal was closed unfinished; recover its dataset to finish it"
            raise JournalError(message, path=self.path)
        self._thread.join()

    def close(self) -> None:
        """Give up: commit what the disk takes now and let go; the journal stays marked as being recorded."""
        with self._wake:
            if self._end is None:
                self._wish = "close"
                self._wake.notify_all()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._end is not None:
            return
        try:
            self.finish()
        except JournalError as unfinished:
            self.close()
            if error is None:
                raise
            error.add_note(str(unfinished))

    def _time(self, seconds: float) -> float:
        if not math.isfinite(seconds):
            raise JournalError(
                f"{seconds} is not a time; give seconds on the session's clock", path=self.path
            )
        return float(seconds) + 0.0  # SQLite keeps no minus zero

    def _check_open(self) -> None:
        if self._end is not None or self._wish != "write":
            raise JournalError("the journal has ended; begin another", path=self.path)

    def _added(self) -> None:
        if self._oldest is None:
            self._oldest = time.monotonic()
            self._wake.notify_all()
        elif self._pending.size_bytes >= self._commit_bytes:
            self._wake.notify_all()

    def _wait_for_work(self) -> None:
        """Sleep until a commit or a retry is due, or somebody hurries."""
        began = time.monotonic()
        while not self._hurried and self._wish != "close":
            due = began + (_LOOK_S if self._trouble is None else _RETRY_S)
            if self._trouble is None and self._oldest is not None:
                due = min(due, self._oldest + COMMIT_AFTER_S)
                if self._pending.size_bytes >= self._commit_bytes:
                    break
            left = due - time.monotonic()
            if left <= 0:
                break
            self._wake.wait(left)
        self._hurried = False

    def _run(self) -> None:
        try:
            while self._end is None:
                with self._wake:
                    self._wait_for_work()
                    wish = self._wish
                trouble = self._write(finishing=wish == "finish")
                with self._wake:
                    self._trouble = trouble
                    if wish == "finish" and trouble is None:
                        self._end = "finished"
                    elif wish == "close":
                        self._end = "closed"
                    self._wake.notify_all()
        finally:
            # A defect ends up here too: nobody may wait for a thread that is gone.
            with self._wake:
                if self._end is None:
                    self._end = "closed"
                    self._trouble = "the journal's thread has stopped by a defect; report it"
                self._wake.notify_all()
            self._disk.close()

    def _write(self, *, finishing: bool) -> str | None:
        """Bring what waits to disk; return what went wrong, in words."""
        try:
            if not self._disk.is_in_place() and (vanished := self._restore()) is not None:
                return vanished
            with self._wake:
                target = self._pending.put_rows
            while self._write_batch(until=None if finishing else target):
                pass
            if finishing:
                self._disk.finish()
        except (sqlite3.Error, OSError) as error:
            return in_words(error)
        return None

    def _restore(self) -> str | None:
        """Write a journal anew that has vanished; return what went wrong, in words."""
        try:
            self._disk.restore()
        except (sqlite3.Error, OSError) as error:
            return f"the journal has vanished from its folder: {in_words(error)}, or put the folder back"
        with self._wake:
            self._pending.put_event(None, EVENT_RESTORED, to_json({}))
        return None

    def _write_batch(self, *, until: int | None) -> bool:
        """Commit the oldest rows; tell whether to go on, until so many are on disk or, for None, all."""
        with self._wake:
            batch = self._pending.first(_BATCH_ROWS)
            taken = time.monotonic()
        if batch.packets or batch.events:
            self._disk.append(batch)
        with self._wake:
            self._pending.done(batch)
            self._oldest = taken if self._pending else None
            self._trouble = None
            self._wake.notify_all()
            return bool(self._pending) and (until is None or self._pending.done_rows < until)
