"""The benchmarks can be run by anyone: without the peers too, and saying so."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Runs the command in an interpreter in which no peer can be imported.
WITHOUT_PEERS = (
    "import runpy, sys\n"
    "for name in ('neurokit2', 'biosppy', 'detecta', 'ruptures', 'myonset'): sys.modules[name] = None\n"
    "runpy.run_module('tests.benchmarks', run_name='__main__', alter_sys=True)\n"
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("benchmarks")
    only = "accuracy,lags,sham,live"
    command = [sys.executable, "-c", WITHOUT_PEERS, "--smoke", "--only", only, "--out", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder


def rows_of(text: str, title: str) -> list[list[str]]:
    """Cells of the table whose title begins so, without its head."""
    table = text.split(f"### {title}", 1)[1].split("###", 1)[0]
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_peers_that_are_not_there_are_named_and_left_out(printed: tuple[str, Path]) -> None:
    text, _ = printed
    for name in ("neurokit2", "biosppy", "detecta", "ruptures", "myonset"):
        assert f"- {name} is not installed" in text
    beside = {row[0] for row in rows_of(text, "Ours beside its peers")}
    assert beside == {"firing-analyzer", "oracle", "oracle that is not told the rise"}


def test_the_oracle_is_nearly_right_on_a_strong_step(printed: tuple[str, Path]) -> None:
    (oracle,) = [row for row in rows_of(printed[0], "Onsets of single bursts") if row[0] == "oracle"]
    assert float(oracle[1]) < 8


def test_ours_finds_every_strong_burst_once(printed: tuple[str, Path]) -> None:
    (ours,) = [row for row in rows_of(printed[0], "Onsets of single bursts") if row[0] == "firing-analyzer"]
    assert (ours[4], ours[5]) == ("100.0 %", "0.00")
    assert float(ours[1]) < 15


def test_a_textbook_threshold_is_misled_where_ours_is_not(printed: tuple[str, Path]) -> None:
    """The glute begins first, on a slow rise at 10 dB, against a shoulder's step at 20 dB."""
    right = {row[0]: float(row[1].split()[0]) for row in rows_of(printed[0], "Who was first")}
    assert right["oracle"] == 100
    assert right["tkeo"] < 50 < right["firing-analyzer"]


def test_every_demand_that_was_measured_says_whether_it_is_reached(printed: tuple[str, Path]) -> None:
    demands = rows_of(printed[0], "What is to be reached")
    assert len(demands) >= 6
    assert {row[3] for row in demands} <= {"yes", "NO"}


def test_what_is_printed_is_also_written_with_pictures(printed: tuple[str, Path]) -> None:
    text, folder = printed
    written = (folder / "benchmarks.md").read_text(encoding="utf-8")
    assert text.startswith(written.rstrip())
    assert (folder / "onset_errors.png").read_bytes().startswith(b"\x89PNG")
