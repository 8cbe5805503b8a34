"""What tests of sources share: a session that only listens."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from recordings.model import FloatArray
from sensors.decoders import decode
from sensors.model import Packet, Source
from sensors.pace import pace_for
from sensors.place import Placer

Cues = Sequence[tuple[float, str]]


@dataclass(slots=True)
class Heard:
    """What one source delivered."""

    source: Source
    packets: list[Packet] = field(default_factory=list[Packet])
    placers: dict[str, Placer] = field(default_factory=dict[str, Placer])

    def placed(self, name: str) -> tuple[int, FloatArray]:
        """Number of the first packet, and all samples of a stream in their place, from that packet on."""
        stream = next(stream for stream in self.source.streams if stream.name == name)
        placer = self.placers[name] = Placer(stream)
        pieces: list[FloatArray] = []
        first = -1
        for packet in self.packets:
            if packet.stream == name:
                for decoded in decode(packet, stream):
                    first = decoded.counter or 0 if first < 0 else first
                    block = placer.feed(packet, decoded)
                    if block is not None:
                        assert block.first == sum(piece.shape[1] for piece in pieces)
                        pieces.append(block.samples)
        return first, np.hstack(pieces) if pieces else np.zeros((len(stream.channels), 0))


Listen = Callable[..., list[Heard]]


@pytest.fixture
def listen() -> Listen:
    def run(*sources: Source, seconds: float, cues: Cues = ()) -> list[Heard]:
        return asyncio.run(_session(sources, seconds, cues))

    return run


async def _session(sources: Sequence[Source], seconds: float, cues: Cues) -> list[Heard]:
    pace = pace_for(sources[0].speed)
    heard = [Heard(source) for source in sources]
    for source in sources:
        await source.start(pace)

    async def collect(one: Heard) -> None:
        async for packet in one.source.packets():
            assert packet.arrival_s <= pace.now_s()
            one.packets.append(packet)

    tasks = [asyncio.create_task(collect(one)) for one in heard]
    for at_s, cue in sorted(cues):
        await pace.sleep(at_s - pace.now_s())
        for source in sources:
            source.hear(cue, pace.now_s(), leg="left")
    await pace.sleep(seconds - pace.now_s())
    for source in sources:
        await source.close()
        await source.close()
    await asyncio.wait_for(asyncio.gather(*tasks), timeout=1.0)
    return heard
