"""NPG Lite of Upside Down Labs: three or six channels of 12 bits on one clock, 500 Hz.

A notification holds some samples, each one with its own counter of 8 bits and then a number of 16 bits,
big-endian, for every channel. There is no time in it. What a count is worth in microvolt is not published for
the whole chain, so samples are counts; onsets do not need more.

The channels are converted one after the other. How much later than the first each one was taken is told in
the setting ``skew_ms`` (from the order of conversions in the firmware's source; not measured).
"""

import itertools
from collections.abc import Mapping
from typing import Final

import numpy as np

from sensors.decoders import Decoder
from sensors.devices.profile import Advertised, DeviceProfile, Gatt, Part, short_uuid
from sensors.devices.setting import one_of
from sensors.errors import PacketError, SourceUnavailable
from sensors.model import Decoded, Setting

#: That of an example which comes with the ESP32's libraries: thousands of other devices have it too.
SERVICE: Final = "4fafc201-1fb5-459e-8fcc-c5c9c331914b"
DATA: Final = "beb5483e-36e1-4688-b7f5-ea07361b26a8"
CONTROL: Final = short_uuid(0xFF01)
BATTERY: Final = "f633d0ec-46b4-43c1-a39f-1ca06d0602e1"
COUNTER_MODULUS: Final = 256
#: Name of the firmware made with the maker's other kit, slower than the usual one.
_SLOW_NAME: Final = "NPG-LITE"
_SLOW_HZ, _USUAL_HZ = 250.0, 500.0
_SLOW_SAMPLES, _USUAL_SAMPLES = 25, 10
#: Conversions follow each other in so many milliseconds, by number of channels.
_STEP_MS: Final[Mapping[int, float]] = {3: 1000 / 2000, 6: 1000 / 3500}


def recognise(advertised: Advertised) -> bool:
    """Whether it is called as they are; the service tells nothing, see `SERVICE`."""
    return (advertised.name or "").upper().startswith("NPG-")


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder.

    Parameters
    ----------
    settings : mapping
        ``channels``: 3 or 6.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    channels = one_of(settings, "channels", (3, 6), default=3)
    size = 1 + 2 * channels

    def decode_npg_lite(raw: bytes) -> list[Decoded]:
        if len(raw) % size:
            raise PacketError(
                f"{len(raw)} bytes are no whole number of samples of {size}; was the notification cut short?",
                raw=raw,
            )
        if not raw:
            return []
        table = np.frombuffer(raw, dtype=np.uint8).reshape(-1, size)
        counters = table[:, 0]
        samples = np.ascontiguousarray(table[:, 1:]).view(">u2").T.astype(np.float64)
        begins = np.flatnonzero(np.diff(counters) != 1) + 1
        if not begins.size:
            return [Decoded(samples, int(counters[0]))]
        bounds = [0, *begins.tolist(), counters.size]
        return [
            Decoded(samples[:, begin:end], int(counters[begin])) for begin, end in itertools.pairwise(bounds)
        ]

    return decode_npg_lite


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:
    name = (gatt.advertised.name or "").upper()
    slow = name == _SLOW_NAME
    if not slow:
        answer = await gatt.ask(CONTROL, b"WHORU", answer_on=CONTROL, complete=bool)
        if not answer.upper().startswith(b"NPG"):
            raise SourceUnavailable(
                f"it does not answer as an NPG Lite does, but {answer[:20]!r}; choose another device"
            )
    channels = 6 if "6CH" in name else 3
    settings: dict[str, Setting] = {"channels": channels, "counter_modulus": COUNTER_MODULUS}
    if not slow:
        settings["skew_ms"] = [round(step * _STEP_MS[channels], 4) for step in range(channels)]
    samples = _SLOW_SAMPLES if slow else _USUAL_SAMPLES
    return (
        Part(
            "",
            ("emg",) * channels,
            ("counts",) * channels,
            (None,) * channels,
            _SLOW_HZ if slow else _USUAL_HZ,
            settings=settings,
            scale_known=False,
            longest_notification=samples * (1 + 2 * channels),
        ),
    )


async def _begin(gatt: Gatt) -> None:
    await gatt.write(CONTROL, b"START")


async def _end(gatt: Gatt) -> None:
    await gatt.write(CONTROL, b"STOP")


async def _battery(gatt: Gatt) -> float | None:
    if not gatt.has(BATTERY):
        return None
    value = await gatt.read(BATTERY)
    return float(value[0]) if value else None


PROFILE: Final = DeviceProfile(
    code="npg_lite",
    title="NPG Lite",
    recognise=recognise,
    service=SERVICE,
    data=DATA,
    needs=(DATA, CONTROL),
    decoder="npg_lite",
    timing="counter",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    battery=_battery,
    least_notification=_USUAL_SAMPLES * 7,
    muscles=3,
    cautions=(
        "Samples are counts of its converter: amplitudes cannot be compared with those of other devices.",
        "Its channels are taken one after the other, the last up to 1.5 ms after the first.",
        "With the firmware named NPG-LITE it delivers 250 Hz, so that onsets are less certain.",
        "It switches itself off when its battery is nearly empty.",
    ),
)
