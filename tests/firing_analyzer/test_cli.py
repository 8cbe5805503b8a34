"""The command line, run as users run it: exit status, what goes where, and what a refusal says."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from edfio import Bdf, BdfSignal

import firing_analyzer
from firing_analyzer.cli import commands, main
from recordings.synth import SCENARIOS, simulate

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
RATE_HZ = 1000.0
#: What the last words of a refusal may tell the user to do.
TO_DO = re.compile(
    r"\b(check|choose|name|names|rename|swap|state|give|record|copy|see|use|write|correct|read|export|make|end|"
    r"did you mean|put|free|add|save|install|needed|it has|can be read with)\b",
    re.IGNORECASE,
)


def firing_analyzer_in(
    folder: Path, *args: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m firing_analyzer`` in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "firing_analyzer", *map(str, args)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answer_in(folder: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the same command in this process, where its answer counts and not how it starts and ends."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = main([*map(str, args)])
    return subprocess.CompletedProcess(args, status, out.getvalue(), error.getvalue())


def assert_refused(done: subprocess.CompletedProcess[str], *mentioned: str) -> None:
    """Exit status 2, nothing on standard output, one line that names the thing and says what to do."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    for thing in mentioned:
        assert thing in done.stderr
    assert TO_DO.search(done.stderr.rsplit(":", 1)[-1]) or TO_DO.search(done.stderr.rsplit(";", 1)[-1]), (
        done.stderr
    )


Columns = dict[str, np.ndarray]


def columns(scenario: str = "shoulder_first") -> Columns:
    """Samples of a synthetic session at `RATE_HZ`, with the titles that a CSV gives them."""
    recording = simulate(scenario, seed=1, rate_hz=RATE_HZ).recording  # pyright: ignore[reportArgumentType]
    made: Columns = {"time_s": recording.signals[0].times_s}
    for one in recording.signals:
        made[f"{one.channel.label} [uV]"] = np.array(one.samples)
    return made


def write_csv(path: Path, made: Columns) -> Path:
    table = np.column_stack(list(made.values()))
    np.savetxt(path, table, fmt="%.4f", delimiter=",", header=",".join(made), comments="")
    return path


def write_bdf(path: Path, made: Columns) -> Path:
    whole = int(made["time_s"].size // RATE_HZ * RATE_HZ)
    signals = [
        BdfSignal(samples[:whole], RATE_HZ, label=title.partition(" ")[0], physical_dimension="uV")
        for title, samples in made.items()
        if title != "time_s"
    ]
    Bdf(signals).write(path)
    return path


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("session") / "session.csv", columns())


def test_the_result_begins_with_the_verdict_and_follows_with_table_and_limits(session: Path) -> None:
    done = firing_analyzer_in(session.parent, "analyze", session.name)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(
        "Activity of the right upper trapezius began before that of the left gluteus maximus in 10 of"
    )
    tenth = re.compile(r" +10 +\d+\.\d\d +\d+\.\d\d +-\d+ \(-\d+ to -?\d+\) +shoulder first")
    assert any(tenth.match(line) for line in lines)
    order = [
        next(number for number, line in enumerate(lines) if line.startswith(start))
        for start in (
            "Activity of",
            "raise",
            "Lag is",
            "10 raises",
            "Lag of the session",
            "Limits",
            "- There is no",
        )
    ]
    assert order == sorted(order)
    assert "cannot be seen" in done.stdout  # neither cue nor angle in this file


def test_json_is_one_object_on_one_line_and_nothing_else(session: Path) -> None:
    done = firing_analyzer_in(session.parent, "analyze", session.name, "--leg", "left", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1
    result = json.loads(done.stdout)
    assert result["schema"] == "firing-analyzer/analysis/1"
    assert result["recording"]["path"] == session.name
    assert result["session"]["verdict"] == "shoulder_first"


def test_a_recording_that_tells_nothing_is_work_done(tmp_path: Path) -> None:
    made = columns()
    rng = np.random.default_rng(3)
    for title in ("GM_L [uV]", "UT_R [uV]"):
        made[title] = rng.normal(size=made["time_s"].size)
    done = answer_in(tmp_path, "analyze", write_csv(tmp_path / "rest.csv", made))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Cannot tell: ")


def test_several_recordings_come_one_after_another_with_headings(session: Path, tmp_path: Path) -> None:
    other = write_csv(tmp_path / "other.csv", columns("glute_first"))
    done = firing_analyzer_in(tmp_path, "analyze", session, other)
    assert (done.returncode, done.stderr) == (0, "")
    headings = [line for line in done.stdout.splitlines() if line.startswith("==")]
    assert headings == [f"== {session} ==", f"== {other} =="]


def test_several_recordings_end_with_a_line_for_each_and_the_limits_once(
    session: Path, tmp_path: Path
) -> None:
    other = write_csv(tmp_path / "other.csv", columns("glute_first"))
    lines = answer_in(tmp_path, "analyze", session, other).stdout.splitlines()
    at = lines.index("Summary")
    assert re.fullmatch(
        rf"- {re.escape(str(session))}: shoulder first, -\d+ ms \(-\d+ to -\d+\), 10 raises", lines[at + 1]
    )
    assert re.fullmatch(
        rf"- {re.escape(str(other))}: glute first, \d+ ms \(\d+ to \d+\), 10 raises", lines[at + 2]
    )
    assert lines.count("Limits") == 1
    assert lines.index("Limits") > at
    assert sum("no agreed normal order" in line for line in lines) == 1


def test_one_bad_file_among_several_is_told_and_the_rest_goes_on(session: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    done = firing_analyzer_in(tmp_path, "analyze", "empty.csv", session, "gone.csv", "--json")
    assert done.returncode == 2
    assert [json.loads(line)["recording"]["path"] for line in done.stdout.splitlines()] == [str(session)]
    assert [re.match(r"firing-analyzer: (\w+)\.csv: ", line)[1] for line in done.stderr.splitlines()] == [  # type: ignore[index]
        "empty",
        "gone",
    ]


def test_a_folder_gives_every_recording_in_it(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_csv(tmp_path / "data" / "a.csv", columns())
    write_bdf(tmp_path / "data" / "b.bdf", columns("together"))
    (tmp_path / "data" / "notes.txt").write_text("Session of a Tuesday.\n", encoding="utf-8")
    done = firing_analyzer_in(tmp_path, "analyze", "data", "--json")
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(result["recording"]["path"]).name for result in results] == ["a.csv", "b.bdf"]
    assert [result["session"]["verdict"] for result in results] == ["shoulder_first", "together"]


def test_tables_of_a_folder_that_are_no_recordings_are_named_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "data" / "below").mkdir(parents=True)
    write_csv(tmp_path / "data" / "a.csv", columns())
    (tmp_path / "data" / "below" / "b.csv").write_text("Dear reader\n", encoding="utf-8")
    (tmp_path / "data" / "c.csv").write_text("x\n", encoding="utf-8")
    (tmp_path / "data" / "participants.tsv").write_text("participant_id\n01\n", encoding="utf-8")
    done = firing_analyzer_in(tmp_path, "analyze", "data", "--json")
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == f"skipped, not recordings: {Path('below') / 'b.csv'}, c.csv\n"
    assert "subfolders" in CliRunner().invoke(commands, ["analyze", "--help"]).output


def test_a_picture_is_saved_and_the_terminal_says_where(session: Path, tmp_path: Path) -> None:
    done = firing_analyzer_in(tmp_path, "analyze", session, "--plot", "picture.png")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert done.stdout.endswith("Picture: picture.png\n")


def test_pictures_of_several_recordings_carry_their_names_and_none_replaces_another(
    session: Path, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.csv").write_bytes(session.read_bytes())
    done = answer_in(tmp_path, "analyze", "a", "b", "--json", "--plot", "picture.svg")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(file.name for file in tmp_path.glob("*.svg")) == ["picture-same-2.svg", "picture-same.svg"]
    assert len(done.stdout.splitlines()) == 2


def test_settings_from_a_file_are_used(session: Path, tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text("margin_ms = 400\n", encoding="utf-8")
    done = answer_in(tmp_path, "analyze", session, "--settings", "wide.toml", "--json")
    result = json.loads(done.stdout)
    assert result["settings"]["margin_ms"] == 400
    assert result["session"]["verdict"] == "together"


def test_channels_named_outright_and_a_stated_rate_open_a_bare_table(tmp_path: Path) -> None:
    made = columns()
    bare = {"upper": made["GM_L [uV]"], "lower": made["UT_R [uV]"]}
    write_csv(tmp_path / "bare.csv", bare)
    named = ("--leg", "left", "--glute", "upper", "--shoulder", "lower", "--json", "--rate")
    for rate in ("1000", "1kHz"):
        done = answer_in(tmp_path, "analyze", "bare.csv", *named, rate)
        assert done.returncode == 0, done.stderr
        result = json.loads(done.stdout)
        assert result["session"]["verdict"] == "shoulder_first"
        assert result["recording"]["glute"]["rate_hz"] == 1000
        assert [(note["channel"], note["flag"]) for note in result["quality"][:2]] == [
            ("upper", "named_as_glute"),
            ("lower", "named_as_shoulder"),
        ]


# What cannot be used


def constant(made: Columns) -> None:
    made["UT_R [uV]"] = np.full(made["time_s"].size, 7.0)


def lost(made: Columns) -> None:
    made["UT_R [uV]"] = np.full(made["time_s"].size, np.nan)


def alone(made: Columns) -> None:
    del made["UT_R [uV]"]


def backwards(made: Columns) -> None:
    made["time_s"] = made["time_s"][::-1].copy()


def slow(made: Columns) -> None:
    for title in made:
        made[title] = made[title][:: int(RATE_HZ // 100)]


def of_another_quantity(made: Columns) -> None:
    made["UT_R [m/s2]"] = made.pop("UT_R [uV]")


@pytest.mark.parametrize(
    ("change", "options", "mentioned"),
    [
        (alone, (), ("GM_L",)),
        (constant, (), ("UT_R",)),
        (lost, (), ("UT_R",)),
        (backwards, (), ("time", "backwards")),
        (slow, (), ("Hz",)),
        (of_another_quantity, (), ("m/s2",)),
        (None, ("--glute", "GM_X"), ("GM_X",)),
        (None, ("--glute", "UT_R", "--shoulder", "UT_R"), ("UT_R",)),
        (None, ("--glute", "UT_R", "--shoulder", "GM_L"), ("UT_R", "named as glute", "swap the two")),
        (None, ("--leg", "right", "--glute", "GM_L", "--shoulder", "UT_R"), ("GM_L", "fit --leg left")),
        (None, ("--leg", "right"), ("no channel is labelled as right", "fit --leg left")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_recording_that_cannot_be_used_is_refused_in_one_line(
    tmp_path: Path,
    change: Callable[[Columns], None] | None,
    options: tuple[str, ...],
    mentioned: tuple[str, ...],
) -> None:
    made = columns()
    if change is not None:
        change(made)
    write_csv(tmp_path / "session.csv", made)
    done = answer_in(tmp_path, "analyze", "session.csv", "--leg", "left", *options)
    assert_refused(done, "session.csv", *mentioned)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("empty.bdf", b""),
        ("text.bdf", b"time_s,GM_L,UT_R\n0,1,2\n"),
        ("prose.txt", b"Dear reader\n"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert_refused(answer_in(tmp_path, "analyze", name), name)


def test_a_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    assert_refused(firing_analyzer_in(tmp_path, "analyze", "gone.bdf", "--json"), "gone.bdf")


def test_a_folder_without_recordings_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert_refused(firing_analyzer_in(tmp_path, "analyze", "nothing"), "nothing", "no recording")


def test_a_truncated_bdf_is_refused_with_an_offer_that_works(tmp_path: Path) -> None:
    whole = write_bdf(tmp_path / "session.bdf", columns()).read_bytes()
    (tmp_path / "session.bdf").write_bytes(whole[: len(whole) * 9 // 10])
    done = firing_analyzer_in(tmp_path, "analyze", "session.bdf", "--leg", "left")
    assert_refused(done, "session.bdf", "--allow-truncated")
    taken = firing_analyzer_in(tmp_path, "analyze", "session.bdf", "--leg", "left", "--allow-truncated")
    assert taken.returncode == 0, taken.stderr
    assert "ends early" in taken.stdout


def test_a_misspelt_setting_is_refused_and_the_nearest_named(session: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("margn_ms = 40\n", encoding="utf-8")
    done = firing_analyzer_in(tmp_path, "analyze", session, "--settings", "mine.toml")
    assert_refused(done, "mine.toml", "margn_ms", "margin_ms")


def test_a_missing_settings_file_is_refused(session: Path, tmp_path: Path) -> None:
    done = firing_analyzer_in(tmp_path, "analyze", session, "--settings", "gone.toml")
    assert_refused(done, "gone.toml")


@pytest.mark.parametrize(
    ("args", "mentioned"),
    [
        (("analyse",), ("analyse", "did you mean 'analyze'")),
        (("xyzzy",), ("xyzzy", "analyze", "batch", "doctor")),
        (("analyze",), ("PATH", "firing-analyzer analyze --help")),
        (("analyze", "a.csv", "--legs", "left"), ("--legs", "--help")),
        (("analyze", "a.csv", "--leg", "middle"), ("middle", "--help")),
        (("analyze", "a.csv", "--rate", "fast"), ("--rate fast", "--rate 1000")),
        (("analyze", "a.csv", "--rate", "0"), ("--rate 0", "above 0")),
        (("--verbose",), ("--verbose", "--help")),
        (("demo", "--scenario", "moon"), ("moon", "shoulder_first")),
        (("demo", "--seed", "-1"), ("--seed", "--help")),
    ],
)
def test_a_command_line_that_is_not_understood_is_refused_in_one_line(
    tmp_path: Path, args: tuple[str, ...], mentioned: tuple[str, ...]
) -> None:
    assert_refused(firing_analyzer_in(tmp_path, *args), *mentioned)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_could_not_be_saved_is_refused_before_the_work(session: Path, tmp_path: Path) -> None:
    assert_refused(answer_in(tmp_path, "analyze", session, "--plot", "a.docx"), "a.docx", ".png")
    assert_refused(answer_in(tmp_path, "analyze", session, "--plot", "gone/a.png"), "gone")


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


# Help, version, demo


def test_help_and_version_come_at_once(tmp_path: Path) -> None:
    begin = time.perf_counter()
    assert (
        firing_analyzer_in(tmp_path, "--version").stdout == f"firing-analyzer {firing_analyzer.__version__}\n"
    )
    shown = firing_analyzer_in(tmp_path, "--help")
    assert shown.returncode == 0
    for command in ("analyze", "demo", "doctor"):
        assert command in shown.stdout
    assert time.perf_counter() - begin < 5  # two fresh interpreters; the heavy imports alone take longer


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    done = firing_analyzer_in(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == firing_analyzer_in(tmp_path, "--help").stdout


def test_the_help_names_every_option_of_the_contract_and_every_scenario() -> None:
    runner = CliRunner()
    analyze = runner.invoke(commands, ["analyze", "--help"]).output
    for option in (
        "--leg",
        "--glute",
        "--shoulder",
        "--settings",
        "--json",
        "--plot",
        "--rate",
        "--allow-truncated",
    ):
        assert option in analyze
    demo = runner.invoke(commands, ["demo", "--help"]).output
    for name in ("--out", "--scenario", "--seed", *SCENARIOS):
        assert name in demo


def results_of(dataset: Path) -> list[Path]:
    """What the demo wrote beside what stands at the top of all results."""
    results = dataset / "derivatives" / "firing-analyzer"
    top = {"dataset_description.json", ".bidsignore"}
    return sorted(path for path in results.iterdir() if path.is_file() and path.name not in top)


Demo = tuple[subprocess.CompletedProcess[str], Path]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo, and say where it saved what it showed."""
    folder = tmp_path_factory.mktemp("demo")
    return firing_analyzer_in(folder, "demo"), folder / "firing-analyzer-demo"


def test_the_demo_saves_what_it_shows_and_tells_the_truth_beside_it(shown: Demo) -> None:
    done, folder = shown
    assert done.returncode == 0, done.stderr
    assert "Lift your leg. (10 of 10)" in done.stderr
    written, picture = results_of(folder)
    assert (written.suffix, picture.suffix) == (".json", ".png")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Simulated session")
    assert any(line.startswith("Activity of the right upper trapezius began before") for line in lines)
    truth = next(line for line in lines if line.startswith("Truth of the simulation"))
    assert truth.startswith("Truth of the simulation, 10 raises: shoulder before glute in 10; lags -")
    assert f"Saved in {folder}:" in lines
    again = firing_analyzer_in(folder.parent, "analyze", folder, "--json")
    assert json.loads(again.stdout)["session"] == json.loads(written.read_text())["session"]


def test_what_the_demo_saved_is_still_called_simulated_when_it_is_analysed(shown: Demo) -> None:
    _, folder = shown
    assert "Simulated; no person was measured." in answer_in(folder.parent, "analyze", folder).stdout
    result = json.loads(results_of(folder)[0].read_text())
    assert {note["channel"] for note in result["quality"] if note["flag"] == "simulated"} == {"GM_L", "UT_R"}


def test_the_demo_overwrites_nothing(shown: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(shown[1], folder)
    before = {path: path.read_bytes() for path in folder.rglob("*_run-1*") if path.is_file()}
    done = firing_analyzer_in(tmp_path, "demo", "--scenario", "together", "--seed", "7", "--out", folder.name)
    assert done.returncode == 0, done.stderr
    assert len(before) >= 8
    assert all(path.read_bytes() == content for path, content in before.items())
    assert len(results_of(folder)) == 4


def test_the_demo_is_refused_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    done = firing_analyzer_in(tmp_path, "demo", "--out", "taken")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "taken" in done.stderr
    assert TO_DO.search(done.stderr)
