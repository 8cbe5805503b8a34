"""The JSON and the table against the contract, word by word."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.result import Analysis, QualityNote, Repetition, Session, Trace
from firing_analyzer.settings import MOVEMENT_SETTINGS, Settings
from recordings.model import Channel
from recordings.synth import Nuisance, Schedule, simulate_session

#: Keys of the contract.
TOP: Final = {"schema", "recording", "timing", "quality", "repetitions", "session", "settings", "software"}
RECORDING: Final = {"path", "duration_s", "leg", "kind", "glute", "shoulder"}
REPETITION: Final = (
    "repetition",
    "start_s",
    "end_s",
    "included",
    "flags",
    "glute_onset_s",
    "glute_onset_interval_s",
    "glute_snr_db",
    "shoulder_onset_s",
    "shoulder_onset_interval_s",
    "shoulder_snr_db",
    "shoulder_bursts",
    "lag_ms",
    "lag_interval_ms",
    "p_shoulder_first",
    "p_together",
    "p_glute_first",
    "order",
)
SESSION: Final = {
    "verdict",
    "reasons",
    "warnings",
    "repetitions",
    "valid",
    "planned_repetitions",
    "shoulder_first",
    "glute_first",
    "together",
    "shoulder_silent",
    "unclear",
    "median_lag_ms",
    "lag_interval_ms",
    "between_repetition_sd_ms",
    "margin_ms",
    "p_shoulder_first",
    "p_together",
    "p_glute_first",
    "p_shoulder_before_glute",
    "background_bursts_per_min",
}
ORDERS: Final = ("shoulder_first", "glute_first", "together", "shoulder_silent", "unclear")

SILENT = Repetition(
    2, 20.0, 23.0, glute_onset_s=20.123456789, glute_onset_interval_s=(20.1, 20.2), order="shoulder_silent"
)
TIMED = Repetition(
    1,
    12.1,
    15.0,
    flags=("heart_beat",),
    glute_onset_s=12.4123456,
    glute_onset_interval_s=(12.4000049, 12.4300051),
    glute_snr_db=19.8461,
    shoulder_onset_s=12.27,
    shoulder_onset_interval_s=(12.25, 12.29),
    shoulder_snr_db=20.3333,
    shoulder_bursts=1,
    lag_ms=-142.3456,
    lag_interval_ms=(-166.019, -118.004),
    p_shoulder_first=0.99004,
    p_together=0.00996,
    p_glute_first=1e-12,
    order="shoulder_first",
)
JUDGED = Session(
    verdict="cannot_tell",
    reasons=("too_few",),
    warnings=(),
    repetitions=2,
    valid=2,
    planned_repetitions=None,
    shoulder_first=1,
    glute_first=0,
    together=0,
    shoulder_silent=1,
    unclear=0,
    median_lag_ms=-142.3456,
    lag_interval_ms=(-200.0, -80.0),
    between_repetition_sd_ms=None,
    margin_ms=50.0,
    p_shoulder_first=0.98,
    p_together=0.02,
    p_glute_first=0.0,
    p_shoulder_before_glute=0.999,
    background_bursts_per_min=0.2,
)


def trace(label: str) -> Trace:
    return Trace(Channel(label), np.zeros(10, dtype=np.float32), 2000.0, 0.0, 1.0)


def analysis_of(*rows: Repetition, session: Session = JUDGED) -> Analysis:
    return Analysis(
        session=session,
        rows=rows,
        quality=(QualityNote("UT_R", "heart_beat", "about 68 beats a minute"),),
        glute=trace("GM_L"),
        shoulder=trace("UT_R"),
        leg="left",
        kind="emg",
        path=Path("folder") / "session.bdf",
        duration_s=80.0,
        shared_clock=True,
        timing_error_ms=0.0,
        cued=False,
        settings=Settings(),
        software={"firing_analyzer": "0.1.0"},
    )


def told(analysis: Analysis) -> dict[str, Any]:
    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is not JSON")

    return cast("dict[str, Any]", json.loads(analysis.to_json(), parse_constant=refuse))


def check(analysis: Analysis) -> dict[str, Any]:
    """Every key of the contract and nothing else; kinds of values; sums."""
    found = told(analysis)
    assert set(found) == TOP
    assert found["schema"] == "firing-analyzer/analysis/1"
    assert set(found["recording"]) == RECORDING
    assert found["recording"]["leg"] in {"left", "right"}
    for muscle in ("glute", "shoulder"):
        assert set(found["recording"][muscle]) == {"channel", "rate_hz"}
    assert set(found["timing"]) == {"shared_clock", "error_ms"}
    assert all(set(note) == {"channel", "flag", "detail"} for note in found["quality"])
    assert set(found["session"]) == SESSION
    assert set(found["settings"]) == set(Settings.__struct_fields__) - set(MOVEMENT_SETTINGS)
    for row in found["repetitions"]:
        assert list(row) == list(REPETITION)
        assert row["order"] in ORDERS
        assert isinstance(row["included"], bool)
        assert isinstance(row["flags"], list)
        assert isinstance(row["shoulder_bursts"], int)
        for name in ("glute_onset_interval_s", "shoulder_onset_interval_s", "lag_interval_ms"):
            assert row[name] is None or (len(row[name]) == 2 and row[name][0] <= row[name][1])
        if row["order"] == "shoulder_silent":
            assert row["shoulder_onset_s"] is row["shoulder_onset_interval_s"] is row["lag_ms"] is None
        if row["lag_ms"] is not None:
            shares = row["p_shoulder_first"] + row["p_together"] + row["p_glute_first"]
            assert shares == pytest.approx(1, abs=2e-4)
    session = found["session"]
    assert sum(session[order] for order in ORDERS) == session["valid"]
    assert all(isinstance(session[order], int) for order in ORDERS)
    assert session["repetitions"] == len(found["repetitions"])
    return found


def test_a_written_out_analysis_has_every_key_and_nothing_else() -> None:
    found = check(analysis_of(TIMED, SILENT))
    assert found["recording"]["path"] == str(Path("folder") / "session.bdf")
    assert found["recording"]["duration_s"] == 80.0
    assert found["quality"] == [
        {"channel": "UT_R", "flag": "heart_beat", "detail": "about 68 beats a minute"}
    ]


def test_what_is_missing_is_null() -> None:
    found = check(replace(analysis_of(TIMED, SILENT), path=None, timing_error_ms=None))
    assert found["recording"]["path"] is None
    assert found["timing"]["error_ms"] is None
    assert found["session"]["planned_repetitions"] is None
    silent = found["repetitions"][1]
    told_nothing = {name for name in REPETITION if silent[name] is None}
    assert told_nothing == {
        name for name in REPETITION if name.startswith(("lag_", "p_", "shoulder_onset"))
    } | {"glute_snr_db", "shoulder_snr_db"}


def test_why_a_raise_was_set_aside_stands_behind_the_rest_only_where_it_was_told() -> None:
    analysis = analysis_of(replace(TIMED, included=False, set_aside="talked or coughed"), SILENT)
    first, second = told(analysis)["repetitions"]
    assert list(first) == [*REPETITION, "set_aside"]
    assert first["set_aside"] == "talked or coughed"
    assert list(second) == list(REPETITION)
    table = analysis.repetitions
    assert list(table.columns) == [*REPETITION, "set_aside"]
    assert table["set_aside"].isna().tolist() == [False, True]


def test_numbers_are_rounded_to_what_can_be_meant() -> None:
    row = told(analysis_of(TIMED, SILENT))["repetitions"][0]
    assert row["glute_onset_s"] == 12.41235
    assert row["glute_onset_interval_s"] == [12.4, 12.43001]
    assert row["glute_snr_db"] == 19.85
    assert row["lag_ms"] == -142.35
    assert row["lag_interval_ms"] == [-166.02, -118.0]
    assert row["p_shoulder_first"] == 0.99
    assert row["p_glute_first"] == 0.0


def test_rounding_is_finer_than_a_sample_and_than_any_interval() -> None:
    """10 us against 250 us between samples at 4000 Hz; a hundredth of a millisecond against some of doubt."""
    assert abs(told(analysis_of(TIMED))["repetitions"][0]["glute_onset_s"] - 12.4123456) < 1 / 4000 / 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_json_cannot_hold_is_never_written(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        analysis_of(replace(TIMED, lag_ms=value)).to_json()


def test_numbers_of_numpy_are_written_as_numbers() -> None:
    odd = replace(TIMED, lag_ms=cast("float", np.float64(-142.3)), glute_snr_db=cast("float", np.float64(20)))
    assert told(analysis_of(odd))["repetitions"][0]["lag_ms"] == -142.3


def test_the_table_has_the_columns_of_the_json_in_order() -> None:
    table = analysis_of(TIMED, SILENT).repetitions
    assert list(table.columns) == list(REPETITION)
    assert len(table) == 2
    assert table["lag_ms"].iloc[0] == -142.35
    assert table["lag_ms"].isna().tolist() == [False, True]
    assert table["order"].tolist() == ["shoulder_first", "shoulder_silent"]


def test_a_session_without_raises_has_an_empty_table_with_all_columns() -> None:
    table = analysis_of().repetitions
    assert list(table.columns) == list(REPETITION)
    assert table.empty


def test_text_is_the_same_every_time_and_indent_changes_only_blanks() -> None:
    analysis = analysis_of(TIMED, SILENT)
    assert analysis.to_json() == analysis.to_json()
    assert json.loads(analysis.to_json(indent=2)) == json.loads(analysis.to_json())
    assert "\n" not in analysis.to_json()


def test_names_outside_ascii_survive() -> None:
    analysis = replace(analysis_of(TIMED), glute=trace("Gesäß_L µV"))
    assert told(analysis)["recording"]["glute"]["channel"] == "Gesäß_L µV"


QUICK = Schedule(lead_in_s=6.0, every_s=(7.0, 8.0), tail_s=4.0)


@pytest.mark.parametrize(
    ("lags_ms", "nuisance"),
    [
        ([-140.0, -120.0, None, -150.0, 90.0, -130.0], Nuisance(heart_uv=20, hum_uv=3)),
        ([None] * 5, Nuisance()),
        ([-140.0] * 5, Nuisance(lost_s=((6.0, 16.0), (20.0, 20.1)))),
        ([20.0] * 5, Nuisance(tonic_uv=20)),
        ([], Nuisance()),
    ],
)
def test_real_analyses_keep_the_contract(lags_ms: list[float | None], nuisance: Nuisance) -> None:
    schedule = QUICK if lags_ms else replace(QUICK, duration_s=20.0)
    made = simulate_session(
        lags_ms=lags_ms, rate_hz=1000.0, shoulder_nuisance=nuisance, seed=3, schedule=schedule
    )
    analysis = fa.analyze(made.recording)
    found = check(analysis)
    assert set(found["software"]) >= {"firing_analyzer", "numpy", "scipy"}
    assert found["recording"]["duration_s"] == pytest.approx(made.recording.duration_s)
    assert analysis.to_json() == fa.analyze(made.recording).to_json()


def test_a_raise_whose_middle_was_lost_is_still_written() -> None:
    """Nothing is known of its strength: that is null, not minus infinity."""
    made = simulate_session(lags_ms=[-140.0] * 6, rate_hz=1000.0, seed=4, schedule=QUICK)
    glute = made.recording["GM_L"]
    samples = glute.samples.copy()
    for one in made.truth.raises[2:4]:
        assert one.glute is not None
        samples[round((one.glute.onset_s + 0.25) * 1000) : round((one.glute.end_s - 0.25) * 1000)] = np.nan
    signals = tuple(replace(s, samples=samples) if s is glute else s for s in made.recording.signals)
    check(fa.analyze(replace(made.recording, signals=signals)))
