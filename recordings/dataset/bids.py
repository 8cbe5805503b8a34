"""Saving a recording into a BIDS dataset: EMG as BDF+, movement as tables, sidecars; all of it or nothing.

A recording is put together in a hidden folder and moved into place as a last step, data files behind their
sidecars. What a crash leaves is finished or cleared away by `finish_interrupted`.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recordings.dataset.acquisition import ChannelClock, Facts
from recordings.dataset.bids_read import read_block
from recordings.dataset.names import (
    Place,
    beside,
    checked_place,
    empty_folders,
    is_data,
    reserve_run,
    run_of,
    staging_folders,
)
from recordings.dataset.new_files import (
    NotSavedError,
    move_new,
    remove_empty,
    sync_folder,
    temporary_files,
    write_new,
)
from recordings.dataset.tables import add_row, complete_top, scan_row
from recordings.dataset.written import FilePlan, write_files
from recordings.errors import RecordingError
from recordings.model import Recording, Side

# Written last into the hidden folder: what it lists is whole and may be moved.
_READY: Final = "ready.json"


@dataclass(frozen=True, slots=True)
class SavedRecording:
    """Where a recording was saved.

    Attributes
    ----------
    dataset : Path
    run : int
    files : tuple of Path
        All files with samples, those of EMG first; any one of them opens the whole recording.
    notes : tuple of str
        Tables of the dataset that could not be added to, a sentence each.
    """

    dataset: Path
    run: int
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The first file, which stands for the recording."""
        return self.files[0]


def save_recording(
    dataset: str | Path,
    recording: Recording,
    *,
    participant: str,
    session: str | None = None,
    leg: Side,
    clocks: Mapping[str, ChannelClock] | None = None,
    scales: Mapping[str, float] | None = None,
    facts: Facts | None = None,
    source: str | None = None,
) -> SavedRecording:
    """Save a recording as the next run of a participant, session and leg.

    EMG channels that share a clock go into one BDF+ file, otherwise one file a device. Acceleration, angular
    rate and angles go into a table of the ``motion`` folder for each device. Nothing that is there is
    overwritten, and no two processes get the same run.

    Parameters
    ----------
    dataset : str or Path
        The folder of the dataset; it is made if it is missing.
    recording : Recording
        Rates and starts are those of the fitted clocks. Samples that are not finite count as lost.
    participant, session : str
        Codes of letters and digits, never names.
    leg : {"left", "right"}
        The leg that was raised.
    clocks : mapping of str to ChannelClock, optional
        By channel label.
    scales : mapping of str to float, optional
        By channel label: the step of the sensor's converter; whole multiples of it are stored exactly.
    facts : Facts, optional
    source : str, optional
        Name of what it was made from, such as a journal; `saved_from` finds the recording again by it.

    Returns
    -------
    SavedRecording

    Raises
    ------
    LabelError
        If a code is not one that BIDS allows.
    ChannelError
        If there are no samples, two channels have one label, or values are too large for BDF.
    NotSavedError
        If the disk is full or the folder cannot be written. What was whole by then is kept for
        `finish_interrupted`, what was not is removed.
    TimeError
        If the time of an event is not a number.
    """
    place = checked_place(Path(dataset), participant, session, leg)
    plan = FilePlan.of(recording)
    facts = facts or Facts()
    try:
        run, staging = reserve_run(place)
        try:
            names = plan.names(place, run)
            starts_s = write_files(
                staging,
                plan,
                names,
                recording,
                leg=leg,
                clocks=clocks or {},
                scales=scales or {},
                facts=facts,
                source=source,
            )
            _mark_ready(staging, place, run, starts_s, facts)
        except BaseException:
            _discard(staging, place.dataset)
            raise
        return _publish(staging, place.dataset)
    except OSError as problem:
        raise NotSavedError(
            f"the recording cannot be saved ({problem.strerror or problem}); "
            "make room on the disk or choose another dataset",
            path=place.dataset,
        ) from problem


def saved_from(dataset: str | Path, source: str) -> SavedRecording | None:
    """Find the recording that was saved from this source, if there is one.

    Parameters
    ----------
    dataset : str or Path
    source : str
        As given to `save_recording`.
    """
    dataset = Path(dataset)
    found = (dataset.glob(f"sub-*/**/{kind}/*_{kind}.json") for kind in ("emg", "motion"))
    for sidecar in (sidecar for sidecars in found for sidecar in sorted(sidecars)):
        try:
            block = read_block(sidecar)
        except RecordingError:
            # Not one of ours that is whole, so not the one that is looked for.
            continue
        if block is not None and block.source == source:
            files = tuple(beside(sidecar, name) for name in block.files)
            if all(file.exists() for file in files):
                return SavedRecording(dataset, run_of(sidecar.name), files)
    return None


def finish_interrupted(dataset: str | Path) -> list[SavedRecording]:
    """Finish or clear away what a crash during `save_recording` left.

    A recording that was whole on the disk is moved into place. One that was not is removed: it was never
    there to be seen, and can be saved again from what it was made of. Nothing else may save into the dataset
    meanwhile (`recordings.lock.DatasetLock`).

    Parameters
    ----------
    dataset : str or Path

    Returns
    -------
    list of SavedRecording
        Those that were moved into place.

    Raises
    ------
    NotSavedError
        If the folder cannot be written.
    """
    dataset = Path(dataset)
    finished: list[SavedRecording] = []
    try:
        for staging in staging_folders(dataset):
            if (staging / _READY).exists():
                finished.append(_publish(staging, dataset))
            else:
                _discard(staging, dataset)
        for temporary in temporary_files(dataset):
            temporary.unlink()
        for folder in empty_folders(dataset):
            remove_empty(folder, dataset)
    except OSError as problem:
        raise NotSavedError(
            f"what an interrupted save left cannot be finished ({problem.strerror or problem}); "
            "make room on the disk, or make the folder writable",
            path=dataset,
        ) from problem
    return finished


def _mark_ready(staging: Path, place: Place, run: int, starts_s: dict[str, float], facts: Facts) -> None:
    """Say that all files are whole and on the disk, and where they belong."""
    ready = {
        "files": list(starts_s),
        "run": run,
        "participant": place.participant,
        "session": place.session,
        "leg": place.leg,
        "starts_s": starts_s,
        "acquired": facts.acquired_at.isoformat() if facts.acquired_at else None,
    }
    sync_folder(staging)
    write_new(staging / _READY, json.dumps(ready).encode())


def _publish(staging: Path, dataset: Path) -> SavedRecording:
    """Move what is ready into place: sidecars, then data, then the rows that name them."""
    ready = json.loads((staging / _READY).read_text(encoding="utf-8"))
    place = Place(dataset, ready["participant"], ready["session"], ready["leg"])
    complete_top(dataset)
    person = {"participant_id": f"sub-{place.participant}"}
    notes = add_row(dataset / "participants.tsv", person, key="participant_id")
    waiting = [path for path in staging.iterdir() if path.name != _READY and not path.name.startswith(".")]
    for path in sorted(waiting, key=lambda path: is_data(path.name)):
        target = place.folder_of(path.name) / path.name
        target.parent.mkdir(exist_ok=True)
        if target.exists() and path.samefile(target):
            # The crash came between giving the new name and taking the old one away.
            path.unlink()
        else:
            move_new(path, target)
    for name in ready["files"]:
        # A version without movement wrote no starts, and no date as n/a.
        start_s, acquired = ready.get("starts_s", {}).get(name), ready["acquired"]
        row = scan_row(name, start_s, acquired_at=None if acquired == "n/a" else acquired)
        notes += add_row(place.scans, row, key="filename")
    _discard(staging, dataset)
    sync_folder(place.emg)
    files = tuple(place.folder_of(name) / name for name in ready["files"])
    return SavedRecording(dataset, ready["run"], files, tuple(notes))


def _discard(staging: Path, dataset: Path) -> None:
    shutil.rmtree(staging)
    remove_empty(staging.parent, dataset)
