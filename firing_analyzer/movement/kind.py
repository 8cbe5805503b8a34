"""Whether a recording is analysed by EMG or by movement."""

from firing_analyzer.movement.body_sensors import LEG_PLACES, BodySensors, body_sensors, is_movement
from recordings.errors import ChannelError
from recordings.labels import recognise
from recordings.listing import listed_channels
from recordings.model import GLUTE, SHOULDER, Recording, Side, opposite

_ACTIVITY = ("emg", "envelope")


def movement_instead_of_emg(recording: Recording) -> BodySensors | None:
    """Return the movement sensors to analyse, or None where EMG is to be.

    EMG of glute and opposite shoulder goes before movement. EMG on one of the two and movement on the other
    cannot be compared: a muscle works before it moves anything, by a time that nobody knows.

    Raises
    ------
    ChannelError
        If the two sites are measured in two ways, or movement sensors do not tell which leg is raised.
    """
    labels = {signal.channel.label: signal for signal in recording.signals}
    named = [labels.get(name) for name in (recording.glute, recording.shoulder) if name]
    if any(signal is None or not is_movement(signal) for signal in named):
        return None
    both = any(
        _has_emg(recording, GLUTE, leg) and _has_emg(recording, SHOULDER, opposite(leg))
        for leg in ((recording.leg,) if recording.leg else ("left", "right"))
    )
    if both and not named:
        return None
    sensors = body_sensors(recording)
    if sensors is None:
        _ask_for_leg(recording)
        return None
    if named or (sensors.of_leg is not None and sensors.shoulder is not None):
        return sensors
    emg = [
        signal.channel.label
        for signal in recording.signals
        if signal.channel.kind in _ACTIVITY
        and (signal.channel.muscle, signal.channel.side)
        in ((GLUTE, sensors.leg), (SHOULDER, opposite(sensors.leg)))
    ]
    if sensors.of_leg is not None and not _has_emg(recording, SHOULDER, opposite(sensors.leg)):
        # channels that nobody has named may be the two muscles: then their names are asked for
        unknown = [
            one for one in recording.signals if one.channel.kind in _ACTIVITY and one.channel.label not in emg
        ]
        return None if len(unknown) > 1 else sensors
    if emg:
        _refuse_mixed(recording, sensors, emg[0])
    return None if emg else sensors


def _refuse_mixed(recording: Recording, sensors: BodySensors, emg: str) -> None:
    """Refuse EMG on one site and movement on the other; not where a unit alone says that it is movement."""
    moved = sensors.of_leg or sensors.shoulder
    if moved is None or all(recognise(one.channel.label).kind in _ACTIVITY for one in moved.signals):
        # choosing the pair of channels explains the unit
        return
    raise ChannelError(
        f"{emg} is EMG and {moved.name} is movement: a muscle works 20 to 100 ms before it moves "
        "anything, so the two cannot be timed against each other; record both sites in the same way",
        path=recording.path,
        available=recording.labels,
    )


def _has_emg(recording: Recording, muscle: str, side: Side) -> bool:
    return any(
        (one.channel.muscle, one.channel.side) == (muscle, side) and one.channel.kind in _ACTIVITY
        for one in recording.signals
    )


def _ask_for_leg(recording: Recording) -> None:
    """Refuse movement sensors without EMG that do not tell where they sit or which leg is raised."""
    moved = [one for one in recording.signals if is_movement(one)]
    if not moved or any(one.channel.kind in _ACTIVITY for one in recording.signals):
        return
    on_legs = [one for one in moved if one.channel.muscle in LEG_PLACES and one.channel.side]
    if not on_legs:
        raise ChannelError(
            f"no movement sensor is known to sit on a leg, there is {listed_channels(moved)}; name one of "
            "its channels with --glute (in Python glute=...) and state the leg, or rename them to "
            "THIGH_L_ACC_X and so on",
            path=recording.path,
            available=recording.labels,
        )
    if recording.leg is None:
        raise ChannelError(
            f"movement sensors such as {on_legs[0].channel.label} do not tell which leg is raised; state "
            "--leg left or --leg right (in Python leg='left' or leg='right')",
            path=recording.path,
            available=recording.labels,
        )
