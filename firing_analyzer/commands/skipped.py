"""Tables in a folder that are no recordings: named, so that nobody misses them in silence."""

from collections.abc import Iterable
from pathlib import Path

import click


def tables_skipped(path: Path, found: Iterable[Path]) -> list[str]:
    """Names of tables in a folder that were passed over, as they stand in it; none of a file."""
    from recordings.skipped import skipped_tables  # noqa: PLC0415

    return [str(table.relative_to(path)) for table in skipped_tables(path, found)] if path.is_dir() else []


def tell_skipped(names: list[str]) -> None:
    """Name them on standard error, if there are any."""
    from recordings.listing import shortened  # noqa: PLC0415

    if names:
        click.echo(f"skipped, not recordings: {shortened(names)}", err=True)
