"""Corrections on the command line: kept in a dataset, said, and holding when it is analysed again."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from firing_analyzer.kept import edits_path
from recordings.dataset.bids import save_recording
from recordings.formats.bdf_write import write_bdf
from recordings.synth import Schedule, simulate_session

LAGS_MS = [-140, -120, -155, -130, -145, -125]


@pytest.fixture(scope="module")
def made(brisk: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with one recording, and the same as a file by itself."""
    folder = tmp_path_factory.mktemp("made")
    recording = simulate_session(seed=6, lags_ms=LAGS_MS, schedule=brisk, rate_hz=1000.0).recording
    save_recording(folder / "data", replace(recording, path=None), participant="01", leg="left")
    write_bdf(folder / "session.bdf", recording.signals)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def recording_in(folder: Path) -> Path:
    return next((folder / "data").rglob("*_emg.bdf"))


def run(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    status = main(["analyze", *map(str, args)])
    told, said = capsys.readouterr()
    return status, told, said


def test_a_correction_in_a_dataset_holds_when_it_is_analysed_again(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recording_in(folder)
    raw = {file: file.read_bytes() for file in (folder / "data").glob("sub-*/**/*") if file.is_file()}
    status, told, said = run(capsys, path, "--exclude", 3, "--reason", "coughed", "--by", "02")
    assert (status, said) == (0, "")
    assert "Raise 3 was left out: coughed (02, 2" in told
    assert f"Corrections kept: {edits_path(path)}" in told
    assert "Analysis kept: " in told
    status, told, _ = run(capsys, path)
    assert "Raise 3 was left out: coughed (02, 2" in told
    assert "Corrections kept" not in told
    _, told, _ = run(capsys, folder / "data", "--json")
    content = json.loads(told)
    assert [row["included"] for row in content["repetitions"]] == [True, True, False, True, True, True]
    assert content["edits"][0]["by"] == "02"
    _, told, _ = run(capsys, path, "--as-measured", "--json")
    assert all(row["included"] for row in json.loads(told)["repetitions"])
    assert {file: file.read_bytes() for file in raw} == raw


def test_corrections_follow_one_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = recording_in(folder)
    _, told, _ = run(capsys, path, "--json")
    measured = json.loads(told)
    at_s = measured["repetitions"][3]["glute_onset_s"] + 0.05
    assert run(capsys, path, "--exclude", 3, "--reason", "coughed")[0] == 0
    status, told, _ = run(
        capsys, path, "--restore", 3, "--move", "glute", 4, f"{at_s:.3f}", "--reason", "seen again", "--json"
    )
    assert status == 0
    content = json.loads(told)
    assert [edit["change"] for edit in content["edits"]] == ["exclude", "restore", "move_onset"]
    assert content["repetitions"][2] == measured["repetitions"][2]
    assert content["repetitions"][3]["glute_onset_s"] == pytest.approx(at_s, abs=1e-3)
    assert content["repetitions"][3]["flags"] == ["edited"]
    assert content["original_repetitions"] == [measured["repetitions"][3]]
    results = sorted((folder / "data").rglob("*_analysis.json"))
    assert len(results) == 2, "one of each correction"


def test_corrections_of_a_file_by_itself_are_kept_where_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "session.bdf"
    before = sorted(folder.iterdir())
    options = ("--leg", "left", "--exclude", 2, "--reason", "spoke")
    _, told, _ = run(capsys, path, *options)
    assert "are not kept; --save keeps them" in told
    assert sorted(folder.iterdir()) == before
    _, told, _ = run(capsys, path, *options, "--save")
    beside = folder / "session.bdf.edits.json"
    assert f"Corrections kept: {beside}" in told
    assert sorted(folder.iterdir()) == sorted([*before, beside])
    _, told, _ = run(capsys, path, "--leg", "left")
    assert "Raise 2 was left out: spoke" in told
    assert [type(edit) for edit in fa.stored_edits(path)] == [fa.Exclude]


def test_an_analysis_of_a_dataset_is_kept_where_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recording_in(folder)
    run(capsys, path)
    assert not (folder / "data" / "derivatives").exists()
    _, told, _ = run(capsys, path, "--save")
    assert "_desc-1_analysis.json" in told
    assert "Nothing to keep" in run(capsys, folder / "session.bdf", "--leg", "left", "--save")[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--exclude", "3"], "needs a reason"),
        (["--exclude", "3", "--reason", " "], "needs a reason"),
        (["--reason", "coughed"], "--reason is of a correction"),
        (["--by", "02"], "--by is of a correction"),
        (["--exclude", "9", "--reason", "x"], "there is no raise 9; the recording has 6"),
        (["--restore", "3", "--reason", "x"], "nothing to restore"),
        (["--move", "glute", "4", "1.0", "--reason", "x"], "lies outside it"),
        (["--move", "neck", "4", "1.0", "--reason", "x"], "'neck'"),
        (["--exclude", "0", "--reason", "x"], "0"),
        (["--exclude", "3", "--reason", "x", "--as-measured"], "one or the other"),
    ],
)
def test_what_cannot_be_corrected_is_refused_and_nothing_is_kept(
    made: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    before = sorted(made.rglob("*"))
    status, told, said = run(capsys, recording_in(made), *options)
    assert status == 2
    assert not told
    assert words in said
    assert said.count("\n") == 1
    assert sorted(made.rglob("*")) == before


def test_corrections_are_of_one_recording(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, told, said = run(capsys, made, "--exclude", 1, "--reason", "x")
    assert (status, told) == (2, "")
    assert f"not of 2; name one of {recording_in(made)}, {made / 'session.bdf'}" in said
