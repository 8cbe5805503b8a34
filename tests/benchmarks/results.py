"""Everything that one run of the benchmarks found."""

from collections import Counter
from dataclasses import dataclass

from tests.benchmarks.accuracy import Scores
from tests.benchmarks.growth import Grown, Shared
from tests.benchmarks.lags import PairScores
from tests.benchmarks.live_path import LiveCost
from tests.benchmarks.speed import Timing
from tests.benchmarks.spliced import LagScore


@dataclass(slots=True)
class Results:
    """What was measured; None where a part was not run.

    Attributes
    ----------
    spliced : dict or None
        Empty where the recordings are not beside the checkout.
    speed_s : float
        Length of the recording that was timed.
    """

    accuracy: Scores | None = None
    pairs: PairScores | None = None
    spliced: dict[str, dict[str, LagScore]] | None = None
    sham: dict[str, Counter[str]] | None = None
    speed: list[Timing] | None = None
    speed_s: float = 0.0
    grown: list[Grown] | None = None
    shared: Shared | None = None
    live: LiveCost | None = None
