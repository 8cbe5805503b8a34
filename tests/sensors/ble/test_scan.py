"""What is on the air: every device, with what to write to record from it."""

import pytest
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from sensors.ble.hearing import Heard, Hearing
from sensors.ble.scan import Found, scan
from sensors.ble.scan import _rank as rank  # pyright: ignore[reportPrivateUsage]
from sensors.devices.profile import Advertised, short_uuid
from sensors.pace import RealPace
from tests.sensors.ble.bench import BENCH, SERVICE, STACKS, Bench, RunOn, opened

ADDRESS = "F0:00:00:00:00:01"


@pytest.mark.parametrize("stack", STACKS)
def test_a_scan_names_each_device_and_what_to_write_for_each_muscle(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        await bench.add()
        await bench.add(name="Kettle")
        sensor, other = await scan(0.5)
        assert sensor.device is BENCH
        assert sensor.advertised.name == "Bench 1"
        assert sensor.advertised.services == (SERVICE,)
        assert sensor.uris == (f"ble:bench:{ADDRESS}#1", f"ble:bench:{ADDRESS}#2")
        assert sensor.takes_both
        assert sensor.advertised.rssi_dbm in (-50, -52)
        assert (other.device, other.advertised.name, other.uris) == (None, "Kettle", ())

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_scan_says_to_write_opens_the_device(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (found,) = await scan(0.4)
        for source, uri in zip(opened(sensor, "#1", "#2"), found.uris, strict=True):
            assert source.uri == uri
            await source.start(RealPace())
            await source.close()

    run_on(stack, scenario)


def advertisement(**what: object) -> AdvertisementData:
    usual = {
        "local_name": None,
        "manufacturer_data": {},
        "service_data": {},
        "service_uuids": [],
        "tx_power": None,
        "rssi": -60,
        "platform_data": (),
    }
    return AdvertisementData(**{**usual, **what})  # pyright: ignore[reportArgumentType]


def heard_of(*pieces: AdvertisementData, name: str | None = None) -> Heard:
    hearing = Hearing()
    for piece in pieces:
        hearing._take(BLEDevice(ADDRESS.lower(), name, None), piece)  # pyright: ignore[reportPrivateUsage]
    return hearing.heard[ADDRESS]


def test_what_comes_in_pieces_is_put_together() -> None:
    heard = heard_of(
        advertisement(service_uuids=["FE84"], manufacturer_data={1: b"a"}, rssi=-70),
        advertisement(local_name="Ganglion-54ca", manufacturer_data={2: b"b"}, rssi=-127),
        advertisement(service_uuids=["fe84", "180f"], rssi=-55),
    )
    assert heard.advertised == Advertised(
        ADDRESS.lower(), "Ganglion-54ca", ("fe84", "180f"), {1: b"a", 2: b"b"}, -55
    )


def test_a_strength_that_is_not_known_is_not_told() -> None:
    assert heard_of(advertisement(rssi=-127)).advertised.rssi_dbm is None


def test_a_battery_is_told_where_it_is_advertised() -> None:
    battery = short_uuid(0x180F)
    heard = heard_of(advertisement(service_data={battery: b"\x55"}), advertisement())
    assert heard.battery_percent == 85.0
    assert heard_of(advertisement(service_data={battery: b"\xff"})).battery_percent is None
    assert heard_of(advertisement()).battery_percent is None


def test_sensors_come_before_other_devices_and_the_nearest_first() -> None:
    near, far, unknown = (
        Found(Advertised(str(dbm), "Bench", rssi_dbm=dbm), BENCH) for dbm in (-40, -80, None)
    )
    other = Found(Advertised("x", "Kettle", rssi_dbm=-20), None)

    assert sorted([other, unknown, far, near], key=rank) == [near, far, unknown, other]
