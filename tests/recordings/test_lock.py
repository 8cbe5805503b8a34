import subprocess
import sys
from pathlib import Path

import pytest

from recordings.errors import BusyError, JournalError
from recordings.lock import DatasetLock

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from recordings.lock import DatasetLock
with DatasetLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(dataset: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(dataset)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_recording_is_told_who_holds_the_dataset(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(
            BusyError, match=f"another recording is going on.*process {other.pid}.*end it"
        ) as told:
            DatasetLock(tmp_path).acquire()
        assert told.value.pid == other.pid
        assert told.value.path == tmp_path
        assert "\n" not in str(told.value)
        other.communicate("")
    with DatasetLock(tmp_path):
        pass


def test_a_kill_lets_go_of_the_lock(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.kill()
        other.wait()
        with DatasetLock(tmp_path) as lock:
            assert lock.path.read_text().strip().isdigit()


def test_two_locks_of_one_program_bar_each_other(tmp_path: Path) -> None:
    with DatasetLock(tmp_path), pytest.raises(BusyError, match="choose another"):
        DatasetLock(tmp_path).acquire()


def test_other_datasets_are_free(tmp_path: Path) -> None:
    with DatasetLock(tmp_path / "a") as a, DatasetLock(tmp_path / "b") as b:
        assert a.path == tmp_path / "a" / "sourcedata" / "firing-analyzer" / ".lock"
        assert b.path.exists()


def test_taking_and_letting_go_may_be_repeated(tmp_path: Path) -> None:
    lock = DatasetLock(tmp_path)
    lock.release()
    for _ in range(2):
        lock.acquire()
        lock.acquire()
        lock.release()
        lock.release()
    assert lock.path.read_text() == ""


def test_a_dataset_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match=r"file.*nothing can be recorded here.*choose a dataset folder"):
        DatasetLock(tmp_path / "file").acquire()
