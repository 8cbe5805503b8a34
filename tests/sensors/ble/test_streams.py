"""What a source makes of what a device delivers: which rows, and what they are called."""

from dataclasses import replace

import pytest

from recordings.model import Side
from sensors.ble.streams import streams_of
from sensors.devices.profile import Part
from sensors.devices.registry import PROFILES
from sensors.errors import SourceUriError
from sensors.model import Stream

EMG = Part("", ("emg", "emg", "emg"), ("counts",) * 3, (None,) * 3, 500.0, {"x": 1}, scale_known=False)
IMU = Part("imu", ("acc",) * 3 + ("gyro",) * 3, ("m/s2",) * 3 + ("rad/s",) * 3, ("x", "y", "z") * 2, 100.0)
ENVELOPE = Part("", ("envelope",), ("uV",), (None,), 50.0, smoothing_ms=25.0)
TURN = Part("turn", ("other",) * 4, ("",) * 4, (None,) * 4, 25.0)


def streams(
    *parts: Part, name: str = "glute", leg: Side | None = "left", channel: int | None = None
) -> tuple[Stream, ...]:
    return streams_of(
        PROFILES["npg_lite"], parts, address="F0", name=name, leg=leg, channel=channel, uri="ble:npg_lite:F0"
    )


@pytest.mark.parametrize(
    ("name", "leg", "labels"),
    [
        ("glute", "left", ["GM_L", "THIGH_L_ACC_X", "THIGH_L_GYRO_Z"]),
        ("glute", "right", ["GM_R", "THIGH_R_ACC_X", "THIGH_R_GYRO_Z"]),
        ("shoulder", "left", ["UT_R", "UT_R_ACC_X", "UT_R_GYRO_Z"]),
        ("shoulder", None, ["upper trapezius", "UT_ACC_X", "UT_GYRO_Z"]),
        ("npg_lite", "left", ["npg_lite", "npg_lite_ACC_X", "npg_lite_GYRO_Z"]),
    ],
)
def test_labels_tell_where_a_sensor_is_worn(name: str, leg: Side | None, labels: list[str]) -> None:
    muscle, movement = streams(EMG, IMU, name=name, leg=leg)
    told = [muscle.channels[0].label, movement.channels[0].label, movement.channels[5].label]
    assert told == labels
    assert (muscle.name, movement.name) == (name, f"{name}-imu")
    assert {one.device for stream in (muscle, movement) for one in stream.channels} == {"NPG Lite F0"}


def test_a_muscle_is_known_as_one_on_its_side() -> None:
    (channel,) = streams(EMG, name="shoulder")[0].channels
    assert (channel.muscle, channel.side, channel.kind, channel.unit) == (
        "upper trapezius",
        "right",
        "emg",
        "counts",
    )


@pytest.mark.parametrize(("channel", "row"), [(None, 0), (1, 0), (2, 1), (3, 2)])
def test_a_channel_is_the_row_of_its_number(channel: int | None, row: int) -> None:
    stream = streams(EMG, channel=channel)[0]
    assert stream.settings == {"x": 1, "rows": [row]}
    assert (stream.nominal_rate_hz, stream.scale_known) == (500.0, False)


def test_the_movement_of_a_box_is_left_out_where_one_of_its_muscles_was_named() -> None:
    assert len(streams(EMG, IMU)) == 2
    assert len(streams(EMG, IMU, channel=2)) == 1
    one_muscle = replace(EMG, kinds=("emg",), units=("counts",), axes=(None,))
    assert len(streams(one_muscle, IMU, channel=1)) == 2


@pytest.mark.parametrize(("parts", "told"), [((EMG,), "the device has 3"), ((IMU,), "takes no muscle")])
def test_a_muscle_that_is_not_there_is_refused(parts: tuple[Part, ...], told: str) -> None:
    with pytest.raises(SourceUriError, match=f"channel 4 is not there, .*{told}"):
        streams(*parts, channel=4)


def test_a_sensor_of_movement_alone_delivers_all_its_rows() -> None:
    (stream,) = streams(replace(IMU, name=""))
    assert stream.settings["rows"] == [0, 1, 2, 3, 4, 5]
    assert [one.axis for one in stream.channels] == ["x", "y", "z"] * 2


def test_an_envelope_keeps_its_window_and_rows_without_a_name_get_one() -> None:
    envelope, turn = streams(ENVELOPE, TURN)
    assert (envelope.channels[0].kind, envelope.channels[0].smoothing_ms) == ("envelope", 25.0)
    assert [one.label for one in turn.channels] == [f"THIGH_L_TURN_{row}" for row in (1, 2, 3, 4)]
