import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from edfio import Bdf, BdfSignal

from recordings.errors import NotFoundError, RecordingError, UnreadableError
from recordings.find import find_recordings
from recordings.open import open_recording

TABLE = "time_s,GM_L [uV],UT_R [uV]\n" + "\n".join(f"{i / 1000},{i},{-i}" for i in range(100)) + "\n"


def write_bdf(path: Path) -> Path:
    samples = np.random.default_rng(1).normal(0, 10, 3000)
    Bdf([BdfSignal(samples, 1000, label=label, physical_dimension="uV") for label in ("GM_L", "UT_R")]).write(
        path
    )
    return path


def refused(path: Path, error: type[RecordingError], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert open_recording(write_bdf(tmp_path / "a.dat")).labels == ("GM_L", "UT_R")
    assert open_recording(write_bdf(tmp_path / "a.edf")).duration_s == 3
    assert open_recording(str(write_bdf(tmp_path / "b.bdf"))).path == tmp_path / "b.bdf"


def test_what_the_user_names_is_kept(tmp_path: Path) -> None:
    recording = open_recording(write_bdf(tmp_path / "a.bdf"), leg="right", glute="GM_L", shoulder="UT_R")
    assert (recording.leg, recording.glute, recording.shoulder) == ("right", "GM_L", "UT_R")


def test_a_file_name_may_tell_the_leg(tmp_path: Path) -> None:
    path = write_bdf(tmp_path / "sub-01_task-proneLegRaise_acq-right_emg.bdf")
    assert open_recording(path).leg == "right"
    assert open_recording(path, leg="left").leg == "left"


def test_missing_empty_and_renamed_files_are_refused(tmp_path: Path) -> None:
    refused(tmp_path / "none.bdf", NotFoundError, "nothing is there")
    empty = tmp_path / "empty.bdf"
    empty.touch()
    refused(empty, UnreadableError, "the file is empty")
    for suffix in ("bdf", "edf", "h5", "c3d", "xdf"):
        renamed = tmp_path / f"renamed.{suffix}"
        renamed.write_text(TABLE)
        refused(renamed, UnreadableError, f"name ends in .{suffix} but its content is no such file")
    junk = tmp_path / "junk.csv"
    junk.write_bytes(np.random.default_rng(2).bytes(5000))
    refused(junk, UnreadableError, "neither text nor a format")


def test_a_folder_with_one_recording_opens_it(tmp_path: Path) -> None:
    refused(tmp_path, NotFoundError, "the folder holds no recording")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.csv").write_text(TABLE)
    assert open_recording(tmp_path).path == tmp_path / "deep" / "a.csv"
    write_bdf(tmp_path / "b.bdf")
    refused(tmp_path, NotFoundError, r"2 recordings; name one of \S+b.bdf, \S+deep/a.csv")


def test_sidecars_notes_and_hidden_files_are_no_recordings(tmp_path: Path) -> None:
    emg = write_bdf(tmp_path / "sub-01_emg.bdf")
    table = tmp_path / "table.tsv"
    table.write_text(TABLE.replace(",", "\t"))
    counts = tmp_path / "counts.txt"
    counts.write_text("# Sampling Rate (Hz):= 1000.00\n# Labels:= EMG\n1\n2\n3\n")
    (tmp_path / "sub-01_emg.json").write_text("{}")
    (tmp_path / "sub-01_channels.tsv").write_text("name\ttype\tunits\nGM_L\tEMG\tuV\n")
    (tmp_path / "sub-01_events.tsv").write_text("onset\tduration\ttrial_type\n1.0\t0\traise\n")
    (tmp_path / "LICENSE.txt").write_text("Permission is hereby granted, free of charge, to any person\n")
    (tmp_path / "results.csv").write_text("path,repetition,lag_ms,order\na.bdf,1,-120.5,shoulder_first\n")
    (tmp_path / "arrivals.csv").write_text("packet_id,arrival_s\n1,0.1\n2,0.2\n")
    (tmp_path / ".hidden").mkdir()
    write_bdf(tmp_path / ".hidden" / "a.bdf")
    write_bdf(tmp_path / "._sub-01_emg.bdf")
    assert find_recordings(tmp_path) == sorted([emg, table, counts])
    assert find_recordings(emg) == [emg]


def test_opening_is_light_until_a_format_is_needed() -> None:
    heavy = "{'edfio', 'pandas', 'h5py', 'ezc3d', 'pyxdf', 'scipy', 'matplotlib'}"
    code = f"import sys, recordings.open, recordings.pair, recordings.find; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "set()", "")


REAL: dict[str, int | str] = {
    # a number of channels, or the reason of the refusal
    "biceps_bursts.h5": 1,
    "biosppy_emg_1.txt": 1,
    "box_lift_shoulder.c3d": 38,
    "gait_bilateral.c3d": 28,
    "two_devices_acc_1.txt": 3,
    "two_devices_acc_2.txt": 3,
    "ganglion_arrivals_1.csv": "no column holds a signal, only packet_id, arrival_s",
    "ganglion_arrivals_2.csv": "no column holds a signal, only packet_id, arrival_s",
    # acceleration, the angular rate that was taken from the orientation, and its matrix
    "walking_pelvis.txt": 15,
    "walking_thigh_left.txt": 15,
    "walking_thigh_right.txt": 15,
    "biceps_bursts.LICENSE.txt": "not a table of numbers",
    "biosppy_emg_1.LICENSE.txt": "not a table of numbers",
    "box_lift_shoulder.LICENSE.txt": "not a table of numbers",
    "gait_bilateral.LICENSE.txt": "not a table of numbers",
    "ganglion_arrivals.LICENSE.txt": "not a table of numbers",
    "walking_imu.LICENSE.txt": "not a table of numbers",
}


def test_every_real_file_is_spoken_for(shared_data: Path) -> None:
    assert {path.name for path in (shared_data / "real").iterdir()} <= set(REAL)


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_opens_or_is_refused_with_its_reason(shared_data: Path, name: str) -> None:
    path = shared_data / "real" / name
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared/data/real")
    expected = REAL[name]
    if isinstance(expected, str):
        refused(path, RecordingError, expected)
        return
    recording = open_recording(path)
    assert len(recording.signals) == expected
    assert all(np.isfinite(signal.samples).all() for signal in recording.signals)


def test_a_folder_of_real_files_lists_those_that_open(shared_data: Path) -> None:
    listed = {path.name for path in find_recordings(shared_data / "real")}
    assert listed == {name for name, expected in REAL.items() if isinstance(expected, int)}


def test_the_spliced_recordings_open_with_both_channels(shared_data: Path) -> None:
    found = find_recordings(shared_data / "spliced")
    assert len(found) == 18
    for path in found:
        recording = open_recording(path, leg="left")
        assert recording.labels == ("GM_L", "UT_R")
        assert {signal.rate_hz for signal in recording.signals} == {2000}
