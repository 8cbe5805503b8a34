"""Journals on disks that are full, read-only, taken away or held by another."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.errors import JournalError
from recordings.journal import EVENT_DROPPED, EVENT_RESTORED, JournalEvent, JournalReader
from tests.recordings.journal.begun_journal import ROOT, begun, files, read, until


def test_a_journal_that_cannot_be_created_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        JournalError, match=r"cannot be created in .*file.*choose a folder that can be written"
    ):
        begun(tmp_path / "file" / "session.journal")


def test_a_read_only_disk_is_named_at_once(mounted: Callable[[str], Path]) -> None:
    disk = mounted("ro,size=1m")
    with pytest.raises(JournalError, match=r"read-only file system.*choose a folder that can be written"):
        begun(disk / "session.journal")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="rights do not bind an administrator"
)
def test_a_read_only_folder_is_named_at_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(JournalError, match=r"permission denied.*choose a folder that can be written"):
        begun(tmp_path / "session.journal")


def test_a_full_disk_is_told_and_nothing_that_was_put_is_lost_once_it_has_room(
    mounted: Callable[[str], Path],
) -> None:
    disk = mounted("size=4m")
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(2 << 20))
    path = disk / "session.journal"
    with begun(path) as writer:
        sent = 0
        while writer.fault is None:
            writer.put_packet("glute", sent / 100, sent.to_bytes(4, "big") * 100)
            sent += 1
            time.sleep(0.0002)
            assert sent < 20_000
        fault = writer.fault
        assert fault is not None
        assert "disk is full; free space on it" in str(fault)
        assert str(path) in str(fault)
        assert "\n" not in str(fault)
        assert fault.pending > 0
        kept = writer.committed["glute"]
        with JournalReader(path) as reader:
            assert len(list(reader.packets("glute"))) == kept > 0
        with pytest.raises(JournalError, match="disk is full"):
            writer.finish(timeout_s=0.7)
        ballast.unlink()
        until(lambda: writer.fault is None)
    packets, _ = read(path)
    assert [packet.raw for packet in packets] == [n.to_bytes(4, "big") * 100 for n in range(sent)]


def test_a_disk_that_stays_full_keeps_what_was_committed(mounted: Callable[[str], Path]) -> None:
    path = mounted("size=3m") / "session.journal"
    writer = begun(path, pending_bytes=400_000)
    sent = 0
    while not writer.dropped["glute"]:
        writer.put_packet("glute", sent / 100, sent.to_bytes(4, "big") * 100)
        sent += 1
        time.sleep(0.0003)
        assert sent < 20_000
    assert "disk is full" in str(writer.fault)
    assert "memory is used up" in str(writer.fault)
    with pytest.raises(JournalError, match="disk is full"):
        writer.finish(timeout_s=0.1)
    writer.close()
    packets, _ = read(path)
    assert len(packets) == writer.committed["glute"] > 100
    assert [packet.raw for packet in packets] == [n.to_bytes(4, "big") * 100 for n in range(len(packets))]


LIMITED = """
import resource, sys, time
from pathlib import Path
from recordings.journal import JournalReader, JournalStream, JournalWriter
path = Path(sys.argv[1])
writer = JournalWriter(path, about={}, streams=[JournalStream("glute", "packed")], pending_bytes=400_000)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
sent = 0
while not writer.dropped["glute"]:
    writer.put_packet("glute", sent / 100, sent.to_bytes(4, "big") * 100)
    sent += 1
    time.sleep(0.0005)
fault = writer.fault
kept = writer.committed["glute"]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
end = time.monotonic() + 5
while writer.fault is not None and time.monotonic() < end:
    time.sleep(0.02)
writer.put_packet("glute", sent / 100, b"after")
writer.finish()
print(sent, kept, writer.dropped["glute"], fault.pending, writer.committed["glute"], fault, sep="|")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_packets_without_room_in_memory_are_counted_and_told_in_the_journal(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    sent, kept, dropped, pending, committed, fault = done.stdout.strip().split("|")
    assert 0 < int(kept) < int(committed)
    assert int(pending) > 0
    assert "memory is used up" in fault
    packets, events = read(path)
    whole = int(sent) - int(dropped)
    assert [packet.raw for packet in packets[:-1]] == [n.to_bytes(4, "big") * 100 for n in range(whole)]
    assert packets[-1].raw == b"after"
    assert events == [JournalEvent(whole / 100, EVENT_DROPPED, {"packets": {"glute": int(dropped)}})]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no open file")
def test_a_folder_that_vanishes_is_made_anew_with_everything_in_it(path: Path) -> None:
    with begun(path) as writer:
        for n in range(3000):
            writer.put_packet("glute", n / 100, n.to_bytes(4, "big") * 50)
        assert writer.flush()
        shutil.rmtree(path.parents[1])
        until(path.exists)
        writer.put_packet("glute", 30.0, b"after")
    packets, events = read(path)
    assert [packet.raw for packet in packets[:-1]] == [n.to_bytes(4, "big") * 50 for n in range(3000)]
    assert packets[-1].raw == b"after"
    assert [event.label for event in events] == [EVENT_RESTORED]
    assert files(path) == ["session.journal"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows deletes no open file")
def test_a_folder_that_cannot_be_made_anew_is_told_and_waited_for(path: Path) -> None:
    dataset = path.parents[1]
    with begun(path) as writer:
        writer.put_packet("glute", 0.0, b"before")
        assert writer.flush()
        shutil.rmtree(dataset)
        dataset.write_text("in the way")
        until(lambda: writer.fault is not None)
        writer.put_packet("glute", 0.1, b"meanwhile")
        assert not writer.flush(timeout_s=0.3)
        assert "has vanished from its folder" in str(writer.fault)
        assert "put the folder back" in str(writer.fault)
        dataset.unlink()
        until(lambda: writer.fault is None)
    assert [packet.raw for packet in read(path)[0]] == [b"before", b"meanwhile"]


def test_putting_never_waits_for_a_disk_that_is_held_by_another(path: Path) -> None:
    longest_s = 0.0
    with begun(path) as writer:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + 3.0
        sent = 0
        while time.monotonic() < end:
            began = time.monotonic()
            writer.put_packet("glute", sent / 100, bytes(100))
            longest_s = max(longest_s, time.monotonic() - began)
            sent += 1
            time.sleep(0.001)
        assert "another program holds the journal" in str(writer.fault)
        assert writer.committed["glute"] == 0
        for _ in range(10_000):
            writer.put_packet("glute", sent / 100, b"more than fits into one commit")
            sent += 1
        other.execute("ROLLBACK")
        other.close()
    print(f"longest put {longest_s * 1e3:.2f} ms")
    assert longest_s < 0.1
    assert writer.fault is None
    assert len(read(path)[0]) == sent
