"""Results and corrections beside their recordings: traceable, the same bytes again, nothing ever altered."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from firing_analyzer.edits import Edit
from firing_analyzer.errors import EditError
from firing_analyzer.kept import edits_path
from recordings.dataset.bids import finish_interrupted, save_recording
from recordings.dataset.new_files import NotSavedError
from recordings.errors import NotFoundError, UnreadableError
from recordings.formats.bdf_write import write_bdf
from recordings.model import Recording
from recordings.open import open_recording
from recordings.synth import Schedule, simulate_session


@pytest.fixture(scope="module")
def session(brisk: Schedule) -> Recording:
    """Six raises, two sensors."""
    lags_ms = [-140, -120, -155, -130, -145, -125]
    made = simulate_session(seed=4, lags_ms=lags_ms, schedule=brisk, rate_hz=1000.0).recording
    signals = tuple(
        replace(signal, channel=replace(signal.channel, device=f"simulated {signal.channel.label}"))
        for signal in made.signals
    )
    return replace(made, signals=signals, shared_clock=False, clock_error_ms=1.0, path=None)


@pytest.fixture(scope="module")
def study(session: Recording, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    save_recording(folder, session, participant="01", session="01", leg="left")
    return folder


@pytest.fixture
def dataset(study: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(study, tmp_path / "data"))


def files_of(dataset: Path) -> list[Path]:
    return sorted(dataset.glob("sub-*/ses-*/emg/*_emg.bdf"))


def content_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def coughed(number: int = 3) -> fa.Exclude:
    return fa.Exclude(repetition=number, reason="coughed", by="02", when="2026-11-21T10:00:00+00:00")


def test_a_result_names_what_it_was_made_from(dataset: Path) -> None:
    before = content_of(dataset)
    analysis = fa.analyze(open_recording(files_of(dataset)[0]), fa.Settings(margin_ms=40.0))
    file = fa.save_analysis(analysis)
    assert str(file.relative_to(dataset)) == (
        "derivatives/firing-analyzer/sub-01/ses-01/emg/"
        "sub-01_ses-01_task-proneLegRaise_acq-left_run-1_desc-1_analysis.json"
    )
    kept = json.loads(file.read_text())
    named = {one["path"]: one["sha256"] for one in kept["inputs"]}
    for name, checksum in named.items():
        assert hashlib.sha256((dataset / name).read_bytes()).hexdigest() == checksum
    assert sum(name.endswith(".bdf") for name in named) == 2
    assert sum(name.endswith("_events.tsv") for name in named) == 2
    assert kept["analysis"]["settings"]["margin_ms"] == 40.0
    assert kept["analysis"]["software"].keys() >= {"firing_analyzer", "numpy", "scipy"}
    assert kept["analysis"]["session"]["verdict"] == analysis.verdict
    description = json.loads((dataset / "derivatives/firing-analyzer/dataset_description.json").read_text())
    assert description["DatasetType"] == "derivative"
    assert content_of(dataset).items() >= before.items(), "no recording is ever altered"


def test_the_same_recording_analysed_a_year_later_gives_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    """By its settings file, in another process, in another folder, from its other file."""
    first = fa.save_analysis(
        fa.analyze(open_recording(files_of(dataset)[0]), fa.Settings(margin_ms=35.5, mains_hz="50"))
    )
    settings = first.with_name(first.name.replace("analysis.json", "settings.toml"))
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(dataset, elsewhere, ignore=shutil.ignore_patterns("*_analysis.json", "*_settings.toml"))
    command = [
        sys.executable, "-m", "firing_analyzer", "analyze", str(files_of(elsewhere)[1]),
        "--settings", str(settings), "--save",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    second = elsewhere / first.relative_to(dataset)
    assert f"Analysis kept: {second}" in done.stdout
    assert second.read_bytes() == first.read_bytes()
    again = fa.save_analysis(fa.analyze(open_recording(files_of(dataset)[1]), fa.Settings.read(settings)))
    assert again == first


def test_another_result_gets_another_number_and_nothing_is_overwritten(dataset: Path) -> None:
    recording = open_recording(files_of(dataset)[0])
    first = fa.save_analysis(fa.analyze(recording))
    before = content_of(dataset)
    second = fa.save_analysis(fa.analyze(recording, fa.Settings(margin_ms=60.0)))
    third = fa.save_analysis(fa.analyze(recording, edits=[coughed()]))
    assert [file.name.split("_desc-")[1][:2] for file in (first, second, third)] == ["1_", "2_", "3_"]
    assert fa.save_analysis(fa.analyze(recording)) == first
    assert content_of(dataset).items() >= before.items()


def test_what_stands_in_no_dataset_has_no_place_for_results(
    session: Recording, dataset: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFoundError, match="no place for its results"):
        fa.save_analysis(fa.analyze(session))
    lone = tmp_path / "sub-9_task-x_emg.bdf"
    write_bdf(lone, session.signals[:2] if session.shared_clock else session.signals[:1])
    with pytest.raises(NotFoundError, match="stands in no BIDS dataset"):
        fa.save_analysis(replace(fa.analyze(session), path=lone))
    (dataset / "dataset_description.json").unlink()
    with pytest.raises(NotFoundError):
        fa.save_analysis(fa.analyze(open_recording(files_of(dataset)[0])))


KILL_EVERYWHERE = """
import os, signal, sys
from dataclasses import replace
import firing_analyzer as fa
from recordings.dataset.derivatives import keep_result
from firing_analyzer.kept import store_edits
from pathlib import Path

CHANGES = {"open", "os.link", "os.mkdir", "os.remove", "os.rename"}
dataset = sys.argv[1]
path = next(Path(dataset).glob("sub-*/ses-*/emg/*_emg.bdf"))
edit = fa.Exclude(repetition=2, reason="coughed")
plain = fa.analyze(fa.open_recording(path))

def save(n, action):
    left = n
    def die(event, arguments):
        nonlocal left
        if event in CHANGES and "derivatives" in str(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(die)
    action()

def keep():
    keep_result(path, '{"number": 1}', "margin_ms = 50")

def store():
    store_edits(replace(plain, edits=(*fa.stored_edits(path), edit)))

for action in (keep, store):
    for n in range(200):
        child = os.fork()
        if not child:
            save(n, action)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
    print(n)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
def test_a_crash_while_a_result_is_kept_leaves_all_or_nothing(
    dataset: Path, assert_valid: Callable[[Path], None]
) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILL_EVERYWHERE, str(dataset)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    moments = [int(line) for line in done.stdout.split()]
    assert len(moments) == 2
    assert all(5 < n < 199 for n in moments), moments
    (result,) = dataset.rglob("*_analysis.json")
    assert json.loads(result.read_text()) == {"number": 1}
    assert result.name.endswith("_desc-1_analysis.json")
    edits = fa.stored_edits(files_of(dataset)[0])
    assert edits
    assert set(edits) == {fa.Exclude(repetition=2, reason="coughed")}, "whole ones, behind one another"
    finish_interrupted(dataset)
    assert not list(dataset.rglob(".*.part"))
    assert_valid(dataset)
    assert_valid(dataset / "derivatives" / "firing-analyzer")


def test_corrections_are_kept_behind_one_another_and_hold_again(dataset: Path) -> None:
    one, other = files_of(dataset)
    recording = open_recording(one)
    assert fa.stored_edits(one) == ()
    first = fa.analyze(recording, edits=[coughed()])
    path = fa.store_edits(first)
    assert path == edits_path(one) == edits_path(other)
    assert fa.stored_edits(other) == first.edits
    new: list[Edit] = [*fa.stored_edits(one), fa.Restore(repetition=3, reason="she did not", by="03")]
    fa.store_edits(fa.analyze(recording, edits=new))
    kept = fa.stored_edits(one)
    assert [(type(edit), edit.reason, edit.by) for edit in kept] == [
        (fa.Exclude, "coughed", "02"),
        (fa.Restore, "she did not", "03"),
    ]
    with pytest.raises(EditError, match="other corrections are kept"):
        fa.store_edits(first)
    assert fa.stored_edits(one) == kept


def test_corrections_of_a_file_by_itself_lie_beside_it(session: Recording, tmp_path: Path) -> None:
    path = tmp_path / "session.bdf"
    write_bdf(path, replace(session, shared_clock=True).signals)
    recording = open_recording(path, leg="left")
    assert fa.store_edits(fa.analyze(recording, edits=[coughed(2)])) == tmp_path / "session.bdf.edits.json"
    assert [row.included for row in fa.analyze(recording, edits=fa.stored_edits(path)).rows][:3] == [
        True, False, True,
    ]  # fmt: skip


def test_corrections_of_another_recording_are_refused(dataset: Path) -> None:
    path = files_of(dataset)[0]
    fa.store_edits(fa.analyze(open_recording(path), edits=[coughed()]))
    events = path.with_name(path.name.replace("_emg.bdf", "_events.tsv"))
    events.write_text(events.read_text() + "3.5\t0\tnote\tn/a\n")
    with pytest.raises(EditError, match="not the recording that was corrected"):
        fa.stored_edits(path)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.95])
def test_a_file_of_corrections_that_is_not_whole_is_refused(dataset: Path, part: float) -> None:
    path = files_of(dataset)[0]
    kept = fa.store_edits(fa.analyze(open_recording(path), edits=[coughed()]))
    text = kept.read_text()
    kept.write_text(text[: int(part * len(text))])
    with pytest.raises(UnreadableError, match="no whole file of corrections"):
        fa.stored_edits(path)
    for change, words in (("edits/1", "edits/9"), ('"exclude"', '"delete"'), ('"repetition"', '"raise"')):
        kept.write_text(text.replace(change, words))
        with pytest.raises(UnreadableError):
            fa.stored_edits(path)


def test_a_disk_that_cannot_be_written_is_told(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (dataset / "derivatives").write_text("a file stands in the way")
    analysis = fa.analyze(open_recording(files_of(dataset)[0]), edits=[coughed()])
    for keep in (fa.save_analysis, fa.store_edits):
        with pytest.raises(NotSavedError, match="cannot be kept"):
            keep(analysis)
    assert main(["analyze", str(files_of(dataset)[0]), "--exclude", "2", "--reason", "x"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_other_peoples_datasets_are_corrected_without_being_altered(
    session: Recording, tmp_path: Path
) -> None:
    """Without our fields: one BDF file with events beside it."""
    folder = tmp_path / "theirs" / "sub-A" / "emg"
    folder.mkdir(parents=True)
    (tmp_path / "theirs" / "dataset_description.json").write_text('{"Name": "T", "BIDSVersion": "1.11.1"}')
    path = folder / "sub-A_task-legs_emg.bdf"
    write_bdf(path, replace(session, shared_clock=True).signals)
    path.with_suffix(".json").write_text('{"TaskName": "legs"}')
    path.with_name("sub-A_task-legs_events.tsv").write_text("onset\tduration\n")
    (folder / "half-written_emg.bdf").write_bytes(path.read_bytes()[:4000])
    (folder / "notes.xyz").write_text("nobody knows")
    before = content_of(tmp_path)
    analysis = fa.analyze(open_recording(path, leg="left"), edits=[coughed()])
    kept = fa.store_edits(analysis), fa.save_analysis(analysis)
    assert [str(file.relative_to(tmp_path / "theirs")) for file in kept] == [
        "derivatives/firing-analyzer/sub-A/emg/sub-A_task-legs_edits.json",
        "derivatives/firing-analyzer/sub-A/emg/sub-A_task-legs_desc-1_analysis.json",
    ]
    assert fa.stored_edits(path) == analysis.edits
    assert content_of(tmp_path).items() >= before.items()
