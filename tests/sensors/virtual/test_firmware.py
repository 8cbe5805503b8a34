"""Virtual sensors behave as devices do: they start and stop, answer, refuse, fall silent."""

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from recordings.model import FloatArray
from sensors.devices import bitalino, ganglion, movesense, npg_lite, umyo
from sensors.devices.profile import BATTERY, SOFTWARE_REVISION, DeviceProfile
from sensors.devices.registry import recognise
from sensors.errors import SensorError, SourceUnavailable
from sensors.virtual.bitalino import VirtualBitalino
from sensors.virtual.firmware import Firmware, Refusal
from sensors.virtual.ganglion import VirtualGanglion
from sensors.virtual.movesense import VirtualMovesense
from sensors.virtual.npg_lite import VirtualNpgLite
from sensors.virtual.stepped import SOUND, Faults
from sensors.virtual.umyo import VirtualUmyo
from sensors.virtual.wire import Wire


def rest(rows: int) -> Callable[[int], FloatArray]:
    return lambda n: np.zeros((rows, n))


Make = Callable[[Faults], Firmware]
DEVICES: list[tuple[DeviceProfile, Make]] = [
    (npg_lite.PROFILE, lambda faults: VirtualNpgLite(rest(3), faults=faults)),
    (umyo.PROFILE, lambda faults: VirtualUmyo(rest(1), faults=faults)),
    (bitalino.PROFILE, lambda faults: VirtualBitalino(rest(2), faults=faults)),
    (ganglion.PROFILE, lambda faults: VirtualGanglion(rest(4), faults=faults)),
    (movesense.PROFILE, lambda faults: VirtualMovesense(rest(6), faults=faults)),
]
EVERY = pytest.mark.parametrize(("profile", "make"), DEVICES, ids=[one.code for one, _ in DEVICES])
ANSWERING = pytest.mark.parametrize(
    ("profile", "make"), [DEVICES[0], DEVICES[4]], ids=["npg_lite", "movesense"]
)


def due(firmware: Firmware, from_s: float, to_s: float) -> list[tuple[str, bytes]]:
    return [one for step in range(100) for one in firmware.due(from_s + (to_s - from_s) * step / 99)]


@EVERY
def test_it_is_recognised_and_has_what_its_profile_needs(profile: DeviceProfile, make: Make) -> None:
    wire = Wire(make(SOUND))
    assert recognise(wire.advertised) is profile
    assert all(wire.has(uuid) for uuid in profile.needs)


@EVERY
def test_it_sends_nothing_before_it_is_begun_nor_after_its_end(profile: DeviceProfile, make: Make) -> None:
    firmware = make(SOUND)
    assert due(firmware, 0.0, 1.0) == []
    _, packets = asyncio.run(Wire(firmware, now_s=1.0).record(profile, 2.0))
    assert packets
    assert due(firmware, 3.5, 5.0) == []


@EVERY
def test_it_stops_with_the_connection(profile: DeviceProfile, make: Make) -> None:
    firmware = make(SOUND)

    async def begin() -> None:
        wire = Wire(firmware)
        await profile.prepare(wire)
        firmware.subscribed(profile.data, True, now_s=0.0)  # noqa: FBT003
        await profile.begin(wire)

    asyncio.run(begin())
    assert due(firmware, 0.0, 1.0)
    firmware.disconnected()
    assert due(firmware, 1.0, 2.0) == []


@EVERY
def test_what_is_notified_is_what_is_subscribed_to(profile: DeviceProfile, make: Make) -> None:
    firmware = make(SOUND)

    async def begin() -> None:
        wire = Wire(firmware)
        await profile.prepare(wire)
        await profile.begin(wire)

    asyncio.run(begin())
    if profile.code != "movesense":  # which answers where its samples come
        assert due(firmware, 0.0, 2.0) == []


@EVERY
def test_a_device_that_dies_says_nothing_any_more(profile: DeviceProfile, make: Make) -> None:
    _, whole = asyncio.run(Wire(make(SOUND)).record(profile, 4.0))
    _, packets = asyncio.run(Wire(make(Faults(dies_s=2.0))).record(profile, 4.0))
    assert packets
    assert packets == whole[: len(packets)]
    assert packets[-1].arrival_s <= 2.01


@EVERY
def test_a_silent_device_answers_and_sends_no_sample(profile: DeviceProfile, make: Make) -> None:
    _, packets = asyncio.run(Wire(make(Faults(silent=True))).record(profile, 2.0))
    assert packets == []


@ANSWERING
def test_a_device_that_never_answers_is_an_error_that_says_so(profile: DeviceProfile, make: Make) -> None:
    with pytest.raises(SourceUnavailable, match="does not answer"):
        asyncio.run(Wire(make(Faults(never_answers=True))).record(profile, 2.0))


@EVERY
def test_a_missing_characteristic_is_missing(profile: DeviceProfile, make: Make) -> None:
    firmware = make(Faults(missing=(profile.data,)))
    assert not Wire(firmware).has(profile.data)
    with pytest.raises(Refusal, match="0x0a"):
        firmware.subscribed(profile.data, True, now_s=0.0)  # noqa: FBT003


@EVERY
def test_a_refusal_reaches_who_asks(profile: DeviceProfile, make: Make) -> None:
    with pytest.raises(Refusal) as refused:
        make(Faults(refuses={profile.data: 0x80})).read(profile.data)
    assert refused.value.code == 0x80
    for uuid in profile.needs:
        if uuid != profile.data:
            with pytest.raises(SensorError, match=r"refuses.*0x80"):
                asyncio.run(Wire(make(Faults(refuses={uuid: 0x80}))).record(profile, 1.0))


def test_a_battery_is_told_where_there_is_one() -> None:
    async def percent(profile: DeviceProfile, firmware: Firmware) -> float | None:
        assert profile.battery is not None
        return await profile.battery(Wire(firmware))

    assert asyncio.run(percent(npg_lite.PROFILE, VirtualNpgLite(rest(3), battery_percent=37))) == 37
    old = VirtualNpgLite(rest(3), faults=Faults(missing=(npg_lite.BATTERY,)))
    assert asyncio.run(percent(npg_lite.PROFILE, old)) is None
    assert asyncio.run(percent(movesense.PROFILE, VirtualMovesense(rest(6), battery_percent=5))) == 5
    assert VirtualMovesense(rest(6)).read(BATTERY) == bytes([90])


def test_something_else_under_the_name_of_an_npg_lite_is_an_error() -> None:
    class Other(VirtualNpgLite):
        def _command(self, characteristic: str, value: bytes, now_s: float) -> list[tuple[str, bytes]]:  # noqa: ARG002
            return [(characteristic, b"HELLO")]

    with pytest.raises(SourceUnavailable, match=r"not answer as an NPG Lite does, but b'HELLO'"):
        asyncio.run(Wire(Other(rest(3))).record(npg_lite.PROFILE, 1.0))


def test_a_movesense_that_knows_no_such_movement_is_an_error() -> None:
    with pytest.raises(SourceUnavailable, match="status 404"):
        asyncio.run(Wire(VirtualMovesense(rest(6), rates_hz=(13,))).record(movesense.PROFILE, 1.0))


def test_the_parts_of_an_npg_lite_follow_from_its_name() -> None:
    def parts(name: str) -> tuple[int, float, int]:
        firmware = VirtualNpgLite(rest(6), channels=6, name=name)

        async def ask() -> tuple[int, float, int]:
            (part,) = await npg_lite.PROFILE.prepare(Wire(firmware))
            return len(part.kinds), part.nominal_rate_hz, part.longest_notification

        return asyncio.run(ask())

    assert parts("NPG-Lite-6CH:AA:BB") == (6, 500.0, 130)
    assert parts("NPG-Lite-3CH:AA:BB") == (3, 500.0, 70)
    assert parts("NPG-40:4C:CA:4A:7F:01") == (3, 500.0, 70)
    assert parts("NPG-LITE") == (3, 250.0, 175)


@pytest.mark.parametrize("firmware", [2, 3])
def test_the_firmware_of_a_ganglion_is_asked_for(firmware: int) -> None:
    device = VirtualGanglion(rest(4), firmware=2 if firmware == 2 else 3)
    streams, packets = asyncio.run(Wire(device).record(ganglion.PROFILE, 2.0))
    assert streams[0].settings["firmware"] == firmware
    assert len(packets) == pytest.approx(2.0 * 200 / 2, abs=3)
    assert device.read(SOFTWARE_REVISION).startswith(str(firmware).encode())


def test_a_ganglion_with_its_accelerometer_on_sends_shorter_numbers() -> None:
    device = VirtualGanglion(rest(4))
    device.subscribed(ganglion.RECEIVE, True, now_s=0.0)  # noqa: FBT003
    device.write(ganglion.SEND, ganglion.ACCELEROMETER_ON, now_s=0.0)
    device.write(ganglion.SEND, ganglion.START, now_s=0.0)
    assert {raw[0] < 100 for _, raw in due(device, 0.0, 3.0)} == {True}


def test_a_umyo_counts_on_while_nobody_listens() -> None:
    device = VirtualUmyo(rest(1), true_rate_hz=1000.0)
    wire = Wire(device, now_s=7.0)
    _, packets = asyncio.run(wire.record(umyo.PROFILE, 0.5))
    (first,) = umyo.decoder({})(packets[0].raw)
    assert first.counter == 7000


def test_a_umyo_takes_a_new_name() -> None:
    device = VirtualUmyo(rest(1))
    name = "fc7a850d-c1a5-f61f-0da7-9995621fbd02"
    device.write(name, b"uMyo-left-buttock\0", now_s=0.0)
    assert device.name == "uMyo-left-butto"
    assert device.read(name) == b"uMyo-left-butto\0"
