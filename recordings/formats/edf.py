"""EDF, EDF+, BDF and BDF+: samples by edfio, lost records and ``BAD_gap`` annotations as NaN."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from recordings.errors import TimeError, TruncatedError, UnreadableError
from recordings.formats.edf_annotations import read_annotations, record_positions
from recordings.formats.edf_header import EdfLayout, read_layout
from recordings.formats.gaps import blank, spread
from recordings.labels import labelled_signal
from recordings.model import Event, FloatArray, Recording, Signal

#: Annotations that name samples which were never received (ours, and the one that MNE writes).
GAP_LABELS: Final = ("bad_gap", "bad_acq_skip")


def read_edf(path: Path, *, allow_truncated: bool = False) -> Recording:
    """Read a file of the EDF family.

    Nothing of what the header says of the person is kept.

    Parameters
    ----------
    path : Path
    allow_truncated : bool
        Read the whole data records of a file that ends early, and say so in the notes.

    Returns
    -------
    Recording
        Lost data records of a discontinuous file, and what ``BAD_gap`` annotations cover, are NaN.

    Raises
    ------
    UnreadableError
        If the header is damaged or no sample is there.
    TruncatedError
        If the file ends before its header says it should, with the seconds that can be read.
    TimeError
        If data records overlap or run backwards.
    """
    content = path.read_bytes()
    layout = read_layout(content, path=path)
    if layout.record_s == 0:
        raise UnreadableError("it holds annotations and no signal; name the file with the samples", path=path)
    n_records, notes = _whole_records(content, layout, path=path, allow_truncated=allow_truncated)
    starts_s, events = read_annotations(content, layout, n_records)
    events = _from_first_record(events, starts_s)
    samples = _samples(content, layout, n_records, path)
    if starts_s is not None and (missing := _missing_s(starts_s, layout.record_s, path)):
        notes.append(f"It is discontinuous: {missing:g} s between its data records are kept as gaps.")
    signals = [
        _signal(values, label, unit, layout=layout, index=index, starts_s=starts_s, events=events)
        for index, label, unit, values in samples
    ]
    if not signals:
        raise UnreadableError("it holds annotations and no signal; name the file with the samples", path=path)
    return Recording(tuple(signals), tuple(events), path=path, notes=tuple(notes))


def _whole_records(
    content: bytes, layout: EdfLayout, *, path: Path, allow_truncated: bool
) -> tuple[int, list[str]]:
    """Count the data records that are there, and refuse a file that ends early."""
    data_bytes = len(content) - layout.header_bytes
    whole = data_bytes // layout.record_bytes
    if layout.n_records < 0:
        if not whole:
            raise UnreadableError("it holds a header and no samples; the recorder never wrote any", path=path)
        return whole, ["The recorder never closed the file; all whole data records were read."]
    if whole >= layout.n_records:
        if layout.n_records == 0:
            raise UnreadableError("it holds a header and no samples; the recorder never wrote any", path=path)
        extra = data_bytes - layout.n_records * layout.record_bytes
        note = f"{extra} bytes follow the last data record that the header names; they were not read."
        return layout.n_records, [note] if extra else []
    readable_s = whole * layout.record_s
    promised_s = layout.n_records * layout.record_s
    if whole and allow_truncated:
        return whole, [f"The file ends early: {readable_s:g} of {promised_s:g} s were read."]
    offer = (
        f"the first {readable_s:g} s can be read with --allow-truncated (allow_truncated=True)"
        if whole
        else "not one whole data record is there; copy it again from the recorder"
    )
    raise TruncatedError(
        f"the file ends early, its header promises {promised_s:g} s; {offer}",
        path=path,
        readable_s=readable_s,
    )


def _samples(
    content: bytes, layout: EdfLayout, n_records: int, path: Path
) -> list[tuple[int, str, str, FloatArray]]:
    """Index, label, unit and physical samples of each signal that is not annotations."""
    from edfio import read_bdf, read_edf  # noqa: PLC0415

    # edfio warns where the header counts other records than are there: give it a file that agrees.
    end = layout.header_bytes + n_records * layout.record_bytes
    whole = io.BytesIO(content[:236] + f"{n_records:<8d}".encode() + content[244:end])
    try:
        reader = read_bdf if layout.sample_bytes == 3 else read_edf
        signals = reader(whole, header_encoding=layout.encoding).signals
        indices = [index for index in range(len(layout.labels)) if index not in layout.annotation_signals]
        return [
            (
                index,
                signal.label.strip(),
                signal.physical_dimension.strip() if not layout.uncalibrated[index] else "counts",
                signal.digital.astype(np.float64) if layout.uncalibrated[index] else signal.data,
            )
            for index, signal in zip(indices, signals, strict=True)
            if layout.samples_per_record[index] > 0
        ]
    except (ValueError, ArithmeticError) as problem:
        raise UnreadableError(
            f"its data cannot be read ({problem}); export the recording again", path=path
        ) from problem


def _signal(
    values: FloatArray,
    label: str,
    unit: str,
    *,
    layout: EdfLayout,
    index: int,
    starts_s: FloatArray | None,
    events: list[Event],
) -> Signal:
    per_record = layout.samples_per_record[index]
    rate_hz = per_record / layout.record_s
    if starts_s is not None:
        first = record_positions(starts_s, per_record, layout.record_s)
        steps = np.arange(values.size)
        ahead = np.repeat(first, per_record) - np.repeat(np.arange(first.size) * per_record, per_record)
        if ahead.any():
            # Where a record starts between two samples, rounding may put it one into the record before.
            values = spread(values, np.maximum.accumulate(ahead) + steps)
    for event in events:
        # "BAD_gap@@GM_L" is how EDF+ names the one channel that an annotation is about.
        name, _, channel = event.label.partition("@@")
        if name.lower() in GAP_LABELS and channel in ("", label):
            values = blank(values, rate_hz=rate_hz, onset_s=event.onset_s, duration_s=event.duration_s)
    return labelled_signal(label, values, unit=unit, rate_hz=rate_hz)


def _from_first_record(events: list[Event], starts_s: FloatArray | None) -> list[Event]:
    """Count times from the first sample: a file may start a fraction of a second after its start time."""
    if starts_s is None or starts_s[0] == 0:
        return events
    return [replace(event, onset_s=round(event.onset_s - float(starts_s[0]), 9)) for event in events]


def _missing_s(starts_s: FloatArray, record_s: float, path: Path) -> float:
    """Seconds that lie between data records."""
    steps = np.diff(starts_s) - record_s
    tolerance_s = 0.001 * record_s
    if steps.size and steps.min() < -tolerance_s:
        record = int(np.argmin(steps)) + 2
        raise TimeError(
            f"its data record {record} starts before the one ahead of it ends; export it again", path=path
        )
    return float(steps[steps > tolerance_s].sum())
