import asyncio
import importlib.util
import sys
import time
from typing import Any

import numpy as np
import pytest

from sensors.errors import SourceUnavailable, SourceUriError
from sensors.feed import Feed
from sensors.open import open_source
from sensors.pace import pace_for

needs_lsl = pytest.mark.skipif(importlib.util.find_spec("pylsl") is None, reason="pylsl is not installed")


def outlet(name: str, *, rate_hz: float = 500.0) -> Any:
    import pylsl  # noqa: PLC0415

    info = pylsl.StreamInfo(name, "EMG", 2, rate_hz, pylsl.cf_double64, f"source of {name}")
    channels = info.desc().append_child("channels")
    for label in ("GM_L", "UT_R"):
        channel = channels.append_child("channel")
        channel.append_child_value("label", label)
        channel.append_child_value("unit", "mV")
    return pylsl.StreamOutlet(info)


def test_without_pylsl_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pylsl", None)
    with pytest.raises(SourceUnavailable, match=r'-m pip install pylsl .*"\.\[lsl\]"'):
        open_source("lsl:one#GM_L")


async def push_evenly(sender: Any, sent: np.ndarray[Any, Any], blocks: list[np.ndarray[Any, Any]]) -> None:
    """Send in ten parts, each when the one before has come, with the stamps of an even clock.

    Stamps of the moment of sending would tell of lost samples wherever the machine held the sender back.
    """
    import pylsl  # noqa: PLC0415

    began_s = pylsl.local_clock() - len(sent) / 500
    for number, part in enumerate(np.split(sent, 10), start=1):
        sender.push_chunk(part.tolist(), began_s + number * len(part) / 500)
        async with asyncio.timeout(10):
            while sum(block.shape[1] for block in blocks) < number * len(part):
                await asyncio.sleep(0.005)


@needs_lsl
def test_samples_come_as_they_were_sent_in_microvolt() -> None:
    sender = outlet("fa-test-one")
    sent = np.arange(400, dtype=np.float64).reshape(200, 2)

    async def run() -> tuple[Any, list[np.ndarray[Any, Any]], float]:
        source = open_source("lsl:fa-test-one#UT_R", name="shoulder")
        pace = pace_for(source.speed)
        await source.start(pace)
        feed = Feed(source.streams)
        blocks: list[np.ndarray[Any, Any]] = []

        async def read() -> None:
            async for packet in source.packets():
                assert packet.arrival_s <= pace.now_s()
                blocks.extend(block.samples for block in feed.take(packet))

        reading = asyncio.create_task(read())
        await push_evenly(sender, sent, blocks)
        assert source.status().connected
        began = time.monotonic()
        await source.close()
        await source.close()
        await asyncio.wait_for(reading, timeout=1.0)
        return source, blocks, time.monotonic() - began

    source, blocks, took_s = asyncio.run(run())
    np.testing.assert_allclose(np.hstack(blocks)[0], 1000 * sent[:, 1])
    channel = source.streams[0].channels[0]
    assert (channel.label, channel.unit, channel.muscle, channel.side) == (
        "UT_R", "uV", "upper trapezius", "right",
    )  # fmt: skip
    assert source.streams[0].nominal_rate_hz == 500
    assert not Feed(source.streams).placers["shoulder"].loss_known
    assert took_s < 1


@needs_lsl
def test_a_channel_or_a_stream_that_is_not_there_is_said() -> None:
    sender = outlet("fa-test-two")
    with pytest.raises(SourceUriError, match="'GM_R' is not in the stream; name one of GM_L, UT_R"):
        open_source("lsl:fa-test-two#GM_R")
    with pytest.raises(SourceUnavailable, match="no LSL stream is named 'fa-nobody'"):
        open_source("lsl:fa-nobody")
    del sender
