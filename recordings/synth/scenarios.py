"""Named sessions that are clear by construction: whatever the seed, what they show is not left to luck."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypedDict, Unpack, get_args

from numpy.random import Generator

from recordings.model import Side
from recordings.synth.person import Body, Muscle, Nuisance, Raise, Schedule, Sensors
from recordings.synth.session import simulate_session
from recordings.synth.texture import stream
from recordings.synth.truth import SyntheticSession

Scenario = Literal["shoulder_first", "glute_first", "together", "shoulder_silent", "inconsistent", "noisy"]
N_RAISES: Final = 10

#: A tidy recording of a living person: some heart beat on the trapezius, a trace of it on the glute, a little
#: hum.
_GLUTE: Final = Nuisance(heart_uv=1.5, hum_uv=0.5, wander_uv=2.0)
_SHOULDER: Final = Nuisance(heart_uv=15.0, hum_uv=0.7, wander_uv=4.0)


class SessionOptions(TypedDict, total=False):
    """Keywords of `simulate_session` that change a scenario; see there."""

    lags_ms: list[float | None]
    raises: list[Raise]
    rate_hz: float | tuple[float, float]
    snr_db: float | tuple[float, float]
    glute: Muscle
    shoulder: Muscle
    glute_nuisance: Nuisance
    shoulder_nuisance: Nuisance
    body: Body
    schedule: Schedule
    sensors: Sensors


def simulate(
    scenario: Scenario, *, seed: int = 0, leg: Side = "left", **changes: Unpack[SessionOptions]
) -> SyntheticSession:
    """Make a session of ten raises that shows one thing clearly.

    ===================  ===========================================================
    `shoulder_first`     lags of -165 to -115 ms
    `glute_first`        lags of 115 to 165 ms
    `together`           lags of -15 to 15 ms
    `shoulder_silent`    only a reference shrug proves that the shoulder's sensor works
    `inconsistent`       lags of 120 to 200 ms, of either sign by turns
    `noisy`              shoulder first, but both muscles are only 3 dB above the noise
    ===================  ===========================================================

    All have some heart beat and hum. For an empty session use `simulate_session`.

    Parameters
    ----------
    scenario : str
    seed : int
    leg : {"left", "right"}
    **changes
        Keywords of `simulate_session`; they win over those of the scenario.

    Returns
    -------
    SyntheticSession

    Raises
    ------
    ValueError
        If there is no such scenario.

    Examples
    --------
    >>> all(lag < -100 for lag in simulate("shoulder_first", seed=3).truth.lags_ms)
    True
    """
    if scenario not in SCENARIOS:
        raise ValueError(f"there is no scenario {scenario!r}; use one of {', '.join(SCENARIOS)}")
    options: SessionOptions = {
        "glute_nuisance": _GLUTE,
        "shoulder_nuisance": _SHOULDER,
        **_MAKERS[scenario](stream(seed, "lags")),
        **changes,
    }
    if "raises" in changes and "lags_ms" not in changes:
        options.pop("lags_ms", None)
    return simulate_session(seed=seed, leg=leg, **options)


def _around(middle_ms: float, reach_ms: float) -> Callable[[Generator], SessionOptions]:
    def draw(rng: Generator) -> SessionOptions:
        drawn = rng.uniform(middle_ms - reach_ms, middle_ms + reach_ms, N_RAISES)
        return {"lags_ms": [float(lag) for lag in drawn]}

    return draw


def _silent(_rng: Generator) -> SessionOptions:
    return {"lags_ms": [None] * N_RAISES, "schedule": Schedule(reference_shrug=True)}


def _by_turns(rng: Generator) -> SessionOptions:
    first = 1 if rng.random() < 0.5 else -1
    sizes = rng.uniform(120, 200, N_RAISES)
    return {"lags_ms": [first * (-1) ** number * float(size) for number, size in enumerate(sizes)]}


def _noisy(rng: Generator) -> SessionOptions:
    return {
        **_around(-140, 25)(rng),
        "snr_db": 3.0,
        "glute_nuisance": Nuisance(rest_uv=12.0, heart_uv=5.0, hum_uv=4.0, wander_uv=10.0),
        "shoulder_nuisance": Nuisance(rest_uv=12.0, heart_uv=30.0, hum_uv=6.0, wander_uv=15.0),
    }


_MAKERS: Final[Mapping[Scenario, Callable[[Generator], SessionOptions]]] = MappingProxyType(
    {
        "shoulder_first": _around(-140, 25),
        "glute_first": _around(140, 25),
        "together": _around(0, 15),
        "shoulder_silent": _silent,
        "inconsistent": _by_turns,
        "noisy": _noisy,
    }
)

SCENARIOS: Final[tuple[Scenario, ...]] = get_args(Scenario)
