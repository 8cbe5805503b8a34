"""The words of reasons, flags, limits and numbers: complete, and nothing that judges."""

import re
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from firing_analyzer import words
from firing_analyzer.code_words import CODES, FLAGS
from firing_analyzer.result import Verdict
from tests.firing_analyzer.result_by_hand import CODES_OF_THE_DESIGN, FLAGS_OF_THE_DESIGN, analysis

FORBIDDEN = re.compile(
    r"\b(normal\w*|abnormal\w*|dysfunction\w*|weak\w*|inhibit\w*|amnesi\w*|caus\w*|pain\w*|\w*ache\w*|diagnos\w*"
    r"|patholog\w*|disorder\w*|disease\w*|ill|illness|injur\w*|fault\w*|wrong\w*|correct\w*|good|bad|better|worse"
    r"|poor\w*|treat\w*|therap\w*|patient\w*|compensat\w*|scor\w*|health\w*|should|optimal|ideal|risk\w*)\b",
    re.IGNORECASE,
)
ALLOWED = (
    "There is no agreed normal order for this test.",
    "In healthy people the glute usually starts after the hamstrings and back muscles.",
)


def test_every_code_and_flag_of_the_design_has_its_words() -> None:
    assert sorted(CODES) == sorted(CODES_OF_THE_DESIGN)
    assert sorted(FLAGS) == sorted(FLAGS_OF_THE_DESIGN)


@pytest.mark.parametrize("code", CODES_OF_THE_DESIGN)
def test_every_reason_is_a_clause_of_the_verdict_and_says_what_to_do(code: str) -> None:
    sentence = words.verdict_sentence(analysis("cannot_tell", reasons=(code,)))
    assert re.fullmatch(r"Cannot tell: [a-z\d][^_]{10,}\.", sentence)
    for text in (words.reason_text(code), words.warning_text(code)):
        what, advice = text.split(". ", 1)
        assert len(what) > 15
        assert re.match(r"(Record|Look|Clean|Let|Lay|Check|Use|Put|Begin)\b", advice)
        assert text.endswith(".")


@pytest.mark.parametrize("flag", FLAGS_OF_THE_DESIGN)
def test_every_flag_has_a_sentence_and_a_short_word(flag: str) -> None:
    assert re.fullmatch(r"[A-Z][^_]+\.", words.flag_text(flag))
    assert len(words.flag_word(flag)) <= len("lost samples") + 3
    assert "_" not in words.flag_word(flag)


def test_an_unknown_code_is_not_passed_over() -> None:
    with pytest.raises(KeyError, match="moon_phase"):
        words.reason_text("moon_phase")


def test_every_report_says_the_limits_and_without_cues_one_more() -> None:
    said = " ".join(words.limits(analysis()))
    for limit in (
        "no agreed normal order",
        "after the hamstrings and back muscles",
        "has not been timed in studies",
        "not a medical device",
        "measured",
    ):
        assert limit in said
    assert "cannot be seen" not in said
    assert "raises without glute activity cannot be seen" in words.limits(analysis(cued=False))[-1]


def test_the_counts_of_the_session_are_those_of_the_result() -> None:
    result = analysis(
        lags_ms=(-142.0,) * 7 + (None, -60.0), orders=("shoulder_first",) * 7 + ("shoulder_silent", "unclear")
    )
    session = replace(result.session, repetitions=10, planned_repetitions=12)
    assert words.counts_sentence(replace(result, session=session)) == (
        "10 raises (12 were planned), 9 of them usable: shoulder first 7, shoulder silent 1, unclear 1."
    )


def test_the_lag_of_the_session_comes_with_interval_spread_and_a_margin_called_a_choice() -> None:
    assert words.lag_sentence(analysis()) == (
        "Lag of the session: -142 ms (95 % interval -171 to -120), standard deviation between raises 26 ms. "
        "Onsets within 50 ms count as together; that margin is a choice."
    )


def test_two_clocks_are_said_with_their_error() -> None:
    one = words.recording_sentence(analysis())
    two = replace(analysis(), shared_clock=False, timing_error_ms=4.0)
    unknown = replace(two, timing_error_ms=None)
    assert one == "Left leg; glute GM_L, shoulder UT_R; 2000 Hz, 80 s, one clock."
    assert "two clocks, matched to 4.0 ms" in words.recording_sentence(two)
    assert "two clocks, the time between them unknown" in words.recording_sentence(unknown)


def test_no_text_judges_or_explains_by_illness() -> None:
    texts = [words.SIGN, *words.ORDER_WORDS.values()]
    texts += [text(code) for code in CODES_OF_THE_DESIGN for text in (words.reason_text, words.warning_text)]
    texts += [text(flag) for flag in FLAGS_OF_THE_DESIGN for text in (words.flag_text, words.flag_word)]
    for verdict, kind, cued, pooled in product(
        get_args(Verdict), ("emg", "imu"), (True, False), (((-100.0, -20.0)), (-80.0, 20.0), None)
    ):
        result = analysis(
            verdict,
            kind=kind,
            cued=cued,
            lags_ms=(-142.0,) * 7 + (None,),
            interval_ms=pooled,
            reasons=tuple(CODES_OF_THE_DESIGN) if verdict == "cannot_tell" else (),
            warnings=tuple(CODES_OF_THE_DESIGN),
        )
        texts += [words.verdict_sentence(result), words.counts_sentence(result), words.lag_sentence(result)]
        texts += [words.recording_sentence(result), *words.limits(result)]
    for text in set(texts) - set(ALLOWED):
        assert not FORBIDDEN.search(text), text
    assert set(ALLOWED) <= set(texts)
