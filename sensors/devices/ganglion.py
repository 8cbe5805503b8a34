"""OpenBCI Ganglion: four channels on one clock, 200 Hz, with firmware 2 or 3.

A packet of 20 bytes holds its number and two samples of every channel, as numbers of 19 bits (18 with the
accelerometer on) whose lowest bit repeats the sign. Firmware 3 sends the samples themselves, without their
lowest bits. Firmware 2 sends how much each sample fell from the one before, and once in a cycle a whole
sample; after a loss nothing can be told until the next of these.

Where a sample belongs is counted in conversions, 201 in a cycle with either firmware: with firmware 2 the
whole sample and 100 packets. With firmware 3 the last conversion is never sent, so that one sample in 201 is
always missing. This is inferred from the firmware's source and was not tried on a device; two recordings of
199.0 samples a second agree with it. In both of them the first cycle was numbered irregularly (its last one
was left out), so it is passed over (setting ``first_cycle``).
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from sensors.decoders import Decoder
from sensors.devices.profile import SOFTWARE_REVISION, Advertised, DeviceProfile, Gatt, Part, short_uuid
from sensors.devices.setting import one_of, word_of
from sensors.errors import PacketError
from sensors.model import Decoded, Setting

#: Of the maker of its radio, whose other products have it too.
SERVICE: Final = short_uuid(0xFE84)
RECEIVE: Final = "2d30c082-f39f-4ce6-923f-3484ea480596"
SEND: Final = "2d30c083-f39f-4ce6-923f-3484ea480596"
CHANNELS: Final = 4
RATE_HZ: Final = 200.0
CYCLE: Final = 201
PACKETS: Final = 100
#: Reference 1.2 V, 24 bits, gains of 1.5 and 51.
UV_PER_COUNT: Final = 1.2e6 / (8388607 * 1.5 * 51)
START: Final = b"b"
STOP: Final = b"s"
ACCELEROMETER_OFF: Final = b"N"
ACCELEROMETER_ON: Final = b"n"

_PACKET_BYTES: Final = 20
#: Packets from here on are text: impedances and answers.
_TEXT: Final = range(201, 208)


def recognise(advertised: Advertised) -> bool:
    """Whether it is called a Ganglion, or has the name and the service of its radio."""
    name = advertised.name or ""
    return name.startswith("Ganglion") or (name == "Simblee" and SERVICE in advertised.services)


def read_fields(raw: bytes, bits: int) -> list[int]:
    """Return the eight numbers of a packet, as they are sent, without a sign.

    Examples
    --------
    >>> read_fields(bytes.fromhex("6A0097C02A3001380159601764038300783002B2"), 19)
    [1214, 2700, 624, 5526, 2994, 3596, 3846, 690]
    """
    whole = int.from_bytes(raw[1 : 1 + bits], "big")
    mask = (1 << bits) - 1
    return [(whole >> bits * place) & mask for place in range(7, -1, -1)]


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder.

    Parameters
    ----------
    settings : mapping
        ``firmware``: 2 or 3. ``first_cycle``: ``"kept"``, or ``"passed over"`` for a firmware 3 that
        numbers it irregularly.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    passed_over = word_of(settings, "first_cycle", ("kept", "passed over"), default="kept") == "passed over"
    if one_of(settings, "firmware", (2, 3), default=3) == 2:
        return _Falls().decode
    return _Values(passed_over=passed_over).decode


class _Values:
    """Reads packets of firmware 3, each by itself."""

    def __init__(self, *, passed_over: bool) -> None:
        self._passed_over = passed_over
        self._waiting = passed_over
        self._last = -1

    def decode(self, raw: bytes) -> list[Decoded]:
        """Return the samples of a packet."""
        if not raw:
            self._waiting, self._last = self._passed_over, -1
            return []
        if _is_text(raw):
            return []
        if raw[0] >= 2 * PACKETS:
            raise PacketError(f"firmware 3 sends no packet {raw[0]}", raw=raw)
        number, bits = raw[0] % PACKETS, 18 if raw[0] < PACKETS else 19
        if self._waiting and number > self._last:
            self._last = number
            return []
        self._waiting = False
        lost = 24 - bits
        values = [_signed(field & ~1, bits) << lost for field in read_fields(raw, bits)]
        return [Decoded(np.array(values, dtype=np.float64).reshape(2, CHANNELS).T * UV_PER_COUNT, 2 * number)]


class _Falls:
    """Reads packets of firmware 2, each from the one before."""

    def __init__(self) -> None:
        self._last: list[int] | None = None
        self._number = 0

    def decode(self, raw: bytes) -> list[Decoded]:
        """Return the samples of a packet; none while it is not known from where they fall."""
        if not raw:
            self._last = None
            return []
        if _is_text(raw):
            return []
        if raw[0] > 2 * PACKETS:
            raise PacketError(f"firmware 2 sends no packet {raw[0]}", raw=raw)
        if raw[0] == 0:
            whole = np.array([int.from_bytes(raw[at : at + 3], "big", signed=True) for at in (1, 4, 7, 10)])
            self._last, self._number = whole.tolist(), 0
            return [Decoded(whole[:, None] * UV_PER_COUNT, 0)]
        number, bits = (raw[0] - 1) % PACKETS + 1, 18 if raw[0] <= PACKETS else 19
        if self._last is None or number != self._number + 1:
            # One got lost, or this one came twice: only the next whole sample can tell where we are.
            self._last = None
            return []
        # The lowest bit is the sign, so that numbers are cut towards zero and their errors do not add up.
        falls = [field - (1 << bits) if field & 1 else field for field in read_fields(raw, bits)]
        first = [last - fall for last, fall in zip(self._last, falls[:CHANNELS], strict=True)]
        second = [last - fall for last, fall in zip(first, falls[CHANNELS:], strict=True)]
        self._last, self._number = second, number
        return [Decoded(np.array([first, second], dtype=np.float64).T * UV_PER_COUNT, 2 * number - 1)]


def _is_text(raw: bytes) -> bool:
    if raw[0] in _TEXT:
        return True
    if len(raw) != _PACKET_BYTES:
        raise PacketError(f"a packet has {_PACKET_BYTES} bytes, not {len(raw)}", raw=raw)
    return False


def _signed(field: int, bits: int) -> int:
    return field - (1 << bits) if field >> (bits - 1) else field


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:
    revision = await gatt.read(SOFTWARE_REVISION) if gatt.has(SOFTWARE_REVISION) else b""
    firmware = 3 if revision.startswith(b"3") else 2
    return (
        Part(
            "",
            ("emg",) * CHANNELS,
            ("uV",) * CHANNELS,
            (None,) * CHANNELS,
            RATE_HZ,
            settings={
                "firmware": firmware,
                "first_cycle": "passed over" if firmware == 3 else "kept",
                "counter_modulus": CYCLE,
            },
        ),
    )


async def _begin(gatt: Gatt) -> None:
    # With the accelerometer on, samples would have 18 bits.
    await gatt.write(SEND, ACCELEROMETER_OFF, response=False)
    await gatt.write(SEND, START, response=False)


async def _end(gatt: Gatt) -> None:
    await gatt.write(SEND, STOP, response=False)


PROFILE: Final = DeviceProfile(
    code="ganglion",
    title="OpenBCI Ganglion",
    recognise=recognise,
    service=SERVICE,
    data=RECEIVE,
    needs=(RECEIVE, SEND),
    decoder="ganglion",
    timing="counter",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    least_notification=_PACKET_BYTES,
    muscles=CHANNELS,
    cautions=(
        "It samples at 200 Hz, so that EMG above 100 Hz is missing: onsets are less certain.",
        "With firmware 3 it leaves out one sample in 201, which shows as a gap of 5 ms about once a second.",
        "With firmware 2 a lost packet costs up to a second of samples.",
        "The first second of a recording is left out.",
    ),
)
