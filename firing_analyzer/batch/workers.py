"""Processes of our own that analyse files, and the proof that workers run the same program as we do."""

import os
import signal
import threading
from collections.abc import Generator
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from multiprocessing import get_context, parent_process
from pathlib import Path

from firing_analyzer.errors import BatchError
from firing_analyzer.threads import THREADS


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def process_pool(workers: int) -> Generator[ProcessPoolExecutor]:
    """Start processes that each use one core and end with this one, however it ends.

    Parameters
    ----------
    workers : int

    Yields
    ------
    ProcessPoolExecutor
        New processes, not copies of this one (the same on all systems, and safe beside threads).

    Raises
    ------
    BatchError
        If none can start.
    """
    before = {name: os.environ.get(name) for name in THREADS}
    # numpy reads it when it is loaded, so it must stand in the environment before the worker starts
    os.environ.update(dict.fromkeys(THREADS, "1"))
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        check_workers(pool)
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin() -> None:
    """Leave Ctrl-C to the process that started us, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()


def check_workers(executor: Executor) -> None:
    """Refuse workers that do not start, or run another version than this process.

    Raises
    ------
    BatchError
        The message says what to do.
    """
    try:
        theirs = executor.submit(program).result()
    except BrokenExecutor as problem:
        raise BatchError(
            "no worker process could start; in a script of your own, put the lines that run under "
            "if __name__ == '__main__': (on a full machine, use fewer workers)"
        ) from problem
    except ImportError as problem:
        raise BatchError(
            f"the workers cannot run firing_analyzer ({problem}); install the same version there as here"
        ) from problem
    ours = program()
    if theirs != ours:
        differ = ", ".join(
            f"{name} {theirs.get(name)} there, {value} here"
            for name, value in ours.items()
            if theirs.get(name) != value
        )
        raise BatchError(f"the workers run another program ({differ}); install the same versions there")


@cache
def program() -> dict[str, str]:
    """Return what a result depends on besides file and settings: versions, and a digest of our own code."""
    from importlib.metadata import version  # noqa: PLC0415

    import firing_analyzer  # noqa: PLC0415
    import recordings  # noqa: PLC0415

    code = sha256()
    for package in (firing_analyzer, recordings):
        folder = Path(package.__file__ or "").parent
        for file in sorted(folder.rglob("*.py")):
            code.update(file.relative_to(folder.parent).as_posix().encode())
            code.update(file.read_bytes())
    return {
        "firing_analyzer": firing_analyzer.__version__,
        "code": code.hexdigest()[:12],
        "numpy": version("numpy"),
        "scipy": version("scipy"),
    }
