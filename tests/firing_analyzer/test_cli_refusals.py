"""What the command line cannot use is refused in one line that says what to do."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.firing_analyzer.command_line import (
    RATE_HZ,
    Columns,
    answer_in,
    assert_refused,
    columns,
    firing_analyzer_in,
    write_bdf,
    write_csv,
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_csv(tmp_path_factory.mktemp("session") / "session.csv", columns())


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
