"""What is on the air: ours are known by name, strangers with the same chip are left alone."""

import pytest

from sensors.decoders import DECODERS, decoder_of
from sensors.devices.profile import Advertised, short_uuid
from sensors.devices.registry import PROFILES, profile_of, recognise
from sensors.model import Stream

#: UUIDs of chips and examples, which anybody's device may have.
GENERIC = [
    "4fafc201-1fb5-459e-8fcc-c5c9c331914b",
    "65333333-a115-11e2-9e9a-0800200ca100",
    "49535343-fe7d-4ae5-8fa9-9fafd205e455",
    short_uuid(0xFE84),
    short_uuid(0xFFD0),
    short_uuid(0x180D),
    short_uuid(0x180F),
    short_uuid(0x1812),
    "fb005c80-02e7-f387-1cad-8acd2d8df0c8",
]
NAMES = [
    ("NPG-Lite-3CH:4A:7F", "npg_lite"),
    ("NPG-Lite-6CH:4A:7F", "npg_lite"),
    ("NPG-40:4C:CA:4A:7F:01", "npg_lite"),
    ("NPG-LITE", "npg_lite"),
    ("uMyo-4F21", "umyo"),
    ("uMyo-4F", "umyo"),
    ("BITalino BLE", "bitalino"),
    ("BiTalino-21-A3", "bitalino"),
    ("Ganglion-54ca", "ganglion"),
    ("Movesense 204830000123", "movesense"),
    ("Shimmer3R-A1B2", "shimmer3r"),
    ("Shimmer3-A1B2", "shimmer3"),
    ("gForcePro+(622A)", "gforce"),
    ("ORE-1234", "gforce"),
    ("Polar H10 12345678", "polar"),
    ("Polar Sense 12345678", "polar"),
]


def on_air(name: str | None, *services: str) -> Advertised:
    return Advertised("C0:00:00:00:00:01", name, services)


@pytest.mark.parametrize(("name", "code"), NAMES)
def test_a_device_is_known_by_its_name(name: str, code: str) -> None:
    found = recognise(on_air(name))
    assert found is not None
    assert found.code == code
    assert [one.code for one in PROFILES.values() if one.recognise(on_air(name))] == [code]


@pytest.mark.parametrize("service", GENERIC)
@pytest.mark.parametrize("name", [None, "", "ESP32", "LED lamp", "MyNPG", "HC-08", "Polar OH1 12345678"])
def test_a_stranger_with_the_service_of_a_chip_is_not_taken(name: str | None, service: str) -> None:
    assert recognise(on_air(name, service)) is None


@pytest.mark.parametrize("code", ["umyo", "bitalino", "movesense"])
def test_a_device_that_was_renamed_is_known_by_the_service_that_is_its_own(code: str) -> None:
    profile = profile_of(code)
    assert profile is not None
    assert recognise(on_air("left buttock", profile.service)) is profile


def test_a_ganglion_under_the_name_of_its_radio_needs_its_service_too() -> None:
    assert recognise(on_air("Simblee")) is None
    found = recognise(on_air("Simblee", short_uuid(0xFE84)))
    assert found is not None
    assert found.code == "ganglion"


def test_a_code_is_taken_in_any_case_and_others_are_none() -> None:
    assert profile_of("UMYO") is PROFILES["umyo"]
    assert profile_of("fridge") is None


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_profile_holds_what_a_session_needs(profile: object) -> None:
    found = next(one for one in PROFILES.values() if one is profile)
    assert found.data in found.needs
    assert all(uuid == uuid.lower() and len(uuid) == 36 for uuid in (*found.needs, found.service))
    assert (found.decoder, found.decoder_version) in DECODERS
    assert callable(decoder_of(Stream("x", (), 1.0, "x", found.decoder, found.decoder_version)))
    assert all(text.endswith(".") and len(text) < 110 for text in found.cautions)
    assert not found.muscles or any("two clocks" in one for one in found.cautions) == (found.muscles == 1)
