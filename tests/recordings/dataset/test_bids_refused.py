"""What cannot be saved or found in a dataset is refused, named, and leaves no trace."""

from pathlib import Path

import numpy as np
import pytest

from recordings.dataset.names import LabelError
from recordings.dataset.new_files import NotSavedError
from recordings.errors import ChannelError, NotFoundError, RecordingError
from recordings.model import Recording
from recordings.open import open_recording
from tests.recordings.dataset.two_sensors import glute, noise, save, two_sensors


@pytest.mark.parametrize("code", ["", "a b", "É1", "01/02", "..", "a_b", "sub-01", "x\n"])
def test_a_code_that_bids_forbids_is_refused_and_named(tmp_path: Path, code: str) -> None:
    with pytest.raises(LabelError, match="the participant code") as caught:
        save(tmp_path, two_sensors(4001), code)
    assert repr(code) in str(caught.value)
    with pytest.raises(LabelError, match="the session code"):
        save(tmp_path, two_sensors(4001), "01", code)
    assert not list(tmp_path.iterdir())


def test_codes_that_differ_in_capitals_alone_are_refused(tmp_path: Path) -> None:
    save(tmp_path, two_sensors(4001), "a1")
    with pytest.raises(LabelError, match="'A1' differs from 'a1' in the dataset by capitals alone"):
        save(tmp_path, two_sensors(4001), "A1")


def test_a_refused_recording_leaves_no_trace(tmp_path: Path) -> None:
    huge = Recording((glute(np.full(100, 1e9)),))
    with pytest.raises(ChannelError, match="'GM_L' holds values up to"):
        save(tmp_path / "new", huge)
    with pytest.raises(ChannelError, match="'GM_L' stands for two channels"):
        save(tmp_path / "new", Recording((glute(noise(9)), glute(noise(9)))))
    with pytest.raises(ChannelError, match="no sample"):
        save(tmp_path / "new", Recording(()))
    assert not [path for path in tmp_path.rglob("*") if path.name != "new"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(NotSavedError, match="cannot be saved") as caught:
        save(tmp_path / "file", two_sensors(4001))
    assert "\n" not in str(caught.value)


def test_what_is_no_recording_of_a_dataset_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        open_recording(tmp_path)
    (tmp_path / "sub-01_emg.bdf").write_text("a,b\n1,2\n")
    with pytest.raises(RecordingError, match="content is no such file"):
        open_recording(tmp_path / "sub-01_emg.bdf")
