"""``record`` run as a program of its own, waited for, and asked what it left."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals, rights and mounts of a POSIX system")


def arguments(
    folder: Path, *more: str, scenario: str = "glute_first", speed: float = 200, options: str = ""
) -> list[str]:
    uri = f"sim:{scenario}?speed={speed:g}&rate=1000&packet=20{options}"
    return [
        sys.executable,
        "-m",
        "firing_analyzer",
        "record",
        "--leg",
        "left",
        "--glute",
        f"{uri}#glute",
        "--shoulder",
        f"{uri}#shoulder",
        "--participant",
        "01",
        "--out",
        str(folder),
        *more,
    ]


class Running:
    """A program that runs; its standard error can be waited for."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(iter(self.process.stderr.readline, ""))

    def wait_for(self, words: str, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while not any(words in line for line in self.said):
            assert time.monotonic() < end, f"{words!r} was never said: {self.said}"
            assert self.process.poll() is None or any(words in line for line in self.said), self.said
            time.sleep(0.01)

    def end(self, seconds: float = 60) -> tuple[int, str, str]:
        """Wait until it has ended; return its status and what it wrote."""
        assert self.process.stdout is not None
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            pytest.fail(f"it hangs: {self.said[-3:]}")
        self._thread.join()
        told = self.process.stdout.read()
        self.process.stdout.close()
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status, told, "".join(self.said)


def ran(command: list[str]) -> tuple[int, str, str]:
    return Running(command).end()


def refused(told: str) -> str:
    """The one line that says why; nothing but lines of the session may stand before it."""
    *before, last = told.splitlines()
    assert last.startswith("firing-analyzer: "), told
    assert all(re.match(r" *\d+\.\d s  ", line) for line in before), told
    assert "Traceback" not in told
    return last


def journals(folder: Path) -> list[Path]:
    return sorted((folder / JOURNAL_FOLDER).glob("*.journal"))


def saved_files(told: str) -> list[Path]:
    return [Path(line.strip()) for line in told.splitlines() if line.endswith(".bdf")]


def state_of(path: Path) -> str:
    with JournalReader(path) as journal:
        return journal.state
