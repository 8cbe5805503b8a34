"""Journals of simulated sensors, as a session or a crash leaves them, and what their bytes say."""

import asyncio
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recordings.journal import JournalPacket, JournalReader, JournalWriter
from recordings.lock import JOURNAL_FOLDER
from recordings.model import FloatArray
from recordings.open import open_recording
from sensors.describe import to_journal
from sensors.open import open_sources
from sensors.pace import pace_for
from sensors.recover import Outcome

_HEADER = struct.Struct("<IdHH")
OPTIONS = "speed=1000&rate=1000&start=0.1&seed=2"
ABOUT = {"participant": "01", "leg": "left", "glute": "GM_L", "shoulder": "UT_R", "planned_repetitions": 3}


def write_session(
    path: Path, *, seconds: float = 20.0, more: str = "", finish: bool = True, about: object = None
) -> None:
    """Write the journal of two simulated sensors, finished or as a crash leaves it."""
    glute, shoulder = open_sources(
        f"sim:glute_first?{OPTIONS}{more}#glute", f"sim:glute_first?{OPTIONS}{more}#shoulder", leg="left"
    )
    writer = JournalWriter(
        path, about=ABOUT if about is None else about,  # pyright: ignore[reportArgumentType]
        streams=[to_journal(stream) for stream in (*glute.streams, *shoulder.streams)],
    )  # fmt: skip

    async def run() -> None:
        pace = pace_for(glute.speed)
        for source in (glute, shoulder):
            await source.start(pace)

        async def pump(source: object) -> None:
            async for packet in source.packets():  # pyright: ignore
                writer.put_packet(packet.stream, packet.arrival_s, packet.raw)

        tasks = [asyncio.create_task(pump(source)) for source in (glute, shoulder)]
        for second in range(round(seconds)):
            await pace.sleep(second - pace.now_s())
            writer.put_event(float(second), "raise" if second % 5 == 4 else "note", {"number": second})
            if second % 4 == 3:
                # commits of a few seconds each, so that a tear has something before it
                await asyncio.to_thread(writer.flush)
        await pace.sleep(seconds - pace.now_s())
        for source in (glute, shoulder):
            await source.close()
        for task in tasks:
            await task

    asyncio.run(run())
    writer.flush()
    if finish:
        writer.finish()
    else:
        # a copy of what is on disk now is what a kill leaves
        left = [path, path.with_name(f"{path.name}-wal")]
        copies = [(one, one.read_bytes()) for one in left]
        writer.close()
        for one, content in copies:
            one.write_bytes(content)
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)


def journal_path(dataset: Path, name: str = "sub-01_acq-left_001") -> Path:
    return dataset / JOURNAL_FOLDER / f"{name}.journal"


def packets_of(path: Path) -> tuple[dict[str, list[JournalPacket]], str | None]:
    with JournalReader(path) as journal:
        kept: dict[str, list[JournalPacket]] = {stream.name: [] for stream in journal.streams}
        for packet in journal.packets():
            kept[packet.stream].append(packet)
        return kept, journal.tear


def placed(packets: Sequence[JournalPacket], n_channels: int, scale: float) -> FloatArray:
    """Samples of packets as their layout is documented, with nothing of the product."""
    heads = [_HEADER.unpack_from(packet.raw) for packet in packets]
    first, size = heads[0][0], heads[0][3]
    samples = np.full((n_channels, (heads[-1][0] - first + 1) * size), np.nan)
    for head, packet in zip(heads, packets, strict=True):
        body = packet.raw[_HEADER.size :]
        whole = [int.from_bytes(body[at : at + 3], "little", signed=True) for at in range(0, len(body), 3)]
        rows = np.array(whole, dtype=np.float64).reshape(size, n_channels).T * scale
        samples[:, (head[0] - first) * size : (head[0] - first + 1) * size] = rows
    return samples


def check_saved(outcome: Outcome) -> None:
    """What was saved is what the journal's bytes say."""
    assert outcome.problem is None
    assert outcome.saved is not None
    recording = open_recording(outcome.saved.path)
    kept, _ = packets_of(outcome.journal)
    with JournalReader(outcome.journal) as journal:
        assert journal.state == "saved"
        for stream in journal.streams:
            channels = stream.description["channels"]
            settings = stream.description["settings"]
            assert isinstance(channels, list)
            assert isinstance(settings, dict)
            if not kept[stream.name]:
                continue
            rows = placed(kept[stream.name], len(channels), settings["scale"])  # pyright: ignore
            for channel, row in zip(channels, rows, strict=True):
                label = channel["label"]  # pyright: ignore
                assert np.array_equal(recording[label].samples, row, equal_nan=True), label  # pyright: ignore
