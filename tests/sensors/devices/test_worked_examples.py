"""The worked examples of the devices' protocols: bytes of others, or written down by hand from the layout."""

import struct

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sensors.devices import bitalino, ganglion, movesense, npg_lite, umyo
from sensors.errors import PacketError
from sensors.virtual.bitalino import encode as encode_bitalino
from sensors.virtual.ganglion import encode_values


def test_npg_lite_three_samples_with_the_counter_going_round() -> None:
    raw = bytes.fromhex("fe0800083403e8 ff0810083303e8 000820083203e8")
    (decoded,) = npg_lite.decoder({"channels": 3})(raw)
    assert decoded.counter == 254
    assert decoded.samples.T.tolist() == [[2048, 2100, 1000], [2064, 2099, 1000], [2080, 2098, 1000]]


def test_npg_lite_takes_one_sample_and_twenty_five_as_other_firmware_sends_them() -> None:
    one = bytes.fromhex("070800083403e8")
    decode = npg_lite.decoder({"channels": 3})
    assert decode(one)[0].samples.shape == (3, 1)
    (many,) = decode(b"".join(bytes([number]) + one[1:] for number in range(25)))
    assert many.samples.shape == (3, 25)


def test_npg_lite_a_hole_within_a_notification_is_told_by_its_counters() -> None:
    raw = bytes.fromhex("050800083403e8 090810083303e8")
    first, second = npg_lite.decoder({})(raw)
    assert (first.counter, second.counter) == (5, 9)


def test_npg_lite_a_notification_that_was_cut_short_is_refused() -> None:
    with pytest.raises(PacketError, match="cut short"):
        npg_lite.decoder({"channels": 6})(bytes(97))


def test_umyo_full_packet() -> None:
    values = [8190, 8191, *range(8192, 8214)]
    raw = bytes.fromhex("60090000 fe1f ff1f 0020 0120") + struct.pack("<20h", *values[4:])
    assert len(raw) == 52
    (decoded,) = umyo.decoder({})(raw)
    assert decoded.counter == 2400
    assert decoded.samples.tolist() == [values]


@pytest.mark.parametrize(("size", "samples"), [(20, 8), (36, 16), (52, 24), (60, 24)])
@pytest.mark.parametrize("front", [b"", b"\x02"])
def test_umyo_every_size_of_packet_in_both_versions(size: int, samples: int, front: bytes) -> None:
    front = b"\x01" if front and size == 60 else front
    raw = front + struct.pack("<I", 77) + struct.pack(f"<{(size - 4) // 2}h", *range((size - 4) // 2))
    decoded = umyo.decoder({})(raw)
    assert decoded[0].counter == 77
    assert decoded[0].samples.tolist() == [list(range(samples))]


@pytest.mark.parametrize("front", [b"", b"\x03"])
def test_umyo_movement_belongs_to_the_emg_before_it(front: bytes) -> None:
    aux = front + bytes.fromhex("004000e00000 e80318fc0000 000000000000 007d000000000000")
    decode = umyo.decoder({})
    assert decode(aux) == []
    decode(struct.pack("<I", 48 * 51) + bytes(48))
    imu, mag, turn = decode(aux)
    assert [imu.part, mag.part, turn.part] == ["imu", "mag", "turn"]
    assert imu.counter == 51
    acc_g, gyro_dps = imu.samples[:3, 0] / 9.80665, np.degrees(imu.samples[3:, 0])
    assert_allclose(acc_g, [1.0, -0.5, 0.0])
    assert_allclose(gyro_dps, [17.4997, -17.4997, 0.0], atol=5e-5)
    assert turn.samples[:, 0].tolist() == [1, 0, 0, 0]


def test_bitalino_frame_of_two_inputs() -> None:
    frame = bytes.fromhex("0062c95f")
    assert bitalino.checksum(frame) == 0xF
    assert bitalino.read_frame(frame, 2) == [600, 512]
    (decoded,) = bitalino.decoder({"inputs": 2})(
        frame + b"".join(encode_bitalino([512, 512], sequence) for sequence in (6, 7))
    )
    assert decoded.counter == 5
    assert decoded.samples[0, 0] / 1000 == pytest.approx(0.281, abs=5e-4)
    assert decoded.samples[1, 0] == 0


@pytest.mark.parametrize(("inputs", "size"), [(1, 3), (2, 4), (3, 6), (4, 7), (5, 8), (6, 8)])
def test_bitalino_frames_of_all_sizes_as_the_formulas_have_them(inputs: int, size: int) -> None:
    counts = [600, 513, 1022, 3, 41, 22][:inputs]
    b = encode_bitalino(counts, 9)
    assert len(b) == size == bitalino.frame_bytes(inputs)
    by_hand = [((b[-2] & 0xF) << 6) | (b[-3] >> 2)]
    if inputs > 1:
        by_hand.append(((b[-3] & 3) << 8) | b[-4])
    if inputs > 2:
        by_hand.append((b[-5] << 2) | (b[-6] >> 6))
    if inputs > 3:
        by_hand.append(((b[-6] & 0x3F) << 4) | (b[-7] >> 4))
    if inputs > 4:
        by_hand.append(((b[-7] & 0xF) << 2) | (b[-8] >> 6))
    if inputs > 5:
        by_hand.append(b[-8] & 0x3F)
    assert by_hand == counts == bitalino.read_frame(b, inputs)
    assert b[-1] >> 4 == 9
    assert bitalino.checksum(b) == b[-1] & 0xF == _checksum_bit_by_bit(b)


def _checksum_bit_by_bit(frame: bytes) -> int:
    """The polynomial's remainder, as its definition has it."""
    rest = int.from_bytes(frame, "big") & ~0xF
    for place in range(8 * len(frame) - 1, 3, -1):
        if rest >> place & 1:
            rest ^= 0b10011 << (place - 4)
    return rest


CAPTURED = bytes.fromhex("6A0097C02A3001380159601764038300783002B2")


def test_ganglion_captured_packet_by_firmware_2() -> None:
    assert ganglion.read_fields(CAPTURED, 19) == [1214, 2700, 624, 5526, 2994, 3596, 3846, 690]
    decode = ganglion.decoder({"firmware": 2})
    assert decode(CAPTURED) == []
    for number in range(6):
        decode(bytes([number + 100 if number else 0]) + bytes(19))
    (decoded,) = decode(CAPTURED)
    assert decoded.counter == 2 * 6 - 1
    counts = np.rint(decoded.samples / ganglion.UV_PER_COUNT)
    assert counts.T.tolist() == [[-1214, -2700, -624, -5526], [-4208, -6296, -4470, -6216]]
    assert_allclose(decoded.samples[:, 1], [-7.869, -11.773, -8.359, -11.624], atol=5e-4)


def test_ganglion_captured_packet_by_firmware_3() -> None:
    (decoded,) = ganglion.decoder({"firmware": 3})(CAPTURED)
    assert decoded.counter == 2 * 6
    assert np.rint(decoded.samples[:, 0] / ganglion.UV_PER_COUNT).tolist() == [38848, 86400, 19968, 176832]
    assert_allclose(decoded.samples[:, 0], [72.64, 161.56, 37.34, 330.67], atol=5e-3)


def test_ganglion_firmware_3_written_by_hand() -> None:
    raw = bytes.fromhex("640003dfff8403437f9790007dfff0400007ffff")
    counts = [1000, -1000, 53476, -53476, 2000, -2000, 0, -32]
    assert encode_values(0, counts, bits=19) == raw
    (decoded,) = ganglion.decoder({"firmware": 3})(raw)
    values = np.rint(decoded.samples.T.ravel() / ganglion.UV_PER_COUNT).tolist()
    assert values == [960, -1024, 53440, -53504, 1984, -2048, 0, -64]


def test_ganglion_impedance_is_no_sample() -> None:
    for firmware in (2, 3):
        assert ganglion.decoder({"firmware": firmware})(bytes.fromhex("CA313230375A")) == []


def test_movesense_acceleration() -> None:
    raw = bytes([2, 1]) + bytes.fromhex("03de010055ab8bbf69f78d4081dd0a41") + bytes(36)
    (decoded,) = movesense.decoder({"layout": "acc", "rate_hz": 52})(raw)
    assert decoded.device_s == pytest.approx(122.371)
    assert decoded.samples.shape == (3, 4)
    assert_allclose(decoded.samples[:, 0], [-1.09117, 4.43645, 8.67908], atol=5e-6)


def test_movesense_angular_rate() -> None:
    raw = bytes([2, 1]) + bytes.fromhex("03de0100295c8f3f666606c03e0a57be") + bytes(36)
    (decoded,) = movesense.decoder({"layout": "gyro", "rate_hz": 52})(raw)
    assert_allclose(np.degrees(decoded.samples[:, 0]), [1.12, -2.10, -0.21], atol=1e-6)


def test_movesense_both_in_one_packet() -> None:
    gyro = struct.pack("<3f", -0.98, -1.33, -0.35)
    acc = bytes.fromhex("94b578bf") + struct.pack("<2f", 4.26895, 8.85615)
    raw = bytes([2, 1]) + bytes.fromhex("aca10200") + acc + bytes(36) + gyro + bytes(36)
    assert len(raw) == 2 + 100
    (decoded,) = movesense.decoder({"layout": "imu6", "rate_hz": 52})(raw)
    assert decoded.device_s == pytest.approx(172.460)
    assert_allclose(decoded.samples[:3, 0], [-0.97152, 4.26895, 8.85615], atol=5e-6)
    assert_allclose(np.degrees(decoded.samples[3:, 0]), [-0.98, -1.33, -0.35], atol=1e-6)
    assert not decoded.samples[:, 1:].any()


def test_movesense_magnetic_field() -> None:
    payload = bytes.fromhex("aca10200de9cfe41708636c2a5026cc1")
    device_s, samples = movesense.read_payload(payload, "magn")
    assert device_s == pytest.approx(172.460)
    assert_allclose(samples[:, 0], [31.8266, -45.6313, -14.7506], atol=5e-5)


def test_movesense_electrocardiogram() -> None:
    device_s, samples = movesense.read_payload(bytes.fromhex("eadc0100000000000000ffffeeff1500"), "ecg")
    assert device_s == pytest.approx(122.090)
    assert_allclose(samples[0], [0, 0, 0, -0.001, -0.018, 0.021])


def test_movesense_a_packet_in_two_parts_is_joined() -> None:
    payload = struct.pack("<I", 5000) + struct.pack("<48f", *range(48))
    decode = movesense.decoder({"layout": "imu6", "rate_hz": 104})
    assert decode(bytes([2, 9]) + payload[:150]) == []
    (decoded,) = decode(bytes([3, 9]) + payload[150:])
    assert decoded.samples.shape == (6, 8)
    assert decoded.samples[:3].T.ravel().tolist() == list(range(24))


def test_movesense_packets_of_another_size_are_understood_one_later_and_then_at_once() -> None:
    decode = movesense.decoder({"layout": "imu6", "rate_hz": 104})
    packets = [bytes([2, 9]) + struct.pack("<I", 40 * n) + bytes(4 * 24) for n in range(4)]
    assert [len(decode(raw)) for raw in packets] == [0, 2, 1, 1]


def test_movesense_a_number_that_is_none_is_a_lost_sample() -> None:
    payload = struct.pack("<I3f", 5, 1.0, float("inf"), 2.0) + bytes.fromhex("0100807f") + bytes(8)
    _, samples = movesense.read_payload(payload, "acc")
    assert np.isnan(samples).tolist() == [[False, True], [True, False], [False, False]]


def test_movesense_an_answer_is_no_sample() -> None:
    assert movesense.decoder({})(bytes.fromhex("0101c800")) == []
