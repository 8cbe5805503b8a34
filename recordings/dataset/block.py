"""Our block of a sidecar, put together: the same for files of EMG and of movement."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from recordings.dataset.acquisition import ChannelClock, DeviceFacts, Facts
from recordings.dataset.names import TASK
from recordings.dataset.sidecars import SCHEMA, StoredChannel, StoredRecording
from recordings.model import Recording, Side

_TASK_DESCRIPTION: Final = (
    "Lifting one straight leg from the table in prone lying, several times, with rest between."
)


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """What all files of one recording have in common.

    Attributes
    ----------
    recording : Recording
    files : tuple of str
        Names of all its files with samples, those of EMG first.
    leg : {"left", "right"}
    clocks : mapping of str to ChannelClock
        By channel label.
    facts : Facts
    source : str or None
    """

    recording: Recording
    files: tuple[str, ...]
    leg: Side
    clocks: Mapping[str, ChannelClock]
    facts: Facts
    source: str | None

    def clock_of(self, label: str) -> ChannelClock:
        """Return what is known of a channel's clock."""
        return self.clocks.get(label, ChannelClock())

    def block(self, channels: tuple[StoredChannel, ...], *, file_start_s: float) -> StoredRecording:
        """Return the block of one file, given its channels and the time of its first sample."""
        recording, facts = self.recording, self.facts
        return StoredRecording(
            schema=SCHEMA,
            files=self.files,
            file_start_s=file_start_s,
            leg=self.leg,
            shared_clock=recording.shared_clock,
            channels=channels,
            clock_error_ms=recording.clock_error_ms,
            planned_repetitions=recording.planned_repetitions,
            extendable_to=recording.extendable_to,
            glute=recording.glute,
            shoulder=recording.shoulder,
            notes=recording.notes,
            source=self.source,
            software={"firing_analyzer": _version("firing-analyzer"), "edfio": _version("edfio")},
            devices=dict(facts.devices),
            details=dict(facts.details),
        )


def task_keys(facts: Facts) -> dict[str, object]:
    """Return the keys of BIDS about what was done."""
    return {"TaskName": TASK, "TaskDescription": _TASK_DESCRIPTION, "Instructions": facts.instructions}


def device_keys(device: DeviceFacts) -> dict[str, object]:
    """Return the keys of BIDS about the device; None where nobody knows."""
    return {
        "Manufacturer": device.manufacturer,
        "ManufacturersModelName": device.model,
        "SoftwareVersions": device.firmware,
        "DeviceSerialNumber": device.serial,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
