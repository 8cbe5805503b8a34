"""``record`` and ``recover`` as somebody at a terminal, or a script without one, meets them."""

import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firing_analyzer.cli import main
from recordings.dataset.setup import Setup
from recordings.lock import JOURNAL_FOLDER, DatasetLock
from recordings.open import open_recording
from sensors.recover import recover
from tests.firing_analyzer.command_line import answer_in, assert_refused
from tests.firing_analyzer.recording_program import (
    ROOT,
    Running,
    arguments,
    journals,
    posix,
    ran,
    refused,
    saved_files,
    state_of,
)


def test_a_session_of_five_raises_without_a_terminal(tmp_path: Path) -> None:
    status, told, said = ran(arguments(tmp_path, "--repetitions", "5"))
    assert status == 0
    assert "Activity of the left gluteus maximus began before that of the right upper trapezius" in told
    assert re.search(r"in 5 of 5 raises", told)
    files = saved_files(told)
    assert len(files) == 2
    assert all(file.is_file() for file in files)
    assert str(journals(tmp_path)[0]) in told
    assert len(re.findall(r"Lift your leg. \(\d of 5\)", said)) == 5
    assert len(re.findall(r"raise \d: glute first", said)) == 5
    assert re.search(r"glute +1000 Hz, lost 0\.0 %, good, battery 90 %", said)
    assert "\x1b" not in told + said
    again = subprocess.run(
        [sys.executable, "-m", "firing_analyzer", "analyze", str(files[1])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert again.returncode == 0
    assert again.stdout.splitlines()[0] in told, "analyze says what record said"


@posix
def test_ctrl_c_saves_and_says_the_verdict(tmp_path: Path) -> None:
    running = Running(arguments(tmp_path, speed=20))
    running.wait_for("Lie still")
    running.process.send_signal(signal.SIGINT)
    status, told, said = running.end()
    assert status == 0, said
    assert "annot tell" in told
    (first, _) = saved_files(told)
    recording = open_recording(first)
    assert 12 <= recording.duration_s < 40
    assert [event.label for event in recording.events][:2] == ["reference_shoulder", "rest"]
    assert state_of(journals(tmp_path)[0]) == "saved"


@posix
def test_a_second_ctrl_c_leaves_a_journal_that_can_be_recovered(tmp_path: Path) -> None:
    running = Running(arguments(tmp_path, speed=20))
    running.wait_for("Lie still")
    running.process.send_signal(signal.SIGINT)
    time.sleep(0.02)
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGINT)
    status, _, said = running.end()
    assert status in (0, 130)
    assert "Traceback" not in said
    (outcome,) = recover(tmp_path)
    assert outcome.problem is None
    assert outcome.saved is not None
    assert open_recording(outcome.saved.path).duration_s >= 12


@posix
@pytest.mark.soak
@pytest.mark.parametrize("gone", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminal_that_is_closed_leaves_a_journal_that_can_be_recovered(tmp_path: Path, gone: int) -> None:
    running = Running(arguments(tmp_path, speed=20))
    running.wait_for("Lie still")
    running.process.send_signal(gone)
    running.end()
    (outcome,) = recover(tmp_path)
    assert outcome.problem is None
    assert outcome.saved is not None
    # all but the quarter of a second, at speed 20, that may not have been committed
    assert open_recording(outcome.saved.path).duration_s >= 12 - 0.25 * 20 - 0.5


@posix
def test_nobody_reading_standard_error_costs_nothing(tmp_path: Path) -> None:
    command = arguments(tmp_path, "--duration", "20")
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        process.stderr.readline()
        process.stderr.close()
        told = process.stdout.read()
        assert process.wait(60) == 0
    (first, _) = saved_files(told)
    assert open_recording(first).duration_s == pytest.approx(20, abs=0.7)


@pytest.mark.parametrize("options", ["&dead=1", pytest.param("&dies=10", marks=pytest.mark.soak)])
def test_dead_sensors_end_with_cannot_tell(tmp_path: Path, options: str) -> None:
    status, told, said = ran(arguments(tmp_path, "--repetitions", "2", options=options))
    assert status == 0
    assert told.strip().startswith("Cannot tell")
    assert said.count("Lift your leg.") == 2
    assert "glute     delivers nothing" in said
    assert len(saved_files(told)) == 2


def test_nothing_is_recorded_or_recovered_while_a_recording_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with DatasetLock(tmp_path):
        assert main(arguments(tmp_path)[3:]) == 2
        assert "another recording is going on" in refused(capsys.readouterr().err)
        assert not journals(tmp_path)
        (tmp_path / JOURNAL_FOLDER / "a.journal").write_bytes(b"")
        assert main(["recover", str(tmp_path)]) == 2
        assert "another recording is going on" in refused(capsys.readouterr().err)


def test_two_recordings_at_once_do_not_disturb_one_another(tmp_path: Path) -> None:
    first = Running(arguments(tmp_path, "--duration", "60", speed=20))
    first.wait_for("Shrug")
    status, _, said = ran(arguments(tmp_path))
    assert status == 2
    assert "another recording is going on" in refused(said)
    first.process.send_signal(signal.SIGINT)
    status, told, _ = first.end()
    assert status == 0
    assert len(saved_files(told)) == 2
    assert len(journals(tmp_path)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"--glute": "sim:nobody#glute"}, "no scenario 'nobody'"),
        ({"--glute": "sim:glute_first#glute"}, "same speed"),
        ({"--participant": "Anna B"}, "code"),
        ({"--session": "a/b"}, "code"),
        ({"--shoulder": "replay:nothing.bdf?speed=200#shoulder"}, "nothing.bdf"),
        ({"--settings": "nothing.toml"}, "nothing.toml"),
        ({"--leg": "both"}, "'both'"),
        ({"--repetitions": "0"}, "0"),
        ({"--duration": "nan"}, "nan"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], words: str
) -> None:
    folder = tmp_path / "dataset"
    command = arguments(folder)
    for name, value in change.items():
        if name in command:
            command[command.index(name) + 1] = value
        else:
            command += [name, value]
    assert main(command[3:]) == 2
    told, said = capsys.readouterr()
    assert not told
    assert words in refused(said)
    assert not folder.exists() or not list(folder.rglob("*.journal"))


def test_a_sensor_too_slow_for_emg_is_refused_and_leaves_nothing_to_recover(tmp_path: Path) -> None:
    command = [word.replace("rate=1000", "rate=100") for word in arguments(tmp_path)]
    status, _, said = ran(command)
    assert status == 2
    assert "100 Hz is too low" in refused(said)
    assert not journals(tmp_path), "an empty journal would be recovered as a recording"


def test_recover_names_what_it_saved_and_may_run_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = tmp_path / "dataset"
    running = Running(arguments(dataset, speed=20))
    running.wait_for("Lie still")
    running.process.kill()
    running.end()
    assert main(["recover", str(dataset)]) == 0
    told, _ = capsys.readouterr()
    assert "saved as" in told
    assert "_emg.bdf" in told
    go_on = told.splitlines()[-1].removeprefix("Go on with: firing-analyzer ")
    assert main(shlex.split(go_on)) == 0
    assert "Simulated; no person was measured." in capsys.readouterr().out
    assert main(["recover", str(dataset)]) == 0
    assert "was saved already" in capsys.readouterr().out
    assert main(["recover", str(tmp_path / "nothing")]) == 2
    refused(capsys.readouterr().err)
    assert not (tmp_path / "nothing").exists()


def test_a_recorded_pair_named_by_its_two_files_is_refused_with_what_works(tmp_path: Path) -> None:
    status, told, _ = ran(arguments(tmp_path / "first", "--repetitions", "1"))
    assert status == 0
    first, second = (f"replay:{file}?speed=200" for file in saved_files(told))
    command = ["record", "--leg", "left", "--participant", "01", "--out", tmp_path / "again"]
    for glute, shoulder in ((first, second), (f"{first}#GM_L", first)):
        done = answer_in(tmp_path, *command, "--glute", glute, "--shoulder", shoulder)
        assert_refused(done, shoulder, "GM_L", "end the one URI in #glute and the other in #shoulder")
        assert not (tmp_path / "again").exists()
    done = answer_in(tmp_path, *command, "--glute", f"{first}#glute", "--shoulder", f"{first}#shoulder")
    assert done.returncode == 0, done.stderr


def test_the_help_names_every_key_of_a_setup(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for key in Setup.__struct_fields__:
        assert re.search(rf"\b{key}\b", told), key
