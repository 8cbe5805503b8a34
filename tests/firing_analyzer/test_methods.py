"""The methods paragraph: everything that a reader needs to repeat or to judge an analysis."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import firing_analyzer as fa
from recordings.synth import Sensors, simulate, simulate_session
from tests.firing_analyzer.command_line import columns, firing_analyzer_in, write_csv


@pytest.fixture(scope="module")
def analysis() -> fa.Analysis:
    return fa.analyze(simulate("shoulder_first", seed=1, rate_hz=1000.0).recording)


@pytest.mark.parametrize(
    "item",
    [
        "left gluteus maximus (channel GM_L)",
        "right upper trapezius (channel UT_R)",
        "1000 Hz",
        "from 30 to 450 Hz",
        "no phase shift",
        "rectified nor normalised",
        "Mains hum",
        "Heart beats",
        "level of rest",
        "root mean square",
        "crosstalk",
        "one clock",
        "signal-to-noise ratio",
        "at least 100 ms long",
        "found from cues",
        "interval of 95 %",
        "this margin is a choice",
        "10 raises were planned",
        "no raise was changed by hand",
        f"firing-analyzer {fa.__version__}",
        f"numpy {np.__version__}",
        "settings were as published with it",
        "electrode material, shape, size",
        "skin preparation",
        "common-mode rejection",
    ],
)
def test_what_reporting_standards_ask_for_is_said(analysis: fa.Analysis, item: str) -> None:
    assert item in fa.methods_paragraph(analysis)


def test_a_simulation_is_said_to_be_one_first_of_all(analysis: fa.Analysis) -> None:
    assert fa.methods_paragraph(analysis).startswith("No person was measured")


def test_settings_that_are_not_the_usual_ones_are_named(analysis: fa.Analysis) -> None:
    told = fa.methods_paragraph(replace(analysis, settings=fa.Settings(margin_ms=40.0, low_hz=20.0)))
    assert "all but these as published with it: margin_ms = 40.0, low_hz = 20.0" in told
    assert "from 20 to 450 Hz" in told


def test_exclusions_and_edits_are_counted_with_their_reasons(analysis: fa.Analysis) -> None:
    first, second, *others = analysis.rows
    rows = (
        replace(first, included=False, flags=("lost_samples",)),
        replace(second, flags=("edited",)),
        *others,
    )
    told = fa.methods_paragraph(
        replace(analysis, rows=rows, session=replace(analysis.session, valid=len(rows) - 1))
    )
    assert "Of 10 raises found, 9 could be used; 1 was left out (flags: lost samples 1)" in told
    assert "1 raise was changed by hand (number 2)" in told


def test_two_clocks_are_said_with_their_error() -> None:
    sensors = Sensors(two_devices=True, clock_error_ms=3.0)
    recording = simulate_session(seed=2, lags_ms=[-140.0] * 6, rate_hz=1000.0, sensors=sensors).recording
    told = fa.methods_paragraph(fa.analyze(recording))
    assert "two clocks; the standard error of the time between them was 3.0 ms" in told


def test_the_edge_of_the_filter_is_the_one_that_was_used() -> None:
    recording = simulate_session(seed=2, lags_ms=[-140.0] * 6, rate_hz=500.0).recording
    assert "from 30 to 225 Hz" in fa.methods_paragraph(fa.analyze(recording))


def test_an_envelope_is_not_said_to_be_filtered() -> None:
    recording = simulate_session(
        seed=2, lags_ms=[-140.0] * 6, rate_hz=500.0, sensors=Sensors(smoothing_ms=40.0)
    ).recording
    told = fa.methods_paragraph(fa.analyze(recording))
    assert "band-pass" not in told
    assert "envelope that the sensor had smoothed over 40 ms" in told


def test_the_command_prints_it_below_the_result(tmp_path: Path) -> None:
    write_csv(tmp_path / "session.csv", columns())
    done = firing_analyzer_in(tmp_path, "analyze", "session.csv", "--methods")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nMethods\n\nSurface EMG of the left gluteus maximus" in done.stdout
    refused = firing_analyzer_in(tmp_path, "analyze", "session.csv", "--methods", "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
