"""A virtual Ganglion, with firmware 2 or 3."""

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np

from recordings.model import FloatArray
from sensors.devices.ganglion import (
    ACCELEROMETER_OFF,
    ACCELEROMETER_ON,
    CHANNELS,
    CYCLE,
    PACKETS,
    RATE_HZ,
    RECEIVE,
    SEND,
    SERVICE,
    START,
    STOP,
    UV_PER_COUNT,
)
from sensors.devices.profile import SOFTWARE_REVISION, short_uuid
from sensors.virtual.firmware import Characteristic, Notification, Take
from sensors.virtual.stepped import SOUND, Faults, Sampler, SteppedSensor

_TABLE: Final = (
    Characteristic(SERVICE, RECEIVE, ("read", "notify")),
    Characteristic(SERVICE, SEND, ("write", "write-without-response")),
    Characteristic(short_uuid(0x180A), SOFTWARE_REVISION, ("read",)),
)
_MOST: Final = 2**23 - 1


def encode_values(number: int, counts: Sequence[int], *, bits: int) -> bytes:
    """Return a packet of firmware 3.

    Parameters
    ----------
    number : int
        0 to 99 within its cycle.
    counts : sequence of int
        Four of the first sample, four of the second; 24 bits, signed.
    bits : {18, 19}
    """
    cut = [count >> (24 - bits) for count in counts]
    return _encode(number + (PACKETS if bits == 19 else 0), cut, counts, bits)


def encode_falls(number: int, falls: Sequence[int], *, bits: int) -> bytes:
    """Return a packet of firmware 2: how much each sample fell from the one before, `number` 1 to 100."""
    return _encode(number + (PACKETS if bits == 19 else 0), falls, falls, bits)


def encode_whole(counts: Sequence[int]) -> bytes:
    """Return the packet of firmware 2 with one whole sample."""
    return (b"\0" + b"".join(count.to_bytes(3, "big", signed=True) for count in counts)).ljust(20, b"\0")


def _encode(number: int, fields: Sequence[int], signs: Sequence[int], bits: int) -> bytes:
    whole = 0
    for one, sign in zip(fields, signs, strict=True):
        # The lowest bit is given up for the sign.
        whole = whole << bits | ((one & ~1 | (sign < 0)) & ((1 << bits) - 1))
    return (bytes([number]) + whole.to_bytes(bits, "big")).ljust(20, b"\0")


class VirtualGanglion(SteppedSensor):
    """A Ganglion.

    Parameters
    ----------
    take : callable
        EMG of four channels in microvolt; fewer rows leave the others at 0.
    firmware : {2, 3}
    true_rate_hz : float
        Conversions a second.
    irregular_start : bool
        Whether firmware 3 numbers its first cycle from 1 to 98, as a device was seen to do.
    faults : Faults
    name : str
    """

    def __init__(
        self,
        take: Take,
        *,
        firmware: Literal[2, 3] = 3,
        true_rate_hz: float = RATE_HZ,
        irregular_start: bool = True,
        faults: Faults = SOUND,
        name: str = "Ganglion-54ca",
    ) -> None:
        super().__init__(name, services=(SERVICE,), table=_TABLE, faults=faults)
        self._sampler = Sampler(take, true_rate_hz)
        self._firmware = firmware
        self._irregular_start = irregular_start
        self._running = False
        self._bits = 19
        self._conversion = 0
        self._last = np.zeros(CHANNELS, dtype=np.int64)
        #: Packets are numbered so much higher, and their cycle ends so much earlier, until it has ended once.
        self._offset = 0

    def disconnected(self) -> None:
        """Stop: the device does so by itself."""
        super().disconnected()
        self._running = False

    def _value(self, characteristic: str) -> bytes:
        return b"3.0.0" if characteristic == SOFTWARE_REVISION and self._firmware == 3 else b"2.0.0"

    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:  # noqa: ARG002
        if value == START:
            self._running, self._conversion = True, 0
            self._offset = int(self._irregular_start and self._firmware == 3)
            self._sampler.skip_past(now_s)
        elif value == STOP:
            self._running = False
        elif value in (ACCELEROMETER_ON, ACCELEROMETER_OFF):
            self._bits = 18 if value == ACCELEROMETER_ON else 19
        return []

    def _packets(self, now_s: float) -> list[Notification]:
        notifications: list[Notification] = []
        step = self._values if self._firmware == 3 else self._falls
        while self._running and self._sampler.ready(now_s) >= 2:
            raw = step()
            if raw:
                notifications.append((RECEIVE, raw))
        return notifications

    def _values(self) -> bytes:
        if self._conversion == CYCLE - 1:
            self._convert(1)
            self._conversion = 0
            return b""
        number = self._conversion // 2 + self._offset
        raw = encode_values(number, [int(one) for one in self._convert(2).T.ravel()], bits=self._bits)
        self._conversion += 2
        if self._offset and number == PACKETS - 2:
            self._conversion = self._offset = 0
        return raw

    def _falls(self) -> bytes:
        if self._conversion == 0:
            self._last = self._convert(1)[:, 0]
            self._conversion = 1
            return encode_whole([int(one) for one in self._last])
        counts = self._convert(2)
        falls = np.concatenate([self._last - counts[:, 0], counts[:, 0] - counts[:, 1]])
        raw = encode_falls((self._conversion + 1) // 2, [int(one) for one in falls], bits=self._bits)
        self._last = counts[:, 1]
        self._conversion = (self._conversion + 2) % CYCLE
        return raw

    def _convert(self, n: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
        emg_uv: FloatArray = self._sampler.next(n)
        counts = np.zeros((CHANNELS, n), dtype=np.int64)
        counts[: emg_uv.shape[0]] = np.rint(emg_uv / UV_PER_COUNT).clip(-_MOST, _MOST)
        return counts
