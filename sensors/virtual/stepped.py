"""What all virtual sensors share: samples that become due with time, answers, and faults on purpose."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from recordings.model import FloatArray
from sensors.virtual.firmware import (
    NOT_FOUND,
    READ_NOT_PERMITTED,
    WRITE_NOT_PERMITTED,
    Characteristic,
    Notification,
    Refusal,
    Take,
)

#: Samples that are taken while nobody records are thrown away in lots of so many.
_LOT: Final = 4096
#: A time that differs from a sample's by rounding alone is that of the sample.
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Faults:
    """What a device does wrong.

    Attributes
    ----------
    dies_s : float or None
        From this time of its own on it says nothing any more.
    silent : bool
        It answers, but never sends a sample.
    never_answers : bool
        It takes whatever is written and does nothing.
    missing : tuple of str
        Characteristics that it lacks.
    refuses : mapping of str to int
        Error codes of the Attribute Protocol that it answers for a characteristic, read or written.
    """

    dies_s: float | None = None
    silent: bool = False
    never_answers: bool = False
    missing: tuple[str, ...] = ()
    refuses: Mapping[str, int] = field(default_factory=dict[str, int])


SOUND: Final = Faults()


class Sampler:
    """Takes samples at a device's true rate, from its time 0 on: sample i is taken at i / rate.

    Samples that nobody asked for are taken all the same and thrown away, so that what is measured goes on in
    its own time whatever the connection does.

    Parameters
    ----------
    take : callable
    rate_hz : float
        The true one.

    Attributes
    ----------
    index : int
        Of the next sample.
    """

    def __init__(self, take: Take, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.index = 0
        self._take = take

    def skip_to(self, index: int) -> None:
        """Throw away what lies before a sample."""
        while self.index < index:
            self.next(min(index - self.index, _LOT))

    def skip_past(self, now_s: float) -> None:
        """Throw away what lies before a time."""
        self.skip_to(math.ceil(now_s * self.rate_hz - _TINY))

    def ready(self, now_s: float) -> int:
        """Return how many samples were taken by now and not yet asked for."""
        return max(0, math.floor(now_s * self.rate_hz + _TINY) + 1 - self.index)

    def next(self, n: int) -> FloatArray:
        """Return the next samples, shape (n_channels, n)."""
        self.index += n
        return self._take(n)


class SteppedSensor(ABC):
    """A virtual device: `sensors.virtual.firmware.Firmware`, but for what is the device's own.

    Parameters
    ----------
    name : str
    services : tuple of str
        That are advertised.
    table : tuple of Characteristic
    faults : Faults
    """

    def __init__(
        self,
        name: str,
        *,
        services: tuple[str, ...],
        table: tuple[Characteristic, ...],
        faults: Faults = SOUND,
    ) -> None:
        self._name = name
        self._services = services
        self._table = tuple(one for one in table if one.uuid not in faults.missing)
        self._faults = faults
        self._on: set[str] = set()

    @property
    def name(self) -> str:
        """The name that is advertised."""
        return self._name

    @property
    def advertised_services(self) -> tuple[str, ...]:
        """UUIDs that are advertised."""
        return self._services

    @property
    def table(self) -> tuple[Characteristic, ...]:
        """All characteristics."""
        return self._table

    def read(self, characteristic: str) -> bytes:
        """Return a value."""
        if "read" not in self._permitted(characteristic):
            raise Refusal(READ_NOT_PERMITTED)
        return self._value(characteristic)

    def write(self, characteristic: str, value: bytes, *, now_s: float) -> list[Notification]:
        """Take a value; returns what is notified at once in answer."""
        if not {"write", "write-without-response"} & set(self._permitted(characteristic)):
            raise Refusal(WRITE_NOT_PERMITTED)
        if self._faults.never_answers or not self._lives(now_s):
            return []
        return self._heard(self._command(characteristic, value, now_s))

    def subscribed(self, characteristic: str, on: bool, *, now_s: float) -> None:  # noqa: ARG002, FBT001
        """Switch the notifications of a characteristic on or off."""
        self._entry(characteristic)
        if on:
            self._on.add(characteristic)
        else:
            self._on.discard(characteristic)

    def due(self, now_s: float) -> list[Notification]:
        """Return the notifications that have become ready since the last call, in order."""
        faults = self._faults
        if faults.silent or faults.never_answers:
            return []
        return self._heard(self._packets(now_s if faults.dies_s is None else min(now_s, faults.dies_s)))

    def disconnected(self) -> None:
        """Take note that the connection was lost; notifications are off with the next one."""
        self._on.clear()

    @abstractmethod
    def _value(self, characteristic: str) -> bytes:
        """Return the value of one that may be read."""

    @abstractmethod
    def _command(self, characteristic: str, value: bytes, now_s: float) -> list[Notification]:
        """Do what is asked; returns the answers."""

    @abstractmethod
    def _packets(self, now_s: float) -> list[Notification]:
        """Return what has become ready."""

    def _lives(self, now_s: float) -> bool:
        return self._faults.dies_s is None or now_s < self._faults.dies_s

    def _heard(self, notifications: list[Notification]) -> list[Notification]:
        return [one for one in notifications if one[0] in self._on]

    def _entry(self, characteristic: str) -> Characteristic:
        entry = next((one for one in self._table if one.uuid == characteristic), None)
        if entry is None:
            raise Refusal(NOT_FOUND)
        return entry

    def _permitted(self, characteristic: str) -> tuple[str, ...]:
        entry = self._entry(characteristic)
        if characteristic in self._faults.refuses:
            raise Refusal(self._faults.refuses[characteristic])
        return entry.properties
