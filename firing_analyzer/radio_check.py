"""Whether this machine's Bluetooth can be used, found out by using it: a scan is begun and ended."""

import asyncio

from firing_analyzer.doctor import Finding

_WHAT = "Bluetooth radio"


def radio_finding() -> Finding:
    """Open the radio for a moment, and say what came of it in the words of a recording.

    Returns
    -------
    Finding
        Never a problem: without Bluetooth everything but Bluetooth sensors works.
    """
    try:
        from sensors.ble.scan import try_radio  # noqa: PLC0415  (bleak, which may be missing)
        from sensors.errors import BluetoothTrouble  # noqa: PLC0415
    except ImportError as problem:
        return Finding(_WHAT, "missing", f"not tried, {problem.name} is missing", "install what is missing")
    try:
        asyncio.run(try_radio())
    except BluetoothTrouble as trouble:
        detail, _, to_do = trouble.reason.partition("; ")
        return Finding(_WHAT, "missing", detail, to_do or "see firing-analyzer scan")
    return Finding(_WHAT, "ok", "it is switched on and listens")
