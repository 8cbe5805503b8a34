import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.labels import recognise
from recordings.model import GLUTE, SHOULDER, Channel

LEFT_GLUTE = [
    "GM_L",
    "gm l",
    "L GMAX",
    "GMAX_L",
    "Gluteus maximus left",
    "left gluteus maximus",
    "LGlutMax",
    "GlutMaxL",
    "G. max. L",
    "Gl max li",
    "M. gluteus maximus (links)",
    "großer Gesäßmuskel links",
    "grosser Gesaessmuskel links",
    "Glúteo mayor izquierdo",
    "L. Grand fessier",
    "grand fessier gauche",
    "Grande gluteo sx",
    "glúteo máximo esquerdo",
    "Lt GMax",
    "EMG GM_L",
    "GM_L: EMG 1",
]
RIGHT_SHOULDER = [
    "UT_R",
    "R UT",
    "Trap_sup R",
    "RTrapSup",
    "right upper trapezius",
    "Upper Trap (R)",
    "U.Trap R",
    "trapezius descendens re",
    "m. trapezius p. descendens rechts",
    "oberer Trapezmuskel rechts",
    "Trapecio superior dcho",
    "Trapèze supérieur droit",
    "trapezio superiore dx",
    "trapézio superior direito",
    "UT Rt",
    "RUTRAP",
    "Trapezius upper right: EMG 3",
]


@pytest.mark.parametrize("label", LEFT_GLUTE)
def test_usual_names_of_the_left_glute_are_known(label: str) -> None:
    channel = recognise(label)
    assert (channel.muscle, channel.side, channel.kind) == (GLUTE, "left", "emg")


@pytest.mark.parametrize("label", RIGHT_SHOULDER)
def test_usual_names_of_the_right_upper_trapezius_are_known(label: str) -> None:
    channel = recognise(label)
    assert (channel.muscle, channel.side, channel.kind) == (SHOULDER, "right", "emg")


@pytest.mark.parametrize(
    ("label", "muscle"),
    [
        ("GMED_L", "gluteus medius"),
        ("gluteus medius left", "gluteus medius"),
        ("LGlutMed", "gluteus medius"),
        ("lower trapezius R", "lower trapezius"),
        ("Trap_inf.EMG7", "lower trapezius"),
        ("LT_R", "lower trapezius"),
        ("trapezius ascendens re", "lower trapezius"),
        ("MT_L", "middle trapezius"),
        ("trapezius transversus", "middle trapezius"),
        ("BF_L", "biceps femoris"),
        ("biceps femoris R", "biceps femoris"),
        ("ST_R", "semitendinosus"),
        ("ES_L", "erector spinae"),
        ("LD_R", "latissimus dorsi"),
        ("latissimus dorsi left", "latissimus dorsi"),
        ("TRAP_L", "trapezius"),
        ("glute L", "gluteus"),
        ("LTRAP", None),
        ("L_TRAPS upper lower", None),
        ("GM", None),
        ("UT", None),
        ("GML", None),
        ("gluteus max/med L", None),
        ("GM-UT L", None),
        ("GM_L_REF", None),
        ("LGRF", None),
        ("Voltage.1", None),
        ("maximus", None),
        ("superior left", None),
    ],
)
def test_another_muscle_is_never_taken_for_one_of_the_two(label: str, muscle: str | None) -> None:
    assert recognise(label).muscle == muscle


@pytest.mark.parametrize("label", ["Trap_sup", "TrapSup_D", "upper trapezius left right", "gluteus maximus"])
def test_a_side_that_is_not_clear_stays_open(label: str) -> None:
    assert recognise(label).side is None
    assert recognise(label).muscle in (GLUTE, SHOULDER)


@pytest.mark.parametrize(
    ("label", "unit", "expected"),
    [
        ("THIGH_L_ACC_X", "m/s2", ("thigh", "left", "acc", "x")),
        ("thigh left accel y", "", ("thigh", "left", "acc", "y")),
        ("GM_L_GYRO_Z", "rad/s", (GLUTE, "left", "gyro", "z")),
        ("GM_R_ACCY", "", (GLUTE, "right", "acc", "y")),
        ("GM_L_ENV", "uV", (GLUTE, "left", "envelope", None)),
        ("UT_R RMS", "mV", (SHOULDER, "right", "envelope", None)),
        ("GM_L", "m/s^2", (GLUTE, "left", "acc", None)),
        ("F1X", "N", (None, None, "other", None)),
        ("ECG", "mV", (None, None, "other", None)),
        ("Voltage.3", "V", (None, None, "emg", None)),
        ("Channel 4", "", (None, None, "emg", None)),
        ("roll rate", "deg/s", (None, None, "gyro", None)),
    ],
)
def test_kind_and_axis_come_from_label_and_unit(
    label: str, unit: str, expected: tuple[str | None, ...]
) -> None:
    channel = recognise(label, unit=unit)
    assert (channel.muscle, channel.side, channel.kind, channel.axis) == expected


@given(st.text(max_size=60), st.text(max_size=8))
def test_any_text_is_a_channel_and_never_an_error(label: str, unit: str) -> None:
    channel = recognise(label, unit=unit)
    assert isinstance(channel, Channel)
    assert channel.label == label


@given(
    st.sampled_from([*LEFT_GLUTE, *RIGHT_SHOULDER]),
    st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
    st.sampled_from(["_", " ", "-", ".", "  ", " / "]),
)
def test_case_and_separators_do_not_matter(label: str, case: Callable[[str], str], separator: str) -> None:
    changed = re.sub(r"[^\w]+|_", separator, case(label))
    expected, found = recognise(label), recognise(changed)
    assert (found.muscle, found.side) == (expected.muscle, expected.side)


@given(st.permutations(["left", "gluteus", "maximus", "EMG"]))
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    channel = recognise(" ".join(words))
    assert (channel.muscle, channel.side) == (GLUTE, "left")


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=20))
def test_a_muscle_is_claimed_only_where_its_words_or_initials_stand(label: str) -> None:
    muscle = recognise(label).muscle
    plain = label.lower()
    if muscle == GLUTE:
        assert re.search(r"g(l|lu|lut\w*)?\W*_*max|gm|fessier|gesa|glut", plain)
    if muscle == SHOULDER:
        assert re.search(r"trap|ut", plain)
