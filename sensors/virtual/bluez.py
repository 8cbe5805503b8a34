"""A Bluetooth service like BlueZ's on a private bus, on any stack of ours: bleak's own backend talks to it.

Only what bleak needs is there: one adapter, discovery, connections, characteristics with StartNotify. The
order of signals and the names of errors follow bluetoothd, and some of its ways are imitated on purpose:
reading a characteristic that notifies also signals its value as if it had been notified.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from dbus_fast import BusType, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

from sensors.virtual.bus import OBJECT_MANAGER, PROPERTIES, Outlet, Tree
from sensors.virtual.central import Advert, Central, CentralLink, LinkLost, NotThere
from sensors.virtual.firmware import Refusal

_NAME: Final = "org.bluez"
_ADAPTER, _DEVICE = f"{_NAME}.Adapter1", f"{_NAME}.Device1"
_SERVICE, _CHARACTERISTIC = f"{_NAME}.GattService1", f"{_NAME}.GattCharacteristic1"
_ADAPTER_PATH: Final = "/org/bluez/hci0"
_FAILED: Final = f"{_NAME}.Error.Failed"
#: bluetoothd gives up by itself after so long.
_CONNECT_S: Final = 20.0

Reply = tuple[str, list[Any]]
_NOTHING: Final[Reply] = ("", [])


class _Refused(Exception):  # noqa: N818  (an answer)
    """An answer that is an error."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name, self.text = name, text


class VirtualBluez:
    """The service; connects to the bus that the environment names.

    Parameters
    ----------
    central : Central
    powered : bool
        Whether its adapter is switched on.
    adapter : bool
        Whether there is one.
    tells_mtu : bool
        Whether it tells what was agreed, as BlueZ does since 5.62.
    late_s : float
        How long after its answer to Disconnect a device is told to be gone; bluetoothd is sometimes late.

    Attributes
    ----------
    calls : list of (path, member)
        All that was asked for.
    """

    def __init__(
        self,
        central: Central,
        *,
        powered: bool = True,
        adapter: bool = True,
        late_s: float = 0.0,
        tells_mtu: bool = True,
    ) -> None:
        self.calls: list[tuple[str, str]] = []
        self._central = central
        self._powered, self._has_adapter, self._late_s = powered, adapter, late_s
        self._tells_mtu = tells_mtu
        self._links: dict[str, CentralLink] = {}
        self._handles: dict[str, tuple[str, int]] = {}
        self._connecting: dict[str, asyncio.Task[CentralLink]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: dict[str, Callable[..., Awaitable[Reply]]] = {
            "SetDiscoveryFilter": self._set_filter,
            "StartDiscovery": self._start_discovery,
            "StopDiscovery": self._stop_discovery,
            "Connect": self._connect,
            "Disconnect": self._disconnect,
            "ReadValue": self._read,
            "WriteValue": self._write,
            "StartNotify": self._start_notify,
            "StopNotify": self._stop_notify,
        }

    async def __aenter__(self) -> "VirtualBluez":
        self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        self._outlet = Outlet(self._bus)
        self._tree = Tree(self._outlet)
        if self._has_adapter:
            values = {
                "Address": Variant("s", "C0:00:00:00:00:01"),
                "Powered": Variant("b", self._powered),
                "Discovering": Variant("b", False),  # noqa: FBT003
                "Roles": Variant("as", ["central", "peripheral"]),
            }
            self._tree.put(_ADAPTER_PATH, _ADAPTER, values)
        self._bus.add_message_handler(self._take)
        await self._bus.request_name(_NAME)
        return self

    async def __aexit__(self, *_: object) -> None:
        for link in list(self._links.values()):
            await link.disconnect()
        for task in [*self._tasks, *self._connecting.values()]:
            task.cancel()
        self._bus.disconnect()
        with suppress(EOFError, OSError):  # of a bus that ended before
            await self._bus.wait_for_disconnect()

    def _take(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or message.sender == self._bus.unique_name:
            return None
        self._spawn(self._reply(message))
        return True

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reply(self, message: Message) -> None:
        path, member = message.path or "", message.member or ""
        self.calls.append((path, member))
        try:
            answer = Message.new_method_return(message, *await self._answer(message, path, member))
        except _Refused as refusal:
            answer = Message.new_error(message, refusal.name, refusal.text)
        except Refusal as refusal:
            text = f"Operation failed with ATT error: 0x{refusal.code:02x}"
            answer = Message.new_error(message, _FAILED, text)
        except LinkLost:
            answer = Message.new_error(message, _FAILED, "Not connected")
        if not message.flags & MessageFlag.NO_REPLY_EXPECTED:
            self._outlet.send(answer)

    async def _answer(self, message: Message, path: str, member: str) -> Reply:
        if message.interface == OBJECT_MANAGER:
            return "a{oa{sa{sv}}}", [self._tree.objects]
        if path not in self._tree.objects:
            raise _Refused("org.freedesktop.DBus.Error.UnknownObject", "there is no such object")
        if message.interface == PROPERTIES:
            self._tree.change(path, {message.body[1]: message.body[2]})
            return _NOTHING
        do = self._answers.get(member)
        if do is None:
            raise _Refused("org.freedesktop.DBus.Error.UnknownMethod", f"{member} is not known")
        return await do(path, *message.body)

    # the adapter

    async def _set_filter(self, _path: str, _filter: object) -> Reply:
        return _NOTHING

    async def _start_discovery(self, path: str) -> Reply:
        if not self._powered:
            raise _Refused(f"{_NAME}.Error.NotReady", "Resource Not Ready")
        await self._central.start_scan(self._heard)
        self._tree.change(path, {"Discovering": Variant("b", True)})  # noqa: FBT003
        return _NOTHING

    async def _stop_discovery(self, path: str) -> Reply:
        await self._central.stop_scan()
        self._tree.change(path, {"Discovering": Variant("b", False)})  # noqa: FBT003
        for device in [one for one, known in self._tree.objects.items() if _DEVICE in known]:
            self._tree.change(device, {}, without=("RSSI",))
        return _NOTHING

    def _heard(self, advert: Advert) -> None:
        path = f"{_ADAPTER_PATH}/dev_{advert.address.replace(':', '_')}"
        values = {"RSSI": Variant("n", advert.rssi_dbm)}
        if advert.name:
            values |= {"Name": Variant("s", advert.name), "Alias": Variant("s", advert.name)}
        if path not in self._tree.objects:
            values = {
                "Address": Variant("s", advert.address),
                "AddressType": Variant("s", "random"),
                "Adapter": Variant("o", _ADAPTER_PATH),
                "Alias": Variant("s", advert.address.replace(":", "-")),
                "Paired": Variant("b", False),  # noqa: FBT003
                "Connected": Variant("b", False),  # noqa: FBT003
                "ServicesResolved": Variant("b", False),  # noqa: FBT003
                "UUIDs": Variant("as", list(advert.services)),
                **values,
            }
        elif advert.services:
            values["UUIDs"] = Variant("as", list(advert.services))
        self._tree.put(path, _DEVICE, values)

    # a device

    async def _connect(self, path: str) -> Reply:
        address = self._tree.value(path, "Address")
        attempt = asyncio.ensure_future(self._central.connect(address, lost=lambda: self._lost(path)))
        self._connecting[path] = attempt
        try:
            async with asyncio.timeout(_CONNECT_S):
                link = await attempt
        except (TimeoutError, NotThere, asyncio.CancelledError):
            raise _Refused(_FAILED, "le-connection-abort-by-peer") from None
        finally:
            del self._connecting[path]
        self._links[path] = link
        self._tree.change(path, {"Connected": Variant("b", True)})  # noqa: FBT003
        self._spawn(self._resolve(path, link))
        return _NOTHING

    async def _resolve(self, path: str, link: CentralLink) -> None:
        """Learn what the device has, after the answer to Connect."""
        try:
            services = await link.discover()
        except (LinkLost, Refusal):
            return
        for service in services:
            at = f"{path}/service{service.handle:04x}"
            values = {"UUID": Variant("s", service.uuid), "Device": Variant("o", path)}
            self._tree.put(at, _SERVICE, values | {"Primary": Variant("b", True)})  # noqa: FBT003
            for one in service.characteristics:
                self._handles[f"{at}/char{one.handle:04x}"] = (path, one.handle)
                values = {
                    "UUID": Variant("s", one.uuid),
                    "Service": Variant("o", at),
                    "Flags": Variant("as", list(one.properties)),
                }
                if self._tells_mtu:
                    values["MTU"] = Variant("q", link.mtu)
                if {"notify", "indicate"} & set(one.properties):
                    values["Notifying"] = Variant("b", False)  # noqa: FBT003
                self._tree.put(f"{at}/char{one.handle:04x}", _CHARACTERISTIC, values)
        if path in self._links:
            self._tree.change(path, {"ServicesResolved": Variant("b", True)})  # noqa: FBT003

    async def _disconnect(self, path: str) -> Reply:
        if path in self._connecting:
            self._connecting[path].cancel()
        link = self._links.get(path)
        if link is not None and self._late_s:
            asyncio.get_running_loop().call_later(self._late_s, lambda: self._spawn(link.disconnect()))
        elif link is not None:
            await link.disconnect()
        return _NOTHING

    def _lost(self, path: str) -> None:
        self._links.pop(path, None)
        if self._bus.connected:
            values = {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)}  # noqa: FBT003
            self._tree.change(path, values)

    # a characteristic

    def _linked(self, path: str) -> tuple[CentralLink, int]:
        device, handle = self._handles[path]
        link = self._links.get(device)
        if link is None:
            raise LinkLost
        return link, handle

    async def _read(self, path: str, _options: object) -> Reply:
        link, handle = self._linked(path)
        value = await link.read(handle)
        self._tree.change(path, {"Value": Variant("ay", value)})
        return "ay", [value]

    async def _write(self, path: str, value: bytes, options: dict[str, Variant]) -> Reply:
        link, handle = self._linked(path)
        kind = options.get("type")
        await link.write(handle, bytes(value), response=kind is None or kind.value != "command")
        return _NOTHING

    async def _start_notify(self, path: str) -> Reply:
        link, handle = self._linked(path)
        if self._tree.value(path, "Notifying") is None:
            raise _Refused(f"{_NAME}.Error.NotSupported", "Operation is not supported")
        await link.subscribe(handle, lambda value: self._tree.change(path, {"Value": Variant("ay", value)}))
        self._tree.change(path, {"Notifying": Variant("b", True)})  # noqa: FBT003
        return _NOTHING

    async def _stop_notify(self, path: str) -> Reply:
        link, handle = self._linked(path)
        await link.unsubscribe(handle)
        self._tree.change(path, {"Notifying": Variant("b", False)})  # noqa: FBT003
        return _NOTHING
