"""Opening a recording of a BIDS dataset: all its files, at the rates, starts and gaps that our sidecars hold.

Without our block a file is opened as what it is, and the notes say so.
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from recordings.dataset.motion_read import read_motion, read_plain_motion
from recordings.dataset.names import beside, is_motion_name, sidecar_of, table_of
from recordings.dataset.sidecars import BLOCK, READABLE, SCHEMA, StoredChannel, StoredRecording, read_events
from recordings.errors import UnreadableError, UnsupportedError
from recordings.formats.edf import read_edf
from recordings.formats.edf_header import EdfLayout, read_layout
from recordings.formats.lost import blank_ranges
from recordings.model import Event, FloatArray, Recording, Signal

if TYPE_CHECKING:
    from edfio import BdfSignal


def read_dataset_recording(path: Path, *, allow_truncated: bool = False) -> Recording:
    """Read the recording that a file of EMG or movement of a dataset belongs to.

    Parameters
    ----------
    path : Path
        Any one of its files.
    allow_truncated : bool
        As in `recordings.formats.edf.read_edf`; the sidecars are then left aside.

    Returns
    -------
    Recording
        With our sidecars: signals of all files, lost samples as NaN and no others, padding left out.

    Raises
    ------
    UnreadableError
        If a sidecar is not whole, a file of the recording is missing, or a file and its sidecar do not fit
        together.
    UnsupportedError
        If a newer version wrote the sidecar.
    """
    block = read_block(sidecar_of(path))
    if block is None and is_motion_name(path):
        return read_plain_motion(path)
    if block is None:
        plain = read_edf(path, allow_truncated=allow_truncated)
        return _with_neighbours(plain, path)
    if path.name not in block.files:
        raise UnreadableError(
            f"its sidecar is of {', '.join(block.files)}; give file and sidecar their names back", path=path
        )
    if allow_truncated and not is_motion_name(path) and _ends_early(path):
        plain = read_edf(path, allow_truncated=True)
        note = (
            "Its sidecar was left aside, because the file ends early: rate and start are those of the file."
        )
        return replace(plain, leg=block.leg, notes=(*plain.notes, note))
    blocks = {name: block if name == path.name else _other_block(path, name, block) for name in block.files}
    signals: list[Signal] = []
    for name, one in blocks.items():
        file = path if name == path.name else beside(path, name)
        signals += read_motion(file, one) if is_motion_name(file) else _signals(file, one)
    events = _events(path, block)
    return Recording(
        tuple(signals),
        events,
        path=path,
        leg=block.leg,
        glute=block.glute,
        shoulder=block.shoulder,
        shared_clock=block.shared_clock,
        clock_error_ms=block.clock_error_ms,
        planned_repetitions=block.planned_repetitions,
        extendable_to=block.extendable_to,
        notes=block.notes,
    )


def read_block(sidecar: Path) -> StoredRecording | None:
    """Read our block of a sidecar; None if there is no sidecar, or none of our block in it.

    Raises
    ------
    UnreadableError
        If the sidecar is not whole.
    UnsupportedError
        If a newer version wrote it.
    """
    if not sidecar.is_file():
        return None
    try:
        content = msgspec.json.decode(sidecar.read_bytes(), type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise UnreadableError(
            f"it is not whole ({problem}); copy it again, or move it away to open the file without it",
            path=sidecar,
        ) from problem
    raw = content.get(BLOCK)
    if raw is None:
        return None
    try:
        schema = msgspec.json.decode(raw, type=_Schema).schema
        if schema not in READABLE:
            raise UnsupportedError(
                f"its block is of {schema!r}, this version reads {SCHEMA!r}; install a newer version",
                path=sidecar,
            )
        return msgspec.json.decode(raw, type=StoredRecording)
    except msgspec.DecodeError as problem:
        raise UnreadableError(
            f"its block {BLOCK} is not as it should be ({problem}); restore it, or move the sidecar away",
            path=sidecar,
        ) from problem


class _Schema(msgspec.Struct, frozen=True, rename="pascal"):
    schema: str


def _other_block(path: Path, name: str, first: StoredRecording) -> StoredRecording:
    other = beside(path, name)
    missing = next((file for file in (other, sidecar_of(other)) if not file.is_file()), None)
    if missing is not None:
        raise UnreadableError(
            f"{missing.name} of the same recording is missing; run recover, or put it beside this file",
            path=path,
        )
    block = read_block(sidecar_of(other))
    if block is None or (block.files, block.source) != (first.files, first.source):
        raise UnreadableError(f"{name} beside it is of another recording; put the right one there", path=path)
    return block


def _ends_early(path: Path) -> bool:
    content = path.read_bytes()
    layout = read_layout(content, path=path)
    return len(content) < layout.header_bytes + layout.n_records * layout.record_bytes


def _signals(path: Path, block: StoredRecording) -> list[Signal]:
    content = path.read_bytes()
    layout = read_layout(content, path=path)
    expected = layout.header_bytes + layout.n_records * layout.record_bytes
    if layout.n_records < 1 or len(content) != expected:
        # Says what is wrong with the file, in the words for any BDF file.
        read_edf(path)
        raise UnreadableError(
            f"it holds {len(content)} bytes where {expected} belong; copy it again", path=path
        )
    labels = [label for i, label in enumerate(layout.labels) if i not in layout.annotation_signals]
    if labels != [channel.label for channel in block.channels]:
        raise UnreadableError(
            "its channels are not those of its sidecar; restore the one that belongs to it", path=path
        )
    return [
        Signal(channel.channel, _samples(stored, channel, path), channel.rate_hz, channel.start_s)
        for channel, stored in zip(block.channels, _stored(content, layout), strict=True)
    ]


def _stored(content: bytes, layout: EdfLayout) -> "tuple[BdfSignal, ...]":
    from edfio import read_bdf  # noqa: PLC0415

    return read_bdf(io.BytesIO(content), header_encoding=layout.encoding).signals


def _samples(stored: "BdfSignal", channel: StoredChannel, path: Path) -> FloatArray:
    digital = stored.digital.astype(np.float64)
    values = stored.data.astype(np.float64, copy=False) if channel.scale is None else digital * channel.scale
    stop = channel.first_sample + channel.sample_count
    if channel.first_sample < 0 or channel.sample_count < 0 or stop > values.size:
        raise UnreadableError(
            f"its sidecar names {stop} samples of {channel.label!r}, the file holds {values.size}; "
            "restore the one that belongs to it",
            path=path,
        )
    return blank_ranges(values, channel.lost_samples)[channel.first_sample : stop]


def _events(path: Path, block: StoredRecording) -> tuple[Event, ...]:
    table = table_of(path, "events")
    if not table.is_file():
        raise UnreadableError(
            f"{table.name} of the same recording is missing; run recover, or put it beside this file",
            path=path,
        )
    return _read_events(table, block.file_start_s)


def _read_events(table: Path, file_start_s: float) -> tuple[Event, ...]:
    try:
        return read_events(table.read_text(encoding="utf-8"), file_start_s=file_start_s)
    except ValueError as problem:
        raise UnreadableError(
            f"it is not a whole table of events ({problem}); copy it again, or move it away", path=table
        ) from problem


def _with_neighbours(plain: Recording, path: Path) -> Recording:
    """Add to a plain BDF file the events of a BIDS table beside it, and say what is missing."""
    sidecar = sidecar_of(path)
    notes = [
        f"{sidecar.name} holds no {BLOCK} block: rates and gaps are those of the file."
        if sidecar.is_file()
        else f"No {sidecar.name} is beside it: rates and gaps are those of the file."
    ]
    before, entity, _ = path.name.partition("_recording-")
    if entity:
        notes.append(
            f"Other files of {before} were not opened with it: nothing tells how their clocks relate."
        )
    table = table_of(path, "events")
    if not table.is_file():
        return replace(plain, notes=(*plain.notes, *notes))
    try:
        events = _read_events(table, 0.0)
    except UnreadableError as problem:
        return replace(plain, notes=(*plain.notes, *notes, f"{table.name} was not read: {problem.reason}."))
    return replace(plain, events=events or plain.events, notes=(*plain.notes, *notes))
