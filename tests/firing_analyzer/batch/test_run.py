"""A run into tables that is stopped and begun again."""

import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

import firing_analyzer as fa
from firing_analyzer.batch.columns import REPETITION_COLUMNS
from firing_analyzer.batch.journal import UNFINISHED, BatchJournal
from firing_analyzer.batch.run import BatchOutcome, run_batch
from firing_analyzer.errors import BatchError
from firing_analyzer.settings import Settings
from tests.firing_analyzer.batch.conftest import MakeMany


class Counting(ThreadPoolExecutor):
    """Counts what it is handed."""

    def __init__(self) -> None:
        super().__init__(1)
        self.handed: list[str] = []

    def submit(self, fn: object, /, *args: object, **kwargs: object) -> "Future[object]":  # pyright: ignore
        self.handed.append(str(args[0]))
        return super().submit(fn, *args, **kwargs)  # pyright: ignore


class PulledPlugError(Exception):
    """Stops a run in the middle."""


@pytest.fixture
def paths(make_many: MakeMany, tmp_path: Path) -> list[str]:
    return [str(path) for path in make_many(tmp_path / "study", 8)]


def _run(
    paths: list[str], table: Path, *, stop_at: int | None = None, margin_ms: float = 50.0
) -> tuple[BatchOutcome, list[str]]:
    def plug(done: int, _total: int) -> None:
        if done == stop_at:
            raise PulledPlugError

    with Counting() as executor:
        try:
            outcome = run_batch(
                paths,
                table,
                settings=Settings(margin_ms=margin_ms),
                executor=executor,
                on_progress=plug,  # pyright: ignore
            )
        finally:
            executor.shutdown(cancel_futures=True)
    return outcome, executor.handed


def _stopped(paths: list[str], table: Path, at: int, margin_ms: float = 50.0) -> None:
    with pytest.raises(PulledPlugError):
        _run(paths, table, stop_at=at, margin_ms=margin_ms)


def test_a_stopped_run_goes_on_without_doing_anything_twice(paths: list[str], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    _stopped(paths, table, 3)
    assert not table.exists()
    outcome, handed = _run(paths, table)
    assert (outcome.continued, len(handed)) == (3, 5)
    whole, _ = _run(paths, tmp_path / "whole.csv")
    assert table.read_bytes() == whole.repetitions.read_bytes()
    assert outcome.recordings.read_bytes() == whole.recordings.read_bytes()


def test_what_was_done_with_other_settings_is_done_again(paths: list[str], tmp_path: Path) -> None:
    _stopped(paths, tmp_path / "table.csv", 3, margin_ms=40.0)
    outcome, handed = _run(paths, tmp_path / "table.csv", margin_ms=60.0)
    assert (outcome.continued, len(handed)) == (0, 8)
    assert set(pd.read_csv(outcome.recordings)["margin_ms"]) == {60.0}


def test_a_file_that_has_changed_since_is_done_again(paths: list[str], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    _stopped(paths, table, 8)
    sidecar = Path(paths[2].replace("_emg.bdf", "_events.tsv"))
    sidecar.write_text(sidecar.read_text() + "3.0\t0.0\tnote\tn/a\n")
    outcome, handed = _run(paths, table)
    assert handed == [paths[2]]
    assert outcome.continued == 7


def test_what_failed_is_tried_again(paths: list[str], tmp_path: Path) -> None:
    table, late = tmp_path / "table.csv", Path(paths[0])
    hidden = late.rename(late.with_suffix(".away"))
    _stopped(paths, table, 8)
    hidden.rename(late)
    outcome, handed = _run(paths, table)
    assert handed == [paths[0]]
    assert outcome.failed == 0


def test_a_finished_run_leaves_the_tables_and_nothing_else(paths: list[str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    _run(paths, out / "table.csv")
    assert {file.name for file in out.iterdir()} == {"table.csv", "table_recordings.csv"}


def test_an_older_table_stays_until_the_new_one_is_whole(paths: list[str], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("older\n")
    _stopped(paths, table, 4)
    assert table.read_text() == "older\n"
    _run(paths, table)
    assert table.read_text().startswith("path,participant")


def test_a_file_named_twice_is_analysed_once(paths: list[str], tmp_path: Path) -> None:
    outcome, handed = _run([*paths[:2], paths[0]], tmp_path / "table.csv")
    assert (outcome.files, handed) == (2, paths[:2])


def test_two_runs_into_one_table_are_refused(paths: list[str], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    with BatchJournal(table), pytest.raises(BatchError, match="another run is writing this table"):
        _run(paths, table)


def test_a_strange_file_in_the_place_of_the_journal_is_left_alone(paths: list[str], tmp_path: Path) -> None:
    strange = tmp_path / f"table.csv{UNFINISHED}"
    strange.write_text("my notes, which are longer than the head of a database would be " * 4)
    before = strange.read_bytes()
    with pytest.raises(BatchError, match="move it away"):
        _run(paths, tmp_path / "table.csv")
    assert strange.read_bytes() == before


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_the_saved_tables_hold_what_the_analyses_say(paths: list[str], tmp_path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="the extra cluster is not installed")
    outcome, _ = _run([*paths[:3], "gone.bdf"], tmp_path / f"table{suffix}")
    lists = [name for name, kind in REPETITION_COLUMNS.items() if kind in {"texts", "numbers"}]
    codes: dict[str, type] = {"participant": str, "session": str}
    read = (
        pd.read_parquet(outcome.repetitions)
        if suffix == ".parquet"
        else pd.read_csv(
            outcome.repetitions,
            dtype=codes,
            converters=dict.fromkeys(lists, _json_or_none),  # pyright: ignore
        )
    )
    with ThreadPoolExecutor(1) as executor:
        expected = fa.analyze_many([*paths[:3], "gone.bdf"], executor=executor)
    assert list(read.columns) == list(expected.columns)
    assert len(read) == len(expected)
    for name in expected.columns:
        for got, wanted in zip(read[name], expected[name], strict=True):
            if isinstance(wanted, list):
                assert list(got) == wanted, name
            else:
                assert (pd.isna(got) and pd.isna(wanted)) or got == wanted, name


def _json_or_none(cell: str) -> object:
    return json.loads(cell) if cell else None


def test_parquet_without_its_library_is_refused_before_anything_starts(
    paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with Counting() as executor, pytest.raises(BatchError, match="Parquet needs pyarrow"):
        run_batch(paths, tmp_path / "table.parquet", executor=executor)
    assert executor.handed == []
    assert [file for file in tmp_path.iterdir() if file.is_file()] == []
