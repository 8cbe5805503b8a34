"""Tables of single onsets: methods side by side, and ours by rise, shape and SNR against the oracle."""

from tests.benchmarks.accuracy import DEMANDING_DB, ORACLE, UNTOLD, Scores, against_oracle, over
from tests.benchmarks.matching import Score
from tests.benchmarks.ours import OURS
from tests.benchmarks.tables import Table, ms, number, share
from tests.benchmarks.trials import SLOW_RISES, Cell

#: Kinds of burst that are named as the worst.
WORST = 20


def tables(scores: Scores) -> list[Table]:
    """Make every table of single onsets."""
    return [
        by_method(scores),
        by_snr(scores),
        by_nuisance(scores),
        by_rate(scores),
        by_rise(scores),
        limits(scores),
        worst(scores),
        slow(scores),
    ]


def demanding(cell: Cell) -> bool:
    """Tell whether a cell is one that demands are made on: 10 dB and more, no slow rise."""
    return cell.snr_db >= DEMANDING_DB and cell.rise not in SLOW_RISES


def by_method(scores: Scores) -> Table:
    """All methods over all cells of 10 dB and more."""
    return Table(
        "Onsets of single bursts, 10 dB and more, everything that an electrode picks up pooled",
        ("method", "median ms", "p90 ms", "bias ms", "usable", "false/min", "coverage", "onsets", "stopped"),
        tuple(
            (
                name,
                ms(one.median_ms),
                ms(one.p90_ms),
                ms(one.bias_ms, signed=True),
                share(one.usable_share, digits=1),
                number(one.false_per_min, digits=2),
                share(one.coverage),
                str(one.true_onsets),
                str(one.failures),
            )
            for name, one in _pooled(scores)
        ),
        "Errors of onsets found within 0.5 s. Usable: exactly one onset from 250 ms before the true one to "
        "the burst's end, within 100 ms of it. Stopped: trials in which a method raised an error. The oracle "
        "knows all but the time and needs no detection.",
    )


def _pooled(scores: Scores) -> list[tuple[str, Score]]:
    return [(name, over(of_cell, demanding)) for name, of_cell in scores.items()]


def by_snr(scores: Scores) -> Table:
    """Median error and usable share by SNR, clean channel."""
    snrs = sorted({cell.snr_db for cell in scores[OURS]})
    rows: list[tuple[str, ...]] = []
    for name, of_cell in scores.items():
        row = [name]
        for snr in snrs:
            one = over(
                of_cell,
                lambda cell, snr=snr: (
                    cell.snr_db == snr and cell.nuisance == "clean" and cell.rise not in SLOW_RISES
                ),
            )
            row.append(f"{ms(one.median_ms)} / {share(one.usable_share)}")
        rows.append(tuple(row))
    return Table(
        "By SNR, clean channel: median error in ms / usable",
        ("method", *(f"{snr:g} dB" for snr in snrs)),
        tuple(rows),
    )


def by_nuisance(scores: Scores) -> Table:
    """What heart beat, mains, drift and tonic activity cost."""
    kinds = list(dict.fromkeys(cell.nuisance for cell in scores[OURS]))
    rows: list[tuple[str, ...]] = []
    for name, of_cell in scores.items():
        row = [name]
        for kind in kinds:
            one = over(of_cell, lambda cell, kind=kind: demanding(cell) and cell.nuisance == kind)
            figures = (
                ms(one.median_ms),
                share(one.usable_share, digits=1),
                number(one.false_per_min, digits=2),
            )
            row.append(" / ".join(figures))
        rows.append(tuple(row))
    return Table(
        "By what else the electrode picks up, 10 dB and more: median error in ms / usable / false a minute",
        ("method", *kinds),
        tuple(rows),
    )


def by_rate(scores: Scores) -> Table:
    """What a slower sensor costs."""
    rates = sorted({cell.rate_hz for cell in scores[OURS]})
    rows: list[tuple[str, ...]] = []
    for name, of_cell in scores.items():
        row = [name]
        for rate in rates:
            one = over(of_cell, lambda cell, rate=rate: demanding(cell) and cell.rate_hz == rate)
            row.append(f"{ms(one.median_ms)} / {share(one.usable_share, digits=1)}")
        rows.append(tuple(row))
    return Table(
        "By sampling rate, 10 dB and more: median error in ms / usable",
        ("method", *(f"{rate:g} Hz" for rate in rates)),
        tuple(rows),
    )


def by_rise(scores: Scores) -> Table:
    """Ours by rise, shape and SNR; the oracle's median beside it."""
    snrs = sorted({cell.snr_db for cell in scores[OURS]})
    rises = sorted({cell.rise for cell in scores[OURS]}, key=lambda rise: (rise.rise_ms, rise.shape))
    rows: list[tuple[str, ...]] = []
    for rise in rises:
        row = [str(rise)]
        for snr in snrs:
            mine, best = (
                over(scores[name], lambda cell, rise=rise, snr=snr: (cell.rise, cell.snr_db) == (rise, snr))
                for name in (OURS, ORACLE)
            )
            row.append(
                f"{ms(mine.bias_ms, signed=True)} / {ms(mine.median_ms)} ({ms(best.median_ms)}) / "
                f"{share(mine.coverage)}"
            )
        rows.append(tuple(row))
    return Table(
        "Ours by rise: bias / median error (oracle's) in ms / coverage of the 95 % interval",
        ("rise", *(f"{snr:g} dB" for snr in snrs)),
        tuple(rows),
    )


def limits(scores: Scores) -> Table:
    """What can be known of an onset at all, and what we know of it."""
    mine = scores[OURS]
    kinds = sorted(
        {(cell.snr_db, cell.rise) for cell in scores[UNTOLD]}, key=lambda kind: (kind[0], str(kind[1]))
    )
    rows: list[tuple[str, ...]] = []
    for snr, rise in kinds:
        row = [str(rise), f"{snr:g} dB"]
        for of_cell in (scores[ORACLE], scores[UNTOLD], mine):
            one = over(
                of_cell,
                lambda cell, snr=snr, rise=rise: (
                    (cell.snr_db, cell.rise, cell.nuisance) == (snr, rise, "clean")
                ),
            )
            row.append(f"{ms(one.bias_ms, signed=True)} / {ms(one.median_ms)}")
        rows.append(tuple(row))
    return Table(
        "What can be known, clean channel: bias / median error in ms",
        ("rise", "SNR", "oracle", "oracle, not told the rise", "ours"),
        tuple(rows),
        "The second oracle is told spectra and levels, but not how the muscle starts; nor are we told those.",
    )


def worst(scores: Scores) -> Table:
    """Where our median error is furthest above what is allowed."""
    rows = [
        row for row in against_oracle(scores) if row.snr_db >= DEMANDING_DB and row.rise not in SLOW_RISES
    ]
    beyond = sum(row.over > 1 for row in rows)
    return Table(
        f"Where ours is worst: {beyond} of {len(rows)} kinds of burst over 2.5 x the oracle's error or 5 ms",
        ("rise", "SNR", "with", "ours ms", "oracle ms", "allowed ms", "of allowed", "bias ms", "coverage"),
        tuple(
            (
                str(row.rise),
                f"{row.snr_db:g} dB",
                row.nuisance,
                ms(row.ours.median_ms),
                ms(row.oracle.median_ms),
                ms(row.allowed_ms),
                share(row.over),
                ms(row.ours.bias_ms, signed=True),
                share(row.ours.coverage),
            )
            for row in rows[:WORST]
        ),
    )


def slow(scores: Scores) -> Table:
    """Rises of half a second and more, which are judged by coverage alone."""
    snrs = sorted({cell.snr_db for cell in scores[OURS]})
    rows = [
        (
            str(rise),
            *(
                share(
                    over(
                        scores[OURS], lambda cell, rise=rise, snr=snr: (cell.rise, cell.snr_db) == (rise, snr)
                    ).coverage
                )
                for snr in snrs
            ),
        )
        for rise in SLOW_RISES
        if any(cell.rise == rise for cell in scores[OURS])
    ]
    return Table(
        "Slow rises, ours: coverage of the 95 % interval",
        ("rise", *(f"{snr:g} dB" for snr in snrs)),
        tuple(rows),
    )
