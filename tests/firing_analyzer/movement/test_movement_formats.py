"""Movement in the formats that it comes in: the same raises, whatever the file and the unit."""

import json
from pathlib import Path

import ezc3d
import numpy as np
import pytest

import firing_analyzer as fa
from recordings.model import Recording
from recordings.synth.inertial import GRAVITY
from recordings.synth.movement import MovementSession, simulate_movement


@pytest.fixture(scope="module")
def session() -> MovementSession:
    return simulate_movement(seed=6, lags_ms=[350.0] * 5, out_s=(0.5, 1.5), every_s=(8.0, 9.0))


def table(recording: Recording) -> np.ndarray:
    return np.stack([one.samples for one in recording.signals], axis=1)


def as_csv(path: Path, recording: Recording) -> Path:
    """In g and degrees per second, as many exports have them."""
    titles = [
        f"{one.channel.label} [{'g' if one.channel.kind == 'acc' else 'deg/s'}]" for one in recording.signals
    ]
    scale = np.array(
        [1 / GRAVITY if one.channel.kind == "acc" else np.degrees(1.0) for one in recording.signals]
    )
    rows = np.column_stack([recording.signals[0].times_s, table(recording) * scale])
    lines = [
        "# leg: left",
        ",".join(["time_s", *titles]),
        *(",".join(f"{value:.5f}" for value in row) for row in rows),
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def as_c3d(path: Path, recording: Recording) -> Path:
    file = ezc3d.c3d()
    labels = list(recording.labels)
    rows = table(recording).T
    file["parameters"]["POINT"]["RATE"]["value"] = [100]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["M1"]
    file["data"]["points"] = np.zeros((4, 1, rows.shape[1]))
    file["parameters"]["ANALOG"]["RATE"]["value"] = [100]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = labels
    file["parameters"]["ANALOG"]["UNITS"]["value"] = [one.channel.unit for one in recording.signals]
    file["parameters"]["ANALOG"]["DESCRIPTIONS"]["value"] = [""] * len(labels)
    file["data"]["analogs"] = rows[np.newaxis]
    file.write(str(path))
    return path


def as_opensignals(path: Path, recording: Recording, labels: list[str], *, off: float = 0.0) -> Path:
    """Two accelerometers of 16 bits, 5000 counts to g, whose middle is not quite that of the range."""
    acc = [one for one in recording.signals if one.channel.kind == "acc"]
    counts = np.round(32_768 + off + 5000 / GRAVITY * np.stack([one.samples for one in acc], axis=1)).astype(
        int
    )
    described = {
        "00:07:80:4D:2E:AD": {
            "sensor": ["XYZ"] * 6,
            "column": ["nSeq", "DI", *(f"CH{number + 1}" for number in range(6))],
            "sampling rate": 100,
            "label": labels,
            "resolution": [16] * 6,
        }
    }
    numbered = np.column_stack([np.arange(len(counts)) % 65_536, np.zeros(len(counts), dtype=int), counts])
    body = "\n".join("\t".join(map(str, row)) for row in numbered.tolist())
    path.write_text(f"# OpenSignals Text File Format\n# {json.dumps(described)}\n# EndOfHeader\n{body}\n")
    return path


def check(analysis: fa.Analysis, session: MovementSession, *, within_deg: float) -> None:
    assert (analysis.kind, analysis.verdict) == ("imu", "glute_first")
    assert analysis.legs is not None
    for leg, lift in zip(analysis.legs.raises, session.truth.legs, strict=True):
        assert leg.leg_height_deg == pytest.approx(lift.size_deg, abs=within_deg)


def test_a_table_in_g_and_degrees_per_second(session: MovementSession, tmp_path: Path) -> None:
    check(
        fa.analyze(fa.open_recording(as_csv(tmp_path / "a.csv", session.recording))), session, within_deg=0.6
    )


def test_analogue_channels_of_a_c3d_file(session: MovementSession, tmp_path: Path) -> None:
    recording = fa.open_recording(as_c3d(tmp_path / "a.c3d", session.recording), leg="left")
    check(fa.analyze(recording), session, within_deg=0.6)


@pytest.mark.parametrize("off", [0.0, 150.0])
def test_accelerometers_of_opensignals_in_counts(
    session: MovementSession, tmp_path: Path, off: float
) -> None:
    labels = [one.channel.label for one in session.recording.signals if one.channel.kind == "acc"]
    analysis = fa.analyze(
        fa.open_recording(as_opensignals(tmp_path / "a.txt", session.recording, labels, off=off))
    )
    assert analysis.kind == "imu"
    assert analysis.legs is not None
    # the middle of the range is wrong by 1.7 degrees at most, which the stated error holds
    assert analysis.legs.heights.leg_height_error_deg > 2
    for leg, lift in zip(analysis.legs.raises, session.truth.legs, strict=True):
        assert leg.leg_height_deg == pytest.approx(lift.size_deg, abs=2 * 2)
        assert abs((leg.leg_start_s or 0) - lift.start_s) < 0.2


def test_accelerometers_without_a_place_are_named_by_one_channel(
    session: MovementSession, tmp_path: Path
) -> None:
    path = as_opensignals(tmp_path / "a.txt", session.recording, [f"CH{number}" for number in range(1, 7)])
    recording = fa.open_recording(path, leg="left", glute="CH1")
    first_three = tuple(one for one in recording.signals if one.channel.label in ("CH1", "CH2", "CH3"))
    analysis = fa.analyze(Recording(first_three, leg="left", glute="CH1"))
    assert analysis.session.reasons == ("no_shoulder_sensor",)
    assert len(analysis.rows) == 5


def test_a_fast_sensor_is_read_as_one_of_100_hz() -> None:
    fast = simulate_movement(seed=6, lags_ms=[350.0] * 5, rate_hz=1000.0, every_s=(8.0, 9.0))
    analysis = fa.analyze(fast.recording)
    check(analysis, fast, within_deg=0.6)
    assert analysis.to_dict()["recording"]["glute"]["rate_hz"] == 1000  # pyright: ignore[reportIndexIssue]
    for row, lift in zip(analysis.rows, fast.truth.legs, strict=True):
        assert row.glute_onset_s == pytest.approx(lift.start_s, abs=0.03)


def test_acceleration_and_angular_rate_of_two_rates_are_brought_together() -> None:
    slow = simulate_movement(seed=6, lags_ms=[350.0] * 5, out_s=(0.5, 1.5), every_s=(8.0, 9.0), rate_hz=50.0)
    fast = simulate_movement(seed=6, lags_ms=[350.0] * 5, out_s=(0.5, 1.5), every_s=(8.0, 9.0))
    signals = (
        *(one for one in fast.recording.signals if one.channel.kind == "acc"),
        *(one for one in slow.recording.signals if one.channel.kind == "gyro"),
    )
    check(fa.analyze(Recording(signals, leg="left")), fast, within_deg=1.0)
