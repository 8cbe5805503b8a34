"""A recording that a kill left behind is told wherever its dataset is used, until it is finished."""

import json
import shutil
from pathlib import Path

import pytest

from recordings.dataset.bids import save_recording
from recordings.journal import JournalStream, JournalWriter
from recordings.lock import JOURNAL_FOLDER, DatasetLock
from recordings.synth import Schedule, simulate_session
from tests.firing_analyzer.command_line import answer_in, assert_refused
from tests.firing_analyzer.recording_program import Running, arguments, posix


@pytest.fixture(scope="module")
def killed(brisk: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset with one recording of 01, and one that was killed, of 05."""
    folder = tmp_path_factory.mktemp("killed")
    recording = simulate_session(seed=6, lags_ms=[-140] * 5, schedule=brisk, rate_hz=1000.0).recording
    save_recording(folder / "study", recording, participant="01", session="1", leg="left")
    (folder / "study" / JOURNAL_FOLDER).mkdir(parents=True)
    path = folder / "study" / JOURNAL_FOLDER / "sub-05_acq-left_001.journal"
    about = {"participant": "05", "leg": "left"}
    with JournalWriter(path, about=about, streams=[JournalStream("glute", "packed")]) as writer:
        writer.put_packet("glute", 0.02, b"bytes")
    return folder


TOLD = "firing-analyzer: study: 1 recording was not finished; finish with: firing-analyzer recover study\n"


@pytest.mark.parametrize(
    "command",
    [
        ("analyze", "study"),
        ("batch", "study", "--workers", "1", "--out", "table.csv"),
        ("trend", "study", "--participant", "01"),
    ],
)
def test_every_command_that_takes_a_dataset_tells_it_in_one_line(
    killed: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    shutil.copytree(killed / "study", tmp_path / "study")
    done = answer_in(tmp_path, *command)
    assert (done.returncode, done.stderr) == (0, TOLD)


def test_json_stays_one_object_on_standard_output(killed: Path) -> None:
    for command in (("analyze", "study"), ("trend", "study", "--participant", "01")):
        done = answer_in(killed, *command, "--json")
        assert isinstance(json.loads(done.stdout), dict)
        assert done.stderr == TOLD


def test_a_file_by_itself_is_no_dataset_of_which_it_is_told(killed: Path) -> None:
    file = next((killed / "study").rglob("*_emg.bdf"))
    assert answer_in(killed, "analyze", file).stderr == ""


def test_what_is_being_recorded_now_is_not_called_unfinished(killed: Path) -> None:
    with DatasetLock(killed / "study"):
        assert answer_in(killed, "analyze", "study").stderr == ""


def test_a_person_whose_only_recording_was_not_finished_is_not_called_unknown(killed: Path) -> None:
    assert_refused(
        answer_in(killed, "trend", "study", "--participant", "05"),
        "1 recording of participant '05' was not finished; finish with: firing-analyzer recover study",
    )
    assert_refused(answer_in(killed, "trend", "study", "--participant", "06"), "'06'", "check the code")


def test_a_dataset_with_nothing_but_an_unfinished_recording_is_refused_so(
    killed: Path, tmp_path: Path
) -> None:
    shutil.copytree(killed / "study" / "sourcedata", tmp_path / "study" / "sourcedata")
    for command in (("analyze", "study"), ("batch", "study", "--out", "table.csv")):
        done = answer_in(tmp_path, *command)
        assert (done.returncode, done.stderr) == (2, TOLD)


@posix
def test_after_a_kill_the_next_record_tells_it_until_it_is_recovered(tmp_path: Path) -> None:
    running = Running(arguments(tmp_path / "study", speed=20))
    running.wait_for("Lie still")
    running.process.kill()
    running.end()
    done = answer_in(tmp_path, *arguments(Path("study"), "--repetitions", "1", speed=500)[3:])
    assert done.returncode == 0
    assert done.stderr.endswith(TOLD)
    assert answer_in(tmp_path, "recover", "study").returncode == 0
    assert answer_in(tmp_path, "analyze", "study").stderr == ""
