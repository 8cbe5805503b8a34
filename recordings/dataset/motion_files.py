"""Movement in a BIDS dataset: which signals go together into one table, and what the files hold.

A table of movement has no header; its columns are the rows of its ``_channels.tsv``. Numbers are written so
that they come back to the bit; a lost sample is ``n/a`` in its place, and named in the events and the sidecar
as those of EMG are.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from recordings.dataset.block import Whole, device_keys, task_keys
from recordings.dataset.names import device_labels
from recordings.dataset.sidecars import BLOCK, StoredChannel, description_of, number, table, to_json, unit_of
from recordings.errors import ChannelError
from recordings.formats.bdf_labels import plain_label
from recordings.formats.bdf_places import Gap, StoredSignal, gaps_of
from recordings.formats.lost import lost_ranges
from recordings.model import GLUTE, SHOULDER, Channel, Kind, Recording, Signal

#: What is kept as movement; everything else stays with the EMG.
MOVEMENT: Final[tuple[Kind, ...]] = ("acc", "gyro", "angle")
#: How a lost sample is written.
LOST: Final = "n/a"
_TYPES: Final[dict[Kind, str]] = {"acc": "ACCEL", "gyro": "GYRO"}
_ALL_TYPES: Final = (
    "ACCEL", "ANGACCEL", "GYRO", "JNTANG", "LATENCY", "MAGN", "MISC", "ORNT", "POS", "VEL",
)  # fmt: skip


def motion_by_file(recording: Recording) -> list[tuple[str, list[Signal]]]:
    """Share the movement signals of a recording out to files.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    list of (str, list of Signal)
        The ``tracksys`` label and its signals: those of one device with one rate, start and length.

    Raises
    ------
    ChannelError
        If a movement signal has no sample.
    """
    groups: dict[object, list[Signal]] = {}
    for signal in recording.signals:
        if signal.channel.kind in MOVEMENT:
            if not signal.samples.size:
                raise ChannelError(f"channel {signal.channel.label!r} has no sample; leave it out")
            key = (signal.channel.device, signal.rate_hz, signal.start_s, signal.samples.size)
            groups.setdefault(key, []).append(signal)
    if len(groups) == 1:
        return [("imu", signals) for signals in groups.values()]
    names = device_labels(f"imu{_site(signals[0].channel)}" for signals in groups.values())
    return list(zip(names, groups.values(), strict=True))


def motion_tsv(signals: Sequence[Signal]) -> str:
    """Write the samples, a row for each moment; not finite means lost."""
    columns = [
        [repr(value) if known else LOST for value, known in zip(values, finite, strict=True)]
        for values, finite in (
            (signal.samples.tolist(), np.isfinite(signal.samples).tolist()) for signal in signals
        )
    ]
    return "".join("\t".join(row) + "\n" for row in zip(*columns, strict=True))


def motion_channels_tsv(signals: Sequence[Signal]) -> str:
    """Write the table that names the columns."""
    return table(
        [
            {
                "name": name,
                "component": signal.channel.axis or "n/a",
                "type": _type(signal.channel),
                "tracked_point": _tracked_point(signal.channel),
                "units": unit_of(signal.channel),
                "sampling_frequency": number(signal.rate_hz),
                "description": description_of(signal.channel),
            }
            for name, signal in zip(_names(signals), signals, strict=True)
        ]
    )


def motion_gaps(signals: Sequence[Signal]) -> tuple[Gap, ...]:
    """Lost stretches, in seconds from the first sample, each with the channels that lost it."""
    stored = [
        StoredSignal(name, 1, 0, signal.samples.size, lost_ranges(~np.isfinite(signal.samples)), None)
        for name, signal in zip(_names(signals), signals, strict=True)
    ]
    return gaps_of(stored, 1 / signals[0].rate_hz)


def motion_json(signals: Sequence[Signal], whole: Whole) -> str:
    """Write the ``_motion.json`` of one table: what BIDS asks for, and our block."""
    first = signals[0]
    types = [_type(signal.channel) for signal in signals]
    keys: dict[str, object] = {
        **task_keys(whole.facts),
        "TrackingSystemName": first.channel.device,
        "SamplingFrequency": first.rate_hz,
        "SamplingFrequencyEffective": first.rate_hz,
        "RecordingType": "continuous",
        "RecordingDuration": first.duration_s,
        "MissingValues": LOST,
        "MotionChannelCount": len(signals),
        "TrackedPointsCount": len({_tracked_point(signal.channel) for signal in signals}),
        **{f"{kind}ChannelCount": types.count(kind) for kind in _ALL_TYPES},
        **device_keys(whole.facts.of_device(first.channel.device)),
    }
    channels = tuple(
        _stored(name, signal, whole) for name, signal in zip(_names(signals), signals, strict=True)
    )
    block = whole.block(channels, file_start_s=first.start_s)
    return to_json({**{key: value for key, value in keys.items() if value is not None}, BLOCK: block})


def _stored(name: str, signal: Signal, whole: Whole) -> StoredChannel:
    channel, clock = signal.channel, whole.clock_of(signal.channel.label)
    lost = ~np.isfinite(signal.samples)
    return StoredChannel(
        name=channel.label,
        label=name,
        kind=channel.kind,
        unit=channel.unit,
        rate_hz=signal.rate_hz,
        start_s=signal.start_s,
        first_sample=0,
        sample_count=signal.samples.size,
        lost_samples=lost_ranges(lost),
        nominal_rate_hz=clock.nominal_rate_hz,
        clock_error_ms=clock.error_ms,
        muscle=channel.muscle,
        side=channel.side,
        axis=channel.axis,
        device=channel.device,
        smoothing_ms=channel.smoothing_ms,
        lost_sample_count=int(np.count_nonzero(lost)),
    )


def _names(signals: Iterable[Signal]) -> list[str]:
    """Names for the rows of a table: on one line, none twice."""
    taken: list[str] = []
    for signal in signals:
        wanted = plain_label(signal.channel.label)
        name, number_ = wanted, 1
        while name in taken:
            number_ += 1
            name = f"{wanted}~{number_}"
        taken.append(name)
    return taken


def _type(channel: Channel) -> str:
    return _TYPES.get(channel.kind, "MISC")


def _tracked_point(channel: Channel) -> str:
    return plain_label(" ".join(part for part in (channel.side, channel.muscle) if part))


def _site(channel: Channel) -> str:
    if channel.muscle in (GLUTE, SHOULDER):
        return "glute" if channel.muscle == GLUTE else "shoulder"
    return channel.muscle or channel.device or channel.label
