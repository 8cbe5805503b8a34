import json
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from recordings.errors import RecordingError, TimeError, UnreadableError, UnsupportedError
from recordings.open import open_recording

ADDRESS = "00:07:80:00:00:01"


def header(labels: list[str], sensors: list[str], address: str = ADDRESS) -> dict[str, object]:
    columns = ["nSeq", "I1", "I2", *labels]
    return {
        address: {
            "sensor": sensors,
            "column": columns,
            "label": labels,
            "sampling rate": 1000,
            "comments": "note",
        }
    }


ONE_CHANNEL = f"# OpenSignals Text File Format\n# {json.dumps(header(['A'], ['EMG']))}\n# EndOfHeader\n"


def text_file(path: Path, described: dict[str, object], rows: np.ndarray) -> Path:
    lines = "\n".join("\t".join(map(str, row)) + "\t" for row in rows.tolist())
    path.write_text(f"# OpenSignals Text File Format\n# {json.dumps(described)}\n# EndOfHeader\n{lines}\n")
    return path


def rows_of(counter: np.ndarray, modulus: int) -> np.ndarray:
    zero = np.zeros_like(counter)
    return np.column_stack((counter % modulus, zero, zero, counter * 3, counter * 5))


@pytest.mark.parametrize("modulus", [16, 65_536])
def test_samples_that_the_counter_leaves_out_stay_gaps(tmp_path: Path, modulus: int) -> None:
    counter = np.r_[0:500, 507:70_000]
    path = text_file(tmp_path / "a.txt", header(["GM_L", "UT_R"], ["EMG", "EMG"]), rows_of(counter, modulus))
    recording = open_recording(path)
    assert recording.labels == ("GM_L", "UT_R")
    glute = recording["GM_L"]
    assert (glute.channel.unit, glute.channel.kind, glute.rate_hz) == ("counts", "emg", 1000)
    assert np.flatnonzero(np.isnan(glute.samples)).tolist() == list(range(500, 507))
    np.testing.assert_array_equal(recording["UT_R"].samples[507:], np.arange(507, 70_000) * 5)


def test_the_sensor_tells_the_kind(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.txt", header(["CH1", "CH2"], ["XYZ", "ECG"]), rows_of(np.arange(50), 16))
    assert [signal.channel.kind for signal in open_recording(path).signals] == ["acc", "other"]


def test_two_hubs_in_one_file_have_two_clocks(tmp_path: Path) -> None:
    described = header(["GM_L", "CH2"], ["EMG", "EMG"]) | header(
        ["UT_R", "CH4"], ["EMG", "EMG"], "00:07:80:00:00:02"
    )
    one = rows_of(np.arange(50), 16)
    recording = open_recording(text_file(tmp_path / "a.txt", described, np.hstack((one, one))))
    assert recording.labels == ("GM_L", "CH2", "UT_R", "CH4")
    assert not recording.shared_clock
    assert recording.clock_error_ms is None
    assert len({signal.channel.device for signal in recording.signals}) == 2


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("# OpenSignals Text File Format\n# {}\n1\t2\n", UnreadableError, "header never ends"),
        ("# OpenSignals Text File Format\n# {broken\n# EndOfHeader\n1\t2\n", UnreadableError, "does not say"),
        ("# OpenSignals Text File Format\n# {}\n# EndOfHeader\n1\t2\n", UnreadableError, "names no channel"),
        (
            ONE_CHANNEL,
            UnreadableError,
            "no samples",
        ),
        (
            f"{ONE_CHANNEL}1\t2\n3\t4\n",
            UnreadableError,
            "4 columns",
        ),
        (
            f"{ONE_CHANNEL}0\t0\t0\tx\n",
            UnreadableError,
            "not all numbers",
        ),
        (
            f"{ONE_CHANNEL}0\t0\t0\t1\n0\t0\t0\t1\n",
            TimeError,
            "row 2",
        ),
    ],
)
def test_a_damaged_text_file_is_refused_in_one_line(
    tmp_path: Path, text: str, error: type[RecordingError], message: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(error, match=message) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)


def h5_file(path: Path, counter: np.ndarray) -> Path:
    with h5py.File(path, "w") as file:
        group = file.create_group(ADDRESS)
        group.attrs["sampling rate"] = np.int32(1000)
        group.attrs["comments"] = "a private remark"
        group["raw/nSeq"] = (counter % 65_536).astype(np.uint16)[:, np.newaxis]
        for channel, label in ((10, "UT_R"), (2, "GM_L")):
            dataset = group.create_dataset(f"raw/channel_{channel}", data=(counter * channel)[:, np.newaxis])
            dataset.attrs["label"] = label
            dataset.attrs["sensor"] = "EMG"
    return path


def test_an_hdf5_file_gives_its_channels_with_gaps(tmp_path: Path) -> None:
    counter = np.r_[0:100, 150:1000]
    recording = open_recording(h5_file(tmp_path / "a.h5", counter))
    assert recording.labels == ("GM_L", "UT_R")
    glute = recording["GM_L"]
    assert (glute.samples.size, glute.rate_hz, glute.channel.unit) == (1000, 1000, "counts")
    assert np.flatnonzero(np.isnan(glute.samples)).tolist() == list(range(100, 150))
    assert recording["UT_R"].samples[999] == 9990
    assert "private" not in repr(recording)


def test_other_and_damaged_hdf5_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["data"] = [1, 2, 3]
    with pytest.raises(UnsupportedError, match="not one of OpenSignals"):
        open_recording(other)
    damaged = h5_file(tmp_path / "a.h5", np.arange(1000))
    damaged.write_bytes(damaged.read_bytes()[:3000])
    with pytest.raises(UnreadableError, match="damaged or incomplete") as caught:
        open_recording(damaged)
    assert "\n" not in str(caught.value)


def test_without_h5py_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = h5_file(tmp_path / "a.h5", np.arange(10))
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(UnsupportedError, match=r"pip install h5py .*\.\[formats\]") as caught:
        open_recording(path)
    assert caught.value.extra == "formats"


def test_the_real_hdf5_file_holds_what_its_maker_says(shared_data: Path) -> None:
    recording = open_recording(shared_data / "real" / "biceps_bursts.h5")
    assert recording.duration_s == pytest.approx(28.519)
    assert [(s.channel.kind, s.channel.unit, s.rate_hz) for s in recording.signals] == [
        ("emg", "counts", 1000)
    ]
    assert np.isfinite(recording.signals[0].samples).all()
