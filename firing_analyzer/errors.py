"""Everything that can be wrong with an analysis.

::

    AnalysisError
    ├── SettingsError          a settings file has an unknown key or an impossible value
    ├── UnknownDetectorError   a detector, or a parameter of one, that does not exist
    ├── BatchError             many recordings: no worker starts, the table cannot be written
    └── SignalError            a channel that cannot be analysed at all: constant, empty, too slow

What makes a session doubtful is not an error: it is a verdict with reasons.
"""


class AnalysisError(Exception):
    """Root of all errors about an analysis; its text is one line that says what to do."""


class SettingsError(AnalysisError):
    """A setting is unknown or impossible.

    Attributes
    ----------
    key : str or None
        The setting that is meant.
    """

    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class UnknownDetectorError(AnalysisError):
    """A detector, or a parameter of one, that does not exist.

    Attributes
    ----------
    known : tuple of str
        The names that do exist.
    """

    def __init__(self, message: str, *, known: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.known = known


class BatchError(AnalysisError):
    """A run over many recordings cannot begin or go on."""


class SignalError(AnalysisError):
    """A channel that cannot be analysed at all.

    Attributes
    ----------
    channel : str
        Its label.
    """

    def __init__(self, message: str, *, channel: str) -> None:
        super().__init__(f"channel {channel!r}: {message}")
        self.channel = channel
