import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from edfio import Bdf, BdfSignal
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.dataset.acquisition import ChannelClock, Facts
from recordings.dataset.bids import SavedRecording, finish_interrupted, save_recording, saved_from
from recordings.dataset.names import LabelError, beside
from recordings.dataset.new_files import NotSavedError
from recordings.dataset.read_back import read_back_differences
from recordings.errors import (
    ChannelError,
    NotFoundError,
    RecordingError,
    TruncatedError,
    UnreadableError,
    UnsupportedError,
)
from recordings.find import find_recordings
from recordings.model import GLUTE, SHOULDER, Channel, Event, FloatArray, Recording, Signal
from recordings.open import open_recording

SCALE = 0.0286
EVENTS = (Event(2.0, "rest", 3.5), Event(7.25, "raise"), Event(12.125, "raise"))


def noise(n: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng(seed).normal(0, 50, n)


def glute(samples: FloatArray, *, rate_hz: float = 1999.9713, start_s: float = 0.0) -> Signal:
    return Signal(Channel("GM_L", "emg", "uV", GLUTE, "left", None, "A1"), samples, rate_hz, start_s)


def shoulder(samples: FloatArray, *, rate_hz: float = 2000.0413, start_s: float = 0.4137) -> Signal:
    return Signal(Channel("UT_R", "emg", "uV", SHOULDER, "right", None, "B2"), samples, rate_hz, start_s)


def acceleration(samples: FloatArray, *, rate_hz: float = 1999.9713 / 20, start_s: float = 0.013) -> Signal:
    return Signal(Channel("GM_L_ACC_X", "acc", "m/s2", GLUTE, "left", "x", "A1"), samples, rate_hz, start_s)


def two_sensors(n: int = 30_011) -> Recording:
    """Two clocks, an IMU, gaps, a converter's whole numbers, and lengths that fill no record."""
    first, second = noise(n), np.round(noise(n - 777, 1) * 10) * SCALE
    first[1000:1040] = np.nan
    first[-3:] = np.nan
    second[:20] = np.nan
    second[90] = np.nan
    third = noise(n // 20, 2) / 10
    third[50:55] = np.nan
    return Recording(
        (shoulder(second), glute(first), acceleration(third)),
        EVENTS,
        leg="left",
        shared_clock=False,
        clock_error_ms=1.25,
        planned_repetitions=10,
        notes=("The source dropped out once.",),
    )


def save(
    dataset: Path, recording: Recording, participant: str = "01", session: str | None = None
) -> SavedRecording:
    return save_recording(
        dataset,
        recording,
        participant=participant,
        session=session,
        leg="left",
        clocks={"GM_L": ChannelClock(2000.0, 0.5)},
        scales={"UT_R": SCALE},
        facts=Facts(power_line_hz=50.0, electrode_distance_mm=20, devices={"A1": {"battery_percent": 80}}),
    )


def assert_same(read: Recording, recording: Recording, *, steps: float = 1e-4) -> None:
    """Compare without the program's own comparison."""
    assert sorted(read.labels) == sorted(recording.labels)
    for signal in recording.signals:
        again = read[signal.channel.label]
        assert again.channel == signal.channel
        assert (again.rate_hz, again.start_s) == (signal.rate_hz, signal.start_s)
        np.testing.assert_allclose(again.samples, signal.samples, rtol=0, atol=steps, equal_nan=True)
    assert read.events == recording.events
    for name in ("leg", "shared_clock", "clock_error_ms", "planned_repetitions", "notes"):
        assert getattr(read, name) == getattr(recording, name)


def sidecar(file: Path) -> dict[str, Any]:
    return json.loads(file.with_suffix(".json").read_text())


def block_of(file: Path) -> dict[str, Any]:
    return sidecar(file)["FiringAnalyzer"]


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


SAVE_MANY = """
import sys
from pathlib import Path
import numpy as np
from recordings.dataset.bids import save_recording
from recordings.model import Channel, Recording, Signal
seed = int(sys.argv[2])
signal = Signal(Channel("GM_L", unit="uV"), np.full(1500, float(seed)), 1000.0)
for _ in range(8):
    print(save_recording(sys.argv[1], Recording((signal,)), participant="01", leg="left").path, seed)
"""


def test_two_processes_never_take_the_same_run(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE_MANY, str(tmp_path), str(seed)], stdout=subprocess.PIPE, text=True
        )
        for seed in (1, 2, 3)
    ]
    lines = [line for process in processes for line in process.communicate(timeout=120)[0].splitlines()]
    assert len({line.split()[0] for line in lines}) == len(lines) == 24
    for path, seed in (line.split() for line in lines):
        np.testing.assert_allclose(open_recording(path)["GM_L"].samples, float(seed), atol=1e-4)
    assert (tmp_path / "participants.tsv").read_text() == "participant_id\nsub-01\n"
    scans = (tmp_path / "sub-01" / "sub-01_scans.tsv").read_text().splitlines()
    assert Counter(len(line.split("\t")) for line in scans) == {3: 25}


# Kills itself at the n-th thing it does to the disk, for every n, until a save comes to its end.
KILL_EVERYWHERE = """
import os, signal, sys
import numpy as np
from recordings.dataset.bids import save_recording
from recordings.model import Channel, Recording, Signal
import edfio

CHANGES = {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.rmtree"}
samples = np.arange(1500.0)
signals = [Signal(Channel(label, unit="uV", device=label), samples, 1000.0) for label in ("GM_L", "UT_R")]
signals.append(Signal(Channel("THIGH_L_ACC_X", "acc", "m/s2", device="GM_L"), samples[:150], 100.0))
recording = Recording(tuple(signals), shared_clock=False)

def save(n):
    left = n
    def die(event, arguments):
        nonlocal left
        if event in CHANGES and sys.argv[1] in str(arguments[0]):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(die)
    save_recording(sys.argv[1], recording, participant=f"{n:03}", leg="left", source=str(n))

n = 0
while True:
    child = os.fork()
    if not child:
        save(n)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
    n += 1
print(n)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
def test_a_crash_at_any_moment_leaves_all_or_nothing(
    tmp_path: Path, assert_valid: Callable[[Path], None]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILL_EVERYWHERE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    moments = int(done.stdout)
    assert moments > 40
    whole = np.arange(1500.0)

    def opened() -> set[str]:
        found: set[str] = set()
        for path in find_recordings(tmp_path):
            if not all(beside(path, name).exists() for name in block_of(path)["Files"]):
                with pytest.raises(UnreadableError, match="is missing"):
                    open_recording(path)
                continue
            recording = open_recording(path)
            for label in ("GM_L", "UT_R"):
                np.testing.assert_allclose(recording[label].samples, whole, atol=1e-3)
            np.testing.assert_array_equal(recording["THIGH_L_ACC_X"].samples, whole[:150])
            found.add(path.name[:7])
        return found

    at_once = opened()
    finished = finish_interrupted(tmp_path)
    afterwards = opened()
    assert at_once <= afterwards
    assert {f"sub-{moments:03}"} <= afterwards < {f"sub-{n:03}" for n in range(moments + 1)}
    assert {saved.path.name[:7] for saved in finished} >= afterwards - at_once
    assert finished
    assert finish_interrupted(tmp_path) == []
    assert not list(tmp_path.rglob(".*"))
    for n in range(moments + 1):
        found = saved_from(tmp_path, str(n))
        assert (found is not None) == (f"sub-{n:03}" in afterwards)
    # Tables and folders are those of the recordings that are there, as BIDS demands.
    listed = (tmp_path / "participants.tsv").read_text().split()[1:]
    assert sorted(listed) == sorted(afterwards) == sorted(path.name for path in tmp_path.glob("sub-*"))
    for person in afterwards:
        scans = (tmp_path / person / f"{person}_scans.tsv").read_text().splitlines()[1:]
        data = [*(tmp_path / person).glob("emg/*.bdf"), *(tmp_path / person).glob("motion/*_motion.tsv")]
        files = {f"{file.parent.name}/{file.name}" for file in data}
        assert len(files) == 3
        assert Counter(line.split("\t")[0] for line in scans) == dict.fromkeys(files, 1)
    assert_valid(tmp_path)


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


def test_without_its_sidecar_a_file_is_plain_bdf_with_its_gaps(tmp_path: Path) -> None:
    recording = two_sensors(4001)
    saved = save(tmp_path, recording)
    saved.path.with_suffix(".json").unlink()
    read = open_recording(saved.path)
    assert read.labels == ("GM_L",)
    assert read["GM_L"].rate_hz == pytest.approx(1999.9713, rel=1e-6)
    assert np.array_equal(np.isnan(read["GM_L"].samples[:4001]), np.isnan(recording["GM_L"].samples))
    assert (
        "No sub-01_task-proneLegRaise_acq-left_run-1_recording-glute_emg.json is beside it" in read.notes[0]
    )
    assert "nothing tells how their clocks relate" in read.notes[1]
    with pytest.raises(UnreadableError, match="is missing; run recover"):
        open_recording(saved.files[1])


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_half_written_sidecar_is_refused(tmp_path: Path, part: float) -> None:
    saved = save(tmp_path, two_sensors(4001))
    about = saved.path.with_suffix(".json")
    content = about.read_bytes()
    about.write_bytes(content[: int(len(content) * part)])
    for file in saved.files:
        with pytest.raises(UnreadableError, match=r"_emg.json: it is not whole"):
            open_recording(file)
    assert read_back_differences(saved, two_sensors(4001))


def test_a_half_written_table_of_events_is_refused(tmp_path: Path) -> None:
    saved = save(tmp_path, two_sensors(4001))
    table = next(tmp_path.rglob("*glute_events.tsv"))
    content = table.read_bytes()
    for damaged in (content[:-2], content[:-9], b"", b"time\n1\n", content + b"1\n"):
        table.write_bytes(damaged)
        with pytest.raises(UnreadableError, match="not a whole table of events"):
            open_recording(saved.path)
    table.unlink()
    with pytest.raises(UnreadableError, match=r"_events.tsv of the same recording is missing"):
        open_recording(saved.path)


def test_a_sidecar_of_another_file_or_version_is_refused(tmp_path: Path) -> None:
    one, other = save(tmp_path, two_sensors(4001)), save(tmp_path, two_sensors(9001))
    about = one.path.with_suffix(".json")
    text = about.read_text()
    about.write_text(text.replace("firing-analyzer/recording/2", "firing-analyzer/recording/9"))
    with pytest.raises(UnsupportedError, match="install a newer version"):
        open_recording(one.path)
    about.write_text(text.replace('"SampleCount": 4001', '"SampleCount": 400100'))
    with pytest.raises(UnreadableError, match="names 400100 samples of 'GM_L'"):
        open_recording(one.path)
    about.write_text(text.replace('"Leg": "left"', '"Leg": "left", "Surprise": 1'))
    with pytest.raises(UnreadableError, match="Surprise"):
        open_recording(one.path)
    about.write_text(other.path.with_suffix(".json").read_text())
    with pytest.raises(UnreadableError, match=r"its sidecar is of .*run-2"):
        open_recording(one.path)
    about.write_text(text.replace('"Label": "GM_L"', '"Label": "GM"'))
    with pytest.raises(UnreadableError, match="not those of its sidecar"):
        open_recording(one.path)


def test_a_file_that_ends_early_offers_what_is_there(tmp_path: Path) -> None:
    saved = save(tmp_path, two_sensors())
    saved.path.write_bytes(saved.path.read_bytes()[:-1000])
    with pytest.raises(TruncatedError, match="allow_truncated=True"):
        open_recording(saved.path)
    part = open_recording(saved.path, allow_truncated=True)
    assert part.leg == "left"
    assert part["GM_L"].samples.size < 30_011
    assert "left aside" in part.notes[-1]
    assert "ends early" in read_back_differences(saved, two_sensors())[0]


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


def test_any_change_on_the_disk_is_found_on_reading_back(tmp_path: Path) -> None:
    recording = two_sensors(4001)
    saved = save(tmp_path, recording)
    assert read_back_differences(saved, recording) == []
    samples = recording["GM_L"].samples.copy()
    samples[700] += 0.01
    changed = replace(recording, signals=(recording.signals[0], glute(samples), recording.signals[2]))
    assert "'GM_L' has" in read_back_differences(saved, changed)[0]
    samples[700] = np.nan
    assert "first from sample 700 to 700" in read_back_differences(saved, changed)[0]
    shorter = replace(recording, signals=(recording.signals[0], glute(samples[:-1]), recording.signals[2]))
    assert "4001 samples where 4000" in read_back_differences(saved, shorter)[0]
    faster = replace(recording.signals[1], rate_hz=1999.9714)
    assert (
        "1999.9714"
        in read_back_differences(
            saved, replace(recording, signals=(recording.signals[0], faster, recording.signals[2]))
        )[0]
    )
    assert "2 events" not in read_back_differences(saved, recording)
    assert "where 2 were recorded" in read_back_differences(saved, replace(recording, events=EVENTS[1:]))[0]
    moved = (*EVENTS[:2], replace(EVENTS[2], onset_s=12.126))
    assert "12.126" in read_back_differences(saved, replace(recording, events=moved))[0]
    assert "leg" in read_back_differences(saved, replace(recording, leg="right"))[0]
    assert "channels" in read_back_differences(saved, replace(recording, signals=recording.signals[:2]))[0]
    file = bytearray(saved.files[1].read_bytes())
    file[9000] ^= 0x10
    saved.files[1].write_bytes(bytes(file))
    assert len(read_back_differences(saved, recording)) == 1


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


def test_what_is_no_recording_of_a_dataset_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        open_recording(tmp_path)
    (tmp_path / "sub-01_emg.bdf").write_text("a,b\n1,2\n")
    with pytest.raises(RecordingError, match="content is no such file"):
        open_recording(tmp_path / "sub-01_emg.bdf")
