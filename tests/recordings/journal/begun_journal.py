"""Journals of two streams, begun and read again."""

import time
from collections.abc import Callable
from pathlib import Path

from recordings.journal import JournalEvent, JournalPacket, JournalReader, JournalStream, JournalWriter

ROOT = Path(__file__).resolve().parents[3]
GLUTE = JournalStream(
    "glute", "packed", 2, {"rate_hz": 2000.0, "channels": ["GM_L"], "settings": {"scale": 0.1}}
)
SHOULDER = JournalStream("shoulder", "packed")


def begun(path: Path, *, pending_bytes: int = 1 << 26) -> JournalWriter:
    return JournalWriter(path, about={"leg": "left"}, streams=[GLUTE, SHOULDER], pending_bytes=pending_bytes)


def read(path: Path) -> tuple[list[JournalPacket], list[JournalEvent]]:
    with JournalReader(path) as reader:
        packets, events = list(reader.packets()), list(reader.events())
        assert reader.tear is None
    return packets, events


def until(true: Callable[[], bool], *, within_s: float = 5.0) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


def files(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())
