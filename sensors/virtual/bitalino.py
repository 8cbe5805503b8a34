"""A virtual BITalino (r)evolution with Bluetooth Low Energy."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.devices.bitalino import (
    COMMANDS,
    FRAMES,
    MIDDLE,
    SEQUENCE_MODULUS,
    SERVICE,
    UV_PER_COUNT,
    checksum,
    fields,
    frame_bytes,
)
from sensors.virtual.firmware import Characteristic, Notification, Take
from sensors.virtual.stepped import SOUND, Faults, Sampler, SteppedSensor

PIECE: Final = 20
_COARSE: Final = 16
_TABLE: Final = (
    Characteristic(SERVICE, COMMANDS, ("read", "write", "indicate")),
    Characteristic(SERVICE, FRAMES, ("read", "notify")),
)
_SET_RATE: Final = 0x03
_LIVE: Final = 0x01
_SLOWER: Final = (1000, 100, 10, 1)


def encode(counts: Sequence[int], sequence: int, *, lines: int = 0b1100) -> bytes:
    """Return a frame.

    Parameters
    ----------
    counts : sequence of int
        Of A1, A2, ...; 10 bits, from the fifth on 6 bits.
    sequence : int
    lines : int
        Of the four digital ones.

    Examples
    --------
    >>> encode([600, 512], 5).hex()
    '0062c95f'
    """
    length = frame_bytes(len(counts))
    whole = (sequence % SEQUENCE_MODULUS) << (8 * length - 4) | lines << (8 * length - 12)
    for count, (shift, mask) in zip(counts, fields(len(counts)), strict=True):
        whole |= (count & mask) << shift
    frame = bytearray(whole.to_bytes(length, "little"))
    frame[-1] |= checksum(bytes(frame))
    return bytes(frame)


def counts_of(emg_uv: FloatArray) -> list[list[int]]:
    """Return what the inputs read, a list for every sample; held within what they can read."""
    rows = [
        np.rint(row / UV_PER_COUNT + MIDDLE).clip(0, 1023)
        if number < 4
        else np.rint((row / UV_PER_COUNT + MIDDLE) / _COARSE).clip(0, 63)
        for number, row in enumerate(emg_uv)
    ]
    return [[int(value) for value in sample] for sample in np.array(rows).T]


class VirtualBitalino(SteppedSensor):
    """A BITalino with EMG sensors on A1, A2, ...

    Parameters
    ----------
    take : callable
        EMG of all inputs in microvolt, in the order A1, A2, ...; inputs beyond are in the middle.
    true_rate_hz : float
        When set to 1000 Hz.
    faults : Faults
    name : str
    """

    def __init__(
        self,
        take: Take,
        *,
        true_rate_hz: float = 1000.0,
        faults: Faults = SOUND,
        name: str = "BITalino BLE",
    ) -> None:
        super().__init__(name, services=(SERVICE,), table=_TABLE, faults=faults)
        self._sampler = Sampler(take, true_rate_hz)
        self._every = 1
        self._inputs = 0
        self._sequence = 0
        self._bytes = bytearray()

    def disconnected(self) -> None:
        """Stop: the device does so by itself."""
        super().disconnected()
        self._inputs = 0

    def _value(self, characteristic: str) -> bytes:
        return bytes(1) if characteristic == COMMANDS else b""

    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:  # noqa: ARG002
        command = value[0] if value else 0
        if command == 0:
            self._inputs = 0
        elif command & 0x3F == _SET_RATE:
            self._every = _SLOWER[command >> 6]
        elif command & 0x03 == _LIVE:
            self._inputs = (command >> 2).bit_length()
            self._sequence = 0
            self._bytes.clear()
            self._sampler.skip_past(now_s)
        return []

    def _packets(self, now_s: float) -> list[Notification]:
        notifications: list[Notification] = []
        ready = self._sampler.ready(now_s) // self._every if self._inputs else 0
        if ready:
            emg_uv = self._sampler.next(ready * self._every)[:, :: self._every]
            counts = counts_of(self._all_inputs(emg_uv))
            for sample in counts:
                self._bytes += encode(sample, self._sequence)
                self._sequence += 1
        while len(self._bytes) >= PIECE:
            notifications.append((FRAMES, bytes(self._bytes[:PIECE])))
            del self._bytes[:PIECE]
        return notifications

    def _all_inputs(self, emg_uv: FloatArray) -> FloatArray:
        inputs = np.zeros((self._inputs, emg_uv.shape[1]))
        n = min(self._inputs, emg_uv.shape[0])
        inputs[:n] = emg_uv[:n]
        return inputs
