"""An open electrode is told from a loud muscle, whose power lies beside the lines of the mains as well."""

import numpy as np
import pytest

from firing_analyzer.condition import Conditioned, condition
from firing_analyzer.filters import FloatArray
from firing_analyzer.settings import Settings
from recordings.model import Channel, Signal
from recordings.synth import simulate_burst

RATE_HZ = 2000.0
REST_UV = 3.0
ONSETS_S = (6.0, 14.0, 22.0)


def hum(seed: int, level_uv: float) -> FloatArray:
    """Mains of this RMS over 30 seconds, with two harmonics."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(int(30 * RATE_HZ)) / RATE_HZ
    waves = [np.sin(2 * np.pi * 50.02 * order * times_s + rng.uniform(0, 6)) / order for order in (1, 2, 3)]
    total = np.sum(waves, axis=0)
    return np.asarray(level_uv * total / np.sqrt(np.mean(total**2)), dtype=np.float64)


def conditioned(seed: int, *, snr_db: float, more: FloatArray) -> Conditioned:
    bursts = [
        simulate_burst(
            duration_s=10,
            onset_s=onset_s - 10 * place,
            end_s=onset_s - 10 * place + 1.5,
            rise_ms=50,
            snr_db=snr_db,
            seed=100 * seed + place,
        )
        for place, onset_s in enumerate(ONSETS_S)
    ]
    x = np.concatenate(bursts)
    return condition(Signal.of(Channel("GM_L", unit="uV"), x + more, rate_hz=RATE_HZ), Settings())


@pytest.mark.parametrize("snr_db", [20.0, 30.0, 36.0])
def test_loud_bursts_over_hum_are_no_open_electrode(snr_db: float) -> None:
    for seed in range(6):
        found = conditioned(seed, snr_db=snr_db, more=hum(seed, REST_UV))
        assert found.hum.base_hz == 50
        assert not found.off.any(), seed
        for onset_s in ONSETS_S:
            assert any(abs(burst.start_s - onset_s) < 0.1 for burst in found.activity.bursts), (seed, onset_s)


def test_an_electrode_that_comes_off_for_a_while_is_seen() -> None:
    for seed in range(4):
        open_input = hum(seed, 600.0)
        open_input[: int(17 * RATE_HZ)] = open_input[int(20 * RATE_HZ) :] = 0
        found = conditioned(seed, snr_db=20.0, more=open_input + hum(seed, REST_UV))
        off = np.flatnonzero(found.off) / RATE_HZ
        assert off.size
        assert 14 < off[0] < 17
        assert 20 < off[-1] < 23
