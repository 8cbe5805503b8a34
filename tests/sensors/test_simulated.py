import asyncio
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from recordings.synth import SCENARIOS, Schedule, simulate
from sensors.decoders import decode
from sensors.errors import SourceUnavailable
from sensors.feed import Feed
from sensors.model import Source
from sensors.open import open_source, open_sources
from sensors.pace import pace_for
from sensors.simulated import SimulatedSource

Listen = Callable[..., list[Any]]
FAST = "speed=1000"


def two(options: str, *, scenario: str = "shoulder_first") -> tuple[SimulatedSource, SimulatedSource]:
    glute, shoulder = open_sources(*(f"sim:{scenario}?{options}#{site}" for site in ("glute", "shoulder")))
    assert isinstance(glute, SimulatedSource)
    assert isinstance(shoulder, SimulatedSource)
    return glute, shoulder


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_live_person_is_the_one_of_the_simulator(listen: Listen, scenario: Any) -> None:
    cues = [(4.0, "raise"), (13.0, "raise")]
    schedule = Schedule(cues_s=(4.0, 13.0, *range(100, 108)), duration_s=25.0)
    heard = listen(*two(f"{FAST}&seed=5&start=0", scenario=scenario), seconds=20.0, cues=cues)
    truth = simulate(scenario, seed=5, schedule=schedule)
    told = heard[0].source.truth()
    assert told.raises == truth.truth.raises[:2]
    assert told.lags_ms == truth.truth.lags_ms[:2]
    for one, signal in zip(heard, truth.recording.signals, strict=True):
        first, samples = one.placed(one.source.streams[0].name)
        assert first == 0
        # The sensor sends steps of 0.05 microvolt.
        np.testing.assert_allclose(samples[0], signal.samples[: samples.shape[1]], atol=0.0251)
        assert samples.shape[1] > 19.9 * 2000


@pytest.mark.parametrize("speed", [1, 20, 200])
def test_at_any_speed_the_rate_is_right_and_cues_are_followed(listen: Listen, speed: int) -> None:
    seconds = 2.5 if speed == 1 else 35.0
    cues = [(1.0, "raise")] if speed == 1 else [(5.0, "practice_raise"), (15.0, "raise"), (26.0, "raise")]
    began = time.monotonic()
    glute, shoulder = listen(*two(f"speed={speed}&drift_ppm=80"), seconds=seconds, cues=cues)
    assert time.monotonic() - began == pytest.approx(seconds / speed, abs=1.0)
    truth = glute.source.truth()
    assert shoulder.source.truth().raises == truth.raises
    done = sorted((*truth.practice, *truth.raises), key=lambda one: one.cue_s)
    assert [one.cue_s for one in done] == pytest.approx([at_s for at_s, _ in cues], abs=0.05)
    for one in done:
        assert 0.35 <= one.glute_onset_s - one.cue_s <= 0.6
    for heard in (glute, shoulder):
        _, samples = heard.placed(heard.source.streams[0].name)
        assert samples.shape[1] / (heard.packets[-1].arrival_s - heard.packets[0].arrival_s) == pytest.approx(
            2000, rel=0.02
        )
        clock = heard.placers[heard.source.streams[0].name].clock
        assert clock.line()[0] == pytest.approx(2000.16, rel=2e-3 if speed == 1 else 1e-4)


def test_activity_is_where_the_truth_says(listen: Listen) -> None:
    (glute, shoulder) = listen(*two(FAST), seconds=32.0, cues=[(8.0 * n, "raise") for n in range(1, 4)])
    truth = glute.source.truth()
    for heard, bursts in ((glute, truth.glute_bursts), (shoulder, truth.shoulder_bursts)):
        _, samples = heard.placed(heard.source.streams[0].name)
        clock = heard.placers[heard.source.streams[0].name].clock.fitted()
        # Differences leave out what is slow: heart beat and wander.
        size = np.abs(np.diff(samples[0]))
        times_s = clock.start_s + np.arange(size.size) / clock.rate_hz
        active = np.zeros(times_s.size, dtype=bool)
        for burst in bursts:
            active |= (times_s > burst.onset_s + 0.3) & (times_s < burst.end_s - 0.4)
            before = (times_s > burst.onset_s - 0.5) & (times_s < burst.onset_s - 0.02)
            assert np.median(size[before]) < 3
        assert np.median(size[active]) > 5


def test_a_cue_told_to_both_sensors_is_heard_once_and_names_the_leg() -> None:
    async def run() -> tuple[SimulatedSource, SimulatedSource]:
        glute, shoulder = two(FAST)
        pace = pace_for(200)
        await glute.start(pace)
        await shoulder.start(pace)
        for at_s in (5.0, 15.0):
            for source in (glute, shoulder):
                source.hear("raise", at_s, leg="right")
                source.hear("rest", at_s, leg="right")
        return glute, shoulder

    glute, shoulder = asyncio.run(run())
    assert len(glute.truth().raises) == len(shoulder.truth().raises) == 2
    assert [source.streams[0].channels[0].label for source in (glute, shoulder)] == ["GM_R", "UT_L"]
    assert [source.streams[0].channels[0].side for source in (glute, shoulder)] == ["right", "left"]


def test_two_sessions_never_share_a_person(listen: Listen) -> None:
    first, _ = listen(*two(FAST), seconds=3.0, cues=[(1.0, "raise")])
    second, _ = listen(*two(FAST), seconds=3.0)
    assert len(first.source.truth().raises) == 1
    assert second.source.truth().raises == ()


def test_a_reference_shrug_is_of_the_shoulder_alone(listen: Listen) -> None:
    glute, _ = listen(*two(FAST, scenario="shoulder_silent"), seconds=8.0, cues=[(2.0, "reference_shoulder")])
    truth = glute.source.truth()
    assert 2.35 <= truth.reference.onset_s <= 2.6
    assert truth.shoulder_bursts == (truth.reference,)
    assert truth.glute_bursts == ()


@pytest.mark.parametrize("counter", [4, 8, 32])
@pytest.mark.parametrize("loss", [0.0, 0.01, 0.05])
def test_every_surviving_sample_sits_at_its_true_index(listen: Listen, counter: int, loss: float) -> None:
    cues = [(2.0, "raise")]
    faulty, _ = two(f"{FAST}&counter={counter}&loss={loss}&drift_ppm=90&drop=3-3.5&drop=8-19&offset=70")
    whole, _ = two(f"{FAST}&drift_ppm=90")
    (lossy,) = listen(faulty, seconds=25.0, cues=cues)
    (full,) = listen(whole, seconds=25.0, cues=cues)
    first, samples = lossy.placed("glute")
    _, truth = full.placed("glute")
    same = truth[:, 20 * first : 20 * first + samples.shape[1]]
    survived = np.isfinite(samples)
    np.testing.assert_array_equal(samples[survived], same[survived])
    # None twice, none left out: as many as the packets held.
    stream = faulty.streams[0]
    assert np.count_nonzero(survived) == sum(
        decoded.samples.size for packet in lossy.packets for decoded in decode(packet, stream)
    )
    placer = lossy.placers["glute"]
    assert placer.in_doubt == placer.late == placer.duplicates == 0
    assert placer.lost == np.count_nonzero(~survived)
    assert placer.lost / samples.shape[1] == pytest.approx(11.5 / 25 + loss * 13.5 / 25, abs=0.02)


@pytest.mark.parametrize("options", ["dead=1", "dies=2", "drop=1-50"])
def test_a_sensor_that_is_gone_is_silence_and_no_end(listen: Listen, options: str) -> None:
    (heard,) = listen(open_source(f"sim:together?speed=50&{options}#glute"), seconds=10.0)
    last_s = max((packet.arrival_s for packet in heard.packets), default=0.0)
    assert last_s < 2.0
    assert (len(heard.packets) > 50) == (options != "dead=1")


def test_a_sensor_that_dropped_out_says_so_until_it_is_back() -> None:
    async def run() -> list[bool]:
        pace = pace_for(100)
        source = open_source("sim:together?speed=100&drop=2-4&dies=9&battery=50#glute")
        states = [source.status().connected]
        await source.start(pace)
        for at_s in (1, 3, 5, 10):
            await pace.sleep(at_s - pace.now_s())
            states.append(source.status().connected)
        assert 49.9 < (source.status().battery_percent or 0) < 50
        await source.close()
        return [*states, source.status().connected]

    assert asyncio.run(run()) == [False, True, False, True, False, False]


def test_someone_silent_does_not_move_and_electrodes_in_the_air_hum(listen: Listen) -> None:
    cues = [(1.0, "raise"), (5.0, "reference_shoulder")]
    silent, _ = listen(*two(FAST, scenario="silent"), seconds=8.0, cues=cues)
    assert silent.source.truth().glute_bursts == silent.source.truth().shoulder_bursts == ()
    assert np.std(silent.placed("glute")[1]) < 5
    noise, _ = listen(*two(FAST, scenario="noise"), seconds=8.0, cues=cues)
    assert np.std(noise.placed("glute")[1]) > 100


def test_a_movement_sensor_feels_the_leg_go_up_and_down(listen: Listen) -> None:
    glute, shoulder = listen(*two(f"{FAST}&imu=1"), seconds=20.0, cues=[(5.0, "raise"), (12.0, "raise")])
    names = [stream.name for stream in glute.source.streams]
    assert names == ["glute", "glute-imu"]
    channels = glute.source.streams[1].channels
    assert channels[0].label == "THIGH_L_ACC_X"
    assert [channel.kind for channel in channels] == ["acc"] * 3 + ["gyro"] * 3
    assert {channel.device for stream in glute.source.streams for channel in stream.channels} == {
        "simulated glute"
    }
    _, samples = glute.placed("glute-imu")
    clock = glute.placers["glute-imu"].clock.fitted()
    times_s = clock.start_s + np.arange(samples.shape[1]) / clock.rate_hz
    height_deg = np.degrees(np.arctan2(samples[0], samples[2]))
    for one in glute.source.truth().raises:
        top = (times_s > one.glute.onset_s + 1.3) & (times_s < one.glute.end_s - 1.3)
        assert height_deg[top].mean() == pytest.approx(14 * one.glute.level, abs=0.3)
        around = (times_s > one.glute.onset_s - 1) & (times_s < one.glute.onset_s + 1.5)
        # a gyro does not show nothing when nothing turns
        zero = np.median(samples[4, times_s < 5])
        risen = -np.cumsum(samples[4, around] - zero) / clock.rate_hz
        assert np.degrees(risen[-1]) == pytest.approx(14 * one.glute.level, abs=0.8)
    assert np.abs(height_deg[times_s < 5]).max() < 1.5
    _, still = shoulder.placed("shoulder-imu")
    assert np.linalg.norm(still[:3], axis=0).mean() == pytest.approx(9.81, abs=0.05)
    assert np.ptp(np.degrees(np.arctan2(still[0], still[2]))) < 2


def test_a_sensor_may_send_envelopes(listen: Listen) -> None:
    cues = [(2.0, "raise")]
    smooth, plain = (
        listen(open_source(f"sim:together?{FAST}&start=0&{options}#glute"), seconds=8.0, cues=cues)[0]
        for options in ("envelope=50", "rate=1000")
    )
    channel = smooth.source.streams[0].channels[0]
    assert (channel.kind, channel.smoothing_ms) == ("envelope", 50)
    assert smooth.source.streams[0].nominal_rate_hz == 100
    size = np.abs(plain.placed("glute")[1][0])
    window = np.convolve(size, np.full(50, 1 / 50))[: size.size : 10]
    sent = smooth.placed("glute")[1][0]
    n = min(sent.size, window.size)
    np.testing.assert_allclose(sent[:n], window[:n], atol=0.06)


def test_packets_are_never_early_and_stay_in_order(listen: Listen) -> None:
    options = f"{FAST}&imu=1&start=0.5&interval_ms=50&jitter_ms=40&batch_ms=15.6&loss=0.05"
    (heard,) = listen(open_source(f"sim:together?{options}#glute"), seconds=20.0)
    for stream in heard.source.streams:
        packets = [packet for packet in heard.packets if packet.stream == stream.name]
        arrivals = [packet.arrival_s for packet in packets]
        assert arrivals == sorted(arrivals)
        for packet in packets:
            decoded = decode(packet, stream)[0]
            step = int(str(stream.settings["samples_per_count"]))
            last = (decoded.counter or 0) * step + step - 1
            late_s = packet.arrival_s - (0.5 + last / stream.nominal_rate_hz)
            assert 0.003 <= late_s <= 0.003 + 0.05 + 0.04 + 0.0157


def test_a_source_that_was_not_started_or_is_closed_says_so() -> None:
    async def run() -> None:
        source = open_source("sim:together#glute")
        with pytest.raises(SourceUnavailable, match="not started"):
            await anext(aiter(source.packets()))
        assert isinstance(source, SimulatedSource)
        with pytest.raises(SourceUnavailable, match="nothing happened yet"):
            source.truth()
        await source.close()
        with pytest.raises(SourceUnavailable, match="open it again"):
            await source.start(pace_for(1))

    asyncio.run(run())


@pytest.mark.parametrize("uri", ["sim:together?interval_ms=4000#glute", "sim:together?dead=1#glute"])
def test_it_closes_within_a_second_whatever_it_waits_for(uri: str) -> None:
    async def run() -> float:
        source = open_source(uri)
        await source.start(pace_for(1))
        reading = asyncio.create_task(_read(source))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await source.close()
        await asyncio.wait_for(reading, timeout=1.0)
        return time.monotonic() - began

    assert asyncio.run(run()) < 0.5


async def _read(source: Source) -> None:
    async for _ in source.packets():
        pass


def _an_hour(minutes: int, options: str) -> tuple[float, int]:
    """Run two sensors; return processor seconds, and how memory grew after the first fifth."""

    async def run() -> tuple[float, int]:
        pace = pace_for(5000)
        sources = two(f"speed=5000&{options}")
        for source in sources:
            await source.start(pace)

        async def follow(source: SimulatedSource) -> None:
            feed = Feed(source.streams)
            async for packet in source.packets():
                feed.take(packet)

        tasks = [asyncio.create_task(follow(source)) for source in sources]
        began, after_start, most = time.process_time(), 0, 0
        for minute in range(minutes):
            for source in sources:
                source.hear("raise", pace.now_s(), leg="left")
            await pace.sleep(60)
            if tracemalloc.is_tracing():
                used, _ = tracemalloc.get_traced_memory()
                after_start = used if minute < minutes // 5 else after_start
                most = max(most, used)
        for source in sources:
            await source.close()
        await asyncio.gather(*tasks)
        return time.process_time() - began, most - after_start

    return asyncio.run(run())


def test_time_does_not_grow_faster_than_the_recording() -> None:
    _an_hour(1, "rate=1000")
    short, long = (_an_hour(minutes, "rate=1000")[0] for minutes in (1, 6))
    assert long < 6 * 1.6 * short


@pytest.mark.soak
@pytest.mark.parametrize("options", ["rate=2000&imu=1&loss=0.02"])
def test_an_hour_of_two_sensors_in_flat_memory(options: str) -> None:
    seconds, _ = _an_hour(60, options)
    tracemalloc.start()
    _, grown = _an_hour(60, options)
    tracemalloc.stop()
    print(
        f"\nan hour of two sensors with {options}: {seconds:.1f} s of processor, {grown / 1e6:.2f} MB grown"
    )
    assert grown < 2e6
