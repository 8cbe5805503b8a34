"""The journal: every packet and event of a session, on disk within 250 ms, readable after a crash.

It keeps bytes and the times at which they came, and decodes nothing; what the bytes mean is told by each
stream's decoder and description. `JournalWriter` writes one, `JournalReader` reads one, torn or whole.
"""

from recordings.journal.format import (
    EVENT_DROPPED,
    EVENT_RESTORED,
    JournalEvent,
    JournalPacket,
    JournalStream,
    Json,
    State,
)
from recordings.journal.reader import JournalReader
from recordings.journal.writer import JournalWriter

__all__ = [
    "EVENT_DROPPED",
    "EVENT_RESTORED",
    "JournalEvent",
    "JournalPacket",
    "JournalReader",
    "JournalStream",
    "JournalWriter",
    "Json",
    "State",
]
