"""A disk that fills up while a session goes on: it is told, what came is kept, and it can be finished."""

import os
import shutil
import subprocess
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from recordings.open import open_recording

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Served, Therapist


@pytest.fixture
def small_disk(tmp_path: Path) -> Generator[Path]:
    point = tmp_path / "disk"
    point.mkdir()
    mount = shutil.which("mount")
    if mount is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only the administrator of a POSIX system can mount a disk")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=2m", "none", str(point)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
    yield point
    subprocess.run(["umount", "-l", str(point)], check=True)


def test_a_full_disk_is_told_and_what_was_kept_can_be_finished(
    therapist: "Callable[..., Therapist]", serve: "Callable[..., Served]", small_disk: Path
) -> None:
    one = therapist(serve(small_disk / "dataset"))
    one.record("glute_first", "speed=40", sending="rate=1000&packet=20")
    one.see("The disk is full, or cannot be written to.", seconds=60)
    one.look("disk-full-while-recording")
    one.click("End now")
    one.click("End and save")
    one.see("The recording could not be finished", seconds=120)
    one.look("disk-full")
    subprocess.run(["mount", "-o", "remount,size=20m", str(small_disk)], check=True)
    one.click("To the first screen")
    one.see("A recording of person 07 was cut off.")
    one.click("Save what there is of it")
    one.see("It is saved")
    (first, *_) = sorted(small_disk.rglob("*_emg.bdf"))
    assert open_recording(first).duration_s > 5
