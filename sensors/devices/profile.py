"""What a Bluetooth sensor is: how it is recognised, what it delivers, how it is started and stopped."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from recordings.model import Kind
from sensors.model import Setting

#: What a device can tell of when its samples were taken, and of those that were lost.
Timing = Literal["counter", "time", "counter and time", "none"]

_BASE: Final = "-0000-1000-8000-00805f9b34fb"
BATTERY: Final = f"00002a19{_BASE}"
SOFTWARE_REVISION: Final = f"00002a28{_BASE}"
FIRMWARE_REVISION: Final = f"00002a26{_BASE}"


def short_uuid(number: int) -> str:
    """Return the full form of a 16-bit UUID.

    Examples
    --------
    >>> short_uuid(0xFE84)
    '0000fe84-0000-1000-8000-00805f9b34fb'
    """
    return f"{number:08x}{_BASE}"


@dataclass(frozen=True, slots=True)
class Advertised:
    """What a device says of itself before anybody connects.

    Attributes
    ----------
    address : str
    name : str or None
    services : tuple of str
        UUIDs in full, in lower case.
    maker_data : mapping of int to bytes
        Manufacturer data by company number.
    rssi_dbm : int or None
    """

    address: str
    name: str | None
    services: tuple[str, ...] = ()
    maker_data: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    rssi_dbm: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One even series of samples that a device delivers.

    Attributes
    ----------
    name : str
        Empty for the first, which holds the muscles; ``"imu"``, ``"acc"``, ``"gyro"`` for others. The decoder
        names it in `sensors.model.Decoded.part`.
    kinds, units, axes : tuple
        Of each row: kind and unit as in `recordings.model.Channel`, axis or None.
    nominal_rate_hz : float
    settings : mapping
        For the decoder and for `sensors.place.Placer` (``counter_modulus``, ``samples_per_count``). The
        decoder of a device is made from the settings of its first part.
    scale_known : bool
        Whether the unit is certain; with a scale that nobody has verified it is not.
    smoothing_ms : float or None
        Length of the device's own smoothing window, for an envelope.
    longest_notification : int
        Bytes of the longest notification as the device is set up now; 0 where `DeviceProfile` tells it.
    """

    name: str
    kinds: tuple[Kind, ...]
    units: tuple[str, ...]
    axes: tuple[Literal["x", "y", "z"] | None, ...]
    nominal_rate_hz: float
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    scale_known: bool = True
    smoothing_ms: float | None = None
    longest_notification: int = 0


class Gatt(Protocol):
    """An open connection, as a device's own steps see it. Fails with `sensors.errors.SensorError` alone."""

    @property
    def advertised(self) -> Advertised:
        """What the device said of itself."""
        ...

    def has(self, characteristic: str) -> bool:
        """Whether the device has this characteristic."""
        ...

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        ...

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value; without a response where the device offers none."""
        ...

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        *,
        answer_on: str,
        complete: Callable[[bytes], bool],
        within_s: float = 2.0,
    ) -> bytes:
        """Write, and return all that was notified since, joined, once it is complete.

        Raises
        ------
        SourceUnavailable
            If the device does not answer in time.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """A kind of device.

    Attributes
    ----------
    code : str
        In a URI: ``ble:CODE:ADDRESS``. Lower case, such as ``"npg_lite"``.
    title : str
        In words, such as ``"NPG Lite"``.
    recognise : callable
        Whether what is advertised is such a device.
    service : str
        UUID of the service that holds the data.
    data : str
        UUID of the characteristic whose notifications are recorded.
    needs : tuple of str
        UUIDs of all characteristics without which it is not such a device; `data` among them.
    decoder, decoder_version : str, int
        In `sensors.decoders`.
    timing : str
    prepare : callable
        Given an open connection, ask what needs asking, set the device up, and tell what it will deliver. The
        notifications are not yet switched on, but for those that `Gatt.ask` waits for.
    begin, end : callable
        Start and stop the stream, after the notifications were switched on.
    battery : callable or None
        Read the battery in percent.
    least_notification : int
        Bytes of the longest notification: with a smaller MTU less 3 the stream would be cut short. A set-up
        with longer ones says so in `Part.longest_notification`.
    muscles : int
        EMG channels on one clock; 0 for a device without EMG.
    cautions : tuple of str
        What a user should know of its data, a sentence each.
    """

    code: str
    title: str
    recognise: Callable[[Advertised], bool]
    service: str
    data: str
    needs: tuple[str, ...]
    decoder: str
    timing: Timing
    prepare: Callable[[Gatt], Awaitable[tuple[Part, ...]]]
    begin: Callable[[Gatt], Awaitable[None]]
    end: Callable[[Gatt], Awaitable[None]]
    least_notification: int
    muscles: int
    decoder_version: int = 1
    battery: Callable[[Gatt], Awaitable[float | None]] | None = None
    cautions: tuple[str, ...] = ()
