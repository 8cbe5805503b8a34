"""Movement in a dataset: in tables of its own, to the bit, opened with the EMG and without it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from edfio import Bdf, BdfSignal
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.dataset.acquisition import ChannelClock, DeviceFacts, Facts
from recordings.dataset.bids import SavedRecording, save_recording, saved_from
from recordings.dataset.read_back import read_back_differences
from recordings.errors import ChannelError, RecordingError, UnreadableError
from recordings.find import find_recordings
from recordings.model import GLUTE, SHOULDER, Channel, Event, FloatArray, Kind, Recording, Signal
from recordings.open import open_recording

AXES: tuple[Literal["x", "y", "z"], ...] = ("x", "y", "z")


def noise(n: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).normal(0, 9.81, n)


def emg(label: str, n: int, *, device: str, start_s: float = 0.0) -> Signal:
    muscle, side = (GLUTE, "left") if label.startswith("GM") else (SHOULDER, "right")
    return Signal(Channel(label, "emg", "uV", muscle, side, None, device), noise(n, 9), 1000.0, start_s)


def imu(muscle: str, side: Literal["left", "right"], *, device: str, start_s: float) -> list[Signal]:
    """Acceleration and angular rate, with gaps of their own."""
    site = "GM_L" if muscle == GLUTE else "UT_R"
    signals: list[Signal] = []
    kinds: tuple[tuple[Kind, str], ...] = (("acc", "m/s2"), ("gyro", "rad/s"))
    for kind, unit in kinds:
        for axis in AXES:
            samples = noise(500, len(signals))
            samples[100:130] = np.nan
            if axis == "y":
                samples[-1] = np.nan
            channel = Channel(f"{site}_{kind.upper()}_{axis.upper()}", kind, unit, muscle, side, axis, device)
            signals.append(Signal(channel, samples, 99.98731, start_s))
    return signals


def both(n: int = 5000) -> Recording:
    return Recording(
        (
            emg("GM_L", n, device="A"),
            emg("UT_R", n, device="B", start_s=0.25),
            *imu(GLUTE, "left", device="A", start_s=0.013),
            *imu(SHOULDER, "right", device="B", start_s=0.2611),
        ),
        (Event(1.5, "raise"),),
        leg="left",
        shared_clock=False,
        clock_error_ms=0.7,
    )


def save(dataset: Path, recording: Recording, **more: Any) -> SavedRecording:
    return save_recording(dataset, recording, participant="01", session="01", leg="left", **more)


def assert_same(read: Recording, recording: Recording) -> None:
    assert sorted(read.labels) == sorted(recording.labels)
    for signal in recording.signals:
        again = read[signal.channel.label]
        assert again.channel == signal.channel
        assert (again.rate_hz, again.start_s) == (signal.rate_hz, signal.start_s)
        if signal.channel.kind in ("acc", "gyro", "angle"):
            np.testing.assert_array_equal(again.samples, signal.samples)
    assert read.events == recording.events


def test_movement_comes_back_to_the_bit_whichever_file_is_opened(
    tmp_path: Path, assert_valid: Callable[[Path], None]
) -> None:
    saved = save(tmp_path, both(), source="a.journal")
    assert [str(file.relative_to(tmp_path / "sub-01/ses-01")) for file in saved.files[2:]] == [
        "motion/sub-01_ses-01_task-proneLegRaise_tracksys-imuglute_acq-left_run-1_motion.tsv",
        "motion/sub-01_ses-01_task-proneLegRaise_tracksys-imushoulder_acq-left_run-1_motion.tsv",
    ]
    for path in (*saved.files, tmp_path):
        assert_same(open_recording(path), both())
    assert find_recordings(tmp_path) == [saved.path]
    assert saved_from(tmp_path, "a.journal") == saved
    assert read_back_differences(saved, both()) == []
    assert_valid(tmp_path)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_number_of_a_sensor_comes_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    signals: list[Signal] = []
    for i in range(data.draw(st.integers(1, 4))):
        values = data.draw(st.lists(st.floats(allow_infinity=False), min_size=1, max_size=40))
        channel = Channel(
            f"ACC\t{i % 2}\n{i}", "acc", "g", device=data.draw(st.sampled_from(["a", "b", None]))
        )
        signals.append(Signal.of(channel, values, rate_hz=data.draw(st.floats(1, 500))))
    recording = Recording(tuple(signals), leg="left", shared_clock=False)
    saved = save(tmp_path_factory.mktemp("dataset"), recording)
    for file in saved.files:
        assert_same(open_recording(file), recording)
    assert read_back_differences(saved, recording) == []


def test_lost_samples_are_named_as_those_of_emg_are(tmp_path: Path) -> None:
    saved = save(tmp_path, both())
    file = saved.files[2]
    lines = file.read_text().splitlines()
    assert len(lines) == 500
    assert lines[100:130] == ["\t".join(["n/a"] * 6)] * 30
    assert lines[99].count("n/a") == 0
    events = [
        line.split("\t")
        for line in file.with_name(file.name.replace("motion.tsv", "events.tsv")).read_text().splitlines()
    ]
    assert events[0] == ["onset", "duration", "trial_type", "channel"]
    gaps = [row for row in events if row[2] == "BAD_gap"]
    assert [row[3] for row in gaps] == ["n/a", "GM_L_ACC_Y,GM_L_GYRO_Y"]
    assert float(gaps[0][0]) == pytest.approx(100 / 99.98731)
    assert float(next(row for row in events if row[2] == "raise")[0]) == pytest.approx(1.5 - 0.013)
    block = json.loads(file.with_suffix(".json").read_text())["FiringAnalyzer"]
    assert [channel["LostSamples"] for channel in block["Channels"][:2]] == [
        [[100, 130]],
        [[100, 130], [499, 500]],
    ]
    assert [channel["LostSampleCount"] for channel in block["Channels"][:2]] == [30, 31]


def test_the_sidecars_say_what_is_known_and_nothing_else(tmp_path: Path) -> None:
    facts = Facts(
        device_facts={"A": DeviceFacts("Maker", "Model 1", "2.5", "SN7")}, instructions="Lift your leg."
    )
    saved = save(tmp_path, both(), facts=facts, clocks={"GM_L_ACC_X": ChannelClock(100.0, 0.4)})
    about = [json.loads(file.with_suffix(".json").read_text()) for file in saved.files]
    for one in (about[0], about[2]):
        assert (one["Manufacturer"], one["ManufacturersModelName"], one["SoftwareVersions"]) == (
            "Maker", "Model 1", "2.5",
        )  # fmt: skip
        assert one["DeviceSerialNumber"] == "SN7"
        assert one["Instructions"] == "Lift your leg."
    for one in (about[1], about[3]):
        assert not {"Manufacturer", "DeviceSerialNumber", "SkinPreparation"} & one.keys()
    motion = about[2]
    assert {
        "SamplingFrequency": 99.98731, "MissingValues": "n/a", "MotionChannelCount": 6,
        "ACCELChannelCount": 3, "GYROChannelCount": 3, "MAGNChannelCount": 0, "TrackedPointsCount": 1,
    }.items() <= motion.items()  # fmt: skip
    channel = motion["FiringAnalyzer"]["Channels"][0]
    assert (channel["NominalRateHz"], channel["ClockErrorMs"], channel["StartS"]) == (100.0, 0.4, 0.013)
    table = next(tmp_path.rglob("*imuglute*_channels.tsv")).read_text().splitlines()
    assert table[0].split("\t")[:5] == ["name", "component", "type", "tracked_point", "units"]
    assert table[1].split("\t")[:5] == ["GM_L_ACC_X", "x", "ACCEL", "left gluteus maximus", "m/s^2"]


def test_how_the_files_of_a_recording_lie_in_time_is_in_the_table_of_scans(tmp_path: Path) -> None:
    saved = save(tmp_path, both())
    rows = [line.split("\t") for line in next(tmp_path.rglob("*_scans.tsv")).read_text().splitlines()]
    assert rows[0] == ["filename", "acq_time", "start_offset"]
    assert [row[0] for row in rows[1:]] == [f"{file.parent.name}/{file.name}" for file in saved.files]
    assert [row[1][:10] for row in rows[1:]] == ["1925-01-01"] * 4, "no date is told unless it was given"
    assert [row[1][19:] for row in rows[1:]] == [".000000", ".250000", ".013000", ".261100"]
    assert [float(row[2]) for row in rows[1:]] == [0.0, 0.25, 0.013, 0.2611]


def test_movement_alone_is_a_recording_too(tmp_path: Path, assert_valid: Callable[[Path], None]) -> None:
    recording = replace(both(), signals=both().signals[2:])
    first, second = save(tmp_path, recording), save(tmp_path, recording)
    assert (first.run, second.run) == (1, 2)
    assert not list(tmp_path.rglob("emg"))
    assert find_recordings(tmp_path) == [first.path, second.path]
    assert_same(open_recording(second.files[1]), recording)
    with pytest.raises(ChannelError, match="no sample"):
        save(tmp_path, Recording((Signal.of(recording.signals[0].channel, [], rate_hz=100),)))
    assert_valid(tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[:-7], "middle of a row"),
        (lambda text: "".join(text.splitlines(keepends=True)[:-3]), "497 samples of 'GM_L_ACC_X'"),
        (lambda text: text.replace("n/a\t", "", 1), "row 101 has 5 cells"),
        (lambda text: text.replace("n/a", "0.0", 1), "other samples of 'GM_L_ACC_X' are lost"),
        (lambda text: text.replace("n/a", "x", 1), "no number"),
        (lambda _: "", "is empty|middle of a row"),
    ],
)  # fmt: skip
def test_a_table_that_is_not_whole_is_refused(tmp_path: Path, damage: Any, words: str) -> None:
    saved = save(tmp_path, both())
    saved.files[2].write_text(damage(saved.files[2].read_text()))
    for file in saved.files:
        with pytest.raises(UnreadableError, match=words):
            open_recording(file)
    assert read_back_differences(saved, both())


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    saved = save(tmp_path, both())
    moved = saved.files[3].rename(tmp_path / "elsewhere.tsv")
    with pytest.raises(UnreadableError, match=r"imushoulder_acq-left_run-1_motion.tsv of the same recording"):
        open_recording(saved.path)
    moved.rename(saved.files[3])
    saved.files[2].with_suffix(".json").write_text('{"TaskName": ')
    with pytest.raises(UnreadableError, match=r"_motion.json: it is not whole"):
        open_recording(saved.files[1])


def test_a_dataset_made_before_there_were_tables_of_movement_still_opens(tmp_path: Path) -> None:
    """The first layout: movement as MISC beside the EMG, in one BDF file."""
    folder = tmp_path / "sub-01" / "emg"
    folder.mkdir(parents=True)
    path = folder / "sub-01_task-proneLegRaise_acq-left_run-1_emg.bdf"
    muscle, thigh = np.round(noise(3000, 1)), np.round(noise(300, 2))
    signals = [
        BdfSignal(samples, rate, label=label, physical_dimension=unit, physical_range=(-8388608, 8388607))
        for samples, rate, label, unit in ((muscle, 1000, "GM_L", "uV"), (thigh, 100, "GM_L_ACC_X", "m/s2"))
    ]
    Bdf(signals).write(path)
    channels = [
        {"Name": name, "Label": name, "Kind": kind, "Unit": unit, "RateHz": rate, "StartS": 0.0,
         "FirstSample": 0, "SampleCount": n, "LostSamples": lost, "Scale": 1.0, "Device": "A"}
        for name, kind, unit, rate, n, lost in (
            ("GM_L", "emg", "uV", 1000.01, 2990, [[2990, 3000]]),
            ("GM_L_ACC_X", "acc", "m/s2", 100.001, 299, [[50, 60], [299, 300]]),
        )
    ]  # fmt: skip
    block = {
        "Schema": "firing-analyzer/recording/1", "Files": [path.name], "FileStartS": 0.0, "Leg": "left",
        "SharedClock": True, "Channels": channels, "ClockErrorMs": 0.0, "PlannedRepetitions": 10,
        "Source": "old.journal", "Software": {"firing_analyzer": "0.1.0"},
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps({"TaskName": "proneLegRaise", "FiringAnalyzer": block}))
    path.with_name(path.name.replace("_emg.bdf", "_events.tsv")).write_text(
        "onset\tduration\ttrial_type\tchannel\n1\t0\traise\tn/a\n0.5\t0.1\tBAD_gap\tGM_L_ACC_X\n"
    )
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    read = open_recording(path)
    np.testing.assert_array_equal(read["GM_L"].samples, muscle[:2990])
    assert np.flatnonzero(np.isnan(read["GM_L_ACC_X"].samples)).tolist() == list(range(50, 60))
    np.testing.assert_array_equal(read["GM_L_ACC_X"].samples[60:], thigh[60:299])
    assert read.events == (Event(1.0, "raise"),)
    assert read["GM_L_ACC_X"].channel.kind == "acc"
    again = save(tmp_path, read)
    assert_same(open_recording(again.files[1]), read)
    assert all(file.read_bytes() == content for file, content in before.items()), "it stays as it was"


def others(folder: Path) -> Path:
    """Movement as another program writes it."""
    folder.mkdir(parents=True)
    path = folder / "sub-9_task-walk_tracksys-suit_motion.tsv"
    path.write_text("0.1\t-2\t5\nNaN\t3e-1\t5\n")
    path.with_suffix(".json").write_text(
        '{"TaskName": "walk", "SamplingFrequency": 60, "MissingValues": "NaN"}'
    )
    path.with_name("sub-9_task-walk_tracksys-suit_channels.tsv").write_text(
        "name\tcomponent\ttype\ttracked_point\tunits\n"
        "thigh_l_acc_x\tx\tACCEL\tthigh\tm/s^2\nfoot\ty\tPOS\tfoot\tm\nt\tn/a\tLATENCY\tn/a\ts\n"
    )
    return path


def test_movement_of_other_peoples_datasets_opens_or_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    path = others(tmp_path / "sub-9" / "motion")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    read = open_recording(path)
    assert read.labels == ("thigh_l_acc_x", "foot")
    np.testing.assert_array_equal(read["thigh_l_acc_x"].samples, [0.1, np.nan])
    channel = read["thigh_l_acc_x"].channel
    assert (channel.kind, channel.unit, channel.axis, channel.side) == ("acc", "m/s2", "x", "left")
    assert read["foot"].channel.kind == "other"
    assert read["foot"].rate_hz == 60
    assert "holds no FiringAnalyzer block" in read.notes[0]
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
    for name, words in (
        ("channels.tsv", "nothing names its columns"),
        ("motion.json", "nothing tells its rate"),
    ):
        copy = tmp_path / name / "motion"
        shutil.copytree(path.parent, copy)
        (copy / path.name.replace("motion.tsv", name)).unlink()
        with pytest.raises(RecordingError, match=words):
            open_recording(copy / path.name)
