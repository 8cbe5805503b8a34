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
    pair = choose_pair(recording(*FOUR, "CH7", leg="left", glute="ch7", shoulder="UT_R"))
    assert (pair.leg, pair.glute.channel.label, pair.shoulder.channel.label) == ("left", "CH7", "UT_R")
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
            "labelled as right gluteus maximus; the labels fit --leg left .*, or name it with --glute",
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
        (
            recording(*FOUR, glute="GM_L", shoulder="UT_L"),
            ChannelError,
            "GM_L and UT_L are both labelled left, .*; name one of the other side",
        ),
        (
            recording(*FOUR, leg="left", glute="GM_X"),
            ChannelError,
            "'GM_X' is not in the recording; name one of GM_L",
        ),
        (
            recording("GM_L", "CH7", leg="left", shoulder="GM_L"),
            ChannelError,
            "GM_L is labelled left gluteus maximus but named as shoulder; name another, or rename",
        ),
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


def test_swapped_channels_are_refused_and_never_give_the_reverse_verdict() -> None:
    with pytest.raises(ChannelError) as caught:
        choose_pair(recording("GM_L", "UT_R", leg="left", glute="UT_R", shoulder="GM_L"))
    assert caught.value.reason == (
        "UT_R is labelled right upper trapezius but named as glute; swap the two, or rename the channel"
    )


@pytest.mark.parametrize("labels", [FOUR, ("GM_L", "UT_R")])
def test_named_channels_of_the_other_leg_are_refused_and_the_leg_that_fits_is_named(
    labels: tuple[str, ...],
) -> None:
    with pytest.raises(ChannelError) as caught:
        choose_pair(recording(*labels, leg="right", glute="GM_L", shoulder="UT_R"))
    assert caught.value.reason == (
        "GM_L is labelled left gluteus maximus but named as glute where the right leg is raised; "
        "the labels fit --leg left (in Python leg='left'), or rename the channel"
    )


@pytest.mark.parametrize("glute", [None, "GM_L", "CH7"])
def test_a_shoulder_of_the_raised_legs_side_is_refused_even_if_it_is_named(glute: str | None) -> None:
    with pytest.raises(
        ChannelError, match="UT_L is labelled left upper trapezius but named as shoulder where"
    ):
        choose_pair(recording(*FOUR, "CH7", leg="left", glute=glute, shoulder="UT_L"))


def test_another_muscle_may_be_named_and_stays_what_it_is() -> None:
    made = recording("BICEPS_L", "Trap_sup", "BICEPS_R", leg="left", glute="BICEPS_L", shoulder="Trap_sup")
    pair = choose_pair(made)
    assert (pair.glute.channel.muscle, pair.glute.channel.side) == ("biceps", "left")
    assert choose_pair(made.naming(glute="BICEPS_R")).glute.channel.side == "right"


def test_a_file_of_many_channels_lists_known_muscles_first_and_not_all() -> None:
    labels = [f"F{number}X|N" for number in range(30)]
    made = recording(*labels, *(f"Voltage.{number}" for number in range(6)), "BICEPS_L", "Trap_sup")
    with pytest.raises(ChannelError) as caught:
        choose_pair(made)
    assert "there is BICEPS_L, Trap_sup, Voltage.0, " in str(caught.value)
    assert "and 26 more;" in str(caught.value)
    with pytest.raises(ChannelError, match=r"name one of BICEPS_L, Trap_sup, .* and 26 more"):
        choose_pair(made.naming(leg="left", glute="GM_L"))


def test_what_to_do_is_said_for_the_command_line_and_for_python() -> None:
    with pytest.raises(ChannelError) as caught:
        choose_pair(recording(*FOUR))
    assert "--leg left or --leg right (in Python leg='left' or leg='right')" in str(caught.value)


@pytest.mark.parametrize("unit", ["counts", "", "mV"])
def test_counts_and_unknown_units_may_stand_beside_microvolt(unit: str) -> None:
    assert choose_pair(recording("GM_L", f"UT_R|{unit}")).leg == "left"


def test_a_channel_is_found_by_muscle_side_and_kind() -> None:
    assert find_channel(recording(*FOUR, "GM_L_ENV"), GLUTE, "left") == "GM_L"
    assert find_channel(recording(*FOUR, "GM_L_ENV"), GLUTE, "left", kind="envelope") == "GM_L_ENV"
