"""A virtual uMyo, in its usual mode (EMG and, in between, movement)."""

import struct
from typing import Final, Literal

import numpy as np

from recordings.model import FloatArray
from sensors.devices.umyo import (
    ACC_M_S2,
    COUNTER_MODULUS,
    GYRO_RAD_S,
    IMU_EVERY,
    NOMINAL_HZ,
    SERVICE,
    TELEMETRY,
)
from sensors.virtual.firmware import Characteristic, Notification, Take
from sensors.virtual.stepped import SOUND, Faults, Sampler, SteppedSensor

SAMPLES: Final = 24
MIDDLE: Final = 8192
_MOST: Final = 16383
_MOVEMENT_EVERY_S: Final = 0.040
_WORD: Final = 32767
#: Upright: w, x, y, z.
_TURN: Final = (32000, 0, 0, 0)
NAME: Final = "fc7a850d-c1a5-f61f-0da7-9995621fbd02"
_TABLE: Final = (
    Characteristic(SERVICE, TELEMETRY, ("read", "notify")),
    Characteristic(SERVICE, NAME, ("read", "write-without-response", "notify")),
)
_NAME_BYTES: Final = 15


def encode_emg(counts: FloatArray, counter: int) -> bytes:
    """Return a notification of 8, 16 or 24 samples; counts are held within 0 to 16383."""
    return (
        struct.pack("<I", counter % COUNTER_MODULUS) + np.rint(counts).clip(0, _MOST).astype("<i2").tobytes()
    )


def encode_movement(acc_m_s2: FloatArray, gyro_rad_s: FloatArray) -> bytes:
    """Return a notification of one sample of movement, each shape (3,)."""
    words = np.concatenate([acc_m_s2 / ACC_M_S2, gyro_rad_s / GYRO_RAD_S, np.zeros(3), _TURN])
    return np.rint(words).clip(-_WORD, _WORD).astype("<i2").tobytes()


class VirtualUmyo(SteppedSensor):
    """A uMyo; it counts from when it was switched on, whether anybody listens or not.

    Parameters
    ----------
    take : callable
        EMG of one muscle in microvolt.
    take_movement : callable, optional
        Six rows, m/s2 and rad/s, one sample for every 48 of EMG; without it no movement is sent.
    true_rate_hz : float
    counts_per_uv : float
        What its amplifier is taken for.
    protocol : {1, 2}
        The second has a byte of format in front.
    first_counter : int
        What it had counted at time 0.
    faults : Faults
    name : str
    """

    def __init__(
        self,
        take: Take,
        *,
        take_movement: Take | None = None,
        true_rate_hz: float = NOMINAL_HZ,
        counts_per_uv: float = 1.0,
        protocol: Literal[1, 2] = 1,
        first_counter: int = 0,
        faults: Faults = SOUND,
        name: str = "uMyo-4F21",
    ) -> None:
        super().__init__(name, services=(SERVICE,), table=_TABLE, faults=faults)
        self._sampler = Sampler(take, true_rate_hz)
        self._movement = None if take_movement is None else Sampler(take_movement, true_rate_hz / IMU_EVERY)
        self._counts_per_uv = counts_per_uv
        self._front = (b"", b"") if protocol == 1 else (b"\x02", b"\x03")
        self._first_counter = first_counter
        self._moved_s = 0.0
        self._last = b""

    def _value(self, characteristic: str) -> bytes:
        return self._last if characteristic == TELEMETRY else self._name.encode("ascii") + b"\0"

    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:  # noqa: ARG002
        self._name = value.split(b"\0")[0][:_NAME_BYTES].decode("ascii", "replace")
        return [(characteristic, self._value(characteristic))]

    def subscribed(self, characteristic: str, on: bool, *, now_s: float) -> None:  # noqa: FBT001
        """Switch the notifications of a characteristic on or off; the telemetry needs no other command."""
        super().subscribed(characteristic, on, now_s=now_s)
        if characteristic == TELEMETRY and on:
            self._sampler.skip_past(now_s)

    def _packets(self, now_s: float) -> list[Notification]:
        notifications: list[Notification] = []
        while TELEMETRY in self._on and self._sampler.ready(now_s) >= SAMPLES:
            counter = self._first_counter + self._sampler.index
            counts = self._sampler.next(SAMPLES)[0] * self._counts_per_uv + MIDDLE
            self._last = self._front[0] + encode_emg(counts, counter)
            notifications.append((TELEMETRY, self._last))
            sent_s = self._sampler.index / self._sampler.rate_hz
            if self._movement is not None and sent_s - self._moved_s >= _MOVEMENT_EVERY_S:
                self._moved_s = sent_s
                # One sample for each place on the grid, wherever the counter began.
                self._movement.skip_to(counter // IMU_EVERY - self._first_counter // IMU_EVERY)
                moved = self._movement.next(1)[:, 0]
                notifications.append((TELEMETRY, self._front[1] + encode_movement(moved[:3], moved[3:])))
        return notifications
