"""A movement sensor on the leg beside EMG of both muscles."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.cli import main
from firing_analyzer.leg_words import leg_sentences
from recordings.model import EVENT_RAISE, Event, Recording
from recordings.synth import Raise, Schedule, simulate, simulate_session
from recordings.synth.inertial import Inertial
from recordings.synth.movement import MovementSession, simulate_movement, with_movement

BRISK = Schedule(lead_in_s=8.0, every_s=(8.0, 9.0), tail_s=4.0, with_events=False)
OF_LEG = (
    "leg_start_s", "leg_start_interval_s", "leg_top_s", "leg_end_s", "leg_height_deg", "leg_hold_s",
    "leg_speed_deg_s", "height_at_shoulder_onset_deg",
)  # fmt: skip
OF_SESSION = ("greatest_silent_height_deg", "usual_silent_height_deg", "leg_height_error_deg")


def beside(lags_ms: list[float | None], *, seed: int = 2, **options: object) -> MovementSession:
    session = simulate_session(seed=seed, rate_hz=1000.0, lags_ms=lags_ms, schedule=BRISK)
    return with_movement(session, seed=seed, **options)  # pyright: ignore[reportArgumentType]


def write_csv(path: Path, recording: Recording) -> Path:
    """Write channels of one rate as a person would export them."""
    signals = recording.signals
    titles = ["time_s", *(f"{one.channel.label} [{one.channel.unit}]" for one in signals)]
    rows = np.column_stack([signals[0].times_s, *(one.samples for one in signals)])
    lines = [f"# leg: {recording.leg}", ",".join(titles)]
    lines += [
        ",".join(f"{value:.6g}" if column else f"{value:.6f}" for column, value in enumerate(row))
        for row in rows
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_leg_starts_where_it_did_and_is_as_high_as_it_was() -> None:
    session = beside([300.0, 500.0, 150.0, 400.0, 250.0, 350.0])
    told = json.loads(fa.analyze(session.recording).to_json())
    assert told["recording"]["kind"] == "emg"
    assert len(told["repetitions"]) == 6
    for row, lift in zip(told["repetitions"], session.truth.legs, strict=True):
        assert set(OF_LEG) <= set(row)
        assert row["leg_start_s"] == pytest.approx(lift.start_s, abs=0.03)
        assert row["leg_height_deg"] == pytest.approx(lift.size_deg, abs=0.6)
        # the muscle is active before the leg moves
        assert row["glute_onset_s"] < row["leg_start_s"]
        at_onset = session.truth.elevation_deg(np.array([row["shoulder_onset_s"]]))[0]
        assert row["height_at_shoulder_onset_deg"] == pytest.approx(at_onset, abs=0.5)
    assert set(OF_SESSION) <= set(told["session"])


def test_the_table_has_the_columns_of_the_leg_as_the_json_has_them() -> None:
    analysis = fa.analyze(beside([300.0] * 3).recording)
    assert list(analysis.repetitions.columns[-len(OF_LEG) :]) == list(OF_LEG)
    assert analysis.repetitions["leg_height_deg"].notna().all()


def test_without_a_movement_sensor_nothing_of_it_is_told() -> None:
    analysis = fa.analyze(simulate("glute_first", seed=2, rate_hz=1000.0).recording)
    told = json.loads(analysis.to_json())
    assert not set(OF_LEG) & set(told["repetitions"][0])
    assert not set(OF_SESSION) & set(told["session"])
    assert not {"movement_margin_ms", "min_leg_height_deg"} & set(told["settings"])
    assert not set(OF_LEG) & set(analysis.repetitions.columns)
    assert leg_sentences(analysis) == []


def test_the_silent_height_is_what_80_percent_of_the_raises_reach_and_the_greatest_of_all() -> None:
    session = beside([None, None, 700.0, None, 80.0, None, 450.0, None, None, 600.0])
    analysis = fa.analyze(session.recording)
    assert analysis.legs is not None
    reached = [
        lift.size_deg
        if row.order == "shoulder_silent"
        else float(session.truth.elevation_deg(np.array([row.shoulder_onset_s]))[0])
        for row, lift in zip(analysis.rows, session.truth.legs, strict=True)
    ]
    heights = analysis.legs.heights
    assert heights.greatest_silent_height_deg == pytest.approx(max(reached), abs=0.6)
    assert heights.usual_silent_height_deg == pytest.approx(sorted(reached)[2], abs=0.6)
    assert heights.usual_silent_height_deg is not None
    assert sum(height >= heights.usual_silent_height_deg - 0.6 for height in reached) >= 8
    assert any("80 % of the raises" in sentence for sentence in leg_sentences(analysis))


def test_a_shoulder_silent_throughout_is_silent_up_to_the_top() -> None:
    session = simulate("shoulder_silent", seed=3, rate_hz=1000.0)
    both = with_movement(session)
    analysis = fa.analyze(both.recording)
    assert analysis.verdict == "shoulder_silent"
    assert analysis.legs is not None
    greatest = max(lift.size_deg for lift in both.truth.legs)
    assert analysis.legs.heights.greatest_silent_height_deg == pytest.approx(greatest, abs=0.6)


def test_the_onsets_of_the_muscles_are_those_without_the_sensor() -> None:
    session = beside([200.0] * 5)
    emg = tuple(one for one in session.recording.signals if one.channel.kind == "emg")
    alone = fa.analyze(replace(session.recording, signals=emg))
    together = fa.analyze(session.recording)
    assert [row.glute_onset_s for row in alone.rows] == [row.glute_onset_s for row in together.rows]
    assert [row.lag_ms for row in alone.rows] == [row.lag_ms for row in together.rows]
    assert (alone.cued, together.cued) == (False, True)


def test_a_raise_that_the_glute_did_not_join_is_seen_by_the_leg() -> None:
    raises = [Raise(lag_ms=200.0) for _ in range(6)]
    session = simulate_session(seed=4, rate_hz=1000.0, raises=raises, schedule=BRISK)
    both = with_movement(session)
    quiet = simulate_session(
        seed=4,
        rate_hz=1000.0,
        raises=[replace(one, glute_silent=number in (2, 4)) for number, one in enumerate(raises)],
        schedule=BRISK,
    )
    movement = tuple(one for one in both.recording.signals if one.channel.kind != "emg")
    analysis = fa.analyze(replace(quiet.recording, signals=(*quiet.recording.signals, *movement)))
    assert ["glute_silent" in row.flags for row in analysis.rows] == [False, False, True, False, True, False]
    assert "glute_silent" in analysis.session.reasons


def test_glute_activity_without_a_raise_of_the_leg_is_no_raise() -> None:
    session = beside([200.0] * 6)
    # the leg stays down in the last two: only the first four are raises
    lying = session.truth.legs[4].start_s - 1.0
    signals = tuple(
        one
        if one.channel.kind == "emg"
        else replace(one, samples=np.where(one.times_s < lying, one.samples, one.samples[:200].mean()))
        for one in session.recording.signals
    )
    assert len(fa.analyze(replace(session.recording, signals=signals)).rows) == 4


def test_cues_go_before_the_leg() -> None:
    session = beside([200.0] * 6)
    cues = tuple(Event(lift.start_s - 0.4, EVENT_RAISE) for lift in session.truth.legs[:4])
    analysis = fa.analyze(replace(session.recording, events=cues))
    assert len(analysis.rows) == 4
    assert analysis.legs is not None
    assert all(leg.leg_start_s is not None for leg in analysis.legs.raises)


@pytest.mark.parametrize(
    ("sensor", "flag"),
    [(Inertial(without=("ACC_X",)), "no_leg_angle"), (Inertial(acc_limit=3.0), "no_leg_angle")],
)
def test_a_leg_sensor_that_cannot_be_used_is_said_and_does_not_stand_against_the_emg(
    sensor: Inertial, flag: str
) -> None:
    analysis = fa.analyze(beside([200.0] * 6, leg_sensor=sensor).recording)
    assert analysis.verdict == "glute_first"
    assert analysis.legs is None
    assert ("THIGH_L", flag) in {(note.channel, note.flag) for note in analysis.quality}


def test_two_sensors_on_one_thigh_are_said_and_do_not_stand_against_the_emg() -> None:
    recording = beside([200.0] * 6).recording
    twins = tuple(
        replace(one, channel=replace(one.channel, label=f"2nd {one.channel.label}"))
        for one in recording.signals
        if one.channel.kind != "emg"
    )
    analysis = fa.analyze(replace(recording, signals=(*recording.signals, *twins)))
    assert (analysis.verdict, analysis.legs) == ("glute_first", None)
    assert "no_leg_angle" in {note.flag for note in analysis.quality}


def test_a_sensor_that_sees_no_raise_is_said_and_the_glute_decides() -> None:
    session = beside([200.0] * 6)
    still = simulate_movement(
        seed=1, lags_ms=[], lead_in_s=session.recording.duration_s, shoulder_sensor=None
    )
    emg = tuple(one for one in session.recording.signals if one.channel.kind == "emg")
    analysis = fa.analyze(replace(session.recording, signals=(*emg, *still.recording.signals)))
    assert len(analysis.rows) == 6
    assert "no_leg_angle" in {note.flag for note in analysis.quality}


def analyze(capsys: pytest.CaptureFixture[str], *args: object) -> tuple[int, str, str]:
    """Run ``firing-analyzer analyze`` and return its exit status and what it printed."""
    status = main(["analyze", *map(str, args)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_the_command_line_reads_movement_from_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = write_csv(tmp_path / "movement.csv", simulate_movement(seed=4, lags_ms=[300.0] * 5).recording)
    status, out, err = analyze(capsys, alone, "--json")
    told = json.loads(out)
    assert (status, err) == (0, "")
    assert (told["recording"]["kind"], told["session"]["verdict"]) == ("imu", "glute_first")
    status, out, _ = analyze(capsys, alone, "--plot", tmp_path / "a.png")
    assert status == 0
    assert out.startswith("Movement of the left thigh began before that of the right shoulder in 5 of 5")
    assert (tmp_path / "a.png").stat().st_size > 10_000


def test_the_command_line_gives_the_heights_of_a_thigh_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    thigh = simulate_movement(seed=4, lags_ms=[None] * 5, shoulder_sensor=None).recording
    path = write_csv(tmp_path / "thigh.csv", thigh)
    status, out, _ = analyze(capsys, path, "--plot", tmp_path / "b.svg")
    assert status == 0
    assert out.startswith("Cannot tell: there is no sensor on the shoulder.")
    assert "The leg rose" in out
    assert (tmp_path / "b.svg").exists()


def test_the_command_line_reads_emg_and_movement_from_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = simulate_session(seed=2, rate_hz=1000.0, lags_ms=[300.0] * 5, schedule=BRISK)
    path = write_csv(tmp_path / "both.csv", with_movement(session, rate_hz=1000.0).recording)
    status, out, _ = analyze(capsys, path, "--json")
    told = json.loads(out)
    assert (status, told["recording"]["kind"]) == (0, "emg")
    assert all(row["leg_height_deg"] > 8 for row in told["repetitions"])
    status, out, _ = analyze(capsys, path, "--plot", tmp_path / "a.pdf")
    assert status == 0
    assert "The leg rose" in out


def test_mixed_sites_end_the_command_with_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = with_movement(simulate("glute_first", seed=1, rate_hz=1000.0), rate_hz=1000.0).recording
    mixed = replace(both, signals=tuple(one for one in both.signals if one.channel.label != "GM_L"))
    status, out, err = analyze(capsys, write_csv(tmp_path / "mixed.csv", mixed))
    assert (status, out) == (2, "")
    assert "20 to 100 ms before it moves anything" in err
    assert len(err.strip().splitlines()) == 1
