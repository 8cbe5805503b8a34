"""Polar H10 and Verity Sense: movement, by the maker's service for measurements.

A frame holds what it is, the device's time of its last sample in nanoseconds, and samples: plain, or a first
one and then differences of as few bits as will do. The device's time is good as a clock that runs evenly, and
for nothing else.
"""

import math
import struct
from collections.abc import Mapping
from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.decoders import Decoder
from sensors.devices.profile import BATTERY, Advertised, DeviceProfile, Gatt, Part
from sensors.devices.setting import positive
from sensors.errors import PacketError, SourceUnavailable
from sensors.model import Decoded, Setting

SERVICE: Final = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL: Final = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA: Final = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
ACC, GYRO = 2, 5
START, STOP = 2, 3
RESPONSE: Final = 0xF0
#: 200 Hz, 16 bits, 8 g.
START_H10_ACC: Final = bytes.fromhex("020200 01C800 01011000 02010800")
#: 52 Hz, 16 bits, 8 g, three channels.
START_SENSE_ACC: Final = bytes.fromhex("020200 013400 01011000 02010800 040103")
#: 52 Hz, 16 bits, 2000 degrees a second, three channels.
START_SENSE_GYRO: Final = bytes.fromhex("020500 013400 01011000 0201D007 040103")
H10_HZ, SENSE_HZ = 200.0, 52.0

_MG_M_S2: Final = 9.80665 / 1000
_DEGREE: Final = math.pi / 180
_HEADER: Final = 10
_COMPRESSED: Final = 0x80
_AXES: Final = 3
_REFERENCE_BYTES: Final = 2 * _AXES
#: Bytes of a number in a plain frame, by its type.
_PLAIN_BYTES: Final = (1, 2, 3)
#: The settings of an answer have so many bytes each, by number.
_SETTING_BYTES: Final = (2, 2, 2, 4, 1, 4)
_FACTOR: Final = 5


def recognise(advertised: Advertised) -> bool:
    """Whether it is called as these two are; the maker's other devices have the service too."""
    return (advertised.name or "").startswith(("Polar H10", "Polar Sense", "Polar Verity Sense"))


def read_differences(body: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.int64]]":
    """Return the samples of a compressed frame, shape (n_samples, 3).

    Raises
    ------
    PacketError
        If the bytes end too early.

    Examples
    --------
    >>> read_differences(bytes.fromhex("F1FF1400F003 0601 7B0F08"))
    array([[ -15,   20, 1008],
           [ -20,   17, 1008]])
    """
    if len(body) < _REFERENCE_BYTES:
        raise PacketError("a compressed frame is too short for its first sample", raw=body)
    steps = [np.frombuffer(body[:_REFERENCE_BYTES], dtype="<i2").astype(np.int64)[None]]
    place = _REFERENCE_BYTES
    while place + 2 <= len(body):
        width, count = body[place], body[place + 1]
        end = place + 2 + -(-width * count * _AXES // 8)
        if end > len(body) or width > 32:
            raise PacketError("a compressed frame ends before its last difference", raw=body)
        block = body[place + 2 : end]
        bits = np.unpackbits(np.frombuffer(block, dtype=np.uint8), bitorder="little")
        # Lowest bit first; the highest one stands for a negative number.
        weights = 1 << np.arange(width, dtype=np.int64)
        weights[-1:] *= -1
        numbers = bits[: width * count * _AXES].reshape(count * _AXES, width).astype(np.int64) @ weights
        steps.append(numbers.reshape(count, _AXES))
        place = end
    return np.cumsum(np.vstack(steps), axis=0)


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder; acceleration is its first part, ``"gyro"`` the other (m/s2, rad/s).

    Parameters
    ----------
    settings : mapping
        ``rate_hz``: of all parts. ``acc_factor``, ``gyro_factor``: of compressed frames, as the device said.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    rate_hz = positive(settings, "rate_hz", default=H10_HZ)
    factors = {
        ACC: positive(settings, "acc_factor", default=1.0),
        GYRO: positive(settings, "gyro_factor", default=1.0),
    }

    def decode_polar(raw: bytes) -> list[Decoded]:
        if not raw:
            return []
        if len(raw) <= _HEADER:
            raise PacketError(f"a frame of {len(raw)} bytes holds no sample", raw=raw)
        kind, frame_type = raw[0], raw[_HEADER - 1]
        if kind not in factors:
            # Pulse, light, magnetic field: nobody asked for it.
            return []
        body = raw[_HEADER:]
        if frame_type & _COMPRESSED:
            samples = read_differences(body).astype(np.float64) * factors[kind]
            if kind == ACC and frame_type == _COMPRESSED:
                samples = samples * 1000  # this type is in g
        else:
            samples = _plain(body, frame_type)
        scaled = samples.T * (_MG_M_S2 if kind == ACC else _DEGREE)
        last_s = int.from_bytes(raw[1:9], "little") / 1e9
        first_s = last_s - (scaled.shape[1] - 1) / rate_hz
        return [Decoded(scaled, device_s=first_s, part="" if kind == ACC else "gyro")]

    return decode_polar


def _plain(body: bytes, frame_type: int) -> FloatArray:
    size = _PLAIN_BYTES[frame_type] if frame_type < len(_PLAIN_BYTES) else 0
    if not size or len(body) % (size * _AXES):
        raise PacketError(f"{len(body)} bytes are no samples of a frame of type {frame_type}", raw=body)
    digits = np.frombuffer(body, dtype=np.uint8).reshape(-1, size).astype(np.int64)
    numbers = digits @ (256 ** np.arange(size, dtype=np.int64))
    signed = np.where(numbers >> (8 * size - 1), numbers - (1 << 8 * size), numbers)
    return signed.reshape(-1, _AXES).astype(np.float64)


def factor_of(answer: bytes) -> float:
    """Return the factor of compressed frames from the answer to a start; 1 if there is none.

    Examples
    --------
    >>> factor_of(bytes.fromhex("f0020500 00 0501 0000803d"))
    0.0625
    """
    place = 5
    while place + 2 <= len(answer):
        number, count = answer[place], answer[place + 1]
        size = _SETTING_BYTES[number] if number < len(_SETTING_BYTES) else len(answer)
        if number == _FACTOR and place + 2 + size <= len(answer):
            (factor,) = struct.unpack_from("<f", answer, place + 2)
            return float(factor) if math.isfinite(factor) and factor > 0 else 1.0
        place += 2 + size * count
    return 1.0


async def _ask(gatt: Gatt, value: bytes) -> bytes:
    answer = await gatt.ask(
        CONTROL,
        value,
        answer_on=CONTROL,
        complete=lambda raw: len(raw) >= 4 and raw[:3] == bytes([RESPONSE, *value[:2]]),
    )
    if answer[3]:
        raise SourceUnavailable(
            f"it refuses {value.hex(' ')} (error {answer[3]}); take it out of its charger, wear it, try again"
        )
    return answer


def _starts(gatt: Gatt) -> dict[str, bytes]:
    if (gatt.advertised.name or "").startswith("Polar H10"):
        return {"": START_H10_ACC}
    return {"": START_SENSE_ACC, "gyro": START_SENSE_GYRO}


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:
    starts = _starts(gatt)
    # Only a start is answered with the factor.
    factors: dict[str, float] = {}
    for part, start in starts.items():
        factors[part] = factor_of(await _ask(gatt, start))
        await _ask(gatt, bytes([STOP, start[1]]))
    rate_hz = SENSE_HZ if "gyro" in starts else H10_HZ
    settings: dict[str, Setting] = {
        "rate_hz": rate_hz,
        "acc_factor": factors[""],
        "gyro_factor": factors.get("gyro", 1.0),
    }
    axes = ("x", "y", "z")
    acc = Part("", ("acc",) * 3, ("m/s2",) * 3, axes, rate_hz, settings=settings)
    gyro = Part("gyro", ("gyro",) * 3, ("rad/s",) * 3, axes, rate_hz)
    return (acc, gyro) if "gyro" in starts else (acc,)


async def _begin(gatt: Gatt) -> None:
    for start in _starts(gatt).values():
        await _ask(gatt, start)


async def _end(gatt: Gatt) -> None:
    for start in _starts(gatt).values():
        await gatt.write(CONTROL, bytes([STOP, start[1]]))


async def _battery(gatt: Gatt) -> float | None:
    value = await gatt.read(BATTERY) if gatt.has(BATTERY) else b""
    return float(value[0]) if value else None


PROFILE: Final = DeviceProfile(
    code="polar",
    title="Polar H10 or Verity Sense",
    recognise=recognise,
    service=SERVICE,
    data=DATA,
    needs=(CONTROL, DATA),
    decoder="polar",
    timing="time",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    battery=_battery,
    least_notification=226,
    muscles=0,
    cautions=(
        "It measures movement only: it tells when the leg moves, not when a muscle begins.",
        "The H10 ends the connection when it is off its strap for 45 s.",
        "It was not tried on a device yet.",
    ),
)
