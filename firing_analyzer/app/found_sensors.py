"""Which sensors can be chosen on the page: simulated people, and what a scan finds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal, cast

from sensors.errors import SensorError

Site = Literal["glute", "shoulder"]


@dataclass(frozen=True, slots=True)
class FoundSensor:
    """A sensor that can be chosen.

    Attributes
    ----------
    label : str
        As it is shown.
    glute, shoulder : str
        Source URI for either site.
    detail : str
        Signal strength and battery, where they are known.
    """

    label: str
    glute: str
    shoulder: str
    detail: str = ""

    def uri(self, site: Site) -> str:
        """Source URI for a site."""
        return self.glute if site == "glute" else self.shoulder


#: People for trying and teaching; what each does is not told, so that the page can be practised on.
SIMULATED: Final = (
    ("Simulated person A", "shoulder_first"),
    ("Simulated person B", "glute_first"),
    ("Simulated person C", "together"),
    ("Simulated person D", "shoulder_silent"),
    ("Simulated person E", "inconsistent"),
    ("Simulated person F (noisy electrodes)", "noisy"),
)


def simulated_sensors(*, speed: float = 1.0) -> tuple[FoundSensor, ...]:
    """Return the simulated people.

    Parameters
    ----------
    speed : float
        How much faster than real time they live.

    Examples
    --------
    >>> simulated_sensors()[0].glute
    'sim:shoulder_first#glute'
    """
    option = "" if speed == 1.0 else f"?speed={speed:g}"
    return tuple(
        FoundSensor(label, f"sim:{scenario}{option}#glute", f"sim:{scenario}{option}#shoulder")
        for label, scenario in SIMULATED
    )


def can_scan() -> bool:
    """Whether this installation can look for sensors on the air."""
    return _scanner() is not None


async def scanned_sensors() -> tuple[FoundSensor, ...]:
    """Look for sensors on the air.

    Raises
    ------
    SensorError
        If the radio cannot be used; the message says what to do.
    """
    scan = _scanner()
    if scan is None:
        return ()
    found: list[FoundSensor] = []
    for item in await scan():
        uri = str(getattr(item, "uri", ""))
        if not uri:
            continue
        strength, battery = getattr(item, "rssi_dbm", None), getattr(item, "battery_percent", None)
        parts = [f"signal {strength:.0f} dBm" if strength is not None else ""]
        parts.append(f"battery {battery:.0f} %" if battery is not None else "")
        name = str(getattr(item, "name", "") or uri)
        found.append(FoundSensor(name, uri, uri, ", ".join(part for part in parts if part)))
    return tuple(found)


def _scanner() -> Callable[[], Awaitable[list[object]]] | None:
    """Return ``sensors.scan.scan`` where it is there: the one seam to the radio."""
    try:
        module = import_module("sensors.scan")
    except (ModuleNotFoundError, SensorError):
        return None
    scan = getattr(module, "scan", None)
    return cast("Callable[[], Awaitable[list[object]]]", scan) if callable(scan) else None
