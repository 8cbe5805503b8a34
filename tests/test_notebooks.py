"""Every notebook runs from top to bottom, shows figures, and begins with what it answers."""

import os
from pathlib import Path
from typing import Any

import pytest

import firing_analyzer

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: A notebook lies in the repository without what it printed.
LARGEST_BYTES = 40_000

nbformat: Any = pytest.importorskip("nbformat", reason="the extra dev is not installed")
nbclient: Any = pytest.importorskip("nbclient", reason="the extra dev is not installed")


def test_the_four_notebooks_are_there() -> None:
    assert [path.stem for path in NOTEBOOKS] == [
        "01_first_look",
        "02_thresholds_and_detectors",
        "03_many_recordings",
        "04_over_time",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_what_it_answers_and_is_kept_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert "**What this answers:**" in first.source
    assert all(not cell.outputs and cell.execution_count is None for cell in _code(notebook))
    assert path.stat().st_size < LARGEST_BYTES


# The client's own parts warn of what they will change; that is not ours to mend.
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom_and_shows_figures(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [output for cell in _code(notebook) for output in cell.outputs]
    figures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(figures) >= (1 if path.stem == "03_many_recordings" else 2)
    said = [output.text for output in outputs if output.get("name") == "stderr"]
    assert not said, said
    printed = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert len(printed.strip()) > 10
    if path.stem == "01_first_look":
        assert printed.startswith("Activity of the right upper trapezius began before")
    if folder := os.environ.get("KEEP_NOTEBOOKS"):  # to look at them
        nbformat.write(notebook, Path(folder) / path.name)


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
