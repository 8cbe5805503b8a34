"""``firing-analyzer sync-check``: measure the time between two sensors that are tapped together."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from firing_analyzer.sync_check import SyncCheck


@click.command("sync-check")
@click.option("--glute", metavar="URI", required=True, help="Source of the glute's sensor.")
@click.option("--shoulder", metavar="URI", required=True, help="Source of the opposite shoulder's sensor.")
@click.option(
    "--seconds",
    metavar="S",
    type=click.FloatRange(3, 600),
    default=15.0,
    show_default=True,
    help="How long to listen.",
)
@click.option(
    "--within", "within_s", metavar="S", type=click.FloatRange(0.01, 600), default=2.0, show_default=True,
    help="Greatest offset that is looked for, in seconds.",
)  # fmt: skip
@click.option(
    "--dataset", metavar="DATASET", type=click.Path(path_type=Path),
    help="Keep what was measured here; record then takes it into account for these two sensors.",
)  # fmt: skip
@click.option("--plot", metavar="F.png", type=click.Path(path_type=Path), help="Save a picture of the taps.")
@click.option("--json", "as_json", is_flag=True, help="Print the result for machines.")
def sync_check(
    *,
    glute: str,
    shoulder: str,
    seconds: float,
    within_s: float,
    dataset: Path | None,
    plot: Path | None,
    as_json: bool,
) -> int:
    """Measure the time between two sensors: hold them together and tap them.

    Arrivals over the radio cannot show the shortest delay of a sensor's way. For two sensors of one kind it
    is the same; for two kinds it is not, and has to be measured once.
    """
    from firing_analyzer.sync_check import sync_check as check  # noqa: PLC0415
    from recordings.offsets import keep_offset  # noqa: PLC0415

    click.echo(
        f"Hold both sensors together. Tap them five times within the next {seconds:g} seconds, "
        "about a second apart.",
        err=True,
    )
    found = asyncio.run(check(glute, shoulder, seconds=seconds, within_s=within_s))
    if plot is not None:
        from firing_analyzer.figures.taps import save_taps  # noqa: PLC0415

        save_taps(found, plot)
    kept = None if dataset is None or found.shared_clock else keep_offset(dataset, found.offset)
    click.echo(_json(found) if as_json else _words(found))
    if kept is not None:
        click.echo(f"Kept in {kept}; record takes it into account.", err=as_json)
    return 0


def _json(found: "SyncCheck") -> str:
    low, high = found.event.interval_ms()
    return json.dumps(
        {
            "schema": "firing-analyzer/sync/1",
            "offset_ms": found.event.offset_ms,
            "offset_interval_ms": [low, high],
            "error_ms": found.offset.error_ms,
            "drift_ppm": found.event.drift_ppm,
            "taps": found.offset.taps,
            "shared_clock": found.shared_clock,
            "glute_device": found.offset.glute_device,
            "shoulder_device": found.offset.shoulder_device,
        }
    )


def _words(found: "SyncCheck") -> str:
    event = found.event
    low, high = sorted(abs(value) for value in event.interval_ms())
    crosses = event.interval_ms()[0] <= 0 <= event.interval_ms()[1]
    taps = "1 tap" if found.offset.taps == 1 else f"{found.offset.taps} taps"
    if crosses:
        reach = max(abs(value) for value in event.interval_ms())
        told = f"The two sensors agree: no offset beyond {reach:.1f} ms (95 % interval, from {taps})."
    else:
        later = "shoulder" if event.offset_ms > 0 else "glute"
        told = (
            f"The {later}'s sensor is {abs(event.offset_ms):.1f} ms late "
            f"(95 % interval {low:.1f} to {high:.1f}, from {taps})."
        )
    if found.shared_clock:
        return f"{told}\nBoth channels belong to one device, so nothing needs correction."
    return f"{told}\nWith the clocks' own uncertainty its standard error is {found.offset.error_ms:.1f} ms."
