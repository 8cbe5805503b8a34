"""Sessions with Bluetooth sensors from end to end: real ATT and GATT, a real message bus, bleak's own BlueZ.

The time of the session waits for the radio (`LockstepPace`), so the course is the same on any machine.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from firing_analyzer import recording_run
from firing_analyzer.errors import AnalysisError
from firing_analyzer.protocol import SessionPlan
from firing_analyzer.recording_run import Recorded, RecordingOrder, record
from firing_analyzer.session import Update
from recordings.journal import JournalReader
from recordings.open import open_recording
from sensors.describe import from_journal
from sensors.devices.registry import PROFILES
from sensors.feed import Feed
from sensors.model import Packet
from sensors.virtual.air import VirtualSensor
from sensors.virtual.bus import can_have_bus
from sensors.virtual.makers import worn_sensors
from sensors.virtual.wearer import Wearer
from tests.sensors.ble.lockstep import LockstepAir, LockstepPace

pytest.importorskip("bumble", reason="virtual GATT servers need the extra 'virtual'")
if not (sys.platform == "linux" and can_have_bus()):
    pytest.skip("a message bus of its own needs Linux and dbus-daemon", allow_module_level=True)

FIRST, SECOND = "F0:00:00:00:00:01", "F0:00:00:00:00:02"
#: Raises, after six seconds of rest and without practice.
PLAN = SessionPlan("left", repetitions=5, practice_raises=0, reference_shrug=False)
TEN = SessionPlan("left")
SHORT = SessionPlan("left", repetitions=1, practice_raises=0, reference_shrug=False, duration_s=16.0)


class Session:
    """A session that was recorded over the virtual radio."""

    def __init__(
        self, recorded: Recorded, sensors: list[VirtualSensor], codes: tuple[str, ...], wearer: Wearer
    ) -> None:
        self.recorded = recorded
        self.wearer = wearer
        self.sensors = sensors
        self._codes = codes

    def sent(self, number: int) -> list[bytes]:
        """All samples that a sensor sent, in order."""
        data = PROFILES[self._codes[number]].data
        return [raw for characteristic, raw in self.sensors[number].sent or () if characteristic == data]

    def came(self, stream: str) -> list[bytes]:
        """All that was written down of a stream, in order."""
        with JournalReader(self.recorded.journal) as journal:
            return [packet.raw for packet in journal.packets(stream)]

    def assert_all_samples_are_there(self, stream: str, number: int, *, lost: float = 0.0) -> None:
        """Each notification came once and in order, and each sample is saved in its place."""
        sent, came = self.sent(number), self.came(stream)
        assert came == sent[: len(came)]
        assert len(sent) - len(came) <= 3  # on the way when the session ended
        with JournalReader(self.recorded.journal) as journal:
            streams = [from_journal(one) for one in journal.streams]
            feed = Feed(streams)
            blocks = [
                block
                for packet in journal.packets(stream)
                for block in feed.take(Packet(stream, packet.arrival_s, packet.raw))
                if block.stream == stream
            ]
        assert not any(feed.rejected.values())
        placer = feed.placers[stream]
        assert placer.lost <= lost * (placer.received + placer.lost)
        assert (placer.duplicates, placer.late, placer.in_doubt) == (0, 0, 0)
        placed = np.concatenate([block.samples[0] for block in blocks])
        label = next(one.channels[0].label for one in streams if one.name == stream)
        saved = open_recording(self.recorded.saved.path)[label].samples
        assert saved.size == placed.size
        resolution = np.nanmax(np.abs(placed)) * 2**-22 + 1e-9
        np.testing.assert_allclose(saved, placed, rtol=0, atol=resolution)


class RecordOver(Protocol):
    def __call__(
        self, *codes: str, glute: str, shoulder: str, scenario: str = ..., plan: SessionPlan = ...
    ) -> Session: ...


@pytest.fixture
def record_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordOver:
    """Record with sensors of these codes; the person who wears them hears the cues."""

    def run(
        *codes: str, glute: str, shoulder: str, scenario: str = "shoulder_first", plan: SessionPlan = PLAN
    ) -> Session:
        from sensors.virtual.radio import virtual_radio  # noqa: PLC0415  (the optional library bumble)

        pace = LockstepPace()
        monkeypatch.setattr(recording_run, "pace_for", lambda _: pace)
        air = LockstepAir(pace, monkeypatch)
        wearer = Wearer(scenario)
        sensors = worn_sensors(codes, wearer)
        for sensor in sensors:
            sensor.sent = []

        def listen(update: Update) -> None:
            if update.cue is not None:
                wearer.hear(update.cue.label, air.now_s(), leg=plan.leg)

        async def go() -> Recorded:
            order = RecordingOrder(plan, f"ble:{glute}", f"ble:{shoulder}", tmp_path / "dataset", "01")
            async with asyncio.timeout(240), virtual_radio(sensors, air):
                return await record(order, observer=listen)

        return Session(asyncio.run(go()), sensors, tuple(code.partition(":")[0] for code in codes), wearer)

    return run


def verdict_of(session: Session) -> str:
    assert session.recorded.analysis is not None, session.recorded.problem
    return session.recorded.analysis.verdict


def test_a_pair_of_sensors_each_with_a_muscle_gives_the_verdict_of_the_scenario(
    record_over: RecordOver,
) -> None:
    session = record_over(
        "umyo", "umyo", glute=f"umyo:{FIRST}", shoulder=f"umyo:{SECOND}", scenario="glute_first"
    )
    assert verdict_of(session) == "glute_first"
    session.assert_all_samples_are_there("glute", 0)
    session.assert_all_samples_are_there("shoulder", 1)
    analysis = session.recorded.analysis
    assert analysis is not None
    timing = json.loads(analysis.to_json())["timing"]
    assert timing["shared_clock"] is False
    assert 0 < timing["error_ms"] < 20


@pytest.mark.parametrize("code", ["npg_lite", pytest.param("bitalino", marks=pytest.mark.soak)])
def test_two_muscles_on_one_device_give_the_verdict_of_the_scenario(
    code: str, record_over: RecordOver
) -> None:
    session = record_over(code, glute=f"{code}:{FIRST}#1", shoulder=f"{code}:{FIRST}#2")
    session.assert_all_samples_are_there("glute", 0)
    session.assert_all_samples_are_there("shoulder", 0)
    analysis = session.recorded.analysis
    assert analysis is not None
    assert json.loads(analysis.to_json())["timing"] == {"shared_clock": True, "error_ms": 0.0}
    assert verdict_of(session) == "shoulder_first"
    assert session.sensors[0].connections == 1


@pytest.mark.parametrize(("code", "lost"), [("npg_lite", 0.0), ("bitalino", 0.0), ("ganglion", 1 / 200)])
def test_every_sample_of_a_short_session_is_there(code: str, lost: float, record_over: RecordOver) -> None:
    session = record_over(
        f"{code}:glute",
        f"{code}:shoulder",
        glute=f"{code}:{FIRST}#1",
        shoulder=f"{code}:{SECOND}#1",
        plan=SHORT,
    )
    session.assert_all_samples_are_there("glute", 0, lost=lost)
    session.assert_all_samples_are_there("shoulder", 1, lost=lost)


@pytest.mark.soak
@pytest.mark.parametrize("scenario", ["shoulder_first", "glute_first"])
@pytest.mark.parametrize("code", ["npg_lite", "bitalino", "ganglion"])
def test_ten_raises_with_every_two_channel_device_give_the_verdict_of_the_scenario(
    code: str, scenario: str, record_over: RecordOver
) -> None:
    session = record_over(
        code,
        glute=f"{code}:{FIRST}#1",
        shoulder=f"{code}:{FIRST}#2",
        scenario=scenario,
        plan=SessionPlan("left"),
    )
    lost = 1 / 200 if code == "ganglion" else 0.0
    session.assert_all_samples_are_there("glute", 0, lost=lost)
    session.assert_all_samples_are_there("shoulder", 0, lost=lost)
    analysis = session.recorded.analysis
    assert analysis is not None
    told = analysis.session
    print(code, scenario, told.verdict, told.reasons, told.warnings, told.median_lag_ms, told.lag_interval_ms)
    if code != "ganglion":
        assert told.verdict == scenario
        return
    # At 200 Hz the margin is 100 ms, and the lags of the scenarios are hardly more.
    assert told.warnings == ("low_bandwidth",)
    assert told.verdict == scenario or told.reasons == ("near_margin",)
    assert told.median_lag_ms is not None
    assert (told.median_lag_ms < -75) == (scenario == "shoulder_first")
    assert told.p_shoulder_before_glute == pytest.approx(float(scenario == "shoulder_first"), abs=0.05)


def test_movement_of_one_site_and_emg_of_the_other_are_refused_with_the_reason(
    record_over: RecordOver, tmp_path: Path
) -> None:
    with pytest.raises(AnalysisError, match=r"THIGH_L_ACC_X.* movement, and UT_R is EMG.*the same way"):
        record_over(
            "movesense", "npg_lite:shoulder", glute=f"movesense:{FIRST}", shoulder=f"npg_lite:{SECOND}#1"
        )
    assert not list(tmp_path.rglob("*.journal"))


def test_two_movement_sensors_give_leg_raises_and_no_order_where_the_shoulder_lies_still(
    record_over: RecordOver,
) -> None:
    session = record_over(
        "movesense", "movesense", glute=f"movesense:{FIRST}", shoulder=f"movesense:{SECOND}", plan=PLAN
    )
    analysis = session.recorded.analysis
    assert analysis is not None
    told = json.loads(analysis.to_json())
    assert told["recording"]["kind"] == "imu"
    assert told["session"]["verdict"] == "cannot_tell"
    assert told["session"]["reasons"] == ["no_shoulder_movement"]
    assert told["session"]["repetitions"] == 5
    truth = session.wearer.person.truth()
    for row, one in zip(told["repetitions"], truth.raises, strict=True):
        assert one.glute_onset_s is not None
        # the leg begins to rise some time after the muscle
        assert 0 < row["leg_start_s"] - one.glute_onset_s < 0.3
        assert 8 < row["leg_height_deg"] < 20
    assert 0 < told["timing"]["error_ms"] < 20
    session.assert_all_samples_are_there("glute", 0)
    session.assert_all_samples_are_there("shoulder", 1)
