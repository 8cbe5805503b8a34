"""``batch`` on the command line: tables, refusals, and a run that is killed in the middle."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

import firing_analyzer
from tests.firing_analyzer.batch.conftest import MakeMany

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent


def start(folder: Path, *args: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "firing_analyzer", "batch", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    process = start(folder, *args)
    out, err = process.communicate(timeout=540)
    return subprocess.CompletedProcess(args, process.returncode, out, err)


def assert_refused(done: "subprocess.CompletedProcess[str]", *mentioned: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for thing in mentioned:
        assert thing in done.stderr


def same(folder: Path, one: str, other: str) -> bool:
    return all(
        (folder / f"{one}{ending}").read_bytes() == (folder / f"{other}{ending}").read_bytes()
        for ending in (".csv", "_recordings.csv")
    )


def _gone(group: int) -> bool:
    """Whether no process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def kill_in_the_middle(folder: Path, done_bytes: int, *args: str) -> None:
    """Kill a run as a power cut would, once so much has been written down; its workers must end with it."""
    process = start(folder, *args)
    journal = folder / "killed.csv.unfinished-wal"
    while process.poll() is None and not (journal.exists() and journal.stat().st_size > done_bytes):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "it ended before it could be killed"
    deadline = time.monotonic() + 10
    while not _gone(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _gone(process.pid), "workers outlive the run that started them"


def _compare_all(many: Path, folder: Path, *, done_bytes: int) -> None:
    kill_in_the_middle(folder, done_bytes, str(many), "--workers", "2", "--out", "killed.csv")
    assert not (folder / "killed.csv").exists()
    again = run(folder, str(many), "--workers", "2", "--out", "killed.csv")
    assert again.returncode == 0, again.stderr
    told = re.search(r"(\d+) recordings \((\d+) of them done by an earlier run\)", again.stdout)
    assert told
    assert 0 < int(told[2]) < int(told[1])
    assert run(folder, str(many), "--workers", "1", "--out", "one.csv").returncode == 0
    assert same(folder, "killed", "one")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are grouped and killed in another way there")
def test_300_recordings_killed_and_begun_again_give_the_table_of_one_worker(
    make_many: MakeMany, tmp_path: Path
) -> None:
    make_many(tmp_path / "study", 300)
    _compare_all(tmp_path / "study", tmp_path, done_bytes=100_000)
    table = pd.read_csv(tmp_path / "one_recordings.csv")
    assert len(table) == 300
    assert table["problem"].isna().all()


@pytest.mark.soak
def test_10_000_recordings_give_the_same_tables_with_one_two_and_dask_workers(
    make_many: MakeMany, tmp_path: Path
) -> None:
    distributed = pytest.importorskip("distributed")
    make_many(tmp_path / "study", 10_000)
    _compare_all(tmp_path / "study", tmp_path, done_bytes=2_000_000)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        done = run(tmp_path, "study", "--dask", cluster.scheduler_address, "--out", "dask.csv")
    assert done.returncode == 0, done.stderr
    renamed = (tmp_path / "dask.csv").read_text().replace("study/", f"{tmp_path}/study/")
    assert renamed == (tmp_path / "one.csv").read_text()


def test_a_run_tells_its_counts_and_where_the_tables_are(make_many: MakeMany, tmp_path: Path) -> None:
    make_many(tmp_path / "study", 3)
    (tmp_path / "study" / "broken.bdf").write_bytes(b"\xffBIOSEMI")
    done = run(tmp_path, "study", "--workers", "1", "--out", "table.csv")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "4 recordings: cannot tell 3, could not be used 1.",
        "A row for each raise: table.csv",
        "A row for each recording: table_recordings.csv",
    ]
    assert done.stderr.startswith("firing-analyzer: study/broken.bdf: ")
    assert len(done.stderr.splitlines()) == 1


def test_nothing_usable_at_all_is_status_2_and_the_table_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.bdf").write_bytes(b"\xffBIOSEMI")
    done = run(tmp_path, "broken.bdf", "gone.csv", "--workers", "1", "--out", "table.csv")
    assert done.returncode == 2
    assert "gone.csv: nothing is there" in done.stderr
    assert "nothing is there" in (tmp_path / "table.csv").read_text()


def test_where_nothing_is_at_all_no_table_is_made(tmp_path: Path) -> None:
    assert_refused(run(tmp_path, "nowhere", "--out", "x.csv"), "nowhere: nothing is there; check the path")
    assert list(tmp_path.iterdir()) == []


def test_tables_that_are_no_recordings_are_named_but_not_those_of_the_run_itself(
    make_many: MakeMany, tmp_path: Path
) -> None:
    make_many(tmp_path / "study", 1)
    (tmp_path / "study" / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "study" / "header.csv").write_text("time_s,GM_L [uV],UT_R [uV]\n", encoding="utf-8")
    for _ in range(2):
        done = run(tmp_path, "study", "--workers", "1", "--out", "study/table.csv")
        assert done.returncode == 0
        assert done.stderr == "skipped, not recordings: empty.csv, header.csv\n"


@pytest.mark.parametrize(
    ("args", "mentioned"),
    [
        (("--out", "table.xlsx"), ("table.xlsx", ".csv or .parquet")),
        (("--out", "no/table.csv"), ("no/table.csv", "make it first")),
        (("--out", "table.csv", "--workers", "2", "--dask", "tcp://localhost:1"), ("give one of them",)),
        (("--out", "table.csv", "--workers", "0"), ("--workers", "--help")),
        (("--out", "table.csv", "--settings", "no.toml"), ("no.toml",)),
        ((), ("--out",)),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_before_anything_starts(
    few: list[Path], tmp_path: Path, args: tuple[str, ...], mentioned: tuple[str, ...]
) -> None:
    assert_refused(run(tmp_path, str(few[0]), *args), *mentioned)
    assert list(tmp_path.iterdir()) == []


def test_an_address_where_no_cluster_answers_is_refused(few: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    done = run(tmp_path, str(few[0]), "--out", "table.csv", "--dask", "tcp://127.0.0.1:9")
    assert_refused(done, "tcp://127.0.0.1:9", "check the address")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_recordings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_refused(run(tmp_path, "empty", "--out", "table.csv"), "empty", "holds no recording")
