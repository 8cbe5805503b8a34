import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.errors import BusyError, JournalError, NotFoundError, UnreadableError, UnsupportedError
from recordings.journal import (
    EVENT_DROPPED,
    EVENT_RESTORED,
    JournalEvent,
    JournalPacket,
    JournalReader,
    JournalStream,
    JournalWriter,
    Json,
)
from recordings.journal.format import row_crc

ROOT = Path(__file__).resolve().parents[3]
GLUTE = JournalStream(
    "glute", "packed", 2, {"rate_hz": 2000.0, "channels": ["GM_L"], "settings": {"scale": 0.1}}
)
SHOULDER = JournalStream("shoulder", "packed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dataset" / "sourcedata" / "session.journal"


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


def test_what_was_put_is_read_back_in_order(path: Path) -> None:
    with begun(path) as writer:
        for n in range(5000):
            writer.put_packet("glute", n / 100, n.to_bytes(4, "big"))
            writer.put_packet("shoulder", n / 100 + 0.001, bytearray(b"s") * (n % 300))
        writer.put_event(1.0, "raise", {"number": 1, "words": "Lift your leg", "é": [None, True]})
        writer.put_event(2.5, "rest")
    assert writer.committed == {"glute": 5000, "shoulder": 5000}
    assert writer.dropped == {"glute": 0, "shoulder": 0}
    with JournalReader(path) as reader:
        assert reader.about == {"leg": "left"}
        assert reader.streams == (GLUTE, SHOULDER)
        assert reader.state == "finished"
        glute = list(reader.packets("glute"))
        assert [packet.raw for packet in glute] == [n.to_bytes(4, "big") for n in range(5000)]
        assert [packet.seq for packet in glute] == list(range(5000))
        assert [packet.arrival_s for packet in glute] == [n / 100 for n in range(5000)]
        assert [packet.raw for packet in reader.packets("shoulder")] == [
            b"s" * (n % 300) for n in range(5000)
        ]
        assert [packet.stream for packet in reader.packets()] == ["glute", "shoulder"] * 5000
        first, second = reader.events()
        assert first == JournalEvent(1.0, "raise", {"number": 1, "words": "Lift your leg", "é": [None, True]})
        assert second == JournalEvent(2.5, "rest", {})
        assert reader.tear is None


PUTS = st.lists(
    st.tuples(
        st.sampled_from(["glute", "shoulder"]),
        st.floats(allow_nan=False, allow_infinity=False),
        st.one_of(st.binary(max_size=300), st.integers(60_000, 140_000).map(bytes)),
    ),
    max_size=30,
)


@given(
    puts=PUTS, detail=st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none()), max_size=4)
)
@settings(max_examples=40, deadline=None)
def test_any_bytes_times_and_details_survive(
    puts: list[tuple[str, float, bytes]], detail: dict[str, Json]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.journal"
        with begun(path) as writer:
            for put in puts:
                writer.put_packet(*put)
            writer.put_event(0.0, "x", detail)
        packets, events = read(path)
    assert [(packet.stream, packet.arrival_s, packet.raw) for packet in packets] == puts
    assert events == [JournalEvent(0.0, "x", detail)]


def test_a_packet_is_on_disk_within_250_ms(path: Path) -> None:
    waits_s: list[float] = []
    with begun(path) as writer, JournalReader(path) as reader:
        del reader  # the writer must cope with a reader that idles
        with sqlite3.connect(path.as_uri() + "?mode=ro", uri=True) as other:
            for n in range(12):
                time.sleep(0.013 * n)
                put_at = time.monotonic()
                writer.put_packet("glute", n / 100, b"x")
                until(lambda n=n: other.execute("SELECT count(*) FROM packets").fetchone()[0] > n)
                waits_s.append(time.monotonic() - put_at)
        other.close()
    print(f"commit latency: median {sorted(waits_s)[6] * 1e3:.0f} ms, longest {max(waits_s) * 1e3:.0f} ms")
    assert max(waits_s) < 0.250 + 0.150


def test_much_at_once_is_committed_at_once(path: Path) -> None:
    with begun(path) as writer:
        began = time.monotonic()
        for _ in range(3):
            writer.put_packet("glute", 0.0, bytes(500_000))
        until(lambda: writer.committed["glute"] >= 2)
        assert time.monotonic() - began < 0.18


def test_finishing_leaves_one_file_and_may_be_repeated(path: Path) -> None:
    writer = begun(path)
    writer.put_packet("glute", 0.0, b"x")
    assert writer.flush()
    assert "session.journal-wal" in files(path)
    writer.finish()
    writer.finish()
    writer.close()
    assert files(path) == ["session.journal"]
    with pytest.raises(JournalError, match="has ended; begin another"):
        writer.put_packet("glute", 1.0, b"late")
    with pytest.raises(JournalError, match="has ended"):
        writer.put_event(1.0, "late")


def test_closing_without_finishing_keeps_the_state_of_a_recording_that_was_cut_short(path: Path) -> None:
    writer = begun(path)
    writer.put_packet("glute", 0.0, b"x")
    writer.close()
    assert [packet.raw for packet in read(path)[0]] == [b"x"]
    with JournalReader(path) as reader:
        assert reader.state == "recording"
    with pytest.raises(JournalError, match="recover"):
        writer.finish()


def test_a_with_block_that_fails_still_finishes_the_journal(path: Path) -> None:
    def fail() -> None:
        with begun(path) as writer:
            writer.put_packet("glute", 0.0, b"x")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with JournalReader(path) as reader:
        assert reader.state == "finished"
        assert len(list(reader.packets())) == 1


def test_several_threads_may_put(path: Path) -> None:
    def put(name: str) -> None:
        for n in range(3000):
            writer.put_packet(name, n / 100, n.to_bytes(2, "big"))

    with begun(path) as writer:
        threads = [threading.Thread(target=put, args=(name,)) for name in ("glute", "shoulder")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    packets, _ = read(path)
    for name in ("glute", "shoulder"):
        raws = [packet.raw for packet in packets if packet.stream == name]
        assert raws == [n.to_bytes(2, "big") for n in range(3000)]


def test_a_journal_can_be_read_while_it_is_written(path: Path) -> None:
    with begun(path) as writer, JournalReader(path) as reader:
        assert reader.state == "recording"
        for n in range(5):
            writer.put_packet("glute", n / 10, bytes([n]))
            writer.put_event(n / 10, "cue")
            assert writer.flush()
            assert [packet.raw for packet in reader.packets("glute")] == [bytes([k]) for k in range(n + 1)]
            assert len(list(reader.events())) == n + 1
        with pytest.raises(BusyError, match="in use; end the recording"):
            reader.mark("saved")
        assert reader.state == "recording"
        assert list(reader.packets("shoulder")) == []
    with JournalReader(path) as reader:
        assert len(list(reader.packets())) == 5


def test_reading_what_a_crash_left_alters_neither_file_nor_log(path: Path) -> None:
    writer = begun(path)
    writer.put_packet("glute", 0.0, b"x")
    assert writer.flush()
    left = path.parent / "left"
    left.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", left / f"a.journal{suffix}")
    writer.close()
    before = {found.name: found.read_bytes() for found in left.iterdir()}
    assert len(read(left / "a.journal")[0]) == 1
    assert {
        found.name: found.read_bytes() for found in left.iterdir() if found.suffix != ".journal-shm"
    } == before
    with JournalReader(left / "a.journal") as reader:
        reader.mark("saved", {"path": "sub-01"})
        assert len(list(reader.packets())) == 1
    assert files(left / "a.journal") == ["a.journal"]


def test_a_state_and_its_detail_are_kept(path: Path) -> None:
    begun(path).finish()
    with JournalReader(path) as reader:
        assert (reader.state, reader.detail) == ("finished", {})
        reader.mark("saved", {"path": "sub-01/emg/sub-01_task-proneLegRaise_acq-left_run-1_emg.bdf"})
        assert reader.state == "saved"
        reader.mark("saved", {"path": "elsewhere"})
    with JournalReader(path) as reader:
        assert (reader.state, reader.detail) == ("saved", {"path": "elsewhere"})
    assert files(path) == ["session.journal"]


def test_nothing_is_overwritten(path: Path) -> None:
    with begun(path) as writer:
        writer.put_packet("glute", 0.0, b"x")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="exists already"):
        begun(path)
    assert path.read_bytes() == before


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no journal is at this path"):
        JournalReader(tmp_path / "none.journal")
    for name, content in {"empty": b"", "text": b"a,b\n" * 999, "zeros": bytes(1 << 20)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableError, match="no journal, or its beginning is torn"):
            JournalReader(tmp_path / name)
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    with pytest.raises(UnreadableError, match="no such table: meta"):
        JournalReader(tmp_path / "other")


def test_a_newer_version_is_refused(path: Path) -> None:
    begun(path).finish()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = '2', crc = ? WHERE key = 'version'", (row_crc("version", "2"),))
    db.close()
    with pytest.raises(UnsupportedError, match="version 2, newer than 1; update this program"):
        JournalReader(path)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE packets SET raw = x'00' WHERE id = 5",
        "UPDATE packets SET arrival_s = 9.0 WHERE id = 5",
        "UPDATE packets SET seq = 99 WHERE id = 5",
        "UPDATE packets SET stream = 1 WHERE id = 5",
        "UPDATE packets SET stream = 7 WHERE id = 5",
        "UPDATE packets SET raw = 'text', crc = 0 WHERE id = 5",
        "UPDATE packets SET seq = 'text' WHERE id = 5",
        "DELETE FROM packets WHERE id = 5",
    ],
)
def test_reading_ends_at_a_row_that_is_not_what_was_written(path: Path, harm: str) -> None:
    with begun(path) as writer:
        for n in range(10):
            writer.put_packet("glute", n / 10, bytes([n]))
    with sqlite3.connect(path) as db:
        db.execute(harm)
    db.close()
    with JournalReader(path) as reader:
        assert [packet.raw for packet in reader.packets("glute")] == [bytes([n]) for n in range(4)]
        assert (
            reader.tear == "the journal is torn: of its packets the first 4 are whole, the rest is left out"
        )


def test_input_that_makes_no_sense_is_refused_and_named(path: Path) -> None:
    with begun(path) as writer:
        with pytest.raises(JournalError, match="no stream is named 'thigh'; name one of glute, shoulder"):
            writer.put_packet("thigh", 0.0, b"")
        with pytest.raises(JournalError, match="nan is not a time"):
            writer.put_packet("glute", float("nan"), b"")
        with pytest.raises(JournalError, match="'cue' or its detail is not JSON"):
            writer.put_event(0.0, "cue", {"x": float("inf")})
        with pytest.raises(JournalError, match="is not JSON"):
            writer.put_event(0.0, "half a \ud800 character")
        with JournalReader(path) as reader, pytest.raises(JournalError, match="no stream is named 'thigh'"):
            reader.packets("thigh")
    with pytest.raises(JournalError, match="same name"):
        JournalWriter(path.with_name("b"), about={}, streams=[GLUTE, GLUTE])
    with pytest.raises(JournalError, match="not JSON"):
        JournalWriter(path.with_name("b"), about={}, streams=[JournalStream("\ud800", "packed")])
    with pytest.raises(JournalError, match="not JSON"):
        JournalWriter(path.with_name("b"), about={"x": float("nan")}, streams=[GLUTE])
    assert files(path) == ["session.journal"]


# --- Trouble with the disk


def test_a_journal_that_cannot_be_created_says_where_and_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        JournalError, match=r"cannot be created in .*file.*choose a folder that can be written"
    ):
        begun(tmp_path / "file" / "session.journal")


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small disk in memory with the options that are given."""
    point = tmp_path / "disk"
    point.mkdir()

    def mount(options: str) -> Path:
        found = shutil.which("mount")
        if found is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
            pytest.skip("only the administrator of a POSIX system can mount a disk")
        done = subprocess.run(
            [found, "-t", "tmpfs", "-o", options, "tmpfs", str(point)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
        return point

    yield mount
    if point.is_mount():
        subprocess.run(["umount", str(point)], check=True)


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


MANY_HOURS = """
import resource, sys, time
from pathlib import Path
from recordings.journal import JournalReader, JournalStream, JournalWriter
def rss_kb():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1])
path, raw, found = Path(sys.argv[1]), bytes(range(240)), []
streams = [JournalStream(name, "packed") for name in ("glute", "shoulder")]
began, cpu = time.monotonic(), time.process_time()
with JournalWriter(path, about={}, streams=streams) as writer:
    for n in range(4 * 3600 * 100):
        writer.put_packet("glute", n / 100, raw)
        writer.put_packet("shoulder", n / 100, raw)
        if n % 2000 == 1999:
            writer.flush(30.0)
        if n % 36000 == 35999:
            found.append(rss_kb())
log = path.stat().st_size
print("written: RSS kB", found[0], max(found), "file MB", log / 1e6, "s", time.monotonic() - began,
      "cpu s an hour", (time.process_time() - cpu) / 4)
with JournalReader(path) as reader:
    count = 0
    for packet in reader.packets():
        count += packet.raw == raw
print("read:", count, "RSS kB", rss_kb())
assert count == 2 * 4 * 3600 * 100
assert max(found) - found[0] < 4000
assert rss_kb() - max(found) < 4000
"""


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is looked up in /proc")
def test_memory_stays_flat_for_four_hours_of_two_sensors(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MANY_HOURS, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
