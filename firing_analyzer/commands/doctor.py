"""``firing-analyzer doctor``: what this machine can and cannot do."""

import click

from firing_analyzer.doctor import examine, report


@click.command()
def doctor() -> None:
    """Say what this machine can and cannot do, and why."""
    click.echo(report(examine()))
