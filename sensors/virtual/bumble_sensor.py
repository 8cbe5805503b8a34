"""Virtual devices as real GATT servers on virtual controllers, by the optional library bumble.

The controllers know no radio: nothing is lost in the air, and the connection interval does not matter.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Final, Self

from bumble import att, core, data_types, hci, ll
from bumble.controller import Controller
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from sensors.virtual.air import VirtualSensor
from sensors.virtual.firmware import Property, Refusal

_PROPERTIES: Final[dict[Property, Characteristic.Properties]] = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}
_PERMISSIONS: Final = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE
#: As most radios of today; a notification of 244 bytes goes in one piece.
_ACL_BYTES: Final = 251
_ADVERTISED_EVERY_MS: Final = 20
_LOOK_S: Final = 0.02
_UUID_TAIL: Final = "-0000-1000-8000-00805f9b34fb"


class Ether(LocalLink):
    """The link between the controllers, with two things that bumble's own lacks."""

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: core.PhysicalTransport,
        data: bytes,
    ) -> None:
        """Hand data on under the address of the connection: a central may use its public address."""
        receiver = self.find_le_controller(destination_address)
        connection = sender_controller.le_connections.get(destination_address)
        if receiver is not None and connection is not None:
            loop = asyncio.get_running_loop()
            loop.call_soon(receiver.on_link_acl_data, connection.self_address, transport, data)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Send the answer to a scan too, before the advertisement: the name does not fit beside UUIDs."""
        answer = sender_controller.le_legacy_advertiser.scan_response_data
        if isinstance(packet, ll.AdvInd) and answer:
            loop = asyncio.get_running_loop()
            for controller in self.controllers:
                if controller is not sender_controller and controller.pending_le_connection is None:
                    loop.call_soon(
                        controller.on_ll_advertising_pdu, ll.AdvInd(packet.advertiser_address, answer)
                    )
        super().send_advertising_pdu(sender_controller, packet)


def device_on(ether: Ether, name: str, address: str) -> Device:
    """Make a host with a controller of its own."""
    controller = Controller(name, link=ether)
    controller.le_acl_data_packet_length = _ACL_BYTES
    # Of the older way of advertising, that every sensor has.
    controller.le_features &= ~hci.LeFeatureMask.LE_EXTENDED_ADVERTISING
    config = DeviceConfiguration(
        name=name,
        address=hci.Address(address),
        advertising_interval_min=_ADVERTISED_EVERY_MS,
        advertising_interval_max=_ADVERTISED_EVERY_MS,
    )
    return Device(config=config, host=Host(controller, AsyncPipeSink(controller)))


class BumbleSensor:
    """A virtual device as a GATT server; advertises until it is connected, and again after that.

    Parameters
    ----------
    ether : Ether
    sensor : VirtualSensor
    """

    def __init__(self, ether: Ether, sensor: VirtualSensor) -> None:
        self._ether = ether
        self._sensor = sensor
        self._device = device_on(ether, sensor.firmware.name, sensor.address)
        self._device.gatt_server.max_mtu = sensor.mtu
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        self._device.add_services(self._services())
        self._device.on(self._device.EVENT_CONNECTION, self._connected)
        answer_requests = self._device.gatt_server.on_gatt_pdu

        def on_gatt_pdu(bearer: att.Bearer, att_pdu: att.ATT_PDU) -> None:
            if not sensor.mishaps.mute:
                answer_requests(bearer, att_pdu)

        self._device.gatt_server.on_gatt_pdu = on_gatt_pdu
        self._connection: Connection | None = None
        self._closing = False

    async def __aenter__(self) -> Self:
        device, firmware = self._device, self._sensor.firmware
        await device.power_on()
        device.advertising_data = bytes(
            core.AdvertisingData(
                [
                    data_types.Flags(core.AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE),
                    *_told_services(firmware.advertised_services),
                ]
            )
        )
        device.scan_response_data = bytes(core.AdvertisingData([data_types.CompleteLocalName(firmware.name)]))
        self._showing = asyncio.create_task(self._show())
        return self

    async def __aexit__(self, *_: object) -> None:
        # Not cancelled: a host whose command was given up stumbles over the answer.
        self._closing = True
        await self._showing

    async def send(self, characteristic: str, value: bytes) -> None:
        """Send a notification; what is longer than the MTU allows is cut off."""
        found = self._characteristics.get(characteristic)
        if self._connection is None or found is None:
            return
        server = self._device.gatt_server
        if found.properties & Characteristic.Properties.NOTIFY:
            await server.notify_subscriber(self._connection, found, value)
        else:
            await server.indicate_subscriber(self._connection, found, value)

    async def hang_up(self) -> None:
        """End the connection."""
        if self._connection is not None:
            await self._connection.disconnect()

    async def _show(self) -> None:
        """Advertise whenever the device is on the air."""
        device = self._device
        while not self._closing:
            if self._sensor.on_air and not device.is_advertising:
                await device.start_advertising(
                    advertising_data=device.advertising_data, scan_response_data=device.scan_response_data
                )
            elif self._sensor.mishaps.off and device.is_advertising:
                await device.stop_advertising()
            await asyncio.sleep(_LOOK_S)

    def _services(self) -> list[Service]:
        services: dict[str, list[Characteristic[bytes]]] = {}
        for one in self._sensor.table:
            properties = Characteristic.Properties(0)
            for name in one.properties:
                properties |= _PROPERTIES[name]
            made: Characteristic[bytes] = Characteristic(
                one.uuid,
                properties,
                _PERMISSIONS,
                CharacteristicValue(read=partial(self._read, one.uuid), write=partial(self._write, one.uuid)),
            )
            made.on(made.EVENT_SUBSCRIPTION, partial(self._subscribed, one.uuid))
            self._characteristics[one.uuid] = made
            services.setdefault(one.service, []).append(made)
        return [Service(uuid, own) for uuid, own in services.items()]

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        self._sensor.connected(self)
        connection.on(connection.EVENT_DISCONNECTION, self._disconnected)

    def _disconnected(self, _reason: int) -> None:
        self._connection = None
        self._sensor.disconnected()

    def _read(self, uuid: str, _: Connection) -> bytes:
        return self._sensor.read(uuid)

    def _write(self, uuid: str, _: Connection, value: bytes) -> None:
        try:
            self._sensor.write(uuid, bytes(value))
        except Refusal as refusal:
            raise att.ATT_Error(att.ErrorCode(refusal.code)) from refusal

    def _subscribed(self, uuid: str, _: Connection, notify: bool, indicate: bool) -> None:  # noqa: FBT001
        self._sensor.subscribe(uuid, notify or indicate)


def _told_services(uuids: Iterable[str]) -> list[core.DataType]:
    short = [core.UUID(uuid[4:8]) for uuid in uuids if uuid.endswith(_UUID_TAIL)]
    long = [core.UUID(uuid) for uuid in uuids if not uuid.endswith(_UUID_TAIL)]
    told: list[core.DataType] = []
    if short:
        told.append(data_types.CompleteListOf16BitServiceUUIDs(short))
    if long:
        told.append(data_types.CompleteListOf128BitServiceUUIDs(long))
    return told
