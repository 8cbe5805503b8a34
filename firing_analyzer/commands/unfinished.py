"""What is said of recordings that a crash left behind, wherever a dataset is used."""

import shlex
from pathlib import Path

import click

from firing_analyzer.commands.refusals import NAME


def told_of_unfinished(dataset: Path, participant: str | None = None) -> str:
    """Say in one line how many recordings were not finished, and how to finish them.

    Parameters
    ----------
    dataset : Path
    participant : str, optional
        Count those of one person alone.

    Returns
    -------
    str
        Without the dataset's name before it; empty where there is none.
    """
    from sensors.unfinished import unfinished  # noqa: PLC0415

    code = None if participant is None else participant.removeprefix("sub-")
    count = sum(code is None or one.participant == code for one in unfinished(dataset))
    if not count:
        return ""
    whose = "" if code is None else f" of participant {code!r}"
    what = f"1 recording{whose} was" if count == 1 else f"{count} recordings{whose} were"
    return f"{what} not finished; finish with: {NAME} recover {shlex.quote(str(dataset))}"


def tell_unfinished(dataset: Path) -> None:
    """Say it on standard error, if there is any."""
    told = told_of_unfinished(dataset)
    if told:
        click.echo(f"{NAME}: {dataset}: {told}", err=True)
