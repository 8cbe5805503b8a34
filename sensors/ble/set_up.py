"""The first steps on a new connection: is it such a device, will it do, and what does it deliver."""

from typing import Final

from sensors.ble.connection import Connection
from sensors.devices.profile import DeviceProfile, Part
from sensors.errors import BluetoothTrouble

#: Below this a battery would not last through a session.
_EMPTY_PERCENT: Final = 5.0
#: What fits into a notification where the system does not know better.
_UNKNOWN_FITS: Final = 20


async def set_up(
    connection: Connection, profile: DeviceProfile, *, uri: str
) -> tuple[tuple[Part, ...], float | None]:
    """Check a device and set it up.

    Parameters
    ----------
    connection : Connection
    profile : DeviceProfile
    uri : str
        For errors.

    Returns
    -------
    parts : tuple of Part
        What it will deliver.
    battery_percent : float or None

    Raises
    ------
    BluetoothTrouble
        If it lacks something, its notifications would be cut short, its battery is empty, or it refuses or
        does not answer.
    """
    missing = [uuid for uuid in profile.needs if not connection.has(uuid)]
    if missing:
        raise BluetoothTrouble(
            f"it lacks {', '.join(missing)}, which a {profile.title} has; update its firmware",
            kind="service_missing",
            source=uri,
        )
    fits = connection.longest_notification(profile.data)
    if _UNKNOWN_FITS < fits < profile.least_notification:
        raise cut_short(fits, profile, uri=uri)
    parts = await profile.prepare(connection)
    battery = await profile.battery(connection) if profile.battery is not None else None
    if battery is not None and battery < _EMPTY_PERCENT:
        raise BluetoothTrouble(
            f"its battery is at {battery:.0f} % and would not last; charge it", kind="battery_low", source=uri
        )
    return parts, battery


def cut_short(fits: int, profile: DeviceProfile, *, uri: str | None = None) -> BluetoothTrouble:
    """Make the error for notifications of which only the first bytes come through."""
    return BluetoothTrouble(
        f"its notifications are cut short at {fits} bytes, {profile.least_notification} are needed; "
        "use another Bluetooth adapter, or update this system",
        kind="cut_short",
        source=uri,
    )
