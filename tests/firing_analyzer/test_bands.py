"""Power by band against what the mathematics of sinusoids, noise and impulses demands."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from firing_analyzer.bands import BandPower, band_edges_hz, band_power
from firing_analyzer.filters import FloatArray

RATES_HZ = (250.0, 400.0, 1000.0, 1259.259, 1925.926, 2000.0, 2148.15, 4000.0)


def powers(x: FloatArray, rate_hz: float, *, width_hz: float = 105.0, start_s: float = 0.0) -> BandPower:
    return band_power(x, rate_hz, edges_hz=band_edges_hz(rate_hz, width_hz=width_hz), start_s=start_s)


def spread_of_impulses(rate_hz: float, *, band: int, n_side: int) -> FloatArray:
    """Share of an impulse's power in the frames around it, averaged over all its places in a frame."""
    hop = max(1, round(0.005 * rate_hz))
    n_frames = 2 * round(1.0 * rate_hz / hop) + 1
    middle = n_frames // 2
    total = np.zeros(n_frames)
    for place in range(hop):
        x = np.zeros(n_frames * hop)
        x[middle * hop + place] = 1.0
        total += powers(x, rate_hz).power[band]
    total /= total.sum()
    return total[middle - n_side : middle + n_side + 1]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("width_hz", [70.0, 105.0])
def test_edges_split_the_usable_band_evenly(rate_hz: float, width_hz: float) -> None:
    edges = band_edges_hz(rate_hz, width_hz=width_hz)
    assert edges[0] == 30.0
    assert edges[-1] == pytest.approx(min(450.0, 0.45 * rate_hz))
    assert_allclose(np.diff(edges), np.diff(edges)[0])
    assert 0.6 * width_hz < np.diff(edges)[0] < 1.6 * width_hz


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_all_bands_together_hold_the_power_of_the_signal(rate_hz: float) -> None:
    """Waves clear of the outer skirts: nothing is lost and nothing counted twice, also where bands meet."""
    edges = band_edges_hz(rate_hz, width_hz=70.0)
    skirt = 0.4 * (edges[1] - edges[0])
    inside = np.linspace(edges[0] + skirt, edges[-1] - skirt, 11)
    times_s = np.arange(round(8 * rate_hz)) / rate_hz
    for frequency_hz in inside:
        wave = 3.0 * np.sin(2 * np.pi * frequency_hz * times_s + 1.0)
        power = powers(wave, rate_hz, width_hz=70.0).power.sum(axis=0)
        middle = power[power.size // 4 : 3 * power.size // 4]
        assert middle.mean() == pytest.approx(4.5, rel=0.01)


@pytest.mark.parametrize("rate_hz", [1000.0, 1259.259, 2000.0])
def test_a_wave_lands_in_its_own_band(rate_hz: float) -> None:
    edges = band_edges_hz(rate_hz, width_hz=70.0)
    times_s = np.arange(round(4 * rate_hz)) / rate_hz
    for band, centre_hz in enumerate(0.5 * (edges[:-1] + edges[1:])):
        power = powers(np.sin(2 * np.pi * centre_hz * times_s), rate_hz, width_hz=70.0).power
        middle = power[:, power.shape[1] // 4 : 3 * power.shape[1] // 4].mean(axis=1)
        assert middle[band] == pytest.approx(0.5, rel=0.01)
        assert np.delete(middle, band).sum() < 1e-4


@pytest.mark.parametrize("rate_hz", [250.0, 1000.0, 1259.259, 2000.0])
def test_white_noise_varies_as_its_degrees_of_freedom_say(rate_hz: float) -> None:
    """Mean power over a second has a variance of two over its degrees of freedom, in squares of its mean."""
    rng = np.random.default_rng(11)
    seconds = 400
    bands = powers(rng.standard_normal(round(seconds * rate_hz)), rate_hz)
    per_s = round(1 / bands.frame_s)
    frames = bands.power[:, per_s : per_s * (seconds - 1)]
    frames = frames[:, : frames.shape[1] // per_s * per_s]
    for power, dof in [
        *zip(frames, bands.dof, strict=True),
        (frames.sum(axis=0), bands.dof.sum()),
    ]:
        means = power.reshape(-1, per_s).mean(axis=1)
        measured = 2 / (means.var(ddof=1) / means.mean() ** 2) / per_s
        # 400 variances are known to 7 %; skirts let a band of its own hold a tenth more
        assert 0.78 < measured / dof < 1.35


def test_white_noise_is_shared_by_width() -> None:
    bands = powers(np.random.default_rng(12).standard_normal(400_000), 2000.0, width_hz=70.0)
    expected = 70.0 / 1000.0
    assert_allclose(bands.power.mean(axis=1), expected, rtol=0.05)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_smear_is_how_impulses_really_spread(rate_hz: float) -> None:
    bands = powers(np.zeros(round(2 * rate_hz)), rate_hz)
    side = bands.smear.size // 2
    for band in {0, bands.power.shape[0] - 1}:
        assert_allclose(bands.smear, spread_of_impulses(rate_hz, band=band, n_side=side), atol=5e-4)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_smear_is_symmetric_and_loses_nothing(rate_hz: float) -> None:
    smear = powers(np.zeros(round(2 * rate_hz)), rate_hz).smear
    assert smear.size % 2 == 1
    assert smear.sum() == pytest.approx(1.0)
    assert_allclose(smear, smear[::-1], atol=1e-12)
    assert (smear >= 0).all()
    assert int(np.argmax(smear)) == smear.size // 2


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_time_of_an_impulse_is_not_moved(rate_hz: float) -> None:
    """The centre of its power, averaged over all places in a frame, is where it was."""
    hop = max(1, round(0.005 * rate_hz))
    errors: list[float] = []
    frame_s = hop / rate_hz
    for place in range(hop):
        x = np.zeros(round(1.2 * rate_hz))
        at = round(0.6 * rate_hz) + place
        x[at] = 1.0
        bands = powers(x, rate_hz, start_s=7.0)
        power = bands.power.sum(axis=0)
        centre_s = float(power @ bands.times_s / power.sum())
        errors.append(centre_s - (7.0 + (at + 0.5) / rate_hz))
    assert abs(np.mean(errors)) < 0.1 * frame_s
    assert np.abs(errors).max() < 0.5 * frame_s


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_frames_keep_their_place_over_ten_minutes(rate_hz: float) -> None:
    """A frame is a whole number of samples, so frame times must not creep at odd rates."""
    x = np.zeros(round(600 * rate_hz))
    at = x.size - round(0.5 * rate_hz)
    x[at] = 1.0
    bands = band_power(x, rate_hz, edges_hz=band_edges_hz(rate_hz, width_hz=400.0))
    peak_s = float(bands.times_s[np.argmax(bands.power.sum(axis=0))])
    assert abs(peak_s - at / rate_hz) < bands.frame_s


def test_a_reversed_signal_gives_reversed_power() -> None:
    x = np.random.default_rng(13).standard_normal(4000)
    assert_allclose(powers(x[::-1], 2000.0).power[:, ::-1], powers(x, 2000.0).power, rtol=1e-6, atol=1e-9)


def test_power_scales_with_the_square() -> None:
    x = np.random.default_rng(14).standard_normal(3000)
    assert_allclose(powers(1e-6 * x, 1000.0).power, 1e-12 * powers(x, 1000.0).power, rtol=1e-9)


def test_one_end_of_a_stretch_does_not_leak_into_the_other() -> None:
    x = np.zeros(2000)
    x[-50:] = 100.0 * np.random.default_rng(15).standard_normal(50)
    power = powers(x, 2000.0).power.sum(axis=0)
    assert power[:10].max() < 1e-5 * power.max()
