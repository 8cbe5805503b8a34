"""What is put in a journal is on disk soon, in order, and read back as it was."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.errors import BusyError, JournalError
from recordings.journal import JournalEvent, JournalReader, Json
from tests.recordings.journal.begun_journal import GLUTE, ROOT, SHOULDER, begun, files, read, until


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
