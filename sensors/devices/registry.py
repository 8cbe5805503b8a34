"""All devices that are understood, by code and by what they advertise."""

from types import MappingProxyType
from typing import Final

from sensors.devices import bitalino, ganglion, gforce, movesense, npg_lite, polar, shimmer, umyo
from sensors.devices.profile import Advertised, DeviceProfile

#: By code, in the order in which a user is told of them.
PROFILES: Final = MappingProxyType(
    {
        profile.code: profile
        for profile in (
            npg_lite.PROFILE,
            umyo.PROFILE,
            bitalino.PROFILE,
            ganglion.PROFILE,
            movesense.PROFILE,
            shimmer.PROFILE_3R,
            shimmer.PROFILE_3,
            gforce.PROFILE,
            polar.PROFILE,
        )
    }
)


def profile_of(code: str) -> DeviceProfile | None:
    """Return the profile of a device's code, as a URI has it; None if there is none.

    Examples
    --------
    >>> profile_of("npg_lite").title
    'NPG Lite'
    """
    return PROFILES.get(code.lower())


def recognise(advertised: Advertised) -> DeviceProfile | None:
    """Return what kind of device it is; None if it is none of ours.

    A name decides. A service alone does only where it is the maker's own: many of them are those of a chip,
    which heart-rate straps, lamps and toys have as well.
    """
    return next((profile for profile in PROFILES.values() if profile.recognise(advertised)), None)
