"""What travels from a sensor to the session: packets as they came, and blocks of samples on one clock."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from recordings.model import Channel, FloatArray, Side

Setting = str | int | float | bool | None | list["Setting"] | dict[str, "Setting"]


@dataclass(frozen=True, slots=True)
class Stream:
    """One even series of samples that a source delivers, and how its bytes are read.

    Attributes
    ----------
    name : str
        Unique within a session, such as ``"glute"`` or ``"glute-imu"``.
    channels : tuple of Channel
        In the order in which samples hold them.
    nominal_rate_hz : float
        What the device claims; never taken for the truth.
    device : str
        Channels of streams with the same device share its clock.
    decoder, decoder_version : str, int
        Name of the decoder in `sensors.decoders`, so that a journal can be read years later.
    settings : mapping
        All that the decoder needs besides the bytes: scale, counter's modulus, layout. JSON values. With
        every decoder, ``"rows"`` names the rows that the stream keeps, by number from 0; all if left out.
    scale_known : bool
        Whether the unit of the samples is certain.
    """

    name: str
    channels: tuple[Channel, ...]
    nominal_rate_hz: float
    device: str
    decoder: str
    decoder_version: int = 1
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])
    scale_known: bool = True


@dataclass(frozen=True, slots=True)
class Packet:
    """Bytes of one notification, untouched.

    Attributes
    ----------
    stream : str
        Name of the stream; the first one of those whose samples travel together.
    arrival_s : float
        When they arrived, in seconds on the session's clock.
    raw : bytes
        Empty: the connection was made anew, so that what the device counts may begin anew and no half packet
        will be completed.
    """

    stream: str
    arrival_s: float
    raw: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """What the bytes of one packet say.

    Attributes
    ----------
    samples : ndarray, shape (n_channels, n_samples)
        In the channels' units.
    counter : int or None
        The packet's own number, modulo the decoder's modulus; None if the device sends none.
    device_s : float or None
        The device's time of the first sample; None if the device sends none.
    part : str
        Whose samples they are: empty for the stream that the packet belongs to, ``"imu"`` for the stream of
        that name with ``-imu`` behind it.
    """

    samples: FloatArray
    counter: int | None = None
    device_s: float | None = None
    part: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Samples in their place.

    Attributes
    ----------
    stream : str
    first : int
        Index of the first sample since the stream began, lost ones counted.
    samples : ndarray, shape (n_channels, n_samples)
        NaN where a sample was lost.
    start_s : float
        Time of the first sample on the session's clock, as far as it is known by now.
    rate_hz : float
        Rate as far as it is known by now.
    """

    stream: str
    first: int
    samples: FloatArray
    start_s: float
    rate_hz: float


@dataclass(frozen=True, slots=True)
class Status:
    """What a source says of itself, now."""

    connected: bool
    battery_percent: float | None = None
    detail: str = ""


class Pace(Protocol):
    """The time of a session: real, or faster where all its sources are simulated or replayed."""

    def now_s(self) -> float:
        """Seconds since the session began."""
        ...

    def begin(self) -> None:
        """Count from now on: all sources are connected, and the session begins."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for so many seconds of the session's time."""
        ...


class Source(Protocol):
    """One sensor, opened. Delivers packets until it is closed; a drop-out is silence, not an end."""

    @property
    def uri(self) -> str:
        """As it was given to `open_source`."""
        ...

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What it delivers; final once it is started, because some devices have to be asked."""
        ...

    @property
    def speed(self) -> float:
        """How much faster than real time it runs; 1 for real sensors."""
        ...

    async def start(self, pace: Pace) -> None:
        """Connect; raises `SourceUnavailable` with what to do."""
        ...

    def packets(self) -> AsyncIterator[Packet]:
        """Let it send, and return packets as they arrive, until it has come to its end or was closed."""
        ...

    def status(self) -> Status:
        """Tell how the source is, without waiting."""
        ...

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Tell a simulated person what the program asked for; real sensors ignore it."""
        ...

    async def close(self) -> None:
        """Stop and let go; may be called twice."""
        ...
