"""From bytes to samples: one pure function for every kind of packet, by name.

A journal names the decoder of each stream, so that it can be read years later. A decoder whose reading of the
same bytes changes gets a new version; the old one stays.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from sensors.errors import PacketError, SensorError
from sensors.model import Decoded, Packet, Setting, Stream
from sensors.packing import SAMPLE_TYPES, SampleType, unpack

Decoder = Callable[[bytes, Mapping[str, Setting]], list[Decoded]]


def decode_packed(raw: bytes, settings: Mapping[str, Setting]) -> list[Decoded]:
    """Read a packet of `sensors.packing`.

    Parameters
    ----------
    raw : bytes
    settings : mapping
        ``sample_type`` (float64 if left out) and ``scale`` (1).

    Returns
    -------
    list of Decoded
        One.

    Raises
    ------
    PacketError
        If the bytes are not such a packet.
    """
    sample_type, scale = _packed_settings(settings)
    samples, counter, device_s = unpack(raw, sample_type=sample_type, scale=scale)
    return [Decoded(samples, counter if settings.get("counter_modulus") else None, device_s)]


#: Decoders by name and version.
DECODERS: Final[Mapping[tuple[str, int], Decoder]] = {("packed", 1): decode_packed}


def decoder_of(stream: Stream) -> Decoder:
    """Return the decoder that a stream names.

    Raises
    ------
    SensorError
        If there is none of this name and version.
    """
    decoder = DECODERS.get((stream.decoder, stream.decoder_version))
    if decoder is None:
        known = ", ".join(f"{name} {version}" for name, version in DECODERS)
        raise SensorError(
            f"the decoder {stream.decoder!r}, version {stream.decoder_version}, is not known here, there is "
            f"{known}; install the version of this program, or the plug-in, that made the recording",
            source=stream.name,
        )
    return decoder


def decode(packet: Packet, stream: Stream) -> list[Decoded]:
    """Read one packet of a stream.

    Raises
    ------
    PacketError
        If its bytes are not a packet of this stream, or hold another number of channels.
    """
    decoded = decoder_of(stream)(packet.raw, stream.settings)
    for part in decoded:
        if part.samples.shape[0] != len(stream.channels):
            raise PacketError(
                f"a packet holds {part.samples.shape[0]} channels instead of {len(stream.channels)}",
                raw=packet.raw,
                source=stream.name,
            )
    return decoded


def _packed_settings(settings: Mapping[str, Setting]) -> tuple[SampleType, float]:
    sample_type, scale = settings.get("sample_type", "float64"), settings.get("scale", 1.0)
    if sample_type not in SAMPLE_TYPES:
        raise PacketError(f"samples of type {sample_type!r} cannot be read; use {', '.join(SAMPLE_TYPES)}")
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not math.isfinite(scale):
        raise PacketError(f"the scale {scale!r} is no number; write one in the settings of the stream")
    return sample_type, float(scale)
