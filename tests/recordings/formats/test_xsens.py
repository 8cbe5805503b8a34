"""Xsens text exports."""

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from firing_analyzer.movement.orientation import find_up
from recordings.errors import RecordingError, TimeError, UnreadableError
from recordings.find import find_recordings
from recordings.model import Recording
from recordings.open import open_recording

HEAD = "// Start Time: Unknown\n// Update Rate: 100.0Hz\n// Firmware Version: 4.0.2\n"
MATRIX = [f"Mat[{row}][{column}]" for column in (1, 2, 3) for row in (1, 2, 3)]


def export(path: Path, columns: dict[str, np.ndarray], *, head: str = HEAD) -> Path:
    rows = [
        "\t".join(
            f"{value:.6f}" if name != "PacketCounter" else f"{int(value):05d}"
            for name, value in zip(columns, row, strict=True)
        )
        for row in zip(*columns.values(), strict=True)
    ]
    path.write_text(head + "\n".join(["\t".join(columns), *rows]) + "\n")
    return path


def turning(n: int, *, counter: np.ndarray | None = None) -> tuple[dict[str, np.ndarray], Rotation]:
    """A sensor that turns about an axis of its own at 1 rad/s, upright at first."""
    times_s = np.arange(n) / 100
    turned = Rotation.from_rotvec([[0.3, -0.2, 0.5]]) * Rotation.from_rotvec(
        np.outer(times_s, [0.6, 0.8, 0.0])
    )
    matrices = turned.as_matrix()
    columns = {"PacketCounter": np.arange(n) + 472.0 if counter is None else counter}
    felt = turned.inv().apply([0.0, 0.0, 9.80665])
    columns |= {f"Acc_{axis}": row for axis, row in zip("XYZ", felt.T, strict=True)}
    columns |= {name: matrices[:, int(name[4]) - 1, int(name[7]) - 1] for name in MATRIX}
    return columns, turned


def rows(recording: Recording, kind: str, place: str = "THIGH_L") -> np.ndarray:
    return np.stack([recording[f"{place}_{kind}_{axis}"].samples for axis in "XYZ"], axis=1)


def test_acceleration_and_the_rate_at_which_the_orientation_turns_are_read(tmp_path: Path) -> None:
    columns, _ = turning(200)
    recording = open_recording(export(tmp_path / "walk_thigh_left.txt", columns))
    assert recording["THIGH_L_ACC_X"].rate_hz == 100
    assert (recording["THIGH_L_ACC_X"].channel.unit, recording["THIGH_L_GYRO_Z"].channel.unit) == (
        "m/s2",
        "rad/s",
    )
    assert (recording["THIGH_L_GYRO_X"].channel.muscle, recording["THIGH_L_GYRO_X"].channel.side) == (
        "thigh",
        "left",
    )
    assert np.allclose(
        rows(recording, "ACC"), np.stack([columns[f"Acc_{axis}"] for axis in "XYZ"], axis=1), atol=1e-5
    )
    assert np.allclose(rows(recording, "GYRO"), [0.6, 0.8, 0.0], atol=0.01)
    assert recording["THIGH_L_MAT_31"].channel.kind == "other"
    assert any("no angular rate" in note for note in recording.notes)


def test_an_angular_rate_in_the_file_is_taken_as_it_is(tmp_path: Path) -> None:
    columns, _ = turning(50)
    columns |= {f"Gyr_{axis}": np.full(50, value) for axis, value in zip("XYZ", (0.1, 0.2, 0.3), strict=True)}
    recording = open_recording(export(tmp_path / "thigh_right.txt", columns))
    assert rows(recording, "GYRO", "THIGH_R")[0] == pytest.approx([0.1, 0.2, 0.3])
    assert recording.notes == ()


def test_a_packet_that_is_missing_stays_a_gap(tmp_path: Path) -> None:
    counter = np.delete(np.arange(103.0), [40, 41, 42]) + 65_500
    columns, _ = turning(100, counter=counter % 65_536)
    recording = open_recording(export(tmp_path / "thigh_left.txt", columns))
    samples = recording["THIGH_L_ACC_X"].samples
    assert samples.size == 103
    assert np.flatnonzero(np.isnan(samples)).tolist() == [40, 41, 42]


def test_a_name_that_tells_no_place_is_said(tmp_path: Path) -> None:
    recording = open_recording(export(tmp_path / "MT_00B42D4F.txt", turning(50)[0]))
    assert recording.labels[0] == "MT_00B42D4F_ACC_X"
    assert any("does not tell where the sensor sat" in note for note in recording.notes)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (HEAD, UnreadableError, "without a table"),
        (HEAD + "PacketCounter\tAcc_X\n", UnreadableError, "no samples"),
        (HEAD + "PacketCounter\tAcc_X\n1\tx\n", UnreadableError, "not all numbers"),
        (HEAD + "PacketCounter\tTemp\n1\t20\n2\t21\n", UnreadableError, "neither acceleration nor"),
        ("// Start\nPacketCounter\tAcc_X\n1\t9.8\n2\t9.8\n", TimeError, "no update rate"),
        (HEAD + "PacketCounter\tAcc_X\n1\t9.8\n1\t9.8\n", TimeError, "PacketCounter"),
        (HEAD + "PacketCounter\tAcc_X\n1\t9.8\n\t9.8\n", UnreadableError, "empty cells"),
    ],
)
def test_what_is_no_export_is_refused_with_one_line(
    tmp_path: Path, text: str, error: type[RecordingError], message: str
) -> None:
    path = tmp_path / "thigh_left.txt"
    path.write_text(text)
    with pytest.raises(error, match=message) as caught:
        open_recording(path)
    assert "\n" not in str(caught.value)


def test_a_rate_that_is_not_in_the_file_can_be_stated(tmp_path: Path) -> None:
    path = export(tmp_path / "thigh_left.txt", turning(50)[0], head="// Start Time: Unknown\n")
    assert open_recording(path, rate_hz=60.0)["THIGH_L_ACC_X"].rate_hz == 60


def test_a_folder_lists_exports_and_no_other_commented_text(tmp_path: Path) -> None:
    path = export(tmp_path / "thigh_left.txt", turning(50)[0])
    (tmp_path / "code.txt").write_text("// int main\n")
    assert find_recordings(tmp_path) == [path]


@pytest.mark.parametrize("name", ["thigh_left", "thigh_right", "pelvis"])
def test_the_tilt_of_a_walking_sensor_is_that_of_its_rotation_matrices(shared_data: Path, name: str) -> None:
    path = shared_data / "real" / f"walking_{name}.txt"
    if not path.exists():
        pytest.skip("the walking recordings are not in ../shared/data/real")
    recording = open_recording(path)
    place = recording.labels[0].removesuffix("_ACC_X")
    true = np.stack([recording[f"{place}_MAT_3{column}"].samples for column in (1, 2, 3)], axis=1)
    up = find_up(rows(recording, "ACC", place), rows(recording, "GYRO", place), 100.0).up
    mean = true.mean(axis=0) / np.linalg.norm(true.mean(axis=0))
    along = np.linalg.svd(true - np.outer(true @ mean, mean), full_matrices=False)[2][0]
    ours, theirs = (np.degrees(np.arcsin(np.clip(one @ along, -1, 1))) for one in (up, true))
    assert np.ptp(theirs) > 15
    assert np.std(ours - theirs) < 1.5
