"""``firing-analyzer batch``: many recordings into two tables."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from firing_analyzer.commands.progress import progress_bar
from firing_analyzer.commands.refusals import UNUSABLE, refuse
from firing_analyzer.commands.skipped import tables_skipped, tell_skipped
from firing_analyzer.commands.unfinished import tell_unfinished, told_of_unfinished

if TYPE_CHECKING:
    from firing_analyzer.batch.run import BatchOutcome

_WORDS: Final = {
    "shoulder_first": "shoulder first",
    "glute_first": "glute first",
    "together": "together",
    "shoulder_silent": "shoulder silent",
    "cannot_tell": "cannot tell",
}


@click.command()
@click.argument(
    "paths", metavar="DATASET_OR_PATHS...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--out",
    "table",
    metavar="TABLE.csv|.parquet",
    required=True,
    type=click.Path(path_type=Path),
    help="Table with a row for each raise; TABLE_recordings.csv beside it has one for each recording.",
)
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 1000),
    help="Processes on this machine; by default one for each core.",
)
@click.option("--dask", "address", metavar="ADDRESS", help="A Dask cluster instead, such as tcp://host:8786.")
@click.option(
    "--settings",
    "settings_file",
    metavar="F.toml",
    type=click.Path(path_type=Path),
    help="Settings of the analysis.",
)
def batch(
    *,
    paths: tuple[Path, ...],
    table: Path,
    workers: int | None,
    address: str | None,
    settings_file: Path | None,
) -> int:
    """Analyse many recordings into tables.

    DATASET_OR_PATHS are recordings, or folders with recordings in them and in their subfolders. A file that
    cannot be used is a row with the reason, and does not end the run. A run that was stopped goes on where it
    was when it is started again; tables that are there already are replaced when the new ones are whole.
    """
    from firing_analyzer.batch.cluster import check_dask, dask_executor  # noqa: PLC0415
    from firing_analyzer.batch.run import run_batch  # noqa: PLC0415
    from firing_analyzer.batch.tables import check_table, recordings_table  # noqa: PLC0415
    from firing_analyzer.settings import Settings  # noqa: PLC0415

    if workers is not None and address is not None:
        raise click.UsageError("--workers and --dask were both given; give one of them")
    settings = Settings() if settings_file is None else Settings.read(settings_file)
    check_table(table)
    if address is not None:
        check_dask()
    files, skipped, status = _files(paths, tables=(table, recordings_table(table)))
    if not files:
        tell_skipped(skipped)
        return status
    with (
        dask_executor(address) if address else nullcontext() as executor,
        progress_bar(table.name) as on_progress,
    ):
        outcome = run_batch(
            files, table, settings=settings, executor=executor, workers=workers, on_progress=on_progress
        )
    click.echo(outcome_text(outcome))
    for problem in outcome.problems:
        refuse(problem)
    if outcome.failed > len(outcome.problems):
        refuse(
            f"{outcome.failed - len(outcome.problems)} more could not be used; "
            f"see the column problem of {outcome.recordings}"
        )
    tell_skipped(skipped)
    return UNUSABLE if outcome.failed == outcome.files else status


def outcome_text(outcome: "BatchOutcome") -> str:
    """Say what a run came to, and where the tables are."""
    counts = [
        f"{words} {outcome.verdicts[verdict]}"
        for verdict, words in _WORDS.items()
        if outcome.verdicts[verdict]
    ]
    if outcome.failed:
        counts.append(f"could not be used {outcome.failed}")
    before = f" ({outcome.continued} of them done by an earlier run)" if outcome.continued else ""
    return (
        f"{outcome.files} recording{'' if outcome.files == 1 else 's'}{before}: {', '.join(counts)}.\n"
        f"A row for each raise: {outcome.repetitions}\nA row for each recording: {outcome.recordings}"
    )


def _files(paths: tuple[Path, ...], *, tables: tuple[Path, ...]) -> tuple[list[str], list[str], int]:
    """Return all recordings, the tables that were passed over, and the status so far.

    The run's own `tables`, where an earlier run made them, are neither.
    """
    from recordings.errors import RecordingError  # noqa: PLC0415
    from recordings.find import find_recordings  # noqa: PLC0415

    if not any(path.exists() for path in paths):
        # One of several that is gone is a row with the reason; of nothing at all no table is made.
        return [], [], max(refuse(f"{path}: nothing is there; check the path") for path in paths)
    ours = {one.resolve() for one in tables}
    files: list[str] = []
    skipped: list[str] = []
    status = 0
    for path in paths:
        try:
            found = find_recordings(path) if path.is_dir() else [path]
            found = [file for file in found if file.resolve() not in ours]
            if not found:
                problem = (
                    told_of_unfinished(path) or "the folder holds no recording that can be read; name another"
                )
                status = refuse(f"{path}: {problem}")
            elif path.is_dir():
                tell_unfinished(path)
            files += map(str, found)
            skipped += [name for name in tables_skipped(path, found) if (path / name).resolve() not in ours]
        except (RecordingError, OSError) as problem:
            status = refuse(problem)
    return files, skipped, status
