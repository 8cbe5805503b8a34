"""Rows of a journal that wait for the disk: numbered, within a bounded memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from recordings.journal.format import EVENT_DROPPED, packet_crc, row_crc, to_json

PacketRow = tuple[int, int, int, float, bytes, int]
EventRow = tuple[int, float, str, str, int]

#: What a row costs in memory beside its bytes.
ROW_BYTES: Final = 300


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one commit, in order."""

    packets: Sequence[PacketRow]
    events: Sequence[EventRow]


class PendingRows:
    """What was put and is not on disk; not safe across threads by itself.

    Packets beyond the memory set aside are dropped and counted, the newest first, so that what is kept has no
    hole; an event tells of them once there is room again. Events are few and are never dropped.

    Parameters
    ----------
    streams : sequence of str
        Names, in the order of their numbers.
    limit_bytes : int
        Memory for waiting packets.
    """

    def __init__(self, streams: Sequence[str], *, limit_bytes: int) -> None:
        self.streams = tuple(streams)
        self.size_bytes = 0
        self.put_rows = 0
        self.committed = dict.fromkeys(streams, 0)
        self.dropped = dict.fromkeys(streams, 0)
        self._told = dict(self.dropped)
        self._dropping_since_s = 0.0
        self._latest_s = 0.0
        self._limit_bytes = limit_bytes
        self._packets: list[PacketRow] = []
        self._events: list[EventRow] = []
        self._seq = [0] * len(self.streams)
        self._packet_rows = self._event_rows = 0

    def __len__(self) -> int:
        return len(self._packets) + len(self._events)

    @property
    def done_rows(self) -> int:
        """Rows that are on disk."""
        return self.put_rows - len(self)

    @property
    def untold(self) -> dict[str, int]:
        """Packets of each stream that were dropped and that no event tells of yet."""
        return {name: n - self._told[name] for name, n in self.dropped.items() if n > self._told[name]}

    def account(self) -> str:
        """Say what is on disk, what waits and what was lost."""
        told = f"{sum(self.committed.values())} packets are on disk and {len(self)} rows wait in memory"
        if lost := sum(self.untold.values()):
            told += f"; memory is used up and {lost} packets are lost"
        return told

    def put_packet(self, stream: int, arrival_s: float, raw: bytes) -> bool:
        """Add a packet, or drop it where there is no room; tell whether it was added."""
        size = len(raw) + ROW_BYTES
        if self.size_bytes + size > self._limit_bytes:
            if not self.untold:
                self._dropping_since_s = arrival_s
            self.dropped[self.streams[stream]] += 1
            return False
        self._packet_rows += 1
        row, seq = self._packet_rows, self._seq[stream]
        self._packets.append((row, stream, seq, arrival_s, raw, packet_crc(row, stream, seq, arrival_s, raw)))
        self._seq[stream] += 1
        self._latest_s = arrival_s
        self.put_rows += 1
        self.size_bytes += size
        return True

    def put_event(self, at_s: float | None, label: str, detail: str) -> None:
        """Add an event; without a time it is of the latest packet's time."""
        self._event_rows += 1
        row = self._event_rows
        at_s = self._latest_s if at_s is None else at_s
        self._events.append((row, at_s, label, detail, row_crc(row, at_s, label, detail)))
        self.put_rows += 1
        self.size_bytes += len(detail) + ROW_BYTES

    def first(self, rows: int) -> Batch:
        """Return the oldest rows, at most so many of each kind; they keep waiting until they are `done`."""
        return Batch(self._packets[:rows], self._events[:rows])

    def done(self, batch: Batch) -> None:
        """Let go of rows that are on disk now, and put an event if packets were dropped before."""
        del self._packets[: len(batch.packets)]
        del self._events[: len(batch.events)]
        self.size_bytes -= sum(len(row[4]) + ROW_BYTES for row in batch.packets)
        self.size_bytes -= sum(len(row[3]) + ROW_BYTES for row in batch.events)
        for stream, count in Counter(row[1] for row in batch.packets).items():
            self.committed[self.streams[stream]] += count
        if untold := self.untold:
            self.put_event(self._dropping_since_s, EVENT_DROPPED, to_json({"packets": {**untold}}))
            self._told = dict(self.dropped)
