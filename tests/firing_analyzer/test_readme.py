"""The README's own lines, pasted one after another into a folder."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

from tests.firing_analyzer.command_line import ROOT, answer_in

#: What a program of the README's shell lines is called there.
_PROGRAM = ".venv/bin/firing-analyzer "


def pasted() -> list[list[str]]:
    """Arguments of each line that is to be pasted, in the order of the page."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [part for block in blocks for line in block.splitlines() for part in line.split(" && ")]
    return [shlex.split(line.removeprefix(_PROGRAM)) for line in lines if line.startswith(_PROGRAM)]


def test_every_line_of_the_readme_works_after_those_before_it_however_often_was_recorded(
    tmp_path: Path,
) -> None:
    lines = pasted()
    assert [line[0] for line in lines[:2]] == ["demo", "analyze"]
    for line in lines:
        if line[0] == "app":
            continue  # it serves until it is ended; what it records goes into the same dataset
        quick = [re.sub(r"speed=20\b", "speed=200", word) for word in line]
        for _ in range(2 if line[0] == "record" else 1):
            done = answer_in(tmp_path, *quick)
            assert done.returncode == 0, (line, done.stderr)
    made = {file.name for file in tmp_path.iterdir()}
    assert {"report.pdf", "session.png", "study.csv", "study_recordings.csv", "trend.png"} <= made
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()]
    for name in made:  # people's data are not committed by accident
        assert any(fnmatch(name, pattern) for pattern in ignored), name


def test_a_folder_of_several_recordings_is_refused_with_their_names(tmp_path: Path) -> None:
    names = [tmp_path / f"{name}.bdf" for name in "abcde"]
    for name in names:
        name.write_bytes(b"\xffBIOSEMI")
    correcting = answer_in(tmp_path, "analyze", tmp_path, "--exclude", "3", "--reason", "coughed")
    reporting = answer_in(tmp_path, "report", tmp_path, "--out", "report.pdf")
    for done in (correcting, reporting):
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
        assert f"name one of {names[0]}, {names[1]}, {names[2]} and 2 more" in done.stderr
