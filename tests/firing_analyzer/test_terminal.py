"""A result on the terminal: readable at 80 columns, unwrapped in a pipe, with all that must be said."""

from dataclasses import replace
from functools import cache

import pytest

from firing_analyzer.pipeline import analyze
from firing_analyzer.result import Analysis, QualityNote
from firing_analyzer.terminal import listed_text, result_text
from firing_analyzer.words import LIMITS, SIGN, flag_text, reason_text, verdict_sentence, warning_text
from recordings.synth import simulate


@cache
def result() -> Analysis:
    return analyze(simulate("shoulder_first", seed=2, rate_hz=1000.0).recording)


def told(
    *, reasons: tuple[str, ...] = (), warnings: tuple[str, ...] = (), flags: tuple[str, ...] = ()
) -> Analysis:
    """Give the result other codes."""
    one = result()
    rows = tuple(replace(row, flags=flags) for row in one.rows)
    session = replace(
        one.session, reasons=reasons, warnings=warnings, verdict="cannot_tell" if reasons else one.verdict
    )
    note = QualityNote("UT_R", "clipped", "the largest values are cut off; lower the gain")
    return replace(one, session=session, rows=rows, quality=(note,), notes=("The file has no header.",))


@pytest.mark.parametrize("width", [60, 80, 132])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    one = told(reasons=("near_margin", "inconsistent"), warnings=("low_bandwidth",), flags=("heart_beat",))
    if width == 60:
        one = replace(one, rows=tuple(replace(row, flags=()) for row in one.rows))
    text = result_text(one, width=width)
    assert max(map(len, text.splitlines())) <= width


def test_in_a_pipe_no_sentence_is_broken() -> None:
    one = told(reasons=("near_margin",), warnings=("low_bandwidth",), flags=("heart_beat", "edited"))
    lines = result_text(one).splitlines()
    assert lines[0] == verdict_sentence(one)
    for sentence in (
        SIGN,
        f"- near_margin: {reason_text('near_margin')}",
        f"- low_bandwidth: {warning_text('low_bandwidth')}",
        f"- heart beat (heart_beat): {flag_text('heart_beat')}",
        "- UT_R: the largest values are cut off; lower the gain",
        "- The file has no header.",
        *(f"- {limit}" for limit in LIMITS),
    ):
        assert sentence in lines
    assert all(line == line.rstrip() for line in lines)


def test_what_must_be_said_comes_in_order() -> None:
    text = result_text(told(reasons=("noisy",), warnings=("low_bandwidth",), flags=("heart_beat",)))
    order = [
        text.index(part)
        for part in (
            "Cannot tell",
            "raise",
            SIGN,
            "Lag of the session",
            "Why it",
            "Warnings",
            "Signals",
            "Limits",
        )
    ]
    assert order == sorted(order)


def test_a_simulation_is_told_right_below_the_verdict_and_not_again() -> None:
    note = "Simulated: scenario shoulder_first, seed 2; no person was measured."
    text = result_text(replace(result(), notes=(note,)))
    assert text.splitlines()[1] == note
    assert text.count("no person was measured") == 1
    assert "Reading the file" not in text


def test_levels_stand_under_the_names_of_the_muscles() -> None:
    header = result_text(result()).split("\n\n")[1].splitlines()[:3]
    at = header[0].index("SNR (dB)")
    assert [line[at:].strip() for line in header] == ["SNR (dB)", "glute /", "shoulder"]


def test_limits_can_be_left_to_be_said_once_for_several_results() -> None:
    assert "Limits" not in result_text(result(), with_limits=False)
    assert listed_text("Limits", LIMITS).splitlines() == ["Limits", *(f"- {limit}" for limit in LIMITS)]


def test_printing_a_result_shows_it_as_the_command_line_does() -> None:
    one = result()
    assert str(one) == result_text(one)
    assert (
        repr(one) == f"Analysis('shoulder_first', 10 raises, lag {round(one.session.median_lag_ms or 0)} ms)"
    )
    assert len(repr(simulate("together").recording)) < 100


def test_the_sign_of_a_lag_is_explained_once() -> None:
    assert result_text(result()).count("negative") == 1


def test_every_raise_has_its_row_and_flags_only_where_there_are_any() -> None:
    one = result()
    plain = result_text(replace(one, rows=tuple(replace(row, flags=()) for row in one.rows)))
    assert "flags" not in plain
    flagged = result_text(
        replace(one, rows=(replace(one.rows[0], included=False, flags=("edited",)), *one.rows[1:]))
    )
    assert "left out, edited" in flagged
    for row in one.rows:
        assert row.glute_onset_s is not None
        assert f"{row.glute_onset_s:.2f}" in plain


def test_what_is_not_known_is_a_dash_and_never_a_nought() -> None:
    one = result()
    row = replace(
        one.rows[0], shoulder_onset_s=None, shoulder_snr_db=None, lag_ms=None, lag_interval_ms=None,
        order="shoulder_silent",
    )  # fmt: skip
    line = next(line for line in result_text(replace(one, rows=(row,))).splitlines() if "silent" in line)
    assert line.split()[2:4] == ["-", "-"]
    assert line.endswith("/ -")


def test_the_truth_of_a_simulation_stands_beside_each_lag() -> None:
    one = result()
    text = result_text(one, true_lags_ms=[-111.0, *[None] * (len(one.rows) - 1)])
    row = next(line for line in text.splitlines() if line.strip().startswith("1 "))
    assert "-111" in row


def test_nothing_is_coloured() -> None:
    assert "\x1b" not in result_text(told(reasons=("noisy",)), width=80)


def test_labels_that_look_like_markup_are_shown_as_they_are() -> None:
    one = result()
    channel = replace(one.glute.channel, label="[red]GM[/red]")
    assert "glute [red]GM[/red]," in result_text(replace(one, glute=replace(one.glute, channel=channel)))
