"""Advice to install something is worded in one place, and works as it is said."""

import shlex
import sys
from pathlib import Path

import pytest

import recordings
from recordings.extras import how_to_install

ROOT = Path(recordings.__file__).resolve().parent.parent


def test_the_advice_is_of_this_python_and_can_be_pasted() -> None:
    told = how_to_install("dask[distributed]", extra="cluster")
    assert f'{shlex.quote(sys.executable)} -m pip install "dask[distributed]" (' in told
    assert told.endswith('".[cluster]")')


@pytest.mark.parametrize("package", ["recordings", "sensors", "firing_analyzer"])
def test_no_message_asks_an_index_for_an_extra_of_ours(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        assert "firing-analyzer[" not in file.read_text(encoding="utf-8"), file
