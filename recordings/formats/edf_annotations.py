"""Annotations of EDF+ and BDF+, and with them the time at which every data record starts.

edfio reads samples but takes every file as continuous; the starts of the records show where one is not.
"""

import re
from typing import Final

import numpy as np

from recordings.formats.edf_header import EdfLayout
from recordings.formats.gaps import IntArray
from recordings.model import Event, FloatArray

# One time-stamped annotation list: onset, optional duration, texts, each ended by a control character.
_TAL: Final = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15(\d+(?:\.\d*)?))?\x14((?:[^\x00\x14]*\x14)*)\x00")


def read_annotations(
    content: bytes, layout: EdfLayout, n_records: int
) -> tuple[FloatArray | None, list[Event]]:
    """Read the start of every record and all events from the annotation signals.

    Parameters
    ----------
    content : bytes
        The whole file.
    layout : EdfLayout
    n_records : int
        Records that are really there.

    Returns
    -------
    starts_s : ndarray of float64, shape (n_records,), or None
        Start of each record in seconds; None where the file has no time keeping (plain EDF or BDF).
    events : list of Event
        In seconds on the same scale as `starts_s`.
    """
    starts_s = np.full(n_records, np.nan)
    events: list[Event] = []
    for rank, raw_records in enumerate(_annotation_bytes(content, layout, n_records)):
        for record, raw in enumerate(raw_records):
            for position, (onset, duration, texts) in enumerate(_TAL.findall(raw)):
                labels = [_text(text) for text in texts.split(b"\x14") if text]
                if rank == 0 and position == 0:
                    starts_s[record] = float(onset)
                events += [Event(float(onset), label, float(duration or 0)) for label in labels]
    keeps_time = bool(layout.annotation_signals) and n_records > 0 and bool(np.isfinite(starts_s).all())
    return (starts_s if keeps_time else None), sorted(events, key=lambda event: event.onset_s)


def record_positions(starts_s: FloatArray, samples_per_record: int, record_s: float) -> IntArray:
    """Position of the first sample of each record on an even grid that begins with the first record."""
    rate_hz = samples_per_record / record_s
    return np.round((starts_s - starts_s[0]) * rate_hz).astype(np.int64)


def _annotation_bytes(content: bytes, layout: EdfLayout, n_records: int) -> list[list[bytes]]:
    data = np.frombuffer(
        content, dtype=np.uint8, offset=layout.header_bytes, count=n_records * layout.record_bytes
    ).reshape(n_records, layout.record_bytes)
    ends = np.cumsum(layout.samples_per_record) * layout.sample_bytes
    signals: list[list[bytes]] = []
    for index in layout.annotation_signals:
        start = int(ends[index]) - layout.samples_per_record[index] * layout.sample_bytes
        signals.append([record.tobytes() for record in data[:, start : int(ends[index])]])
    return signals


def _text(raw: bytes) -> str:
    # EDF+ demands UTF-8; older recorders write their own code page.
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()
