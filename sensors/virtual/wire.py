"""A virtual sensor on a wire: its steps and samples without radio, at any speed."""

from collections.abc import Callable, Sequence
from typing import Final

from recordings.model import Channel
from sensors.devices.profile import Advertised, DeviceProfile, Part
from sensors.errors import SourceUnavailable
from sensors.model import Packet, Stream
from sensors.virtual.firmware import Firmware, Notification, Refusal

#: How often a device is looked at.
STEP_S: Final = 0.0075


class Wire:
    """A connection to a firmware: `sensors.devices.profile.Gatt`, with a time of its own.

    Parameters
    ----------
    firmware : Firmware
    now_s : float
        The device's time to begin with.

    Attributes
    ----------
    now_s : float
    """

    def __init__(self, firmware: Firmware, *, now_s: float = 0.0) -> None:
        self.now_s = now_s
        self._firmware = firmware

    @property
    def advertised(self) -> Advertised:
        """What the device said of itself."""
        firmware = self._firmware
        return Advertised("C0:00:00:00:00:01", firmware.name, firmware.advertised_services)

    def has(self, characteristic: str) -> bool:
        """Whether the device has this characteristic."""
        return any(one.uuid == characteristic for one in self._firmware.table)

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        try:
            return self._firmware.read(characteristic)
        except Refusal as refusal:
            raise SourceUnavailable(f"it refuses to be read ({refusal}); switch it off and on") from refusal

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:  # noqa: ARG002
        """Write a value."""
        self._write(characteristic, value)

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        *,
        answer_on: str,
        complete: Callable[[bytes], bool],
        within_s: float = 2.0,
    ) -> bytes:
        """Write, and return all that was notified since, joined, once it is complete."""
        self._firmware.subscribed(answer_on, on=True, now_s=self.now_s)
        notified = self._write(characteristic, value)
        until_s = self.now_s + within_s
        while True:
            answer = b"".join(raw for uuid, raw in notified if uuid == answer_on)
            if complete(answer):
                return answer
            if self.now_s >= until_s:
                raise SourceUnavailable(f"it does not answer {value!r}; switch it off and on")
            self.now_s += STEP_S
            notified += self._firmware.due(self.now_s)

    async def record(
        self, profile: DeviceProfile, seconds: float, *, name: str = "glute"
    ) -> tuple[tuple[Stream, ...], list[Packet]]:
        """Set a device up, start it, take what it sends for a time, and stop it.

        Returns
        -------
        streams : tuple of Stream
            With all rows of every part.
        packets : list of Packet
        """
        parts = await profile.prepare(self)
        self._firmware.subscribed(profile.data, on=True, now_s=self.now_s)
        await profile.begin(self)
        packets: list[Packet] = []
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.now_s += STEP_S
            packets += [
                Packet(name, self.now_s, raw)
                for uuid, raw in self._firmware.due(self.now_s)
                if uuid == profile.data
            ]
        await profile.end(self)
        self._firmware.subscribed(profile.data, on=False, now_s=self.now_s)
        return streams_of_parts(profile, parts, name=name), packets

    def _write(self, characteristic: str, value: bytes) -> list[Notification]:
        try:
            return self._firmware.write(characteristic, value, now_s=self.now_s)
        except Refusal as refusal:
            raise SourceUnavailable(f"it refuses {value!r} ({refusal}); switch it off and on") from refusal


def streams_of_parts(profile: DeviceProfile, parts: Sequence[Part], *, name: str) -> tuple[Stream, ...]:
    """Return a stream for every part of what a device delivers, with all its rows."""
    return tuple(
        Stream(
            f"{name}-{part.name}" if part.name else name,
            tuple(
                Channel(f"{kind}{row}", kind=kind, unit=unit, axis=axis)
                for row, (kind, unit, axis) in enumerate(zip(part.kinds, part.units, part.axes, strict=True))
            ),
            part.nominal_rate_hz,
            device=profile.title,
            decoder=profile.decoder,
            decoder_version=profile.decoder_version,
            settings=part.settings,
            scale_known=part.scale_known,
        )
        for part in parts
    )
