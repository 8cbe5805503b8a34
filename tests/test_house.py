"""The house itself: which part may know which, how light it is to come in, and what is at the door."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

import firing_analyzer

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
AGREED_NAMES = {
    "open_recording", "analyze", "Settings", "Analysis", "Recording", "plot_repetitions", "plot_lags",
    "synth", "AnalysisError", "RecordingError", "__version__",
}  # fmt: skip
#: What nobody should wait for who only imports the package.
HEAVY = {"bleak", "pandas", "matplotlib", "nicegui", "scipy", "click", "rich", "edfio", "jinja2"}


def loaded_after(code: str) -> set[str]:
    """Run code in a fresh interpreter and return the top-level modules that it loaded."""
    shown = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_data_flows_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_the_agreed_names_are_at_the_door_and_all_of_them_resolve() -> None:
    assert set(firing_analyzer.__all__) >= AGREED_NAMES
    for name in firing_analyzer.__all__:
        assert getattr(firing_analyzer, name) is not None


def test_completion_offers_public_names_and_nothing_else() -> None:
    assert dir(firing_analyzer) == sorted(firing_analyzer.__all__)


def test_a_name_at_the_door_stays_itself_after_its_parts_were_imported() -> None:
    code = (
        "import firing_analyzer as fa, pkgutil, importlib\n"
        "for module in pkgutil.walk_packages(fa.__path__, 'firing_analyzer.'):\n"
        "    if not module.name.endswith('__main__'): importlib.import_module(module.name)\n"
        "assert callable(fa.analyze) and callable(fa.open_recording) and callable(fa.plot_lags)\n"
    )
    loaded_after(code)


def test_coming_in_is_light() -> None:
    loaded = loaded_after("import firing_analyzer")
    assert not loaded & (HEAVY | {"numpy"})


@pytest.mark.parametrize("module", ["firing_analyzer.pipeline", "firing_analyzer.words", "recordings.open"])
def test_the_analysis_loads_nothing_that_draws_serves_or_talks(module: str) -> None:
    loaded = loaded_after(f"import {module}")
    assert not loaded & {"sensors", "matplotlib", "pandas", "click", "rich", "bleak", "nicegui", "jinja2"}


def test_the_command_line_starts_without_the_heavy_parts() -> None:
    loaded = loaded_after("import firing_analyzer.cli")
    assert not loaded & ((HEAVY | {"numpy", "sensors"}) - {"click"})


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = firing_analyzer.analyse  # pyright: ignore[reportAttributeAccessIssue]


def test_the_analysis_is_free_of_what_draws_serves_or_talks_even_inside_functions() -> None:
    barred = {"sensors", "matplotlib", "click", "rich", "bleak", "nicegui", "asyncio", "socket"}
    rooms = (
        "pipeline",
        "verdict",
        "pooling",
        "lag",
        "pairing",
        "repetitions",
        "quality",
        "condition",
        "words",
    )
    for room in rooms:
        tree = ast.parse((ROOT / "firing_analyzer" / f"{room}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not {alias.name.partition(".")[0] for alias in node.names} & barred, room
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in barred, room
