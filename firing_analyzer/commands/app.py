"""``firing-analyzer app``: the therapist's page, in the browser of this computer."""

import importlib.util
import shlex
import sys
from pathlib import Path

import click


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
        raise click.ClickException(
            f"the page needs the package nicegui; install it with {shlex.quote(sys.executable)} -m pip "
            "install 'firing-analyzer[app]'"
        )
    from firing_analyzer.app.serve import serve  # noqa: PLC0415

    serve(dataset, port=port, told=_print_address)


def _print_address(address: str) -> None:
    print(address, flush=True)
