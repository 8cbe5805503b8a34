"""What all tests share."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def assert_valid() -> Callable[[Path], None]:
    """Fail where the validator of BIDS finds an error in a dataset; its warnings name what is recommended."""
    validator = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent)) or shutil.which(
        "bids-validator-deno"
    )

    def validate(dataset: Path) -> None:
        if validator is None:
            pytest.skip("bids-validator-deno is not installed")
        command = [validator, "--format", "json", "--max-rows", "-1", str(dataset)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        issues = json.loads(done.stdout)["issues"]["issues"]
        assert [issue for issue in issues if issue["severity"] == "error"] == []

    return validate


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small disk in memory with the options that are given."""
    point = tmp_path / "disk"
    point.mkdir()

    def mount(options: str) -> Path:
        found = shutil.which("mount")
        if found is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
            pytest.skip("only the administrator of a POSIX system can mount a disk")
        done = subprocess.run(
            [found, "-t", "tmpfs", "-o", options, "tmpfs", str(point)], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip(f"no disk can be mounted here: {done.stderr.decode().strip()}")
        return point

    yield mount
    if point.is_mount():
        subprocess.run(["umount", "-l", str(point)], check=True)
