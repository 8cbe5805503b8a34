"""``ble:DEVICE:ADDRESS[#CHANNEL]``: a Bluetooth sensor as a source."""

import difflib
import re
from collections.abc import AsyncIterator
from typing import Final, cast

from recordings.model import Side
from sensors.address import Address
from sensors.ble.device import KeptDevice, Listener
from sensors.ble.radio import radio_of
from sensors.ble.streams import streams_of
from sensors.devices import registry
from sensors.devices.profile import DeviceProfile
from sensors.errors import SourceLost, SourceUnavailable
from sensors.model import Pace, Packet, Status, Stream

_ADDRESS: Final = re.compile(
    r"(?:[0-9A-F]{2}:){5}[0-9A-F]{2}|[0-9A-F]{8}-(?:[0-9A-F]{4}-){3}[0-9A-F]{12}", re.IGNORECASE
)


class BluetoothSource:
    """One device, or one muscle of a device that takes several.

    Sources on one device share its connection and its clock: each gets the same notifications, and its
    stream picks its own rows of them.

    Parameters
    ----------
    profile : DeviceProfile
    address : str
    uri : str
    name : str
        Of the first stream.
    leg : {"left", "right"}, optional
    channel : int, optional
        Which muscle, from 1.
    """

    speed: float = 1.0

    def __init__(
        self,
        profile: DeviceProfile,
        address: str,
        *,
        uri: str,
        name: str,
        leg: Side | None = None,
        channel: int | None = None,
    ) -> None:
        self.uri = uri
        self._profile = profile
        self._address = address
        self._name = name
        self._leg: Side | None = leg
        self._channel = channel
        self._device: KeptDevice | None = None
        self._listener = Listener(uri)
        self._streams: tuple[Stream, ...] = ()
        self._closed = False

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What the device delivers; it says so itself, so only after `start`.

        Raises
        ------
        SourceUnavailable
            Before.
        """
        if not self._streams:
            raise SourceUnavailable(
                "what it delivers is known once it was started; await start(pace) first", source=self.uri
            )
        return self._streams

    async def start(self, pace: Pace) -> None:
        """Find the device, connect, and ask it what it delivers. Nothing flows yet.

        Raises
        ------
        BluetoothTrouble
            If the radio or the device cannot be used; the message says what to do.
        SourceUriError
            If the device has no such channel.
        SourceUnavailable
            If the source was closed before.
        """
        if self._closed:
            raise SourceUnavailable("it was closed; open it again", source=self.uri)
        device = radio_of(pace).device(self._profile, self._address, now_s=pace.now_s)
        if device.profile is not self._profile:
            raise SourceUnavailable(
                f"it is also named as a {device.profile.title}; write the same device twice", source=self.uri
            )
        await device.join(self._listener)
        self._device = device
        try:
            self._streams = streams_of(
                self._profile,
                device.parts,
                address=self._address,
                name=self._name,
                leg=self._leg,
                channel=self._channel,
                uri=self.uri,
            )
            device.claim(tuple(cast("list[int]", self._streams[0].settings["rows"])), self.uri)
        except BaseException:
            await self.close()
            raise

    async def packets(self) -> AsyncIterator[Packet]:
        """Notifications as they come, until the source is closed; the device begins at the first look.

        An empty packet comes first after the connection was made anew.

        Raises
        ------
        SourceLost
            If nothing that can be used will come any more.
        """
        if self._device is None:
            raise SourceUnavailable("it was not started; await start(pace) first", source=self.uri)
        name, items = self._streams[0].name, self._listener.items
        await self._device.begin()
        while True:
            item = await items.get()
            if item is None:
                return
            if not isinstance(item, tuple):
                raise SourceLost(item.reason, source=self.uri) from item
            yield Packet(name, *item)

    def status(self) -> Status:
        """Tell how the sensor is."""
        if self._closed or self._device is None:
            return Status(connected=False, detail="closed" if self._closed else "not started")
        return self._device.status()

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Do nothing: a real sensor does not hear."""

    async def close(self) -> None:
        """Stop and let go; may be called twice."""
        self._closed = True
        try:
            if self._device is not None:
                await self._device.leave(self._listener)
        finally:
            self._listener.items.put_nowait(None)


def open_bluetooth(address: Address, *, name: str | None = None, leg: Side | None = None) -> BluetoothSource:
    """Open a ``ble:`` URI; nothing is looked for before its `start`.

    Raises
    ------
    SourceUriError
        If the device, the address or the channel is not understood.
    """
    address.check_options(())
    code, colon, place = address.plain_target.partition(":")
    profile = registry.profile_of(code)
    if profile is None:
        near = difflib.get_close_matches(code.lower(), registry.PROFILES, n=1)
        advice = f"did you mean {near[0]}?" if near else f"use one of {', '.join(registry.PROFILES)}"
        raise address.refuse(f"the device {code!r} is not known; {advice}")
    if not colon or not _ADDRESS.fullmatch(place):
        raise address.refuse(
            f"{place!r} is no Bluetooth address; copy the whole URI from firing-analyzer scan"
        )
    return BluetoothSource(
        profile,
        place.upper(),
        uri=address.uri,
        name=name or address.channel or profile.code,
        leg=leg,
        channel=_channel(address),
    )


def _channel(address: Address) -> int | None:
    text = address.channel
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 64):
        raise address.refuse(f"#{text} is no channel; write #1 for the first muscle, #2 for the second")
    return int(text)
