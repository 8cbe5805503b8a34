"""Saving a recording into a BIDS dataset: BDF+ and its sidecars, all of it or nothing.

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
from recordings.dataset.device_files import signals_by_file
from recordings.dataset.emg_json import emg_json
from recordings.dataset.names import Place, checked_place, empty_folders, reserve_run, run_of, staging_folders
from recordings.dataset.new_files import (
    NotSavedError,
    move_new,
    remove_empty,
    sync_folder,
    temporary_files,
    write_new,
)
from recordings.dataset.sidecars import channels_tsv, events_tsv, is_gap
from recordings.dataset.tables import add_row, complete_top
from recordings.errors import RecordingError
from recordings.formats.bdf_write import write_bdf
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
        The BDF files; any one of them opens the whole recording.
    notes : tuple of str
        Tables of the dataset that could not be added to, a sentence each.
    """

    dataset: Path
    run: int
    files: tuple[Path, ...]
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The first BDF file, which stands for the recording."""
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

    Channels that share a clock go into one BDF+ file, otherwise one file a device. Nothing that is there is
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
    files = signals_by_file(recording)
    try:
        run, staging = reserve_run(place)
        try:
            stems = [place.stem(run) + (f"_recording-{device}" if device else "") for device, _ in files]
            names = tuple(f"{stem}_emg.bdf" for stem in stems)
            facts = facts or Facts()
            events = [event for event in recording.events if not is_gap(event.label)]
            for stem, name, (_, signals) in zip(stems, names, files, strict=True):
                file = write_bdf(
                    staging / name, signals, annotations=events, scales=scales, started_at=facts.acquired_at
                )
                about = emg_json(
                    file,
                    signals,
                    recording,
                    names=names,
                    leg=leg,
                    clocks=clocks or {},
                    facts=facts,
                    source=source,
                )
                write_new(staging / f"{stem}_emg.json", about.encode())
                channels = channels_tsv(
                    signals,
                    file,
                    reference=facts.reference,
                    electrode_distance_mm=facts.electrode_distance_mm,
                )
                write_new(staging / f"{stem}_channels.tsv", channels.encode())
                rows = events_tsv(events, file.gaps, file_start_s=file.start_s)
                write_new(staging / f"{stem}_events.tsv", rows.encode())
            _mark_ready(staging, place, run, names, facts)
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
    for sidecar in sorted(dataset.glob("sub-*/**/emg/*_emg.json")):
        try:
            block = read_block(sidecar)
        except RecordingError:
            # Not one of ours that is whole, so not the one that is looked for.
            continue
        if block is not None and block.source == source:
            files = tuple(sidecar.parent / name for name in block.files)
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


def _mark_ready(staging: Path, place: Place, run: int, names: tuple[str, ...], facts: Facts) -> None:
    """Say that all files are whole and on the disk, and where they belong."""
    ready = {
        "files": names,
        "run": run,
        "participant": place.participant,
        "session": place.session,
        "leg": place.leg,
        "acquired": facts.acquired_at.isoformat() if facts.acquired_at else "n/a",
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
    for path in sorted(waiting, key=lambda path: path.suffix == ".bdf"):
        target = place.emg / path.name
        if target.exists() and path.samefile(target):
            # The crash came between giving the new name and taking the old one away.
            path.unlink()
        else:
            move_new(path, target)
    for name in ready["files"]:
        row = {"filename": f"emg/{name}", "acq_time": ready["acquired"]}
        notes += add_row(place.scans, row, key="filename")
    shutil.rmtree(staging)
    sync_folder(place.emg)
    files = tuple(place.emg / name for name in ready["files"])
    return SavedRecording(dataset, ready["run"], files, tuple(notes))


def _discard(staging: Path, dataset: Path) -> None:
    shutil.rmtree(staging)
    remove_empty(staging.parent, dataset)
