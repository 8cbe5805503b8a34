"""From bytes to samples: a decoder for every kind of packet, by name.

A journal names the decoder of each stream, so that it can be read years later. A decoder whose reading of the
same bytes changes gets a new version; the old one stays.
"""

import math
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Final, cast

import numpy as np

from sensors.errors import PacketError, SensorError
from sensors.model import Decoded, Packet, Setting, Stream
from sensors.packing import SAMPLE_TYPES, SampleType, unpack

#: Bytes of one notification in, samples out; may keep the beginning of a packet that the next bytes complete.
#: Raises nothing but `PacketError`. Empty bytes say that the connection was made anew.
Decoder = Callable[[bytes], list[Decoded]]
#: Makes a decoder from the settings of a stream.
DecoderMaker = Callable[[Mapping[str, Setting]], Decoder]


def packed(settings: Mapping[str, Setting]) -> Decoder:
    """Make a decoder for packets of `sensors.packing`.

    Parameters
    ----------
    settings : mapping
        ``sample_type`` (float64 if left out) and ``scale`` (1).

    Returns
    -------
    Decoder

    Raises
    ------
    PacketError
        If the settings make no sense.
    """
    sample_type, scale = _packed_settings(settings)
    counts = bool(settings.get("counter_modulus"))

    def decode_packed(raw: bytes) -> list[Decoded]:
        if not raw:
            return []
        samples, counter, device_s = unpack(raw, sample_type=sample_type, scale=scale)
        return [Decoded(samples, counter if counts else None, device_s)]

    return decode_packed


#: Where the maker of each decoder is, by name and version; imported when it is needed.
DECODERS: Final[Mapping[tuple[str, int], str]] = {
    ("packed", 1): "sensors.decoders:packed",
    ("npg_lite", 1): "sensors.devices.npg_lite:decoder",
    ("umyo", 1): "sensors.devices.umyo:decoder",
    ("bitalino", 1): "sensors.devices.bitalino:decoder",
    ("ganglion", 1): "sensors.devices.ganglion:decoder",
    ("movesense", 1): "sensors.devices.movesense:decoder",
    ("shimmer", 1): "sensors.devices.shimmer:decoder",
    ("gforce", 1): "sensors.devices.gforce:decoder",
    ("polar", 1): "sensors.devices.polar:decoder",
}


def decoder_of(stream: Stream) -> Decoder:
    """Return a decoder, without anything kept, as a stream names it.

    Raises
    ------
    SensorError
        If there is none of this name and version.
    """
    place = DECODERS.get((stream.decoder, stream.decoder_version))
    if place is None:
        known = ", ".join(f"{name} {version}" for name, version in DECODERS)
        raise SensorError(
            f"the decoder {stream.decoder!r}, version {stream.decoder_version}, is not known here, there is "
            f"{known}; install the version of this program, or the plug-in, that made the recording",
            source=stream.name,
        )
    module, name = place.split(":")
    maker = cast(DecoderMaker, getattr(import_module(module), name))
    return maker(stream.settings)


def stream_of(part: Decoded, name: str) -> str:
    """Return the name of the stream to which a part of a packet of the stream `name` belongs."""
    return f"{name}-{part.part}" if part.part else name


def rows_of(part: Decoded, stream: Stream) -> Decoded:
    """Return what a stream keeps of a part: the rows that its settings name.

    Raises
    ------
    PacketError
        If the part has no such rows, or another number of them than the stream has channels.
    """
    rows, samples = stream.settings.get("rows"), part.samples
    if isinstance(rows, list):
        if not all(isinstance(row, int) and 0 <= row < samples.shape[0] for row in rows):
            raise PacketError(
                f"a packet holds {samples.shape[0]} channels, not those of the rows {rows}",
                source=stream.name,
            )
        samples = samples[np.array(rows, dtype=np.intp)]
    if samples.shape[0] != len(stream.channels):
        raise PacketError(
            f"a packet holds {samples.shape[0]} channels instead of {len(stream.channels)}",
            source=stream.name,
        )
    return Decoded(samples, part.counter, part.device_s, part.part)


def decode(packet: Packet, stream: Stream) -> list[Decoded]:
    """Read one packet by itself, without those that came before it.

    Raises
    ------
    PacketError
        If its bytes are not a packet of this stream, or hold another number of channels.
    """
    return [rows_of(part, stream) for part in decoder_of(stream)(packet.raw) if not part.part]


def _packed_settings(settings: Mapping[str, Setting]) -> tuple[SampleType, float]:
    sample_type, scale = settings.get("sample_type", "float64"), settings.get("scale", 1.0)
    if sample_type not in SAMPLE_TYPES:
        raise PacketError(f"samples of type {sample_type!r} cannot be read; use {', '.join(SAMPLE_TYPES)}")
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not math.isfinite(scale):
        raise PacketError(f"the scale {scale!r} is no number; write one in the settings of the stream")
    return sample_type, float(scale)
