"""``firing-analyzer app``: the therapist's page, in the browser of this computer."""

import errno
import importlib.util
from pathlib import Path
from typing import Final

import click

#: What is wrong with a port, by the number of the system's error, and what to do.
_OF_PORTS: Final = {
    errno.EADDRINUSE: "is in use; choose another with --port, or end the program that uses it",
    errno.EACCES: "is kept for the system; choose one above 1023 with --port",
}


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="By default any that is free.")
@click.option(
    "--dataset",
    metavar="DATASET",
    type=click.Path(path_type=Path),
    default=Path("firing-analyzer-data"),
    show_default=True,
    help="Folder of the recordings; it is made if it is missing.",
)
def app(*, port: int, dataset: Path) -> None:
    """Open a page on which a person's firing order is checked, without any command.

    Its address is printed once it listens. It is served to this computer only; Ctrl-C ends it, and saves a
    recording that goes on.
    """
    if importlib.util.find_spec("nicegui") is None:
        from recordings.extras import how_to_install  # noqa: PLC0415

        raise click.ClickException(
            f"the page needs the package nicegui; {how_to_install('nicegui', extra='app')}"
        )
    from firing_analyzer.app.serve import serve  # noqa: PLC0415

    try:
        serve(dataset, port=port, told=_print_address)
    except OSError as problem:
        if problem.filename is not None or problem.errno not in _OF_PORTS:
            raise
        raise click.ClickException(f"port {port} {_OF_PORTS[problem.errno]}") from problem


def _print_address(address: str) -> None:
    print(address, flush=True)
