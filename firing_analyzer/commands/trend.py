"""``firing-analyzer trend``: one person's sessions over time."""

import shutil
import sys
from pathlib import Path

import click

from firing_analyzer.commands.outputs import check_picture
from firing_analyzer.commands.progress import progress_bar
from firing_analyzer.commands.refusals import UNUSABLE, refuse
from firing_analyzer.commands.unfinished import tell_unfinished, told_of_unfinished


@click.command()
@click.argument("dataset", metavar="DATASET", type=click.Path(path_type=Path))
@click.option("--participant", metavar="ID", required=True, help="The person's code, such as 01.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option(
    "--plot", metavar="F.png", type=click.Path(path_type=Path), help="Save a picture (.png, .pdf or .svg)."
)
@click.option(
    "--settings",
    "settings_file",
    metavar="F.toml",
    type=click.Path(path_type=Path),
    help="Settings of the analysis.",
)
def trend(
    *, dataset: Path, participant: str, as_json: bool, plot: Path | None, settings_file: Path | None
) -> int:
    """Say how one person's lag goes over the sessions of a dataset.

    A change is named only where it goes beyond what this person's sessions differ by anyway, which the first
    three sessions begin to show. Left and right leg stand side by side.
    """
    from firing_analyzer.over_time.trend import trend as trend_over_sessions  # noqa: PLC0415
    from firing_analyzer.over_time.words import trend_text  # noqa: PLC0415
    from firing_analyzer.settings import Settings  # noqa: PLC0415
    from recordings.errors import NotFoundError  # noqa: PLC0415

    settings = Settings() if settings_file is None else Settings.read(settings_file)
    if plot is not None:
        check_picture(plot)
    if not dataset.is_dir():
        raise NotFoundError("there is no such dataset; check the folder", path=dataset)
    try:
        with progress_bar(f"participant {participant}") as on_progress:
            found = trend_over_sessions(dataset, participant, settings, on_progress=on_progress)
    except NotFoundError as problem:
        left = told_of_unfinished(dataset, participant)
        raise NotFoundError(left or problem.reason, path=dataset if left else problem.path) from problem
    tell_unfinished(dataset)
    if not found.legs:
        for problem in found.problems:
            refuse(problem)
        return UNUSABLE
    if as_json:
        click.echo(found.to_json())
    else:
        click.echo(
            trend_text(found, width=shutil.get_terminal_size().columns if sys.stdout.isatty() else None)
        )
    if plot is not None:
        from firing_analyzer.figures.over_time import save_trend  # noqa: PLC0415

        save_trend(found, plot)
        if not as_json:
            click.echo(f"\nPicture: {plot}")
    return 0
