"""The command line, run as users run it: the results of ``analyze``, help and version."""

import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import firing_analyzer
from firing_analyzer.cli import commands
from recordings.synth import SCENARIOS
from tests.firing_analyzer.command_line import answer_in, columns, firing_analyzer_in, write_bdf, write_csv


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
