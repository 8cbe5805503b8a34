"""The command run in a folder, recordings to give it, and what each of its refusals holds."""

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from edfio import Bdf, BdfSignal

import firing_analyzer
from firing_analyzer.cli import main
from recordings.synth import simulate

ROOT = Path(firing_analyzer.__file__).resolve().parent.parent
RATE_HZ = 1000.0
#: What the last words of a refusal may tell the user to do.
TO_DO = re.compile(
    r"\b(check|choose|name|names|rename|swap|state|give|record|copy|see|use|write|correct|read|export|make|end|finish|"
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
