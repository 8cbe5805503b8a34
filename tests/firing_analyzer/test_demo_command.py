"""``demo`` as somebody who has no sensors yet meets it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.firing_analyzer.command_line import TO_DO, answer_in, firing_analyzer_in


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
    assert lines[-1] == f"Picture: {picture.relative_to(folder.parent)}"
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
