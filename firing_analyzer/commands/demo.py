"""``firing-analyzer demo``: the whole way from a recording to a verdict, without sensors."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from firing_analyzer.result import Repetition
    from recordings.model import FloatArray, Recording
    from recordings.synth import Truth

_FOLDER: Final = "firing-analyzer-demo"
#: A raise of the analysis and a true one are the same if their onsets are closer than this.
_SAME_RAISE_S: Final = 1.5


@click.command()
@click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Where to save recording, JSON and picture; by default a new folder {_FOLDER}.",
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
    """Analyse a simulated recording of ten leg raises and show the truth beside the result.

    No sensor and no network is needed.
    """
    from recordings.synth import SCENARIOS, simulate  # noqa: PLC0415

    if scenario not in SCENARIOS:
        raise click.UsageError(f"there is no scenario {scenario!r}; use one of {', '.join(SCENARIOS)}")
    from firing_analyzer.pipeline import analyze  # noqa: PLC0415
    from firing_analyzer.plots import save_figure  # noqa: PLC0415
    from firing_analyzer.terminal import result_text  # noqa: PLC0415
    from recordings.open import open_recording  # noqa: PLC0415

    told = f"scenario {scenario}, seed {seed}"
    click.echo(f"Simulated recording, {told}: no person, no sensor.")
    session = simulate(scenario, seed=seed)
    table, written, picture = _free_names(_new_folder() if out is None else out, scenario)
    write_table(session.recording, table, simulated=told)
    # From here on as with any file: what was written is opened again.
    analysis = analyze(open_recording(table))
    with written.open("x", encoding="utf-8") as file:
        file.write(analysis.to_json(indent=2) + "\n")
    save_figure(analysis, picture)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    true_lags_ms = [_true_lag_ms(row, session.truth) for row in analysis.rows]
    click.echo(f"\n{result_text(analysis, width=width, true_lags_ms=true_lags_ms)}\n")
    click.echo(_truth_sentence(session.truth))
    click.echo(f"Saved in {table.parent.resolve()}: {table.name}, {written.name}, {picture.name}")


def write_table(recording: "Recording", path: Path, *, simulated: str) -> None:
    """Write signals that share one rate as CSV, with a column of events, and the leg above the header.

    The first line says that no person was measured, so that the file cannot be taken for a measured one.

    Parameters
    ----------
    recording : Recording
        All signals begin at 0 s and have the same rate and length. NaN becomes an empty cell.
    path : Path
        A file that does not exist yet.
    simulated : str
        What was simulated, such as ``"scenario together, seed 3"``.
    """
    first = recording.signals[0]
    events = [""] * first.samples.size
    for event in sorted(recording.events, key=lambda event: event.onset_s):
        start = round(event.onset_s * first.rate_hz)
        stop = min(start + round(event.duration_s * first.rate_hz) + 1, len(events))
        events[start:stop] = [event.label] * (stop - start)
    times = [f"{time_s:.6f}" for time_s in first.times_s.tolist()]
    columns = [_cells(signal.samples) for signal in recording.signals]
    titles = [f"{signal.channel.label} [{signal.channel.unit}]" for signal in recording.signals]
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(f"# simulated: {simulated}\n")
        file.write(f"# leg: {recording.leg}\n")
        file.write(",".join(["time_s", *titles, "event"]) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(times, *columns, events, strict=True))


def _cells(samples: "FloatArray") -> list[str]:
    # x == x is false for NaN alone.
    return [f"{value:.4f}" if value == value else "" for value in samples.tolist()]  # noqa: PLR0124


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


def _free_names(folder: Path, stem: str) -> tuple[Path, Path, Path]:
    """Names of recording, JSON and picture of which none exists."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        table, written, picture = (folder / f"{name}{suffix}" for suffix in (".csv", ".json", ".png"))
        if not (table.exists() or written.exists() or picture.exists()):
            return table, written, picture
        number += 1


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
