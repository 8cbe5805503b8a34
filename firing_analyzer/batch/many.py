"""Analysing many recordings on any executor: the same rows in the same order, whatever runs them."""

from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from firing_analyzer.batch.one_file import FileResult, analyze_file, failed
from firing_analyzer.batch.workers import process_pool, usable_cores
from firing_analyzer.errors import BatchError
from firing_analyzer.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

#: Files handed out ahead of what is done: enough for a large cluster, few enough to stay small.
_AHEAD: Final = 1024
#: The same for each worker of our own.
_AHEAD_EACH: Final = 8
_ENDED: Final = (
    "its analysis ended the process that ran it, as when memory runs out; analyse it alone to see more"
)

OnProgress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True, eq=False)
class ManyTables:
    """Both tables of many recordings.

    Attributes
    ----------
    repetitions : DataFrame
        A row for each raise, and one for each file that could not be analysed.
    recordings : DataFrame
        A row for each file.
    """

    repetitions: "pd.DataFrame"
    recordings: "pd.DataFrame"


def analyze_many(
    paths: str | Path | Iterable[str | Path],
    settings: Settings | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress | None = None,
) -> "pd.DataFrame":
    """Analyse many recordings.

    Parameters
    ----------
    paths : str, Path or iterable of them
        Files; or one folder, whose recordings are taken, those in its subfolders included.
    settings : Settings, optional
    executor : concurrent.futures.Executor, optional
        What runs them, such as ``distributed.Client(address).get_executor()``. By default a process for each
        core, with one thread each; in a script, call it under ``if __name__ == "__main__":``.
    on_progress : callable, optional
        Called with the number of files done and of all, after each file.

    Returns
    -------
    DataFrame
        A row for each raise, in the order of `paths`: ``path``, ``participant``, ``session``, ``run``,
        ``leg``, ``verdict``, then the columns of the JSON. A file that cannot be analysed is one row with the
        reason in ``problem``; a recording without raises has no row here. `tables_of_many` also gives the
        table with a row for each recording.

    Raises
    ------
    BatchError
        If no worker can start, or the executor itself breaks down.
    """
    return tables_of_many(paths, settings, executor, on_progress).repetitions


def tables_of_many(
    paths: str | Path | Iterable[str | Path],
    settings: Settings | None = None,
    executor: Executor | None = None,
    on_progress: OnProgress | None = None,
) -> ManyTables:
    """Analyse many recordings as `analyze_many`, and return a row for each recording as well."""
    from firing_analyzer.batch.columns import RECORDING_COLUMNS, REPETITION_COLUMNS  # noqa: PLC0415
    from firing_analyzer.batch.frames import frame  # noqa: PLC0415

    files = _listed(paths)
    results: list[FileResult | None] = [None] * len(files)
    jobs = dict(enumerate(files))
    for done, (number, result) in enumerate(as_done(jobs, settings or Settings(), executor), start=1):
        results[number] = result
        if on_progress is not None:
            on_progress(done, len(files))
    found = [result for result in results if result is not None]
    return ManyTables(
        frame([row for result in found for row in result.repetitions], REPETITION_COLUMNS),
        frame([result.recording for result in found], RECORDING_COLUMNS),
    )


def _listed(paths: str | Path | Iterable[str | Path]) -> list[str]:
    if isinstance(paths, str | Path):
        from recordings.find import find_recordings  # noqa: PLC0415

        return [str(path) for path in (find_recordings(paths) if Path(paths).is_dir() else [paths])]
    return [str(path) for path in paths]


def as_done(
    files: Mapping[int, str],
    settings: Settings,
    executor: Executor | None = None,
    *,
    workers: int | None = None,
) -> Generator[tuple[int, FileResult]]:
    """Analyse files and yield each result as it is there.

    Parameters
    ----------
    files : mapping of int to str
        Paths by number.
    settings : Settings
    executor : Executor, optional
        By default processes of our own.
    workers : int, optional
        How many of our own; by default one for each core.

    Yields
    ------
    tuple of int and FileResult
        Number and result, in any order.

    Raises
    ------
    BatchError
    """
    if not files:
        return
    if executor is not None:
        for number, result in _handed_out(executor, files, settings, ahead=_AHEAD):
            if result is None:
                raise BatchError("the executor broke down; what was done until then is lost to it, run again")
            yield number, result
        return
    workers = min(workers or usable_cores(), len(files))
    left = dict(files)
    while left:
        suspects: list[int] = []
        with process_pool(workers) as pool:
            for number, result in _handed_out(pool, left, settings, ahead=_AHEAD_EACH * workers):
                if result is None:
                    suspects.append(number)
                else:
                    del left[number]
                    yield number, result
        # a worker was killed with all it had been handed; one after another shows which file did it
        for number, result in _one_by_one({number: left.pop(number) for number in suspects}, settings):
            yield number, result


def _one_by_one(files: dict[int, str], settings: Settings) -> Generator[tuple[int, FileResult]]:
    while files:
        with process_pool(1) as pool:
            for number, result in _handed_out(pool, files, settings, ahead=1):
                path = files.pop(number)
                yield number, failed(path, _ENDED) if result is None else result
                if result is None:
                    break


def _handed_out(
    executor: Executor, files: Mapping[int, str], settings: Settings, *, ahead: int
) -> Generator[tuple[int, FileResult | None]]:
    """Keep an executor busy, and yield what it gives back; None for files it held when it broke."""
    finished: SimpleQueue[tuple[int, Future[FileResult]]] = SimpleQueue()
    pending: dict[int, Future[FileResult]] = {}
    waiting = iter(list(files.items()))
    broken = False
    try:
        while True:
            while not broken and len(pending) < ahead and (job := next(waiting, None)) is not None:
                number, path = job
                try:
                    future = executor.submit(analyze_file, path, settings, at=str(Path(path).absolute()))
                except BrokenExecutor:
                    broken = True
                    yield number, None
                    break
                pending[number] = future
                future.add_done_callback(lambda future, number=number: finished.put((number, future)))
            if not pending:
                return
            number, future = _next(finished)
            del pending[number]
            try:
                result = future.result()
            except (BrokenExecutor, CancelledError):
                broken, result = True, None
            except Exception as problem:  # noqa: BLE001  (an executor may give up on one file alone)
                result = failed(
                    files[number], f"the executor gave it up: {type(problem).__name__}: {problem}"
                )
            yield number, result
    finally:
        for future in pending.values():
            future.cancel()


def _next(finished: "SimpleQueue[tuple[int, Future[FileResult]]]") -> "tuple[int, Future[FileResult]]":
    while True:
        try:
            # with a timeout Ctrl-C is heard on every system
            return finished.get(timeout=1.0)
        except Empty:
            continue
