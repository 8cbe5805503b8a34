import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recordings.open import open_recording
from sensors.errors import SourceUnavailable, SourceUriError
from sensors.open import open_source, open_sources
from sensors.pace import pace_for

Listen = Callable[..., list[Any]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Two channels at 500 Hz for 4 s; from 1 to 2 s nothing was received, at 3 s one sample is missing."""
    rng = np.random.default_rng(1)
    rows = np.round(rng.normal(size=(2000, 2)) * 10, 3)
    text = ["time_s,GM_L [uV],UT_R [uV]"]
    for number, (glute, shoulder) in enumerate(rows):
        lost = 500 <= number < 1000 or number == 1500
        text.append(f"{number / 500:.3f},{'' if lost else glute},{'' if lost else shoulder}")
    path = tmp_path / "one#two.csv"
    path.write_text("\n".join(text) + "\n")
    return path


def test_a_recording_comes_back_exactly_with_its_gaps_as_lost_packets(listen: Listen, table: Path) -> None:
    saved = open_recording(table)
    sources = open_sources(f"replay:{table}?speed=20#glute", f"replay:{table}?speed=20#UT_R")
    heard = listen(*sources, seconds=6.0)
    for one, label, name in zip(heard, ("GM_L", "UT_R"), ("glute", "shoulder"), strict=True):
        _, samples = one.placed(name)
        np.testing.assert_array_equal(samples[0], saved[label].samples)
        assert len(one.packets) == 300
        assert not any(1.02 < packet.arrival_s < 1.98 for packet in one.packets)
        assert one.placers[name].lost == 500
        assert one.source.streams[0].channels[0].unit == "uV"
        clock = one.placers[name].clock.fitted()
        assert (clock.rate_hz, clock.start_s) == pytest.approx((500, 0), abs=1e-6)


def test_without_a_channel_all_of_them_are_played(listen: Listen, table: Path) -> None:
    (heard,) = listen(open_source(f"replay:{str(table).replace('#', '%23')}?speed=20"), seconds=6.0)
    _, samples = heard.placed("replay")
    assert samples.shape == (2, 2000)
    assert [channel.label for channel in heard.source.streams[0].channels] == ["GM_L", "UT_R"]


def test_it_ends_when_the_recording_ends(table: Path) -> None:
    async def run() -> float:
        pace = pace_for(20)
        source = open_source(f"replay:{table}?speed=20#UT_R")
        await source.start(pace)
        async for packet in source.packets():
            assert packet.arrival_s <= pace.now_s()
        assert not source.status().connected
        return pace.now_s()

    assert asyncio.run(run()) == pytest.approx(4.0, abs=0.2)


def test_a_channel_that_is_not_there_is_said_with_those_that_are(table: Path) -> None:
    with pytest.raises(SourceUriError, match="'GM_R' is not in the recording; name one of GM_L, UT_R"):
        open_source(f"replay:{table}#GM_R")


def test_a_pair_of_the_other_leg_is_refused(table: Path) -> None:
    with pytest.raises(SourceUriError, match="right gluteus maximus"):
        open_source(f"replay:{table}#glute", leg="right")


def test_a_file_that_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.bdf").write_bytes(b"nothing")
    with pytest.raises(SourceUnavailable, match=r"x\.bdf: "):
        open_source(f"replay:{tmp_path / 'x.bdf'}")


def check_spliced(listen: Listen, path: Path) -> None:
    leg = json.loads((path.parent / "truth.json").read_text())[path.name]["leg"]
    saved = open_recording(path)
    uris = (f"replay:{path}?speed=1000#{site}" for site in ("glute", "shoulder"))
    heard = listen(*open_sources(*uris, leg=leg), seconds=saved.duration_s + 1)
    for one, label in zip(heard, saved.labels, strict=True):
        stream = one.source.streams[0]
        assert stream.channels[0].label == label
        np.testing.assert_array_equal(one.placed(stream.name)[1][0], saved[label].samples)


def test_a_spliced_recording_returns_its_samples_exactly(listen: Listen, shared_data: Path) -> None:
    check_spliced(listen, shared_data / "spliced" / "shoulder_first.bdf")


@pytest.mark.soak
def test_all_spliced_recordings_do(listen: Listen, shared_data: Path) -> None:
    for path in sorted((shared_data / "spliced").glob("*.bdf")):
        check_spliced(listen, path)
