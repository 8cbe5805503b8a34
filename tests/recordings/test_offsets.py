"""Offsets between devices are kept with their error, and none is ever lost."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from recordings.errors import UnreadableError
from recordings.offsets import Offset, find_offset, keep_offset


@dataclass(frozen=True)
class Pair:
    glute_device: str = "NPG Lite A"
    shoulder_device: str = "uMyo B"


def offset(ms: float, pair: Pair = Pair()) -> Offset:
    return Offset(pair.glute_device, pair.shoulder_device, ms, 1.5, 5, "2026-01-02T03:04:05+00:00")


def test_the_last_measurement_of_a_pair_counts_and_the_others_stay(tmp_path: Path) -> None:
    path = [keep_offset(tmp_path, offset(ms)) for ms in (3.0, 4.0)][-1]
    keep_offset(tmp_path, offset(9.0, Pair("another", "uMyo B")))
    found = find_offset(tmp_path, glute_device="NPG Lite A", shoulder_device="uMyo B")
    assert found == offset(4.0)
    assert len(msgspec.json.decode(path.read_bytes())) == 3
    assert [file.name for file in path.parent.iterdir()] == ["offsets.json"]


def test_nothing_is_known_of_a_pair_that_was_not_measured(tmp_path: Path) -> None:
    assert find_offset(tmp_path, glute_device="a", shoulder_device="b") is None
    keep_offset(tmp_path, offset(3.0))
    assert find_offset(tmp_path, glute_device="uMyo B", shoulder_device="NPG Lite A") is None


def test_a_file_that_is_not_understood_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = keep_offset(tmp_path, offset(3.0))
    path.write_text('[{"offset_ms": "much"}]')
    with pytest.raises(UnreadableError, match="measure again"):
        keep_offset(tmp_path, offset(4.0))
    assert path.read_text() == '[{"offset_ms": "much"}]'
