"""OYMotion gForce and gForcePro+: eight channels around one limb on one clock, 500 Hz of 12 bits.

A packet holds its type, its number, and some samples of all channels one behind the other. One that is longer
than a notification comes in parts that count down. What a count is worth is told differently by different
sources, so samples are counts. The variant with another radio chip and the newer units are not understood.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from sensors.decoders import Decoder
from sensors.devices.profile import Advertised, DeviceProfile, Gatt, Part, short_uuid
from sensors.devices.setting import one_of
from sensors.errors import PacketError, SourceUnavailable
from sensors.model import Decoded, Setting

#: Not its own: other devices use it too.
SERVICE: Final = short_uuid(0xFFD0)
COMMAND: Final = "f000ffe1-0451-4000-b000-000000000000"
DATA: Final = "f000ffe2-0451-4000-b000-000000000000"
CHANNELS: Final = 8
RATE_HZ: Final = 500
RESOLUTION: Final = 12
BATCH_BYTES: Final = 128
#: The packets' numbers have 8 bits, or 16 with newer firmware; of these the lower ones are used.
NUMBER_MODULUS: Final = 256
SET_EMG: Final = bytes([0x3F, *RATE_HZ.to_bytes(2, "little"), 0xFF, 0x00, BATCH_BYTES, RESOLUTION])
GET_EMG: Final = b"\x46"
WITH_NUMBER: Final = b"\x26\x01"
EMG_ON: Final = b"\x4f\x80\x00\x00\x00"
ALL_OFF: Final = b"\x4f\x00\x00\x00\x00"
GET_BATTERY: Final = b"\x08"
_NAMES: Final = ("gforce", "ohand", "ore-", "oyem-", "orehab")
_EMG: Final = 0x08
_TYPE: Final = 0x7F
_PARTIAL: Final = 0xFF


def recognise(advertised: Advertised) -> bool:
    """Whether it is called as they are."""
    return (advertised.name or "").lower().startswith(_NAMES)


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder.

    Parameters
    ----------
    settings : mapping
        ``resolution``: 8 or 12 bits. ``batch_bytes``: of samples in a packet.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    resolution = one_of(settings, "resolution", (8, 12), default=RESOLUTION)
    wide = CHANNELS * (1 if resolution == 8 else 2)
    batch = one_of(settings, "batch_bytes", range(wide, 256, wide), default=BATCH_BYTES)
    kind = "u1" if resolution == 8 else "<u2"
    parts = bytearray()

    def decode_gforce(raw: bytes) -> list[Decoded]:
        if not raw:
            parts.clear()
            return []
        if raw[0] == _PARTIAL:
            parts.extend(raw[2:])
            if len(raw) > 1 and raw[1] and len(parts) <= batch + 3:
                return []
            raw = bytes(parts)
        parts.clear()
        if not raw or raw[0] & _TYPE != _EMG:
            # Movement and gestures, which nobody asked for.
            return []
        numbered = len(raw) - 1 - batch
        if numbered not in (0, 1, 2):
            raise PacketError(f"a packet has {1 + batch} bytes and its number, not {len(raw)}", raw=raw)
        samples = np.frombuffer(raw, dtype=kind, offset=1 + numbered).reshape(-1, CHANNELS)
        return [Decoded(samples.T.astype(np.float64), raw[1] if numbered else None)]

    return decode_gforce


async def _ask(gatt: Gatt, value: bytes) -> bytes:
    """Ask, and return what the answer holds behind its code."""
    answer = await gatt.ask(
        COMMAND,
        value,
        answer_on=COMMAND,
        complete=lambda raw: len(raw) >= 2 and raw[1] == value[0],
    )
    if answer[0]:
        raise SourceUnavailable(f"it refuses {value.hex(' ')} (code {answer[0]}); update its firmware")
    return answer[2:]


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:
    await _ask(gatt, SET_EMG)
    told = await _ask(gatt, GET_EMG)
    if len(told) < 6 or told[2:4] != b"\xff\x00" or told[5] not in (8, 12):
        raise SourceUnavailable(f"it sends no {CHANNELS} channels of EMG ({told!r}); update its firmware")
    await _ask(gatt, WITH_NUMBER)
    rate_hz, batch, resolution = int.from_bytes(told[:2], "little"), told[4], told[5]
    return (
        Part(
            "",
            ("emg",) * CHANNELS,
            ("counts",) * CHANNELS,
            (None,) * CHANNELS,
            float(rate_hz),
            settings={
                "resolution": resolution,
                "batch_bytes": batch,
                "counter_modulus": NUMBER_MODULUS,
                "samples_per_count": batch // (CHANNELS * (1 if resolution == 8 else 2)),
            },
            scale_known=False,
        ),
    )


async def _begin(gatt: Gatt) -> None:
    await gatt.write(COMMAND, EMG_ON, response=False)


async def _end(gatt: Gatt) -> None:
    await gatt.write(COMMAND, ALL_OFF, response=False)


async def _battery(gatt: Gatt) -> float | None:
    told = await _ask(gatt, GET_BATTERY)
    return float(told[0]) if told else None


PROFILE: Final = DeviceProfile(
    code="gforce",
    title="OYMotion gForce",
    recognise=recognise,
    service=SERVICE,
    data=DATA,
    needs=(COMMAND, DATA),
    decoder="gforce",
    timing="counter",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    battery=_battery,
    least_notification=20,
    muscles=1,
    cautions=(
        "Its eight channels lie around one limb: one muscle a unit, and two units have two clocks.",
        "Samples are counts of its converter: amplitudes cannot be compared with those of other devices.",
        "It was not tried on a device yet.",
    ),
)
