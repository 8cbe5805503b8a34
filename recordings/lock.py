"""One recording at a time in a dataset: a lock that ends with the process that holds it."""

import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from recordings.errors import BusyError, JournalError

#: Where journals and the lock lie in a dataset.
JOURNAL_FOLDER: Final = Path("sourcedata") / "firing-analyzer"
# Windows bars others from reading the bytes that are locked: a byte far behind the number is locked.
_LOCKED_BYTE: Final = 1 << 20


class DatasetLock:
    """Bars other recordings from a dataset while this one goes on.

    The operating system holds it and lets go of it when the process ends, however it ends. Use it in a
    ``with`` block, or `acquire` and `release` it.

    Parameters
    ----------
    dataset : Path
        The dataset's folder; it is made where it is missing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, DatasetLock(Path(folder)) as lock:
    ...     lock.path.name
    '.lock'
    """

    def __init__(self, dataset: Path) -> None:
        self.dataset = dataset
        self.path = dataset / JOURNAL_FOLDER / ".lock"
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock without waiting.

        Raises
        ------
        BusyError
            If another recording goes on in the dataset; `BusyError.pid` tells its process.
        JournalError
            If the lock's file cannot be made.
        """
        if self._handle is not None:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            message = f"nothing can be recorded here ({reason}); choose a dataset folder that can be written"
            raise JournalError(message, path=self.path.parent) from error
        try:
            _lock(handle)
        except OSError as error:
            pid = _written_pid(handle)
            os.close(handle)
            if not isinstance(error, BlockingIOError | PermissionError):
                message = f"its disk offers no locks ({error}); choose a dataset on a local disk"
                raise JournalError(message, path=self.dataset) from error
            process = f" (process {pid})" if pid is not None else ""
            message = (
                f"another recording is going on in this dataset{process}; end it first, or choose another"
            )
            raise BusyError(message, path=self.dataset, pid=pid) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Let others record; may be called twice."""
        if self._handle is None:
            return
        # The empty file stays: were it removed, two others could each lock a file of that name.
        handle, self._handle = self._handle, None
        os.ftruncate(handle, 0)
        _unlock(handle)
        os.close(handle)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_locked(dataset: Path) -> bool:
    """Return whether a recording goes on in a dataset, in whatever process; nothing is written for it."""
    try:
        handle = os.open(dataset / JOURNAL_FOLDER / ".lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        _lock(handle)
    except OSError as error:
        return isinstance(error, BlockingIOError | PermissionError)
    else:
        _unlock(handle)
        return False
    finally:
        os.close(handle)


def _written_pid(handle: int) -> int | None:
    text = os.read(handle, 32).strip()
    return int(text) if text.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(handle, 0, os.SEEK_SET)

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
