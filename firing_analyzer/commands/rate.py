"""A rate as people type it on the command line: ``1000``, ``1000 Hz``, ``1kHz``."""

import math
import re
from typing import Final

import click

_RATE: Final = re.compile(r"\s*([0-9]+(?:[.,][0-9]*)?)\s*(k?)(?:hz)?\s*", re.IGNORECASE)


def read_rate(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return a rate in Hz, or refuse in one line that says how to write it."""
    del param
    if value is None:
        return None
    found = _RATE.fullmatch(value)
    rate_hz = float(found[1].replace(",", ".")) * (1000 if found[2] else 1) if found else math.nan
    if not rate_hz > 0:
        raise click.UsageError(
            f"--rate {value}: a rate must be a number above 0; write it in Hz, as in --rate 1000", ctx=ctx
        )
    return rate_hz
