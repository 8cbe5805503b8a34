"""How well movement is measured: angle, raises, onsets and order on simulated sensors, and walking.

Run as ``python -m tests.benchmarks.movement_accuracy [SEEDS]``; prints tables.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import firing_analyzer as fa
from firing_analyzer.movement.body_sensors import body_sensors
from firing_analyzer.movement.leg_angle import leg_angle
from firing_analyzer.movement.measured_legs import measure_legs
from firing_analyzer.movement.orientation import find_up
from firing_analyzer.settings import Settings
from recordings.open import open_recording
from recordings.synth.inertial import Inertial, Table
from recordings.synth.movement import LEG_SENSOR, MovementSession, simulate_movement

KNOCKED = Table(sway=0.05, knocks=((12.0, 4.0), (20.0, 4.0), (33.0, 6.0), (40.3, 3.0), (51.0, 8.0)))
WITHOUT_GYRO = replace(LEG_SENSOR, without=("GYRO_X", "GYRO_Y", "GYRO_Z"))


def angle_errors(session: MovementSession) -> tuple[float, float, float]:
    """Return the RMS error of the elevation at rest, at the top and while moving, in degrees."""
    sensors = body_sensors(session.recording)
    assert sensors is not None
    assert sensors.thigh is not None
    angle = leg_angle(sensors.thigh, session.recording)
    error = angle.elevation_deg - session.truth.elevation_deg(angle.times_s)
    top = np.zeros(error.size, dtype=np.bool_)
    moving = np.zeros(error.size, dtype=np.bool_)
    for lift in session.truth.legs:
        inside = (angle.times_s >= lift.start_s) & (angle.times_s <= lift.end_s)
        up = (angle.times_s >= lift.top_s) & (angle.times_s <= lift.top_s + lift.hold_s)
        top |= up
        moving |= inside & ~up
    rest = ~(top | moving)
    return (*(float(np.sqrt(np.mean(error[part] ** 2))) for part in (rest, top, moving)),)  # type: ignore[return-value]


def table_of_angles(seeds: range) -> None:
    print("elevation: greatest RMS error of a session at rest, at the top, moving (degrees); raises")
    for name, options in {
        "0.3 to 3 s, any mounting": {},
        "breathing 0.5 degrees": {"leg_sensor": Inertial(breathing_deg=0.5)},
        "knocked table": {"table": KNOCKED},
        "drifting gyro, 0.1 m/s2 off": {"leg_sensor": Inertial(acc_bias=(0.1, 0.1, -0.1), bias_drift=0.01)},
        "acceleration alone": {"leg_sensor": WITHOUT_GYRO},
    }.items():
        errors: list[tuple[float, float, float]] = []
        missed = false = count = 0
        for seed in seeds:
            session = simulate_movement(seed=seed, out_s=(0.3, 3.0), **options)  # type: ignore[arg-type]
            errors.append(angle_errors(session))
            rows = fa.analyze(session.recording).rows
            lifts = session.truth.legs
            count += len(lifts)
            hit = [any(lift.start_s - 0.5 < row.start_s < lift.top_s for row in rows) for lift in lifts]
            missed += len(lifts) - sum(hit)
            false += len(rows) - sum(hit)
        print(f"  {name:30s}", np.max(errors, axis=0).round(2), f"missed {missed} of {count}, false {false}")


def table_of_onsets(seeds: range) -> None:
    print("start of the leg: bias, median error, 95th percentile (ms), 95 % intervals that hold it")
    for sensor, name in ((LEG_SENSOR, "gyro"), (WITHOUT_GYRO, "acceleration alone")):
        for out in (0.3, 0.5, 1.0, 1.5, 2.0, 3.0, None):
            errors: list[float] = []
            held: list[bool] = []
            for seed in seeds:
                span = (0.3, 3.0) if out is None else (out, out)
                session = simulate_movement(seed=seed, out_s=span, leg_sensor=sensor, shoulder_sensor=None)
                sensors = body_sensors(session.recording)
                assert sensors is not None
                assert sensors.thigh is not None
                measured = measure_legs(sensors.thigh, session.recording, Settings())
                for one in measured.raises:
                    lift = min(session.truth.legs, key=lambda lift: abs(lift.start_s - one.start_s))
                    low, high = one.start.interval_s()
                    errors.append(1000 * (one.start_s - lift.start_s))
                    held.append(low <= lift.start_s <= high)
            size = np.abs(errors)
            what = "0.3 to 3 s" if out is None else f"{out:g} s"
            print(
                f"  {name:20s} {what:10s} {np.median(errors):6.1f} {np.median(size):6.1f} "
                f"{np.quantile(size, 0.95):6.1f}  {np.mean(held):.3f}  n={len(errors)}"
            )


def table_of_orders(seeds: range) -> None:
    print("order of movement: right, wrong, unclear share of repetitions; session verdicts")
    for lag_ms in (-500.0, -300.0, -200.0, -100.0, -50.0, 0.0, 50.0, 100.0, 200.0, 300.0, 500.0):
        true = "shoulder_first" if lag_ms < -100 else "glute_first" if lag_ms > 100 else "together"
        orders: list[str] = []
        verdicts: list[str] = []
        for seed in seeds:
            session = simulate_movement(seed=seed, lags_ms=[lag_ms] * 10, out_s=(0.3, 3.0), table=KNOCKED)
            analysis = fa.analyze(session.recording)
            orders += [row.order for row in analysis.rows]
            verdicts.append(analysis.verdict)
        right = np.mean([order == true for order in orders])
        # at the margin itself both neighbours are right
        edge = (
            {"together", "glute_first" if lag_ms > 0 else "shoulder_first"} if abs(lag_ms) == 100 else {true}
        )
        wrong = np.mean([order not in edge | {"unclear"} for order in orders])
        said = {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}
        print(f"  {lag_ms:6.0f} ms: right {right:.3f} wrong {wrong:.3f}  n={len(orders)}  {said}")


def walking(folder: Path) -> None:
    print("walking: thigh elevation against the rotation matrices of the same file, RMS difference (degrees)")
    for name in ("thigh_left", "thigh_right", "pelvis"):
        recording = open_recording(folder / f"walking_{name}.txt")
        place = recording.labels[0].removesuffix("_ACC_X")
        acc, gyro = (
            np.stack([recording[f"{place}_{kind}_{axis}"].samples for axis in "XYZ"], axis=1)
            for kind in ("ACC", "GYRO")
        )
        truth = np.stack([recording[f"{place}_MAT_3{column}"].samples for column in (1, 2, 3)], axis=1)
        for what, rate in (("acceleration and angular rate", gyro), ("acceleration alone", None)):
            up = find_up(acc, rate, 100.0).up
            mean = truth.mean(axis=0) / np.linalg.norm(truth.mean(axis=0))
            axis = np.linalg.svd(truth - np.outer(truth @ mean, mean), full_matrices=False)[2][0]
            ours, theirs = (np.degrees(np.arcsin(np.clip(rows @ axis, -1, 1))) for rows in (up, truth))
            print(f"  {name:12s} {what:30s} {np.std(ours - theirs):5.2f} of a range of {np.ptp(theirs):.0f}")


def main() -> None:
    seeds = range(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
    table_of_angles(seeds)
    table_of_onsets(seeds)
    table_of_orders(seeds)
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "real"
    if folder.is_dir():
        walking(folder)


if __name__ == "__main__":
    main()
