"""A virtual Movesense, with the firmware for sensor data over GATT."""

import re
import struct
from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.devices.movesense import (
    ANSWER,
    DATA,
    NOTIFY,
    OK,
    PACKETS_HZ,
    SECOND_PART,
    SERVICE,
    SUBSCRIBE,
    UNSUBSCRIBE,
    WRITE,
)
from sensors.devices.profile import BATTERY, short_uuid
from sensors.virtual.firmware import Characteristic, Notification, Take
from sensors.virtual.stepped import SOUND, Faults, Sampler, SteppedSensor

NOT_KNOWN: Final = 404
_TABLE: Final = (
    Characteristic(SERVICE, WRITE, ("write",)),
    Characteristic(SERVICE, NOTIFY, ("notify",)),
    Characteristic(short_uuid(0x180F), BATTERY, ("read", "notify")),
)
_PATH: Final = re.compile(rb"/Meas/IMU6/(\d+)\0?")


def encode(movement: FloatArray, time_ms: int, reference: int, *, longest: int) -> list[bytes]:
    """Return the notifications of one packet.

    Parameters
    ----------
    movement : ndarray, shape (6, n_samples)
        m/s2 and rad/s.
    time_ms : int
        Of the first sample, modulo 2**32.
    reference : int
    longest : int
        Bytes that a notification can hold; a longer packet comes in two.
    """
    vectors = np.vstack([movement[:3], np.degrees(movement[3:])]).astype("<f4").reshape(2, 3, -1)
    payload = struct.pack("<I", time_ms % 2**32) + vectors.transpose(0, 2, 1).tobytes()
    room = longest - 2
    if len(payload) <= room:
        return [bytes([DATA, reference]) + payload]
    return [
        bytes([DATA, reference]) + payload[:room],
        bytes([SECOND_PART, reference]) + payload[room:],
    ]


class VirtualMovesense(SteppedSensor):
    """A Movesense.

    Parameters
    ----------
    take : callable
        Movement, six rows: m/s2 and rad/s.
    true_rate_hz : float
        When 104 samples a second were asked for.
    rates_hz : tuple of int
        That it accepts.
    longest_notification : int
    battery_percent : int
    first_ms : int
        Of its time when it was switched on.
    faults : Faults
    name : str
    """

    def __init__(
        self,
        take: Take,
        *,
        true_rate_hz: float = 104.0,
        rates_hz: tuple[int, ...] = (52, 104),
        longest_notification: int = 158,
        battery_percent: int = 90,
        first_ms: int = 0,
        faults: Faults = SOUND,
        name: str = "Movesense 204830000123",
    ) -> None:
        super().__init__(name, services=(SERVICE,), table=_TABLE, faults=faults)
        self._take = take
        self._stretch = true_rate_hz / 104.0
        self._rates_hz = rates_hz
        self._longest = longest_notification
        self._battery = bytes([battery_percent])
        self._first_ms = first_ms
        self._sampler = Sampler(take, true_rate_hz)
        self._samples = 0
        self._reference = 0

    def disconnected(self) -> None:
        """Stop: the device does so by itself."""
        super().disconnected()
        self._samples = 0

    def _value(self, characteristic: str) -> bytes:
        return self._battery if characteristic == BATTERY else b""

    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:  # noqa: ARG002
        kind, reference = (value + b"\0\0")[:2]
        status = OK
        if kind == SUBSCRIBE:
            path = _PATH.fullmatch(value[2:])
            rate_hz = int(path[1]) if path else 0
            if rate_hz in self._rates_hz:
                self._subscribe(rate_hz, reference, now_s)
            else:
                status = NOT_KNOWN
        elif kind == UNSUBSCRIBE:
            self._samples = 0
        else:
            status = NOT_KNOWN
        return [(NOTIFY, bytes([ANSWER, reference]) + status.to_bytes(2, "little"))]

    def _subscribe(self, rate_hz: int, reference: int, now_s: float) -> None:
        if self._sampler.rate_hz != rate_hz * self._stretch:
            # What was measured at another rate is over; time 0 is still when it was switched on.
            self._sampler = Sampler(self._take, rate_hz * self._stretch)
        self._samples, self._reference = rate_hz // PACKETS_HZ, reference
        self._sampler.skip_past(now_s)

    def _packets(self, now_s: float) -> list[Notification]:
        notifications: list[Notification] = []
        while self._samples and self._sampler.ready(now_s) >= self._samples:
            time_ms = self._first_ms + round(1000 * self._sampler.index / self._sampler.rate_hz)
            parts = encode(self._sampler.next(self._samples), time_ms, self._reference, longest=self._longest)
            notifications += [(NOTIFY, part) for part in parts]
        return notifications
