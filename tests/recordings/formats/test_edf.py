import time
from pathlib import Path

import numpy as np
import pytest
from edfio import Bdf, BdfSignal, Edf, EdfAnnotation, EdfSignal, Patient

from recordings.errors import TimeError, TruncatedError, UnreadableError
from recordings.formats.edf import read_edf
from recordings.model import FloatArray
from recordings.open import open_recording

RNG = np.random.default_rng(7)


def noise(seconds: float, rate_hz: int) -> FloatArray:
    return RNG.normal(0, 50, int(seconds * rate_hz)).clip(-900, 900)


def bdf(samples: FloatArray, rate_hz: float, label: str, unit: str = "uV") -> BdfSignal:
    return BdfSignal(samples, rate_hz, label=label, physical_dimension=unit, physical_range=(-1000, 1000))


def edf(samples: FloatArray, rate_hz: float, label: str, unit: str = "uV") -> EdfSignal:
    return EdfSignal(samples, rate_hz, label=label, physical_dimension=unit, physical_range=(-1000, 1000))


def overwrite(path: Path, at: int, text: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[at : at + len(text)] = text
    path.write_bytes(bytes(content))


def make_discontinuous(path: Path, starts_s: list[float]) -> None:
    """Turn an EDF+C or BDF+C file into a D file by rewriting when its records of one second start."""
    content = bytearray(path.read_bytes().replace(b"DF+C", b"DF+D", 1))
    sample_bytes = 3 if content[0] == 0xFF else 2
    n_signals = int(content[252:256])
    at = 256 + n_signals * 216
    sizes = [sample_bytes * int(content[at + 8 * i : at + 8 * i + 8]) for i in range(n_signals)]
    for record, start_s in enumerate(starts_s):
        end = 256 * (n_signals + 1) + (record + 1) * sum(sizes)
        keeping = bytes(content[end - sizes[-1] : end])
        changed = keeping.replace(f"+{record}\x14\x14".encode(), f"+{start_s:g}\x14\x14".encode(), 1)
        content[end - sizes[-1] : end] = (changed.rstrip(b"\0") + b"\0").ljust(sizes[-1], b"\0")
    path.write_bytes(bytes(content))


@pytest.fixture
def two_channels(tmp_path: Path) -> Path:
    path = tmp_path / "two.bdf"
    Bdf([bdf(noise(8, 1000), 1000, "GM_L"), bdf(noise(8, 1000), 1000, "UT_R")]).write(path)
    return path


@pytest.mark.parametrize("suffix", ["edf", "bdf"])
def test_samples_labels_units_and_rates_come_back(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    glute, shoulder = noise(5, 2000), noise(5, 500) / 1000
    if suffix == "edf":
        Edf([edf(glute, 2000, "GM_L"), edf(shoulder, 500, "UT_R", "mV")]).write(path)
    else:
        Bdf([bdf(glute, 2000, "GM_L"), bdf(shoulder, 500, "UT_R", "mV")]).write(path)
    recording = read_edf(path)
    assert recording.labels == ("GM_L", "UT_R")
    assert [signal.rate_hz for signal in recording.signals] == [2000, 500]
    assert {signal.channel.unit for signal in recording.signals} == {"uV"}
    step = 2000 / (2**16 if suffix == "edf" else 2**24)
    np.testing.assert_allclose(recording["GM_L"].samples, glute, atol=step)
    np.testing.assert_allclose(recording["UT_R"].samples, shoulder * 1000, atol=step * 1000)


@pytest.mark.parametrize(("samples", "record_s"), [(34, 0.027), (58, 0.027), (50037, 100.0)])
def test_a_fractional_rate_is_exact(tmp_path: Path, samples: int, record_s: float) -> None:
    path = tmp_path / "a.bdf"
    rate_hz = samples / record_s
    Bdf([bdf(RNG.normal(0, 10, samples * 4), rate_hz, "GM_L")], data_record_duration=record_s).write(path)
    assert read_edf(path).signals[0].rate_hz == pytest.approx(rate_hz, rel=1e-12)


@pytest.mark.parametrize("suffix", ["edf", "bdf"])
def test_annotations_become_events(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    marks = [EdfAnnotation(1.25, None, "raise"), EdfAnnotation(3.5, 2.0, "reference_shoulder")]
    if suffix == "edf":
        Edf([edf(noise(8, 1000), 1000, "GM_L")], annotations=marks).write(path)
    else:
        Bdf([bdf(noise(8, 1000), 1000, "GM_L")], annotations=marks).write(path)
    recording = read_edf(path)
    assert [(event.onset_s, event.label, event.duration_s) for event in recording.events] == [
        (1.25, "raise", 0.0),
        (3.5, "reference_shoulder", 2.0),
    ]
    assert recording.labels == ("GM_L",)


def test_what_a_gap_annotation_covers_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.bdf"
    samples = noise(8, 1000)
    Bdf([bdf(samples, 1000, "GM_L")], annotations=[EdfAnnotation(2.5, 0.125, "BAD_gap")]).write(path)
    read = read_edf(path)["GM_L"].samples
    assert np.flatnonzero(np.isnan(read)).tolist() == list(range(2500, 2625))
    assert read.size == samples.size


@pytest.mark.parametrize("suffix", ["edf", "bdf"])
def test_lost_records_of_a_discontinuous_file_stay_gaps(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    fast, slow = noise(4, 1000), noise(4, 100)
    marks = [EdfAnnotation(0.0, None, "a mark that makes room for longer times")]
    if suffix == "edf":
        Edf([edf(fast, 1000, "GM_L"), edf(slow, 100, "UT_R")], annotations=marks).write(path)
    else:
        Bdf([bdf(fast, 1000, "GM_L"), bdf(slow, 100, "UT_R")], annotations=marks).write(path)
    make_discontinuous(path, [0, 1, 3.5, 4.5])
    recording = read_edf(path)
    glute, shoulder = recording["GM_L"].samples, recording["UT_R"].samples
    assert (glute.size, shoulder.size) == (5500, 550)
    assert np.flatnonzero(np.isnan(glute)).tolist() == list(range(2000, 3500))
    assert np.flatnonzero(np.isnan(shoulder)).tolist() == list(range(200, 350))
    np.testing.assert_allclose(glute[3500:], fast[2000:], atol=0.04)
    assert "1.5 s" in recording.notes[0]


def test_records_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.bdf"
    marks = [EdfAnnotation(0.0, None, "a mark that makes room for longer times")]
    Bdf([bdf(noise(4, 1000), 1000, "GM_L")], annotations=marks).write(path)
    make_discontinuous(path, [0, 1, 1.5, 2.5])
    with pytest.raises(TimeError, match="record 3 starts before"):
        read_edf(path)


def test_a_truncated_file_offers_what_can_be_read(two_channels: Path) -> None:
    whole = read_edf(two_channels)
    content = two_channels.read_bytes()
    two_channels.write_bytes(content[:-10_000])
    with pytest.raises(
        TruncatedError, match=r"promises 8 s; the first 6 s can be read with --allow-truncated"
    ) as caught:
        open_recording(two_channels)
    assert caught.value.readable_s == 6.0
    assert "\n" not in str(caught.value)
    part = open_recording(two_channels, allow_truncated=True)
    np.testing.assert_array_equal(part["UT_R"].samples, whole["UT_R"].samples[:6000])
    assert "6 of 8 s" in part.notes[0]


@pytest.mark.parametrize("size", [300, 767, 900])
def test_a_file_that_ends_in_its_header_or_first_record_is_refused(two_channels: Path, size: int) -> None:
    two_channels.write_bytes(two_channels.read_bytes()[:size])
    with pytest.raises(UnreadableError, match="copy it again") as caught:
        open_recording(two_channels, allow_truncated=True)
    assert getattr(caught.value, "readable_s", 0.0) == 0.0


@pytest.mark.parametrize(
    ("at", "junk", "message"),
    [
        (252, b"abcd", "number of signals"),
        (252, b"0   ", "names no signal"),
        (184, b"999     ", "header size"),
        (236, b"many    ", "number of records"),
        (244, b"-1      ", "impossible record length"),
        (244, b"nan     ", "impossible record length"),
        (256 + 2 * 216, b"1.5     ", "samples in a record"),
        (256 + 2 * 104, b"low     ", "range of a signal"),
    ],
)
def test_garbage_in_the_header_is_named(two_channels: Path, at: int, junk: bytes, message: str) -> None:
    overwrite(two_channels, at, junk)
    with pytest.raises(UnreadableError, match=message):
        read_edf(two_channels)


def test_a_recorder_that_never_closed_its_file_loses_nothing(two_channels: Path) -> None:
    overwrite(two_channels, 236, b"-1      ")
    recording = read_edf(two_channels)
    assert recording.duration_s == 8.0
    assert "never closed" in recording.notes[0]


def test_bytes_after_the_last_record_are_said_and_left_aside(two_channels: Path) -> None:
    two_channels.write_bytes(two_channels.read_bytes() + b"\0" * 6100)
    recording = read_edf(two_channels)
    assert recording.duration_s == 8.0
    assert "6100 bytes" in recording.notes[0]


def test_a_micro_sign_in_the_unit_is_understood(two_channels: Path) -> None:
    overwrite(two_channels, 256 + 2 * 96, b"\xb5V      ")
    assert read_edf(two_channels)["GM_L"].channel.unit == "uV"


def test_a_signal_without_calibration_is_in_counts(two_channels: Path) -> None:
    overwrite(two_channels, 256 + 2 * 104, b"0       ")
    overwrite(two_channels, 256 + 2 * 112, b"0       ")
    assert read_edf(two_channels)["GM_L"].channel.unit == "counts"


def test_nothing_of_the_person_in_the_header_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    person = Patient(code="PERSON-CODE-77", sex="F", name="Somebody")
    Edf([edf(noise(3, 1000), 1000, "GM_L")], patient=person, annotations=[]).write(path)
    assert b"PERSON-CODE-77" in path.read_bytes()
    assert "PERSON-CODE-77" not in repr(read_edf(path))
    assert "Somebody" not in repr(read_edf(path))


def test_a_file_of_annotations_alone_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    Edf([], annotations=[EdfAnnotation(1.0, None, "raise")]).write(path)
    with pytest.raises(UnreadableError, match="annotations and no signal"):
        read_edf(path)


def test_ten_minutes_of_two_channels_open_in_half_a_second(tmp_path: Path) -> None:
    path = tmp_path / "long.bdf"
    long = np.tile(noise(60, 2000), 10)
    Bdf([bdf(long, 2000, "GM_L"), bdf(long, 2000, "UT_R")], annotations=[]).write(path)
    read_edf(path)
    started = time.perf_counter()
    recording = read_edf(path)
    taken_s = time.perf_counter() - started
    assert recording.duration_s == 600.0
    assert taken_s < 0.5
