"""Everything that can be wrong with a recording.

::

    RecordingError
    ├── NotFoundError            nothing is at that path, or no recording is in that folder
    ├── UnreadableError          the bytes are not what their format demands
    │   └── TruncatedError       the file ends early; what can be read is offered
    ├── UnsupportedError         a format, or a part of one, that cannot be read here
    ├── ChannelError             a channel is missing, doubled or not of the right kind
    ├── TimeError                times run backwards, or the rate is missing or impossible
    ├── UnitError                a unit is not understood, or two cannot be compared
    ├── JournalError             what arrives cannot be written down: disk full, folder gone or read-only
    └── BusyError                another program is recording here, or still uses the journal
"""

from pathlib import Path


class RecordingError(Exception):
    """Root of all errors about recordings; its text is one line that says what to do.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it.
    path : Path or None
        The file or folder that is meant.
    """

    def __init__(self, message: str, *, path: Path | None = None) -> None:
        super().__init__(f"{path}: {message}" if path is not None else message)
        self.path = path
        self.reason = message


class NotFoundError(RecordingError):
    """Nothing is at the path, or the folder holds no recording."""


class UnreadableError(RecordingError):
    """The bytes of the file are not what its format demands."""


class TruncatedError(UnreadableError):
    """The file ends before its header says it should.

    Attributes
    ----------
    readable_s : float
        Seconds of whole records that can still be read.
    """

    def __init__(self, message: str, *, path: Path | None = None, readable_s: float = 0.0) -> None:
        super().__init__(message, path=path)
        self.readable_s = readable_s


class UnsupportedError(RecordingError):
    """A format, or a part of one, that cannot be read here.

    Attributes
    ----------
    extra : str or None
        The optional extra that would bring the reader, such as ``"formats"``.
    """

    def __init__(self, message: str, *, path: Path | None = None, extra: str | None = None) -> None:
        super().__init__(message, path=path)
        self.extra = extra


class ChannelError(RecordingError):
    """A channel is missing, named twice, or not of the right kind.

    Attributes
    ----------
    available : tuple of str
        The labels that the recording does have.
    """

    def __init__(self, message: str, *, path: Path | None = None, available: tuple[str, ...] = ()) -> None:
        super().__init__(message, path=path)
        self.available = available


class TimeError(RecordingError):
    """Times run backwards, or a rate is missing or impossible."""


class UnitError(RecordingError):
    """A unit is not understood, or two units cannot be the same quantity."""


class JournalError(RecordingError):
    """What arrives cannot be written down: the disk is full, the folder is gone or read-only.

    Attributes
    ----------
    pending : int
        Packets and events that wait in memory and are not on disk.
    """

    def __init__(self, message: str, *, path: Path | None = None, pending: int = 0) -> None:
        super().__init__(message, path=path)
        self.pending = pending


class BusyError(RecordingError):
    """Another program is recording into the dataset, or still uses the journal.

    Attributes
    ----------
    pid : int or None
        Number of the process that holds it, where it is known.
    """

    def __init__(self, message: str, *, path: Path | None = None, pid: int | None = None) -> None:
        super().__init__(message, path=path)
        self.pid = pid
