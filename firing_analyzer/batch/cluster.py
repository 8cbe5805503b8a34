"""A Dask cluster by its address (extra ``cluster``)."""

from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.util import find_spec

from firing_analyzer.batch.workers import check_workers
from firing_analyzer.errors import BatchError
from recordings.extras import how_to_install


def check_dask() -> None:
    """Refuse where Dask is not installed.

    Raises
    ------
    BatchError
    """
    if find_spec("distributed") is None:
        raise BatchError(
            "a Dask cluster needs the package distributed; "
            + how_to_install("dask[distributed]", extra="cluster")
        )


@contextmanager
def dask_executor(address: str, *, timeout_s: float = 5.0) -> Generator[Executor]:
    """Connect to a cluster that runs the same program as we do.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``"tcp://10.0.0.5:8786"``. Its workers must see the files under the same
        paths; Dask starts them with one thread for numpy each.
    timeout_s : float
        How long to wait for the scheduler.

    Yields
    ------
    Executor

    Raises
    ------
    BatchError
        If Dask is not installed, nothing answers, no worker is there, or the workers run other versions.
    """
    check_dask()
    from distributed import Client  # noqa: PLC0415

    try:
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, ValueError) as problem:
        raise BatchError(
            f"{address}: no Dask scheduler answers there ({' '.join(str(problem).split())}); "
            "check the address, such as tcp://localhost:8786"
        ) from problem
    with client:
        if not client.scheduler_info()["workers"]:
            raise BatchError(
                f"{address}: the scheduler has no worker; start some with: dask worker {address}"
            )
        executor = client.get_executor()
        check_workers(executor)
        yield executor
