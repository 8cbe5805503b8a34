import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recordings.model import Channel, FloatArray
from sensors.decoders import decode, decoder_of, packed
from sensors.errors import PacketError, SensorError
from sensors.model import Packet, Setting, Stream
from sensors.packing import INT24_MAX, SAMPLE_TYPES, SampleType, pack, unpack

shapes = hnp.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=12)
times = st.none() | st.floats(allow_nan=False, allow_infinity=False)
counters = st.integers(0, 2**32 - 1)


@given(hnp.arrays(np.float64, shapes, elements=st.floats(allow_nan=True)), counters, times)
def test_doubles_come_back_bit_for_bit(samples: FloatArray, counter: int, device_s: float | None) -> None:
    back, again, time_s = unpack(pack(samples, counter=counter, device_s=device_s))
    np.testing.assert_array_equal(back, samples)
    assert (again, time_s) == (counter, device_s)


@given(hnp.arrays(np.float32, shapes, elements=st.floats(width=32)))
def test_singles_come_back_bit_for_bit(samples: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    back, _, _ = unpack(pack(samples.astype(np.float64), sample_type="float32"), sample_type="float32")
    np.testing.assert_array_equal(back, samples)


@given(
    hnp.arrays(np.int64, shapes, elements=st.integers(-INT24_MAX, INT24_MAX)),
    st.sampled_from([1.0, 0.05, 0.0005, 2.0**-7]),
    st.integers(0, 3),
)
def test_whole_multiples_of_the_scale_come_back_exactly(
    numbers: np.ndarray[tuple[int, int], np.dtype[np.int64]], scale: float, lost: int
) -> None:
    samples: FloatArray = (numbers * scale).astype(np.float64)
    samples[:, :lost] = np.nan
    back, _, _ = unpack(pack(samples, sample_type="int24", scale=scale), sample_type="int24", scale=scale)
    np.testing.assert_array_equal(back, samples)


def test_what_is_beyond_24_bits_stays_at_their_end() -> None:
    samples = np.array([[1e12, -1e12, np.inf, -np.inf]])
    back, _, _ = unpack(pack(samples, sample_type="int24"), sample_type="int24")
    assert back.tolist() == [[INT24_MAX, -INT24_MAX, INT24_MAX, -INT24_MAX]]


def test_the_layout_is_the_documented_one() -> None:
    raw = pack(np.array([[1.0, 2.0], [-1.0, -2.0]]), counter=5, device_s=0.5, sample_type="int24")
    assert raw.hex() == "05000000" + "000000000000e03f" + "0200" + "0200" + "010000ffffff020000feffff"


@given(st.binary(max_size=200), st.sampled_from(SAMPLE_TYPES), st.floats(1e-6, 1e6))
def test_any_bytes_give_samples_or_a_packet_error(raw: bytes, sample_type: SampleType, scale: float) -> None:
    with contextlib.suppress(PacketError):
        decoded = packed({"sample_type": sample_type, "scale": scale})(raw)
        assert len(decoded) == bool(raw)
        assert all(part.samples.ndim == 2 for part in decoded)
        assert all(part.device_s is None or math.isfinite(part.device_s) for part in decoded)


def test_a_packet_error_keeps_the_bytes() -> None:
    raw = pack(np.zeros((2, 3)))[:-1]
    with pytest.raises(
        PacketError, match="a packet of 2 channels of 3 samples has 64 bytes, not 63"
    ) as caught:
        unpack(raw)
    assert caught.value.raw == raw


@pytest.mark.parametrize(
    "settings", [{"sample_type": "float16"}, {"scale": "1"}, {"scale": None}, {"scale": math.nan}]
)
def test_settings_that_are_not_understood_are_refused(settings: dict[str, Setting]) -> None:
    with pytest.raises(PacketError, match=r"sample|scale"):
        packed(settings)(pack(np.zeros((1, 1))))


def stream(**changes: object) -> Stream:
    fields: dict[str, object] = {"decoder": "packed", **changes}
    return Stream("glute", (Channel("GM_L"),), 2000.0, "one", **fields)  # type: ignore[arg-type]


def test_a_counter_that_the_stream_does_not_have_is_not_made_up() -> None:
    packet = Packet("glute", 0.0, pack(np.zeros((1, 3)), counter=9))
    assert decode(packet, stream())[0].counter is None
    assert decode(packet, stream(settings={"counter_modulus": 16}))[0].counter == 9


def test_a_packet_of_another_stream_is_refused() -> None:
    with pytest.raises(PacketError, match="2 channels instead of 1"):
        decode(Packet("glute", 0.0, pack(np.zeros((2, 3)))), stream())


@pytest.mark.parametrize("changes", [{"decoder": "mystery"}, {"decoder_version": 2}])
def test_a_decoder_that_is_not_there_is_named(changes: dict[str, object]) -> None:
    with pytest.raises(SensorError, match=r"is not known here, there is packed 1[,;]"):
        decoder_of(stream(**changes))
