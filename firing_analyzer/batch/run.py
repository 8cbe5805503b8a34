"""A run over many recordings into two files, which goes on where it was stopped."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from firing_analyzer.batch.journal import BatchJournal, FileKeys
from firing_analyzer.batch.many import as_done
from firing_analyzer.batch.one_file import FileResult
from firing_analyzer.batch.tables import check_table, write_tables
from firing_analyzer.settings import Settings


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What a run came to.

    Attributes
    ----------
    repetitions, recordings : Path
        The tables.
    files : int
    continued : int
        How many of them an earlier run had done.
    verdicts : mapping of str to int
    problems : tuple of str
        The first of what could not be used, ``path: reason``.
    failed : int
        How many could not be used.
    """

    repetitions: Path
    recordings: Path
    files: int
    continued: int
    verdicts: Counter[str]
    problems: tuple[str, ...]
    failed: int


#: How many problems are told one by one; the table holds all.
_TOLD = 5


def run_batch(
    files: Sequence[str],
    table: Path,
    *,
    settings: Settings | None = None,
    executor: Executor | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], object] | None = None,
) -> BatchOutcome:
    """Analyse files into two tables.

    Parameters
    ----------
    files : sequence of str
        Each is analysed once, however often it is named.
    table : Path
        Of repetitions, ``.csv`` or ``.parquet``; an older one is replaced when the new one is whole. Beside
        it lies, until then, what has been done: run again after a crash or a kill, the rest follows.
    settings : Settings, optional
    executor : Executor, optional
        By default processes of our own, `workers` of them.
    workers : int, optional
    on_progress : callable, optional
        Called with the number of files done and of all: at the start, and after each file.

    Returns
    -------
    BatchOutcome

    Raises
    ------
    BatchError
        If the tables cannot be written, or no worker starts.
    """
    settings = settings or Settings()
    check_table(table)
    names = list(dict.fromkeys(files))
    keys = FileKeys(settings)
    key_of = {number: keys.key(name) for number, name in enumerate(names)}
    with BatchJournal(table) as journal:
        known = journal.done(key_of.values())
        jobs = {number: name for number, name in enumerate(names) if key_of[number] not in known}
        done = continued = len(names) - len(jobs)
        if on_progress is not None:
            on_progress(done, len(names))
        for number, result in as_done(jobs, settings, executor, workers=workers):
            journal.add(key_of[number], result)
            done += 1
            if on_progress is not None:
                on_progress(done, len(names))
        counted = _Counted(Counter(), [])
        targets = write_tables(table, (counted.seen(result) for result in journal.results(key_of.values())))
        journal.discard()
    return BatchOutcome(
        *targets,
        files=len(names),
        continued=continued,
        verdicts=counted.verdicts,
        problems=tuple(counted.problems),
        failed=len(names) - counted.verdicts.total(),
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counts results on their way into the tables."""

    verdicts: "Counter[str]"
    problems: list[str]

    def seen(self, result: FileResult) -> FileResult:
        if result.problem is None:
            self.verdicts[str(result.recording["verdict"])] += 1
        elif len(self.problems) < _TOLD:
            self.problems.append(f"{result.recording['path']}: {result.problem}")
        return result
