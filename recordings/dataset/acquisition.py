"""How a recording was measured, as far as it is known: goes into the sidecars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class ChannelClock:
    """What is known of the clock of one channel beside its rate and start, which the signal holds.

    Attributes
    ----------
    nominal_rate_hz : float or None
        What the device claims.
    error_ms : float or None
        Bound of the error of its times on the clock of the session.
    """

    nominal_rate_hz: float | None = None
    error_ms: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What a device tells of itself.

    Attributes
    ----------
    manufacturer, model, firmware, serial : str or None
    hardware_filters : mapping
        Filter by name with its parameters, as BIDS has them; empty means unknown.
    """

    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    serial: str | None = None
    hardware_filters: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class Electrodes:
    """The electrodes, as whoever placed them tells.

    Attributes
    ----------
    manufacturer, model, material, kind, ground, skin_preparation : str or None
    """

    manufacturer: str | None = None
    model: str | None = None
    material: str | None = None
    kind: str | None = None
    ground: str | None = None
    skin_preparation: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of how it was measured; what nobody knows stays unsaid.

    Attributes
    ----------
    power_line_hz : float or None
        50 or 60, where it was recorded.
    placement : str
        Where and how the electrodes were placed.
    placements : mapping of str to str
        The same for one channel each, by its label.
    reference : str
        The reference electrode.
    electrode_distance_mm : float or None
        From centre to centre.
    electrodes : Electrodes
    hardware_filters, software_filters : mapping
        Filter by name with its parameters, as BIDS has them; empty means unknown in hardware, none in
        software.
    device_facts : mapping of str to DeviceFacts
        By the name of the device; what it tells goes before `manufacturer`, `model` and `firmware`.
    manufacturer, model, firmware, instructions : str or None
    devices : mapping
        Anything else by device name: address, battery, settings.
    details : mapping
        Anything else of the session: speed, position of the head, words of the cues.
    acquired_at : datetime or None
        When the recording's clock began. Left out by default; a date may identify a person.
    """

    power_line_hz: float | None = None
    placement: str = "Over the muscles that channels.tsv names; how exactly was not documented"
    placements: Mapping[str, str] = field(default_factory=dict[str, str])
    reference: str = "not documented"
    electrode_distance_mm: float | None = None
    electrodes: Electrodes = field(default_factory=Electrodes)
    hardware_filters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    software_filters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    device_facts: Mapping[str, DeviceFacts] = field(default_factory=dict[str, DeviceFacts])
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    instructions: str | None = None
    devices: Mapping[str, Json] = field(default_factory=dict[str, Json])
    details: Mapping[str, Json] = field(default_factory=dict[str, Json])
    acquired_at: datetime | None = None

    def of_device(self, name: str | None) -> DeviceFacts:
        """Return what is known of one device: what it tells itself, else what holds for all."""
        own = self.device_facts.get(name or "", DeviceFacts())
        return DeviceFacts(
            own.manufacturer or self.manufacturer,
            own.model or self.model,
            own.firmware or self.firmware,
            own.serial,
            own.hardware_filters or self.hardware_filters,
        )
