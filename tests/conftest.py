"""What all tests share."""

import os
from pathlib import Path

import pytest

# Small products gain nothing from threads, and two workers on two cores lose by them.
# Set before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is not beside the checkout")
    return folder
