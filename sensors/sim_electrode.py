"""Samples of one simulated electrode, made piece by piece: exact in time, and never more than is due.

Everything but muscle and rest noise is a function of time and drawn as the simulator draws it. The two noises
come in sections of 30 seconds that are faded into one another; the first section is the simulator's own.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from recordings.model import FloatArray
from recordings.synth.bursts import Burst, envelope
from recordings.synth.electrode import LEAST_EMG_RATE_HZ, muscle_emg, pick_up
from recordings.synth.texture import rest_noise, stream, texture
from sensors.sim_options import SimOptions
from sensors.sim_person import Person, tap_artefact

_SECTION_S: Final = 30.0
_FADE_S: Final = 0.05
#: Waves of a heart beat reach no further than this from its R wave.
_BEAT_REACH_S: Final = 3.0


class Electrode:
    """What the electrode over a muscle gives, sample after sample.

    Parameters
    ----------
    person : Person
    options : SimOptions
    starts_s : float
        True time of sample 0.
    """

    def __init__(self, person: Person, options: SimOptions, *, starts_s: float) -> None:
        self._person = person
        self._name = options.site
        self._site = 0 if options.site == "glute" else 1
        self._nuisance = person.nuisances[self._site]
        self._every = 1 if options.envelope_ms is None else int(np.ceil(LEAST_EMG_RATE_HZ / options.rate_hz))
        self._rate_hz = options.rate_hz * self._every
        self._true_rate_hz = options.true_rate_hz * self._every
        self._starts_s = starts_s
        self._section = -1
        self._at_rest = self._active = np.zeros(0)
        self._tail = (np.zeros(0), np.zeros(0))
        self._answers = -1
        self._bursts: list[Burst] = []
        self._done = 0
        width = 0 if options.envelope_ms is None else round(options.envelope_ms / 1000 * self._rate_hz)
        self._window = np.zeros(max(0, width - 1)) if options.envelope_ms is not None else None

    def take(self, stop: int) -> FloatArray:
        """Return the samples from where the last call ended up to `stop`, in microvolt."""
        first, last = self._done * self._every, stop * self._every
        self._done = stop
        pieces: list[FloatArray] = []
        size = int(_SECTION_S * self._rate_hz)
        while first < last:
            section, begin = divmod(first, size)
            if section != self._section:
                self._make_section(section, size)
            end = min(size, begin + last - first)
            pieces.append(self._piece(section * size, begin, end))
            first += end - begin
        emg_uv = np.concatenate(pieces) if pieces else np.zeros(0)
        return emg_uv if self._window is None else self._smooth(emg_uv, self._window)

    def _piece(self, origin: int, begin: int, end: int) -> FloatArray:
        times_s = self._times(origin + begin, origin + end)
        bursts = self._bursts_between(times_s[0], times_s[-1])
        samples = self._at_rest[begin:end].copy()
        if bursts:
            samples += envelope(times_s, bursts) * self._active[begin:end]
        taps_s = [tap_s for tap_s in self._person.taps_s if times_s[0] - 1 < tap_s <= times_s[-1]]
        return samples + tap_artefact(times_s, taps_s) if taps_s else samples

    def _times(self, first: int, last: int) -> FloatArray:
        return self._starts_s + np.arange(first, last) / self._true_rate_hz

    def _bursts_between(self, first_s: float, last_s: float) -> list[Burst]:
        if self._answers != self._person.n_answers:
            self._answers = self._person.n_answers
            self._bursts = [burst for burst in self._person.bursts(self._site) if burst.end_s > first_s]
        return [burst for burst in self._bursts if burst.onset_s <= last_s and burst.end_s >= first_s]

    def _make_section(self, section: int, size: int) -> None:
        """Make all of a section that does not depend on cues: the electrode at rest, the muscle at work."""
        fade = int(_FADE_S * self._rate_hz)
        steady, rest = self._noises(section, size + fade)
        if section == self._section + 1 and section > 0:
            rising = np.sqrt(np.arange(1, fade + 1) / (fade + 1))
            for ours, before in ((steady, self._tail[0]), (rest, self._tail[1])):
                ours[:fade] = rising * ours[:fade] + rising[::-1] * before
        self._tail = steady[size:].copy(), rest[size:].copy()
        self._section = section
        times_s = self._times(section * size, (section + 1) * size)
        beats_s, breaths_s = self._person.rhythm(float(times_s[-1]) + _BEAT_REACH_S)
        near = np.abs(beats_s - times_s.mean()) < _SECTION_S / 2 + _BEAT_REACH_S
        muscle = self._person.muscles[self._site]
        always = Burst(float(times_s[0]) - 1, float(times_s[-1]) + 1, shape="step", fall_ms=0.0)
        self._active = muscle_emg(
            times_s,
            steady[:size],
            bursts=(always,),
            muscle=muscle,
            rest_uv=self._nuisance.rest_uv,
            seed=self._person.seed,
            name=self._name,
        )
        self._at_rest = self._nuisance.rest_uv * rest[:size] + pick_up(
            np.zeros(size),
            times_s=times_s,
            rate_hz=self._rate_hz,
            nuisance=replace(self._nuisance, with_rest=False),
            body=self._person.body,
            beats_s=beats_s[near],
            breaths_s=breaths_s,
            seed=self._person.seed,
            name=self._name,
        )

    def _noises(self, section: int, n_samples: int) -> tuple[FloatArray, FloatArray]:
        muscle, seed = self._person.muscles[self._site], self._person.seed
        which = "" if section == 0 else f" section {section}"
        steady = texture(
            n_samples,
            rate_hz=self._rate_hz,
            rng=stream(seed, f"{self._name} texture{which}"),
            kind=muscle.texture,
            fl_hz=muscle.fl_hz,
            fh_hz=muscle.fh_hz,
        )
        rest = rest_noise(
            n_samples,
            rate_hz=self._rate_hz,
            rng=stream(seed, f"{self._name} rest{which}"),
            pink_share=self._nuisance.pink_share,
        )
        return steady, rest

    def _smooth(self, emg_uv: FloatArray, window: FloatArray) -> FloatArray:
        """Return the mean of the rectified samples over the window that ends at each sample sent."""
        size = np.abs(emg_uv)
        before = window.size
        joined = np.concatenate([window, size])
        total = np.concatenate([[0.0], np.cumsum(joined)])
        means = (total[before + 1 :] - total[: -before - 1]) / (before + 1)
        self._window = joined[joined.size - before :]
        return means[:: self._every]
