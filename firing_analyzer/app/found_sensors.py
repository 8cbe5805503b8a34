"""Which sensors can be chosen on the page: simulated people, and what a scan finds."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from sensors.ble.scan import Found

#: How long the page listens for sensors.
SCAN_S: Final = 5.0
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


def are_of_two_people(glute: str, shoulder: str) -> bool:
    """Return whether two sources are of different simulated people.

    Parameters
    ----------
    glute, shoulder : str
        Source URIs.

    Examples
    --------
    >>> are_of_two_people("sim:together#glute", "sim:noisy#shoulder")
    True
    >>> are_of_two_people("sim:noisy?dead=1#glute", "sim:noisy#shoulder")
    False
    """
    people = [re.split(r"[?#]", uri, maxsplit=1)[0] for uri in (glute, shoulder)]
    return all(one.startswith("sim:") for one in people) and people[0] != people[1]


async def scanned_sensors(seconds: float = SCAN_S) -> tuple[FoundSensor, ...]:
    """Look for Bluetooth sensors on the air.

    Parameters
    ----------
    seconds : float
        How long to listen.

    Returns
    -------
    tuple of FoundSensor
        Those that can be recorded from, the strongest first. One that takes both muscles has its first
        channel for the glute and its second for the shoulder, so choosing it twice puts both on one clock.

    Raises
    ------
    BluetoothTrouble
        If the radio cannot be used; the message says what to do.
    """
    from sensors.ble.scan import scan  # noqa: PLC0415  (the radio is loaded only when it is asked for)

    return tuple(_offered(one) for one in await scan(seconds) if one.uris)


def _offered(one: "Found") -> FoundSensor:
    title = one.device.title if one.device is not None else ""
    strength, battery = one.advertised.rssi_dbm, one.battery_percent
    # Two of a kind often bear the same name; the end of the address tells them apart.
    name = f"{one.advertised.name or title} {one.advertised.address[-5:]}"
    about = [title if title not in name else ""]
    about.append("takes both muscles: recommended" if one.takes_both else "")
    about.append(f"signal {strength:.0f} dBm" if strength is not None else "")
    about.append(f"battery {battery:.0f} %" if battery is not None else "")
    return FoundSensor(name, one.uris[0], one.uris[1] if one.takes_both else one.uris[0], _joined(about))


def _joined(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)
