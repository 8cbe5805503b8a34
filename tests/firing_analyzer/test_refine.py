"""The fine onset on power that follows its own model exactly: its probabilities are held to their word."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.random import Generator

from firing_analyzer.bands import BandPower
from firing_analyzer.filters import BoolArray, FloatArray
from firing_analyzer.refine import OnsetEvidence, OnsetPosterior, onset_evidence
from firing_analyzer.rises import RISES, rise_bank, usual_rises

FRAME_S = 0.005
SMEAR = (0.01, 0.22, 0.54, 0.22, 0.01)
REST = np.array([1.0, 0.7, 0.4, 0.2])
FIRST, ONSET, LAST, END = 200, 400, 440, 520
#: The onset is in the middle of its frame. The plateau is told as it is in these frames after it.
TRUTH_S, READ = (ONSET + 0.5) * FRAME_S, (64, 120)


def bands_of(power: FloatArray, *, dof: float = 1.05, start_s: float = 0.0) -> BandPower:
    return BandPower(power, FRAME_S, start_s, np.full(power.shape[0], dof), np.array(SMEAR))


def rises() -> tuple[FloatArray, int, FloatArray]:
    """All rises that the model knows over one length, the frames before the onset, and their log-priors."""
    bank = rise_bank(FRAME_S, SMEAR)
    longest = max(group.profile.shape[1] for group in bank.groups)
    rows = [
        np.pad(group.profile, ((0, 0), (0, longest - group.profile.shape[1])), mode="edge")
        for group in bank.groups
    ]
    return np.concatenate(rows), bank.lead, usual_rises()


def power_of(
    *,
    rise: int,
    onset: int = ONSET,
    snr_db: float = 20.0,
    dof: float = 1.05,
    rng: Generator | None = None,
    n: int = 560,
) -> FloatArray:
    """Power of every band and frame: its mean, or drawn about it as the model has it."""
    known, lead, _ = rises()
    profile = np.ones(n + known.shape[1])
    profile[: onset - lead] = 0.0
    profile[onset - lead : onset - lead + known.shape[1]] = known[rise]
    mean = REST[:, None] * (1 + 10 ** (snr_db / 10) * profile[:n])
    return mean if rng is None else mean * rng.gamma(dof / 2, 2 / dof, mean.shape)


def evidence_of(
    power: FloatArray,
    *,
    snr_db: float = 20.0,
    restlessness: float = 1.0,
    known: BoolArray | None = None,
    dof: float = 1.05,
    first: int = FIRST,
    start_s: float = 0.0,
    gains: float | FloatArray = 1.0,
) -> OnsetEvidence:
    gain = np.broadcast_to(np.asarray(gains, dtype=np.float64), REST.shape)
    return onset_evidence(
        bands_of(gain[:, None] * power, dof=dof, start_s=start_s),
        rest=gain * REST,
        plateau=np.full(REST.size, 10 ** (snr_db / 10)),
        read=READ,
        first=first,
        last=LAST,
        end=END,
        restlessness=restlessness,
        known=known,
    )


def posterior_of(power: FloatArray, **options: object) -> OnsetPosterior:
    return evidence_of(power, **options).posterior()  # pyright: ignore[reportArgumentType]


def width(posterior: OnsetPosterior) -> float:
    low, high = posterior.interval_s()
    return high - low


def shared_rises() -> tuple[int, ...]:
    """Rises that can be told within the stretch that is looked at: 5 to 320 ms, all shapes."""
    known, lead, _ = rises()
    return tuple(np.flatnonzero(known[:, lead + 66] > 0.98).tolist())


def test_probabilities_sum_to_one_and_none_is_negative() -> None:
    posterior = posterior_of(power_of(rise=9, rng=np.random.default_rng(1)))
    assert posterior.probability.sum() == pytest.approx(1.0)
    assert (posterior.probability >= 0).all()
    np.testing.assert_allclose(np.diff(posterior.time_s), FRAME_S)
    # a few milliseconds beyond: no time is told more sharply than that
    assert posterior.time_s[0] >= FIRST * FRAME_S - 0.02
    assert posterior.time_s[-1] <= LAST * FRAME_S + 0.02


@pytest.mark.parametrize("snr_db", [10.0, 15.0, 20.0, 25.0])
def test_intervals_hold_the_truth_as_often_as_they_say(snr_db: float) -> None:
    """Rises drawn as the prior believes in them, power as the model has it: 95 % must hold, within chance."""
    rng = np.random.default_rng([2, int(snr_db)])
    weights = np.exp(rises()[2])
    weights[[number for number in range(weights.size) if number not in shared_rises()]] = 0
    covered, centred, n = 0, 0, 150
    for rise in rng.choice(weights.size, n, p=weights / weights.sum()):
        posterior = posterior_of(power_of(rise=int(rise), snr_db=snr_db, rng=rng), snr_db=snr_db)
        low, high = posterior.interval_s()
        covered += low <= TRUTH_S <= high
        low, high = posterior.interval_s(0.5)
        centred += low <= TRUTH_S <= high
    assert 0.90 <= covered / n <= 1.0
    assert 0.38 <= centred / n <= 0.72  # a model that always widens would fail here


@pytest.mark.parametrize("rise", shared_rises())
def test_every_rise_it_knows_is_placed_well_at_a_high_snr(rise: int) -> None:
    """Without chance in the data, what remains is the doubt between shapes: never beyond the interval."""
    posterior = posterior_of(power_of(rise=rise, snr_db=30), snr_db=30)
    low, high = posterior.interval_s()
    assert low - FRAME_S <= TRUTH_S <= high + FRAME_S


def test_unequal_bands_count_by_their_own_rest() -> None:
    """A band's unit must not matter: each is compared with its own rest."""
    power = power_of(rise=9, rng=np.random.default_rng(3))
    plain = posterior_of(power)
    scaled = posterior_of(power, gains=np.array([1e-6, 1.0, 1e3, 1e9]))
    np.testing.assert_allclose(scaled.probability, plain.probability, atol=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1e-3, 1e12])
def test_scale_does_not_matter(scale: float) -> None:
    power = power_of(rise=9, rng=np.random.default_rng(4))
    np.testing.assert_allclose(
        posterior_of(power, gains=scale).probability, posterior_of(power).probability, atol=1e-9
    )


def test_a_shift_in_time_shifts_the_onset() -> None:
    power = power_of(rise=9, rng=np.random.default_rng(5))
    assert posterior_of(power, start_s=100.0).median_s - posterior_of(power).median_s == pytest.approx(100.0)


def test_a_restless_rest_widens_the_interval() -> None:
    power = power_of(rise=9, rng=np.random.default_rng(6))
    widths = [width(posterior_of(power, restlessness=value)) for value in (0.5, 1.0, 2.0, 4.0, 8.0)]
    assert widths[0] == pytest.approx(widths[1])  # steadier than noise is no more than steady
    assert all(b > a for a, b in pairwise(widths[1:]))


def test_more_degrees_of_freedom_narrow_the_interval() -> None:
    widths: list[float] = []
    for dof in (0.5, 2.0, 8.0):
        rng = np.random.default_rng(7)
        widths.append(
            float(
                np.mean([width(posterior_of(power_of(rise=9, dof=dof, rng=rng), dof=dof)) for _ in range(10)])
            )
        )
    assert widths[0] > widths[1] > widths[2]


def test_a_higher_snr_narrows_the_interval() -> None:
    widths: list[float] = []
    for snr_db in (8.0, 14.0, 20.0, 28.0):
        rng = np.random.default_rng(8)
        some = [
            width(posterior_of(power_of(rise=13, snr_db=snr_db, rng=rng), snr_db=snr_db)) for _ in range(10)
        ]
        widths.append(float(np.mean(some)))
    assert all(a > b for a, b in pairwise(widths))


def test_what_stands_in_lost_frames_does_not_matter() -> None:
    power = power_of(rise=9, rng=np.random.default_rng(9))
    known = np.ones(power.shape[1], dtype=np.bool_)
    known[395:415] = False
    garbage = power.copy()
    garbage[:, 395:415] = 1e9
    np.testing.assert_allclose(
        posterior_of(garbage, known=known).probability, posterior_of(power, known=known).probability
    )


def test_frames_lost_at_the_onset_widen_the_interval() -> None:
    for seed in range(10):
        power = power_of(rise=5, rng=np.random.default_rng([10, seed]))
        known = np.ones(power.shape[1], dtype=np.bool_)
        known[385:425] = False
        assert width(posterior_of(power, known=known)) > width(posterior_of(power))


@pytest.mark.parametrize("gap", [(370, 390), (385, 405), (398, 410), (405, 425), (420, 460)])
def test_lost_frames_do_not_push_the_interval_off_the_truth(gap: tuple[int, int]) -> None:
    held = 0
    for seed in range(30):
        power = power_of(rise=9, rng=np.random.default_rng([11, seed]))
        known = np.ones(power.shape[1], dtype=np.bool_)
        known[gap[0] : gap[1]] = False
        low, high = posterior_of(power, known=known).interval_s()
        held += low <= TRUTH_S <= high
    assert held >= 27


def test_where_everything_is_lost_nothing_is_claimed() -> None:
    power = power_of(rise=9)
    posterior = posterior_of(power, known=np.zeros(power.shape[1], dtype=np.bool_))
    n = LAST - FIRST + 1
    # flat but for the very ends, which are as soft as time can be told
    middle = (posterior.time_s > (FIRST + 5) * FRAME_S) & (posterior.time_s < (LAST - 5) * FRAME_S)
    np.testing.assert_allclose(posterior.probability[middle], 1 / n, rtol=0.01)
    assert width(posterior) == pytest.approx(0.95 * n * FRAME_S, rel=0.02)


@pytest.mark.parametrize("first", [100, 201, 202, 203, 330])
def test_how_far_back_is_searched_does_not_matter(first: int) -> None:
    """Skipping what is hopeless may not change the answer, wherever the search begins."""
    for seed in range(5):
        power = power_of(rise=9, rng=np.random.default_rng([15, seed]))
        one, other = posterior_of(power), posterior_of(power, first=first)
        np.testing.assert_allclose(one.interval_s(0.99), other.interval_s(0.99), atol=2e-4)
        assert one.median_s == pytest.approx(other.median_s, abs=1e-4)


def test_activity_since_before_the_search_is_told_as_pinned() -> None:
    rng = np.random.default_rng(12)
    for onset in (100, 190, FIRST):
        assert posterior_of(power_of(rise=5, onset=onset, rng=rng)).pinned
    assert not posterior_of(power_of(rise=5, rng=rng)).pinned


def test_doubt_about_the_rise_is_part_of_the_whole_doubt() -> None:
    posterior = posterior_of(power_of(rise=13, rng=np.random.default_rng(13), snr_db=12), snr_db=12)
    mean = float(posterior.probability @ posterior.time_s)
    whole = float(np.sqrt(posterior.probability @ (posterior.time_s - mean) ** 2))
    assert 0 < posterior.shape_sd_s < whole


def test_quantiles_are_those_of_the_normal_it_holds() -> None:
    time_s = np.asarray(3 + np.arange(-100, 101) * 0.005, dtype=np.float64)
    density = np.exp(-0.5 * ((time_s - 3.02) / 0.04) ** 2)
    posterior = OnsetPosterior(time_s, density / density.sum())
    assert posterior.median_s == pytest.approx(3.02, abs=2e-4)
    low, high = posterior.interval_s(0.95)
    assert low == pytest.approx(3.02 - 1.96 * 0.04, abs=1e-3)
    assert high == pytest.approx(3.02 + 1.96 * 0.04, abs=1e-3)
    values = [posterior.quantile(share) for share in np.linspace(0.001, 0.999, 101)]
    assert (np.diff(values) >= 0).all()


def test_intervals_of_more_confidence_hold_those_of_less() -> None:
    posterior = posterior_of(power_of(rise=9, rng=np.random.default_rng(14)))
    inner, outer = posterior.interval_s(0.8), posterior.interval_s(0.99)
    assert outer[0] < inner[0] < posterior.median_s < inner[1] < outer[1]


def test_a_single_possible_onset_is_certain() -> None:
    posterior = OnsetPosterior(np.array([2.0]), np.array([1.0]))
    assert posterior.median_s == pytest.approx(2.0)
    assert posterior.step_s == 0.005


def test_what_is_known_of_the_rise_narrows_the_interval_about_the_truth() -> None:
    """Told that the muscle starts abruptly, an onset is not held to be the hidden end of a slow one."""
    steps = np.where([one.is_step for one in RISES], 0.0, -20.0)
    for seed in range(10):
        evidence = evidence_of(power_of(rise=0, snr_db=12, rng=np.random.default_rng([16, seed])), snr_db=12)
        told, untold = evidence.posterior(steps), evidence.posterior()
        assert width(told) < width(untold)
        assert abs(told.median_s - TRUTH_S) < 0.012


def test_a_rise_that_goes_on_while_its_plateau_is_read_is_not_taken_for_a_shorter_one() -> None:
    """Half a second of rise at 20 dB, its level read in the middle of it: still placed about the truth."""
    known, lead, _ = rises()
    slow = next(n for n, one in enumerate(RISES) if one.length_s > 0.7 and one.shape == "linear")
    reached = float(known[slow, lead + 12 + 30 : lead + 12 + 70].mean())
    errors: list[float] = []
    for seed in range(20):
        power = power_of(rise=slow, snr_db=20, rng=np.random.default_rng([17, seed]))
        evidence = onset_evidence(
            bands_of(power),
            rest=REST,
            plateau=np.full(REST.size, 100 * reached),
            read=(30, 70),
            first=FIRST,
            last=LAST,
            end=END,
        )
        errors.append(evidence.posterior().median_s - TRUTH_S)
    assert abs(np.median(errors)) < 0.03
