"""``sim:SCENARIO?options#glute|shoulder``: a simulated sensor on a simulated person."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from recordings.labels import recognise
from recordings.model import SIMULATED, Channel, FloatArray, Side, opposite
from recordings.synth.texture import stream
from recordings.synth.truth import Truth
from sensors.address import Address
from sensors.errors import SourceUnavailable
from sensors.model import Pace, Packet, Status, Stream
from sensors.packing import pack_header, pack_samples
from sensors.sim_electrode import Electrode
from sensors.sim_imu import IMU_RATE_HZ, Imu
from sensors.sim_link import Link, Way
from sensors.sim_options import SimOptions, read_options
from sensors.sim_person import Person
from sensors.waiting import batch_s, wait_until

_EMG_UNIT_UV: Final = 0.05
_IMU_UNIT: Final = 0.0005
_IMU_PACKET: Final = 5
_AXES: Final = tuple(f"{kind}_{axis}" for kind in ("ACC", "GYRO") for axis in "XYZ")

#: People by the pace of their session, so that two sensors of a session share one and two sessions never do.
_people: WeakKeyDictionary[Pace, dict[tuple[str, int], Person]] = WeakKeyDictionary()


@dataclass(slots=True)
class _Line:
    """One stream on its way: samples, packets made of them, and when they arrive."""

    stream: Stream
    take: Callable[[int], FloatArray]
    link: Link
    packet: int
    offset_s: float
    modulus: int
    scale: float
    way: Way | None = None
    next: int = 0

    def next_arrival_s(self) -> float:
        """When the next packet that is not lost, or a later one, arrives."""
        way = self._way()
        return float(way.arrivals_s[self.next - way.first])

    def due(self, now_s: float) -> list[Packet]:
        """Return all packets that have arrived by now; samples are made up to the last of them."""
        packets: list[Packet] = []
        while True:
            way = self._way()
            begin = self.next - way.first
            end = int(np.searchsorted(way.arrivals_s, now_s, side="right"))
            if end <= begin:
                return packets
            samples = self.take((way.first + end) * self.packet)
            body = pack_samples(np.atleast_2d(samples), sample_type="int24", scale=self.scale)
            size = len(body) // (end - begin)
            for place in range(begin, end):
                if not way.lost[place]:
                    part = body[(place - begin) * size : (place - begin + 1) * size]
                    arrival_s = float(way.arrivals_s[place])
                    packets.append(
                        Packet(self.stream.name, arrival_s, self._header(way.first + place) + part)
                    )
            self.next = way.first + end

    def _header(self, number: int) -> bytes:
        return pack_header(
            len(self.stream.channels),
            self.packet,
            counter=number % self.modulus,
            device_s=self.offset_s + number * self.packet / self.stream.nominal_rate_hz,
        )

    def _way(self) -> Way:
        if self.way is None or self.next >= self.way.first + self.way.lost.size:
            self.way = self.link.plan()
        return self.way


class SimulatedSource:
    """One sensor on a simulated person; the other one has the same scenario and seed.

    Parameters
    ----------
    options : SimOptions
    uri : str
    name : str
        Of its stream; the movement stream's is this and ``-imu``.
    leg : {"left", "right"}
        Decides the labels of the channels, until a cue names the leg.

    Attributes
    ----------
    options : SimOptions
    """

    def __init__(self, options: SimOptions, *, uri: str, name: str, leg: Side = "left") -> None:
        self.options = options
        self.uri = uri
        self.speed = options.speed
        self._name = name
        self._leg: Side = leg
        self._person: Person | None = None
        self._pace: Pace | None = None
        self._lines: list[_Line] = []
        self._closed = False

    @property
    def streams(self) -> tuple[Stream, ...]:
        """What the sensor sends; labels follow the leg."""
        streams = (self._emg_stream(),)
        return (*streams, self._imu_stream()) if self.options.imu else streams

    async def start(self, pace: Pace) -> None:
        """Put the sensor on the person of this session and begin.

        Raises
        ------
        SourceUnavailable
            If it was closed before.
        """
        if self._closed:
            raise SourceUnavailable("it was closed; open it again", source=self.uri)
        options = self.options
        people = _people.setdefault(pace, {})
        self._person = person = people.setdefault(
            (options.scenario, options.seed), Person(options.scenario, options.seed)
        )
        self._pace = pace
        delay_s = options.start_s
        if delay_s is None:
            delay_s = float(stream(options.seed, f"{options.site} start").uniform(0.02, 0.2))
        starts_s = pace.now_s() + delay_s
        electrode = Electrode(person, options, starts_s=starts_s)
        self._lines = [
            self._line(self._emg_stream(), electrode.take, options.packet, starts_s, scale=_EMG_UNIT_UV)
        ]
        if options.imu:
            imu = Imu(person, options, starts_s=starts_s)
            self._lines.append(
                self._line(self._imu_stream(), imu.take, _IMU_PACKET, starts_s, scale=_IMU_UNIT)
            )

    async def packets(self) -> AsyncIterator[Packet]:
        """Packets as they arrive, until the source is closed."""
        if self._pace is None or self._person is None:
            raise SourceUnavailable("it was not started; await start(pace) first", source=self.uri)
        pace, step_s = self._pace, batch_s(self.speed)
        while not self._closed:
            next_s = min(line.next_arrival_s() for line in self._lines)
            if not await wait_until(max(next_s, pace.now_s() + step_s), pace, closed=self._is_closed):
                return
            now_s = pace.now_s()
            for packet in sorted(
                (packet for line in self._lines for packet in line.due(now_s)),
                key=lambda packet: packet.arrival_s,
            ):
                yield packet
            self._person.sampled_s = max(self._person.sampled_s, now_s)

    def status(self) -> Status:
        """Tell how the sensor is."""
        if self._pace is None or self._closed:
            return Status(connected=False, detail="not started" if self._pace is None else "closed")
        now_s = self._pace.now_s()
        options = self.options
        gone = options.dies_s is not None and now_s >= options.dies_s
        out = any(start_s <= now_s < stop_s for start_s, stop_s in options.drops)
        battery = max(0.0, options.battery_percent - now_s / 600)
        if gone or out:
            return Status(connected=False, battery_percent=battery, detail="out of reach")
        return Status(connected=True, battery_percent=battery)

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Tell the person what the program asked for; what both sensors are told is heard once."""
        self._leg = leg
        if self._person is not None:
            self._person.hear(cue, at_s, leg=leg)

    def truth(self) -> Truth:
        """Return what really happened so far, in seconds on the session's clock.

        Raises
        ------
        SourceUnavailable
            If the source was not started.
        """
        if self._person is None:
            raise SourceUnavailable("it was not started, so nothing happened yet", source=self.uri)
        return self._person.truth()

    async def close(self) -> None:
        """Stop; may be called twice."""
        self._closed = True

    def _is_closed(self) -> bool:
        return self._closed

    def _line(
        self, of: Stream, take: Callable[[int], FloatArray], packet: int, starts_s: float, *, scale: float
    ) -> _Line:
        true_rate_hz = of.nominal_rate_hz * (1 + self.options.drift_ppm * 1e-6)
        link = Link(
            self.options,
            f"{self.options.site} {of.name.removeprefix(self._name)}",
            packet_s=packet / true_rate_hz,
            starts_s=starts_s,
            last_s=(packet - 1) / true_rate_hz,
        )
        modulus = 2**self.options.counter_bits
        return _Line(of, take, link, packet, self.options.offset_s, modulus, scale)

    def _emg_stream(self) -> Stream:
        options, leg = self.options, self._leg
        label = f"GM_{_initial(leg)}" if options.site == "glute" else f"UT_{_initial(opposite(leg))}"
        envelope_ms = options.envelope_ms
        channel = replace(
            recognise(label, unit="uV"),
            kind="emg" if envelope_ms is None else "envelope",
            device=f"{SIMULATED} {self._name}",
            smoothing_ms=envelope_ms,
        )
        return self._stream(
            self._name, (channel,), options.rate_hz, packet=options.packet, scale=_EMG_UNIT_UV
        )

    def _imu_stream(self) -> Stream:
        leg = self._leg
        place = f"THIGH_{_initial(leg)}" if self.options.site == "glute" else f"UT_{_initial(opposite(leg))}"
        channels = tuple(
            replace(
                recognise(f"{place}_{axis}", unit="m/s2" if axis.startswith("ACC") else "rad/s"),
                device=f"{SIMULATED} {self._name}",
            )
            for axis in _AXES
        )
        return self._stream(f"{self._name}-imu", channels, IMU_RATE_HZ, packet=_IMU_PACKET, scale=_IMU_UNIT)

    def _stream(
        self, name: str, channels: tuple[Channel, ...], rate_hz: float, *, packet: int, scale: float
    ) -> Stream:
        return Stream(
            name,
            channels,
            rate_hz,
            device=f"{SIMULATED} {self._name}",
            decoder="packed",
            settings={
                "sample_type": "int24",
                "scale": scale,
                "counter_modulus": 2**self.options.counter_bits,
                "samples_per_count": packet,
            },
        )


def open_simulated(address: Address, *, name: str | None = None, leg: Side | None = None) -> SimulatedSource:
    """Open a ``sim:`` URI; see `sensors.sim_options` for what can be set.

    Raises
    ------
    SourceUriError
        If the URI is not understood.
    """
    options = read_options(address)
    return SimulatedSource(options, uri=address.uri, name=name or options.site, leg=leg or "left")


def _initial(side: Side) -> str:
    return "L" if side == "left" else "R"
