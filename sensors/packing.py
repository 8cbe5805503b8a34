"""The packet of sources that bring no bytes of their own: simulated, replayed and LSL.

All numbers are little-endian.

========  ========  ==============================================================
offset    type      meaning
========  ========  ==============================================================
0         uint32    counter, modulo the stream's ``counter_modulus``
4         float64   device's time of the first sample in seconds; NaN if it has none
12        uint16    number of channels
14        uint16    number of samples of each channel
16        ...       samples, all channels of the first sample, then of the next
========  ========  ==============================================================

A sample is ``float32``, ``float64``, or ``int24``: a signed number of three bytes whose lowest value, -2**23,
stands for NaN. What type it is, and by what an ``int24`` is multiplied, is a setting of the stream.
"""

import math
import struct
from typing import Final, Literal, get_args

import numpy as np

from recordings.model import FloatArray
from sensors.errors import PacketError

SampleType = Literal["float32", "float64", "int24"]
SAMPLE_TYPES: Final[tuple[SampleType, ...]] = get_args(SampleType)
#: The greatest whole number that an ``int24`` sample can be.
INT24_MAX: Final = 2**23 - 1

_HEADER: Final = struct.Struct("<IdHH")
_BYTES: Final[dict[SampleType, int]] = {"float32": 4, "float64": 8, "int24": 3}
_LOST: Final = -(2**23)


def pack(
    samples: FloatArray,
    *,
    counter: int = 0,
    device_s: float | None = None,
    sample_type: SampleType = "float64",
    scale: float = 1.0,
) -> bytes:
    """Return the bytes of one packet.

    Parameters
    ----------
    samples : ndarray of float64, shape (n_channels, n_samples)
        NaN is kept. An ``int24`` is the nearest whole multiple of `scale`, held within its limits.
    counter : int
        0 to 2**32 - 1.
    device_s : float, optional
    sample_type : {"float32", "float64", "int24"}
    scale : float
        Unit of an ``int24``; the other types are stored as they are.

    Returns
    -------
    bytes

    Examples
    --------
    >>> unpack(pack(np.array([[1.0, 2.0]]), counter=7))
    (array([[1., 2.]]), 7, None)
    """
    header = pack_header(*samples.shape, counter=counter, device_s=device_s)
    return header + pack_samples(samples, sample_type=sample_type, scale=scale)


def pack_header(n_channels: int, n_samples: int, *, counter: int = 0, device_s: float | None = None) -> bytes:
    """Return the bytes that stand before the samples of a packet."""
    return _HEADER.pack(counter, math.nan if device_s is None else device_s, n_channels, n_samples)


def pack_samples(samples: FloatArray, *, sample_type: SampleType = "float64", scale: float = 1.0) -> bytes:
    """Return the bytes of samples; those of many packets may be packed at once and cut afterwards."""
    if sample_type == "int24":
        return _to_int24(samples.T, scale)
    return np.asarray(samples.T, dtype="<f4" if sample_type == "float32" else "<f8").tobytes()


def unpack(
    raw: bytes, *, sample_type: SampleType = "float64", scale: float = 1.0
) -> tuple[FloatArray, int, float | None]:
    """Return samples, counter and device time of one packet; the reverse of `pack`.

    Raises
    ------
    PacketError
        If the bytes are too few or too many for what they say they hold.
    """
    if len(raw) < _HEADER.size:
        raise PacketError(
            f"a packet of {len(raw)} bytes is too short; it begins with {_HEADER.size}", raw=raw
        )
    counter, device_s, n_channels, n_samples = _HEADER.unpack_from(raw)
    expected = _HEADER.size + n_channels * n_samples * _BYTES[sample_type]
    if len(raw) != expected:
        raise PacketError(
            f"a packet of {n_channels} channels of {n_samples} samples has {expected} bytes, not {len(raw)}",
            raw=raw,
        )
    if sample_type == "int24":
        samples = _from_int24(raw[_HEADER.size :], scale)
    else:
        kind = "<f4" if sample_type == "float32" else "<f8"
        samples = np.frombuffer(raw, dtype=kind, offset=_HEADER.size).astype(np.float64)
    rows = np.ascontiguousarray(samples.reshape(n_samples, n_channels).T)
    return rows, counter, device_s if math.isfinite(device_s) else None


def _to_int24(samples: FloatArray, scale: float) -> bytes:
    whole = np.rint(samples / scale).clip(-INT24_MAX, INT24_MAX)
    numbers = np.nan_to_num(whole, copy=False, nan=_LOST).astype("<i4")
    return numbers.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _from_int24(raw: bytes, scale: float) -> FloatArray:
    triples = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 3)
    # Placed in the upper three bytes, a shift to the right brings the sign along.
    words = np.zeros((triples.shape[0], 4), dtype=np.uint8)
    words[:, 1:] = triples
    numbers = words.view("<i4").ravel() >> 8
    return np.where(numbers == _LOST, np.nan, numbers * scale)
