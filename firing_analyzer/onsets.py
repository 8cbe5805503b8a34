"""The literature's onset detectors by name, with their published parameters.

================  =============================================  =====================================
name              rule                                           source
================  =============================================  =====================================
``hodges_bui``    window mean of the envelope above rest         Hodges and Bui 1996
``lidierth``      moving average held above rest                 Lidierth 1986
``bonato``        double threshold on whitened pairs             Bonato, D'Alessio and Knaflitz 1998
``tkeo``          Teager-Kaiser energy held above rest           Li et al. 2007; Solnik et al. 2010
``aglr_step``     likelihood ratio on variance, likeliest step   Staude and Wolf 1999; Staude et al. 2001
================  =============================================  =====================================

All have one bias in common, which no parameter removes: on a slow rise they are late, and the later the
weaker the muscle. They serve for comparison with the literature; ``firing_analyzer.refine`` times the
onsets of a verdict.
"""

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from numpy.typing import ArrayLike

from firing_analyzer.detectors.activity import Activity
from firing_analyzer.detectors.aglr import aglr_step
from firing_analyzer.detectors.baseline import DetectorInputError
from firing_analyzer.detectors.bonato import bonato
from firing_analyzer.detectors.hodges_bui import hodges_bui
from firing_analyzer.detectors.lidierth import lidierth
from firing_analyzer.detectors.tkeo import tkeo
from firing_analyzer.errors import UnknownDetectorError

__all__ = [
    "DETECTORS",
    "Activity",
    "Detector",
    "DetectorInputError",
    "aglr_step",
    "bonato",
    "default_parameters",
    "detect",
    "hodges_bui",
    "lidierth",
    "tkeo",
]


class Detector(Protocol):
    """A pure function from a signal and its rest to bursts; its other keywords are its parameters."""

    def __call__(self, x: ArrayLike, rate_hz: float, *, rest: tuple[int, int]) -> Activity:
        """Return onsets and offsets as sample indices."""
        ...


#: Every detector by name.
DETECTORS: Final[Mapping[str, Detector]] = MappingProxyType(
    {
        "hodges_bui": hodges_bui,
        "lidierth": lidierth,
        "bonato": bonato,
        "tkeo": tkeo,
        "aglr_step": aglr_step,
    }
)


def detect(
    x: ArrayLike, rate_hz: float, *, method: str, rest: tuple[int, int], **parameters: float
) -> Activity:
    """Detect bursts of activity with a detector of the literature.

    Parameters
    ----------
    x : array_like, shape (n_samples,)
        Band-passed EMG in any unit; NaN where a sample was lost.
    rate_hz : float
    method : str
        A name in `DETECTORS`.
    rest : (int, int)
        First sample of the rest baseline, and the sample after its last.
    **parameters
        Parameters of that detector, instead of their defaults.

    Returns
    -------
    Activity
        Onsets and offsets as sample indices, of equal number.

    Raises
    ------
    UnknownDetectorError
        If there is no such detector, or it has no such parameter.
    DetectorInputError
        If the signal, the rest or the value of a parameter cannot be used.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(1).normal(size=3000)
    >>> x[1000:2000] *= 10
    >>> detect(x, 1000.0, method="tkeo", rest=(0, 900), threshold_sd=5.0).onsets.size
    1
    """
    known = default_parameters(method)
    for name in parameters:
        if name not in known:
            raise UnknownDetectorError(
                f"detector {method!r} has no parameter {name!r}; it has {', '.join(known)}",
                known=tuple(known),
            )
    detector: Callable[..., Activity] = DETECTORS[method]
    return detector(x, rate_hz, rest=rest, **parameters)


def default_parameters(method: str) -> dict[str, float]:
    """Return the parameters of a detector and their defaults, for a report to name.

    Raises
    ------
    UnknownDetectorError
        If there is no such detector.

    Examples
    --------
    >>> default_parameters("tkeo")
    {'lowpass_hz': 50.0, 'threshold_sd': 3.0, 'hold_ms': 25.0}
    """
    if method not in DETECTORS:
        raise UnknownDetectorError(
            f"there is no detector {method!r}; choose one of {', '.join(DETECTORS)}", known=tuple(DETECTORS)
        )
    signature = inspect.signature(DETECTORS[method]).parameters.values()
    return {option.name: option.default for option in signature if option.default is not option.empty}
