"""Many recordings in Python: the same table whatever runs them, and no file that ends the run."""

import json
import os
import subprocess
import sys
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import firing_analyzer as fa
from firing_analyzer.batch.columns import RECORDING_COLUMNS, REPETITION_COLUMNS
from firing_analyzer.batch.many import as_done
from firing_analyzer.errors import BatchError
from firing_analyzer.settings import Settings
from tests.firing_analyzer.batch.conftest import MakeMany

ROOT = Path(fa.__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def paths(make_many: MakeMany, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Six recordings, and three files that cannot be used, among them."""
    folder = tmp_path_factory.mktemp("many")
    good = make_many(folder, 6)
    broken, constant = folder / "broken.bdf", folder / "constant.csv"
    broken.write_bytes(b"\xffBIOSEMI" + b" " * 40)
    np.savetxt(
        constant,
        np.column_stack([np.arange(4000) / 1000, np.ones(4000), np.ones(4000)]),
        delimiter=",",
        header="time_s,GM_L,UT_R",
        comments="",
    )
    return [good[0], broken, *good[1:4], constant, folder / "gone.csv", *good[4:]]


@pytest.fixture(scope="module")
def table(paths: list[Path]) -> pd.DataFrame:
    """The table that processes of our own make."""
    return fa.analyze_many(paths)


def test_each_raise_is_a_row_with_the_columns_of_the_json(table: pd.DataFrame, paths: list[Path]) -> None:
    told = json.loads(fa.analyze(fa.open_recording(paths[0])).to_json())
    rows = table[table["path"] == str(paths[0])]
    assert len(rows) == len(told["repetitions"]) == 2
    assert {"path", "participant", "session", "leg", "verdict", *told["repetitions"][0]} <= set(table.columns)
    for (_, row), repetition in zip(rows.iterrows(), told["repetitions"], strict=True):
        for name, value in repetition.items():
            if value is None:
                assert pd.isna(row[name])
            else:
                assert row[name] == value, name
    first = rows.iloc[0]
    assert (first["participant"], first["session"], first["run"]) == ("00000", "01", 1)
    assert (first["leg"], first["verdict"]) == ("left", told["session"]["verdict"])


def test_no_field_of_a_result_is_left_out_of_the_tables(paths: list[Path]) -> None:
    told = fa.analyze(fa.open_recording(paths[0])).to_dict()
    assert set(told["repetitions"][0]) <= set(REPETITION_COLUMNS)  # pyright: ignore
    assert set(told["session"]) <= set(RECORDING_COLUMNS)  # pyright: ignore
    assert set(told["software"]) <= set(RECORDING_COLUMNS)  # pyright: ignore


def test_a_file_that_cannot_be_used_is_a_row_with_its_reason(table: pd.DataFrame, paths: list[Path]) -> None:
    failed = table[table["problem"].notna()].set_index("path")["problem"]
    assert set(failed.index) == {str(paths[1]), str(paths[5]), str(paths[6])}
    assert "constant" in failed[str(paths[5])]
    assert "nothing is there" in failed[str(paths[6])]
    assert not any("\n" in reason for reason in failed)
    assert table.loc[table["problem"].notna(), ["verdict", "repetition", "lag_ms"]].isna().all(axis=None)


def test_rows_stand_in_the_order_of_the_files(table: pd.DataFrame, paths: list[Path]) -> None:
    assert list(dict.fromkeys(table["path"])) == [str(path) for path in paths]


def test_threads_give_the_same_table_as_processes(table: pd.DataFrame, paths: list[Path]) -> None:
    with ThreadPoolExecutor(3) as executor:
        _assert_same(fa.analyze_many(paths, executor=executor), table)


def test_a_dask_cluster_gives_the_same_table_as_processes(table: pd.DataFrame, paths: list[Path]) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra cluster is not installed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=":0", protocol="tcp"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor: Executor = client.get_executor()
        _assert_same(fa.analyze_many(paths, executor=executor), table)


def test_relative_paths_are_named_as_they_were_given(
    paths: list[Path], table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(paths[0].parent)
    with ThreadPoolExecutor(1) as executor:
        found = fa.analyze_many([paths[0].name], executor=executor)
    assert set(found["path"]) == {paths[0].name}
    assert list(found["lag_ms"]) == list(table[table["path"] == str(paths[0])]["lag_ms"])


def test_the_second_table_has_a_row_for_each_file(paths: list[Path]) -> None:
    with ThreadPoolExecutor(2) as executor:
        tables = fa.tables_of_many(paths, Settings(margin_ms=40.0), executor)
    assert list(tables.recordings["path"]) == [str(path) for path in paths]
    assert list(tables.recordings.columns) == list(RECORDING_COLUMNS)
    good = tables.recordings[tables.recordings["problem"].isna()]
    assert set(good["settings"]) == {"margin_ms = 40.0"}
    assert set(good["margin_ms"]) == {40.0}
    assert set(good["firing_analyzer"]) == {fa.__version__}
    assert good["simulated"].all()


def test_progress_is_told_after_each_file(paths: list[Path]) -> None:
    told: list[tuple[int, int]] = []
    with ThreadPoolExecutor(2) as executor:
        fa.analyze_many(paths, None, executor, lambda done, total: told.append((done, total)))
    assert told == [(number, len(paths)) for number in range(1, len(paths) + 1)]


def test_a_folder_stands_for_the_recordings_in_it(paths: list[Path], table: pd.DataFrame) -> None:
    folder = paths[0].parents[3]
    assert folder.name.startswith("many")
    with ThreadPoolExecutor(2) as executor:
        found = fa.analyze_many(folder, executor=executor)
    good = table[table["problem"].isna()]
    assert sorted(found.loc[found["problem"].isna(), "path"]) == sorted(good["path"])


def test_no_files_give_an_empty_table_with_all_columns() -> None:
    table = fa.analyze_many([])
    assert table.empty
    assert list(table.columns) == list(REPETITION_COLUMNS)


class Deadly(str):
    """A path that ends the process which unpickles it, as a crash in a library would."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_a_file_that_kills_its_process_is_one_row_and_all_others_are_analysed(paths: list[Path]) -> None:
    good = [str(path) for path in (paths[0], *paths[2:5])]
    files = dict(enumerate([*good[:2], Deadly("deadly.bdf"), *good[2:]]))
    results = dict(as_done(files, Settings(), workers=2))
    assert sorted(results) == [0, 1, 2, 3, 4]
    assert "ended the process" in (results[2].problem or "")
    assert [results[number].problem for number in (0, 1, 3, 4)] == [None] * 4


def test_a_script_without_a_main_guard_is_told_how_to_call_it(few: list[Path], tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(f"import firing_analyzer as fa\nprint(fa.analyze_many([{str(few[0])!r}]))\n")
    done = subprocess.run(
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "BatchError: no worker process could start" in done.stderr
    assert "if __name__ == '__main__':" in done.stderr


def test_an_executor_that_is_shut_down_is_no_table() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises((BatchError, RuntimeError)):
        fa.analyze_many(["a.csv"], executor=executor)


def _assert_same(found: pd.DataFrame, table: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, table, check_exact=True)
    assert found.to_csv() == table.to_csv()
