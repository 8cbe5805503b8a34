"""Every sample in its place. Truth: each sample carries its own index as its value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.model import Channel, FloatArray
from sensors.errors import SensorError
from sensors.model import Decoded, Packet, Setting, Stream
from sensors.place import Placer

STEP, RATE_HZ = 10, 1000.0


def stream(modulus: int | None = None, *, step: int = STEP) -> Stream:
    settings: dict[str, Setting] = (
        {} if modulus is None else {"counter_modulus": modulus, "samples_per_count": step}
    )
    return Stream("glute", (Channel("GM_L"),), RATE_HZ, "one", "packed", settings=settings)


def feed(
    numbers: list[int],
    *,
    modulus: int | None,
    with_time: bool = True,
    late_s: list[float] | None = None,
    true_rate_hz: float = RATE_HZ,
) -> tuple[Placer, FloatArray]:
    """Send the packets of these numbers; return all that was placed, in order."""
    placer = Placer(stream(modulus))
    pieces = [np.zeros(0)]
    for place, number in enumerate(numbers):
        samples = np.arange(number * STEP, (number + 1) * STEP, dtype=np.float64)[None, :]
        arrival_s = (number + 1) * STEP / true_rate_hz + (0.004 if late_s is None else late_s[place])
        decoded = Decoded(
            samples,
            None if modulus is None else number % modulus,
            77.0 + number * STEP / RATE_HZ if with_time else None,
        )
        block = placer.feed(Packet("glute", arrival_s, b""), decoded)
        if block is not None:
            assert block.first == sum(piece.size for piece in pieces)
            pieces.append(block.samples[0])
    return placer, np.concatenate(pieces)


def expected(numbers: list[int]) -> FloatArray:
    """Return what must come out: each sample at its index, NaN for those that never came."""
    samples = np.full((max(numbers) + 1) * STEP, np.nan)
    for number in numbers:
        samples[number * STEP : (number + 1) * STEP] = np.arange(number * STEP, (number + 1) * STEP)
    return samples[numbers[0] * STEP :]


gaps = st.lists(st.sampled_from([1] * 12 + [2, 3, 7, 15, 16, 17, 160, 5000]), min_size=5, max_size=80)


@given(gaps, st.sampled_from([3, 16, 100, 256, 2**16, 2**32]))
def test_any_gap_is_as_long_as_it_was(steps: list[int], modulus: int) -> None:
    numbers = np.concatenate([[0], np.cumsum(steps)]).tolist()
    placer, samples = feed(numbers, modulus=modulus)
    np.testing.assert_array_equal(samples, expected(numbers))
    assert placer.lost == np.count_nonzero(np.isnan(samples))
    assert placer.received == len(numbers) * STEP
    assert placer.in_doubt == 0


@given(gaps, st.floats(0.9, 1.1))
def test_a_device_time_that_runs_at_another_rate_tells_them_too(steps: list[int], ratio: float) -> None:
    # A second without a loss comes first, as it does in a pre-flight: it shows the rate.
    numbers = list(range(150)) + (150 + np.cumsum(steps)).tolist()
    _, samples = feed(numbers, modulus=256, true_rate_hz=RATE_HZ * ratio)
    np.testing.assert_array_equal(samples, expected(numbers))


@given(
    st.lists(st.sampled_from([1] * 20 + [2, 5, 255, 256, 257, 1000]), min_size=3, max_size=30),
    st.lists(st.floats(0, 0.12), min_size=400, max_size=400),
)
def test_without_a_device_time_arrivals_tell_how_often_a_counter_went_round(
    steps: list[int], late_s: list[float]
) -> None:
    numbers = list(range(300)) + (300 + np.cumsum(steps)).tolist()
    late = [0.004 + late_s[place % len(late_s)] for place in range(len(numbers))]
    _, samples = feed(numbers, modulus=256, with_time=False, late_s=late)
    np.testing.assert_array_equal(samples, expected(numbers))


@given(st.integers(0, 200), st.integers(1, 40), st.integers(2, 30))
def test_packets_that_come_again_or_late_never_make_a_sample_twice(at: int, back: int, n: int) -> None:
    numbers = list(range(at + 2))
    again = [max(0, at + 1 - back + k) for k in range(min(n, back + 1))]
    numbers = [*numbers, *again, *range(at + 2, at + 40)]
    placer, samples = feed(numbers, modulus=256, late_s=[0.004 + 0.0 * number for number in numbers])
    np.testing.assert_array_equal(samples, expected(sorted(set(numbers))))
    assert placer.duplicates + placer.late == len(again)
    assert placer.lost == 0


def test_a_packet_that_is_late_leaves_its_gap() -> None:
    numbers = [0, 1, 3, 2, 4]
    placer, samples = feed(numbers, modulus=256, late_s=[0.004, 0.004, 0.004, 0.024, 0.014])
    np.testing.assert_array_equal(samples, expected([0, 1, 3, 4]))
    assert (placer.late, placer.lost) == (1, STEP)


@pytest.mark.parametrize("modulus", [256, 2**16, 2**32])
@pytest.mark.parametrize("with_time", [True, False])
def test_a_late_packet_is_no_turn_of_the_counter(modulus: int, with_time: bool) -> None:  # noqa: FBT001
    numbers = [*range(300), 301, 300, 302, 303, 303]
    placer, samples = feed(numbers, modulus=modulus, with_time=with_time, late_s=[0.03] * len(numbers))
    np.testing.assert_array_equal(samples, expected([*range(300), 301, 302, 303]))
    assert (placer.late, placer.duplicates) == (1, 1)


@pytest.mark.parametrize("modulus", [2**16, 2**32])
def test_a_device_that_begins_anew_goes_on_where_its_arrivals_say(modulus: int) -> None:
    placer = Placer(stream(modulus))
    position = 0
    for number in [*range(5000), *range(5400, 6000)]:
        since = number if number < 5000 else number - 5400
        arrival_s = (number + 1) * STEP / RATE_HZ + 0.004
        decoded = Decoded(np.zeros((1, STEP)), since, since * STEP / RATE_HZ)
        block = placer.feed(Packet("glute", arrival_s, b""), decoded)
        assert block is not None
        position = block.first + block.samples.shape[1]
    assert position == pytest.approx(6000 * STEP, abs=STEP)
    assert placer.lost == pytest.approx(400 * STEP, abs=STEP)
    assert placer.in_doubt == 1


def test_packets_held_back_by_the_computer_are_no_loss() -> None:
    numbers = list(range(200))
    late_s = [0.004 + max(0.0, 1.45 - number / 100) * (100 <= number < 145) for number in numbers]
    for modulus in (16, 256):
        placer, samples = feed(numbers, modulus=modulus, with_time=False, late_s=late_s)
        np.testing.assert_array_equal(samples, expected(numbers))
        assert placer.in_doubt == 0


def test_a_short_counter_goes_round_in_a_gap_as_often_as_arrivals_say() -> None:
    for gap in (40, 300):
        sent = [*range(200), *range(200 + gap, 300 + gap)]
        rng = np.random.default_rng(gap)
        late_s = (0.004 + rng.exponential(0.004, len(sent))).tolist()
        placer, samples = feed(sent, modulus=16, with_time=False, late_s=late_s)
        np.testing.assert_array_equal(samples, expected(sent))
        assert placer.in_doubt == 0


def test_a_gap_whose_end_came_late_altogether_is_in_doubt() -> None:
    # 16 packets take 160 ms; all that came after the gap came 75 ms late, so that it may be one round or two
    sent = [*range(200), *range(300, 400)]
    late_s = [0.004] * 200 + [0.079] * 100
    placer, samples = feed(sent, modulus=16, with_time=False, late_s=late_s)
    assert placer.in_doubt == 1
    assert samples.size == pytest.approx(400 * STEP, abs=16 * STEP)


def test_without_a_counter_loss_is_said_to_be_unknown_but_long_gaps_are_kept() -> None:
    numbers = [*range(200), 201, *range(400, 500)]
    for with_time in (True, False):
        placer, samples = feed(numbers, modulus=None, with_time=with_time)
        assert not placer.loss_known
        assert placer.received == len(numbers) * STEP
        assert samples.size == pytest.approx(500 * STEP, abs=3 * STEP)
        assert np.isnan(samples).sum() == placer.lost


def test_a_counter_may_count_samples() -> None:
    placer = Placer(stream(256, step=1))
    for first in (250, 260, 300):
        decoded = Decoded(np.zeros((1, 10)), first % 256, None)
        block = placer.feed(Packet("glute", (first + 10) / RATE_HZ, b""), decoded)
        assert block is not None
        assert block.first + block.samples.shape[1] == first - 250 + 10
    assert placer.lost == 30


def test_a_device_clock_that_is_set_anew_does_not_tear_the_recording() -> None:
    placer = Placer(stream(256))
    ends: list[int] = []
    for number in range(300):
        device_s = number * 0.01 if number < 200 else 1e9 + number * 0.01
        decoded = Decoded(np.zeros((1, STEP)), number % 256, device_s)
        block = placer.feed(Packet("glute", 0.01 * number + 0.014, b""), decoded)
        assert block is not None
        ends.append(block.first + block.samples.shape[1])
    assert ends == [STEP * (number + 1) for number in range(300)]


def test_an_empty_packet_is_nothing() -> None:
    assert Placer(stream()).feed(Packet("glute", 0.0, b""), Decoded(np.zeros((1, 0)))) is None


@pytest.mark.parametrize("value", [0, -1, 2.5, "256", True])
def test_settings_that_are_not_understood_are_refused(value: Setting) -> None:
    settings: dict[str, Setting] = {"counter_modulus": value}
    with pytest.raises(SensorError, match="positive whole number"):
        Placer(Stream("glute", (Channel("GM_L"),), RATE_HZ, "one", "packed", settings=settings))
