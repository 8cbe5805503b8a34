"""What a journal tells of devices and electrodes arrives in the facts of a recording; nothing is made up."""

from dataclasses import replace
from datetime import datetime

import pytest

from recordings.dataset.acquisition import DeviceFacts
from recordings.errors import UnreadableError
from recordings.model import Channel
from sensors.facts import facts_of
from sensors.model import Stream

STREAM = Stream("glute", (Channel("GM_L", unit="uV"),), 1000.0, "A1", "packed")


def test_nothing_is_known_of_what_nobody_told() -> None:
    facts = facts_of({}, [STREAM])
    assert facts.of_device("A1") == DeviceFacts()
    assert facts.reference == "not documented"
    assert facts.power_line_hz is facts.acquired_at is facts.instructions is None
    assert not facts.details
    assert not facts.placements


def test_a_device_tells_of_itself_in_the_settings_of_its_stream() -> None:
    filters = {"AntiAliasing": {"CutoffFrequency": 450}}
    told = {
        "manufacturer": "Maker", "model": "M1", "firmware": "2.5", "serial": "7", "hardware_filters": filters,
    }  # fmt: skip
    other = replace(STREAM, name="shoulder", device="B2", settings={"device": {"firmware": 3}})
    facts = facts_of({}, [replace(STREAM, settings={"device": told}), other])  # pyright: ignore
    assert facts.of_device("A1") == DeviceFacts("Maker", "M1", "2.5", "7", filters)  # pyright: ignore
    assert facts.of_device("B2") == DeviceFacts(), "a firmware that is no text is not one"


def test_a_setup_and_a_date_are_kept_where_they_were_given() -> None:
    about = {
        "glute": "GM_L", "shoulder": "UT_R", "acquired_at": "2026-11-21T10:00:00+01:00",
        "setup": {"shoulder_placement": "20 mm beside the midpoint", "speed": "own", "power_line_hz": 60},
        "details": {"Room": "2"},
    }  # fmt: skip
    facts = facts_of(about, [STREAM])  # pyright: ignore
    assert facts.placements == {"UT_R": "20 mm beside the midpoint"}
    assert facts.power_line_hz == 60
    assert facts.details == {"Room": "2", "Speed": "own"}
    assert facts.acquired_at == datetime.fromisoformat("2026-11-21T10:00:00+01:00")
    assert facts_of({"acquired_at": "yesterday"}, [STREAM]).acquired_at is None


def test_a_setup_of_another_version_is_refused() -> None:
    with pytest.raises(UnreadableError, match="there is no 'moon' in a setup"):
        facts_of({"setup": {"moon": "full"}}, [STREAM])
