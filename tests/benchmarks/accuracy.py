"""Onsets of simulated bursts, method by method and cell by cell."""

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.matching import Score, pooled
from tests.benchmarks.oracle import oracle_onsets_s
from tests.benchmarks.ours import NAMED, OURS, Onset, named_onsets, timed_onsets
from tests.benchmarks.peers import Peer, find_peers
from tests.benchmarks.trials import NUISANCES, RISES, SLOW_RISES, STEP, Cell, Rise, Trial, make_trial

ORACLE: Final = "oracle"
UNTOLD: Final = "oracle that is not told the rise"
#: From this SNR on the demands on errors hold.
DEMANDING_DB: Final = 10.0


@dataclass(frozen=True, slots=True)
class Grid:
    """Which cells are tried, and how often.

    Attributes
    ----------
    trials, peer_trials : int
        Trials of six bursts in each cell, by our own methods and the oracle, and by the others.
    """

    rates_hz: tuple[float, ...] = (500.0, 1000.0, 2000.0)
    snrs_db: tuple[float, ...] = (3.0, 6.0, 10.0, 15.0, 20.0, 30.0)
    rises: tuple[Rise, ...] = (*RISES, *SLOW_RISES)
    nuisances: tuple[str, ...] = tuple(NUISANCES)
    trials: int = 4
    peer_trials: int = 1

    def cells(self) -> Iterator[Cell]:
        """Every cell; slow rises on a clean channel only, where they are judged by coverage."""
        for rate, snr, rise, nuisance in itertools.product(
            self.rates_hz, self.snrs_db, self.rises, self.nuisances
        ):
            if nuisance == "clean" or rise not in SLOW_RISES:
                yield Cell(rate, snr, rise, nuisance)


SMOKE: Final = Grid((1000.0,), (20.0,), (STEP,), ("clean",), trials=1)
QUICK: Final = Grid(
    (1000.0, 2000.0),
    (6.0, 10.0, 20.0),
    (STEP, Rise("linear", 100.0), Rise("linear", 250.0), Rise("quadratic", 100.0), *SLOW_RISES[:1]),
    ("clean", "heart beat", "mains"),
    trials=2,
)
FULL: Final = Grid()

#: A method by name, and what it scored in each cell.
Scores = dict[str, dict[Cell, Score]]


def measure(grid: Grid, *, with_peers: bool, executor: Executor | None = None) -> Scores:
    """Try every method on every cell.

    Parameters
    ----------
    grid : Grid
    with_peers : bool
        False leaves out what is not our own.
    executor : Executor, optional
        Runs trials side by side.
    """
    jobs = [
        (cell, seed, with_peers and seed < grid.peer_trials, seed < grid.peer_trials)
        for cell in grid.cells()
        for seed in range(grid.trials)
    ]
    scores: Scores = {}
    results: Iterable[tuple[Cell, dict[str, Score]]]
    results = map(_one_trial, jobs) if executor is None else executor.map(_one_trial, jobs, chunksize=8)
    for cell, told in results:
        for method, score in told.items():
            of_cell = scores.setdefault(method, {})
            of_cell[cell] = pooled([of_cell[cell], score]) if cell in of_cell else score
    return scores


def _one_trial(job: tuple[Cell, int, bool, bool]) -> tuple[Cell, dict[str, Score]]:
    cell, seed, with_peers, with_named = job
    # a seed of its own for each cell, so that cells are independent of one another
    trial = make_trial(cell, 1000 * (hash_of(cell) % 100_000) + seed)
    told = {
        OURS: scored(trial, lambda: timed_onsets(trial.samples, cell.rate_hz)),
        ORACLE: scored(trial, lambda: [Onset(at_s) for at_s in oracle_onsets_s(trial)]),
    }
    if with_named and cell.nuisance == "clean" and cell.rise not in SLOW_RISES:
        told[UNTOLD] = scored(
            trial, lambda: [Onset(at_s) for at_s in oracle_onsets_s(trial, told_rise=False)]
        )
    if with_named:
        for name in NAMED:
            told[name] = scored(trial, lambda name=name: _named(name, trial))
    if with_peers:
        for peer in find_peers().found:
            told[peer.name] = scored(trial, lambda peer=peer: by_peer(peer, trial))
    return cell, told


def hash_of(cell: Cell) -> int:
    """Return a number of the cell that is the same in every process."""
    text = repr(cell).encode()
    return sum((place + 1) * byte for place, byte in enumerate(text))


def _named(name: str, trial: Trial) -> list[Onset]:
    return named_onsets(name, trial.samples, trial.cell.rate_hz, rest=trial.rest)


def by_peer(peer: Peer, trial: Trial) -> list[Onset]:
    """Onsets of a trial by another program, its warnings left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        onsets_s = peer.detect(trial.samples, trial.cell.rate_hz, trial.rest)
    return [Onset(float(one)) for one in onsets_s]


def scored(trial: Trial, detect: Callable[[], list[Onset]]) -> Score:
    """Score one method on one trial; a method that stops with an error has found nothing."""
    score = Score()
    try:
        found = detect()
    except Exception:  # noqa: BLE001  (whatever a peer trips over is counted, and the run goes on)
        score.failures += 1
        found = []
    score.add(trial.bursts, found, trial.duration_s)
    return score


def over(scores: dict[Cell, Score], keep: Callable[[Cell], bool]) -> Score:
    """Pool the cells that are kept."""
    return pooled(score for cell, score in scores.items() if keep(cell))


@dataclass(frozen=True, slots=True)
class Against:
    """One kind of burst, ours against the oracle; all rates pooled."""

    snr_db: float
    rise: Rise
    nuisance: str
    ours: Score
    oracle: Score

    @property
    def allowed_ms(self) -> float:
        """2.5 times the oracle's median error, or 5 ms if that is more."""
        return max(2.5 * self.oracle.median_ms, 5.0)

    @property
    def over(self) -> float:
        """Our median error as a share of what is allowed."""
        return self.ours.median_ms / self.allowed_ms


def against_oracle(scores: Scores) -> list[Against]:
    """Return every kind of burst, the worst of ours first."""
    kinds = sorted({(cell.snr_db, cell.rise, cell.nuisance) for cell in scores[OURS]})
    rows: list[Against] = []
    for kind in kinds:
        chosen = [
            over(scores[name], lambda cell, kind=kind: (cell.snr_db, cell.rise, cell.nuisance) == kind)
            for name in (OURS, ORACLE)
        ]
        rows.append(Against(*kind, *chosen))
    return sorted(rows, key=lambda row: -row.over)
