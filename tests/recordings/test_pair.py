import numpy as np
import pytest

from recordings.errors import ChannelError, RecordingError, UnitError
from recordings.labels import labelled_signal
from recordings.model import GLUTE, Recording, Side, Signal
from recordings.pair import choose_pair, find_channel


def signal(label: str, unit: str = "uV") -> Signal:
    return labelled_signal(label, np.zeros(10), unit=unit, rate_hz=1000)


def recording(
    *labels: str, leg: Side | None = None, glute: str | None = None, shoulder: str | None = None
) -> Recording:
    made = [signal(*label.split("|")) for label in labels]
    return Recording(tuple(made), leg=leg, glute=glute, shoulder=shoulder)


FOUR = ("GM_L", "GM_R", "UT_L", "UT_R")


@pytest.mark.parametrize(("leg", "glute", "shoulder"), [("left", "GM_L", "UT_R"), ("right", "GM_R", "UT_L")])
def test_the_leg_pairs_its_glute_with_the_opposite_shoulder(leg: Side, glute: str, shoulder: str) -> None:
    pair = choose_pair(recording(*FOUR, leg=leg))
    assert (pair.leg, pair.glute.channel.label, pair.shoulder.channel.label) == (leg, glute, shoulder)


@pytest.mark.parametrize(
    ("made", "leg"),
    [
        (recording("GM_L", "UT_R"), "left"),
        (recording("GM_R", "UT_L", "BF_R"), "right"),
        (recording("GM_R", "UT_L", "UT_R"), "right"),
        (recording(*FOUR, glute="GM_R"), "right"),
        (recording(*FOUR, shoulder="UT_R"), "left"),
        (recording("GM_L", "Trap_sup", shoulder="Trap_sup"), "left"),
    ],
)
def test_the_leg_is_told_from_the_labels_where_one_side_makes_a_pair(made: Recording, leg: Side) -> None:
    assert choose_pair(made).leg == leg


def test_channels_named_outright_win_over_what_labels_say() -> None:
    pair = choose_pair(recording(*FOUR, "CH7", leg="left", glute="ch7", shoulder="UT_L"))
    assert (pair.leg, pair.glute.channel.label, pair.shoulder.channel.label) == ("left", "CH7", "UT_L")
    assert (
        choose_pair(recording("GM_L", "UT_R", "ECG", leg="left", shoulder="ECG")).shoulder.channel.kind
        == "emg"
    )


def test_envelopes_pair_where_both_sites_have_no_raw_emg_in_common() -> None:
    pair = choose_pair(recording("GM_L_ENV", "UT_R", "UT_R_ENV"))
    assert (pair.glute.channel.label, pair.shoulder.channel.label) == ("GM_L_ENV", "UT_R_ENV")
    pair = choose_pair(recording("GM_L_ENV", "GM_L", "UT_R", "UT_R_ENV"))
    assert (pair.glute.channel.label, pair.shoulder.channel.label) == ("GM_L", "UT_R")


@pytest.mark.parametrize(
    ("made", "error", "message"),
    [
        (recording(*FOUR), ChannelError, "both sides make a pair; state --leg left or --leg right"),
        (
            recording("GM_L", "UT_R", leg="right"),
            ChannelError,
            "labelled as right gluteus maximus; name it with --glute",
        ),
        (
            recording("A", "B"),
            ChannelError,
            "there is A, B; name them with --glute and --shoulder and state --leg",
        ),
        (
            recording("A", "B", glute="A", shoulder="B"),
            ChannelError,
            "do not tell which leg is raised; state --leg",
        ),
        (recording(*FOUR, glute="GM_L", shoulder="UT_L"), ChannelError, "state --leg left or --leg right"),
        (
            recording(*FOUR, leg="left", glute="GM_X"),
            ChannelError,
            "'GM_X' is not in the recording; name one of GM_L",
        ),
        (recording(*FOUR, leg="left", glute="UT_R"), ChannelError, "'UT_R' would be glute and shoulder"),
        (
            recording(*FOUR, leg="left", glute="GM_L", shoulder="gm_l"),
            ChannelError,
            "named as glute and as shoulder",
        ),
        (recording("GM_L"), ChannelError, "one EMG channel alone, 'GM_L'; two are needed"),
        (recording("GM_L", leg="left"), ChannelError, "one EMG channel alone"),
        (recording("F1X|N"), ChannelError, "no channel is EMG, there is F1X"),
        (recording("GM_L 1", "GM_L 2", "UT_R"), ChannelError, "2 channels could be the left gluteus maximus"),
        (recording("GM_L", "GM_L", "UT_R", glute="GM_L"), ChannelError, "stands 2 times"),
        (recording("GM_L", "Trap_sup", "BF_L", leg="left"), ChannelError, "name it with --shoulder"),
        (
            recording("GM_L", "UT_R_ACC_X|m/s2"),
            ChannelError,
            "'GM_L' is EMG and 'UT_R_ACC_X' is acceleration",
        ),
        (
            recording("GM_L", "BF_L", "UT_R_ACC_X|g", leg="left"),
            ChannelError,
            "two channels of the same kind",
        ),
        (recording("GM_L", "UT_R_ENV"), ChannelError, "'UT_R_ENV' is an EMG envelope"),
        (recording("GM_L", "UT_R|m/s2"), UnitError, "'uV' and 'm/s2' cannot be the same quantity"),
        (
            recording("A|uV", "B|m/s2", leg="left", glute="A", shoulder="B"),
            UnitError,
            "cannot be the same quantity",
        ),
        (
            recording("GM_L", "UT_R|furlong", leg="left", shoulder="UT_R"),
            UnitError,
            "'furlong', which is not a unit of EMG",
        ),
        (recording("GM_L", "UT_R|furlong"), UnitError, "'furlong', which is not a unit of EMG"),
        (
            recording("GM_L_ACC_X|g", "UT_R_ACC_X|g", leg="left", glute="GM_L_ACC_X", shoulder="UT_R_ACC_X"),
            ChannelError,
            "movement channels",
        ),
    ],
)
def test_a_pair_that_cannot_be_chosen_says_what_to_do(
    made: Recording, error: type[RecordingError], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        choose_pair(made)
    assert "\n" not in str(caught.value)
    if isinstance(caught.value, ChannelError):
        assert caught.value.available == made.labels


@pytest.mark.parametrize("unit", ["counts", "", "mV"])
def test_counts_and_unknown_units_may_stand_beside_microvolt(unit: str) -> None:
    assert choose_pair(recording("GM_L", f"UT_R|{unit}")).leg == "left"


def test_a_channel_is_found_by_muscle_side_and_kind() -> None:
    assert find_channel(recording(*FOUR, "GM_L_ENV"), GLUTE, "left") == "GM_L"
    assert find_channel(recording(*FOUR, "GM_L_ENV"), GLUTE, "left", kind="envelope") == "GM_L_ENV"
