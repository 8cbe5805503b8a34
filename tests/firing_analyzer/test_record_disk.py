"""``record`` onto disks that are full or read-only, and folders that vanish or move."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from recordings.journal import JournalReader
from recordings.open import open_recording
from sensors.recover import recover
from tests.firing_analyzer.recording_program import (
    Running,
    arguments,
    journals,
    posix,
    ran,
    refused,
    saved_files,
    state_of,
)


@pytest.mark.soak
def test_a_full_disk_is_told_and_what_was_kept_can_be_recovered(mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=4m")
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(900 << 10))
    status, _, said = ran(arguments(disk, "--duration", "200", speed=20))
    assert status == 2
    assert "disk is full" in refused(said)
    assert any("disk is full" in line for line in said.splitlines()[:-1]), "it is told while it goes on, too"
    with JournalReader(journals(disk)[0]) as journal:
        kept = len(list(journal.packets("glute")))
    assert kept > 1000
    subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
    ballast.unlink()
    (outcome,) = recover(disk)
    assert outcome.problem is None
    assert outcome.saved is not None
    assert open_recording(outcome.saved.path)["GM_L"].samples.size >= 10 * kept


@pytest.mark.soak
def test_a_disk_with_room_for_the_journal_alone_keeps_the_journal(mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=1800k")
    status, _, said = ran(arguments(disk, "--duration", "100", "--repetitions", "2"))
    if status == 0:
        pytest.skip("there was room for everything")
    assert status == 2
    assert "room" in refused(said) or "full" in refused(said)
    subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
    (outcome,) = recover(disk)
    assert outcome.problem is None
    assert not [path for path in disk.rglob(".*") if path.name != ".lock"]


def test_a_read_only_disk_is_refused_at_once(mounted: Callable[[str], Path]) -> None:
    disk = mounted("ro,size=1m")
    status, told, said = ran(arguments(disk / "dataset"))
    assert status == 2
    assert not told
    assert str(disk) in refused(said)


def test_a_dataset_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset").write_text("a file")
    status, _, said = ran(arguments(tmp_path / "dataset"))
    assert status == 2
    assert "dataset" in refused(said)


@posix
def test_a_folder_that_vanishes_is_made_again_with_everything_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    running = Running(arguments(folder, "--duration", "30", speed=20))
    running.wait_for("Shrug")
    shutil.rmtree(folder)
    status, told, said = running.end()
    assert status == 0, said
    (first, _) = saved_files(told)
    recording = open_recording(first)
    assert recording.duration_s == pytest.approx(30, abs=0.7)
    assert recording["GM_L"].samples.size == pytest.approx(30_000, abs=500)
    assert state_of(journals(folder)[0]) == "saved"


@posix
@pytest.mark.soak
def test_a_dataset_that_is_moved_away_keeps_everything_so_far(tmp_path: Path) -> None:
    folder, moved = tmp_path / "dataset", tmp_path / "moved"
    running = Running(arguments(folder, "--duration", "60", speed=20))
    running.wait_for("Lie still")
    folder.rename(moved)
    folder.write_text("something else stands there now")
    status, _, said = running.end(90)
    assert status == 2
    assert "Traceback" not in said
    refused(said)
    (outcome,) = recover(moved)
    assert outcome.problem is None
    assert outcome.saved is not None
    # all but the quarter of a second, at speed 20, that may not have been committed
    assert open_recording(outcome.saved.path).duration_s >= 12 - 0.25 * 20 - 0.5
