"""Which muscle came first: lags of simulated pairs, of equal and of unequal muscles."""

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from firing_analyzer.pipeline import analyze
from recordings.model import Channel, Recording, Signal
from recordings.synth import Burst
from recordings.synth.texture import stream
from tests.benchmarks.accuracy import by_peer
from tests.benchmarks.oracle import oracle_onsets_s
from tests.benchmarks.ours import NAMED, OURS, Onset, named_onsets
from tests.benchmarks.peers import find_peers
from tests.benchmarks.trials import LEAD_S, STEP, Cell, Rise, Trial, trial_of

RAISES: Final = 10
SAME_S: Final = 0.5
LINEAR: Final = Rise("linear", 100.0)


@dataclass(frozen=True, slots=True)
class Pair:
    """One kind of session.

    Attributes
    ----------
    lag_ms : float
        Shoulder minus glute, the same in every raise.
    glute, shoulder : (float, Rise)
        SNR in dB, and how the muscle starts.
    nuisance : str
        Of the shoulder.
    """

    lag_ms: float
    glute: tuple[float, Rise]
    shoulder: tuple[float, Rise]
    nuisance: str = "clean"

    def __str__(self) -> str:
        muscles = [f"{rise} at {snr:g} dB" for snr, rise in (self.glute, self.shoulder)]
        both = (
            f"both {muscles[0]}" if muscles[0] == muscles[1] else f"glute {muscles[0]}, shoulder {muscles[1]}"
        )
        return f"{both}; lag {self.lag_ms:+g} ms" + ("" if self.nuisance == "clean" else f"; {self.nuisance}")


#: The glute leads by 50 ms with a slow rise and a weak signal; threshold detectors see the shoulder first.
HARD: Final = Pair(50.0, (10.0, LINEAR), (20.0, STEP))
HARD_HEART: Final = Pair(50.0, (10.0, LINEAR), (20.0, STEP), "heart beat")
EQUAL: Final = tuple(
    Pair(lag, (snr, LINEAR), (snr, LINEAR)) for snr in (20.0, 10.0) for lag in (0.0, 20.0, 50.0, 100.0)
)
UNEQUAL: Final = tuple(
    Pair(0.0, (20.0, rise), (10.0, rise))
    for rise in (
        STEP,
        Rise("linear", 25.0),
        LINEAR,
        Rise("linear", 250.0),
        Rise("sqrt", 100.0),
        Rise("quadratic", 100.0),
        Rise("smoothstep", 100.0),
        Rise("exponential", 100.0),
    )
)
UNEQUAL_RISES: Final = (
    Pair(0.0, (20.0, LINEAR), (20.0, STEP)),
    Pair(0.0, (20.0, Rise("linear", 250.0)), (20.0, Rise("linear", 25.0))),
    Pair(0.0, (20.0, Rise("smoothstep", 200.0)), (20.0, Rise("linear", 50.0))),
)
QUICK: Final = (HARD, HARD_HEART, EQUAL[2], UNEQUAL[0], UNEQUAL[2], UNEQUAL[3], UNEQUAL[5])
FULL: Final = (HARD, HARD_HEART, *EQUAL, *UNEQUAL, *UNEQUAL_RISES)


@dataclass(slots=True)
class PairScore:
    """What one method made of the repetitions of one kind of session."""

    errors_ms: list[float] = field(default_factory=list[float])
    right_sign: int = 0
    repetitions: int = 0
    covered: list[bool] = field(default_factory=list[bool])

    def add(
        self, true_ms: float, said_ms: float | None, interval_ms: tuple[float, float] | None = None
    ) -> None:
        """Add one repetition; without a lag it is not right."""
        self.repetitions += 1
        if said_ms is None:
            return
        self.errors_ms.append(said_ms - true_ms)
        self.right_sign += true_ms != 0 and np.sign(said_ms) == np.sign(true_ms)
        if interval_ms is not None:
            self.covered.append(interval_ms[0] <= true_ms <= interval_ms[1])

    @property
    def median_ms(self) -> float:
        """Median size of the error."""
        return float(np.median(np.abs(self.errors_ms))) if self.errors_ms else np.nan

    @property
    def bias_ms(self) -> float:
        """Median error: a single repetition that is far off does not decide it."""
        return float(np.median(self.errors_ms)) if self.errors_ms else np.nan

    @property
    def mean_ms(self) -> float:
        """Mean error."""
        return float(np.mean(self.errors_ms)) if self.errors_ms else np.nan

    @property
    def right_share(self) -> float:
        """Share of all repetitions whose lag has the right sign."""
        return self.right_sign / self.repetitions if self.repetitions else np.nan

    @property
    def found_share(self) -> float:
        """Share of repetitions with a lag."""
        return len(self.errors_ms) / self.repetitions if self.repetitions else np.nan

    @property
    def coverage(self) -> float:
        """Share of intervals that hold the true lag."""
        return float(np.mean(self.covered)) if self.covered else np.nan

    def join(self, other: "PairScore") -> None:
        """Add another recording of the same kind."""
        self.errors_ms += other.errors_ms
        self.right_sign += other.right_sign
        self.repetitions += other.repetitions
        self.covered += other.covered


PairScores = dict[str, dict[Pair, PairScore]]


def measure(
    pairs: tuple[Pair, ...],
    *,
    sessions: int,
    peer_sessions: int,
    with_peers: bool,
    executor: Executor | None = None,
) -> PairScores:
    """Try every method on sessions of ten raises of every kind; rates and textures take turns."""
    jobs = [
        # the case that the issue names is given to the peers as often as to us
        (pair, seed, with_peers and (seed < peer_sessions or pair == HARD), seed < peer_sessions)
        for pair in pairs
        for seed in range(sessions)
    ]
    scores: PairScores = {}
    results: Iterable[tuple[Pair, dict[str, PairScore]]]
    results = map(_one_session, jobs) if executor is None else executor.map(_one_session, jobs, chunksize=2)
    for pair, told in results:
        for method, score in told.items():
            scores.setdefault(method, {}).setdefault(pair, PairScore()).join(score)
    return scores


def make_pair(pair: Pair, seed: int) -> tuple[Trial, Trial]:
    """Make glute and shoulder of one session of ten raises."""
    rate_hz = (1000.0, 2000.0)[seed // 2 % 2]
    rng = stream(seed, "raises")
    onsets_s = LEAD_S + np.cumsum(rng.uniform(6.5, 7.5, RAISES)) - 6.5
    trials: list[Trial] = []
    for name, (snr_db, rise), delay_ms, active_s, nuisance in (
        ("glute", pair.glute, 0.0, (2.4, 3.0), "clean"),
        ("shoulder", pair.shoulder, pair.lag_ms, (1.2, 2.0), pair.nuisance),
    ):
        bursts = tuple(
            Burst(float(at), float(at + rng.uniform(*active_s)), rise_ms=rise.rise_ms, shape=rise.shape)
            for at in onsets_s + delay_ms / 1000
        )
        trials.append(trial_of(Cell(rate_hz, snr_db, rise, nuisance), bursts, seed, name=name))
    return trials[0], trials[1]


def recording_of(glute: Trial, shoulder: Trial) -> Recording:
    """Make of both channels what `analyze` takes: no cue, no event."""
    size = min(glute.samples.size, shoulder.samples.size)
    return Recording(
        tuple(
            Signal.of(
                Channel(label, unit="uV", device="benchmark"), one.samples[:size], rate_hz=one.cell.rate_hz
            )
            for label, one in (("GM_L", glute), ("UT_R", shoulder))
        ),
        leg="left",
        glute="GM_L",
        shoulder="UT_R",
    )


def _one_session(job: tuple[Pair, int, bool, bool]) -> tuple[Pair, dict[str, PairScore]]:
    pair, seed, with_peers, with_named = job
    glute, shoulder = make_pair(pair, seed)
    told = {OURS: _ours(pair, glute, shoulder)}
    oracle = [[Onset(at_s) for at_s in oracle_onsets_s(one)] for one in (glute, shoulder)]
    told["oracle"] = _by_onsets(pair, glute, shoulder, oracle)
    if with_named:
        for name in NAMED:
            found = [
                named_onsets(name, one.samples, one.cell.rate_hz, rest=one.rest) for one in (glute, shoulder)
            ]
            told[name] = _by_onsets(pair, glute, shoulder, found)
    if with_peers:
        for peer in find_peers().found:
            try:
                found = [by_peer(peer, one) for one in (glute, shoulder)]
            except Exception:  # noqa: BLE001  (a peer that stops has found nothing)
                found = [[], []]
            told[peer.name] = _by_onsets(pair, glute, shoulder, found)
    return pair, told


def _ours(pair: Pair, glute: Trial, shoulder: Trial) -> PairScore:
    score = PairScore()
    rows = analyze(recording_of(glute, shoulder)).rows
    for burst in glute.bursts:
        row = next((one for one in rows if abs(one.start_s - burst.onset_s) <= SAME_S), None)
        if row is None:
            score.add(pair.lag_ms, None)
        else:
            score.add(pair.lag_ms, row.lag_ms, row.lag_interval_ms)
    return score


def _by_onsets(pair: Pair, glute: Trial, shoulder: Trial, found: list[list[Onset]]) -> PairScore:
    """Lags from the onset nearest to each true one: the kindest reading of a list of onsets."""
    score = PairScore()
    for true in zip(glute.bursts, shoulder.bursts, strict=True):
        near: list[float] = []
        for burst, onsets in zip(true, found, strict=True):
            at_s = min(
                (one.time_s for one in onsets), key=lambda at_s: abs(at_s - burst.onset_s), default=np.inf
            )
            if abs(at_s - burst.onset_s) <= SAME_S:
                near.append(at_s)
        score.add(pair.lag_ms, 1000 * (near[1] - near[0]) if len(near) == 2 else None)
    return score
