"""Threads beneath numpy: the products here are small, and sharing them out costs more than it brings."""

import os
from typing import Final

#: By which the libraries that numpy may be built on are told how many threads to use.
THREADS: Final = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def one_thread_unless_told() -> None:
    """Ask for one thread where the environment asks for nothing; numpy reads it when it is loaded."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
