"""What this machine can and cannot do, found out without opening a window; see `radio_check` for the radio.

Only the standard library is imported, so that it also runs where a package is missing.
"""

import importlib.metadata
import importlib.util
import os
import platform
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

State = Literal["ok", "missing", "problem"]

#: Packages that every installation needs: least version, and what for.
REQUIRED: Final[dict[str, tuple[str, str]]] = {
    "numpy": ("1.26", "numbers"),
    "scipy": ("1.12", "filters"),
    "pandas": ("2.2", "tables"),
    "matplotlib": ("3.8", "figures"),
    "bleak": ("3.1", "Bluetooth sensors"),
    "edfio": ("0.4.10", "EDF and BDF files"),
    "click": ("8.1", "the command line"),
    "rich": ("13.7", "text on the terminal"),
    "msgspec": ("0.19", "settings"),
    "jinja2": ("3.1", "reports"),
}
#: Extras: package, least version, and what for.
EXTRAS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "formats": {
        "pyxdf": ("1.17", "XDF files"),
        "ezc3d": ("1.6", "C3D files"),
        "h5py": ("3.11", "OpenSignals .h5 files"),
    },
    "app": {"nicegui": ("3.0", "the therapist's page")},
    "lsl": {"pylsl": ("1.16", "streams of the Lab Streaming Layer")},
    "cluster": {
        "dask": ("2024.8", "many recordings on a cluster"),
        "pyarrow": ("17", "tables as Parquet"),
    },
}
_OURS: Final = ("recordings", "sensors")
_HOME: Final = Path(__file__).resolve().parent.parent
_OLDEST_PYTHON: Final = (3, 11)
#: The first Windows whose Bluetooth can be used by programs (version 1709).
_OLDEST_WINDOWS_BUILD: Final = 16299
_ONLY_FOR_SENSORS: Final = "only Bluetooth sensors need it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    what : str
    state : {"ok", "missing", "problem"}
        ``"missing"`` is something that the rest works without.
    detail : str
        What was found.
    to_do : str
        What to do about it; empty where nothing is to be done.
    """

    what: str
    state: State
    detail: str
    to_do: str = ""


def examine() -> list[Finding]:
    """Look at Python, the packages, the folder and Bluetooth.

    Returns
    -------
    list of Finding
        In the order in which they matter.
    """
    return [
        _python(),
        *_own_packages(),
        *(_package(name, least, purpose) for name, (least, purpose) in REQUIRED.items()),
        *(
            _package(name, least, purpose, extra=extra)
            for extra, packages in EXTRAS.items()
            for name, (least, purpose) in packages.items()
        ),
        _folder(),
        *_names_in_this_folder(),
        *_bluetooth(),
    ]


def report(findings: list[Finding]) -> str:
    """Write findings for a person to read, a line each, and what they come to."""
    lines = [
        f"{one.state:<8} {one.what}: {one.detail}" + (f" -> {one.to_do}" if one.to_do else "")
        for one in findings
    ]
    problems = sum(one.state == "problem" for one in findings)
    closing = f"{problems} to be solved: see problem above." if problems else "Nothing stands in the way."
    return "\n".join([*lines, closing])


def packages_in_the_way() -> list[Finding]:
    """Find packages of ours that Python would not take from beside `firing_analyzer`.

    Returns
    -------
    list of Finding
        Empty if all is well.
    """
    findings: list[Finding] = []
    for name in _OURS:
        found, expected = _origin(name), _HOME / name / "__init__.py"
        if found is None or not expected.is_file():
            detail = f"{expected.parent}: this package of firing-analyzer is missing"
            findings.append(Finding(name, "problem", detail, "install firing-analyzer again"))
        elif found.resolve() != expected:
            detail = f"{found}: it hides the package {name!r} of firing-analyzer"
            findings.append(Finding(name, "problem", detail, "rename it, or uninstall what brought it"))
    return findings


def _origin(name: str) -> Path | None:
    """Where Python would import a top-level package from, without importing it."""
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:  # something without a spec was put into sys.modules
        return Path(getattr(sys.modules[name], "__file__", None) or name)
    if spec is None:
        return None
    if spec.origin is not None:
        return Path(spec.origin)
    return next((Path(place) for place in spec.submodule_search_locations or ()), None)


def _python() -> Finding:
    version = platform.python_version()
    where = f"{version} on {platform.system() or 'an unknown system'} {platform.machine()}"
    if sys.version_info < _OLDEST_PYTHON:  # pyright: ignore[reportUnnecessaryComparison]
        return Finding("Python", "problem", where, "install Python 3.11 or newer")
    return Finding("Python", "ok", where)


def _own_packages() -> Iterator[Finding]:
    hidden = {finding.what: finding for finding in packages_in_the_way()}
    brought_by = importlib.metadata.packages_distributions()
    for name in _OURS:
        others = sorted(set(brought_by.get(name, ())) - {"firing-analyzer", "firing_analyzer"})
        if name in hidden:
            yield hidden[name]
        elif others:
            yield Finding(
                name,
                "problem",
                f"{', '.join(others)} installs a package of the same name over it",
                f"{shlex.quote(sys.executable)} -m pip uninstall {' '.join(others)}, "
                "then install firing-analyzer again",
            )
        else:
            yield Finding(name, "ok", f"beside firing_analyzer in {_HOME}")


def _package(name: str, least: str, purpose: str, *, extra: str | None = None) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = ""
    importable = importlib.util.find_spec(name) is not None if name not in sys.modules else True
    what = name if extra is None else f"{name} (extra {extra!r})"
    install = f'{shlex.quote(sys.executable)} -m pip install "{name}>={least}"'
    if not version or not importable:
        state: State = "problem" if extra is None else "missing"
        return Finding(what, state, f"not installed; it is for {purpose}", install)
    if _parts(version) < _parts(least):
        return Finding(what, "problem", f"{version}, for {purpose}; {least} or newer is needed", install)
    return Finding(what, "ok", f"{version}, for {purpose}")


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _folder() -> Finding:
    try:
        here = Path.cwd()
    except OSError as problem:
        return Finding("this folder", "problem", f"cannot be entered ({problem})", "change to another folder")
    if os.access(here, os.W_OK):
        return Finding("this folder", "ok", f"{here} can be written to")
    return Finding("this folder", "problem", f"{here} cannot be written to", "use --out, or another folder")


def _names_in_this_folder() -> Iterator[Finding]:
    """Find files here that would hide a package of ours, even where this very command is not affected.

    ``python -m`` and notebooks look in the working folder first, the installed command does not.
    """
    try:
        here = Path.cwd().resolve()
    except OSError:
        return  # said by _folder
    if (here / "firing_analyzer" / "doctor.py").is_file():
        return  # the project's own folder: whoever looks here first finds all packages of ours together
    hidden = {finding.what for finding in packages_in_the_way()}
    for name in _OURS:
        places = (here / f"{name}.py", here / name / "__init__.py")
        found = next((file for file in places if file.is_file()), None)
        if found is not None and name not in hidden:
            detail = f"{found}: it hides a package of firing-analyzer from python -m and notebooks here"
            yield Finding(f"{name} in this folder", "problem", detail, "rename it, or work in another folder")


def _bluetooth() -> Iterable[Finding]:
    if sys.platform == "linux":
        return _linux_bluetooth(Path("/"))
    if sys.platform == "darwin":
        return [
            Finding(
                "Bluetooth",
                "ok",
                "macOS can; the line of the radio tells whether it is switched on",
                "when macOS asks, allow the terminal to use Bluetooth",
            )
        ]
    if sys.platform == "win32":
        build = sys.getwindowsversion().build
        if build < _OLDEST_WINDOWS_BUILD:
            return [Finding("Bluetooth", "problem", f"Windows build {build} is too old", "update Windows")]
        detail = f"Windows build {build} can; the line of the radio tells whether it is switched on"
        return [Finding("Bluetooth", "ok", detail, "switch it on in Settings before recording")]
    return [Finding("Bluetooth", "missing", f"not supported on {sys.platform}", _ONLY_FOR_SENSORS)]


def _linux_bluetooth(root: Path) -> list[Finding]:
    """Look for the message bus, the Bluetooth service and an adapter in the files of the system."""
    address = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "")
    sockets = [root / "run/dbus/system_bus_socket", root / "var/run/dbus/system_bus_socket"]
    bus = bool(address) or any(socket.exists() for socket in sockets)
    service = any(_read(process) == "bluetoothd" for process in root.glob("proc/[0-9]*/comm"))
    adapters = sorted(path.name for path in root.glob("sys/class/bluetooth/hci*") if ":" not in path.name)
    blocked = [
        switch.parent.name
        for switch in root.glob("sys/class/rfkill/rfkill*/type")
        if _read(switch) == "bluetooth"
        and "1" in (_read(switch.with_name("soft")), _read(switch.with_name("hard")))
    ]
    findings = [
        _seen("D-Bus system bus", "running", "start the service dbus", found=bus),
        _seen("Bluetooth service", "bluetoothd runs", "start the service bluetooth (BlueZ)", found=service),
        _seen("Bluetooth adapter", ", ".join(adapters), "plug one in, or switch it on", found=bool(adapters)),
    ]
    if blocked:
        names = ", ".join(blocked)
        findings.append(Finding("Bluetooth switch", "problem", f"{names} is off", "rfkill unblock bluetooth"))
    return findings


def _seen(what: str, detail: str, to_do: str, *, found: bool) -> Finding:
    if found:
        return Finding(what, "ok", detail)
    return Finding(what, "missing", f"not found; {_ONLY_FOR_SENSORS}", to_do)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""  # a process that ended meanwhile, or a file that others may not read


if __name__ == "__main__":  # works even where the command line has lost a package that it needs
    print(report(examine()))
