"""Virtual devices by their code, put on a simulated person."""

from collections.abc import Callable, Sequence
from typing import Final

from sensors.devices import umyo
from sensors.devices.registry import PROFILES
from sensors.errors import SourceUriError
from sensors.sim_options import Site
from sensors.virtual.air import VirtualSensor
from sensors.virtual.bitalino import VirtualBitalino
from sensors.virtual.firmware import Firmware
from sensors.virtual.ganglion import VirtualGanglion
from sensors.virtual.movesense import VirtualMovesense
from sensors.virtual.npg_lite import VirtualNpgLite
from sensors.virtual.umyo import VirtualUmyo
from sensors.virtual.wearer import Wearer

_ADDRESS: Final = "F0:00:00:00:00:{:02X}"
_SITES: Final[dict[str, tuple[Site, ...]]] = {
    "both": ("glute", "shoulder"),
    "glute": ("glute",),
    "shoulder": ("shoulder",),
}


def _npg_lite(wearer: Wearer, sites: tuple[Site, ...]) -> Firmware:
    return VirtualNpgLite(wearer.muscles(*sites, rate_hz=500.0, rows=3))


def _umyo(wearer: Wearer, sites: tuple[Site, ...]) -> Firmware:
    rate_hz = umyo.NOMINAL_HZ
    return VirtualUmyo(
        wearer.muscles(sites[0], rate_hz=rate_hz),
        take_movement=wearer.movement(sites[0], rate_hz=rate_hz / umyo.IMU_EVERY),
        true_rate_hz=rate_hz,
    )


def _bitalino(wearer: Wearer, sites: tuple[Site, ...]) -> Firmware:
    return VirtualBitalino(wearer.muscles(*sites, rate_hz=1000.0))


def _ganglion(wearer: Wearer, sites: tuple[Site, ...]) -> Firmware:
    return VirtualGanglion(wearer.muscles(*sites, rate_hz=200.0))


def _movesense(wearer: Wearer, sites: tuple[Site, ...]) -> Firmware:
    return VirtualMovesense(wearer.movement(sites[0], rate_hz=104.0))


_MAKERS: Final[dict[str, Callable[[Wearer, tuple[Site, ...]], Firmware]]] = {
    "npg_lite": _npg_lite,
    "umyo": _umyo,
    "bitalino": _bitalino,
    "ganglion": _ganglion,
    "movesense": _movesense,
}


def worn_sensors(wanted: Sequence[str], wearer: Wearer) -> list[VirtualSensor]:
    """Put devices on a person.

    Parameters
    ----------
    wanted : sequence of str
        Codes such as ``"npg_lite"``, with ``:glute``, ``:shoulder`` or ``:both`` behind them. Otherwise a
        device that takes two muscles takes both, and of the others the first is put on the glute, the second
        on the shoulder.
    wearer : Wearer

    Returns
    -------
    list of VirtualSensor
        With addresses that count from ``F0:00:00:00:00:01``.

    Raises
    ------
    SourceUriError
        If a device or a place is not known.
    """
    sensors: list[VirtualSensor] = []
    single = 0
    for number, text in enumerate(wanted, start=1):
        code, _, place = text.partition(":")
        maker = _MAKERS.get(code)
        if maker is None:
            raise SourceUriError(f"there is no virtual {code!r}; use {', '.join(_MAKERS)}", source=text)
        if not place:
            takes_both = PROFILES[code].muscles >= 2
            place = "both" if takes_both else ("glute", "shoulder")[single % 2]
            single += not takes_both
        if place not in _SITES or (place == "both" and PROFILES[code].muscles < 2):
            raise SourceUriError(
                f"it cannot be worn at {place!r}; use {code}:glute or {code}:shoulder", source=text
            )
        sensors.append(VirtualSensor(maker(wearer, _SITES[place]), _ADDRESS.format(number)))
    return sensors
