"""The dataset behind the page: recordings, persons, what was left unfinished, and saved reports.

Nothing is read or written anywhere but below the dataset's folder.
"""

import os
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from firing_analyzer.app.corrections import Correction, corrected
from firing_analyzer.report.save import report_bytes
from firing_analyzer.result import Analysis
from recordings.errors import NotFoundError, RecordingError, UnreadableError
from recordings.find import find_recordings
from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER
from recordings.model import Recording
from sensors.recover import JOURNAL_SUFFIX

#: Where reports are saved.
REPORTS: Final = Path("derivatives") / "firing-analyzer"
#: Recordings that stay open; their samples are large.
MOST_OPEN: Final = 12


@dataclass(slots=True)
class Opened:
    """A recording that is open on the page.

    Attributes
    ----------
    name : str
        As it is shown.
    recording : Recording
    analysis : Analysis
        With all corrections.
    corrections : dict
        By number of the raise.
    """

    name: str
    recording: Recording
    analysis: Analysis
    corrections: dict[int, Correction]

    def correct(self, corrections: Mapping[int, Correction]) -> None:
        """Analyse anew with these corrections and no others."""
        self.analysis = corrected(self.recording, tuple(corrections.values()))
        self.corrections = dict(corrections)


class Store:
    """One dataset.

    Parameters
    ----------
    dataset : Path
        Made if it is missing.
    """

    def __init__(self, dataset: Path) -> None:
        dataset.mkdir(parents=True, exist_ok=True)
        self.dataset = dataset.resolve()
        self._open: OrderedDict[str, Opened] = OrderedDict()

    def path(self, name: str) -> Path:
        """Return the path of a file of the dataset.

        Raises
        ------
        NotFoundError
            If it does not lie below the dataset's folder, or is not there.
        """
        try:
            path = (self.dataset / name).resolve()
            inside = path.is_relative_to(self.dataset) and path.is_file()
        except (OSError, ValueError):  # names that no file system takes
            inside = False
            path = self.dataset
        if not inside:
            raise NotFoundError("there is no such recording in this dataset; open it from the library")
        return path

    def recordings(self) -> list[str]:
        """Names of all recordings of persons, in order of their paths."""
        found = find_recordings(self.dataset)
        names = [file.relative_to(self.dataset).as_posix() for file in found]
        return [name for name in names if name.startswith("sub-")]

    def participants(self) -> dict[str, list[str]]:
        """Return the recordings of each person."""
        persons: dict[str, list[str]] = {}
        for name in self.recordings():
            persons.setdefault(name.partition("/")[0].removeprefix("sub-"), []).append(name)
        return persons

    def opened(self, name: str) -> Opened:
        """Open a recording of the dataset, or return the one that is open.

        Raises
        ------
        RecordingError, AnalysisError
            If it is not there, or cannot be used.
        """
        known = self._open.get(name)
        if known is not None:
            self._open.move_to_end(name)
            return known
        from recordings.open import open_recording  # noqa: PLC0415

        recording = open_recording(self.path(name))
        return self._keep(name, Opened(name, recording, corrected(recording, ()), {}))

    def take(self, name: str, recording: Recording, analysis: Analysis) -> Opened:
        """Keep a recording open that was analysed already."""
        return self._keep(name, Opened(name, recording, analysis, {}))

    def _keep(self, name: str, opened: Opened) -> Opened:
        self._open[name] = opened
        self._open.move_to_end(name)
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return opened

    def unfinished(self) -> list[Path]:
        """Journals of recordings that were cut off and hold something."""
        journals = sorted((self.dataset / JOURNAL_FOLDER).glob(f"*{JOURNAL_SUFFIX}"))
        return [path for path in journals if _is_unfinished(path)]

    def save_report(self, opened: Opened, suffix: str) -> Path:
        """Save a report in the dataset; one that is there is kept, and the new one takes the next number.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        folder = self.dataset / REPORTS
        folder.mkdir(parents=True, exist_ok=True)
        stem = report_stem(opened.name)
        content = report_bytes(opened.analysis, suffix)
        number = 1
        while True:
            target = folder / f"{stem}{'' if number == 1 else f'-{number}'}{suffix}"
            try:
                handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            except FileExistsError:
                number += 1
                continue
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
            except OSError:
                target.unlink(missing_ok=True)
                raise
            return target


def report_stem(name: str) -> str:
    """Return how the report of a recording is called, without its ending.

    Examples
    --------
    >>> report_stem("sub-01/emg/sub-01_task-proneLegRaise_acq-left_run-1_recording-glute_emg.bdf")
    'sub-01_task-proneLegRaise_acq-left_run-1_report'
    """
    stem = Path(name).stem.partition("_recording-")[0].removesuffix("_emg")
    return f"{stem}_report"


def _is_unfinished(path: Path) -> bool:
    try:
        with JournalReader(path) as journal:
            return journal.state != "saved" and next(journal.packets(), None) is not None
    except UnreadableError:
        return False
    except RecordingError:
        return True  # said when it is recovered
