"""The dataset behind the page: recordings, persons, what was left unfinished, and saved reports.

Nothing is read or written anywhere but below the dataset's folder.
"""

import os
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from firing_analyzer.edits import Edit
from firing_analyzer.kept import save_analysis, store_edits
from firing_analyzer.pipeline import analyze
from firing_analyzer.report.save import report_bytes
from firing_analyzer.result import Analysis
from firing_analyzer.saved import analyze_saved
from firing_analyzer.settings import Settings
from recordings.errors import NotFoundError
from recordings.find import find_recordings
from recordings.lock import is_locked
from recordings.model import Recording
from sensors.unfinished import unfinished

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
    in_dataset : bool
        Whether corrections are kept beside the recording. A file that was dropped on the page is gone when it
        is closed, and its corrections with it.
    """

    name: str
    recording: Recording
    analysis: Analysis
    in_dataset: bool = False
    _one_by_one: Lock = field(default_factory=Lock, repr=False)

    def correct(self, edit: Edit) -> None:
        """Analyse anew with one more correction, and keep it; without room for it, nothing changes.

        Raises
        ------
        EditError
            If it cannot be of this recording, or other corrections were kept for it meanwhile.
        RecordingError, OSError
            If it cannot be kept.
        """
        with self._one_by_one:
            before = self.analysis
            after = analyze(self.recording, before.settings, edits=(*before.edits, edit))
            if self.in_dataset:
                store_edits(after)
            # what is kept by now holds, whether its result can be kept as well or not
            self.analysis = after
            if self.in_dataset:
                save_analysis(after)


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
        recording, analysis = analyze_saved(self.path(name), Settings())
        return self._keep(name, Opened(name, recording, analysis, in_dataset=True))

    def take(
        self, name: str, recording: Recording, analysis: Analysis, *, in_dataset: bool = False
    ) -> Opened:
        """Keep a recording open that was analysed already."""
        return self._keep(name, Opened(name, recording, analysis, in_dataset))

    def _keep(self, name: str, opened: Opened) -> Opened:
        self._open[name] = opened
        self._open.move_to_end(name)
        while len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)
        return opened

    def unfinished(self) -> list[str]:
        """Whose recordings are not finished and hold something: a code for each, empty where nobody tells."""
        return [one.participant or "" for one in unfinished(self.dataset)]

    def is_recorded_into(self) -> bool:
        """Whether a recording goes on in this dataset, here or in another program."""
        return is_locked(self.dataset)

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
