"""What two sensors felt while they were tapped together, one above the other."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from firing_analyzer.sync_check import SyncCheck
    from sensors.shared_event import Felt

#: Around the first tap, in seconds.
_NEAR_S = (-0.1, 0.3)


def save_taps(found: "SyncCheck", path: Path) -> None:
    """Draw all taps, and the first one closely, with the offset taken off.

    Parameters
    ----------
    found : SyncCheck
    path : Path
    """
    figure = Figure(figsize=(8, 5), layout="constrained")
    wide, close = figure.subplots(2, 1)
    at_s = found.event.at_s
    for felt, label, offset_s, line in (
        (found.glute, "glute's sensor", 0.0, "-"),
        (found.shoulder, "shoulder's sensor, offset taken off", found.event.offset_ms / 1000, "--"),
    ):
        times_s, strength = _strength(felt)
        wide.plot(times_s - offset_s, strength, line, color="black", linewidth=0.7)
        close.plot(times_s - offset_s, strength, line, color="black", linewidth=1.0, label=label)
    wide.plot(at_s, np.full(at_s.size, 1.08), "v", color="black", markersize=5)
    wide.set(xlim=(at_s[0] - 2, at_s[-1] + 2), ylim=(0, 1.2), yticks=[], xlabel="time in s")
    close.set(xlim=(at_s[0] + _NEAR_S[0], at_s[0] + _NEAR_S[1]), yticks=[], xlabel="time in s")
    low, high = found.event.interval_ms()
    wide.set_title(f"offset {found.event.offset_ms:.1f} ms, 95 % interval {low:.1f} to {high:.1f}")
    close.legend(loc="upper right", frameon=False)
    figure.savefig(path, dpi=120)


def _strength(felt: "Felt") -> tuple[np.ndarray, np.ndarray]:
    samples = felt.samples - np.nanmedian(felt.samples, axis=1, keepdims=True)
    strength = np.sqrt(np.nansum(samples**2, axis=0))
    times_s = felt.start_s + np.arange(strength.size) / felt.rate_hz
    return times_s, strength / max(float(np.nanmax(strength)), 1e-12)
