"""Sessions with sources that are worse than simulated ones."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firing_analyzer.session import RecordingSession
from recordings.journal import JournalReader
from recordings.model import Side
from sensors.errors import SourceLost
from sensors.model import Packet, Status
from tests.firing_analyzer.recorded_session import RAISES, Tap, both, run


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
