"""From what a device delivers to the streams of a source: which rows, and what they are called."""

from dataclasses import replace
from typing import Final

from recordings.labels import recognise
from recordings.model import Channel, Side, opposite
from sensors.devices.profile import DeviceProfile, Part
from sensors.errors import SourceUriError
from sensors.model import Stream

GLUTE: Final = "glute"
SHOULDER: Final = "shoulder"
_MUSCLE_KINDS: Final = frozenset({"emg", "envelope"})


def streams_of(
    profile: DeviceProfile,
    parts: tuple[Part, ...],
    *,
    address: str,
    name: str,
    leg: Side | None,
    channel: int | None,
    uri: str,
) -> tuple[Stream, ...]:
    """Return what one source delivers of a device.

    Parameters
    ----------
    profile : DeviceProfile
    parts : tuple of Part
        What the device said that it delivers; the first holds the muscles.
    address : str
    name : str
        Of the first stream; the others are called after their part. ``"glute"`` and ``"shoulder"`` also tell
        where the sensor is worn.
    leg : {"left", "right"} or None
        The raised leg; without it labels have no side.
    channel : int or None
        Which muscle, from 1; None for the first one and all else that the device delivers. Where a muscle
        was named of a device that takes several, the box may lie anywhere: its movement is left out.
    uri : str
        For errors.

    Returns
    -------
    tuple of Stream

    Raises
    ------
    SourceUriError
        If the device has no such muscle.
    """
    device = f"{profile.title} {address}"
    first = parts[0]
    muscles = [row for row, kind in enumerate(first.kinds) if kind in _MUSCLE_KINDS]
    if channel is not None and channel > len(muscles):
        known = f"has {len(muscles)}" if muscles else "takes no muscle"
        raise SourceUriError(
            f"channel {channel} is not there, the device {known}; look with firing-analyzer scan", source=uri
        )
    rows = [muscles[(channel or 1) - 1]] if muscles else list(range(len(first.kinds)))
    kept = parts[:1] if channel is not None and len(muscles) > 1 else parts
    return tuple(
        Stream(
            f"{name}-{part.name}" if part.name else name,
            tuple(
                _channel(part, row, device=device, role=name, leg=leg)
                for row in (rows if part is first else range(len(part.kinds)))
            ),
            part.nominal_rate_hz,
            device=device,
            decoder=profile.decoder,
            decoder_version=profile.decoder_version,
            settings={**part.settings, "rows": list(rows if part is first else range(len(part.kinds)))},
            scale_known=part.scale_known,
        )
        for part in kept
    )


def _channel(part: Part, row: int, *, device: str, role: str, leg: Side | None) -> Channel:
    kind, unit, axis = part.kinds[row], part.units[row], part.axes[row]
    if kind in _MUSCLE_KINDS:
        label = _muscle_label(role, leg)
    elif axis is not None:
        label = f"{_place_label(role, leg)}_{kind.upper()}_{axis.upper()}"
    else:
        label = f"{_place_label(role, leg)}_{part.name.upper() or 'ROW'}_{row + 1}"
    return replace(
        recognise(label, unit=unit), kind=kind, unit=unit, device=device, smoothing_ms=part.smoothing_ms
    )


def _muscle_label(role: str, leg: Side | None) -> str:
    if role == GLUTE:
        return f"GM_{_initial(leg)}" if leg else "gluteus maximus"
    if role == SHOULDER:
        return f"UT_{_initial(opposite(leg))}" if leg else "upper trapezius"
    return role


def _place_label(role: str, leg: Side | None) -> str:
    """Where the movement sensor sits: the glute's is taken for one on the thigh, as in `sim:`."""
    if role == GLUTE:
        return f"THIGH_{_initial(leg)}" if leg else "THIGH"
    if role == SHOULDER:
        return f"UT_{_initial(opposite(leg))}" if leg else "UT"
    return role


def _initial(side: Side) -> str:
    return "L" if side == "left" else "R"
