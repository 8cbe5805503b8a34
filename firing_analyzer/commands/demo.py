"""``firing-analyzer demo``: the whole way from two sensors to a verdict, without sensors."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from firing_analyzer.result import Repetition
    from firing_analyzer.session import RecordingSession
    from recordings.synth import Truth

_FOLDER: Final = "firing-analyzer-demo"
#: How many times faster than a real session.
_SPEED: Final = 40
#: A raise of the analysis and a true one are the same if their onsets are closer than this.
_SAME_RAISE_S: Final = 1.5


@click.command()
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Dataset to record into; by default a new folder {_FOLDER}.",
)
@click.option(
    "--scenario",
    metavar="NAME",
    default="shoulder_first",
    show_default=True,
    help="shoulder_first, glute_first, together, shoulder_silent, inconsistent or noisy.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another person.")
def demo(*, out: Path | None, scenario: str, seed: int) -> None:
    """Record two simulated sensors, and show the truth beside the result.

    The whole way of a session: cues, journal, saving, verdict, picture. No sensor and no network is needed.
    """
    from recordings.synth import SCENARIOS  # noqa: PLC0415

    if scenario not in SCENARIOS:
        raise click.UsageError(f"there is no scenario {scenario!r}; use one of {', '.join(SCENARIOS)}")
    from firing_analyzer.commands.record import run_session  # noqa: PLC0415
    from firing_analyzer.plots import save_figure  # noqa: PLC0415
    from firing_analyzer.protocol import SessionPlan  # noqa: PLC0415
    from firing_analyzer.recording_run import RecordingOrder  # noqa: PLC0415
    from firing_analyzer.terminal import result_text  # noqa: PLC0415
    from sensors.simulated import SimulatedSource  # noqa: PLC0415

    click.echo(
        f"Simulated session, scenario {scenario}, seed {seed}: no person, no sensor; {_SPEED} times faster."
    )
    dataset = _new_folder() if out is None else out
    source = f"sim:{scenario}?speed={_SPEED}&seed={seed}"
    order = RecordingOrder(SessionPlan("left"), f"{source}#glute", f"{source}#shoulder", dataset, "01", "01")
    sessions: list[RecordingSession] = []
    recorded = run_session(order, on_session=sessions.append)
    if recorded.analysis is None:
        raise click.ClickException(recorded.problem)
    analysis, glute = recorded.analysis, sessions[0].glute
    assert isinstance(glute, SimulatedSource)  # noqa: S101  (the demo opened it itself)
    truth = glute.truth()
    results = dataset / "derivatives" / "firing-analyzer"
    results.mkdir(parents=True, exist_ok=True)
    stem = recorded.saved.path.stem.removesuffix("_emg").removesuffix("_recording-glute")
    written, picture = results / f"{stem}.json", results / f"{stem}.png"
    with written.open("x", encoding="utf-8") as file:
        file.write(analysis.to_json(indent=2) + "\n")
    save_figure(analysis, picture)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    true_lags_ms = [_true_lag_ms(row, truth) for row in analysis.rows]
    click.echo(f"\n{result_text(analysis, width=width, true_lags_ms=true_lags_ms)}\n")
    click.echo(_truth_sentence(truth))
    click.echo(f"Saved in {dataset.resolve()}:")
    for path in (*recorded.saved.files, written, picture, recorded.journal):
        click.echo(f"  {path.relative_to(dataset)}")
    click.echo(f"Picture: {picture}")


def _new_folder() -> Path:
    """Make a folder that did not exist, in the current one."""
    number = 1
    while True:
        folder = Path(_FOLDER if number == 1 else f"{_FOLDER}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _true_lag_ms(row: "Repetition", truth: "Truth") -> float | None:
    """Lag of the true raise that this one is; None where there is none, or its shoulder was silent."""
    onset_s = row.start_s if row.glute_onset_s is None else row.glute_onset_s
    near = [
        (abs(one.glute_onset_s - onset_s), one.lag_ms)
        for one in truth.raises
        if one.glute_onset_s is not None and abs(one.glute_onset_s - onset_s) < _SAME_RAISE_S
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _truth_sentence(truth: "Truth") -> str:
    """Say what was simulated, in the words of the verdict."""
    lags = [lag for lag in truth.lags_ms if lag is not None]
    told = (
        ("shoulder before glute", sum(lag < 0 for lag in lags)),
        ("shoulder after glute", sum(lag > 0 for lag in lags)),
        ("shoulder silent", len(truth.lags_ms) - len(lags)),
    )
    said = ", ".join(f"{what} in {count}" for what, count in told if count)
    span = f"; lags {min(lags):.0f} to {max(lags):.0f} ms" if lags else ""
    return f"Truth of the simulation, {len(truth.lags_ms)} raises: {said}{span}."
