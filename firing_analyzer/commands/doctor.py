"""``firing-analyzer doctor``: what this machine can and cannot do."""

import click

from firing_analyzer.doctor import examine, report


@click.command()
def doctor() -> None:
    """Say what this machine can and cannot do, and why."""
    from firing_analyzer.radio_check import radio_finding  # noqa: PLC0415  (asyncio, and bleak if it is there)

    click.echo(report([*examine(), radio_finding()]))
