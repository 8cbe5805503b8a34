"""Movesense: a movement sensor; it takes no EMG that this program would trust.

It needs the maker's firmware for sensor data over GATT. What was subscribed to comes in packets with the
device's time in milliseconds, then all acceleration, then all angular rates. A packet that is longer than a
notification comes in two parts.
"""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.decoders import Decoder
from sensors.devices.profile import BATTERY, Advertised, DeviceProfile, Gatt, Part
from sensors.devices.setting import one_of, word_of
from sensors.errors import PacketError, SourceUnavailable
from sensors.model import Decoded, Setting

SERVICE: Final = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE: Final = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY: Final = "34800002-7185-4d5d-b431-630e7050e8f0"
RATE_HZ: Final = 104
PATH: Final = b"/Meas/IMU6/%d\0" % RATE_HZ
#: Ours, to know the answers by.
REFERENCE: Final = 1
SUBSCRIBE, UNSUBSCRIBE = 1, 2
ANSWER, DATA, SECOND_PART = 1, 2, 3
OK: Final = 200
#: 52 samples a second come in packets of 4, as the maker's tests show; so 13 packets a second.
PACKETS_HZ: Final = 13
_RATES: Final = (13, 26, 52, 104, 208, 416, 833, 1666)

_DEGREE: Final = math.pi / 180
#: What each vector of a packet is multiplied by, for m/s2, rad/s and uT.
_LAYOUTS: Final[Mapping[str, tuple[float, ...]]] = {
    "acc": (1.0,),
    "gyro": (_DEGREE,),
    "magn": (1.0,),
    "imu6": (1.0, _DEGREE),
    "imu9": (1.0, _DEGREE, 1.0),
}
_ECG_MV: Final = 0.001


def recognise(advertised: Advertised) -> bool:
    """Whether name or service are those of a Movesense; the service is its own."""
    return (advertised.name or "").startswith("Movesense") or SERVICE in advertised.services


def read_payload(payload: bytes, layout: str) -> tuple[float, FloatArray]:
    """Return device time in seconds and samples of one whole packet.

    Parameters
    ----------
    payload : bytes
        Without type and reference.
    layout : {"acc", "gyro", "magn", "imu6", "imu9", "ecg"}

    Returns
    -------
    device_s : float
    samples : ndarray, shape (n_rows, n_samples)
        In m/s2, rad/s, uT; ECG in mV.

    Raises
    ------
    PacketError
        If so many bytes are no packet of this layout.
    """
    size = _sample_bytes(layout)
    if len(payload) < 4 + size or (len(payload) - 4) % size:
        raise PacketError(f"{len(payload)} bytes are no packet of {layout}", raw=payload)
    device_s = int.from_bytes(payload[:4], "little") / 1000
    if layout == "ecg":
        return device_s, np.frombuffer(payload, dtype="<i2", offset=4).astype(np.float64)[None] * _ECG_MV
    scales = _LAYOUTS[layout]
    with np.errstate(invalid="ignore"):
        # Some of the bit patterns that are no number make a processor complain.
        values = np.frombuffer(payload, dtype="<f4", offset=4).astype(np.float64)
    values = np.where(np.isfinite(values), values, np.nan)
    vectors = values.reshape(len(scales), -1, 3).transpose(0, 2, 1) * np.array(scales)[:, None, None]
    return device_s, vectors.reshape(3 * len(scales), -1)


def decoder(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder.

    Parameters
    ----------
    settings : mapping
        ``layout``: as in `read_payload`; ``rate_hz``: what was subscribed to.

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    layout = word_of(settings, "layout", (*_LAYOUTS, "ecg"), default="imu6")
    rate_hz = one_of(settings, "rate_hz", _RATES, default=RATE_HZ)
    usual = 16 if layout == "ecg" else rate_hz // PACKETS_HZ
    return _Joining(layout, 4 + usual * _sample_bytes(layout)).decode


def _sample_bytes(layout: str) -> int:
    return 2 if layout == "ecg" else 12 * len(_LAYOUTS[layout])


class _Joining:
    """Joins packets that come in two parts; one of the usual length, and any seen before, is whole."""

    def __init__(self, layout: str, usual: int) -> None:
        self._layout = layout
        self._whole = {usual}
        self._first = b""

    def decode(self, raw: bytes) -> list[Decoded]:
        """Return the samples that are whole with this notification."""
        if not raw:
            self._first = b""
            return []
        kind, body = raw[0], raw[2:]
        if kind == ANSWER:
            return []
        if kind == SECOND_PART:
            first, self._first = self._first, b""
            if not first:
                raise PacketError("the second part of a packet came without the first", raw=raw)
            return [self._read(first + body)]
        if kind != DATA:
            raise PacketError(f"a packet of type {kind} is not known", raw=raw)
        before = self._alone()
        if len(body) in self._whole:
            return [*before, self._read(body)]
        self._first = body
        return before

    def _alone(self) -> list[Decoded]:
        """Return what was kept for a second part, if it is a packet by itself; else it is lost."""
        first, self._first = self._first, b""
        try:
            decoded = [self._read(first)] if first else []
        except PacketError:
            # Its second part is lost: the device's time of the next packet shows the gap.
            return []
        if decoded:
            self._whole.add(len(first))
        return decoded

    def _read(self, payload: bytes) -> Decoded:
        device_s, samples = read_payload(payload, self._layout)
        return Decoded(samples, device_s=device_s)


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:  # noqa: ARG001  (what it can do is told by `_begin`)
    return (
        Part(
            "",
            ("acc",) * 3 + ("gyro",) * 3,
            ("m/s2",) * 3 + ("rad/s",) * 3,
            ("x", "y", "z") * 2,
            float(RATE_HZ),
            settings={"layout": "imu6", "rate_hz": RATE_HZ},
        ),
    )


async def _begin(gatt: Gatt) -> None:
    answer = await gatt.ask(
        WRITE,
        bytes([SUBSCRIBE, REFERENCE]) + PATH,
        answer_on=NOTIFY,
        complete=lambda raw: len(raw) >= 4 and raw[0] == ANSWER,
    )
    status = int.from_bytes(answer[2:4], "little")
    if status != OK:
        raise SourceUnavailable(
            f"it refuses {RATE_HZ} samples of movement a second (status {status}); put the firmware for "
            "sensor data over GATT on it"
        )


async def _end(gatt: Gatt) -> None:
    await gatt.write(WRITE, bytes([UNSUBSCRIBE, REFERENCE]))


async def _battery(gatt: Gatt) -> float | None:
    value = await gatt.read(BATTERY) if gatt.has(BATTERY) else b""
    return float(value[0]) if value else None


PROFILE: Final = DeviceProfile(
    code="movesense",
    title="Movesense",
    recognise=recognise,
    service=SERVICE,
    data=NOTIFY,
    needs=(WRITE, NOTIFY),
    decoder="movesense",
    timing="time",
    prepare=_prepare,
    begin=_begin,
    end=_end,
    battery=_battery,
    least_notification=102,
    muscles=0,
    cautions=(
        "It measures movement only: it tells when the leg moves, not when a muscle begins.",
        "It needs the maker's firmware for sensor data over GATT.",
    ),
)
