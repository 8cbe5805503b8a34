"""Files of a dataset that are missing, half written, changed or of another recording."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recordings.dataset.read_back import read_back_differences
from recordings.errors import TruncatedError, UnreadableError, UnsupportedError
from recordings.open import open_recording
from tests.recordings.dataset.two_sensors import EVENTS, glute, save, two_sensors


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
