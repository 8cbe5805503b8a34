"""Streams as a journal keeps them: JSON in, JSON out, so that bytes can be read years later."""

from dataclasses import asdict
from typing import Any

import msgspec

from recordings.journal import JournalStream
from recordings.model import Channel
from sensors.errors import SensorError
from sensors.model import Stream


class _Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of a stream that the journal does not hold by itself."""

    channels: list[dict[str, str | float | None]]
    nominal_rate_hz: float
    device: str
    settings: dict[str, Any]
    scale_known: bool


def to_journal(stream: Stream) -> JournalStream:
    """Describe a stream for a journal.

    Examples
    --------
    >>> from recordings.model import Channel
    >>> stream = Stream("glute", (Channel("GM_L", unit="uV"),), 2000.0, "sim", "packed")
    >>> from_journal(to_journal(stream)) == stream
    True
    """
    return JournalStream(
        stream.name,
        stream.decoder,
        stream.decoder_version,
        {
            "channels": [asdict(channel) for channel in stream.channels],
            "nominal_rate_hz": stream.nominal_rate_hz,
            "device": stream.device,
            "settings": dict(stream.settings),
            "scale_known": stream.scale_known,
        },
    )


def from_journal(stream: JournalStream) -> Stream:
    """Read the description of a stream.

    Raises
    ------
    SensorError
        If it is not one that this program, or a plug-in of it, has written.
    """
    try:
        told = msgspec.convert(stream.description, _Description)
        channels = tuple(msgspec.convert(channel, Channel) for channel in told.channels)
    except msgspec.ValidationError as error:
        raise SensorError(
            f"the journal's description of it is not understood ({error})", source=stream.name
        ) from error
    return Stream(
        name=stream.name,
        channels=channels,
        nominal_rate_hz=told.nominal_rate_hz,
        device=told.device,
        decoder=stream.decoder,
        decoder_version=stream.decoder_version,
        settings=told.settings,
        scale_known=told.scale_known,
    )
