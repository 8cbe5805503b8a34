"""sync-check: two sensors tapped together, and what a session makes of it."""

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest

from firing_analyzer.cli import main
from firing_analyzer.protocol import SessionPlan
from firing_analyzer.recording_run import Recorded, RecordingOrder, record
from firing_analyzer.sync_check import sync_check
from recordings.offsets import Offset, keep_offset
from recordings.open import open_recording
from sensors.errors import SensorError

GLUTE = "sim:together?speed=100&start=0.1#glute"


def shoulder(**options: object) -> str:
    told = "".join(f"&{name}={value}" for name, value in options.items())
    return f"sim:together?speed=100&start=0.1{told}#shoulder"


@pytest.mark.parametrize(("interval_ms", "late_ms"), [(15, 0), (45, 25)])
def test_taps_show_what_arrivals_cannot(interval_ms: int, late_ms: float) -> None:
    # 10 ms packets in step with the radio: what the arrivals hide is up to the greatest common part, 5 ms
    found = asyncio.run(sync_check(GLUTE, shoulder(interval_ms=interval_ms), seconds=14))
    low, high = found.event.interval_ms()
    true_ms = 1000 * (found.shoulder.start_s - found.glute.start_s)
    # both took their first sample at the same moment: what their fitted starts differ by is the clocks' error
    assert low <= true_ms <= high
    assert abs(found.event.offset_ms) <= late_ms + 5.5
    assert found.offset.taps == 5
    assert found.offset.error_ms >= found.event.error_ms


def record_with(dataset: Path, offset: Offset | None) -> Recorded:
    if offset is not None:
        keep_offset(dataset, offset)
    plan = SessionPlan("left", repetitions=5, practice_raises=0, reference_shrug=False, duration_s=20)
    return asyncio.run(record(RecordingOrder(plan, GLUTE, shoulder(), dataset, "01")))


def test_a_session_takes_a_kept_offset_into_account_and_says_so(tmp_path: Path) -> None:
    plain = open_recording(record_with(tmp_path / "plain", None).saved.path)
    offset = Offset("simulated glute", "simulated shoulder", 40.0, 2.0, 5, "2026-01-02T03:04:05+00:00")
    moved = open_recording(record_with(tmp_path / "moved", offset).saved.path)
    assert moved["UT_R"].start_s - plain["UT_R"].start_s == pytest.approx(-0.040, abs=1e-6)
    assert moved["GM_L"].start_s == plain["GM_L"].start_s
    assert np.array_equal(moved["UT_R"].samples, plain["UT_R"].samples)
    assert plain.clock_error_ms is not None
    assert moved.clock_error_ms == pytest.approx(np.hypot(plain.clock_error_ms, 2.0), rel=1e-6)


def test_an_offset_of_other_devices_changes_nothing(tmp_path: Path) -> None:
    other = Offset("somebody else's", "simulated shoulder", 40.0, 2.0, 5, "2026-01-02T03:04:05+00:00")
    plain = open_recording(record_with(tmp_path / "plain", None).saved.path)
    again = open_recording(record_with(tmp_path / "again", other).saved.path)
    assert again["UT_R"].start_s == plain["UT_R"].start_s


def test_the_command_says_the_offset_in_words_keeps_it_and_draws_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "taps.png"
    sources = ["--glute", GLUTE, "--shoulder", shoulder()]
    status = main(["sync-check", *sources, "--dataset", str(tmp_path), "--plot", str(picture)])
    out = capsys.readouterr()
    assert status == 0
    assert "95 % interval" in out.out
    assert "Tap them five times" in out.err
    assert picture.stat().st_size > 10_000
    (kept,) = json.loads((tmp_path / "sourcedata/firing-analyzer/offsets.json").read_text())
    assert kept["taps"] == 5


def test_json_stands_alone_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sync-check", "--glute", GLUTE, "--shoulder", shoulder(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    low, high = told["offset_interval_ms"]
    assert low <= told["offset_ms"] <= high


@pytest.mark.parametrize("sources", [("dead=1", "delivered nothing"), ("loss=0.5&dies=1", "hold|tap|hardly")])
def test_a_dead_sensor_or_no_tap_is_refused_in_one_line(
    sources: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    options, words = sources
    uri = f"sim:together?speed=100&{options}#shoulder"
    with pytest.raises(SensorError, match=words):
        asyncio.run(sync_check(GLUTE, uri, seconds=8))
    assert main(["sync-check", "--glute", GLUTE, "--shoulder", uri, "--seconds", "8"]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert told[-1].startswith("firing-analyzer: ")
