"""What can be set of a simulated sensor, in its URI."""

from dataclasses import dataclass
from typing import Final, Literal

from recordings.synth.scenarios import SCENARIOS
from sensors.address import Address

Site = Literal["glute", "shoulder"]
#: Besides the scenarios of the simulator: a person who never moves, and electrodes that hang in the air.
SILENT: Final = "silent"
NOISE: Final = "noise"
SIM_SCENARIOS: Final[tuple[str, ...]] = (*SCENARIOS, SILENT, NOISE)

_KNOWN: Final = (
    "speed", "seed", "rate", "packet", "loss", "jitter_ms", "interval_ms", "batch_ms", "drift_ppm", "offset",
    "start", "drop", "dead", "dies", "battery", "imu", "counter", "envelope",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SimOptions:
    """A simulated sensor. All of it can be set in the URI by the name given in brackets.

    Attributes
    ----------
    scenario : str
    site : {"glute", "shoulder"}
    seed : int
        Of the person and, with the site, of the sensor's link. (``seed``)
    speed : float
        How much faster than real time runs. (``speed``)
    rate_hz : float
        What the sensor claims; what it does differs by its drift. (``rate``)
    packet : int
        Samples in a packet; by default as many as fit into 10 ms. (``packet``)
    loss : float
        Share of packets that never arrive, 0 to 0.5. (``loss``)
    jitter_ms : float
        Greatest extra delay; most are much smaller. (``jitter_ms``)
    interval_ms : float
        Connection interval: packets wait for the next event and leave together; 0 for none.
        (``interval_ms``)
    batch_ms : float
        Grid of the operating system's timer, to which arrivals are held back; 0 for none. (``batch_ms``)
    drift_ppm : float
        How much too fast the sensor's clock runs, up to 10 % (100000). (``drift_ppm``)
    offset_s : float
        What the sensor's clock shows at its first sample. (``offset``)
    start_s : float or None
        How long after the start of the session it takes its first sample; drawn by default. (``start``)
    drops : tuple of (start_s, stop_s)
        Drop-outs: what would arrive meanwhile is lost. (``drop=10-12``, as often as wanted)
    dead : bool
        It connects, but delivers nothing. (``dead=1``)
    dies_s : float or None
        From then on it is gone. (``dies``)
    battery_percent : float
        At the start; it falls by a percent in ten minutes. (``battery``)
    imu : bool
        It has a second stream, of acceleration and angular rate. (``imu=1``)
    counter_bits : int
        Width of the packet counter: 4, 8, 16 or 32. (``counter``)
    envelope_ms : float or None
        It sends envelopes smoothed over so long instead of EMG. (``envelope``)
    """

    scenario: str
    site: Site
    seed: int = 0
    speed: float = 1.0
    rate_hz: float = 2000.0
    packet: int = 20
    loss: float = 0.0
    jitter_ms: float = 2.0
    interval_ms: float = 15.0
    batch_ms: float = 0.0
    drift_ppm: float = 0.0
    offset_s: float = 0.0
    start_s: float | None = None
    drops: tuple[tuple[float, float], ...] = ()
    dead: bool = False
    dies_s: float | None = None
    battery_percent: float = 90.0
    imu: bool = False
    counter_bits: int = 32
    envelope_ms: float | None = None

    @property
    def true_rate_hz(self) -> float:
        """Samples that the sensor really takes in a second."""
        return self.rate_hz * (1 + self.drift_ppm * 1e-6)


def read_options(address: Address) -> SimOptions:
    """Read a ``sim:`` URI.

    Raises
    ------
    SourceUriError
        If the scenario, the site, an option or a value is not known; the message names those that are.
    """
    if address.target not in SIM_SCENARIOS:
        raise address.refuse(
            f"there is no scenario {address.target!r}; use one of {', '.join(SIM_SCENARIOS)}"
        )
    if address.channel not in ("glute", "shoulder"):
        raise address.refuse("a simulated person has two sensors; end the URI in #glute or #shoulder")
    address.check_options(_KNOWN)
    number = address.number
    envelope_ms = number("envelope", 0.0, least=1, most=1000) or None
    rate_hz = number("rate", 100.0 if envelope_ms else 2000.0, least=10, most=10_000)
    dies_s = number("dies", -1.0, least=0, most=1e6)
    start_s = number("start", -1.0, least=0, most=60)
    return SimOptions(
        scenario=address.target,
        site=address.channel,
        seed=address.whole("seed", 0, least=0, most=2**31 - 1),
        speed=address.speed(),
        rate_hz=rate_hz,
        packet=address.whole("packet", max(1, round(rate_hz / 100)), least=1, most=5000),
        loss=number("loss", 0.0, least=0, most=0.5),
        jitter_ms=number("jitter_ms", 2.0, least=0, most=2000),
        interval_ms=number("interval_ms", 15.0, least=0, most=4000),
        batch_ms=number("batch_ms", 0.0, least=0, most=1000),
        drift_ppm=number("drift_ppm", 0.0, least=-100_000, most=100_000),
        offset_s=number("offset", 0.0, least=-1e9, most=1e9),
        start_s=None if start_s < 0 else start_s,
        drops=tuple(_span(address, text) for text in address.options.get("drop", ())),
        dead=_flag(address, "dead"),
        dies_s=None if dies_s < 0 else dies_s,
        battery_percent=number("battery", 90.0, least=0, most=100),
        imu=_flag(address, "imu"),
        counter_bits=_counter_bits(address),
        envelope_ms=envelope_ms,
    )


def _flag(address: Address, name: str) -> bool:
    text = address.one_option(name)
    if text not in (None, "0", "1"):
        raise address.refuse(f"{name}={text} is neither 0 nor 1; write {name}=1, or leave it out")
    return text == "1"


def _counter_bits(address: Address) -> int:
    bits = address.whole("counter", 32, least=4, most=32)
    if bits not in (4, 8, 16, 32):
        raise address.refuse(f"counter={bits} is no usual width; use 4, 8, 16 or 32")
    return bits


def _span(address: Address, text: str) -> tuple[float, float]:
    start, dash, stop = text.partition("-")
    if not dash:
        raise address.refuse(f"drop={text} is no stretch of time; write drop=START-STOP in seconds")
    span = tuple(address.to_number("drop", part, least=0, most=1e6) for part in (start, stop))
    if not span[0] < span[1]:
        raise address.refuse(f"drop={text} ends before it begins; write drop=START-STOP in seconds")
    return span[0], span[1]
