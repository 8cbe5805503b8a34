import struct
from pathlib import Path

import numpy as np
import pytest

from recordings.errors import UnreadableError
from recordings.open import open_recording

RNG = np.random.default_rng(5)


def chunk(tag: int, content: bytes) -> bytes:
    """One chunk of https://github.com/sccn/xdf/wiki/Specifications: length, tag, content."""
    return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content


def stream_header(number: int, name: str, rate_hz: float, labels: list[str], *, unit: str = "") -> bytes:
    kind = "EMG" if rate_hz else "Markers"
    value = "string" if kind == "Markers" else "double64"
    channels = "".join(f"<channel><label>{label}</label><unit>{unit}</unit></channel>" for label in labels)
    xml = (
        f'<?xml version="1.0"?><info><name>{name}</name><type>{kind}</type>'
        f"<channel_count>{len(labels)}</channel_count>"
        f"<nominal_srate>{rate_hz}</nominal_srate><channel_format>{value}</channel_format><uid>{number}</uid>"
        f"<desc><channels>{channels}</channels></desc></info>"
    )
    return chunk(2, struct.pack("<I", number) + xml.encode())


def samples_chunk(number: int, times: np.ndarray, samples: np.ndarray) -> bytes:
    content = struct.pack("<I", number) + b"\x04" + struct.pack("<I", len(times))
    for time_s, row in zip(times, samples, strict=True):
        content += b"\x08" + struct.pack("<d", time_s) + np.asarray(row, dtype="<f8").tobytes()
    return chunk(3, content)


def markers_chunk(number: int, marks: list[tuple[float, str]]) -> bytes:
    content = struct.pack("<I", number) + b"\x04" + struct.pack("<I", len(marks))
    for time_s, text in marks:
        content += b"\x08" + struct.pack("<d", time_s) + b"\x01" + bytes([len(text)]) + text.encode()
    return chunk(3, content)


def clock_offsets(number: int, offset_s: float) -> bytes:
    return b"".join(chunk(4, struct.pack("<Idd", number, float(at), offset_s)) for at in range(100, 140, 5))


def footer(number: int, times: np.ndarray) -> bytes:
    xml = (
        f"<info><first_timestamp>{times[0]}</first_timestamp><last_timestamp>{times[-1]}</last_timestamp>"
        f"<sample_count>{len(times)}</sample_count></info>"
    )
    return chunk(6, struct.pack("<I", number) + xml.encode())


FILE_HEADER = b"XDF:" + chunk(1, b'<?xml version="1.0"?><info><version>1.0</version></info>')


@pytest.fixture
def two_sensors(tmp_path: Path) -> Path:
    """A glute at 1000 Hz that loses half a second, a shoulder at 500 Hz that starts later, and markers."""
    kept = np.delete(np.arange(10_000), np.r_[4000:4500])
    glute_times = 100 + kept / 1000
    shoulder_times = 107 + np.arange(4000) / 500  # its clock is 5 s ahead
    content = FILE_HEADER
    content += stream_header(1, "Glute", 1000, ["GM_L"], unit="millivolts")
    content += stream_header(2, "Shoulder", 500, ["UT_R", "UT_R_AUX"], unit="microvolts")
    content += stream_header(3, "Cues", 0, ["cue"])
    content += samples_chunk(1, glute_times, kept[:, np.newaxis] / 1000)
    content += samples_chunk(2, shoulder_times, RNG.normal(0, 10, (4000, 2)))
    content += markers_chunk(3, [(103.5, "raise"), (101.25, "rest")])
    content += clock_offsets(1, 0.0) + clock_offsets(2, -5.0) + clock_offsets(3, 0.0)
    content += footer(1, glute_times) + footer(2, shoulder_times) + footer(3, np.array([103.5, 101.25]))
    path = tmp_path / "a.xdf"
    path.write_bytes(content)
    return path


def test_streams_keep_their_own_rate_and_start(two_sensors: Path) -> None:
    recording = open_recording(two_sensors)
    assert recording.labels == ("GM_L", "UT_R", "UT_R_AUX")
    glute, shoulder = recording["GM_L"], recording["UT_R"]
    assert (glute.rate_hz, shoulder.rate_hz) == (pytest.approx(1000), pytest.approx(500))
    assert (glute.start_s, shoulder.start_s) == (pytest.approx(0, abs=1e-6), pytest.approx(2.0, abs=1e-3))
    assert (glute.channel.unit, glute.channel.device) == ("uV", "Glute")
    assert not recording.shared_clock
    assert recording.clock_error_ms is None


def test_samples_that_a_stream_lost_stay_gaps(two_sensors: Path) -> None:
    recording = open_recording(two_sensors)
    samples = recording["GM_L"].samples
    assert samples.size == 10_000
    assert np.flatnonzero(np.isnan(samples)).tolist() == list(range(4000, 4500))
    np.testing.assert_allclose(samples[4500:], np.arange(4500, 10_000))
    assert any("500 samples" in note for note in recording.notes)


def test_bursts_of_a_network_make_no_gaps_but_a_long_loss_does(tmp_path: Path) -> None:
    kept = np.delete(np.arange(20_000), np.r_[9000:9400])
    late_ms = np.repeat(RNG.uniform(0, 12, kept.size // 20), 20)
    late_ms[2000:2200] += np.linspace(200, 0, 200)  # the network stalls and catches up
    times = 50 + kept / 1000 + late_ms / 1000
    path = tmp_path / "a.xdf"
    path.write_bytes(
        FILE_HEADER
        + stream_header(1, "Glute", 1000, ["GM_L"], unit="microvolts")
        + samples_chunk(1, times, kept[:, np.newaxis])
        + footer(1, times)
    )
    recording = open_recording(path)
    lost = np.flatnonzero(np.isnan(recording["GM_L"].samples))
    assert recording["GM_L"].rate_hz == pytest.approx(1000, rel=1e-3)
    assert abs(lost.size - 400) <= 5
    assert (lost[0], lost[-1] - lost[0] + 1) == (9000, lost.size)
    assert "jitter" in recording.notes[0]


def test_text_streams_become_events(two_sensors: Path) -> None:
    events = open_recording(two_sensors).events
    assert [(event.label, event.onset_s) for event in events] == [
        ("rest", pytest.approx(1.25)),
        ("raise", pytest.approx(3.5)),
    ]


def test_a_file_without_samples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xdf"
    path.write_bytes(FILE_HEADER + stream_header(3, "Cues", 0, ["cue"]))
    with pytest.raises(UnreadableError, match="no stream of samples"):
        open_recording(path)


@pytest.mark.parametrize("size", [5, 40, 200, 500])
def test_a_file_cut_in_its_headers_is_refused_in_one_line(two_sensors: Path, size: int) -> None:
    two_sensors.write_bytes(two_sensors.read_bytes()[:size])
    with pytest.raises(UnreadableError) as caught:
        open_recording(two_sensors)
    assert "\n" not in str(caught.value)


def test_damage_that_the_reader_jumps_over_is_said_in_the_notes(
    two_sensors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(two_sensors.read_bytes())
    at = content.index(b"\x03\x00\x02\x00\x00\x00")  # the samples of stream 2
    content[at + 6 : at + 9] = b"\x07\x00\x00"
    two_sensors.write_bytes(bytes(content))
    recording = open_recording(two_sensors)
    assert any("corruption" in note for note in recording.notes)
    assert capsys.readouterr().err == ""
