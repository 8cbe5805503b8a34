"""Recordings saved in a dataset: what was measured comes back, and the files say what BIDS asks."""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from edfio import Bdf, BdfSignal
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.dataset.bids import save_recording, saved_from
from recordings.dataset.read_back import read_back_differences
from recordings.errors import UnreadableError
from recordings.find import find_recordings
from recordings.model import Channel, Event, Recording, Signal
from recordings.open import open_recording
from tests.recordings.dataset.two_sensors import (
    assert_same,
    block_of,
    glute,
    noise,
    save,
    shoulder,
    sidecar,
    two_sensors,
)


def test_any_file_of_a_recording_opens_all_of_it(tmp_path: Path) -> None:
    recording = two_sensors()
    saved = save(tmp_path, recording)
    assert [file.name for file in saved.files] == [
        "sub-01_task-proneLegRaise_acq-left_run-1_recording-glute_emg.bdf",
        "sub-01_task-proneLegRaise_acq-left_run-1_recording-shoulder_emg.bdf",
        "sub-01_task-proneLegRaise_tracksys-imu_acq-left_run-1_motion.tsv",
    ]
    for path in (*saved.files, tmp_path):
        assert_same(open_recording(path), recording)
    assert open_recording(saved.files[1]).path == saved.files[1]
    assert read_back_differences(saved, recording) == []


def test_whole_numbers_of_a_converter_survive_to_the_bit(tmp_path: Path) -> None:
    recording = two_sensors()
    read = open_recording(save(tmp_path, recording).path)
    np.testing.assert_array_equal(read["UT_R"].samples, recording["UT_R"].samples)


def test_channels_of_one_clock_share_a_file(tmp_path: Path) -> None:
    recording = replace(
        two_sensors(),
        signals=(glute(noise(4001)), shoulder(noise(4001), rate_hz=1999.9713)),
        shared_clock=True,
    )
    saved = save(tmp_path, recording, session="02")
    assert [str(file.relative_to(tmp_path)) for file in saved.files] == [
        "sub-01/ses-02/emg/sub-01_ses-02_task-proneLegRaise_acq-left_run-1_emg.bdf"
    ]
    assert_same(open_recording(saved.path), recording)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_is_measured_comes_back(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    signals: list[Signal] = []
    for i in range(data.draw(st.integers(1, 5))):
        samples = noise(data.draw(st.integers(1, 4000)), i)
        for first, length in data.draw(
            st.lists(st.tuples(st.integers(0, 3999), st.integers(1, 99)), max_size=4)
        ):
            samples[first : first + length] = np.nan
        # Noughts that were measured are no gaps.
        samples[::7] *= 0.0
        channel = Channel(f"channel {i}", "other", "V", device=data.draw(st.sampled_from(["a", "b", None])))
        rate_hz = data.draw(st.floats(20, 3000))
        signals.append(Signal(channel, samples, rate_hz, data.draw(st.floats(0, 3))))
    events = st.builds(
        Event, st.integers(0, 10**10).map(lambda ns: ns / 1e9), st.sampled_from(["raise", "rest"])
    )
    recording = Recording(
        tuple(signals),
        tuple(
            sorted(data.draw(st.lists(events, max_size=4)), key=lambda event: (event.onset_s, event.label))
        ),
        leg="left",
        shared_clock=data.draw(st.booleans()),
        clock_error_ms=data.draw(st.none() | st.floats(0, 100)),
    )
    dataset = tmp_path_factory.mktemp("dataset")
    saved = save(dataset, recording)
    for file in saved.files:
        assert_same(open_recording(file), recording)
    assert read_back_differences(saved, recording) == []
    assert len(find_recordings(dataset)) == 1


def test_the_sidecar_says_what_bids_asks_and_what_bdf_cannot(tmp_path: Path) -> None:
    saved = save(tmp_path, two_sensors())
    about = sidecar(saved.path)
    assert {
        "EMGPlacementScheme": "Other",
        "PowerLineFrequency": 50.0,
        "RecordingType": "continuous",
        "SoftwareFilters": "n/a",
        "TaskName": "proneLegRaise",
        "EMGChannelCount": 1,
    }.items() <= about.items()
    assert about["SamplingFrequency"] == pytest.approx(1999.9713, rel=1e-6)
    block = block_of(saved.path)
    channel = block["Channels"][0]
    assert (channel["NominalRateHz"], channel["RateHz"], channel["ClockErrorMs"]) == (2000.0, 1999.9713, 0.5)
    assert channel["SampleCount"] == 30_011
    assert channel["LostSamples"][0] == [1000, 1040]
    # The last three lost samples and the padding behind them are one range.
    assert channel["LostSamples"][1][0] == 30_008
    assert (block["Leg"], block["PlannedRepetitions"], block["SharedClock"]) == ("left", 10, False)
    assert block["Devices"] == {"A1": {"battery_percent": 80}}


def test_events_count_from_the_first_sample_of_their_file(tmp_path: Path) -> None:
    saved = save(tmp_path, two_sensors())
    table = saved.files[1].with_name(saved.files[1].name.replace("_emg.bdf", "_events.tsv"))
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    assert rows[0] == ["onset", "duration", "trial_type", "channel"]
    assert ["6.8363", "0", "raise", "n/a"] in rows
    assert [row[2] for row in rows].count("BAD_gap") == 3


def test_the_next_run_is_taken_and_nothing_is_overwritten(tmp_path: Path) -> None:
    first, second = two_sensors(4001), two_sensors(5001)
    before = save(tmp_path, first)
    content = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    after = save(tmp_path, second)
    right = save_recording(tmp_path, second, participant="01", leg="right")
    assert (before.run, after.run, right.run) == (1, 2, 1)
    for path, was in content.items():
        if path.name.endswith("_scans.tsv"):
            assert path.read_bytes().startswith(was)
        else:
            assert path.read_bytes() == was
    assert_same(open_recording(before.path), first)
    assert_same(open_recording(after.path), second)
    before.path.unlink()
    assert save(tmp_path, first).run == 3


def test_the_bids_validator_finds_no_error(tmp_path: Path, assert_valid: Callable[[Path], None]) -> None:
    for participant in ("01", "02"):
        for session in ("01", "02"):
            save(tmp_path, two_sensors(4001), participant, session)
            save(tmp_path, replace(two_sensors(4001), shared_clock=True, events=()), participant, session)
    save_recording(tmp_path, two_sensors(4001), participant="03", leg="right")
    (tmp_path / "sourcedata" / "firing-analyzer").mkdir(parents=True)
    (tmp_path / "sourcedata" / "firing-analyzer" / "a.journal").write_bytes(b"bytes")
    assert_valid(tmp_path)


def test_a_recording_is_listed_once_and_what_is_no_raw_data_is_not(tmp_path: Path) -> None:
    saved = save(tmp_path, two_sensors(4001))
    for aside in ("sourcedata", "derivatives"):
        shutil.copytree(tmp_path / "sub-01", tmp_path / aside / "sub-01")
    assert find_recordings(tmp_path) == [saved.path]
    # Where the first file is gone, the other is still seen, and says what is missing.
    saved.path.unlink()
    assert find_recordings(tmp_path) == [saved.files[1]]
    with pytest.raises(UnreadableError, match=r"recording-glute_emg.bdf of the same recording is missing"):
        open_recording(saved.files[1])


def test_it_is_found_again_by_its_source(tmp_path: Path) -> None:
    saved = save_recording(tmp_path, two_sensors(4001), participant="01", leg="left", source="b.journal")
    save_recording(tmp_path, two_sensors(4001), participant="01", leg="left", source="c.journal")
    assert saved_from(tmp_path, "b.journal") == saved
    assert saved_from(tmp_path, "d.journal") is None


def test_what_others_wrote_at_the_top_stays_as_it_is(tmp_path: Path) -> None:
    own = {
        "dataset_description.json": '{"Name": "Ours", "BIDSVersion": "1.11.1"}',
        "README": "Our study\n",
        "participants.tsv": "age\tparticipant_id\r\n44\tsub-77",
    }
    for name, text in own.items():
        (tmp_path / name).write_bytes(text.encode())
    save(tmp_path, two_sensors(4001))
    save(tmp_path, two_sensors(4001))
    assert not (tmp_path / "README.md").exists()
    assert (tmp_path / "README").read_text() == own["README"]
    assert (tmp_path / "dataset_description.json").read_text() == own["dataset_description.json"]
    assert (
        tmp_path / "participants.tsv"
    ).read_bytes() == b"age\tparticipant_id\r\n44\tsub-77\r\nn/a\tsub-01\r\n"


def test_a_table_of_participants_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "participants.tsv").write_text("who\nsomebody\n")
    saved = save(tmp_path, two_sensors(4001))
    assert saved.notes == ("participants.tsv has no column participant_id, so no row was added to it.",)
    assert (tmp_path / "participants.tsv").read_text() == "who\nsomebody\n"


def test_emg_of_other_peoples_datasets_opens_with_its_events(tmp_path: Path) -> None:
    path = tmp_path / "sub-9_task-walk_recording-leg_emg.bdf"
    Bdf([BdfSignal(noise(3000), 1000, label="GM_L", physical_dimension="uV")]).write(path)
    path.with_suffix(".json").write_text('{"TaskName": "walk", "EMGReference": "wrist"}')
    table = tmp_path / "sub-9_task-walk_recording-leg_events.tsv"
    table.write_text("onset\tduration\ttrial_type\tspeed\n0.5\tn/a\tstep\t1\n1.5\t0.25\traise\t2\n")
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    read = open_recording(path)
    assert read.events == (Event(0.5, "step"), Event(1.5, "raise", 0.25))
    assert "holds no FiringAnalyzer block" in read.notes[0]
    assert find_recordings(tmp_path) == [path]
    table.write_text("onset\tduration\n0.5")
    assert "ends in the middle of a row" in open_recording(path).notes[-1]
    before[table] = table.read_bytes()
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_samples_that_are_not_finite_count_as_lost(tmp_path: Path) -> None:
    samples = noise(2000)
    samples[5], samples[6] = np.inf, -np.inf
    recording = Recording((glute(samples),))
    saved = save(tmp_path, recording)
    assert np.flatnonzero(np.isnan(open_recording(saved.path)["GM_L"].samples)).tolist() == [5, 6]
    assert read_back_differences(saved, recording) == []


def test_labels_that_no_header_holds_come_back_whole(tmp_path: Path) -> None:
    names = ("Gluteus maximus, linke Körperseite", "Gluteus maximus, rechte Körperseite", "µ@@BAD", "")
    signals = tuple(Signal(Channel(name, unit="counts"), noise(50, i), 25.0) for i, name in enumerate(names))
    recording = Recording(signals, (Event(1.0, "a\tb\nc"), Event(1.5, "")))
    read = open_recording(save(tmp_path, recording).path)
    assert read.labels == names
    assert [event.label for event in read.events] == ["a b c", "n/a"]


def test_an_hour_of_two_sensors_is_saved_and_read_in_seconds(tmp_path: Path) -> None:
    recording = Recording(
        (glute(noise(7_200_000)), shoulder(noise(7_200_000, 1))), shared_clock=False, leg="left"
    )
    started = time.perf_counter()
    saved = save(tmp_path, recording)
    assert read_back_differences(saved, recording) == []
    assert time.perf_counter() - started < 20


def test_the_reason_of_an_event_comes_back_and_costs_no_column_where_none_was_given(tmp_path: Path) -> None:
    plain = two_sensors()
    told = replace(plain, events=(*plain.events, Event(9.0, "excluded_raise", reason="talked\tor coughed")))
    saved = save(tmp_path, told)
    assert [e.reason for e in open_recording(saved.path).events if e.reason] == ["talked or coughed"]
    assert read_back_differences(saved, told) == []
    other = replace(plain, events=(*plain.events, Event(9.0, "excluded_raise", reason="pain")))
    assert len(read_back_differences(saved, other)) == 1
