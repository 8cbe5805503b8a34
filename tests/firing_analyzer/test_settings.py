"""Settings survive TOML, and whatever is wrong with them is named by its key."""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firing_analyzer.errors import AnalysisError, SettingsError
from firing_analyzer.settings import Settings

#: What the design fixes, or says outright; whoever changes one of these changes the method.
DEFAULTS: Final[dict[str, object]] = {
    "margin_ms": 50.0,
    "low_bandwidth_margin_ms": 100.0,
    "low_hz": 30.0,
    "high_hz": 450.0,
    "min_burst_ms": 100.0,
    "merge_gap_ms": 100.0,
    "window_before_s": 1.0,
    "preparatory_ms": 250.0,
    "late_ms": 500.0,
    "min_snr_db": 8.0,
    "silent_rise_db": 6.0,
    "baseline_moved_db": 6.0,
    "min_lags": 5,
    "repetition_probability": 0.80,
    "confidence": 0.95,
    "silent_share": 0.80,
    "sometimes_silent_share": 1 / 3,
    "glute_silent_share": 0.20,
    "between_repetition_sd_ms": 200.0,
}

#: A value beyond each end of what is possible.
IMPOSSIBLE: Final[dict[str, tuple[object, ...]]] = {
    "margin_ms": (0.0, -1.0, 1001.0),
    "low_bandwidth_margin_ms": (0.0, 1001.0),
    "low_hz": (4.9, 201.0, -30.0),
    "high_hz": (59.0, 2001.0),
    "mains_hz": ("55", "", "AUTO", 50),
    "heart_beat": ("yes", 1, 0.5),
    "min_burst_ms": (-1.0, 10_001.0),
    "merge_gap_ms": (-1.0, 10_001.0),
    "min_raise_ms": (-1.0, 10_001.0),
    "raise_gap_ms": (-1.0, 10_001.0),
    "window_before_s": (0.1, 5.1),
    "preparatory_ms": (-0.1, 10_001.0),
    "late_ms": (-0.1, 10_001.0),
    "min_snr_db": (-1.0, 61.0),
    "silent_rise_db": (-1.0, 61.0),
    "baseline_moved_db": (-1.0, 61.0),
    "cue_window_s": (-1.0, 61.0),
    "min_lags": (2, 1001, 5.5),
    "repetition_probability": (0.5, 1.0, 80.0),
    "confidence": (0.49, 1.0, 95.0),
    "silent_share": (0.0, 1.1),
    "sometimes_silent_share": (0.0, 1.1),
    "glute_silent_share": (0.0, 1.1),
    "between_repetition_sd_ms": (0.0, 2001.0),
    "movement_margin_ms": (0.0, 1001.0),
    "min_leg_height_deg": (0.0, 46.0),
}

NAMES: Final = Settings.__struct_fields__


def toml_of(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def possible() -> st.SearchStrategy[Settings]:
    """Settings anywhere within what is possible."""
    share = st.floats(0.01, 1.0)
    return st.builds(
        Settings,
        margin_ms=st.floats(0.001, 1000),
        low_bandwidth_margin_ms=st.floats(0.001, 1000),
        low_hz=st.floats(5, 59),
        high_hz=st.floats(60, 2000),
        mains_hz=st.sampled_from(["auto", "50", "60", "off"]),
        heart_beat=st.booleans(),
        min_burst_ms=st.floats(0, 10_000),
        window_before_s=st.floats(0.2, 5),
        min_lags=st.integers(3, 1000),
        repetition_probability=st.floats(0.51, 0.99),
        confidence=st.floats(0.5, 0.999),
        silent_share=st.floats(0.6, 1.0),
        sometimes_silent_share=st.floats(0.01, 0.59),
        glute_silent_share=share,
        between_repetition_sd_ms=st.floats(1e-6, 2000),
        movement_margin_ms=st.floats(0.001, 1000),
        min_leg_height_deg=st.floats(0.5, 45),
    )


@given(possible())
def test_settings_come_back_from_toml_as_they_were(settings: Settings) -> None:
    assert Settings.from_toml(settings.to_toml()) == settings


@given(possible())
def test_toml_text_is_toml_and_holds_every_setting(settings: Settings) -> None:
    assert tomllib.loads(settings.to_toml()) == settings.to_dict()
    assert set(settings.to_dict()) == set(NAMES)


@pytest.mark.parametrize("name", list(DEFAULTS))
def test_defaults_are_those_of_the_published_method(name: str) -> None:
    assert getattr(Settings(), name) == DEFAULTS[name]


def test_every_setting_has_its_impossible_values_tested() -> None:
    assert set(IMPOSSIBLE) == set(NAMES)


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in IMPOSSIBLE.items() for value in values]
)
def test_an_impossible_value_names_its_key(name: str, value: object) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(f"{name} = {toml_of(value)}\n")
    assert caught.value.key == name
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert "$" not in message  # no path of a library


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("name", [name for name in NAMES if isinstance(getattr(Settings(), name), float)])
def test_what_is_no_number_is_no_setting(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(f"{name} = {value}")
    assert caught.value.key == name


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in IMPOSSIBLE.items() for value in values]
)
def test_an_impossible_value_is_caught_in_python_too(name: str, value: Any) -> None:
    """Through `from_dict`; the bare constructor does not check single values, and need not."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_dict({name: value})
    assert caught.value.key == name


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("margn_ms", "margin_ms"),
        ("lowhz", "low_hz"),
        ("confidance", "confidence"),
        ("Margin_ms", "margin_ms"),
    ],
)
def test_a_misspelt_key_is_named_and_the_right_one_offered(wrong: str, meant: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(f"{wrong} = 40")
    assert caught.value.key == wrong
    assert repr(wrong) in str(caught.value)
    assert repr(meant) in str(caught.value)


def test_a_key_like_none_lists_what_there_is() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml("colour = 'green'")
    assert all(name in str(caught.value) for name in ("margin_ms", "between_repetition_sd_ms"))


def test_a_table_is_not_swallowed() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml("[analysis]\nmargin_ms = 40")
    assert caught.value.key == "analysis"


@pytest.mark.parametrize(
    "text", ["margin_ms =", "= 3", "margin_ms: 40", "margin_ms = 40\nmargin_ms = 50", "\x00"]
)
def test_what_is_not_toml_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(text)
    assert "TOML" in str(caught.value)
    assert "margin_ms = 50" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_whole_number_is_as_good_as_a_decimal() -> None:
    assert Settings.from_toml("margin_ms = 40") == Settings(margin_ms=40.0)


@pytest.mark.parametrize(
    ("text", "key"),
    [("low_hz = 100\nhigh_hz = 90", "low_hz"), ("silent_share = 0.3", "sometimes_silent_share")],
)
def test_two_values_that_contradict_each_other_are_named(text: str, key: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(text)
    assert caught.value.key == key


def test_two_values_that_fit_only_together_are_taken() -> None:
    """Each of them alone would contradict a default."""
    settings = Settings.from_toml(
        "low_hz = 150\nhigh_hz = 160\nsilent_share = 0.3\nsometimes_silent_share = 0.2"
    )
    assert (settings.low_hz, settings.high_hz, settings.silent_share) == (150.0, 160.0, 0.3)


def test_contradictions_are_caught_in_the_constructor() -> None:
    with pytest.raises(SettingsError):
        Settings(low_hz=100.0, high_hz=90.0)


def test_a_file_is_read_with_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# mine\nmargin_ms = 35.5\nheart_beat = false\n", encoding="utf-8")
    assert Settings.read(path) == Settings(margin_ms=35.5, heart_beat=False)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "notepad.toml"
    path.write_text("margin_ms = 35.5\n", encoding="utf-8-sig")
    assert Settings.read(path).margin_ms == 35.5


def test_errors_in_a_file_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("margn_ms = 35.5\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings.read(path)
    assert str(path) in str(caught.value)
    assert caught.value.key == "margn_ms"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00margin"])
def test_a_file_that_cannot_be_read_is_one_error_of_ours(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AnalysisError) as caught:
        Settings.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "demanded"),
    [
        ("margin_ms = 'wide'", "must be a number above 0 and at most 1000"),
        ("margin_ms = 0", "must be a number above 0 and at most 1000"),
        ("min_lags = 5.5", "must be a whole number at least 3 and at most 1000"),
        ("heart_beat = 1", "must be true or false"),
        ("mains_hz = '55'", "must be one of 'auto', '50', '60', 'off'"),
        ("silent_share = 2", "must be a number above 0 and at most 1"),
    ],
)
def test_an_impossible_value_is_refused_in_plain_words(text: str, demanded: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_toml(text)
    assert str(caught.value).endswith(demanded)
    assert "Expected" not in str(caught.value)


def test_a_missing_settings_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml: there is no such file"):
        Settings.read(tmp_path / "gone.toml")


def test_settings_cannot_be_changed() -> None:
    with pytest.raises((AttributeError, dataclasses.FrozenInstanceError)):
        setattr(Settings(), "margin_ms", 10.0)  # noqa: B010


def test_an_empty_text_means_the_defaults() -> None:
    assert Settings.from_toml("") == Settings()
