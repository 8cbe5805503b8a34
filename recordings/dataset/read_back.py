"""Whether what was written is what was measured: read again, and compared sample for sample."""

import io
from pathlib import Path
from typing import Final

import numpy as np

from recordings.dataset.bids import SavedRecording
from recordings.dataset.bids_read import read_block
from recordings.dataset.names import is_motion_name, sidecar_of
from recordings.dataset.sidecars import is_gap
from recordings.errors import RecordingError
from recordings.formats.bdf_labels import plain_label
from recordings.formats.edf_header import read_layout
from recordings.formats.lost import lost_ranges
from recordings.model import Event, Recording, Signal
from recordings.open import open_recording

# Tables hold times to the nanosecond.
_TIME_TOLERANCE_S: Final = 2e-9
# Of rounding in floats, beside half a digital step.
_FLOAT_TOLERANCE: Final = 1e-9


def read_back_differences(saved: SavedRecording, recording: Recording) -> list[str]:
    """Read a saved recording and tell where it differs from what was to be saved.

    Parameters
    ----------
    saved : SavedRecording
    recording : Recording
        As it was given to `save_recording`. A sample that is not finite counts as lost.

    Returns
    -------
    list of str
        A sentence for each difference, the file's name first. Empty if the recording is faithful: samples
        within half a digital step (exact where the scale is stored), the same samples lost, the same rates,
        starts, channels and events.
    """
    name = saved.path.name
    try:
        read = open_recording(saved.path)
        steps = {label: step for file in saved.files for label, step in _steps(file).items()}
    except RecordingError as problem:
        return [str(problem)]
    found: list[str] = []
    if sorted(read.labels) != sorted(recording.labels):
        found.append(f"channels {', '.join(read.labels)} where {', '.join(recording.labels)} were measured")
    for signal in recording.signals:
        if signal.channel.label in read.labels:
            found += _signal_differences(read[signal.channel.label], signal, steps)
    plan = ("planned_repetitions", "extendable_to")
    for what in ("shared_clock", "clock_error_ms", *plan, "glute", "shoulder", "notes"):
        if (is_now := getattr(read, what)) != (was := getattr(recording, what)):
            found.append(f"{what} is {is_now!r} where {was!r} was recorded")
    if recording.leg not in (None, read.leg):
        found.append(f"the leg is {read.leg} where {recording.leg} was recorded")
    found += _event_differences(read.events, recording.events)
    return [f"{name}: {difference}" for difference in found]


def _signal_differences(read: Signal, measured: Signal, steps: dict[str, float]) -> list[str]:
    label = measured.channel.label
    found: list[str] = []
    if read.channel != measured.channel:
        found.append(f"channel {label!r} is {read.channel} where {measured.channel} was measured")
    if (read.rate_hz, read.start_s) != (measured.rate_hz, measured.start_s):
        found.append(
            f"channel {label!r} runs at {read.rate_hz} Hz from {read.start_s} s "
            f"where {measured.rate_hz} Hz from {measured.start_s} s was fitted"
        )
    if read.samples.size != measured.samples.size:
        found.append(
            f"channel {label!r} holds {read.samples.size} samples where {measured.samples.size} were sent"
        )
        return found
    lost, was_lost = np.isnan(read.samples), ~np.isfinite(measured.samples)
    if not np.array_equal(lost, was_lost):
        first, stop = lost_ranges(lost != was_lost)[0]
        found.append(
            f"channel {label!r} differs in which samples are lost, first from sample {first} to {stop - 1}"
        )
    both = ~(lost | was_lost)
    error = np.abs(read.samples[both] - measured.samples[both])
    allowed = steps[label] / 2 + _FLOAT_TOLERANCE * np.abs(measured.samples[both])
    if (error > allowed).any():
        worst = int(np.flatnonzero(both)[np.argmax(error - allowed)])
        found.append(
            f"channel {label!r} has {read.samples[worst]} at sample {worst} "
            f"where {measured.samples[worst]} was sent"
        )
    return found


def _event_differences(read: tuple[Event, ...], recorded: tuple[Event, ...]) -> list[str]:
    kept = sorted(
        (event.onset_s, plain_label(event.label), event.duration_s, plain_label(event.reason))
        for event in recorded
        if not is_gap(event.label)
    )
    now = sorted((event.onset_s, event.label, event.duration_s, plain_label(event.reason)) for event in read)
    if len(kept) != len(now):
        return [f"{len(now)} events where {len(kept)} were recorded"]
    return [
        f"event {label!r} at {onset_s} s for {duration_s} s (reason {reason}) "
        f"where {was!r} at {was_s} s for {was_for_s} s (reason {was_why}) was recorded"
        for (onset_s, label, duration_s, reason), (was_s, was, was_for_s, was_why) in zip(
            now, kept, strict=True
        )
        if (label, duration_s, reason) != (was, was_for_s, was_why)
        or abs(onset_s - was_s) > _TIME_TOLERANCE_S
    ]


def _steps(path: Path) -> dict[str, float]:
    """Size of a digital step of each channel: none of movement, or where whole numbers have a scale."""
    from edfio import read_bdf  # noqa: PLC0415

    block = read_block(sidecar_of(path))
    if is_motion_name(path):
        return {channel.name: 0.0 for channel in block.channels} if block else {}
    content = path.read_bytes()
    header = content[: read_layout(content, path=path).header_bytes]
    empty = io.BytesIO(header[:236] + b"0       " + header[244:])
    return {
        channel.name: 0.0
        if channel.scale is not None
        else (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min)
        for channel, signal in zip(block.channels if block else (), read_bdf(empty).signals, strict=True)
    }
