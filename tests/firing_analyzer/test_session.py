"""Whole sessions with simulated people: recorded, saved, analysed, and held against what really happened."""

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from firing_analyzer.protocol import SessionPlan
from firing_analyzer.recording_run import Recorded, RecordingOrder, record
from firing_analyzer.session import EVENT_BACK, EVENT_LOST, RecordingSession
from firing_analyzer.session_update import SourceStatus, Update
from recordings.journal import JournalPacket, JournalReader
from recordings.model import EVENT_EXCLUDED, EVENT_PRACTICE, EVENT_RAISE, FloatArray, Recording, Side
from recordings.open import open_recording
from recordings.synth import SCENARIOS, Truth
from sensors.errors import SourceLost
from sensors.model import Pace, Packet, Source, Status, Stream
from sensors.sim_link import LATENCY_S
from sensors.simulated import SimulatedSource

#: Raises only: no shrug, no practice.
RAISES = SessionPlan("left", repetitions=5, practice_raises=0, reference_shrug=False)
FULL = SessionPlan("left")
VERDICTS = {
    "shoulder_first": "shoulder_first",
    "glute_first": "glute_first",
    "together": "together",
    "shoulder_silent": "shoulder_silent",
    "inconsistent": "cannot_tell",
    "noisy": "cannot_tell",
}
SOAK = pytest.mark.soak
#: Samples in a packet, where a test counts them: 10 ms, as sensors send.
PACKET = 10
#: A session that takes longer than this, in real seconds, hangs.
HANG_S = 60.0
_HEADER = struct.Struct("<IdHH")


@dataclass(slots=True)
class Tap:
    """A source that remembers every packet that went through it."""

    source: Source
    sent: list[Packet] = field(default_factory=list[Packet])

    @property
    def uri(self) -> str:
        return self.source.uri

    @property
    def streams(self) -> tuple[Stream, ...]:
        return self.source.streams

    @property
    def speed(self) -> float:
        return self.source.speed

    async def start(self, pace: Pace) -> None:
        await self.source.start(pace)

    async def packets(self) -> AsyncIterator[Packet]:
        async for packet in self.source.packets():
            self.sent.append(packet)
            yield packet

    def status(self) -> Status:
        return self.source.status()

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        self.source.hear(cue, at_s, leg=leg)

    async def close(self) -> None:
        await self.source.close()


@dataclass(slots=True)
class Ran:
    """A session that is over."""

    recorded: Recorded
    session: RecordingSession
    updates: list[Update]
    taps: dict[str, Tap]

    @property
    def verdict(self) -> str:
        return "cannot_tell" if self.recorded.analysis is None else self.recorded.analysis.verdict

    @property
    def recording(self) -> Recording:
        return open_recording(self.recorded.saved.path)

    @property
    def truth(self) -> Truth:
        source = self.taps["glute"].source
        assert isinstance(source, SimulatedSource)
        return source.truth()

    @property
    def notes(self) -> list[str]:
        return [update.note for update in self.updates if update.note]

    @property
    def cues(self) -> list[tuple[float, str]]:
        return [(update.at_s, update.cue.label) for update in self.updates if update.cue is not None]

    def status(self, muscle: str) -> SourceStatus:
        """The last that was told of a source."""
        told = [one for update in self.updates for one in update.sources if one.muscle == muscle]
        return told[-1]


Drive = Callable[[RecordingSession, Update], None]


def sim(scenario: str, site: str, **options: object) -> str:
    """URI of a simulated sensor."""
    settings = {"speed": 500, "rate": 1000, "packet": 20, "start": 0.1, **options}
    words = [
        f"{name}={one}"
        for name, value in settings.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return f"sim:{scenario}?{'&'.join(words)}#{site}"


def run(
    folder: Path,
    glute: str,
    shoulder: str,
    *,
    plan: SessionPlan = RAISES,
    drive: Drive | None = None,
    prepare: Callable[[RecordingSession], None] | None = None,
    hang_s: float = HANG_S,
) -> Ran:
    """Record a session; fail if it hangs."""
    sessions: list[RecordingSession] = []
    updates: list[Update] = []
    taps: dict[str, Tap] = {}

    def begin(session: RecordingSession) -> None:
        sessions.append(session)
        session.glute = taps["glute"] = Tap(session.glute)
        session.shoulder = taps["shoulder"] = Tap(session.shoulder)
        if prepare is not None:
            prepare(session)

    def observe(update: Update) -> None:
        updates.append(update)
        if drive is not None:
            drive(sessions[0], update)

    order = RecordingOrder(plan, glute, shoulder, folder, "01")

    async def limited() -> Recorded:
        async with asyncio.timeout(hang_s):
            return await record(order, observer=observe, on_session=begin)

    return Ran(asyncio.run(limited()), sessions[0], updates, taps)


def both(scenario: str, **options: object) -> tuple[str, str]:
    return sim(scenario, "glute", **options), sim(scenario, "shoulder", **options)


def decoded(raw: bytes, scale: float) -> tuple[int, FloatArray]:
    """Read a packet of whole numbers as its layout is documented, with nothing of the product."""
    counter, _, n_channels, n_samples = _HEADER.unpack_from(raw)
    body = raw[_HEADER.size :]
    whole = [int.from_bytes(body[at : at + 3], "little", signed=True) for at in range(0, len(body), 3)]
    return counter, np.array(whole, dtype=np.float64).reshape(n_samples, n_channels).T * scale


def placed(packets: list[Packet], scale: float = 0.05, *, modulus: int = 2**32) -> tuple[int, FloatArray]:
    """Number of the first packet, and all samples from there on, NaN where nothing came."""
    parts = [decoded(packet.raw, scale) for packet in packets]
    first, size = parts[0][0], parts[0][1].shape[1]
    # no gap here is as long as the counter takes to go round twice; the packets' own device time tells rounds
    times_s = [_HEADER.unpack_from(packet.raw)[1] for packet in packets]
    step_s = next(
        (t1 - t0) / (c1 - c0)
        for (c0, _), (c1, _), t0, t1 in zip(parts, parts[1:], times_s, times_s[1:], strict=False)
        if c1 > c0
    )
    places = [round((time_s - times_s[0]) / step_s) for time_s in times_s]
    assert all(
        (first + place) % modulus == counter for place, (counter, _) in zip(places, parts, strict=True)
    )
    assert len(set(places)) == len(places)
    samples = np.full((parts[0][1].shape[0], (places[-1] + 1) * size), np.nan)
    for place, (_, part) in zip(places, parts, strict=True):
        samples[:, place * size : (place + 1) * size] = part
    return first, samples


def check_samples(ran: Ran) -> None:
    """What was saved is what was sent, sample for sample; so is what stands in the journal."""
    recording = ran.recording
    with JournalReader(ran.recorded.journal) as journal:
        assert journal.state == "saved"
        kept: dict[str, list[JournalPacket]] = {stream.name: [] for stream in journal.streams}
        for packet in journal.packets():
            kept[packet.stream].append(packet)
    for tap in ran.taps.values():
        for stream in tap.streams:
            sent = [packet for packet in tap.sent if packet.stream == stream.name]
            in_journal = kept[stream.name]
            assert [(p.arrival_s, p.raw) for p in in_journal] == [(p.arrival_s, p.raw) for p in sent]
            if not sent:
                continue
            scale = stream.settings["scale"]
            assert isinstance(scale, float)
            modulus = stream.settings["counter_modulus"]
            assert isinstance(modulus, int)
            _, samples = placed(sent, scale, modulus=modulus)
            for channel, row in zip(stream.channels, samples, strict=True):
                assert np.array_equal(recording[channel.label].samples, row, equal_nan=True), channel.label


def bounds_ms(ran: Ran) -> dict[str, float]:
    """Stated bound of the error of each channel's clock."""
    found: dict[str, float] = {}
    for file in ran.recorded.saved.files:
        block = json.loads(file.with_suffix(".json").read_text())["FiringAnalyzer"]
        found |= {channel["Label"]: channel["ClockErrorMs"] for channel in block["Channels"]}
    return found


def time_errors_ms(ran: Ran, label: str, site: str, *, drift_ppm: float = 0.0) -> FloatArray:
    """How much too late the first and the last sample of a channel were placed."""
    signal = ran.recording[label]
    first, samples = placed([packet for packet in ran.taps[site].sent if packet.stream == site], modulus=256)
    index = np.array([0, samples.shape[1] - 1])
    true_s = 0.1 + (first * PACKET + index) / (1000 * (1 + drift_ppm * 1e-6))
    return 1000 * (signal.start_s + index / signal.rate_hz - true_s)


# What the scenario is


@pytest.mark.soak
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_session_says_what_the_scenario_is(tmp_path: Path, scenario: str) -> None:
    ran = run(tmp_path, *both(scenario, seed=3))
    assert ran.verdict == VERDICTS[scenario]
    assert fa.analyze(ran.recording).verdict == ran.verdict
    check_samples(ran)


def check_replayed(tmp_path: Path, scenario: str, plan: SessionPlan, **options: object) -> None:
    first = run(tmp_path / "first", *both(scenario, **options), plan=plan)
    assert first.verdict == VERDICTS[scenario], scenario
    check_samples(first)
    saved = first.recorded.saved.path
    speed = options.get("speed", 500)
    again = run(
        tmp_path / "again", f"replay:{saved}?speed={speed}#glute", f"replay:{saved}?speed={speed}#shoulder",
        plan=replace(plan, duration_s=first.recording.duration_s + 20), hang_s=240,
    )  # fmt: skip
    assert again.verdict == first.verdict, scenario
    for label in ("GM_L", "UT_R"):
        was, now = first.recording[label].samples, again.recording[label].samples
        assert np.array_equal(np.isnan(was), np.isnan(now))
        # replayed samples have no scale, so they are kept to half a step of 24 bits over their range
        assert np.nanmax(np.abs(was - now)) <= 1.01 * np.nanmax(np.abs(was)) / 2**24


@pytest.mark.parametrize("scenario", ["shoulder_first"])
def test_a_replayed_session_has_the_same_samples_and_the_same_verdict(tmp_path: Path, scenario: str) -> None:
    check_replayed(tmp_path, scenario, replace(RAISES, repetitions=5), seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_scenario_at_speed_20_and_through_replay(tmp_path: Path, scenario: str, seed: int) -> None:
    check_replayed(tmp_path, scenario, FULL, seed=seed, speed=20, rate=2000)


@pytest.mark.soak
def test_a_scenario_at_speed_1(tmp_path: Path) -> None:
    glute, shoulder = both("glute_first", speed=1, rate=2000)
    ran = run(tmp_path, glute, shoulder, plan=replace(RAISES, repetitions=5), hang_s=300)
    assert ran.verdict == "glute_first"
    check_samples(ran)


# What was said while it went on


def test_a_session_takes_its_course_by_the_protocol(tmp_path: Path) -> None:
    ran = run(tmp_path, *both("glute_first", seed=2), plan=SessionPlan("left", repetitions=5))
    labels = [label for _, label in ran.cues]
    assert labels == ["reference_shoulder", "rest", *[EVENT_PRACTICE] * 2, *[EVENT_RAISE] * 5]
    raises_s = [at_s for at_s, label in ran.cues if label == EVENT_RAISE]
    assert raises_s[0] - ran.cues[0][0] >= 30
    truth = ran.truth
    assert [one.cue_s for one in truth.raises] == pytest.approx(raises_s)
    saved = [(event.onset_s, event.label) for event in ran.recording.events if event.label != "session_end"]
    assert [label for _, label in saved] == labels
    assert [at_s for at_s, _ in saved] == pytest.approx([at_s for at_s, _ in ran.cues], abs=1e-6)
    analysis = ran.recorded.analysis
    assert analysis is not None
    assert analysis.session.repetitions == 5, "practice raises and the shrug are no repetitions"
    assert analysis.session.planned_repetitions == 5
    assert "shoulder_channel_unproven" not in analysis.session.warnings
    for row, one in zip(analysis.rows, truth.raises, strict=True):
        assert row.glute_onset_s == pytest.approx(one.glute_onset_s, abs=0.1)
    check_reports(ran)


def check_reports(ran: Ran) -> None:
    """Every raise was reported at most half a second after its last active sample, and as it was saved."""
    analysis = ran.recorded.analysis
    assert analysis is not None
    first: dict[int, tuple[float, float]] = {}
    rows: dict[int, fa.Analysis] = {}
    for update in ran.updates:
        for told in update.repetitions:
            rows[told.key] = told.row  # pyright: ignore[reportArgumentType]
            if told.change == "withdrawn":
                first.pop(told.key, None)
                rows.pop(told.key)
            elif told.key not in first:
                first[told.key] = (update.at_s, told.row.end_s)
    late_s = [at_s - end_s for at_s, end_s in first.values()]
    print("reported after", [round(one, 3) for one in late_s])
    assert len(first) == len(ran.truth.raises)
    assert max(late_s) <= 0.5
    ends_s = [
        max(one.glute.end_s, one.shoulder.end_s if one.shoulder else 0)
        for one in ran.truth.raises
        if one.glute
    ]
    for (at_s, _), end_s in zip(first.values(), ends_s, strict=True):
        assert at_s - end_s <= 0.5
    live = sorted(rows.values(), key=lambda row: row.start_s)  # pyright: ignore
    assert [row.order for row in live] == [row.order for row in analysis.rows]  # pyright: ignore
    for row, saved in zip(live, analysis.rows, strict=True):
        assert saved.glute_onset_interval_s is not None
        low_s, high_s = saved.glute_onset_interval_s
        assert low_s <= row.glute_onset_s <= high_s  # pyright: ignore


# Loss, drop-outs and clocks

RATES = (0.0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04)
DRIFT_PPM = {"glute": 60.0, "shoulder": -80.0}


def with_loss(folder: Path, loss: float, *, seed: int, repetitions: int) -> Ran:
    """A session over a bad radio: jitter, drift, loss, and two drop-outs of the shoulder's sensor."""
    uris = [
        sim(
            "shoulder_first", site, seed=seed, loss=loss, drift_ppm=ppm,
            packet=PACKET, jitter_ms=8, counter=8,
            **({"drop": ["15-16.5", "30-34"]} if site == "shoulder" and loss else {}),
        )
        for site, ppm in DRIFT_PPM.items()
    ]  # fmt: skip
    return run(folder, *uris, plan=replace(RAISES, repetitions=repetitions))


@pytest.mark.parametrize(
    ("loss", "seed"), [(0.05, 7), *(pytest.param(one, 20 + n, marks=SOAK) for n, one in enumerate(RATES))]
)
def test_every_sample_that_survives_sits_at_its_time(tmp_path: Path, loss: float, seed: int) -> None:
    ran = with_loss(tmp_path, loss, seed=seed, repetitions=8)
    check_samples(ran)
    assert all(within_bounds(ran))
    lost = np.isnan(ran.recording["GM_L"].samples).mean()
    assert lost == pytest.approx(loss, abs=0.012)
    assert 100 * lost == pytest.approx(ran.status("glute").lost_percent, abs=0.3)
    assert ran.verdict == "shoulder_first", "what is lost between packets does not cost the answer"


@pytest.mark.soak
def test_over_many_bad_radios_the_stated_bound_holds_and_the_answer_stands(tmp_path: Path) -> None:
    held: list[bool] = []
    verdicts: list[str] = []
    for number in range(24):
        ran = with_loss(tmp_path / str(number), (1 + number % 5) / 100, seed=100 + number, repetitions=8)
        check_samples(ran)
        held += within_bounds(ran)
        verdicts.append(ran.verdict)
    print("held", np.mean(held), "verdicts", sorted(verdicts))
    # a bound of 95 %: 72 of them hold with this share or more in 99.5 of 100 such tests
    assert np.mean(held) >= 0.86
    assert set(verdicts) <= {"shoulder_first", "cannot_tell"}
    assert verdicts.count("shoulder_first") >= 20


def within_bounds(ran: Ran) -> list[bool]:
    """Whether the times of each channel, and of both against one another, lie within the stated bounds."""
    stated, clock_error_ms = bounds_ms(ran), ran.recording.clock_error_ms
    assert clock_error_ms is not None
    held: list[bool] = []
    errors: list[FloatArray] = []
    for label, site in (("GM_L", "glute"), ("UT_R", "shoulder")):
        late_ms = time_errors_ms(ran, label, site, drift_ppm=DRIFT_PPM[site])
        errors.append(late_ms)
        print(label, late_ms.round(3), "bound", round(stated[label], 3))
        # a counter that goes round is placed modulo its width; a wrong turn would be 2.56 s
        assert np.abs(late_ms).max() < 100
        held.append(late_ms.min() >= -stated[label] and late_ms.max() <= stated[label] + 1000 * LATENCY_S)
    between_ms = float(np.abs(errors[0] - errors[1]).max())
    return [*held, between_ms <= 1.96 * clock_error_ms + 1e-9]


def test_a_source_that_drops_and_returns_leaves_a_gap(tmp_path: Path) -> None:
    glute, shoulder = (
        sim("glute_first", "glute", seed=5),
        sim("glute_first", "shoulder", seed=5, drop="20-25"),
    )
    ran = run(tmp_path, glute, shoulder, plan=replace(RAISES, duration_s=30))
    check_samples(ran)
    gap = np.isnan(ran.recording["UT_R"].samples)
    assert gap.sum() == pytest.approx(5000, abs=30)
    assert not np.isnan(ran.recording["GM_L"].samples).any()
    with JournalReader(ran.recorded.journal) as journal:
        told = [(event.label, event.detail.get("source"), event.at_s) for event in journal.events()]
    assert [one[:2] for one in told if one[0] in (EVENT_LOST, EVENT_BACK)] == [
        (EVENT_LOST, "shoulder"),
        (EVENT_BACK, "shoulder"),
    ]
    lost_s, back_s = (at_s for label, _, at_s in told if label in (EVENT_LOST, EVENT_BACK))
    assert 22 <= lost_s <= 23
    assert 25 <= back_s <= 25.7
    assert any("shoulder" in note for note in ran.notes)
    assert ran.status("shoulder").delivers


@pytest.mark.parametrize(
    ("glute", "shoulder"), [("dies=20", ""), ("", "dies=20"), ("", "dead=1"), ("dead=1", "")]
)
def test_a_source_that_is_gone_does_not_stop_the_session(tmp_path: Path, glute: str, shoulder: str) -> None:
    uris = [
        sim("glute_first", site, **dict([option.split("=")] if option else []))
        for site, option in (("glute", glute), ("shoulder", shoulder))
    ]
    # what comes before the end would do for a verdict, were the end not noticed
    plan = replace(RAISES, repetitions=5 if shoulder == "dies=20" else 2)
    ran = run(tmp_path, *uris, plan=plan)
    assert len(ran.cues) == 1 + plan.repetitions, "all cues were given"
    assert ran.verdict == "cannot_tell"
    check_samples(ran)
    gone = "glute" if glute else "shoulder"
    assert not ran.status(gone).delivers
    assert any(gone in note for note in ran.notes)


def test_a_session_with_both_sources_dead_ends_after_its_cues(tmp_path: Path) -> None:
    ran = run(tmp_path, *both("glute_first", dead=1), plan=replace(RAISES, repetitions=3))
    assert len(ran.cues) == 4
    assert ran.recorded.analysis is None
    assert ran.recorded.problem


@pytest.mark.parametrize("scenario", ["silent", pytest.param("noise", marks=pytest.mark.soak)])
def test_silence_and_noise_end_with_cannot_tell(tmp_path: Path, scenario: str) -> None:
    ran = run(tmp_path, *both(scenario, seed=4), plan=replace(RAISES, repetitions=5))
    assert len(ran.cues) == 6
    assert ran.verdict == "cannot_tell"
    assert ran.recorded.analysis is not None
    assert ran.recorded.analysis.session.reasons
    check_samples(ran)


# What whoever watches may do


def test_marks_pauses_and_raises_set_aside_are_saved_and_heeded(tmp_path: Path) -> None:
    done: dict[str, float] = {}

    def once(name: str, at_s: float, what: Callable[[], None]) -> None:
        if name not in done:
            done[name] = at_s
            what()

    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 6:
            once("mark", update.at_s, lambda: session.mark("cough"))
        if update.repetitions and update.repetitions[0].row.repetition == 2:
            once("aside", update.at_s, session.set_aside)
        if update.at_s >= 36 and "aside" in done:
            once("pause", update.at_s, session.pause)
            session.pause() if "resume" not in done else None
        if update.at_s >= 56:
            once("resume", update.at_s, session.resume)

    plan = replace(RAISES, repetitions=6)
    ran = run(tmp_path, *both("shoulder_first", seed=6), plan=plan, drive=drive)
    events = [(event.label, event.onset_s) for event in ran.recording.events]
    for label, name in (
        ("cough", "mark"),
        (EVENT_EXCLUDED, "aside"),
        ("pause", "pause"),
        ("resume", "resume"),
    ):
        assert [at_s for known, at_s in events if known == label] == [pytest.approx(done[name], abs=1e-6)]
    raises_s = [at_s for at_s, label in ran.cues if label == EVENT_RAISE]
    assert len(raises_s) == 6
    assert not [at_s for at_s in raises_s if done["pause"] < at_s < done["resume"]]
    gap_s = np.diff(raises_s)
    assert gap_s.max() == pytest.approx(20 + 10.5, abs=1.6), "a pause moves what follows by its length"
    assert not np.isnan(ran.recording["GM_L"].samples).any(), "recording went on"
    analysis = ran.recorded.analysis
    assert analysis is not None
    assert [row.included for row in analysis.rows] == [True, False, True, True, True, True]
    assert analysis.verdict == "shoulder_first"


def test_a_pause_that_nobody_ends_does_not_outlast_the_duration(tmp_path: Path) -> None:
    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 8:
            session.pause()

    ran = run(
        tmp_path, *both("glute_first"), plan=replace(RAISES, duration_s=20), drive=drive, hang_s=20
    )  # fmt: skip
    assert ran.recording.duration_s == pytest.approx(20, abs=1)


def test_stop_ends_a_paused_session(tmp_path: Path) -> None:
    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 8:
            session.pause()
        if update.at_s >= 15:
            session.stop()

    ran = run(tmp_path, *both("glute_first"), drive=drive, hang_s=20)
    assert ran.recording.duration_s == pytest.approx(15, abs=1)
    check_samples(ran)


def test_a_replay_that_ends_ends_the_session_even_if_it_is_paused(tmp_path: Path) -> None:
    first = run(tmp_path / "first", *both("glute_first"), plan=replace(RAISES, duration_s=12))
    path = first.recorded.saved.path

    def drive(session: RecordingSession, update: Update) -> None:
        if update.at_s >= 5:
            session.pause()

    run(
        tmp_path / "again", f"replay:{path}?speed=500#glute", f"replay:{path}?speed=500#shoulder",
        drive=drive, hang_s=20,
    )  # fmt: skip


def test_the_duration_ends_a_session(tmp_path: Path) -> None:
    ran = run(tmp_path, *both("glute_first"), plan=replace(FULL, duration_s=15))
    assert ran.recording.duration_s == pytest.approx(15, abs=0.7)
    assert [label for _, label in ran.cues] == ["reference_shoulder", "rest"]


# Sources that are worse than simulated ones


class Stubborn(Tap):
    """A source that never lets go."""

    async def close(self) -> None:
        await self.source.close()
        await asyncio.Event().wait()


class Broken(Tap):
    """A source whose radio fails after a while."""

    async def packets(self) -> AsyncIterator[Packet]:
        async for packet in self.source.packets():
            if packet.arrival_s > 12:
                raise SourceLost("the radio is gone; plug it in again", source=self.uri)
            self.sent.append(packet)
            yield packet


class Defective(Tap):
    """A plug-in with a defect."""

    async def packets(self) -> AsyncIterator[Packet]:
        async for packet in self.source.packets():
            if packet.arrival_s > 12:
                raise ZeroDivisionError("a defect of a plug-in")
            self.sent.append(packet)
            yield packet


class Deaf(Tap):
    """A plug-in whose defects are beside its samples."""

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        raise ZeroDivisionError(f"{cue} at {at_s}, {leg}")

    def status(self) -> Status:
        raise ZeroDivisionError("another one")


class Garbling(Tap):
    """A source some of whose packets are no packets."""

    async def packets(self) -> AsyncIterator[Packet]:
        number = 0
        async for packet in self.source.packets():
            number += 1
            yield replace(packet, raw=packet.raw[: 5 * (number % 7)]) if number % 50 == 0 else packet


def spoilt(kind: type[Tap]) -> Callable[[RecordingSession], None]:
    def prepare(session: RecordingSession) -> None:
        assert isinstance(session.shoulder, Tap)
        session.shoulder = kind(session.shoulder.source, session.shoulder.sent)

    return prepare


@pytest.mark.parametrize(
    "kind", [pytest.param(Stubborn, marks=pytest.mark.soak), Broken, Defective, Deaf, Garbling]
)
def test_a_bad_source_costs_no_sample_that_came(tmp_path: Path, kind: type[Tap]) -> None:
    plan = replace(RAISES, duration_s=20)
    ran = run(tmp_path, *both("glute_first"), plan=plan, prepare=spoilt(kind), hang_s=40)
    with JournalReader(ran.recorded.journal) as journal:
        assert journal.state == "saved"
    assert np.isnan(ran.recording["GM_L"].samples).sum() == 0
    assert ran.recording["GM_L"].samples.size == pytest.approx(20_000, abs=400)
    if kind in (Broken, Defective):
        assert any("shoulder" in note for note in ran.notes)
        assert ran.recording["UT_R"].samples.size == pytest.approx(12_000, abs=400)
    if kind is Deaf:
        assert "defect" in ran.status("shoulder").detail
        assert not np.isnan(ran.recording["UT_R"].samples).any()
    if kind is Garbling:
        assert any("not understood" in note for note in ran.recording.notes)
        assert np.isnan(ran.recording["UT_R"].samples).mean() == pytest.approx(0.02, abs=0.005)


def test_an_observer_that_fails_costs_no_sample(tmp_path: Path) -> None:
    def drive(_session: RecordingSession, update: Update) -> None:
        if update.at_s > 8:
            raise BrokenPipeError(32, "Broken pipe")

    ran = run(tmp_path, *both("glute_first"), plan=replace(RAISES, duration_s=15), drive=drive)
    assert ran.recording.duration_s == pytest.approx(15, abs=0.7)


# The same again


def test_a_session_with_the_same_seed_takes_the_same_course(tmp_path: Path) -> None:
    plan = replace(RAISES, duration_s=12)
    sent: list[list[tuple[float, bytes]]] = []
    for number, speed in enumerate((500, 100)):
        ran = run(
            tmp_path / str(number),
            *both("inconsistent", speed=speed, packet=PACKET, seed=9, loss=0.02),
            plan=plan,
        )
        sent.append([(p.arrival_s, p.raw) for tap in ran.taps.values() for p in tap.sent])
    common = min(map(len, sent))
    assert common > 2000
    assert sent[0][:1000] == sent[1][:1000]
    assert [raw for _, raw in sent[0]][:1900] == [raw for _, raw in sent[1]][:1900]
