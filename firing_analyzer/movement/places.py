"""What the place of a movement sensor is called."""

from dataclasses import replace
from typing import Final

from firing_analyzer.movement.body_sensors import BodySensor
from recordings.model import GLUTE, SHOULDER, Channel, Kind

#: A sensor that feels movement sits on a part of the body, and not in a muscle.
PLACES: Final = {
    GLUTE: "buttock",
    "thigh": "thigh",
    "shoulder": "shoulder",
    SHOULDER: "shoulder",
    "scapula": "shoulder blade",
}
_UNITS: Final[dict[Kind, str]] = {"angle": "deg", "gyro": "rad/s", "acc": "m/s2"}


def sensor_channel(sensor: BodySensor, kind: Kind) -> Channel:
    """Return the channel that stands for a whole sensor, named as its channels are.

    Its label is what the labels of its channels have in common.
    """
    return replace(
        sensor.signals[0].channel,
        label=sensor.name,
        kind=kind,
        unit=_UNITS.get(kind, ""),
        muscle=PLACES.get(sensor.place, sensor.place),
        side=sensor.side,
        axis=None,
    )
