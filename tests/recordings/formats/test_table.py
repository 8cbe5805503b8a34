import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recordings.errors import RecordingError, TimeError, UnreadableError, UnsupportedError
from recordings.model import Recording
from recordings.open import open_recording


def opened(
    tmp_path: Path, text: str | bytes, *, rate_hz: float | None = None, name: str = "a.csv"
) -> Recording:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_recording(path, rate_hz=rate_hz)


ROWS = [(i / 1000, i * 0.5, -i) for i in range(50)]


def written(delimiter: str, decimal: str, end: str = "\n") -> str:
    lines = [delimiter.join(("time_s", "GM_L [uV]", "UT_R [mV]"))]
    lines += [delimiter.join(str(cell).replace(".", decimal) for cell in row) for row in ROWS]
    return end.join(lines) + end


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", ".")]
)
def test_the_usual_ways_to_write_a_table_are_read(
    tmp_path: Path, delimiter: str, decimal: str, encoding: str, end: str
) -> None:
    text = written(delimiter, decimal, end).replace("GM_L [uV]", "GM_L[uV]").replace("UT_R [mV]", "UT_R[mV]")
    recording = opened(tmp_path, text.encode(encoding))
    assert recording.labels == ("GM_L", "UT_R")
    assert recording["GM_L"].rate_hz == 1000
    np.testing.assert_allclose(recording["GM_L"].samples, [row[1] for row in ROWS])
    np.testing.assert_allclose(recording["UT_R"].samples, [row[2] * 1000 for row in ROWS])
    assert recording.notes == ()


def test_a_lost_row_and_an_empty_cell_stay_gaps(tmp_path: Path) -> None:
    lines = written(",", ".").splitlines()
    lines[6] = "0.005,,NaN"
    del lines[11:14]
    recording = opened(tmp_path, "\n".join(lines))
    glute = recording["GM_L"].samples
    assert np.flatnonzero(np.isnan(glute)).tolist() == [5, 10, 11, 12]
    assert glute.size == 50
    assert glute[13] == 6.5
    assert "3 samples are missing" in recording.notes[0]


@pytest.mark.parametrize(
    ("title", "step"),
    [
        ("time", 0.001),
        ("T", 0.001),
        ("Timestamp [s]", 0.001),
        ("time_ms", 1),
        ("time [ms]", 1),
        ("Time (ms)", 1),
        ("timestamp_us", 1000),
        ("t [\N{MICRO SIGN}s]", 1000),
        ("X[s]", 0.001),
        ("Zeit", 0.001),
        ("ms", 1),
    ],
)
def test_times_are_read_in_their_unit(tmp_path: Path, title: str, step: float) -> None:
    rows = "\n".join(f"{i * step},{i}" for i in range(100))
    recording = opened(tmp_path, f"{title},GM_L\n{rows}\n")
    assert recording["GM_L"].rate_hz == pytest.approx(1000)
    assert recording.labels == ("GM_L",)


def test_times_keep_their_start_and_epochs_are_counted_from_the_first_row(tmp_path: Path) -> None:
    late = "\n".join(f"{5 + i / 1000},{i}" for i in range(100))
    assert opened(tmp_path, f"time,GM_L\n{late}\n")["GM_L"].start_s == pytest.approx(5.0)
    epoch = "\n".join(f"{1_700_000_000 + i / 1000:.3f},{i}" for i in range(100))
    recording = opened(tmp_path, f"time,GM_L\n{epoch}\n")
    assert recording["GM_L"].start_s == 0.0
    assert recording["GM_L"].rate_hz == pytest.approx(1000, rel=1e-4)
    assert "counted from there" in recording.notes[0]


@pytest.mark.parametrize(
    "first", ["# Sampling Rate (Hz):= 1000.00", "# rate_hz: 1000", "# Sample rate = 1000", "# fs: 1000"]
)
def test_a_rate_may_stand_in_the_first_lines(tmp_path: Path, first: str) -> None:
    recording = opened(tmp_path, f"{first}\n# leg: left\nGM_L,UT_R\n1,2\n3,4\n5,6\n")
    assert recording["GM_L"].rate_hz == 1000
    assert recording.leg == "left"


def test_simple_text_with_counts_is_read(tmp_path: Path) -> None:
    text = "# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= GM_L\tUT_R\n1\t2\n3\t4\n"
    recording = opened(tmp_path, text, name="a.txt")
    assert recording.labels == ("GM_L", "UT_R")
    assert recording["UT_R"].channel.unit == "counts"
    assert recording["UT_R"].samples.tolist() == [2, 4]


def test_without_header_the_columns_are_numbered_and_it_is_said(tmp_path: Path) -> None:
    recording = opened(tmp_path, "1,2\n3,4\n5,6\n", rate_hz=500)
    assert recording.labels == ("CH1", "CH2")
    assert "no header" in recording.notes[0]
    assert recording.duration_s == pytest.approx(3 / 500)


def test_a_table_that_begins_like_an_edf_header_is_still_a_table(tmp_path: Path) -> None:
    text = "0        1\n" + "\n".join(f"{i}        {i}" for i in range(1, 60))
    assert opened(tmp_path, text, rate_hz=500, name="a.txt").labels == ("CH1", "CH2")


def test_one_column_of_numbers_keeps_blank_lines_as_lost(tmp_path: Path) -> None:
    samples = opened(tmp_path, "GM_L\n1\n\n3\n", rate_hz=500)["GM_L"].samples
    np.testing.assert_array_equal(samples, [1, np.nan, 3])


def test_gaps_of_a_sample_counter_stay_gaps(tmp_path: Path) -> None:
    samples = opened(tmp_path, "sample,GM_L\n0,1\n1,2\n4,5\n", rate_hz=500)["GM_L"].samples
    np.testing.assert_array_equal(samples, [1, 2, np.nan, np.nan, 5])


def test_quoted_titles_units_below_and_a_closing_delimiter_are_read(tmp_path: Path) -> None:
    recording = opened(
        tmp_path, '"time";"GM_L";"THIGH_L_ACC_X";\n[s];[mV];[g];\n0;1;1;\n0,5;2;-1;\n1;3;0;\n', rate_hz=2
    )
    assert recording.labels == ("GM_L", "THIGH_L_ACC_X")
    assert recording["GM_L"].samples.tolist() == [1000, 2000, 3000]
    np.testing.assert_allclose(recording["THIGH_L_ACC_X"].samples, [9.80665, -9.80665, 0])
    assert opened(tmp_path, "sep=;\n" + written(";", ",")).labels == ("GM_L", "UT_R")


def test_row_numbers_of_a_data_frame_are_no_signal(tmp_path: Path) -> None:
    assert opened(tmp_path, ",GM_L,UT_R\n0,1.5,2\n1,2.5,3\n2,0.5,3\n", rate_hz=100).labels == ("GM_L", "UT_R")


def test_an_event_column_gives_events(tmp_path: Path) -> None:
    text = ["", "raise", "raise", "", "0", "reference shoulder", "", ""]
    rows = "\n".join(f"{i / 10},{i},{label}" for i, label in enumerate(text))
    recording = opened(tmp_path, f"time_s,GM_L,event\n{rows}\n")
    assert [
        (event.label, round(event.onset_s, 9), round(event.duration_s, 9)) for event in recording.events
    ] == [
        ("raise", 0.1, 0.1),
        ("reference shoulder", 0.5, 0.0),
    ]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("GM_L,UT_R\n1,2\n3,4\n", TimeError, "add a time column named time_s, or state the rate"),
        ("time,GM_L\n0,1\n0.2,2\n0.1,3\n", TimeError, "runs backwards at row 3"),
        ("time,GM_L\n0,1\n0.1,2\n0.1,3\n", TimeError, "repeats at row 3"),
        ("time,GM_L\n0,1\n1,2\n2,3\n", TimeError, "write the unit into its name, as in time_ms"),
        ("time,GM_L\n0,1\n", TimeError, "fewer than two samples"),
        (
            "time,GM_L\n0,1\n0.1,high\n0.2,3\n",
            UnreadableError,
            "line 3, column 'GM_L': 'high' is not a number",
        ),
        ("# x\n\ntime,GM_L\n0,1\n0.1,1\n0.2,1e999\n", UnreadableError, "column 'GM_L'"),
        ("time,GM_L\n0,1\n0.1,2,7\n0.2,3\n", UnreadableError, "line 3 has 3 cells where 2 are expected"),
        (
            "packet_id,arrival_s\n101,0.0\n102,0.1\n",
            UnreadableError,
            "no column holds a signal, only packet_id, arrival_s",
        ),
        ("time,GM_L,time_ms\n0,1,0\n0.1,2,1\n", UnsupportedError, "2 time columns"),
        ("time,GM_L\n", UnreadableError, "table of numbers"),
        ("# only words\n", UnreadableError, "no row of numbers"),
        ("Dear reader,\nthis is a letter, not a table.\n", UnreadableError, "not a table of numbers"),
        ('{"a": [1, 2]}', UnreadableError, "JSON"),
    ],
)
def test_a_table_that_cannot_be_used_says_what_and_what_to_do(
    tmp_path: Path, text: str, error: type[RecordingError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        opened(tmp_path, text)
    assert "\n" not in str(caught.value)
    assert "a.csv" in str(caught.value)


def test_a_stated_rate_must_agree_with_the_times(tmp_path: Path) -> None:
    assert opened(tmp_path, written(",", "."), rate_hz=1000)["GM_L"].rate_hz == 1000
    with pytest.raises(TimeError, match="stated rate is 2000 Hz"):
        opened(tmp_path, written(",", "."), rate_hz=2000)
    with pytest.raises(TimeError, match="impossible"):
        opened(tmp_path, "GM_L\n1\n2\n", rate_hz=-1)
    milliseconds = "timestamp,GM_L\n" + "\n".join(f"{i},{i}" for i in range(20))
    recording = opened(tmp_path, milliseconds, rate_hz=1000)
    assert recording["GM_L"].rate_hz == 1000
    assert "milliseconds" in recording.notes[0]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="neither text nor a format"):
        opened(tmp_path, bytes(range(256)) * 20)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300)
    | st.text("0123456789.,;\t\n -eE#naGM_LtimeS[]\"'", max_size=200).map(str.encode)
)
def test_any_content_opens_or_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    try:
        recording = opened(tmp_path, content, rate_hz=100)
    except RecordingError as problem:
        outcome = str(problem)
    else:
        outcome = "opened" if recording.signals else ""
    assert outcome
    assert "\n" not in outcome


def test_lines_above_the_header_are_named_so_that_they_can_be_deleted(tmp_path: Path) -> None:
    above = "Recorder 7\nRate;1000;Hz\nOperator;01\n"
    with pytest.raises(
        UnreadableError, match="line 1 is not the header, which is line 4; delete lines 1 to 3"
    ):
        opened(tmp_path, above + written(";", "."))
    with pytest.raises(UnreadableError, match=r"line 2 is not the header, which is line 3; delete line 2"):
        opened(tmp_path, "# a remark may stay\nRecorder 7\n" + written(",", "."))
    with pytest.raises(UnreadableError, match="line 1 is not the header, which is line 2; delete line 1"):
        opened(tmp_path, "Rate,1000,Hz\n" + written(",", "."))


def test_times_that_were_rounded_until_they_repeat_are_told_as_such(tmp_path: Path) -> None:
    rows = "\n".join(f"{i / 2000:.3f},{i}" for i in range(100))
    with pytest.raises(TimeError) as caught:
        opened(tmp_path, f"time,GM_L\n{rows}\n")
    assert "the times are rounded so that they repeat, first at row 3; export more decimals" in str(
        caught.value
    )
    assert "--rate 1000, or rate_hz=1000 in Python" in str(caught.value)


@pytest.mark.parametrize("clock", ["12:00:00.{:03d}", "2026-01-05 12:00:00.{:03d}", "12:00:00,{:03d}"])
def test_times_of_day_are_told_as_such_and_seconds_asked_for(tmp_path: Path, clock: str) -> None:
    rows = "\n".join(f"{clock.format(i)};{i}" for i in range(100))
    with pytest.raises(
        UnreadableError, match=r"'time': '.*12:00:00.*' is a time of day and seconds are needed"
    ):
        opened(tmp_path, f"time;GM_L\n{rows}\n")


def test_a_table_that_says_that_it_was_simulated_is_never_taken_for_a_measured_one(tmp_path: Path) -> None:
    first = "# simulated: scenario together, seed 3\n# leg: left\n"
    recording = opened(tmp_path, first + written(",", "."))
    assert recording.notes == ("Simulated: scenario together, seed 3; no person was measured.",)
    assert all(signal.channel.is_simulated for signal in recording.signals)
    assert recording.leg == "left"
    assert not opened(tmp_path, written(",", "."))["GM_L"].channel.is_simulated


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.floats(-1e6, 1e6).map(lambda value: round(value, 6)) | st.none(), min_size=3, max_size=30
    ),
    layout=st.sampled_from([(",", "."), (";", ","), ("\t", ",")]),
)
def test_every_value_comes_back_in_its_place(
    tmp_path: Path, values: list[float | None], layout: tuple[str, str]
) -> None:
    delimiter, decimal = layout
    cells = ["" if value is None else f"{value:.6f}".replace(".", decimal) for value in values]
    times = [f"{i / 100:.2f}".replace(".", decimal) for i in range(len(values))]
    rows = "\n".join(delimiter.join(row) for row in zip(times, cells, strict=True))
    recording = opened(tmp_path, f"time_s{delimiter}GM_L\n{rows}\n")
    expected = [np.nan if value is None else value for value in values]
    np.testing.assert_allclose(recording["GM_L"].samples, expected, atol=1e-9)


def test_ten_minutes_of_two_channels_open_in_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    samples = np.random.default_rng(3).normal(0, 50, 20_000)
    block = np.tile(samples, 60)
    lines = [f"{i / 2000:.4f},{value:.3f},{value:.3f}" for i, value in enumerate(block.tolist())]
    path.write_text("time_s,GM_L [uV],UT_R [uV]\n" + "\n".join(lines))
    started = time.perf_counter()
    recording = open_recording(path)
    taken_s = time.perf_counter() - started
    assert recording["UT_R"].samples.size == 1_200_000
    assert recording["UT_R"].rate_hz == 2000
    assert taken_s < 5.0
