"""Kills at random moments of `record`: nothing committed is lost, and `recover` finishes what was left."""

import contextlib
import multiprocessing
import os
import random
import shutil
import struct
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer.cli
from recordings.errors import NotFoundError, RecordingError, UnreadableError
from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER
from recordings.model import FloatArray
from recordings.open import open_recording
from sensors.recover import recover

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

KILLS = [5, pytest.param(100, marks=pytest.mark.soak)]
URI = "sim:inconsistent?speed=20&rate=1000&seed=8&loss=0.02&start=0.1"
ARGS = [
    "record", "--leg", "left", "--glute", f"{URI}#glute", "--shoulder", f"{URI}#shoulder",
    "--participant", "01", "--duration", "30",
]  # fmt: skip
_HEADER = struct.Struct("<IdHH")
Sent = dict[str, list[tuple[float, bytes]]]


def quiet_main(args: list[str]) -> None:
    """Run the program with its output thrown away."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os._exit(firing_analyzer.cli.main(args))


def start(folder: Path) -> multiprocessing.Process:
    """Start a recording in a process of its own, its packages already imported."""
    process = multiprocessing.get_context("fork").Process(
        target=quiet_main, args=([*ARGS, "--out", str(folder)],)
    )
    process.start()
    return process  # pyright: ignore[reportReturnType]


def packets_of(path: Path) -> Sent:
    with JournalReader(path) as journal:
        kept: Sent = {stream.name: [] for stream in journal.streams}
        for packet in journal.packets():
            kept[packet.stream].append((packet.arrival_s, packet.raw))
        return kept


def journal_in(folder: Path) -> Path | None:
    return next(iter((folder / JOURNAL_FOLDER).glob("*.journal")), None)


def committed(folder: Path) -> dict[str, int]:
    """What is on disk now, as another process sees it."""
    path = journal_in(folder)
    if path is not None:
        with contextlib.suppress(RecordingError):
            return {name: len(kept) for name, kept in packets_of(path).items()}
    return {}


def placed(packets: list[tuple[float, bytes]]) -> FloatArray:
    """Samples of packets, as their layout is documented, NaN where one is missing."""
    numbers = [_HEADER.unpack_from(raw)[0] for _, raw in packets]
    samples = np.full((numbers[-1] - numbers[0] + 1) * 10, np.nan)
    for number, (_, raw) in zip(numbers, packets, strict=True):
        body = raw[_HEADER.size :]
        whole = [int.from_bytes(body[at : at + 3], "little", signed=True) for at in range(0, len(body), 3)]
        at = (number - numbers[0]) * 10
        samples[at : at + 10] = np.array(whole, dtype=np.float64) * 0.05
    return samples


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """All packets of the same session when nobody kills it."""
    folder = tmp_path_factory.mktemp("clean")
    process = start(folder)
    process.join(timeout=60)
    assert process.exitcode == 0
    path = journal_in(folder)
    assert path is not None
    return packets_of(path)


def check_recovered(folder: Path, clean: Sent, acknowledged: dict[str, int]) -> int:
    """Recover twice; compare with the journal, and the journal with the session without a kill."""
    path = journal_in(folder)
    if path is None:
        assert not acknowledged
        with pytest.raises(NotFoundError):
            recover(folder)
        return -1
    try:
        kept = packets_of(path)
    except UnreadableError:
        # the kill came before the journal had a head, so before anything could be put into it
        assert not acknowledged
        kept = {"glute": [], "shoulder": []}
    for name, packets in kept.items():
        assert len(packets) >= acknowledged.get(name, 0), "committed packets are lost"
        assert packets == clean[name][: len(packets)], "the journal is not the beginning of what was sent"
    (first,) = recover(folder)
    assert first.problem is None
    (second,) = recover(folder)
    assert second.problem is None
    if not any(kept.values()):
        assert first.saved is second.saved is None
        assert not list(folder.rglob("*.bdf"))
        return 0
    assert second.skipped
    assert packets_of(path) == kept, "recovering changed what was received"
    assert second.saved is not None
    runs = [file for file in folder.rglob("*_emg.bdf") if "run-1" in file.name]
    assert sorted(runs) == sorted(second.saved.files)
    assert len(list(folder.rglob("*_emg.bdf"))) == len(runs), "recovering twice saved twice"
    left = {file.name for file in folder.rglob(".*")}
    assert left <= {".lock", ".bidsignore"}, "something was left behind"
    recording = open_recording(second.saved.path)
    for label, name in (("GM_L", "glute"), ("UT_R", "shoulder")):
        if kept[name]:
            assert np.array_equal(recording[label].samples, placed(kept[name]), equal_nan=True)
        else:
            assert np.isnan(recording[label].samples).all()
    return len(kept["glute"])


@pytest.mark.parametrize("kills", KILLS)
def test_a_kill_at_any_moment_of_a_recording_loses_nothing(tmp_path: Path, clean: Sent, kills: int) -> None:
    chance = random.Random(20261121)
    found: list[int] = []
    for turn in range(kills):
        folder = tmp_path / str(turn)
        process = start(folder)
        # a few of the kills come while it begins, and some while it saves
        time.sleep(chance.uniform(0, 0.3) if turn % 10 == 9 else chance.uniform(0.1, 3.5))
        acknowledged = committed(folder)
        process.kill()
        process.join()
        found.append(check_recovered(folder, clean, acknowledged))
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{kills} kills; packets of the glute kept: {sorted(found)} of {len(clean['glute'])}")
    assert max(found) > 0


@pytest.mark.soak
def test_after_a_kill_the_next_recording_of_the_dataset_can_begin(tmp_path: Path) -> None:
    process = start(tmp_path)
    time.sleep(1.0)
    process.kill()
    process.join()
    left = journal_in(tmp_path)
    assert left is not None
    process = start(tmp_path)
    process.join(timeout=60)
    assert process.exitcode == 0
    outcomes = recover(tmp_path)
    assert [one.problem for one in outcomes] == [None, None]
    assert sorted(one.skipped for one in outcomes) == [False, True]
    runs = {file.name.split("_run-")[1][0] for file in tmp_path.rglob("*_emg.bdf")}
    assert runs == {"1", "2"}
