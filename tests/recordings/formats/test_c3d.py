from pathlib import Path

import ezc3d
import numpy as np
import pytest

from recordings.errors import TruncatedError, UnreadableError
from recordings.model import GLUTE, SHOULDER
from recordings.open import open_recording

RNG = np.random.default_rng(11)


def c3d_file(
    path: Path, labels: list[str], units: list[str], samples: np.ndarray, descriptions: list[str]
) -> Path:
    c3d = ezc3d.c3d()
    c3d["parameters"]["POINT"]["RATE"]["value"] = [100]
    c3d["parameters"]["POINT"]["LABELS"]["value"] = ["M1"]
    c3d["data"]["points"] = np.zeros((4, 1, samples.shape[1] // 10))
    c3d["parameters"]["ANALOG"]["RATE"]["value"] = [1000]
    c3d["parameters"]["ANALOG"]["LABELS"]["value"] = labels
    c3d["parameters"]["ANALOG"]["UNITS"]["value"] = units
    c3d["parameters"]["ANALOG"]["DESCRIPTIONS"]["value"] = descriptions
    c3d["data"]["analogs"] = samples[np.newaxis]
    c3d.add_parameter("EVENT", "USED", [2])
    c3d.add_parameter("EVENT", "LABELS", ["raise", "rest"])
    c3d.add_parameter("EVENT", "CONTEXTS", ["Left", "General"])
    c3d.add_parameter("EVENT", "TIMES", np.array([[0.0, 0.0], [1.5, 0.5]]))
    c3d.write(str(path))
    return path


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    samples = RNG.normal(0, 1e-4, (4, 2000))
    labels = ["GM_L", "CH2", "F1X", "THIGH_L_ACC_X"]
    descriptions = ["", "right upper trapezius", "force plate", ""]
    return c3d_file(tmp_path / "lab.c3d", labels, ["V", "V", "N", "g"], samples, descriptions)


def test_analogue_channels_come_in_our_units(lab: Path) -> None:
    recording = open_recording(lab)
    assert recording.labels == ("GM_L", "CH2", "F1X", "THIGH_L_ACC_X")
    assert [signal.channel.unit for signal in recording.signals] == ["uV", "uV", "N", "m/s2"]
    assert [signal.channel.kind for signal in recording.signals] == ["emg", "emg", "other", "acc"]
    assert {signal.rate_hz for signal in recording.signals} == {1000}
    written = ezc3d.c3d(str(lab))["data"]["analogs"][0]
    np.testing.assert_allclose(recording["GM_L"].samples, written[0] * 1e6)


def test_a_description_helps_a_label_that_says_nothing(lab: Path) -> None:
    channel = open_recording(lab)["CH2"].channel
    assert (channel.label, channel.muscle, channel.side) == ("CH2", SHOULDER, "right")
    assert open_recording(lab)["GM_L"].channel.muscle == GLUTE


def test_events_come_in_order_of_time(lab: Path) -> None:
    assert [(event.label, event.onset_s) for event in open_recording(lab).events] == [
        ("General rest", pytest.approx(0.5)),
        ("Left raise", pytest.approx(1.5)),
    ]


def test_a_truncated_file_offers_what_can_be_read(lab: Path) -> None:
    whole = open_recording(lab)
    lab.write_bytes(lab.read_bytes()[:-12_000])
    with pytest.raises(
        TruncatedError, match=r"promises 2 s; the first .* can be read with --allow-truncated"
    ) as caught:
        open_recording(lab)
    part = open_recording(lab, allow_truncated=True)
    size = part["GM_L"].samples.size
    assert 0 < size < 2000
    assert caught.value.readable_s == pytest.approx(size / 1000)
    np.testing.assert_array_equal(part["GM_L"].samples, whole["GM_L"].samples[:size])


@pytest.mark.parametrize("size", [3, 100, 600, 3000])
def test_a_damaged_file_is_refused_in_one_line(lab: Path, size: int) -> None:
    lab.write_bytes(lab.read_bytes()[:size])
    with pytest.raises(UnreadableError) as caught:
        open_recording(lab)
    assert "\n" not in str(caught.value)


def test_real_files_of_two_laboratories_open(shared_data: Path) -> None:
    walk = open_recording(shared_data / "real" / "gait_bilateral.c3d")
    assert walk.duration_s == pytest.approx(4.87)
    emg = [signal.channel.label for signal in walk.signals if signal.channel.kind == "emg"]
    assert len(emg) == 16
    assert {"LGRF", "RGRF"} <= set(emg)
    assert walk["F1X"].channel.kind == "other"
    lift = open_recording(shared_data / "real" / "box_lift_shoulder.c3d")
    assert lift["Trap_sup.EMG6"].channel.muscle == SHOULDER
    assert lift["Trap_inf.EMG7"].channel.muscle == "lower trapezius"
    assert lift["Trap_sup.EMG6"].rate_hz == 2000
