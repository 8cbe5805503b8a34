"""Which signals go together into one BDF file."""

from collections.abc import Sequence

from recordings.dataset.motion_files import MOVEMENT
from recordings.dataset.names import device_labels
from recordings.errors import ChannelError, TimeError
from recordings.formats.record_layout import common_layout
from recordings.model import GLUTE, SHOULDER, Recording, Signal


def signals_by_file(recording: Recording) -> list[tuple[str | None, list[Signal]]]:
    """Share the signals of a recording out to BDF files; those of movement have files of their own.

    Channels that share a clock go into one file, otherwise there is one file a device.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    list of (str or None, list of Signal)
        Label of the device, ``"glute"`` and ``"shoulder"`` where it is one of these, and its signals; None
        where there is one file only. The file of the glute comes first.

    Raises
    ------
    ChannelError
        If there is no channel or no sample of any, or two have one label.
    """
    if not any(signal.samples.size for signal in recording.signals):
        raise ChannelError("there is no sample to store; record again")
    labels = recording.labels
    if twice := {label for label in labels if labels.count(label) > 1}:
        raise ChannelError(
            f"label {twice.pop()!r} stands for two channels; give each its own", available=labels
        )
    groups: list[list[Signal]] = []
    by_device: dict[str | None, list[Signal]] = {}
    for signal in recording.signals:
        if signal.channel.kind in MOVEMENT:
            continue
        by_device.setdefault(None if recording.shared_clock else signal.channel.device, []).append(signal)
    for signals in by_device.values():
        groups += _with_common_records(signals)
    groups.sort(key=lambda signals: (_rank(signals), recording.signals.index(signals[0])))
    if len(groups) <= 1:
        return [(None, signals) for signals in groups]
    return list(zip(device_labels(map(_name, groups)), groups, strict=True))


def _with_common_records(signals: list[Signal]) -> list[list[Signal]]:
    """One file, or one for each rate where no data record suits them all."""
    try:
        common_layout([signal.rate_hz for signal in signals])
    except TimeError:
        rates = dict.fromkeys(signal.rate_hz for signal in signals)
        return [[signal for signal in signals if signal.rate_hz == rate] for rate in rates]
    return [signals]


def _muscles(signals: Sequence[Signal]) -> set[str | None]:
    return {signal.channel.muscle for signal in signals if signal.channel.kind in ("emg", "envelope")}


def _rank(signals: Sequence[Signal]) -> int:
    muscles = _muscles(signals)
    return 0 if GLUTE in muscles else 1 if SHOULDER in muscles else 2


def _name(signals: Sequence[Signal]) -> str:
    muscles = _muscles(signals)
    if (GLUTE in muscles) != (SHOULDER in muscles):
        return "glute" if GLUTE in muscles else "shoulder"
    return signals[0].channel.device or signals[0].channel.muscle or signals[0].channel.label
