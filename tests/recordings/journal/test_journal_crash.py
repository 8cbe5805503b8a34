"""Kills and torn files: what is read afterwards is the beginning of what was sent, byte for byte.

Run as a program, this file is the writer that the tests kill.
"""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from recordings.errors import NotFoundError, UnreadableError
from recordings.journal import JournalReader, JournalStream, JournalWriter
from recordings.journal.format import PAGE_BYTES

ROOT = Path(__file__).resolve().parents[3]
STREAMS = [JournalStream(name, "packed", 1, {"rate_hz": 2000.0}) for name in ("glute", "shoulder")]
#: The tables' first pages; the rows of packets lie behind them.
HEAD_BYTES = 5 * PAGE_BYTES
KILLS = [10, pytest.param(100, marks=pytest.mark.soak)]
TEARS = [10, pytest.param(60, marks=pytest.mark.soak)]


def ramp(stream: int, seq: int) -> bytes:
    """Bytes that tell, each of them, which packet of which stream they belong to."""
    return b"".join((seq * 50 + step).to_bytes(7, "little") + bytes([stream]) for step in range(50))


def write_forever(path: Path, packets: int) -> None:
    """Write so many packets, tell what is committed, finish, then mark again and again until killed."""
    print("ready", flush=True)
    writer = JournalWriter(path, about={"leg": "left"}, streams=STREAMS)
    for seq in range(packets):
        for number, stream in enumerate(STREAMS):
            writer.put_packet(stream.name, seq / 100, ramp(number, seq))
        if seq % 200 == 0:
            writer.put_event(seq / 100, "cue", {"seq": seq})
            time.sleep(0.01)
            writer.flush()
            print("committed", *writer.committed.values(), flush=True)
    writer.finish()
    print("committed", packets, packets, flush=True)
    with JournalReader(path) as reader:
        for turn in range(1_000_000):
            reader.mark("saved", {"turn": turn})
            print("saved", turn, flush=True)


def killed_writer(path: Path, wait: Callable[[], None], *, packets: int = 12_000) -> list[list[str]]:
    """Kill a writer that is ready once the wait is over; return the lines it wrote."""
    command = [sys.executable, __file__, str(path), str(packets)]
    environment = {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env=environment) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        wait()
        writer.send_signal(signal.SIGKILL)
        said = writer.stdout.read().decode()
    assert writer.returncode == -signal.SIGKILL
    return [line.split() for line in said.splitlines(keepends=True) if line.endswith("\n")]


def whole_beginning(reader: JournalReader) -> dict[str, int]:
    """Check that what can be read is the beginning of what was sent; return how long it is."""
    lengths: dict[str, int] = {}
    for number, stream in enumerate(STREAMS):
        seq = -1
        for seq, packet in enumerate(reader.packets(stream.name)):
            assert packet.seq == seq
            assert packet.raw == ramp(number, seq)
            assert packet.arrival_s == seq / 100
        lengths[stream.name] = seq + 1
    return lengths


def check_killed(folder: Path, after_s: float) -> int:
    path = folder / "session.journal"
    said = killed_writer(path, lambda: time.sleep(after_s))
    acknowledged = [
        max((int(line[1 + n]) for line in said if line[0] == "committed"), default=0) for n in (0, 1)
    ]
    marks = [int(line[1]) for line in said if line[0] == "saved"]
    try:
        reader = JournalReader(path)
    except (NotFoundError, UnreadableError):
        assert not said, "something was acknowledged and cannot be read"
        return 0
    with reader:
        lengths = whole_beginning(reader)
        assert reader.tear is None
        assert lengths["glute"] >= acknowledged[0]
        assert lengths["shoulder"] >= acknowledged[1]
        events = [event.detail["seq"] for event in reader.events()]
        assert events == list(range(0, 200 * len(events), 200))
        if marks:
            turn = reader.detail["turn"]
            assert isinstance(turn, int)
            assert reader.state == "saved"
            assert turn in {marks[-1], marks[-1] + 1}
    return lengths["glute"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kills", KILLS)
def test_a_kill_at_any_moment_loses_nothing_that_was_committed(tmp_path: Path, kills: int) -> None:
    chance = random.Random(20261121)
    found: list[int] = []
    for turn in range(kills):
        folder = tmp_path / str(turn)
        folder.mkdir()
        found.append(check_killed(folder, chance.uniform(0.0, 1.5) ** 2))
        shutil.rmtree(folder)
    print(f"{kills} kills, packets of a stream kept: {sorted(found)}")
    assert max(found) > 0


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, int]]]:
    """A journal as a kill leaves it, and after each commit the length of its log and the packets in it."""
    folder = tmp_path_factory.mktemp("journal")
    living = folder / "living.journal"
    log = living.with_name(living.name + "-wal")
    grown = [(log.stat().st_size if log.exists() else 0, 0)]
    left = folder / "left.journal"
    writer = JournalWriter(living, about={}, streams=STREAMS)
    for seq in range(900):
        for number, stream in enumerate(STREAMS):
            writer.put_packet(stream.name, seq / 100, ramp(number, seq))
        if seq % 20 == 19:
            assert writer.flush()
            grown.append((log.stat().st_size, seq + 1))
    shutil.copy(living, left)
    shutil.copy(log, left.with_name(left.name + "-wal"))
    writer.close()
    assert [size for size, _ in grown] == sorted(size for size, _ in grown)
    return left, grown


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished journal: one file of some megabytes."""
    path = tmp_path_factory.mktemp("finished") / "session.journal"
    with JournalWriter(path, about={}, streams=STREAMS) as writer:
        for seq in range(6000):
            for number, stream in enumerate(STREAMS):
                writer.put_packet(stream.name, seq / 100, ramp(number, seq))
    return path


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a kill in the midst of a long recording leaves: file and log, partly folded."""
    path = tmp_path_factory.mktemp("killed") / "session.journal"

    def until_folded() -> None:
        # How soon that is depends on the load of the machine; so this recording has no end before it.
        deadline_s = time.monotonic() + 60
        while not path.exists() or path.stat().st_size < 2 * HEAD_BYTES:
            assert time.monotonic() < deadline_s, "the log was never folded into the file"
            time.sleep(0.01)
        time.sleep(0.2)

    killed_writer(path, until_folded, packets=1_000_000_000)
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    return path


@contextlib.contextmanager
def torn(path: Path, suffix: str, at: int, *, zeros: bool) -> Generator[Path]:
    """Copy a journal and cut one of its files, or fill it with zeros from there on."""
    folder = path.parent / "torn"
    folder.mkdir()
    for found in path.parent.glob(path.name + "*"):
        if not found.name.endswith("-shm"):
            shutil.copy(found, folder / found.name)
    target = folder / (path.name + suffix)
    size = target.stat().st_size
    with target.open("r+b") as file:
        file.truncate(at)
        if zeros:
            file.truncate(size)
    yield folder / path.name
    shutil.rmtree(folder)


@pytest.mark.parametrize("zeros", [False, True], ids=["cut", "zeros"])
@pytest.mark.parametrize("tears", TEARS)
def test_a_torn_log_is_read_up_to_the_tear(
    steps: tuple[Path, list[tuple[int, int]]], tears: int, *, zeros: bool
) -> None:
    path, grown = steps
    size = path.with_name(path.name + "-wal").stat().st_size
    chance = random.Random(1)
    for _ in range(tears):
        at = chance.randrange(size)
        before = max(count for length, count in grown if length <= at)
        with torn(path, "-wal", at, zeros=zeros) as left, JournalReader(left) as reader:
            lengths = whole_beginning(reader)
        assert before <= lengths["glute"] <= before + 20
        assert lengths["shoulder"] == lengths["glute"]


@pytest.mark.parametrize("zeros", [False, True], ids=["cut", "zeros"])
@pytest.mark.parametrize("tears", TEARS)
def test_a_torn_file_is_read_up_to_the_tear(finished: Path, tears: int, *, zeros: bool) -> None:
    size = finished.stat().st_size
    chance = random.Random(2)
    for _ in range(tears):
        at = chance.randrange(size)
        with torn(finished, "", at, zeros=zeros) as left:
            try:
                reader = JournalReader(left)
            except UnreadableError:
                assert at < HEAD_BYTES, "only a torn head makes a journal unreadable"
                continue
            with reader:
                lengths = whole_beginning(reader)
                # 152 rows of 400 bytes stand on a page: the whole pages before the tear are there.
                assert lengths["glute"] + lengths["shoulder"] >= (at - HEAD_BYTES) // PAGE_BYTES * 152
                assert reader.tear is not None
                reader.mark("saved", {"paths": ["x" * 5000]})
                assert reader.state == "saved"
                assert whole_beginning(reader) == lengths


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("suffix", ["", "-wal"], ids=["file", "log"])
@pytest.mark.parametrize("zeros", [False, True], ids=["cut", "zeros"])
@pytest.mark.parametrize("tears", TEARS)
def test_a_torn_file_beside_a_log_that_was_partly_folded_is_never_read_wrongly(
    killed: Path, tears: int, suffix: str, *, zeros: bool
) -> None:
    size = killed.with_name(killed.name + suffix).stat().st_size
    chance = random.Random(3)
    for _ in range(tears):
        at = chance.randrange(HEAD_BYTES if not suffix else 0, size)
        with torn(killed, suffix, at, zeros=zeros) as left, JournalReader(left) as reader:
            lengths = whole_beginning(reader)
            # What the log still held lies in the file or before its tear; what follows is left out.
            assert suffix or lengths["glute"] + lengths["shoulder"] >= (at - HEAD_BYTES) // PAGE_BYTES * 150


if __name__ == "__main__":
    write_forever(Path(sys.argv[1]), int(sys.argv[2]))
