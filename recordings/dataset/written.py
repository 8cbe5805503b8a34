"""The files of one recording, written side by side into a folder: samples, sidecars, channels, events."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recordings.dataset.acquisition import ChannelClock, Facts
from recordings.dataset.block import Whole
from recordings.dataset.device_files import signals_by_file
from recordings.dataset.emg_json import emg_json
from recordings.dataset.motion_files import (
    motion_by_file,
    motion_channels_tsv,
    motion_gaps,
    motion_json,
    motion_tsv,
)
from recordings.dataset.names import MOTION_ENDING, Place, sidecar_of, table_of
from recordings.dataset.new_files import write_new
from recordings.dataset.sidecars import channels_tsv, events_tsv, is_gap
from recordings.formats.bdf_write import write_bdf
from recordings.model import Event, Recording, Side, Signal


@dataclass(frozen=True, slots=True, eq=False)
class FilePlan:
    """Which signals go into which file.

    Attributes
    ----------
    emg : list of (str or None, list of Signal)
        See `recordings.dataset.device_files.signals_by_file`.
    motion : list of (str, list of Signal)
        See `recordings.dataset.motion_files.motion_by_file`.
    """

    emg: list[tuple[str | None, list[Signal]]]
    motion: list[tuple[str, list[Signal]]]

    @classmethod
    def of(cls, recording: Recording) -> "FilePlan":
        """Plan the files of a recording; raises `ChannelError` where there is nothing to store."""
        return cls(signals_by_file(recording), motion_by_file(recording))

    def names(self, place: Place, run: int) -> tuple[str, ...]:
        """Names of all files with samples, those of EMG first."""
        stem = place.stem(run)
        emg = [f"{stem}{f'_recording-{device}' if device else ''}_emg.bdf" for device, _ in self.emg]
        return (
            *emg,
            *(f"{place.stem(run, tracker=tracker)}{MOTION_ENDING}" for tracker, _ in self.motion),
        )


def write_files(
    folder: Path,
    plan: FilePlan,
    names: tuple[str, ...],
    recording: Recording,
    *,
    leg: Side,
    clocks: Mapping[str, ChannelClock],
    scales: Mapping[str, float],
    facts: Facts,
    source: str | None,
) -> dict[str, float]:
    """Write all files of a recording into one folder, whatever folder they belong into.

    Parameters
    ----------
    folder : Path
    plan : FilePlan
    names : tuple of str
        As `FilePlan.names` gives them.
    recording, leg, clocks, scales, facts, source
        As in `recordings.dataset.bids.save_recording`.

    Returns
    -------
    dict of str to float
        For each file, the time of its first sample in seconds from the start of the recording.
    """
    whole = Whole(recording, names, leg, clocks, facts, source)
    events = [event for event in recording.events if not is_gap(event.label)]
    starts_s: dict[str, float] = {}
    for name, (_, signals) in zip(names, [*plan.emg, *plan.motion], strict=True):
        file = folder / name
        write = _write_motion if name.endswith(MOTION_ENDING) else _write_emg
        starts_s[name] = write(file, signals, whole, events, scales)
    return starts_s


def _write_emg(
    file: Path, signals: list[Signal], whole: Whole, events: list[Event], scales: Mapping[str, float]
) -> float:
    written = write_bdf(file, signals, annotations=events, scales=scales, started_at=whole.facts.acquired_at)
    write_new(sidecar_of(file), emg_json(written, signals, whole).encode())
    write_new(table_of(file, "channels"), channels_tsv(signals, written, whole.facts).encode())
    rows = events_tsv(events, written.gaps, file_start_s=written.start_s)
    write_new(table_of(file, "events"), rows.encode())
    return written.start_s


def _write_motion(
    file: Path, signals: list[Signal], whole: Whole, events: list[Event], _scales: Mapping[str, float]
) -> float:
    start_s = signals[0].start_s
    write_new(file, motion_tsv(signals).encode())
    write_new(sidecar_of(file), motion_json(signals, whole).encode())
    write_new(table_of(file, "channels"), motion_channels_tsv(signals).encode())
    rows = events_tsv(events, motion_gaps(signals), file_start_s=start_s)
    write_new(table_of(file, "events"), rows.encode())
    return start_s
