"""Which channels make up one movement sensor, and which sensor is on the leg, which on the shoulder."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from firing_analyzer.filters import FloatArray
from firing_analyzer.movement.saturation import cut_off
from firing_analyzer.result import QualityNote
from recordings.errors import ChannelError
from recordings.listing import shortened
from recordings.model import GLUTE, SHOULDER, Recording, Side, Signal, opposite

_KIND_WORDS: Final = re.compile(
    r"accel[a-z]*|acc(?![a-wA-W])|gyro[a-z]*|gyr(?![a-wA-W])|angvel", re.IGNORECASE
)
#: Movement holds nothing that so many samples a second do not show; more are averaged down to about this.
ENOUGH_HZ: Final = 100.0
_AXES: Final = ("x", "y", "z")
#: Where a sensor tells of the leg, the glute first for its movement and the thigh first for its angle.
LEG_PLACES: Final = (GLUTE, "thigh")
SHOULDER_PLACES: Final = (SHOULDER, "scapula", "shoulder")


@dataclass(frozen=True, slots=True, eq=False)
class BodySensor:
    """One movement sensor on the body.

    Attributes
    ----------
    name : str
        What its channels' labels have in common: ``"THIGH_L"``.
    place : str
        Body part or muscle that it sits on.
    side : {"left", "right"}
    signals : tuple of Signal
        Its channels.
    acc : ndarray of float64, shape (n_samples, 3), or None
        Acceleration, in m/s2 (or counts), NaN where lost; None if an axis is missing.
    gyro : ndarray of float64, shape (n_samples, 3), or None
        Angular rate, in rad/s; None if it has none, or an axis is missing.
    rate_hz, start_s : float
        Of `acc` and `gyro`: where the sensor is much faster than 100 Hz, its samples are averaged.
    notes : tuple of QualityNote
        What is wrong with its channels.
    """

    name: str
    place: str
    side: Side
    signals: tuple[Signal, ...]
    acc: FloatArray | None
    gyro: FloatArray | None
    rate_hz: float
    start_s: float
    notes: tuple[QualityNote, ...] = ()

    @property
    def n_samples(self) -> int:
        """Number of samples of each channel."""
        rows = self.acc if self.acc is not None else self.gyro
        return 0 if rows is None else rows.shape[0]

    @property
    def times_s(self) -> FloatArray:
        """Time of each sample, in seconds from the start of the recording."""
        return self.start_s + np.arange(self.n_samples) / self.rate_hz

    @property
    def sampled_hz(self) -> float:
        """Rate at which the sensor itself samples."""
        return self.signals[0].rate_hz

    @property
    def in_counts(self) -> bool:
        """Whether its acceleration is in raw numbers."""
        return any(one.channel.kind == "acc" and one.channel.unit != "m/s2" for one in self.signals)


@dataclass(frozen=True, slots=True, eq=False)
class BodySensors:
    """The movement sensors that matter for one leg; None where there is none.

    Attributes
    ----------
    leg : {"left", "right"}
    glute, thigh, shoulder : BodySensor or None
        On the raised leg, and on the shoulder of the other side.
    """

    leg: Side
    glute: BodySensor | None
    thigh: BodySensor | None
    shoulder: BodySensor | None

    @property
    def of_leg(self) -> BodySensor | None:
        """The sensor that tells best how high the leg is: on the thigh, else on the glute."""
        return self.thigh or self.glute


def is_movement(signal: Signal) -> bool:
    """Tell whether a channel is acceleration or angular rate."""
    return signal.channel.kind in ("acc", "gyro")


def body_sensors(recording: Recording) -> BodySensors | None:
    """Find the movement sensors of the raised leg and the opposite shoulder.

    Parameters
    ----------
    recording : Recording

    Returns
    -------
    BodySensors or None
        None if no channel is of a movement sensor on a leg or a shoulder, or nothing tells which leg.

    Raises
    ------
    ChannelError
        If two sensors have one place, or an axis stands twice.
    """
    groups: dict[tuple[str, Side], list[Signal]] = {}
    for signal in recording.signals:
        channel = signal.channel
        if is_movement(signal) and channel.muscle in (*LEG_PLACES, *SHOULDER_PLACES) and channel.side:
            place = "shoulder" if channel.muscle in SHOULDER_PLACES else channel.muscle
            groups.setdefault((place or "", channel.side), []).append(signal)
    leg = recording.leg or _leg(groups)
    if leg is None:
        return None
    _name_outright(recording, leg, groups)

    def at(place: str, side: Side) -> BodySensor | None:
        signals = groups.get((place, side))
        return _sensor(place, side, signals, recording) if signals else None

    found = BodySensors(leg, at(GLUTE, leg), at("thigh", leg), at("shoulder", opposite(leg)))
    return found if found.glute or found.thigh or found.shoulder else None


def _name_outright(recording: Recording, leg: Side, groups: dict[tuple[str, Side], list[Signal]]) -> None:
    """Put the sensors that the user named, by any of their channels, where the user says that they are."""
    roles: tuple[tuple[str | None, str, Side], ...] = (
        (recording.glute, "thigh", leg),
        (recording.shoulder, "shoulder", opposite(leg)),
    )
    for name, role, side in roles:
        if name is None:
            continue
        channel = recording[name].channel
        stem = _stem(recording[name])
        groups[GLUTE if role == "thigh" and channel.muscle == GLUTE else role, side] = [
            one
            for one in recording.signals
            if is_movement(one) and one.channel.device == channel.device and _stem(one) == stem
        ]


def _leg(groups: Iterable[tuple[str, Side]]) -> Side | None:
    """Tell the leg where only one is told of."""
    placed = tuple(groups)
    on_legs: set[Side] = {side for place, side in placed if place in LEG_PLACES}
    on_shoulders: set[Side] = {opposite(side) for place, side in placed if place not in LEG_PLACES}
    legs = on_legs & on_shoulders if on_legs and on_shoulders else on_legs or on_shoulders
    return legs.pop() if len(legs) == 1 else None


def _sensor(place: str, side: Side, signals: list[Signal], recording: Recording) -> BodySensor:
    names = {_stem(signal) for signal in signals}
    name = min(names, key=len)
    if len(names) > 1:
        raise ChannelError(
            f"{len(names)} movement sensors could be that of the {side} {place} "
            f"({shortened(sorted(names))}); keep one of them in the file",
            path=recording.path,
            available=recording.labels,
        )
    acc, acc_signals, acc_notes = _three_axes(name, "acc", signals, recording)
    gyro, gyro_signals, gyro_notes = _three_axes(name, "gyro", signals, recording)
    first = (acc_signals or gyro_signals or signals)[0]
    if acc is not None and gyro is not None:
        gyro = _at_times_of(acc_signals[0], gyro_signals[0], acc.shape[0], gyro)
    block = max(1, int(first.rate_hz // ENOUGH_HZ))
    return BodySensor(
        name=name,
        place=place,
        side=side,
        signals=tuple(signals),
        acc=_averaged(acc, block),
        gyro=_averaged(gyro, block),
        rate_hz=first.rate_hz / block,
        start_s=first.start_s + (block - 1) / 2 / first.rate_hz,
        notes=(*acc_notes, *gyro_notes),
    )


def _averaged(rows: FloatArray | None, block: int) -> FloatArray | None:
    """Average blocks of samples; a block with a lost sample is lost."""
    if rows is None or block == 1:
        return rows
    n_blocks = rows.shape[0] // block
    return rows[: n_blocks * block].reshape(n_blocks, block, 3).mean(axis=1)


def _stem(signal: Signal) -> str:
    """Take kind and axis off a label: ``"THIGH_L"`` of ``"THIGH_L_ACC_X"``."""
    channel = signal.channel
    if channel.axis is None:
        # three channels of one device without a word on their axes are taken for x, y and z
        return channel.device or channel.label
    words = re.findall(r"[A-Za-z0-9]+", _KIND_WORDS.sub(" ", channel.label))
    return "_".join(word for word in words if word.lower() != channel.axis) or channel.label


def _three_axes(
    name: str, kind: str, signals: list[Signal], recording: Recording
) -> tuple[FloatArray | None, list[Signal], list[QualityNote]]:
    """Stack three axes of one kind; none where there are fewer."""
    own = [signal for signal in signals if signal.channel.kind == kind]
    what = "acceleration" if kind == "acc" else "angular rate"
    by_axis: dict[str, Signal] = {}
    for signal, place in zip(own, (*_AXES, *("?" * len(own))), strict=False):
        axis = signal.channel.axis or (place if all(one.channel.axis is None for one in own) else "?")
        if axis in by_axis:
            raise ChannelError(
                f"axis {axis} of the {what} of {name} stands twice; keep one of "
                f"{by_axis[axis].channel.label} and {signal.channel.label}",
                path=recording.path,
                available=recording.labels,
            )
        by_axis[axis] = signal
    if not own:
        return None, [], []
    missing = [axis for axis in _AXES if axis not in by_axis]
    if missing:
        detail = f"axis {' and '.join(missing)} of the {what} is missing, so the {what} is not used"
        return None, [], [QualityNote(name, "missing_axis", detail)]
    ordered = [by_axis[axis] for axis in _AXES]
    n = min(signal.samples.size for signal in ordered)
    rows = np.stack([signal.samples[:n] for signal in ordered], axis=1)
    usable, notes = _checked(name, what, rows, is_gyro=kind == "gyro")
    return (rows if usable else None), ordered, notes


def _checked(name: str, what: str, rows: FloatArray, *, is_gyro: bool) -> tuple[bool, list[QualityNote]]:
    """Tell whether three axes can be used, and what is wrong with them."""
    notes: list[QualityNote] = []
    lost = np.isnan(rows).any(axis=1)
    if lost.any():
        detail = f"{100 * lost.mean():.2g} % of the samples of the {what} are missing"
        notes.append(QualityNote(name, "lost_samples", detail))
    if lost.all():
        return False, notes
    if is_gyro and not np.nanstd(rows) > 0:
        return False, [*notes, QualityNote(name, "flat", f"the {what} never changes, so it is not used")]
    if cut_off(rows):
        # what was turned beyond the range is missing from the angle for good
        unused = ", so it is not used" if is_gyro else ""
        detail = (
            f"the {what} is cut off at {np.nanmax(np.abs(rows)):.3g}{unused}; set the sensor to a wider range"
        )
        return not is_gyro, [*notes, QualityNote(name, "saturated", detail)]
    return True, notes


def _at_times_of(acc: Signal, gyro: Signal, n_samples: int, rows: FloatArray) -> FloatArray:
    """Bring the angular rate to the times of the acceleration."""
    if gyro.rate_hz == acc.rate_hz and gyro.start_s == acc.start_s and rows.shape[0] >= n_samples:
        return rows[:n_samples]
    times_s = acc.start_s + np.arange(n_samples) / acc.rate_hz
    own_s = gyro.start_s + np.arange(rows.shape[0]) / gyro.rate_hz
    # np.interp spreads a NaN over its two neighbours: what was lost stays lost
    columns = [np.interp(times_s, own_s, row, left=np.nan, right=np.nan) for row in rows.T]
    return np.stack(columns, axis=1)
