"""Shimmer3R and Shimmer3 with Bluetooth Low Energy and an ExG unit: two EMG channels on one clock.

A stream of bytes without frames: a zero, the device's time in ticks of a crystal of 32768 Hz (24 bits), then
the channels in the order that the device told. Acknowledgements, and answers of a few bytes, stand in
between. There is no check sum: a sample is believed when the one after it has come. Its number follows from
its time, for the device takes one every so many ticks exactly.

The EMG unit must have been set up for EMG with the maker's program; gains are read from the device.
"""

import itertools
from collections.abc import Mapping
from typing import Final

import numpy as np

from sensors.decoders import Decoder
from sensors.devices.framing import Framing
from sensors.devices.profile import Advertised, DeviceProfile, Gatt, Part
from sensors.devices.setting import one_of, whole_numbers
from sensors.errors import PacketError, SourceUnavailable
from sensors.model import Decoded, Setting

#: These are a radio chip's own, in the 3R and in the 3: thousands of other devices have them too.
SERVICE_3R: Final = "65333333-a115-11e2-9e9a-0800200ca100"
WRITE_3R: Final = "65333333-a115-11e2-9e9a-0800200ca102"
NOTIFY_3R: Final = "65333333-a115-11e2-9e9a-0800200ca101"
SERVICE_3: Final = "49535343-fe7d-4ae5-8fa9-9fafd205e455"
WRITE_3: Final = "49535343-8841-43f4-a8d4-ecbe34729bb3"
NOTIFY_3: Final = "49535343-1e4d-4bd9-ba61-23c647249616"

TICKS_HZ: Final = 32768
#: One sample in so many ticks: 1024 Hz.
DIVIDER: Final = 32
ACK: Final = 0xFF
DATA: Final = 0x00
INQUIRY, INQUIRY_RESPONSE = 0x01, 0x02
SET_RATE, START, SET_SENSORS, STOP = 0x05, 0x07, 0x08, 0x20
GET_EXG, EXG_RESPONSE = 0x63, 0x62
IN_STREAM: Final = 0x8A
#: Bytes of an answer in the stream, by its second byte: state, battery.
_IN_STREAM_BYTES: Final[Mapping[int, int]] = {0x71: 3, 0x94: 5}
#: First chip of the unit, 24 bits.
EXG1_24: Final = bytes([0x10, 0x00, 0x00])
EXG1_CHANNELS: Final = (0x1D, 0x1E, 0x1F)
_STATUS: Final = (0x1D, 0x20)
_LONG: Final = (0x1E, 0x1F, 0x21, 0x22)
_SHORT: Final = (0x23, 0x24, 0x25, 0x26)
#: Of the device's own converter, 12 bits: little-endian, while the EMG unit's are big-endian.
_OWN_ADC: Final = 0x12
_KNOWN: Final = (*_STATUS, *_LONG, *_SHORT, _OWN_ADC)
#: Gain by the code in bits 4 to 6 of a channel's register.
GAINS: Final[Mapping[int, int]] = {0: 6, 1: 1, 2: 2, 3: 3, 4: 4, 5: 8, 6: 12}
_REFERENCE_UV: Final = 2420.0 * 1000
_REGISTERS: Final = 10
#: Samples are this close to the time they should have.
_JITTER: Final = 0.25
_TIME_BYTES: Final = 3
_TIME_MODULUS: Final = 1 << 24
COUNTER_MODULUS: Final = 2**32


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder; it gives microvolt of EMG channels, and counts of others. States are left out.

    Parameters
    ----------
    settings : mapping
        ``channels``: their numbers, as the device's answer to an inquiry has them. ``divider``: ticks of a
        sample. ``gains``: of the EMG channels, in order.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    channels = whole_numbers(settings, "channels", default=EXG1_CHANNELS)
    if not set(channels) <= set(_KNOWN) or set(channels) <= set(_STATUS):
        raise PacketError(f"the setting channels is {list(channels)}; use the numbers of EMG channels")
    divider = one_of(settings, "divider", range(1, 1 << 16), default=DIVIDER)
    kept = [number for number in channels if number not in _STATUS]
    gains = whole_numbers(settings, "gains", default=(12,) * len(kept))
    if len(gains) < len(kept) or not set(gains) <= set(GAINS.values()):
        raise PacketError(f"the setting gains is {list(gains)}; state one for each of {len(kept)} channels")
    return _Reading(
        channels, divider, [_scale(one, gain) for one, gain in zip(kept, gains, strict=False)]
    ).decode


class _Reading:
    """Cuts the stream, carries the time of 24 bits on, and tells from it how many samples have passed."""

    def __init__(self, channels: tuple[int, ...], divider: int, scales: list[float]) -> None:
        ends = np.cumsum([1 + _TIME_BYTES, *(_size(one) for one in channels)]).tolist()
        self._places = [
            (channel, place, end)
            for channel, (place, end) in zip(channels, itertools.pairwise(ends), strict=True)
            if channel not in _STATUS
        ]
        self._divider = divider
        self._scales = np.array(scales)[:, None]
        self._ticks: int | None = None
        self._number = 0
        self._framing = Framing(
            ends[-1],
            sound=lambda frame: frame[0] == DATA,
            follows=self._follows,
            between=_between,
            in_step=2,
        )

    def decode(self, raw: bytes) -> list[Decoded]:
        """Return the samples that are whole with this notification."""
        if not raw:
            # Its time runs on while nobody listens.
            self._framing.begin_anew()
            return []
        return [self._read(run) for run in self._framing.take(raw)]

    def _read(self, run: list[bytes]) -> Decoded:
        time = _time(run[0])
        before = time if self._ticks is None else self._ticks
        first = before + (time - before) % _TIME_MODULUS
        # Counted from the sample before: the device's time may lie anywhere between two numbers.
        number = self._number + round((first - before) / self._divider)
        self._ticks = first + (_time(run[-1]) - time) % _TIME_MODULUS
        self._number = number + len(run) - 1
        table = np.frombuffer(b"".join(run), dtype=np.uint8).reshape(len(run), -1).astype(np.int64)
        rows = [_numbers(table[:, place:end], channel) for channel, place, end in self._places]
        return Decoded(
            np.array(rows, dtype=np.float64) * self._scales,
            number % COUNTER_MODULUS,
            first / TICKS_HZ,
        )

    def _follows(self, before: bytes, frame: bytes) -> bool:
        passed = (_time(frame) - _time(before)) % _TIME_MODULUS
        return abs(passed - self._divider) <= max(1.0, _JITTER * self._divider)


def _numbers(
    digits: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]", channel: int
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Return the numbers of a channel from its bytes, shape (n_samples, n_bytes)."""
    if channel == _OWN_ADC:
        return digits[:, 0] | digits[:, 1] << 8
    n_bits = 8 * digits.shape[1]
    whole = np.zeros(digits.shape[0], dtype=np.int64)
    for column in digits.T:
        whole = whole << 8 | column
    return np.where(whole >> (n_bits - 1), whole - (1 << n_bits), whole)


def _time(frame: bytes) -> int:
    return int.from_bytes(frame[1 : 1 + _TIME_BYTES], "little")


def _size(channel: int) -> int:
    return 1 if channel in _STATUS else 3 if channel in _LONG else 2


def _scale(channel: int, gain: int) -> float:
    if channel == _OWN_ADC:
        return 1.0
    return _REFERENCE_UV / ((2**23 if channel in _LONG else 2**15) - 1) / gain


def _between(buffer: bytearray, place: int) -> int:
    """Return how many bytes here are an acknowledgement or an answer; -1 if more must come to tell."""
    if buffer[place] == ACK:
        return 1
    if buffer[place] != IN_STREAM:
        return 0
    if place + 1 >= len(buffer):
        return -1
    length = _IN_STREAM_BYTES.get(buffer[place + 1], 0)
    return -1 if place + length > len(buffer) else length


def read_inquiry(answer: bytes) -> tuple[int, tuple[int, ...]]:
    """Return ticks of a sample and the channels' numbers, from the answer to an inquiry.

    Raises
    ------
    PacketError
        If it is none.

    Examples
    --------
    >>> read_inquiry(bytes.fromhex("ff024000 01ff0109 010112"))
    (64, (18,))
    """
    body = answer.lstrip(bytes([ACK]))
    if len(body) < 9 or body[0] != INQUIRY_RESPONSE or len(body) < 9 + body[7]:
        raise PacketError(f"{answer!r} is no answer to an inquiry", raw=answer)
    return int.from_bytes(body[1:3], "little"), tuple(body[9 : 9 + body[7]])


class _Steps:
    """What is asked of a device, by the characteristics of its model."""

    def __init__(self, write: str, notify: str) -> None:
        self._write, self._notify = write, notify

    async def prepare(self, gatt: Gatt) -> tuple[Part, ...]:
        """Ask for EMG at 1024 Hz, and look what will come."""
        await self._command(gatt, bytes([SET_SENSORS]) + EXG1_24)
        await self._command(gatt, bytes([SET_RATE]) + DIVIDER.to_bytes(2, "little"))
        answer = await gatt.ask(
            self._write, bytes([INQUIRY]), answer_on=self._notify, complete=_inquiry_is_whole
        )
        divider, channels = read_inquiry(answer)
        if channels != EXG1_CHANNELS or divider < 1:
            raise SourceUnavailable(
                f"it sends the channels {list(channels)}, not those of an EMG unit; use a Shimmer with ExG"
            )
        answer = await gatt.ask(
            self._write,
            bytes([GET_EXG, 0, 0, _REGISTERS]),
            answer_on=self._notify,
            complete=lambda raw: len(raw.lstrip(bytes([ACK]))) >= 2 + _REGISTERS,
        )
        codes = [register >> 4 & 7 for register in answer.lstrip(bytes([ACK]))[5:7]]
        if not set(codes) <= set(GAINS):
            raise SourceUnavailable(f"its EMG unit has no known gain ({answer!r}); set it up for EMG first")
        n = len(EXG1_CHANNELS) - 1
        settings: dict[str, Setting] = {
            "channels": list(channels),
            "divider": divider,
            "gains": [GAINS[code] for code in codes],
            "counter_modulus": COUNTER_MODULUS,
        }
        return (Part("", ("emg",) * n, ("uV",) * n, (None,) * n, TICKS_HZ / divider, settings=settings),)

    async def begin(self, gatt: Gatt) -> None:
        """Start the stream."""
        await gatt.write(self._write, bytes([START]))

    async def end(self, gatt: Gatt) -> None:
        """Stop the stream."""
        await gatt.write(self._write, bytes([STOP]))

    async def _command(self, gatt: Gatt, value: bytes) -> None:
        await gatt.ask(self._write, value, answer_on=self._notify, complete=lambda raw: ACK in raw)


def _inquiry_is_whole(raw: bytes) -> bool:
    try:
        read_inquiry(raw)
    except PacketError:
        return False
    return True


def _profile(code: str, title: str, service: str, write: str, notify: str) -> DeviceProfile:
    steps = _Steps(write, notify)
    prefix = f"{title}-".lower()

    def recognise(advertised: Advertised) -> bool:
        """Whether it is called as they are; the service is a chip's."""
        return (advertised.name or "").lower().startswith(prefix)

    return DeviceProfile(
        code=code,
        title=title,
        recognise=recognise,
        service=service,
        data=notify,
        needs=(write, notify),
        decoder="shimmer",
        timing="counter and time",
        prepare=steps.prepare,
        begin=steps.begin,
        end=steps.end,
        least_notification=20,
        muscles=2,
        cautions=(
            "Its ExG unit must be set up for EMG with the maker's program before.",
            "It was not tried on a device yet.",
        ),
    )


PROFILE_3R: Final = _profile("shimmer3r", "Shimmer3R", SERVICE_3R, WRITE_3R, NOTIFY_3R)
PROFILE_3: Final = _profile("shimmer3", "Shimmer3", SERVICE_3, WRITE_3, NOTIFY_3)
