"""The programs that people would otherwise use, each behind the same call; none of them is needed.

Default parameters are a peer's own. Tuned ones were found once, by a small search over simulated recordings
at 10 dB that are not among those of the benchmark, so that every peer is met at its best. What a peer does
not filter itself gets a zero-phase band-pass of 20 to 450 Hz.
"""

import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
from scipy import signal

from recordings.model import FloatArray

#: Samples, their rate, and first and last sample of rest, to onsets in seconds.
Detector = Callable[[FloatArray, float, tuple[int, int]], FloatArray]


@dataclass(frozen=True, slots=True)
class Peer:
    """One detector of one package."""

    name: str
    package: str
    detect: Detector


@dataclass(frozen=True, slots=True)
class Peers:
    """Those that are there, and what to say of the others.

    Attributes
    ----------
    found : tuple of Peer
    missing : tuple of str
        A sentence for each package that is not there.
    versions : dict
    """

    found: tuple[Peer, ...]
    missing: tuple[str, ...]
    versions: dict[str, str]


@lru_cache(maxsize=2)
def find_peers(*, wanted: bool = True) -> Peers:
    """Look which peers can be imported, and say plainly which cannot."""
    if not wanted:
        return Peers((), ("peers left out, as asked",), {})
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # myonset brings a window that nobody wants here
    missing: list[str] = []
    versions: dict[str, str] = {}
    for package in dict.fromkeys(peer.package for peer in ALL):
        try:
            importlib.import_module("biosppy.signals.emg" if package == "biosppy" else package)
            versions[package] = version(package)
        except (ImportError, PackageNotFoundError) as error:
            missing.append(f"{package} is not installed ({error}); pip install '.[bench]' brings it")
    return Peers(tuple(peer for peer in ALL if peer.package in versions), tuple(missing), versions)


def band_passed(x: FloatArray, rate_hz: float) -> FloatArray:
    """Zero-phase band-pass, fourth order, 20 to 450 Hz or 0.45 of the rate."""
    sections = signal.butter(4, (20.0, min(450.0, 0.45 * rate_hz)), "bandpass", fs=rate_hz, output="sos")
    return np.asarray(signal.sosfiltfilt(sections, x), dtype=np.float64)


def _module(name: str) -> Any:
    return importlib.import_module(name)


def _seconds(onsets: object, rate_hz: float) -> FloatArray:
    return np.asarray(onsets, dtype=np.float64).ravel() / rate_hz


def _neurokit(method: str) -> Detector:
    def detect(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
        del rest  # it judges by the whole record
        emg = _module("neurokit2.emg.emg_activation")
        cleaned = _module("neurokit2").emg_clean(x, sampling_rate=int(rate_hz))
        # these two are what `emg_activation` calls; it then fills a table sample by sample, which takes 30
        # times as long and changes no onset
        if method == "biosppy":
            active = emg._emg_activation_biosppy(cleaned, sampling_rate=int(rate_hz))
        else:
            amplitude = _module("neurokit2").emg_amplitude(cleaned)
            active = emg._emg_activation_threshold(amplitude)
        found = emg._emg_activation_activations(active, duration_min=int(0.05 * rate_hz))
        return _seconds(found["EMG_Onsets"], rate_hz)

    return detect


def neurokit_whole(method: str) -> Detector:
    """NeuroKit2 as its documentation calls it, table and all: for the table of speed."""

    def detect(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
        del rest
        neurokit = _module("neurokit2")
        cleaned = neurokit.emg_clean(x, sampling_rate=int(rate_hz))
        amplitude = neurokit.emg_amplitude(cleaned)
        _, info = neurokit.emg_activation(
            emg_amplitude=amplitude, emg_cleaned=cleaned, sampling_rate=int(rate_hz), method=method
        )
        return _seconds(info["EMG_Onsets"], rate_hz)

    return detect


def _hodges_bui(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    size, debounce = round(0.025 * rate_hz), round(0.1 * rate_hz)
    threshold = 1.2
    result = _module("biosppy.signals.emg").hodges_bui_onset_detector(
        signal=band_passed(x, rate_hz), rest=list(rest), sampling_rate=rate_hz, size=size, threshold=threshold
    )
    # the test function itself, as the returned onsets and offsets stand in one list and may swap places
    return _seconds(_held(np.asarray(result["processed"]) >= threshold, debounce) + size // 2, rate_hz)


def _held(active: np.ndarray[Any, Any], hold: int) -> np.ndarray[Any, Any]:
    """First samples of what stays active for `hold` samples, gaps shorter than that closed."""
    steps = np.flatnonzero(np.diff(np.concatenate(([0], active.astype(np.int8), [0]))))
    starts, stops = steps[::2], steps[1::2]
    if starts.size == 0:
        return starts
    apart = starts[1:] - stops[:-1] >= hold
    starts, stops = starts[np.append(True, apart)], stops[np.append(apart, True)]
    return starts[stops - starts >= hold]


def _bonato(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    result = _module("biosppy.signals.emg").bonato_onset_detector(
        signal=band_passed(x, rate_hz),
        rest=list(rest),
        sampling_rate=rate_hz,
        threshold=3,
        active_state_duration=round(0.06 * rate_hz),
        samples_above_fail=round(0.02 * rate_hz),
        fail_size=round(0.03 * rate_hz),
    )
    return _seconds(result["onsets"][::2], rate_hz)


def _lidierth(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    result = _module("biosppy.signals.emg").lidierth_onset_detector(
        signal=band_passed(x, rate_hz),
        rest=list(rest),
        sampling_rate=rate_hz,
        size=round(0.025 * rate_hz),
        threshold=1.0,
        active_state_duration=round(0.06 * rate_hz),
        fail_size=round(0.01 * rate_hz),
    )
    return _seconds(result["onsets"][::2], rate_hz)


def _detecta(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    envelope = np.abs(band_passed(x, rate_hz))
    envelope = signal.sosfiltfilt(signal.butter(2, 20.0, fs=rate_hz, output="sos"), envelope)
    calm = envelope[slice(*rest)]
    hold = round(0.05 * rate_hz)
    found = _module("detecta").detect_onset(
        envelope, threshold=float(calm.mean() + 3 * calm.std()), n_above=hold, n_below=hold
    )
    return _seconds(found[:, 0] if found.size else [], rate_hz)


def _kernel_cpd(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    hop = round(0.005 * rate_hz)
    y = band_passed(x, rate_hz)
    y = y[: y.size // hop * hop].reshape(-1, hop)
    level = 0.5 * np.log(np.mean(y**2, axis=1) + 1e-12)
    ends = _module("ruptures").KernelCPD(kernel="linear", min_size=4).fit(level[:, None]).predict(pen=10)
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
    calm = float(level[rest[0] // hop : rest[1] // hop].mean())
    active = np.array([level[a:b].mean() > calm + 0.3 for a, b in zip(starts, ends, strict=True)])
    rising = active & ~np.concatenate(([False], active[:-1]))
    return starts[rising] * hop / rate_hz


def _myonset(x: FloatArray, rate_hz: float, rest: tuple[int, int]) -> FloatArray:
    times_s = np.arange(x.size) / rate_hz
    onsets, _ = _module("myonset").get_onsets(
        band_passed(x, rate_hz), times_s, sf=rate_hz, baseline=[rest[0] / rate_hz, rest[1] / rate_hz]
    )
    return _seconds(onsets, rate_hz)


ALL: tuple[Peer, ...] = (
    Peer("NeuroKit2 biosppy (default)", "neurokit2", _neurokit("biosppy")),
    Peer("NeuroKit2 threshold (default)", "neurokit2", _neurokit("threshold")),
    Peer("BioSPPy hodges_bui (tuned, 100 ms debounce)", "biosppy", _hodges_bui),
    Peer("BioSPPy bonato (tuned)", "biosppy", _bonato),
    Peer("BioSPPy lidierth (tuned)", "biosppy", _lidierth),
    Peer("detecta, 20 Hz envelope (tuned)", "detecta", _detecta),
    Peer("ruptures KernelCPD, 5 ms log envelope (tuned)", "ruptures", _kernel_cpd),
    Peer("Myonset (default)", "myonset", _myonset),
)
