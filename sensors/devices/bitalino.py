"""BITalino (r)evolution with Bluetooth Low Energy: up to six analog inputs on one clock, 1000 Hz.

Its notifications are pieces of a stream of frames. A frame ends with a sequence number of 4 bits and a check
sum of 4 bits, the numbers of its inputs stand before, four of 10 bits and two of 6. The sequence number goes
round in 16 ms: a longer gap can only be told from when the packets arrived.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import numpy as np

from sensors.decoders import Decoder
from sensors.devices.framing import Framing
from sensors.devices.profile import Advertised, DeviceProfile, Gatt, Part
from sensors.devices.setting import one_of
from sensors.model import Decoded, Setting

SERVICE: Final = "c566488a-0882-4e1b-a6d0-0b717e652234"
COMMANDS: Final = "4051eb11-bf0a-4c74-8730-a48f4193fcea"
FRAMES: Final = "40fdba6b-672e-47c4-808a-e529adff3633"
SEQUENCE_MODULUS: Final = 16
RATE_HZ: Final = 1000.0
SET_1000_HZ: Final = b"\xc3"
STOP: Final = b"\x00"
#: The maker's formula for its EMG sensor: 10 bits over 3.3 V, behind a gain of 1009.
UV_PER_COUNT: Final = 3.3 / 1009 / 1024 * 1e6
MIDDLE: Final = 512
#: Of the inputs with 6 bits.
_COARSE: Final = 16
#: It is slow to take a new rate.
_SETTLE_S: Final = 0.25
_MUSCLES: Final = 2

_NIBBLE: Final = (0, 3, 6, 5, 12, 15, 10, 9, 11, 8, 13, 14, 7, 4, 1, 2)


def frame_bytes(inputs: int) -> int:
    """Return the length of a frame.

    Examples
    --------
    >>> [frame_bytes(inputs) for inputs in range(1, 7)]
    [3, 4, 6, 7, 8, 8]
    """
    bits = 12 + 10 * inputs if inputs <= 4 else 52 + 6 * (inputs - 4)
    return -(-bits // 8)


def checksum(frame: bytes) -> int:
    """Return the check sum (x⁴ + x + 1) of a frame, whatever its own nibble of it says.

    Examples
    --------
    >>> hex(checksum(bytes.fromhex("0062c950")))
    '0xf'
    """
    rest = 0
    for byte in frame[:-1]:
        rest = _BYTE[rest][byte]
    return _NIBBLE[_NIBBLE[rest] ^ (frame[-1] >> 4)]


def read_frame(frame: bytes, inputs: int) -> list[int]:
    """Return the numbers of the inputs A1, A2, ... of one frame; those of A5 and A6 have 6 bits.

    Examples
    --------
    >>> read_frame(bytes.fromhex("0062c95f"), 2)
    [600, 512]
    """
    whole = int.from_bytes(frame, "little")
    return [(whole >> shift) & mask for shift, mask in fields(inputs)]


def fields(inputs: int) -> list[tuple[int, int]]:
    """Return how far each input's number lies from the lower end of a frame, and its mask.

    Read from its last byte to its first, a frame is one number: sequence, check sum, four digital lines, then
    the inputs one behind the other.
    """
    end = 8 * frame_bytes(inputs) - 12
    fine = [(end - 10 * number, 0x3FF) for number in range(1, min(inputs, 4) + 1)]
    coarse = [(end - 40 - 6 * number, 0x3F) for number in range(1, inputs - 3)]
    return fine + coarse


_BYTE: Final = tuple(
    tuple(_NIBBLE[_NIBBLE[rest] ^ (byte >> 4)] ^ (byte & 0xF) for byte in range(256)) for rest in range(16)
)


def recognise(advertised: Advertised) -> bool:
    """Whether name or service are those of a BITalino; the service is its own."""
    return "bitalino" in (advertised.name or "").lower() or SERVICE in advertised.services


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder; it gives microvolt at the electrodes of the maker's EMG sensor.

    Parameters
    ----------
    settings : mapping
        ``inputs``: how many are sent, 1 to 6, from A1 on.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    inputs = one_of(settings, "inputs", range(1, 7), default=_MUSCLES)
    framing = Framing(frame_bytes(inputs), sound=_sound, follows=_follows)
    places = fields(inputs)
    middle = np.array([[MIDDLE]] * min(inputs, 4) + [[MIDDLE / _COARSE]] * (inputs - 4))
    scale = np.array([[UV_PER_COUNT]] * min(inputs, 4) + [[UV_PER_COUNT * _COARSE]] * (inputs - 4))

    def decode_bitalino(raw: bytes) -> list[Decoded]:
        if not raw:
            framing.begin_anew()
            return []
        decoded: list[Decoded] = []
        for run in framing.take(raw):
            whole = [int.from_bytes(frame, "little") for frame in run]
            counts = np.array([[(one >> shift) & mask for one in whole] for shift, mask in places])
            decoded.append(Decoded((counts - middle) * scale, run[0][-1] >> 4))
        return decoded

    return decode_bitalino


def _sound(frame: bytes) -> bool:
    return checksum(frame) == frame[-1] & 0xF


def _follows(before: bytes, frame: bytes) -> bool:
    return (before[-1] + 16) & 0xF0 == frame[-1] & 0xF0


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:  # noqa: ARG001  (it tells nothing of itself)
    return (
        Part(
            "",
            ("emg",) * _MUSCLES,
            ("uV",) * _MUSCLES,
            (None,) * _MUSCLES,
            RATE_HZ,
            settings={"inputs": _MUSCLES, "counter_modulus": SEQUENCE_MODULUS},
            scale_known=False,
        ),
    )


async def _begin(gatt: Gatt) -> None:
    await gatt.write(COMMANDS, SET_1000_HZ)
    await asyncio.sleep(_SETTLE_S)
    await gatt.write(COMMANDS, start_command(_MUSCLES))


def start_command(inputs: int) -> bytes:
    """Return the command that starts the inputs from A1 on.

    Examples
    --------
    >>> start_command(2).hex()
    '0d'
    """
    return bytes([0x01 | sum(1 << (2 + number) for number in range(inputs))])


async def _end(gatt: Gatt) -> None:
    await gatt.write(COMMANDS, STOP)


PROFILE: Final = DeviceProfile(
    code="bitalino",
    title="BITalino",
    recognise=recognise,
    service=SERVICE,
    data=FRAMES,
    needs=(COMMANDS, FRAMES),
    decoder="bitalino",
    timing="counter",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    least_notification=20,
    muscles=_MUSCLES,
    cautions=(
        "Many of these boards have Bluetooth Classic only and are not found; Low Energy is an option.",
        "Microvolt hold for the maker's EMG sensors, on the inputs A1 and A2.",
        "Its frames are counted to 16: a gap of 16 ms to half a second may be told too short.",
    ),
)
