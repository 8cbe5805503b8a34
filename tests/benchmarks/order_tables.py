"""Tables of the lag: simulated pairs, spliced recordings, sham raises."""

from collections import Counter

from tests.benchmarks.lags import HARD, HARD_HEART, UNEQUAL, UNEQUAL_RISES, Pair, PairScores
from tests.benchmarks.ours import OURS
from tests.benchmarks.sham import ORDERS
from tests.benchmarks.spliced import PLAIN, WEAK, LagScore, together
from tests.benchmarks.tables import Table, ms, share


def pair_tables(scores: PairScores) -> list[Table]:
    """Make the tables of simulated pairs."""
    pairs = list(scores[OURS])
    apart = [pair for pair in pairs if pair.lag_ms != 0]
    level = [pair for pair in pairs if pair in (*UNEQUAL, *UNEQUAL_RISES)]
    made = [
        Table(
            "Who was first: share of all repetitions whose lag has the right sign",
            ("method", *(_short(pair) for pair in apart)),
            tuple(
                (
                    name,
                    *(
                        share(of_pair[pair].right_share, digits=1) if pair in of_pair else "-"
                        for pair in apart
                    ),
                )
                for name, of_pair in scores.items()
            ),
        ),
        Table(
            "A lag that is not there: median lag in ms of muscles that start together (mean)",
            ("method", *(_short(pair) for pair in level)),
            tuple(
                (
                    name,
                    *(
                        f"{ms(of_pair[pair].bias_ms, signed=True)} ({ms(of_pair[pair].mean_ms, signed=True)})"
                        if pair in of_pair
                        else "-"
                        for pair in level
                    ),
                )
                for name, of_pair in scores.items()
            ),
        ),
        Table(
            "Every kind of pair, ours",
            ("pair", "median error ms", "oracle ms", "bias ms", "coverage", "with a lag", "repetitions"),
            tuple(
                (
                    str(pair),
                    ms(one.median_ms),
                    ms(scores["oracle"][pair].median_ms),
                    ms(one.bias_ms, signed=True),
                    share(one.coverage),
                    share(one.found_share, digits=1),
                    str(one.repetitions),
                )
                for pair, one in scores[OURS].items()
            ),
        ),
    ]
    return [table for table in made if len(table.head) > 1]


def _short(pair: Pair) -> str:
    if pair == HARD:
        return "glute +50, 100 ms ramp 10 dB; shoulder step 20 dB"
    if pair == HARD_HEART:
        return "the same, heart beat"
    glute, shoulder = pair.glute, pair.shoulder
    if glute == shoulder:
        return f"{pair.lag_ms:+g} ms, both {glute[1]} {glute[0]:g} dB"
    if glute[1] == shoulder[1]:
        return f"{glute[1]}, {glute[0]:g}/{shoulder[0]:g} dB"
    return f"{glute[1]}/{shoulder[1]}, {glute[0]:g} dB"


def spliced_tables(scores: dict[str, dict[str, LagScore]]) -> list[Table]:
    """Make the tables of the spliced recordings; none where they are not there."""
    if not scores:
        return []
    groups = {"plain": PLAIN, "weak": WEAK, "all": tuple(scores[OURS])}
    rows: list[tuple[str, ...]] = []
    for name, of_file in scores.items():
        row = [name]
        for files in groups.values():
            one = together([of_file[file] for file in files])
            row.append(f"{ms(one.median_ms)} / {ms(one.bias_ms, signed=True)} / {share(one.coverage)}")
        silent = together(list(of_file.values()))
        rows.append((*row, f"{silent.false_onsets} of {silent.silent}"))
    ours = scores[OURS]
    return [
        Table(
            "Spliced recordings: median lag error / bias in ms / coverage",
            ("method", *groups, "onsets of a silent shoulder"),
            tuple(rows),
            f"Plain: {', '.join(PLAIN)}. Weak: {', '.join(WEAK)}.",
        ),
        Table(
            "Spliced recordings one by one, ours",
            ("recording", "median ms", "bias ms", "coverage", "lags", "true verdict", "verdict"),
            tuple(
                (
                    file,
                    ms(one.median_ms),
                    ms(one.bias_ms, signed=True),
                    share(one.coverage),
                    f"{len(one.errors_ms)} of {one.repetitions}",
                    one.true_verdict,
                    one.verdict,
                )
                for file, one in ours.items()
            ),
        ),
        _spliced_rises(together(list(ours.values()))),
    ]


def _spliced_rises(score: LagScore) -> Table:
    """Onset errors of ours by true rise and shape."""
    groups: dict[tuple[str, str, str], LagScore] = {}
    for muscle, kept in (("glute", score.glute_errors_ms), ("shoulder", score.shoulder_errors_ms)):
        for shape, rise_ms, error_ms in kept:
            low = min(int(rise_ms // 60) * 60, 240)
            length = f"{low:3d} to {low + 60:3d} ms" if low < 240 else "over 240 ms"
            groups.setdefault((muscle, shape, length), LagScore()).errors_ms.append(error_ms)
    return Table(
        "Spliced recordings, ours: onset error by true rise",
        ("muscle", "shape", "rise", "onsets", "bias ms", "median error ms"),
        tuple(
            (*key, str(len(one.errors_ms)), ms(one.bias_ms, signed=True), ms(one.median_ms))
            for key, one in sorted(groups.items())
        ),
    )


def sham_table(counts: dict[str, Counter[str]]) -> Table:
    """What orders chance gives."""
    return Table(
        "Sham raises: orders named where the shoulder did nothing",
        ("shoulder channel", "raises", *ORDERS),
        tuple(
            (
                kind,
                str(sum(orders.values())),
                *(share(orders[name] / max(sum(orders.values()), 1), digits=1) for name in ORDERS),
            )
            for kind, orders in counts.items()
        ),
    )
