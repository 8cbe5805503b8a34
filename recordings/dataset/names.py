"""Names of folders and files in a BIDS dataset, and the next free run.

Rules: https://bids-specification.readthedocs.io (EMG, since 1.11; motion, since 1.9).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.errors import RecordingError
from recordings.model import Side

TASK: Final = "proneLegRaise"
_LABEL: Final = re.compile(r"[0-9A-Za-z]+")
_RUN: Final = re.compile(r"_run-(\d+)(?:_|\.)")
_MOST_RUNS: Final = 9999
#: Ends the name of a file with samples of movement sensors.
MOTION_ENDING: Final = "_motion.tsv"
_EMG_ENDING: Final = "_emg.bdf"
#: Ends the name of the hidden folder in which a recording is put together.
SAVING: Final = ".saving"


class LabelError(RecordingError):
    """A code of a participant or a session is not one that BIDS allows."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a dataset the recordings of one participant, session and leg stand.

    Attributes
    ----------
    dataset : Path
    participant : str
        A code, without ``sub-``.
    session : str or None
        Without ``ses-``.
    leg : {"left", "right"}
    """

    dataset: Path
    participant: str
    session: str | None
    leg: Side

    @property
    def folder(self) -> Path:
        """The folder of the session, or of the participant where there are no sessions."""
        folder = self.dataset / f"sub-{self.participant}"
        return folder if self.session is None else folder / f"ses-{self.session}"

    @property
    def emg(self) -> Path:
        """The folder of the EMG files."""
        return self.folder / "emg"

    def folder_of(self, name: str) -> Path:
        """Return the folder that a file belongs into: movement apart from EMG."""
        return self.folder / datatype_of(name)

    @property
    def prefix(self) -> str:
        """``sub-01_ses-01``, as all names of the session begin."""
        return f"sub-{self.participant}" + ("" if self.session is None else f"_ses-{self.session}")

    @property
    def scans(self) -> Path:
        """The table that lists the files of the session."""
        return self.folder / f"{self.prefix}_scans.tsv"

    def stem(self, run: int, *, tracker: str | None = None) -> str:
        """Name of one recording, without its device and its suffix; that of movement names its sensor."""
        tracked = "" if tracker is None else f"_tracksys-{tracker}"
        return f"{self.prefix}_task-{TASK}{tracked}_acq-{self.leg}_run-{run}"


def checked_label(label: str, what: str) -> str:
    """Return a label that BIDS allows in a name.

    Parameters
    ----------
    label : str
    what : str
        ``"participant"`` or ``"session"``, for the message.

    Raises
    ------
    LabelError
        If it holds anything but letters of a to z and digits.

    Examples
    --------
    >>> checked_label("07b", "participant")
    '07b'
    """
    if not _LABEL.fullmatch(label):
        wrong = ", ".join(dict.fromkeys(repr(letter) for letter in label if not _LABEL.fullmatch(letter)))
        raise LabelError(
            f"the {what} code {label!r} {f'holds {wrong}' if wrong else 'is empty'}; "
            "use a code of letters a to z and digits, such as 01, and no name"
        )
    return label


def checked_place(dataset: Path, participant: str, session: str | None, leg: Side) -> Place:
    """Return the place of a recording, its labels checked.

    Raises
    ------
    LabelError
        If a label is not allowed, or differs from one in the dataset in capitals alone, which many disks
        cannot tell apart.
    """
    if leg not in ("left", "right"):
        raise LabelError(f"the leg is {leg!r}; name left or right")
    place = Place(
        dataset,
        checked_label(participant, "participant"),
        None if session is None else checked_label(session, "session"),
        leg,
    )
    _check_capitals(dataset, f"sub-{participant}", "participant")
    if session is not None:
        _check_capitals(dataset / f"sub-{participant}", f"ses-{session}", "session")
    return place


def is_dataset_name(path: Path) -> bool:
    """Return whether a file is named as the EMG files of a BIDS dataset are."""
    return path.suffix.lower() in (".bdf", ".edf") and path.stem.endswith("_emg")


def is_motion_name(path: Path) -> bool:
    """Return whether a file is named as the samples of movement sensors in a BIDS dataset are."""
    return path.name.endswith(MOTION_ENDING)


def datatype_of(name: str) -> str:
    """Return the folder of a dataset that a file belongs into, ``"emg"`` or ``"motion"``.

    Examples
    --------
    >>> datatype_of("sub-01_task-rest_tracksys-imu_motion.tsv"), datatype_of("sub-01_task-rest_emg.bdf")
    ('motion', 'emg')
    """
    return "motion" if "_tracksys-" in name or name.endswith(MOTION_ENDING) else "emg"


def sidecar_of(file: Path) -> Path:
    """Return where the sidecar of a data file stands."""
    return file.with_suffix(".json")


def table_of(file: Path, kind: str) -> Path:
    """Return where the table of a data file stands that BIDS calls `kind`, such as ``"events"``."""
    return file.with_name(f"{file.stem.rpartition('_')[0]}_{kind}.tsv")


def beside(file: Path, name: str) -> Path:
    """Return where another file of the same recording stands; EMG and movement have folders of their own."""
    other = file.parent.parent / datatype_of(name) / name
    return other if file.parent.name in ("emg", "motion") else file.with_name(name)


def is_data(name: str) -> bool:
    """Return whether a file holds samples, and not what is said of them."""
    return name.endswith((_EMG_ENDING, MOTION_ENDING))


def reserve_run(place: Place) -> tuple[int, Path]:
    """Take the next free run: no other process gets the same one.

    Returns
    -------
    run : int
    staging : Path
        A new hidden folder beside the recordings, in which the files can be put together.
    """
    run = 1
    while run <= _MOST_RUNS:
        place.emg.mkdir(parents=True, exist_ok=True)
        run = max(run, 1 + max((taken for taken, _ in _runs(place)), default=0))
        staging = place.emg / f".{place.stem(run)}{SAVING}"
        try:
            staging.mkdir()
        except (FileExistsError, FileNotFoundError):
            # Taken by another process, or the empty folder was cleared away by one that failed.
            continue
        # Another process may have finished this run since the folder was listed.
        if any(taken == run and path != staging for taken, path in _runs(place)):
            staging.rmdir()
            continue
        return run, staging
    raise RecordingError(f"it holds {_MOST_RUNS} runs; begin a new session", path=place.emg)


def device_labels(names: Iterable[str]) -> list[str]:
    """Return a ``recording-`` label for each device: letters and digits, none twice.

    Examples
    --------
    >>> device_labels(["glute", "IMU thigh/left", "glute", "???"])
    ['glute', 'IMUthighleft', 'glute2', 'device']
    """
    taken: list[str] = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name)
        wanted = "".join(letter for letter in plain if _LABEL.fullmatch(letter)) or "device"
        label, number = wanted, 1
        while label.casefold() in map(str.casefold, taken):
            number += 1
            label = f"{wanted}{number}"
        taken.append(label)
    return taken


def run_of(name: str) -> int:
    """Return the run that a name tells, 0 if it tells none."""
    found = _RUN.search(name)
    return int(found[1]) if found else 0


def staging_folders(dataset: Path) -> list[Path]:
    """List the hidden folders of recordings that were not saved to the end."""
    return sorted(dataset.glob(f"sub-*/**/emg/.*{SAVING}"))


def empty_folders(dataset: Path) -> list[Path]:
    """List folders of people, sessions, EMG and movement with nothing in them; BIDS takes them for people."""
    patterns = ("sub-*/**/emg", "sub-*/**/motion", "sub-*/ses-*", "sub-*")
    folders = [folder for pattern in patterns for folder in dataset.glob(pattern)]
    return [folder for folder in folders if folder.is_dir() and not any(folder.iterdir())]


def _runs(place: Place) -> list[tuple[int, Path]]:
    """List the runs of this session and leg that are taken or being taken."""
    ours = re.compile(rf"{place.prefix}_task-{TASK}(?:_tracksys-[0-9A-Za-z]+)?_acq-{place.leg}_run-")
    found: list[tuple[int, Path]] = []
    for folder in (place.emg, place.folder / "motion"):
        for path in folder.iterdir() if folder.is_dir() else ():
            name = path.name.lstrip(".")
            if ours.match(name) and (run := _RUN.search(name.replace(SAVING, "."))):
                found.append((int(run[1]), path))
    return found


def _check_capitals(folder: Path, name: str, what: str) -> None:
    if not folder.is_dir():
        return
    for other in folder.iterdir():
        if other.name != name and other.name.casefold() == name.casefold():
            raise LabelError(
                f"the {what} {name[4:]!r} differs from {other.name[4:]!r} in the dataset by capitals alone; "
                "use the code that is there, or another",
                path=folder,
            )
