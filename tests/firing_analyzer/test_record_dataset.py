"""A whole dataset made by `record`: people, sessions, legs, EMG and movement; kept like research data."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from recordings.find import find_recordings
from recordings.journal import JournalReader
from recordings.lock import JOURNAL_FOLDER
from recordings.open import open_recording
from sensors.recover import assemble, recover

SETUP = """
glute_placement = "SENIAM"
reference = "spinous process of C7"
electrode_distance_mm = 20
skin_preparation = "shaved and cleaned with alcohol"
power_line_hz = 50
head_position = "in the face hole"
"""


def arguments(
    dataset: Path, participant: str, session: str, leg: str, *more: str, speed: int = 2000
) -> list[str]:
    seed = 10 * int(participant) + int(session)
    uri = f"sim:shoulder_first?speed={speed}&rate=600&seed={seed}&imu=1&loss=0.01&drift_ppm=40"
    return [
        "record", "--leg", leg, "--glute", f"{uri}#glute", "--shoulder", f"{uri}#shoulder",
        "--participant", participant, "--session", session, "--out", str(dataset),
        "--repetitions", "1", "--duration", "20", *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    setup = folder / "setup.toml"
    setup.write_text(SETUP)
    for participant in ("01", "02"):
        for session in ("01", "02"):
            for leg in ("left", "right"):
                assert main(arguments(folder / "data", participant, session, leg, "--setup", str(setup))) == 0
    return folder / "data"


def sidecar(file: Path) -> dict[str, Any]:
    return json.loads(file.with_suffix(".json").read_text())


def test_the_bids_validator_finds_no_error(dataset: Path, assert_valid: Callable[[Path], None]) -> None:
    assert len(list(dataset.glob("sub-*/ses-*/emg/*_emg.bdf"))) == 16
    assert len(list(dataset.glob("sub-*/ses-*/motion/*_motion.tsv"))) == 16
    assert_valid(dataset)
    assert_valid(dataset / "derivatives" / "firing-analyzer")


def test_every_recording_reads_back_sample_for_sample(dataset: Path) -> None:
    found = find_recordings(dataset)
    assert len(found) == 8
    by_source = {sidecar(path)["FiringAnalyzer"]["Source"]: path for path in found}
    for path in sorted((dataset / JOURNAL_FOLDER).glob("*.journal")):
        with JournalReader(path) as journal:
            sent = assemble(journal).recording
        read = open_recording(by_source[path.name])
        assert sorted(read.labels) == sorted(sent.labels)
        assert len(read.labels) == 14
        for signal in sent.signals:
            again = read[signal.channel.label]
            assert (again.rate_hz, again.start_s) == (signal.rate_hz, signal.start_s)
            np.testing.assert_array_equal(again.samples, signal.samples)
        assert any(np.isnan(signal.samples).any() for signal in read.signals if signal.channel.kind == "acc")


def test_the_sidecars_say_what_was_told_of_the_session(dataset: Path) -> None:
    path = find_recordings(dataset)[0]
    about = sidecar(path)
    assert {
        "EMGPlacementScheme": "ChannelSpecific", "EMGReference": "spinous process of C7",
        "InterelectrodeDistance": 20.0, "SkinPreparation": "shaved and cleaned with alcohol",
        "PowerLineFrequency": 50, "SoftwareFilters": "n/a",
    }.items() <= about.items()  # fmt: skip
    assert not {"Manufacturer", "ElectrodeMaterial", "EMGGround"} & about.keys()
    block = about["FiringAnalyzer"]
    assert block["Details"] == {"HeadPosition": "in the face hole", "CueWords": "Lift your leg."}
    channel = block["Channels"][0]
    assert channel["NominalRateHz"] == 600.0
    assert channel["RateHz"] == pytest.approx(600, abs=0.1)
    assert channel["RateHz"] != 600
    assert 0 < channel["ClockErrorMs"] < 10
    assert channel["LostSampleCount"] > 0
    table = path.with_name(path.name.replace("_emg.bdf", "_channels.tsv")).read_text().splitlines()
    row = dict(zip(table[0].split("\t"), table[1].split("\t"), strict=True))
    assert (row["placement_scheme"], row["placement_description"]) == ("other", "SENIAM")
    assert row["interelectrode_distance"] == "20"


def test_every_analysis_can_be_traced_and_made_again_to_the_bit(dataset: Path) -> None:
    results = sorted(dataset.rglob("*_desc-1_analysis.json"))
    assert len(results) == 8
    before = {path: path.read_bytes() for path in dataset.rglob("*") if path.is_file()}
    for result in results[:3]:
        kept = json.loads(result.read_text())
        settings = result.with_name(result.name.replace("analysis.json", "settings.toml"))
        path = dataset / kept["inputs"][0]["path"]
        again = fa.analyze(open_recording(path), fa.Settings.read(settings))
        assert fa.save_analysis(again) == result
        plain = json.loads(again.to_json())
        assert kept["analysis"]["session"] == plain["session"]
    assert {path: path.read_bytes() for path in dataset.rglob("*") if path.is_file()} == before


def test_no_date_is_kept_unless_it_is_asked_for(dataset: Path, tmp_path: Path) -> None:
    told = "".join(path.read_text() for path in dataset.rglob("*_scans.tsv"))
    assert told.count("1925-01-01T00:00:") == 32
    assert main(arguments(tmp_path, "01", "01", "left", "--date", "--duration", "5")) == 0
    (scans,) = tmp_path.rglob("*_scans.tsv")
    assert scans.read_text().count(f"\t{time.localtime().tm_year}-") == 4
    assert open_recording(next(tmp_path.rglob("*_emg.bdf"))).duration_s > 4


def test_a_setup_that_is_not_understood_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup = tmp_path / "setup.toml"
    for text, words in (
        ('glute_placment = "SENIAM"', "did you mean 'glute_placement'?"),
        ("electrode_distance_mm = -2", "electrode_distance_mm"),
        ("electrode", "TOML"),
    ):
        setup.write_text(text)
        assert main(arguments(tmp_path / "data", "01", "01", "left", "--setup", str(setup))) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "setup.toml" in said
        assert said.count("\n") == 1
    assert not (tmp_path / "data").exists()


def quiet_main(args: list[str]) -> None:
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os._exit(main(args))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_a_kill_and_recover_the_dataset_is_valid(
    tmp_path: Path, assert_valid: Callable[[Path], None]
) -> None:
    """Kills at moments of the recording and of its saving; then one recover."""
    for turn, wait_s in enumerate((0.4, 1.0, 1.6, 2.2)):
        args = arguments(tmp_path, "01", f"{turn:02}", "left", speed=40)
        process = multiprocessing.get_context("fork").Process(target=quiet_main, args=(args,))
        process.start()
        time.sleep(wait_s)
        process.kill()
        process.join()
    outcomes = recover(tmp_path)
    assert [outcome.problem for outcome in outcomes] == [None] * len(outcomes)
    saved = [outcome.saved for outcome in outcomes if outcome.saved is not None]
    assert saved
    for one in saved:
        assert len(open_recording(one.path).labels) == 14
    assert not [path for path in tmp_path.rglob(".*") if path.name not in (".lock", ".bidsignore")]
    assert_valid(tmp_path)
