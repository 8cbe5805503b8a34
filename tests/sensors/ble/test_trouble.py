"""What goes wrong with Bluetooth is told in one line that names it and says what to do, on every system."""

import asyncio
import sys

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from sensors.ble.scan import scan, try_radio
from sensors.ble.trouble import explain, explained, radio_trouble
from sensors.errors import BluetoothTrouble, SourceUnavailable
from sensors.pace import RealPace
from sensors.virtual.bus import BUS_VARIABLE, can_have_bus, private_bus, taken_for_the_systems
from tests.sensors.ble.bench import Bench, RunOn, opened

Reason = BleakBluetoothNotAvailableReason
needs_bus = pytest.mark.skipif(
    not (sys.platform == "linux" and can_have_bus()),
    reason="a message bus of its own needs Linux and dbus-daemon",
)


class AuthError(Exception):
    """As dbus-fast calls it when the bus does not let somebody in."""


@pytest.mark.parametrize(
    ("problem", "kind", "words"),
    [
        (BleakBluetoothNotAvailableError("", Reason.NO_BLUETOOTH), "no_adapter", "no Bluetooth adapter"),
        (
            BleakBluetoothNotAvailableError("", Reason.NO_BLE_CENTRAL_ROLE),
            "no_adapter",
            "no Bluetooth adapter",
        ),
        (
            BleakBluetoothNotAvailableError("", Reason.POWERED_OFF),
            "adapter_off",
            "Bluetooth is switched off; ",
        ),
        (
            BleakBluetoothNotAvailableError("", Reason.DENIED_BY_USER),
            "no_permission",
            "may not use Bluetooth; ",
        ),
        (BleakBluetoothNotAvailableError("", Reason.DENIED_BY_SYSTEM), "no_permission", "may not use"),
        (BleakBluetoothNotAvailableError("", Reason.UNKNOWN), "no_service", "does not answer; "),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), "no_service", "does not answer; "),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", []), "no_permission", "may not use"),
        (BleakDBusError("org.bluez.Error.NotReady", []), "adapter_off", "switched off; "),
        (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort"]), "lost", "le-connection-abort"),
        (BleakDBusError("org.bluez.Error.NotPermitted", []), "refused", "it refuses while asking"),
        (FileNotFoundError(2, "no such file"), "no_service", "does not answer; "),
        (ConnectionRefusedError(111, "refused"), "no_service", "does not answer; "),
        (PermissionError(13, "denied"), "no_permission", "may not use Bluetooth; "),
        (AuthError("EXTERNAL was rejected"), "no_permission", "may not use Bluetooth; "),
        (
            TimeoutError(),
            "no_answer",
            "it does not answer while asking; bring it nearer",
        ),
        (BleakDeviceNotFoundError("F0", "gone"), "not_found", "it is not on the air; switch it on"),
        (BleakCharacteristicNotFoundError("2a19"), "service_missing", "2a19; update its firmware"),
        (
            BleakGATTProtocolError(BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION),
            "refused",
            "it refuses while asking",
        ),
        (
            BleakError("Not\nconnected"),
            "lost",
            r"connection failed while asking \(Not connected\); bring",
        ),
        (EOFError(), "lost", r"the connection failed while asking \(EOFError\)"),
        (OSError(5, "input/output error"), "lost", "input/output error"),
    ],
)
def test_every_error_of_the_radio_says_what_to_do(problem: Exception, kind: str, words: str) -> None:
    with pytest.raises(BluetoothTrouble) as raised, explained(source="ble:bench:F0", doing="asking"):
        raise problem
    told = raised.value
    assert str(told) == str(explain(problem, source="ble:bench:F0", doing="asking"))
    assert isinstance(told, BluetoothTrouble)
    assert told.kind == kind
    assert str(told).startswith("ble:bench:F0: ")
    assert "\n" not in str(told)
    assert "; " in told.reason
    with pytest.raises(BluetoothTrouble, match=words):
        raise told


@pytest.mark.parametrize("system", ["linux", "darwin", "win32", "freebsd14"])
@pytest.mark.parametrize("kind", ["no_adapter", "adapter_off", "no_permission", "no_service"])
def test_what_to_do_about_the_radio_is_said_for_each_system(system: str, kind: str) -> None:
    told = radio_trouble(kind, system=system)  # pyright: ignore[reportArgumentType]
    what, _, to_do = told.reason.partition("; ")
    assert what
    assert to_do
    ours = {"linux": "systemctl", "darwin": "Control Centre", "win32": "Settings"}
    others = [word for name, word in ours.items() if name != system and word in to_do]
    assert system not in ours or (not others or kind == "no_permission")


def test_errors_of_ours_pass_unchanged_and_defects_are_not_taken_for_trouble() -> None:
    ours = SourceUnavailable("it is busy; wait")
    assert explain(ours) is ours
    with pytest.raises(ZeroDivisionError), explained():
        _ = 1 / 0
    with pytest.raises(asyncio.CancelledError), explained():
        raise asyncio.CancelledError


@needs_bus
def test_a_machine_without_a_message_bus_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BUS_VARIABLE, "unix:path=/nowhere/at/all")
    with pytest.raises(BluetoothTrouble, match="systemctl start bluetooth") as told:
        asyncio.run(scan(0.1))
    assert told.value.kind == "no_service"


@needs_bus
def test_a_machine_whose_bluetooth_service_does_not_run_is_told() -> None:
    with private_bus() as bus, taken_for_the_systems(bus), pytest.raises(BluetoothTrouble) as told:
        asyncio.run(try_radio())
    assert told.value.kind == "no_service"


@pytest.mark.parametrize(
    ("service", "kind"), [({"adapter": False}, "no_adapter"), ({"powered": False}, "adapter_off")]
)
def test_an_adapter_that_is_missing_or_off_is_told_by_scan_and_source_alike(
    service: dict[str, bool], kind: str, run_on: RunOn
) -> None:
    async def scenario(bench: Bench) -> None:
        with pytest.raises(BluetoothTrouble) as told:
            await scan(0.1)
        assert told.value.kind == kind
        (source,) = opened(await bench.add(), "#1")
        with pytest.raises(BluetoothTrouble) as told:
            await source.start(RealPace())
        assert told.value.kind == kind

    run_on("bluez/memory", scenario, **service)
