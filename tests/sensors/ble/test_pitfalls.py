"""Each way in which bleak, BlueZ and sensors are known to lose samples, hang or leak; one test for each."""

import asyncio
import time
from dataclasses import replace

import pytest

from sensors.ble import connection as connection_module
from sensors.ble import device as device_module
from sensors.ble.connection import Connection
from sensors.ble.device import KeptDevice
from sensors.ble.hearing import Hearing, address_key
from sensors.devices import registry
from sensors.errors import BluetoothTrouble, SourceLost
from sensors.pace import RealPace
from tests.sensors.ble.bench import (
    BENCH,
    BYTES,
    CONTROL,
    DATA,
    STACKS,
    Bench,
    RunOn,
    Taking,
    begin_at_once,
    firmware_of,
    opened,
    ramp_of,
)

BLUEZ = tuple(stack for stack in STACKS if stack.startswith("bluez"))


async def connected(bench: Bench) -> Connection:
    """Connect to the first device."""
    address = bench.sensors[0].address
    async with Hearing() as hearing:
        assert await hearing.until(lambda heard: address_key(address) in heard, 5.0)
    return await Connection.open(hearing.heard[address_key(address)], now_s=time.monotonic, source=address)


@pytest.mark.parametrize("stack", STACKS)
def test_a_consumer_that_waits_gets_all_in_order(stack: str, run_on: RunOn) -> None:
    """An asynchronous callback that waits would scramble them: ours only stamps and queues."""

    async def scenario(bench: Bench) -> None:
        (source,) = opened(await bench.add(), "#1")
        await source.start(RealPace())
        counters: list[int] = []
        async for packet in source.packets():
            counters.append(int.from_bytes(packet.raw[:4], "little"))
            if len(counters) == 10:
                await asyncio.sleep(0.3)  # meanwhile the next ones come
            if len(counters) == 40:
                break
        assert counters == list(range(40))
        await source.close()

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", BLUEZ)
def test_a_device_that_connects_but_never_answers_is_given_up_and_connected_once_it_does(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bleak's client may go on claiming to be connected: every attempt has a client of its own."""
    monkeypatch.setattr(connection_module, "CONNECT_S", 0.5)

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sensor.mishaps.mute = True
        (source,) = opened(sensor, "#1")
        starting = asyncio.create_task(source.start(RealPace()))
        await asyncio.sleep(0.8)
        sensor.mishaps.mute = False
        await starting
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 5)
        await source.close()
        await taking.task
        assert sensor.connections >= 2

    run_on(stack, scenario, late_s=0.2)


@pytest.mark.parametrize("stack", STACKS)
def test_a_device_that_never_answers_is_told_as_such_and_nothing_stays_open(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "CONNECT_S", 0.3)
    monkeypatch.setattr(device_module, "BACK_OFF_S", (0.01,) * 3)

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        sensor.mishaps.mute = True
        (source,) = opened(sensor, "#1")
        with pytest.raises(
            BluetoothTrouble, match="it does not answer while connecting; bring it nearer"
        ) as told:
            await source.start(RealPace())
        assert told.value.kind == "no_answer"
        assert sensor.connections == 3
        await asyncio.sleep(0.05)
        assert sensor.link is None

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_the_agreed_length_is_known_before_anything_is_recorded(stack: str, run_on: RunOn) -> None:
    """bleak's mtu_size is 23 on BlueZ, with a warning (which would fail this test)."""

    async def scenario(bench: Bench) -> None:
        (source,) = opened(await bench.add(mtu=BYTES + 2), "#1")
        words = f"cut short at {BYTES - 1} bytes, {BYTES} are needed; use another Bluetooth adapter"
        with pytest.raises(BluetoothTrouble, match=words) as told:
            await source.start(RealPace())
        assert told.value.kind == "cut_short"
        (source,) = opened(await bench.add(mtu=BYTES + 3), "#1")
        await source.start(RealPace())
        await source.close()

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", BLUEZ)
def test_on_an_older_bluez_that_does_not_tell_what_was_agreed_the_bytes_that_come_do(
    stack: str, run_on: RunOn
) -> None:
    async def scenario(bench: Bench) -> None:
        (whole,) = opened(await bench.add(mtu=247), "#1")
        (cut,) = opened(await bench.add(mtu=23), "#1")
        pace = RealPace()
        await whole.start(pace)
        await cut.start(pace)
        fine = Taking(whole)
        taking = Taking(cut)
        with pytest.raises(SourceLost, match="cut short at 20 bytes"):
            await taking.until(lambda packets: len(packets) > 200)
        assert {len(packet.raw) for packet in taking.packets} == {20}
        await fine.until(lambda packets: len(packets) > 40)
        await whole.close()
        await cut.close()
        await fine.task

    run_on(stack, scenario, tells_mtu=False)


@pytest.mark.parametrize("stack", STACKS)
def test_reading_what_also_notifies_brings_no_notification_into_the_data_nor_into_an_answer(
    stack: str, run_on: RunOn
) -> None:
    """BlueZ signals the value of every read as if it had been notified."""

    async def scenario(bench: Bench) -> None:
        await bench.add()
        connection = await connected(bench)
        took: list[bytes] = []
        await connection.listen(DATA, lambda _, raw: took.append(raw))
        for _ in range(3):
            answer = await connection.ask(
                CONTROL, b"WHO", answer_on=CONTROL, complete=lambda raw: raw.endswith(b"!")
            )
            assert answer == b"BENCH!"
            assert await connection.read(CONTROL) == b"BENCH"
        assert took == []
        await connection.close()

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_a_packet_that_cannot_be_taken_is_counted_and_told_and_the_next_ones_come(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bleak drops what its callback raises, on BlueZ without a word."""
    take = KeptDevice._take  # pyright: ignore[reportPrivateUsage]
    number = iter(range(1_000_000))

    def now_and_then(self: KeptDevice, arrival_s: float, raw: bytes) -> None:
        if next(number) in (5, 9):
            raise ValueError("broken on purpose")
        take(self, arrival_s, raw)

    monkeypatch.setattr(KeptDevice, "_take", now_and_then)

    async def scenario(bench: Bench) -> None:
        (source,) = opened(await bench.add(), "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 20)
        assert source.status().detail == "2 notifications could not be taken; report it"
        await source.close()
        await taking.task
        counters = [int.from_bytes(packet.raw[:4], "little") for packet in taking.packets]
        assert counters[:9] == [0, 1, 2, 3, 4, 6, 7, 8, 10]

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_asking_over_the_characteristic_that_is_listened_to_takes_nothing_from_the_listener(
    stack: str, run_on: RunOn
) -> None:
    """Switching notifications on a second time would replace the first receiver without a word."""

    async def scenario(bench: Bench) -> None:
        await bench.add()
        connection = await connected(bench)
        took: list[bytes] = []
        await connection.listen(CONTROL, lambda _, raw: took.append(raw))
        for _ in range(2):
            assert (
                await connection.ask(
                    CONTROL, b"WHO", answer_on=CONTROL, complete=lambda raw: raw.endswith(b"!")
                )
                == b"BENCH!"
            )
        assert took == [b"BEN", b"CH!"] * 2
        if bench.bluez is not None:
            assert [member for _, member in bench.bluez.calls].count("StartNotify") == 1
        await connection.close()

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_packet_is_not_lost_where_a_device_begins_with_being_listened_to(
    stack: str, run_on: RunOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may come before bleak says that notifications are on."""
    monkeypatch.setattr(registry, "PROFILES", {"bench": replace(BENCH, begin=begin_at_once)})

    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        firmware_of(sensor).begins_by_itself = True
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 5)
        await source.close()
        await taking.task
        assert int.from_bytes(taking.packets[0].raw[:4], "little") == 0
        assert ramp_of(taking).size == 10 * len(taking.packets)

    run_on(stack, scenario)


@pytest.mark.parametrize("stack", BLUEZ)
def test_a_bluez_that_takes_two_seconds_to_let_go_is_waited_for(stack: str, run_on: RunOn) -> None:
    async def scenario(bench: Bench) -> None:
        sensor = await bench.add()
        (source,) = opened(sensor, "#1")
        await source.start(RealPace())
        taking = Taking(source)
        await taking.until(lambda packets: len(packets) >= 5)
        began = time.monotonic()
        await source.close()
        assert 1.9 < time.monotonic() - began < 3.0
        await taking.task
        assert sensor.link is None

    run_on(stack, scenario, late_s=2.0)
