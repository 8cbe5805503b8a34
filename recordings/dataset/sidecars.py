"""What stands beside a file of samples: our block of its sidecar, and the tables of channels and events.

The block holds what the file cannot: exact rates and starts, which samples were lost, scales, the session's
plan. It is the same in ``_emg.json`` and ``_motion.json``.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import numpy as np

from recordings.dataset.acquisition import Facts
from recordings.formats.bdf_labels import plain_label
from recordings.formats.bdf_places import BdfFile, Gap
from recordings.formats.lost import EVENT_GAP
from recordings.model import Channel, Event, Kind, Side, Signal

SCHEMA: Final = "firing-analyzer/recording/2"
#: What can be read. The first knew no files of movement: such channels stood in the BDF file, as MISC.
READABLE: Final = ("firing-analyzer/recording/1", SCHEMA)
BLOCK: Final = "FiringAnalyzer"

# Types of the BIDS list; what has none of its own is MISC.
_TYPES: Final[dict[Kind, str]] = {
    "emg": "EMG",
    "envelope": "EMG",
    "acc": "MISC",
    "gyro": "MISC",
    "angle": "MISC",
    "other": "MISC",
}
_UNITS: Final = {"uV": "uV", "m/s2": "m/s^2", "rad/s": "rad/s", "deg": "deg"}
_ONSET_DECIMALS: Final = 9


class StoredChannel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    """One channel as it was measured, and how its samples lie in the file."""

    name: str
    label: str
    kind: Kind
    unit: str
    rate_hz: float
    start_s: float
    first_sample: int
    sample_count: int
    lost_samples: tuple[tuple[int, int], ...]
    nominal_rate_hz: float | None = None
    clock_error_ms: float | None = None
    scale: float | None = None
    muscle: str | None = None
    side: Side | None = None
    axis: Literal["x", "y", "z"] | None = None
    device: str | None = None
    smoothing_ms: float | None = None
    lost_sample_count: int | None = None

    @property
    def channel(self) -> Channel:
        """The channel as the rest of the program knows it."""
        return Channel(
            self.name,
            kind=self.kind,
            unit=self.unit,
            muscle=self.muscle,
            side=self.side,
            axis=self.axis,
            device=self.device,
            smoothing_ms=self.smoothing_ms,
        )


class StoredRecording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="pascal"):
    """Our block of one sidecar.

    `files` names all files with samples of the recording; `file_start_s` is the time of this file's first
    sample. Lost samples are pairs of positions in this file: the first, and the one behind the last.
    `lost_sample_count` counts them without what fills up the file.
    """

    schema: str
    files: tuple[str, ...]
    file_start_s: float
    leg: Side
    shared_clock: bool
    channels: tuple[StoredChannel, ...]
    clock_error_ms: float | None = None
    planned_repetitions: int | None = None
    extendable_to: int | None = None
    glute: str | None = None
    shoulder: str | None = None
    notes: tuple[str, ...] = ()
    source: str | None = None
    software: dict[str, str] = {}
    devices: dict[str, Any] = {}
    details: dict[str, Any] = {}


def stored_channel(
    signal: Signal,
    file: BdfFile,
    position: int,
    *,
    nominal_rate_hz: float | None,
    clock_error_ms: float | None,
) -> StoredChannel:
    """Bring together what was measured and where it lies."""
    channel, stored = signal.channel, file.signals[position]
    return StoredChannel(
        name=channel.label,
        label=stored.label,
        kind=channel.kind,
        unit=channel.unit,
        rate_hz=signal.rate_hz,
        start_s=signal.start_s,
        first_sample=stored.first_sample,
        sample_count=stored.n_samples,
        lost_samples=stored.lost,
        nominal_rate_hz=nominal_rate_hz,
        clock_error_ms=clock_error_ms,
        scale=stored.scale,
        muscle=channel.muscle,
        side=channel.side,
        axis=channel.axis,
        device=channel.device,
        smoothing_ms=channel.smoothing_ms,
        lost_sample_count=int(np.count_nonzero(~np.isfinite(signal.samples))),
    )


def channels_tsv(signals: Sequence[Signal], file: BdfFile, facts: Facts) -> str:
    """Write the table of channels of a BDF file."""
    reference, electrode_distance_mm = facts.reference, facts.electrode_distance_mm
    rows: list[dict[str, str]] = []
    for signal, stored in zip(signals, file.signals, strict=True):
        channel = signal.channel
        emg = channel.kind in ("emg", "envelope")
        target = " ".join(part for part in (channel.side, channel.muscle) if part)
        rows.append(
            {
                "name": stored.label,
                "type": _TYPES[channel.kind],
                "units": unit_of(channel),
                "reference": reference if emg else "n/a",
                "target_muscle": target if emg and channel.muscle else "n/a",
                **_placement(channel.label, facts),
                "interelectrode_distance": number(electrode_distance_mm) if emg else "n/a",
                "sampling_frequency": number(stored.samples_per_record / file.record_s),
                "description": description_of(channel),
            }
        )
    return table(rows)


def _placement(label: str, facts: Facts) -> dict[str, str]:
    """Cells on where electrodes are, in tables of recordings where that was told for single channels."""
    if not facts.placements:
        return {}
    told = facts.placements.get(label)
    return {
        "placement_scheme": "n/a" if told is None else "other",
        "placement_description": "n/a" if told is None else plain_label(told),
    }


def events_tsv(events: Sequence[Event], gaps: Sequence[Gap], *, file_start_s: float) -> str:
    """Write the table of events, in seconds of the file, with a row for every stretch that was lost.

    Where a reason was given for an event, there is a column for reasons.
    """
    rows = [
        (
            round(event.onset_s - file_start_s, _ONSET_DECIMALS),
            event.duration_s,
            plain_label(event.label),
            "n/a",
            plain_label(event.reason),
        )
        for event in events
        if not is_gap(event.label)
    ]
    rows += [(gap.onset_s, gap.duration_s, EVENT_GAP, ",".join(gap.labels) or "n/a", "n/a") for gap in gaps]
    with_reasons = any(event.reason for event in events)
    return table(
        [
            {
                "onset": number(onset_s),
                "duration": number(duration_s),
                "trial_type": label,
                "channel": channel,
                **({"reason": reason} if with_reasons else {}),
            }
            for onset_s, duration_s, label, channel, reason in sorted(rows)
        ],
        columns=("onset", "duration", "trial_type", "channel", *(("reason",) if with_reasons else ())),
    )


def read_events(text: str, *, file_start_s: float) -> tuple[Event, ...]:
    """Read a table of events; the rows that name lost samples are left out.

    Raises
    ------
    ValueError
        If it is not whole: a row has other cells than the header, or an onset is no number.
    """
    if not text.endswith("\n"):
        raise ValueError("it ends in the middle of a row")
    header, *rows = [line.split("\t") for line in text.lstrip("\ufeff").splitlines()] or [[""]]
    if header[:2] != ["onset", "duration"]:
        raise ValueError("its first columns are not onset and duration")
    events: list[Event] = []
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"row {len(events) + 2} has {len(row)} cells where the header has {len(header)}")
        cells = dict(zip(header, row, strict=True))
        label = cells.get("trial_type") or cells.get("value") or "n/a"
        if not is_gap(label):
            duration_s = 0.0 if cells["duration"] == "n/a" else float(cells["duration"])
            onset_s = round(float(cells["onset"]) + file_start_s, _ONSET_DECIMALS)
            reason = cells.get("reason", "n/a")
            events.append(Event(onset_s, label, duration_s, "" if reason == "n/a" else reason))
    return tuple(events)


def is_gap(label: str) -> bool:
    """Return whether an event's label names lost samples."""
    return label.partition("@@")[0].casefold() == EVENT_GAP.casefold()


def to_json(content: object) -> str:
    """Write a sidecar; numbers come back exactly."""
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode() + "\n"


def number(value: float | None) -> str:
    """Write a number of a table so that it comes back exactly."""
    if value is None:
        return "n/a"
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def table(rows: Sequence[Mapping[str, str]], *, columns: Sequence[str] | None = None) -> str:
    """Write rows as tab-separated values."""
    out = io.StringIO()
    names = list(columns or rows[0])
    writer = csv.DictWriter(
        out, names, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None
    )
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def unit_of(channel: Channel) -> str:
    """Name the unit of a channel as BIDS does."""
    return _UNITS.get(channel.unit, "n/a")


def description_of(channel: Channel) -> str:
    """Say in words what a channel is."""
    words = [channel.side, channel.muscle, channel.kind if channel.kind != "emg" else None, channel.axis]
    return plain_label(" ".join(word for word in words if word))
