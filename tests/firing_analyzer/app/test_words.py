"""What the page says of a signal."""

import pytest

from firing_analyzer.app.words import HEADS, LYING, signal_advice

#: All that the signal check can say; see `firing_analyzer.live_signal.signal_words`.
SAID = (
    "no samples", "too early to say", "flat", "sensor off", "samples lost", "clipped", "never at rest",
    "noisy", "mains hum", "heart beat on the glute", "heart beat on the shoulder",
)  # fmt: skip


@pytest.mark.parametrize("signal", SAID)
def test_whatever_is_said_of_a_signal_is_followed_by_what_to_do(signal: str) -> None:
    assert signal_advice(signal).endswith(".")


def test_nothing_is_to_be_done_about_a_good_signal() -> None:
    assert signal_advice("good") == ""


def test_where_the_arms_lie_agrees_with_where_the_forehead_may_lie() -> None:
    arms = next(words for words in LYING if "Arms by the sides" in words)
    assert any("forehead on the hands" in words for words in (*LYING, *HEADS))
    assert "unless the forehead lies on the hands" in arms
