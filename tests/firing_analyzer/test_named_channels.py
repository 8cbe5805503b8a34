"""Channels named outright, from the file to the JSON: what was taken for what is never hidden."""

from dataclasses import replace
from pathlib import Path

import pytest

import firing_analyzer as fa
from firing_analyzer.words import verdict_sentence
from recordings.synth import simulate


@pytest.mark.parametrize(
    ("file", "glute", "shoulder", "flags"),
    [
        ("box_lift_shoulder.c3d", "Biceps.EMG4", "Trap_sup.EMG6", {("Biceps.EMG4", "named_as_glute")}),
        (
            "gait_bilateral.c3d", "LBIC", "RVAS",
            {("LBIC", "named_as_glute"), ("RVAS", "named_as_shoulder")},
        ),
    ],
)  # fmt: skip
def test_files_of_other_muscles_can_be_analysed_and_say_so(
    shared_data: Path, file: str, glute: str, shoulder: str, flags: set[tuple[str, str]]
) -> None:
    recording = fa.open_recording(shared_data / "real" / file, leg="left", glute=glute, shoulder=shoulder)
    analysis = fa.analyze(recording)
    named = {(note.channel, note.flag) for note in analysis.quality if note.flag.startswith("named_as")}
    assert named == flags
    assert "gluteus" not in str(analysis)


def test_channels_that_are_known_by_their_labels_are_not_said_to_be_named() -> None:
    analysis = fa.analyze(simulate("together", seed=1, rate_hz=1000.0).recording)
    assert not [note for note in analysis.quality if note.flag.startswith("named_as")]
    assert {note.channel for note in analysis.quality if note.flag == "simulated"} == {"GM_L", "UT_R"}


def test_one_signal_on_both_channels_is_told_as_one() -> None:
    recording = simulate("shoulder_first", seed=1, rate_hz=1000.0).recording
    glute, shoulder = recording.signals
    doubled = replace(recording, signals=(glute, replace(shoulder, samples=2 * glute.samples)))
    analysis = fa.analyze(doubled)
    assert analysis.verdict == "cannot_tell"
    assert "the two channels carry the same signal" in verdict_sentence(analysis)
    assert "in part" not in str(analysis)
