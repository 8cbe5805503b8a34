"""A recording file that was dropped on the page: limited in size and kind, analysed, and not kept."""

import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Final

from firing_analyzer.app.store import Opened, Store
from firing_analyzer.errors import AnalysisError
from firing_analyzer.pipeline import analyze
from recordings.errors import ChannelError, RecordingError, UnsupportedError
from recordings.model import Side
from recordings.open import open_recording

KINDS: Final = (".edf", ".bdf", ".csv", ".txt", ".tsv", ".h5", ".hdf5", ".c3d", ".xdf", ".xdfz")
#: A hidden folder of the dataset; empty but for a file that is being opened.
FOLDER: Final = ".firing-analyzer-dropped"
#: Letters of a name that are shown.
LONGEST_NAME: Final = 120


@dataclass(slots=True)
class Dropped:
    """The file that was dropped last.

    Attributes
    ----------
    name : str
        As the person's computer calls it; only shown.
    path : Path or None
        Where it lies; None when it has been opened.
    problem : str
        Why it could not be opened so far.
    channels : tuple of str
        Labels of its channels, where it could be read so far.
    """

    store: Store
    name: str = ""
    path: Path | None = None
    problem: str = ""
    channels: tuple[str, ...] = ()
    folder: Path = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.store.dataset / FOLDER
        self.forget()

    def forget(self) -> None:
        """Remove what lies there."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.path = None

    async def receive(self, name: str, parts: AsyncIterable[bytes]) -> None:
        """Take a file as it comes.

        Raises
        ------
        UnsupportedError
            If it is of no kind that is read.
        OSError
            If it cannot be written.
        """
        shown = PureWindowsPath(PurePosixPath(name).name).name[:LONGEST_NAME]
        shown = "".join(letter for letter in shown if letter.isprintable())
        suffix = PurePosixPath(shown).suffix.lower()
        if suffix not in KINDS:
            raise UnsupportedError(f"{suffix or 'a file without ending'} is not read here; {_kinds()}")
        self.forget()
        self.folder.mkdir()
        path = self.folder / f"recording{suffix}"
        try:
            with path.open("xb") as file:
                async for part in parts:
                    file.write(part)
        except BaseException:
            self.forget()
            raise
        self.name, self.path, self.problem, self.channels = shown, path, "", ()

    def open(
        self, *, leg: Side | None = None, glute: str | None = None, shoulder: str | None = None
    ) -> Opened | None:
        """Open and analyse the file; None, with the problem told, where it cannot be done.

        Parameters
        ----------
        leg : {"left", "right"}, optional
        glute, shoulder : str, optional
            Labels of channels, where the file's own do not tell.
        """
        path = self.path
        if path is None:
            return None
        try:
            recording = open_recording(path, leg=leg, glute=glute or None, shoulder=shoulder or None)
            # nothing lies beside it there
            named = replace(recording, path=self.folder / self.name)
            opened = self.store.take(f"dropped/{self.name}", named, analyze(named))
        except (RecordingError, AnalysisError, OSError) as problem:
            self.problem = _in_words(problem)
            self.channels = tuple(getattr(problem, "available", self.channels))
            return None
        self.problem = ""
        self.forget()
        return opened


def _in_words(problem: Exception) -> str:
    """Say what is wrong; what to do on a command line is not for the page, which asks for it instead."""
    reason = str(getattr(problem, "reason", problem))
    return reason.partition(";")[0] if isinstance(problem, ChannelError) else reason


def _kinds() -> str:
    return f"drop a file of one of these kinds: {', '.join(KINDS)}"
