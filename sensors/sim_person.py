"""The simulated person whom two sensors share: hears cues, lifts the leg, and knows the truth about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recordings.model import (
    EVENT_PRACTICE,
    EVENT_RAISE,
    EVENT_REFERENCE_SHOULDER,
    EVENT_TAP,
    FloatArray,
    Side,
)
from recordings.synth.bursts import Burst
from recordings.synth.nuisances import beat_times, breath_times
from recordings.synth.person import GLUTE_MUSCLE, SHOULDER_MUSCLE, Body, Muscle, Nuisance, Raise, Schedule
from recordings.synth.raises import draw_burst, follow_cues
from recordings.synth.scenarios import SCENARIOS, Scenario, simulate
from recordings.synth.texture import stream
from recordings.synth.truth import RaiseTruth, Truth
from sensors.sim_options import NOISE, SIM_SCENARIOS

#: What the electrodes of each scenario pick up; a test holds them to the simulator's own.
_USUAL: Final = (
    Nuisance(heart_uv=1.5, hum_uv=0.5, wander_uv=2.0),
    Nuisance(heart_uv=15.0, hum_uv=0.7, wander_uv=4.0),
)
_NOISY: Final = (
    Nuisance(rest_uv=12.0, heart_uv=5.0, hum_uv=4.0, wander_uv=10.0),
    Nuisance(rest_uv=12.0, heart_uv=30.0, hum_uv=6.0, wander_uv=15.0),
)
_IN_THE_AIR: Final = (Nuisance(rest_uv=40.0, hum_uv=150.0), Nuisance(rest_uv=40.0, hum_uv=150.0))
#: One cue told to both sensors is one cue; two cues of a kind are never closer.
_SAME_CUE_S: Final = 0.5
#: Cues are answered in families of so many, so that answering one does not mean drawing all before it again.
_FAMILY: Final = 16
_BODY: Final = Body()
#: How often a person taps the two sensors when asked to, and how hard an electrode feels it: a damped swing.
_TAPS: Final = 5
_TAP_UV, _TAP_HZ, _TAP_LASTS_S = 900.0, 40.0, 0.025


@dataclass(slots=True)
class _Rhythm:
    """Heart beats and breaths, drawn further as time goes on."""

    until_s: float
    breaths_s: FloatArray
    beats_s: FloatArray


def tap_artefact(times_s: FloatArray, taps_s: Sequence[float]) -> FloatArray:
    """Return what tapped electrodes give, in microvolt; both sensors that are held together feel the same."""
    felt = np.zeros(times_s.size)
    for tap_s in taps_s:
        since_s = times_s - tap_s
        swing = np.sin(2 * np.pi * _TAP_HZ * since_s) * np.exp(-np.maximum(since_s, 0.0) / _TAP_LASTS_S)
        felt += np.where(since_s > 0, _TAP_UV * swing, 0.0)
    return felt


class Person:
    """Somebody who follows cues as a scenario has it.

    Parameters
    ----------
    scenario : str
        One of the simulator's, ``"silent"`` (never moves) or ``"noise"`` (both electrodes in the air).
    seed : int
    """

    def __init__(self, scenario: str, seed: int) -> None:
        if scenario not in SIM_SCENARIOS:
            raise ValueError(f"there is no scenario {scenario!r}; use one of {', '.join(SIM_SCENARIOS)}")
        self.seed = seed
        self.body = _BODY
        self.leg: Side = "left"
        self.moves = scenario in SCENARIOS
        self.nuisances = {NOISE: _IN_THE_AIR, "noisy": _NOISY}.get(scenario, _USUAL)
        self.lags_ms: tuple[float | None, ...] = (None,)
        snr_db = (GLUTE_MUSCLE.snr_db, SHOULDER_MUSCLE.snr_db)
        if self.moves:
            known = _plan_of(scenario, seed)
            self.lags_ms, snr_db = known.lags_ms, known.snr_db
        self.muscles: tuple[Muscle, Muscle] = (
            replace(GLUTE_MUSCLE, snr_db=snr_db[0]),
            replace(SHOULDER_MUSCLE, snr_db=snr_db[1]),
        )
        self.sampled_s = 0.0
        self.taps_s: tuple[float, ...] = ()
        self._cues: dict[str, list[float]] = {}
        self._done: dict[str, list[RaiseTruth]] = {EVENT_RAISE: [], EVENT_PRACTICE: []}
        self._shrugs: list[Burst] = []
        self._rhythm = _Rhythm(0.0, np.zeros(0), np.zeros(0))

    def hear(self, cue: str, at_s: float, *, leg: Side) -> None:
        """Take in a cue, once, whoever tells it; cues that mean nothing to a person are passed over.

        Muscles answer after the cue, and never in what the sensors have sampled already.
        """
        self.leg = leg
        if cue == EVENT_TAP and not self.taps_s:
            between_s = stream(self.seed, "taps").uniform(0.8, 1.6, _TAPS)
            self.taps_s = tuple((max(at_s, self.sampled_s) + np.cumsum(between_s)).tolist())
        if cue not in (EVENT_RAISE, EVENT_PRACTICE, EVENT_REFERENCE_SHOULDER):
            return
        heard = self._cues.setdefault(cue, [])
        if any(abs(at_s - before_s) < _SAME_CUE_S for before_s in heard[-4:]):
            return
        heard.append(at_s)
        if not self.moves:
            return
        from_s = max(at_s, self.sampled_s)
        if cue == EVENT_REFERENCE_SHOULDER:
            self._shrugs.append(self._shrug(from_s, len(self._shrugs)))
        else:
            self._done[cue].append(self._raise(cue, from_s, len(self._done[cue])))

    def bursts(self, site: int) -> Sequence[Burst]:
        """Return the bursts of the glute (0) or the shoulder (1) so far."""
        done = [*self._done[EVENT_PRACTICE], *self._done[EVENT_RAISE]]
        if site == 0:
            return [one.glute for one in done if one.glute is not None]
        return [*self._shrugs, *(burst for one in done for burst in one.shoulder_bursts)]

    @property
    def n_answers(self) -> int:
        """How many cues were answered; bursts are new when it is."""
        return len(self._shrugs) + sum(map(len, self._done.values()))

    def rhythm(self, until_s: float) -> tuple[FloatArray, FloatArray]:
        """Return when the heart beats and breaths begin, at least until a time, in seconds."""
        if until_s > self._rhythm.until_s:
            # A longer course begins with the shorter one, so doubling the horizon changes nothing heard.
            horizon_s = max(600.0, 2 * until_s)
            breaths_s = breath_times(
                horizon_s, rng=stream(self.seed, "breath"), per_min=self.body.breaths_per_min
            )
            beats_s = beat_times(
                horizon_s,
                rng=stream(self.seed, "heart"),
                breaths_s=breaths_s,
                per_min=self.body.heart_per_min,
                variability=self.body.heart_variability,
            )
            self._rhythm = _Rhythm(horizon_s, breaths_s, beats_s)
        return self._rhythm.beats_s, self._rhythm.breaths_s

    def truth(self) -> Truth:
        """Return what really happened so far, in seconds on the session's clock."""
        beats_s, breaths_s = self.rhythm(self.sampled_s)
        return Truth(
            raises=tuple(self._done[EVENT_RAISE]),
            practice=tuple(self._done[EVENT_PRACTICE]),
            reference=self._shrugs[0] if self._shrugs else None,
            snr_db=(self.muscles[0].snr_db, self.muscles[1].snr_db),
            heart_beats_s=beats_s[(beats_s >= 0) & (beats_s < self.sampled_s)],
            breaths_s=breaths_s[breaths_s < self.sampled_s],
        )

    def _raise(self, cue: str, at_s: float, number: int) -> RaiseTruth:
        """Answer one cue. Practice raises do as the first that counts; beyond ten, lags come round again."""
        lag_ms = self.lags_ms[number % len(self.lags_ms)] if cue == EVENT_RAISE else self.lags_ms[0]
        family, place = divmod(number, _FAMILY)
        name = "raise" if cue == EVENT_RAISE else "practice"
        answers = follow_cues(
            (at_s,) * (place + 1),
            (Raise(lag_ms=lag_ms),) * (place + 1),
            seed=self.seed,
            name=name if family == 0 else f"{name} family {family}",
            glute=self.muscles[0],
            shoulder=self.muscles[1],
        )
        return answers[-1]

    def _shrug(self, at_s: float, number: int) -> Burst:
        rng = stream(self.seed, "shrug" if number == 0 else f"shrug {number}")
        onset_s = at_s + float(rng.uniform(*Schedule().reaction_ms)) / 1000
        return draw_burst(onset_s, self.muscles[1], rng=rng, active_s=(1.2, 1.8))


def _plan_of(scenario: str, seed: int) -> Truth:
    """Return lags and signal-to-noise ratios of a scenario, from the simulator itself."""
    schedule = Schedule(cues_s=tuple(float(second) for second in range(10)), duration_s=0.5)
    name: Scenario = next(known for known in SCENARIOS if known == scenario)
    return simulate(name, seed=seed, rate_hz=1000.0, schedule=schedule).truth
