"""The traces of pictures: envelopes, thinned samples, and gaps."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from firing_analyzer.figures.traces import cut, moving_rms, thin_out
from firing_analyzer.plots import plot_repetitions
from firing_analyzer.result import Analysis
from tests.firing_analyzer.drawn_session import CLEAR, drawn, simulated


@pytest.fixture(scope="module")
def clear() -> Analysis:
    return simulated(CLEAR)


def test_the_envelope_knows_only_the_samples_that_arrived() -> None:
    x = np.full(100, 2.0)
    x[40:60] = np.nan
    envelope = moving_rms(x, 11)
    assert_allclose(envelope[:40], 2.0)
    assert np.isnan(envelope[40:60]).all()
    assert_allclose(envelope[60:], 2.0)


def test_thinning_keeps_the_extremes_and_every_gap() -> None:
    values = np.random.default_rng(2).normal(size=10_000)
    values[1234], values[7777] = 50.0, -60.0
    values[5000] = np.nan
    times_s, kept = thin_out(np.arange(values.size) / 1000, values, bins=100)
    assert kept.size == times_s.size == 300
    assert np.nanmax(kept) == 50.0
    assert np.nanmin(kept) == -60.0
    assert np.isnan(kept).sum() == 1
    assert abs(times_s[np.isnan(kept)][0] - 5.0) < 0.1


def test_a_stretch_beyond_the_recording_is_left_out(clear: Analysis) -> None:
    piece = cut(clear.glute, -1.0, 0.5)
    assert piece.times_s[0] == clear.glute.start_s
    assert piece.samples.size == piece.envelope.size == 1000
    assert cut(clear.glute, 1e4, 1e4 + 1).samples.size == 0


def test_an_envelope_channel_is_drawn_as_it_is(clear: Analysis) -> None:
    smooth = replace(clear.glute, channel=replace(clear.glute.channel, kind="envelope"))
    piece = cut(smooth, 10.0, 12.0)
    np.testing.assert_array_equal(piece.envelope, piece.samples)
    ax = plot_repetitions(replace(clear, glute=smooth))
    assert not drawn(ax, "signal-glute")
    assert len(drawn(ax, "envelope-glute")) == 8
