"""A whole session of prone leg raises, made from settings and a seed.

Every source of signal draws from a stream of its own: the same seed gives the same samples, and changing one
nuisance leaves all else as it was. A longer recording of the same raises begins with the samples of a shorter
one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from recordings.model import (
    GLUTE,
    SHOULDER,
    SIMULATED,
    Channel,
    FloatArray,
    Recording,
    Side,
    Signal,
    opposite,
)
from recordings.synth.nuisances import beat_times, breath_times
from recordings.synth.person import (
    GLUTE_MUSCLE,
    SHOULDER_MUSCLE,
    Body,
    Muscle,
    Nuisance,
    Raise,
    Schedule,
    Sensors,
)
from recordings.synth.raises import plan_session
from recordings.synth.sensor import SensorClock, Site
from recordings.synth.texture import stream, texture
from recordings.synth.truth import SyntheticSession, Truth

_QUIET = Nuisance()
_USUAL_BODY = Body()
_USUAL_SCHEDULE = Schedule()
_USUAL_SENSORS = Sensors()
_USUAL_LAGS_MS = (-140.0,) * 10


def simulate_session(
    *,
    seed: int = 0,
    leg: Side = "left",
    lags_ms: Sequence[float | None] | None = None,
    raises: Sequence[Raise] | None = None,
    rate_hz: float | tuple[float, float] = 2000.0,
    snr_db: float | tuple[float, float] | None = None,
    glute: Muscle = GLUTE_MUSCLE,
    shoulder: Muscle = SHOULDER_MUSCLE,
    glute_nuisance: Nuisance = _QUIET,
    shoulder_nuisance: Nuisance = _QUIET,
    body: Body = _USUAL_BODY,
    schedule: Schedule = _USUAL_SCHEDULE,
    sensors: Sensors = _USUAL_SENSORS,
) -> SyntheticSession:
    """Make a session of prone leg raises and tell the truth about it.

    After a rest the person lifts the leg at uneven cues: about a second up, two held, one down, the glute
    active throughout, the shoulder at its lag for a while of its own.

    Parameters
    ----------
    seed : int
        The same seed and settings give the same samples.
    leg : {"left", "right"}
        ``"left"`` gives the channels ``GM_L`` and ``UT_R``, ``"right"`` the other two.
    lags_ms : sequence of float or None, optional
        Shoulder onset minus glute onset of every raise, None for a silent shoulder. Ten raises of -140 by
        default.
    raises : sequence of Raise, optional
        The same in full, where raises are out of the ordinary. Not together with `lags_ms`.
    rate_hz : float or tuple of float
        Of both channels, or of glute and shoulder.
    snr_db : float or tuple of float, optional
        Of both muscles, or of glute and shoulder; wins over those of `glute` and `shoulder`.
    glute, shoulder : Muscle
        How they fire; ``replace(SHOULDER_MUSCLE, ...)`` changes one thing.
    glute_nuisance, shoulder_nuisance : Nuisance
        What else the two electrodes pick up.
    body : Body
        Heart, breath and mains.
    schedule : Schedule
        Rest, cues and practice.
    sensors : Sensors
        What the sensors share, and their clocks.

    Returns
    -------
    SyntheticSession
        `recording`, and `truth` on the clock of the glute's sensor.

    Raises
    ------
    ValueError
        If settings contradict one another.

    Examples
    --------
    >>> session = simulate_session(lags_ms=[-140, 80, None], seed=1)
    >>> session.recording.labels
    ('GM_L', 'UT_R')
    >>> [lag and round(lag) for lag in session.truth.lags_ms]
    [-140, 80, None]
    """
    if lags_ms is not None and raises is not None:
        raise ValueError("lags_ms and raises were both given; give one of them")
    lags = _USUAL_LAGS_MS if lags_ms is None else lags_ms
    plan = tuple(raises) if raises is not None else tuple(Raise(lag_ms=lag) for lag in lags)
    rates_hz = _of_both(rate_hz)
    if snr_db is not None:
        glute, shoulder = (
            replace(muscle, snr_db=own_db)
            for muscle, own_db in zip((glute, shoulder), _of_both(snr_db), strict=True)
        )
    sampled_together = rates_hz[0] == rates_hz[1] and sensors.one_clock and sensors.shoulder_starts_s == 0
    if sensors.something_common and not sampled_together:
        raise ValueError("what channels have in common needs one rate, one clock and one start for both")

    planned = plan_session(plan, schedule, seed=seed, glute=glute, shoulder=shoulder)
    duration_s = schedule.duration_s
    if duration_s is None:
        duration_s = planned.end_s + schedule.tail_s
    breaths_s = breath_times(duration_s, rng=stream(seed, "breath"), per_min=body.breaths_per_min)
    beats_s = beat_times(
        duration_s,
        rng=stream(seed, "heart"),
        breaths_s=breaths_s,
        per_min=body.heart_per_min,
        variability=body.heart_variability,
    )
    truth = Truth(
        raises=planned.raises,
        practice=planned.practice,
        reference=planned.reference,
        snr_db=(glute.snr_db, shoulder.snr_db),
        heart_beats_s=beats_s[(beats_s >= 0) & (beats_s < duration_s)],
        breaths_s=breaths_s,
    )

    sites = (
        Site(
            "glute",
            glute,
            glute_nuisance,
            SensorClock(rates_hz[0], duration_s, smoothing_ms=sensors.smoothing_ms),
            truth.glute_bursts,
        ),
        Site(
            "shoulder",
            shoulder,
            shoulder_nuisance,
            SensorClock(
                rates_hz[1],
                duration_s,
                starts_s=sensors.shoulder_starts_s,
                offset_s=sensors.clock_offset_ms / 1000,
                drift=sensors.clock_drift_ppm * 1e-6,
                smoothing_ms=sensors.smoothing_ms,
            ),
            truth.shoulder_bursts,
        ),
    )
    samples = tuple(
        site.record(emg_uv, body=body, beats_s=beats_s, breaths_s=breaths_s, seed=seed)
        for site, emg_uv in zip(sites, _emg_beneath_electrodes(sites, sensors, seed=seed), strict=True)
    )
    recording = Recording(
        signals=tuple(
            Signal(channel, row, site.clock.rate_hz, site.clock.starts_s)
            for channel, row, site in zip(_channels(leg, sensors), samples, sites, strict=True)
        ),
        events=planned.events if schedule.with_events else (),
        leg=leg,
        shared_clock=sensors.one_clock,
        clock_error_ms=sensors.clock_error_ms,
        planned_repetitions=len(plan) if schedule.with_events else None,
    )
    return SyntheticSession(recording, truth)


def _emg_beneath_electrodes(
    sites: tuple[Site, Site], sensors: Sensors, *, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the EMG that reaches each electrode, with what the two have in common."""
    glute_site, shoulder_site = sites
    glute_steady, shoulder_steady = glute_site.steady(seed), shoulder_site.steady(seed)
    if sensors.shared_texture:
        alone = np.sqrt(1 - sensors.shared_texture**2)
        shoulder_steady = sensors.shared_texture * glute_steady + alone * shoulder_steady
    glute_uv = glute_site.emg_uv(glute_steady, seed=seed)
    shoulder_uv = shoulder_site.emg_uv(shoulder_steady, seed=seed)
    if sensors.crosstalk:
        glute_uv, shoulder_uv = (
            glute_uv + sensors.crosstalk * shoulder_uv,
            shoulder_uv + sensors.crosstalk * glute_uv,
        )
    if sensors.common_uv:
        rate_hz = glute_site.clock.emg_rate_hz
        common = sensors.common_uv * texture(glute_uv.size, rate_hz=rate_hz, rng=stream(seed, "common"))
        glute_uv, shoulder_uv = glute_uv + common, shoulder_uv + common
    return glute_uv, shoulder_uv


def _channels(leg: Side, sensors: Sensors) -> tuple[Channel, Channel]:
    usual = Channel(
        "",
        kind="emg" if sensors.smoothing_ms is None else "envelope",
        unit="uV",
        device=SIMULATED,
        smoothing_ms=sensors.smoothing_ms,
    )
    initials, arm = {"left": "L", "right": "R"}, opposite(leg)
    glute = replace(usual, label=f"GM_{initials[leg]}", muscle=GLUTE, side=leg)
    shoulder = replace(usual, label=f"UT_{initials[arm]}", muscle=SHOULDER, side=arm)
    if sensors.one_clock:
        return glute, shoulder
    return replace(glute, device=f"{SIMULATED} glute"), replace(shoulder, device=f"{SIMULATED} shoulder")


def _of_both(value: float | tuple[float, float]) -> tuple[float, float]:
    return value if isinstance(value, tuple) else (value, value)
