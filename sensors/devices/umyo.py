"""uMyo of Ultimate Robotics: one muscle and a movement sensor in a unit, by its Bluetooth mode.

What a notification holds is told by its length. EMG packets begin with a counter of samples (32 bits) that
runs on through drop-outs. Packets of the movement sensor have no counter: they are put beside the last EMG
packet, on a grid of every 48th EMG sample, which is how often the device sends them at about 1150 Hz. A unit
so fast that it sends them less often has holes on that grid, and no error of time.

The rate is told as 1116, 1150 and 1238 Hz by its sources; it is measured for each unit. The gain before the
converter is not published, so samples are counts.
"""

import math
import struct
from collections.abc import Mapping
from typing import Final

import numpy as np

from recordings.model import FloatArray
from sensors.decoders import Decoder
from sensors.devices.profile import Advertised, DeviceProfile, Gatt, Part
from sensors.errors import PacketError
from sensors.model import Decoded, Setting

SERVICE: Final = "93375900-f229-8b49-b397-44b5899b8601"
TELEMETRY: Final = "fc7a850d-c1a5-f61f-0da7-9995621fbd01"
NOMINAL_HZ: Final = 1150.0
COUNTER_MODULUS: Final = 2**32
#: One packet of the movement sensor for so many EMG samples: two full packets, about 42 ms.
IMU_EVERY: Final = 48

G_M_S2: Final = 9.80665
ACC_M_S2: Final = 2 / 32768 * G_M_S2
GYRO_RAD_S: Final = math.radians(500 / 28572)

_EMG_BYTES: Final = frozenset({20, 36, 52})
_EMG_AND_TURN: Final = 60
_MOVEMENT: Final = 26
#: The second version puts a byte in front that says what follows.
_SECOND: Final[Mapping[int, frozenset[int]]] = {
    1: frozenset({_EMG_AND_TURN}),
    2: _EMG_BYTES,
    3: frozenset({_MOVEMENT}),
}


def recognise(advertised: Advertised) -> bool:
    """Whether name or service are those of a uMyo; the name may be changed, the service is its own."""
    return (advertised.name or "").lower().startswith("umyo") or SERVICE in advertised.services


def decoder(settings: Mapping[str, Setting]) -> Decoder:  # noqa: ARG001  (nothing is left to be told)
    """Make a decoder; its parts are the EMG, ``"imu"`` (m/s2, rad/s), ``"mag"`` (counts), and ``"turn"``.

    The last one is the device's own estimate of its attitude, a quaternion of length 1: w, x, y, z.
    """
    last: int | None = None

    def decode_umyo(raw: bytes) -> list[Decoded]:
        nonlocal last
        if not raw:
            last = None
            return []
        body = _body(raw)
        if len(body) == _MOVEMENT:
            return _movement(body, last)
        (counter,) = struct.unpack_from("<I", body)
        last = counter
        end = 52 if len(body) == _EMG_AND_TURN else len(body)
        samples = np.frombuffer(body[4:end], dtype="<i2").astype(np.float64)[None]
        parts = [Decoded(samples, counter)]
        if len(body) == _EMG_AND_TURN:
            parts.append(Decoded(_turn(body[52:]), counter // IMU_EVERY, part="turn"))
        return parts

    return decode_umyo


def _body(raw: bytes) -> bytes:
    size = len(raw)
    if size in _EMG_BYTES or size in (_EMG_AND_TURN, _MOVEMENT):
        return raw
    if size - 1 in _SECOND.get(raw[0], ()):
        return raw[1:]
    raise PacketError(f"{size} bytes are no packet of a uMyo; was the notification cut short?", raw=raw)


def _movement(body: bytes, last: int | None) -> list[Decoded]:
    if last is None:
        # Nothing says where it belongs.
        return []
    place = last // IMU_EVERY
    words = np.frombuffer(body, dtype="<i2").astype(np.float64)
    moved = np.concatenate([words[:3] * ACC_M_S2, words[3:6] * GYRO_RAD_S])[:, None]
    return [
        Decoded(moved, place, part="imu"),
        Decoded(words[6:9, None], place, part="mag"),
        Decoded(_turn(body[18:]), place, part="turn"),
    ]


def _turn(raw: bytes) -> FloatArray:
    turn = np.frombuffer(raw, dtype="<i2").astype(np.float64)
    length = float(np.linalg.norm(turn))
    return (turn / length if length else np.full(4, np.nan))[:, None]


async def _prepare(gatt: Gatt) -> tuple[Part, ...]:  # noqa: ARG001  (there is nothing to ask)
    return (
        Part(
            "",
            ("emg",),
            ("counts",),
            (None,),
            NOMINAL_HZ,
            settings={"counter_modulus": COUNTER_MODULUS},
            scale_known=False,
        ),
        Part(
            "imu",
            ("acc",) * 3 + ("gyro",) * 3,
            ("m/s2",) * 3 + ("rad/s",) * 3,
            ("x", "y", "z") * 2,
            NOMINAL_HZ / IMU_EVERY,
            settings={"counter_modulus": COUNTER_MODULUS // IMU_EVERY + 1},
        ),
    )


async def _no_command(gatt: Gatt) -> None:
    """Streaming goes with the notifications themselves."""


PROFILE: Final = DeviceProfile(
    code="umyo",
    title="uMyo",
    recognise=recognise,
    service=SERVICE,
    data=TELEMETRY,
    needs=(TELEMETRY,),
    decoder="umyo",
    timing="counter",
    prepare=_prepare,
    begin=_no_command,
    end=_no_command,
    least_notification=61,
    muscles=1,
    cautions=(
        "It must be in Bluetooth mode: press the button until the light is blue.",
        "Its firmware must be of March 2026 or later; older ones only advertise and cannot be recorded.",
        "Samples are counts of its converter: amplitudes cannot be compared with those of other devices.",
        "One muscle a unit: two units have two clocks.",
    ),
)
