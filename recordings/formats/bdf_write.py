"""Writing BDF+: every sample in its place, lost ones named by annotations. The bytes are edfio's."""

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from recordings.dataset.new_files import move_new, temporary_beside
from recordings.errors import ChannelError, TimeError, UnsupportedError
from recordings.formats.bdf_labels import header_labels, header_text, plain_label
from recordings.formats.bdf_places import BdfFile, StoredSignal, padded
from recordings.formats.bdf_scale import Digital, to_digital
from recordings.formats.lost import EVENT_GAP, lost_ranges
from recordings.formats.record_layout import common_layout, layouts
from recordings.model import Event, Signal

if TYPE_CHECKING:
    from edfio import Bdf

_MOST_LAYOUTS: Final = 64
_UNIT_CHARACTERS: Final = 8


def write_bdf(
    path: str | Path,
    signals: Sequence[Signal],
    *,
    annotations: Iterable[Event] = (),
    scales: Mapping[str, float] | None = None,
    started_at: datetime | None = None,
) -> BdfFile:
    """Write signals that share one clock into a new BDF+ file.

    No sample is resampled, dropped or repeated. A lost sample keeps its place as digital 0, and a ``BAD_gap``
    annotation names it (``BAD_gap@@LABEL`` where only some channels lost it). The places that fill up the
    last data record, and those before a signal that began later than the first, are named likewise. The rate
    in the header is right to 1 ppm.

    Parameters
    ----------
    path : str or Path
        Nothing may be there.
    signals : sequence of Signal
        Several rates are possible.
    annotations : iterable of Event
        In seconds from the start of the recording, like the signals.
    scales : mapping of str to float, optional
        Per channel label, the step of the sensor's converter. Samples that are whole multiples of it survive
        exactly, others to within half a step of 24 bits.
    started_at : datetime, optional
        Date and time of the first sample; left out of the file by default.

    Returns
    -------
    BdfFile
        Where every sample lies, as a sidecar needs it.

    Raises
    ------
    ChannelError
        If there is no signal or sample, or values are larger than the header can state.
    TimeError
        If no data record suits the rates, or the time of an event is not a number.
    ExistsError
        If something is at the path.
    """
    path = Path(path)
    if not signals or not any(signal.samples.size for signal in signals):
        raise ChannelError("there is no sample to store; record again", path=path)
    scales = scales or {}
    digitals = [
        to_digital(signal.samples, scale=scales.get(signal.channel.label), label=signal.channel.label)
        for signal in signals
    ]
    start_s = min(signal.start_s for signal in signals)
    marks = [replace(event, onset_s=event.onset_s - start_s) for event in annotations]
    placed = _placed(signals, digitals, start_s)
    for mark in marks:
        if not (math.isfinite(mark.onset_s) and math.isfinite(mark.duration_s)):
            raise TimeError(f"event {mark.label!r} has no time that is a number; give it one", path=path)
    bdf, file = _fitting(
        path, signals, placed, digitals=digitals, marks=marks, start_s=start_s, started_at=started_at
    )
    temporary = temporary_beside(path)
    try:
        with temporary.open("xb") as opened:
            bdf.write(opened)
            opened.flush()
            os.fsync(opened.fileno())
        move_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return file


def _placed(
    signals: Sequence[Signal], digitals: Sequence[Digital], start_s: float
) -> tuple[StoredSignal, ...]:
    """Where the samples lie, before the data records are chosen."""
    labels = header_labels([signal.channel.label for signal in signals])
    return tuple(
        StoredSignal(
            label,
            samples_per_record=0,
            first_sample=round((signal.start_s - start_s) * signal.rate_hz),
            n_samples=signal.samples.size,
            lost=lost_ranges(~np.isfinite(signal.samples)),
            scale=digital.scale,
        )
        for label, signal, digital in zip(labels, signals, digitals, strict=True)
    )


def _fitting(
    path: Path,
    signals: Sequence[Signal],
    placed: Sequence[StoredSignal],
    *,
    digitals: Sequence[Digital],
    marks: Sequence[Event],
    start_s: float,
    started_at: datetime | None,
) -> tuple["Bdf", BdfFile]:
    """Build the file in the best data records that edfio takes.

    It demands that durations, computed in floats, are equal to the last bit. In files of more than an hour
    some records of a length with decimals miss that, so the next best are tried.
    """
    rates_hz = [signal.rate_hz for signal in signals]
    common_layout(rates_hz)
    problem: ValueError | None = None
    for per_record, record_s in islice(layouts(rates_hz), _MOST_LAYOUTS):
        n_records = max(
            -(-(one.first_sample + one.n_samples) // count)
            for one, count in zip(placed, per_record, strict=True)
        )
        stored = tuple(
            padded(replace(one, samples_per_record=count), n_records * count)
            for one, count in zip(placed, per_record, strict=True)
        )
        file = BdfFile(path, start_s, record_s, n_records, stored)
        if len(stored) > 1 and not _durations_agree(stored, record_s, n_records):
            continue
        try:
            return _bdf(file, digitals, signals, marks, started_at), file
        except ValueError as raised:
            if "duration" not in str(raised):
                raise UnsupportedError(
                    f"it cannot be written as BDF ({raised}); say so to us", path=path
                ) from raised
            problem = raised
    raise UnsupportedError(f"it cannot be written as BDF ({problem}); say so to us", path=path) from problem


def _durations_agree(signals: Sequence[StoredSignal], record_s: float, n_records: int) -> bool:
    lengths = {
        round(one.samples_per_record * n_records / (one.samples_per_record / record_s), 12) for one in signals
    }
    return len(lengths) == 1


def _bdf(
    file: BdfFile,
    digitals: Sequence[Digital],
    signals: Sequence[Signal],
    marks: Sequence[Event],
    started_at: datetime | None,
) -> "Bdf":
    from edfio import Bdf, BdfSignal, EdfAnnotation  # noqa: PLC0415
    from edfio import Recording as Origin  # noqa: PLC0415

    channels: list[BdfSignal] = []
    for one, digital, signal in zip(file.signals, digitals, signals, strict=True):
        behind = file.n_records * one.samples_per_record - one.first_sample - one.n_samples
        channels.append(
            BdfSignal.from_digital(
                np.pad(digital.values, (one.first_sample, behind)),
                one.samples_per_record / file.record_s,
                label=one.label,
                physical_dimension=header_text(signal.channel.unit, _UNIT_CHARACTERS),
                physical_range=(-digital.physical_limit, digital.physical_limit),
                digital_range=digital.digital_range,
            )
        )
    texts = [
        EdfAnnotation(mark.onset_s, mark.duration_s if mark.duration_s > 0 else None, plain_label(mark.label))
        for mark in marks
    ]
    for gap in file.gaps:
        names = [f"{EVENT_GAP}@@{label}" for label in gap.labels] or [EVENT_GAP]
        texts += [EdfAnnotation(gap.onset_s, gap.duration_s, name) for name in names]
    return Bdf(
        channels,
        data_record_duration=file.record_s,
        annotations=texts,
        recording=Origin(startdate=started_at.date()) if started_at else None,
        starttime=started_at.time().replace(microsecond=0, tzinfo=None) if started_at else None,
    )
