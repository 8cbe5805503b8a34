"""What can go wrong with Bluetooth, in words: the thing, what is wrong, and what to do on this system."""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Final, Literal, get_args

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from sensors.errors import BluetoothTrouble, SensorError

Kind = Literal[
    "no_adapter",
    "adapter_off",
    "no_permission",
    "no_service",
    "not_found",
    "wrong_device",
    "service_missing",
    "no_answer",
    "refused",
    "silent",
    "cut_short",
    "battery_low",
    "lost",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_RADIO: Final[Mapping[Kind, str]] = {
    "no_adapter": "this machine has no Bluetooth adapter that can be used",
    "adapter_off": "Bluetooth is switched off",
    "no_permission": "this program may not use Bluetooth",
    "no_service": "the Bluetooth service of this system does not answer",
}
#: What to do about the radio itself, by system.
_MEND: Final[Mapping[str, Mapping[Kind, str]]] = {
    "linux": {
        "no_adapter": "plug in an adapter for Bluetooth 4.0 or newer (see bluetoothctl list)",
        "adapter_off": "run rfkill unblock bluetooth, then bluetoothctl power on",
        "no_permission": "run sudo usermod -aG bluetooth $USER and sign in again",
        "no_service": "run sudo systemctl start bluetooth (package bluez; it needs the D-Bus system bus)",
    },
    "darwin": {
        "no_adapter": "use a Mac with Bluetooth 4.0 or newer",
        "adapter_off": "switch it on in the Control Centre",
        "no_permission": "allow your terminal in System Settings, Privacy & Security, Bluetooth; restart it",
        "no_service": "switch Bluetooth off and on in the Control Centre",
    },
    "win32": {
        "no_adapter": "plug in an adapter for Bluetooth 4.0 or newer, or install its driver (Device Manager)",
        "adapter_off": "switch it on in Settings, Bluetooth & devices",
        "no_permission": "allow apps to use radios in Settings, Privacy & security",
        "no_service": "start the Bluetooth Support Service (services.msc)",
    },
}
_REASONS: Final[Mapping[BleakBluetoothNotAvailableReason, Kind]] = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "no_adapter",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "no_adapter",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "adapter_off",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "no_permission",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "no_permission",
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: "no_permission",
    BleakBluetoothNotAvailableReason.UNKNOWN: "no_service",
}
_DBUS: Final[Mapping[str, Kind]] = {
    "org.freedesktop.DBus.Error.ServiceUnknown": "no_service",
    "org.freedesktop.DBus.Error.NameHasNoOwner": "no_service",
    "org.freedesktop.DBus.Error.NoReply": "no_service",
    "org.freedesktop.DBus.Error.Disconnected": "no_service",
    "org.freedesktop.DBus.Error.AccessDenied": "no_permission",
    "org.bluez.Error.NotReady": "adapter_off",
    "org.bluez.Error.NotAuthorized": "no_permission",
    "org.bluez.Error.NotPermitted": "refused",
}
#: What else may come out of bleak: the message bus that is not there, or that ended.
_PROBLEMS: Final = (BleakError, TimeoutError, OSError, EOFError)


def radio_trouble(kind: Kind, *, source: str | None = None, system: str = sys.platform) -> BluetoothTrouble:
    """Make the error that says what is wrong with the radio itself, and what to do on this system.

    Examples
    --------
    >>> print(radio_trouble("adapter_off", system="darwin"))
    Bluetooth is switched off; switch it on in the Control Centre
    """
    mend = _MEND.get(system, _MEND["linux"])[kind]
    return BluetoothTrouble(f"{_RADIO[kind]}; {mend}", kind=kind, source=source)


def explain(problem: BaseException, *, source: str | None = None, doing: str = "") -> SensorError:
    """Say what an error of bleak means and what to do.

    Parameters
    ----------
    problem : exception
    source : str, optional
        URI of the sensor that is meant.
    doing : str
        What was being done, such as ``"connecting"``.

    Returns
    -------
    SensorError
        The problem itself if it is one of ours already.
    """
    if isinstance(problem, SensorError):
        return problem
    kind = _radio_kind(problem)
    if kind is not None and kind in _RADIO:
        return radio_trouble(kind, source=source)
    during = f" while {doing}" if doing else ""
    match problem:
        case TimeoutError():
            kind, words = (
                "no_answer",
                f"it does not answer{during}; bring it nearer, switch it off and on",
            )
        case BleakDeviceNotFoundError():
            kind, words = (
                "not_found",
                "it is not on the air; switch it on, see firing-analyzer scan",
            )
        case BleakCharacteristicNotFoundError():
            kind = "service_missing"
            words = f"it lacks the characteristic {problem.char_specifier}; update its firmware"
        case BleakGATTProtocolError():
            kind, words = "refused", f"it refuses{during} ({problem}); switch it off and on"
        case BleakDBusError() if kind == "refused":
            words = f"it refuses{during} ({problem}); switch it off and on"
        case _:
            told = " ".join(str(problem).split()) or type(problem).__name__
            kind, words = (
                "lost",
                f"the connection failed{during} ({told}); bring it nearer, try again",
            )
    return BluetoothTrouble(words, kind=kind or "lost", source=source)


@contextmanager
def explained(*, source: str | None = None, doing: str = "") -> Generator[None]:
    """Turn what bleak raises into errors of ours; raises `BluetoothTrouble`."""
    try:
        yield
    except Exception as problem:
        if isinstance(problem, _PROBLEMS) or _radio_kind(problem) is not None:
            raise explain(problem, source=source, doing=doing) from problem
        raise


def _radio_kind(problem: BaseException) -> Kind | None:
    match problem:
        case BleakBluetoothNotAvailableError():
            return _REASONS.get(problem.reason, "no_service")
        case BleakDBusError():
            return _DBUS.get(problem.dbus_error)
        case PermissionError():
            return "no_permission"
        case FileNotFoundError() | ConnectionRefusedError():
            # The socket of the message bus is not there, or nobody listens at it.
            return "no_service"
        case _:
            # dbus-fast: not let in by the message bus. Not imported, it is only there on Linux.
            return "no_permission" if type(problem).__name__ == "AuthError" else None
