"""What stands in a journal, and how each row of it proves itself.

A journal is one SQLite file. Every row carries a CRC-32, because SQLite checks only its own pages' shape:
zeros in the middle of a page would otherwise be read as samples. Packets count from 0 in each stream, so that
a missing row shows.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal
from zlib import crc32

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
State = Literal["recording", "finished", "saved"]
HeadRow = tuple[int | str, ...]

FORMAT: Final = "firing-analyzer/journal"
VERSION: Final = 1
#: Says that packets had to be dropped because the disk took none and the memory set aside was used up.
EVENT_DROPPED: Final = "journal_dropped"
#: Says that the file had vanished while it was written, and was written anew.
EVENT_RESTORED: Final = "journal_restored"

#: The largest that SQLite knows. The root of a table then leads straight to its rows up to about 400 MB; with
#: small pages a tear would take inner pages that lead to rows long before it.
PAGE_BYTES: Final = 65536

SCHEMA: Final = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, crc INTEGER NOT NULL) WITHOUT ROWID",
    (
        "CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL, decoder TEXT NOT NULL,"
        " decoder_version INTEGER NOT NULL, description TEXT NOT NULL, crc INTEGER NOT NULL)"
    ),
    # `id` is the order of arrival: rows are only ever added at the end, whatever the stream.
    (
        "CREATE TABLE packets (id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, seq INTEGER NOT NULL,"
        " arrival_s REAL NOT NULL, raw BLOB NOT NULL, crc INTEGER NOT NULL)"
    ),
    (
        "CREATE TABLE events (id INTEGER PRIMARY KEY, at_s REAL NOT NULL, label TEXT NOT NULL,"
        " detail TEXT NOT NULL, crc INTEGER NOT NULL)"
    ),
)

_HEAD = struct.Struct("<qqqd")


@dataclass(frozen=True, slots=True)
class JournalStream:
    """One series of packets, and what is needed to read its bytes years later.

    Attributes
    ----------
    name : str
        Unique within the journal.
    decoder, decoder_version : str, int
        Which decoder reads the bytes.
    description : mapping of JSON values
        Everything else that is known of the stream: channels, rate, device settings, scale.
    """

    name: str
    decoder: str
    decoder_version: int = 1
    description: Mapping[str, Json] = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class JournalPacket:
    """Bytes as they came.

    Attributes
    ----------
    stream : str
    seq : int
        Counts the packets of its stream from 0, without a gap.
    arrival_s : float
        In seconds on the session's clock.
    raw : bytes
    """

    stream: str
    seq: int
    arrival_s: float
    raw: bytes


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """Something that happened, or was asked for, at a time in seconds on the session's clock."""

    at_s: float
    label: str
    detail: dict[str, Json] = field(default_factory=dict[str, Json])


def packet_crc(row: int, stream: int, seq: int, arrival_s: float, raw: bytes) -> int:
    """Return the checksum of one packet's row.

    Examples
    --------
    >>> packet_crc(1, 0, 0, 0.5, b"ab") == packet_crc(1, 0, 0, 0.5, b"a" + bytes(1))
    False
    """
    return crc32(raw, crc32(_HEAD.pack(row, stream, seq, arrival_s)))


def row_crc(*values: Json) -> int:
    """Return the checksum of a row of texts and numbers."""
    return crc32(json.dumps(values).encode())


def to_json(value: Mapping[str, Json]) -> str:
    """Write a mapping as JSON that every reader understands.

    Raises
    ------
    ValueError, TypeError
        If it holds NaN, infinity, or something that JSON has no word for.
    """
    return json.dumps(value, allow_nan=False)


def head_rows(
    about: Mapping[str, Json], streams: Sequence[JournalStream]
) -> tuple[list[HeadRow], list[HeadRow]]:
    """Return the rows of the tables `meta` and `streams` of a new journal.

    Raises
    ------
    ValueError, TypeError
        If a description is not JSON.
    """
    meta = {"format": FORMAT, "version": str(VERSION), "about": to_json(about)}
    meta |= {"state": "recording", "detail": to_json({})}
    known = [
        (number, stream.name, stream.decoder, stream.decoder_version, to_json(stream.description))
        for number, stream in enumerate(streams)
    ]
    for stream in streams:
        (stream.name + stream.decoder).encode()
    return (
        [(key, value, row_crc(key, value)) for key, value in meta.items()],
        [(*row, row_crc(*row)) for row in known],
    )
