from pathlib import Path

import numpy as np
import pytest
from edfio import read_bdf
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.dataset.new_files import ExistsError
from recordings.errors import ChannelError, TimeError
from recordings.formats.bdf_labels import header_labels, plain_label
from recordings.formats.bdf_scale import to_digital
from recordings.formats.bdf_write import write_bdf
from recordings.formats.record_layout import common_layout, record_layout
from recordings.model import Channel, Event, FloatArray, Signal
from recordings.open import open_recording

RNG = np.random.default_rng(11)


def emg(label: str, samples: FloatArray, rate_hz: float, start_s: float = 0.0) -> Signal:
    return Signal(Channel(label, unit="uV"), samples, rate_hz, start_s)


def noise(n: int) -> FloatArray:
    return RNG.normal(0, 50, n)


@given(st.floats(25, 10_000))
def test_any_rate_is_met_to_one_part_in_a_million(rate_hz: float) -> None:
    samples, seconds = record_layout(rate_hz)
    written = str(int(seconds)) if seconds.is_integer() else str(seconds)
    assert len(written) <= 8
    assert float(written) == seconds
    assert abs(samples / seconds / rate_hz - 1) <= 1e-6
    assert 1 <= seconds <= 2


@given(st.integers(25, 10_000))
def test_a_whole_rate_has_records_of_one_second(rate_hz: int) -> None:
    assert record_layout(float(rate_hz)) == (rate_hz, 1.0)


@pytest.mark.parametrize(
    "rate_hz", [1999.9713, 34 / 0.027, 58 / 0.027, 52 / 0.027, 500.37, 25.001, 148 + 4 / 27]
)
def test_rates_of_real_devices_are_met_far_better(rate_hz: float) -> None:
    samples, seconds = record_layout(rate_hz)
    assert abs(samples / seconds / rate_hz - 1) < 1e-7


@given(st.floats(200, 5000), st.sampled_from([2, 4, 8, 10, 13, 20, 40]), st.floats(-2e-7, 2e-7))
def test_two_rates_of_one_clock_share_a_record(rate_hz: float, ratio: int, error: float) -> None:
    slow_hz = rate_hz / ratio * (1 + error)
    counts, seconds = common_layout((rate_hz, slow_hz))
    assert abs(counts[0] / seconds / rate_hz - 1) <= 1e-6
    assert abs(counts[1] / seconds / slow_hz - 1) <= 1e-6
    assert seconds <= 100


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, np.nan, np.inf])
def test_an_impossible_rate_is_refused(rate_hz: float) -> None:
    with pytest.raises(TimeError, match="state positive ones"):
        record_layout(rate_hz)


@given(
    st.lists(st.floats(-9e6, 9e6, allow_subnormal=False), min_size=1, max_size=50),
    st.sampled_from([1e-6, 1e-3, 1.0]),
)
def test_a_sample_moves_by_half_a_step_at_most(values: list[float], factor: float) -> None:
    samples = np.array(values) * factor
    digital = to_digital(samples)
    assert np.abs(digital.values * digital.step - samples).max() <= digital.step / 2 * (1 + 1e-9)
    assert digital.step <= max(2.4 * np.abs(samples).max(), 0.0004) / 2**24


@given(
    st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=50),
    st.one_of(st.sampled_from([0.0286, 0.1, 1.0, 0.125, 4.5e6 / 24 / (2**23 - 1)]), st.floats(1e-4, 1.0)),
)
def test_whole_numbers_of_a_converter_come_back_to_the_bit(counts: list[int], scale: float) -> None:
    samples = np.array(counts, dtype=np.float64) * scale
    digital = to_digital(samples, scale=scale)
    assert digital.scale == scale
    assert digital.values.tolist() == counts
    # A reader without the sidecar is off by a few thousandths of a percent at most.
    assert digital.step == pytest.approx(scale, rel=3e-5)


def test_samples_that_are_no_multiples_of_the_scale_are_not_forced_to_be() -> None:
    samples = np.array([0.1, 0.25])
    digital = to_digital(samples, scale=0.1)
    assert digital.scale is None
    np.testing.assert_allclose(digital.values * digital.step, samples, atol=digital.step / 2)


def test_values_that_a_header_cannot_state_are_refused() -> None:
    with pytest.raises(ChannelError, match=r"'time' holds values up to 1e\+09"):
        to_digital(np.array([1e9]), label="time")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_any_reader_sees_is_what_was_measured(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("bdf") / "a.bdf"
    rate_hz = data.draw(st.floats(25, 2500))
    ratios = data.draw(st.lists(st.sampled_from([1, 4, 20]), min_size=1, max_size=3))
    signals: list[Signal] = []
    for i, ratio in enumerate(ratios):
        samples = np.random.default_rng(i).normal(0, 50, data.draw(st.integers(1, 3000)))
        for first, length in data.draw(
            st.lists(st.tuples(st.integers(0, 2999), st.integers(1, 90)), max_size=3)
        ):
            samples[first : first + length] = np.nan
        signals.append(emg(f"c{i}", samples, rate_hz / ratio))
    file = write_bdf(path, signals, annotations=[Event(0.25, "raise")])
    # edfio itself, and our reader of plain BDF, which knows no sidecar.
    stored = read_bdf(path)
    read = open_recording(path)
    for signal, place, raw in zip(signals, file.signals, stored.signals, strict=True):
        n = signal.samples.size
        lost = np.isnan(signal.samples)
        step = (raw.physical_max - raw.physical_min) / (raw.digital_max - raw.digital_min)
        np.testing.assert_allclose(raw.data[:n][~lost], signal.samples[~lost], rtol=0, atol=step * 0.5001)
        assert not raw.digital[:n][lost].any()
        assert not raw.digital[n:].any()
        assert raw.sampling_frequency == pytest.approx(signal.rate_hz, rel=1e-6)
        gaps = np.isnan(read[place.label].samples)
        assert np.array_equal(gaps[:n], lost)
        assert gaps[n:].all()
    assert Event(0.25, "raise") in read.events


def test_a_gap_of_one_channel_leaves_the_others_alone(tmp_path: Path) -> None:
    samples = noise(4000)
    broken = samples.copy()
    broken[1000:1200] = np.nan
    write_bdf(tmp_path / "a.bdf", [emg("GM_L", broken, 2000), emg("UT_R", samples, 2000)])
    read = open_recording(tmp_path / "a.bdf")
    assert np.flatnonzero(np.isnan(read["GM_L"].samples)).tolist() == list(range(1000, 1200))
    assert not np.isnan(read["UT_R"].samples).any()
    assert [a.text for a in read_bdf(tmp_path / "a.bdf").annotations] == ["BAD_gap@@GM_L"]


def test_a_gap_of_all_channels_is_one_annotation(tmp_path: Path) -> None:
    fast, slow = noise(4000), noise(200)
    fast[1000:1200] = np.nan
    slow[50:60] = np.nan
    write_bdf(tmp_path / "a.bdf", [emg("GM_L", fast, 2000), emg("ACC", slow, 100)])
    (mark,) = read_bdf(tmp_path / "a.bdf").annotations
    assert (mark.text, mark.onset, mark.duration) == ("BAD_gap", 0.5, 0.1)


def test_the_last_record_is_padded_and_named(tmp_path: Path) -> None:
    file = write_bdf(tmp_path / "a.bdf", [emg("GM_L", noise(10_003), 1000)])
    assert (file.n_records, file.signals[0].n_samples) == (11, 10_003)
    assert file.signals[0].lost == ((10_003, 11_000),)
    (mark,) = read_bdf(tmp_path / "a.bdf").annotations
    assert (mark.text, mark.onset, mark.duration) == ("BAD_gap", 10.003, 0.997)


def test_a_channel_that_began_later_stands_later_in_the_file(tmp_path: Path) -> None:
    file = write_bdf(
        tmp_path / "a.bdf",
        [emg("GM_L", noise(2000), 1000, start_s=5.0), emg("ACC", noise(180), 100, start_s=5.2)],
        annotations=[Event(6.0, "raise")],
    )
    assert file.start_s == 5.0
    assert file.signals[1].first_sample == 20
    assert file.signals[1].lost == ((0, 20),)
    marks = {mark.text: mark.onset for mark in read_bdf(tmp_path / "a.bdf").annotations}
    assert marks == {"BAD_gap@@ACC": 0.0, "raise": 1.0}


@pytest.mark.parametrize("minutes", [69, 137, 300])
def test_a_recording_of_hours_at_a_broken_rate_can_be_written(tmp_path: Path, minutes: int) -> None:
    for i, rate_hz in enumerate((25.0371, 26.99713, 33.33333, 49.99913)):
        samples = noise(int(minutes * 60 * rate_hz))
        path = tmp_path / f"{i}.bdf"
        write_bdf(path, [emg("ACC", samples, rate_hz), emg("GYRO", samples, rate_hz)])
        (stored, _) = read_bdf(path).signals
        np.testing.assert_allclose(stored.data[: samples.size], samples, atol=1e-4)


def test_nothing_is_overwritten_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "a.bdf"
    path.write_bytes(b"precious")
    with pytest.raises(ExistsError, match="nothing overwrites it"):
        write_bdf(path, [emg("GM_L", noise(100), 1000)])
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    for signals in ([], [emg("GM_L", noise(0), 1000)]):
        with pytest.raises(ChannelError, match="no sample to store"):
            write_bdf(tmp_path / "a.bdf", signals)
    with pytest.raises(TimeError, match="'raise' has no time that is a number"):
        write_bdf(tmp_path / "a.bdf", [emg("GM_L", noise(9), 9)], annotations=[Event(np.nan, "raise")])
    assert not list(tmp_path.iterdir())


def test_the_file_names_no_person_and_no_date(tmp_path: Path) -> None:
    write_bdf(tmp_path / "a.bdf", [emg("GM_L", noise(100), 1000)])
    file = read_bdf(tmp_path / "a.bdf")
    assert file.local_patient_identification == "X X X X"
    assert file.local_recording_identification == "Startdate X X X X"


def test_constant_and_wholly_lost_channels_are_kept(tmp_path: Path) -> None:
    write_bdf(
        tmp_path / "a.bdf",
        [emg("flat", np.full(1000, 3.5), 1000), emg("lost", np.full(1000, np.nan), 1000)],
    )
    read = open_recording(tmp_path / "a.bdf")
    np.testing.assert_allclose(read["flat"].samples, 3.5, atol=1e-6)
    assert np.isnan(read["lost"].samples).all()


@given(st.lists(st.text(max_size=20), max_size=20))
def test_header_labels_are_ascii_and_none_stands_twice(labels: list[str]) -> None:
    made = header_labels(labels)
    assert len(set(made)) == len(labels)
    assert all(1 <= len(label) <= 16 and label.isascii() and label.isprintable() for label in made)


@given(st.text())
def test_a_label_of_an_event_stays_on_its_line(label: str) -> None:
    plain = plain_label(label)
    assert plain == plain_label(plain)
    assert plain
    assert len(plain.splitlines()) == 1
    assert "\t" not in plain
