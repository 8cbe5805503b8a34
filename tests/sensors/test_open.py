import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.address import parse_address
from sensors.errors import SensorError, SourceUnavailable, SourceUriError
from sensors.open import known_schemes, open_source, open_sources


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("together", "write scheme:target"),
        (r"C:\data\one.bdf", "write scheme:target"),
        ("sim:", "nothing stands behind sim:"),
        ("sim:together#", "no channel stands behind the #"),
        ("sim:together?speed#glute", "'speed' has no value"),
        ("usb:one", "use sim, replay, lsl, ble"),
        ("sim:together", "end the URI in #glute or #shoulder"),
        ("sim:together#left", "#glute or #shoulder"),
        ("sim:sometimes#glute", "use one of shoulder_first, glute_first, together"),
        ("sim:together?sped=2#glute", "'sped' is not known; use speed, seed"),
        ("sim:together?speed=0#glute", "from 0.01 to 100000"),
        ("sim:together?speed=fast#glute", "speed=fast is no number"),
        ("sim:together?speed=nan#glute", "out of range"),
        ("sim:together?speed=1&speed=2#glute", "2 times; give it once"),
        ("sim:together?seed=1.5#glute", "no whole number"),
        ("sim:together?drop=9#glute", "write drop=START-STOP"),
        ("sim:together?drop=9-8#glute", "ends before it begins"),
        ("sim:together?counter=7#glute", "use 4, 8, 16 or 32"),
        ("sim:together?imu=yes#glute", "neither 0 nor 1"),
        ("replay:one.bdf?seed=1", "'seed' is not known; use speed"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is_known(uri: str, said: str) -> None:
    with pytest.raises(SourceUriError) as caught:
        open_source(uri)
    assert said in str(caught.value)
    assert str(caught.value).startswith(uri)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40) | st.from_regex(r"sim:(together|noise)\?[a-z_]{1,9}=[-0-9.a-z]{0,6}#glute"))
def test_no_uri_breaks_it(uri: str) -> None:
    with contextlib.suppress(SensorError):
        assert open_source(uri).streams


def test_a_bluetooth_sensor_is_opened_without_looking_for_it() -> None:
    source = open_source("ble:umyo:AA:BB:CC:DD:EE:FF", name="glute", leg="left")
    assert (source.uri, source.speed) == ("ble:umyo:AA:BB:CC:DD:EE:FF", 1.0)
    assert source.status().detail == "not started"


def test_a_recording_that_is_not_there_is_said() -> None:
    with pytest.raises(SourceUnavailable, match=r"nowhere\.bdf: nothing is there"):
        open_source("replay:nowhere.bdf#GM_L")


def test_marks_in_a_path_can_be_written() -> None:
    assert parse_address("replay:a%23b%3F.csv#GM_L").plain_target == "a#b?.csv"
    assert parse_address(r"replay:C:\data\one.bdf?speed=2#GM L").channel == "GM L"


def test_two_sources_of_a_session_run_at_one_speed_and_are_two() -> None:
    glute, shoulder = open_sources("sim:together?speed=3#glute", "sim:together?speed=3#shoulder", leg="right")
    assert [source.streams[0].name for source in (glute, shoulder)] == ["glute", "shoulder"]
    assert [source.streams[0].channels[0].label for source in (glute, shoulder)] == ["GM_R", "UT_L"]
    with pytest.raises(SourceUriError, match=r"runs at speed 2, and .* at 3; give both the same speed"):
        open_sources("sim:together?speed=3#glute", "sim:together?speed=2#shoulder")
    with pytest.raises(SourceUriError, match="for the glute and for the shoulder"):
        open_sources("sim:together#glute", "sim:together#glute")


@pytest.fixture
def plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install a package with two plug-ins, one of which is broken, as an installer would."""
    (tmp_path / "fa_plug_in.py").write_text(
        "from sensors.open import open_source\n"
        "def opener(address, *, name, leg):\n"
        "    return open_source(f'sim:{address.target}#glute', name=name, leg=leg)\n"
        "no_function = 3\n"
    )
    (tmp_path / "fa_broken.py").write_text("raise ZeroDivisionError('it fell over')\n")
    info = tmp_path / "fa_plug_in-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: fa-plug-in\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[firing_analyzer.sensors]\nmine = fa_plug_in:opener\nbroken = fa_broken:opener\n"
        "three = fa_plug_in:no_function\nlost = fa_plug_in:nothing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("fa_plug_in", None)


@pytest.mark.usefixtures("plug_in")
def test_another_package_adds_a_scheme() -> None:
    assert {"mine", "broken", "sim"} <= set(known_schemes())
    source = open_source("mine:together", name="glute", leg="right")
    assert source.streams[0].channels[0].label == "GM_R"


@pytest.mark.usefixtures("plug_in")
@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("broken:one", "'fa_broken:opener' cannot be loaded (ZeroDivisionError: it fell over)"),
        ("three:one", "is no function that opens a source"),
        ("lost:one", "cannot be loaded (AttributeError"),
    ],
)
def test_a_broken_plug_in_is_reported_and_harms_nothing_else(uri: str, said: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        open_source(uri)
    assert said in str(caught.value)
    assert open_source("sim:together#glute").speed == 1
