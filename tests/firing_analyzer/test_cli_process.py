"""The command among other programs: full disks, closed pipes, signals, cores and terminals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.firing_analyzer.command_line import ROOT, columns, firing_analyzer_in, write_csv


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("session") / "session.csv", columns())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_in_one_line(session: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "firing_analyzer", "analyze", str(session), "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "no space left" in done.stderr.lower()


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes on Windows")
@pytest.mark.parametrize("args", [("analyze", "SESSION", "SESSION"), ("--help",), ("doctor",)])
def test_a_reader_that_stops_reading_is_no_bug(session: Path, args: tuple[str, ...]) -> None:
    told = [str(session) if arg == "SESSION" else arg for arg in args]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "firing_analyzer", *told],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("asked", "given"), [(None, "1"), ("3", "3")])
def test_a_command_takes_one_core_unless_the_environment_asks_for_more(asked: str | None, given: str) -> None:
    """Set before numpy is loaded, which reads it once."""
    program = (
        "import os, sys\n"
        "from firing_analyzer.cli import main\n"
        "assert 'numpy' not in sys.modules\n"
        "main(['--version'])\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], os.environ['MKL_NUM_THREADS'])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MKL_NUM_THREADS": "2"}
    environment.pop("OPENBLAS_NUM_THREADS", None)
    if asked is not None:
        environment["OPENBLAS_NUM_THREADS"] = asked
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == f"{given} 2"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are other on Windows")
def test_ctrl_c_ends_quietly(session: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "firing_analyzer", "analyze", *[str(session)] * 200],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the first result is there: the work is under way
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, "")


def test_a_label_that_the_terminal_cannot_show_does_not_stop_the_result(tmp_path: Path) -> None:
    made = columns()
    odd = {"time_s": made["time_s"], "GM_L [uV]": made["GM_L [uV]"], "肩 [uV]": made["UT_R [uV]"]}
    table = np.column_stack(list(odd.values()))
    np.savetxt(
        tmp_path / "odd.csv",
        table,
        fmt="%.4f",
        delimiter=",",
        header=",".join(odd),
        comments="",
        encoding="utf-8",
    )
    done = firing_analyzer_in(
        tmp_path, "analyze", "odd.csv", "--leg", "left", "--shoulder", "肩",
        PYTHONIOENCODING="latin-1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "channel \\u80a9 (named as shoulder);" in done.stdout
