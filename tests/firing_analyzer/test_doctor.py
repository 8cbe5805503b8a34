"""The doctor: what is there, what is missing and what to do, without opening anything."""

import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import firing_analyzer
from firing_analyzer.doctor import EXTRAS, REQUIRED, Finding, examine, packages_in_the_way, report
from firing_analyzer.doctor import _linux_bluetooth as linux_bluetooth  # pyright: ignore[reportPrivateUsage]

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent


def doctor(
    *, folder: Path, code: str | None = None, command: str = "doctor"
) -> subprocess.CompletedProcess[str]:
    """Run the doctor, another command, or some code in a folder."""
    how = ["-m", "firing_analyzer", command] if code is None else ["-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *how], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_finding_says_what_it_is_and_what_to_do_where_something_is_amiss() -> None:
    findings = examine()
    assert {"Python", "recordings", "sensors", "numpy", "this folder"} <= {one.what for one in findings}
    for one in findings:
        assert one.state in {"ok", "missing", "problem"}
        assert one.detail
        assert one.to_do or one.state == "ok"


def test_the_packages_it_looks_for_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def least(requirements: list[str]) -> dict[str, str]:
        named = (requirement.split(">=") for requirement in requirements)
        return {name.partition("[")[0]: version for name, version in named}

    assert {name: version for name, (version, _) in REQUIRED.items()} == least(project["dependencies"])
    meant_for_users = {"formats", "app", "cluster", "lsl"} & set(project["optional-dependencies"])
    assert meant_for_users == set(EXTRAS)
    for extra, packages in EXTRAS.items():
        known = {name: version for name, (version, _) in packages.items()}
        assert known == least(project["optional-dependencies"][extra])


def test_the_versions_are_those_that_are_installed() -> None:
    findings = {one.what: one for one in examine()}
    for name in REQUIRED:
        assert findings[name].detail.startswith(importlib.metadata.version(name))


def test_a_missing_package_is_a_problem_and_the_rest_is_still_examined(tmp_path: Path) -> None:
    blocked = (
        "import sys, importlib.metadata as metadata, importlib.util as util\n"
        "for name in ('numpy', 'rich', 'ezc3d'): sys.modules.pop(name, None)\n"
        "version, find = metadata.version, util.find_spec\n"
        "gone = {'numpy', 'rich', 'ezc3d'}\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in gone: raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "util.find_spec = lambda name, package=None: None if name in gone else find(name, package)\n"
        "from firing_analyzer.cli import main\n"
        "sys.exit(main(['doctor']))\n"
    )
    done = doctor(folder=tmp_path, code=blocked)
    assert done.returncode == 0, done.stderr
    assert re.search(
        r'^problem +numpy: not installed; .* -> \S+ -m pip install "numpy>=', done.stdout, re.MULTILINE
    )
    told = re.search(
        r"^missing +ezc3d \(extra 'formats'\): not installed; it is for .* -> (\S+) -m pip install \"ezc3d",
        done.stdout,
        re.MULTILINE,
    )
    assert told
    assert told[1] == shlex.quote(sys.executable)
    assert re.search(r"^ok +scipy: ", done.stdout, re.MULTILINE)
    assert done.stdout.rstrip().endswith("2 to be solved: see problem above.")


def test_it_runs_by_itself_where_the_command_line_cannot(tmp_path: Path) -> None:
    code = (
        "import sys, runpy\n"
        "sys.modules['click'] = None\n"
        "runpy.run_module('firing_analyzer.doctor', run_name='__main__')\n"
    )
    done = doctor(folder=tmp_path, code=code)
    assert done.returncode == 0, done.stderr
    assert "Python: " in done.stdout


@pytest.mark.parametrize("name", ["sensors", "recordings"])
def test_a_script_of_the_users_that_hides_a_package_stops_the_other_commands(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / f"{name}.py").write_text("print('mine')\n", encoding="utf-8")
    done = doctor(folder=tmp_path, command="demo")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert str(tmp_path / f"{name}.py") in done.stderr
    assert "rename it" in done.stderr


def test_the_doctor_lists_a_script_in_the_way_among_the_rest(tmp_path: Path) -> None:
    (tmp_path / "recordings.py").write_text("", encoding="utf-8")
    done = doctor(folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^problem +recordings: .*recordings\.py: it hides", done.stdout, re.MULTILINE)
    assert re.search(r"^ok +sensors: ", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("where", ["sensors.py", "recordings.py", "recordings/__init__.py"])
def test_the_installed_command_finds_what_only_hides_packages_from_notebooks_here(
    tmp_path: Path, where: str
) -> None:
    """The console script does not look in the working folder, as here code that has taken it off the path."""
    (tmp_path / where).parent.mkdir(exist_ok=True)
    (tmp_path / where).write_text("", encoding="utf-8")
    code = (
        "import sys; sys.path.remove('')\nfrom firing_analyzer.cli import main\nsys.exit(main(['doctor']))\n"
    )
    done = doctor(folder=tmp_path, code=code)
    assert done.returncode == 0, done.stderr
    name = where.partition("/")[0].removesuffix(".py")
    assert re.search(
        rf"^problem +{name} in this folder: {re.escape(str(tmp_path / where))}: it hides .* from python -m",
        done.stdout,
        re.MULTILINE,
    )
    assert re.search(rf"^ok +{name}: ", done.stdout, re.MULTILINE)


def test_the_projects_own_folder_hides_nothing_from_a_program_installed_elsewhere(tmp_path: Path) -> None:
    """As after ``pip install .``: what is loaded is a copy, and the folder has the same packages again."""
    for name in ("firing_analyzer", "sensors", "recordings"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "firing_analyzer" / "doctor.py").write_text("", encoding="utf-8")
    code = (
        "import sys; sys.path.remove('')\nfrom firing_analyzer.cli import main\nsys.exit(main(['doctor']))\n"
    )
    done = doctor(folder=tmp_path, code=code)
    assert done.returncode == 0, done.stderr
    assert "in this folder: " not in done.stdout
    assert "hides" not in done.stdout


def test_a_folder_of_data_named_recordings_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "session.csv").write_text("time_s,GM_L\n", encoding="utf-8")
    done = doctor(folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ok +recordings: ", done.stdout, re.MULTILINE)


def test_nothing_is_in_the_way_of_this_checkout() -> None:
    assert packages_in_the_way() == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written_to_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o500)
    monkeypatch.chdir(tmp_path)
    here = next(one for one in examine() if one.what == "this folder")
    tmp_path.chmod(0o700)
    assert here.state == "problem"


def test_linux_without_bluetooth_says_that_nothing_needs_it_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SYSTEM_BUS_ADDRESS", raising=False)
    findings = linux_bluetooth(tmp_path)
    assert {one.state for one in findings} == {"missing"}
    assert all("only Bluetooth sensors need it" in one.detail for one in findings)


def test_linux_with_a_blocked_adapter_says_how_to_unblock_it(tmp_path: Path) -> None:
    for name, content in {
        "run/dbus/system_bus_socket": "",
        "proc/77/comm": "bluetoothd\n",
        "sys/class/bluetooth/hci0/address": "",
        "sys/class/rfkill/rfkill1/type": "bluetooth\n",
        "sys/class/rfkill/rfkill1/soft": "1\n",
        "sys/class/rfkill/rfkill1/hard": "0\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    *seen, switch = linux_bluetooth(tmp_path)
    assert [one.state for one in seen] == ["ok"] * 3
    assert seen[-1].detail == "hci0"
    assert (switch.state, switch.to_do) == ("problem", "rfkill unblock bluetooth")


def test_the_report_puts_one_finding_on_a_line() -> None:
    findings = [Finding("a", "ok", "there"), Finding("b", "problem", "broken", "mend it")]
    assert report(findings).splitlines() == [
        "ok       a: there",
        "problem  b: broken -> mend it",
        "1 to be solved: see problem above.",
    ]
