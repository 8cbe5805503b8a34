"""A virtual NPG Lite."""

from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.devices.npg_lite import BATTERY, CONTROL, COUNTER_MODULUS, DATA, SERVICE
from sensors.virtual.firmware import Characteristic, Notification, Take
from sensors.virtual.stepped import SOUND, Faults, Sampler, SteppedSensor

SAMPLES: Final = 10
MIDDLE: Final = 2048
_MOST: Final = 4095
_BATTERY_EVERY_S: Final = 10.0
_TABLE: Final = (
    Characteristic(SERVICE, DATA, ("notify",)),
    Characteristic(SERVICE, CONTROL, ("read", "write", "notify")),
    Characteristic(SERVICE, BATTERY, ("read", "notify")),
)


def encode(counts: FloatArray, counter: int) -> bytes:
    """Return a notification.

    Parameters
    ----------
    counts : ndarray, shape (n_channels, n_samples)
        Held within 0 to 4095.
    counter : int
        Of the first sample.
    """
    n_channels, n_samples = counts.shape
    table = np.empty((n_samples, 1 + 2 * n_channels), dtype=np.uint8)
    table[:, 0] = (counter + np.arange(n_samples)) % COUNTER_MODULUS
    whole = np.rint(counts.T).clip(0, _MOST).astype(">u2")
    table[:, 1:] = np.ascontiguousarray(whole).view(np.uint8).reshape(n_samples, -1)
    return table.tobytes()


class VirtualNpgLite(SteppedSensor):
    """An NPG Lite with three or six channels.

    Parameters
    ----------
    take : callable
        EMG of all channels in microvolt.
    channels : {3, 6}
    true_rate_hz : float
    counts_per_uv : float
        What its amplifier is taken for.
    battery_percent : int
    faults : Faults
    name : str, optional
    """

    def __init__(
        self,
        take: Take,
        *,
        channels: int = 3,
        true_rate_hz: float = 500.0,
        counts_per_uv: float = 1.0,
        battery_percent: int = 80,
        faults: Faults = SOUND,
        name: str | None = None,
    ) -> None:
        name = f"NPG-Lite-{channels}CH:4A:7F" if name is None else name
        super().__init__(name, services=(SERVICE,), table=_TABLE, faults=faults)
        self._sampler = Sampler(take, true_rate_hz)
        self._counts_per_uv = counts_per_uv
        self._battery = bytes([battery_percent])
        self._running = False
        self._counter = 0
        self._battery_s = 0.0

    def disconnected(self) -> None:
        """Stop: the device does so by itself."""
        super().disconnected()
        self._running = False

    def _value(self, characteristic: str) -> bytes:
        return self._battery if characteristic == BATTERY else b""

    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:
        command = value.strip().upper()
        if command == b"START":
            self._running, self._counter, self._battery_s = True, 0, now_s
            self._sampler.skip_past(now_s)
            return []
        if command == b"STOP":
            self._running = False
            return []
        answers = {b"WHORU": b"NPG-LITE", b"STATUS": b"RUNNING" if self._running else b"STOPPED"}
        return [(characteristic, answers.get(command, b"UNKNOWN COMMAND"))]

    def _packets(self, now_s: float) -> list[Notification]:
        notifications: list[Notification] = []
        while self._running and self._sampler.ready(now_s) >= SAMPLES:
            counts = self._sampler.next(SAMPLES) * self._counts_per_uv + MIDDLE
            notifications.append((DATA, encode(counts, self._counter)))
            self._counter = (self._counter + SAMPLES) % COUNTER_MODULUS
        if self._running and now_s >= self._battery_s + _BATTERY_EVERY_S:
            self._battery_s = now_s
            notifications.append((BATTERY, self._battery))
        return notifications
