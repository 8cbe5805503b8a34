"""Print how often the session model says what: ``python tests/benchmarks/session_model_table.py [SESSIONS]``.

Sessions are those of ``tests/firing_analyzer/test_session_model.py``, SESSIONS of each kind (200 by default).
"""

import runpy
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERDICTS = ("shoulder_first", "together", "glute_first", "cannot_tell")


def main(n_each: int = 200) -> None:
    """Print one row for each kind of session, then how true and said verdicts go together."""
    sys.path.insert(0, str(HERE.parents[1]))
    simulated_cells = runpy.run_path(str(HERE.parent / "firing_analyzer" / "test_session_model.py"))[
        "simulated_cells"
    ]
    cells = simulated_cells(n_each)
    print(
        f"{n_each} sessions of each kind, true lags even in -250 to 250 ms, margin 50 ms, shared error 10 ms"
    )
    print(f"{'':47s} {'covers':>7s} {'right':>7s} {'wrong':>7s} {'cannot tell':>12s} {'half width':>11s}")
    everything = [outcome for outcomes in cells.values() for outcome in outcomes]
    for name, outcomes in [*((str(cell), outcomes) for cell, outcomes in cells.items()), ("all", everything)]:
        total = len(outcomes)
        covered = sum(one.covered for one in outcomes) / total
        wrong = sum(one.wrong for one in outcomes) / total
        silent = sum(one.session.verdict == "cannot_tell" for one in outcomes) / total
        half = sorted(0.5 * (high - low) for low, high in (one.session.lag_interval_ms for one in outcomes))
        print(
            f"{name:47s} {covered:7.1%} {1 - wrong - silent:7.1%} {wrong:7.1%} {silent:12.1%} "
            f"{half[total // 2]:8.0f} ms"
        )
    said = Counter((one.true_verdict, one.session.verdict) for one in everything)
    print()
    print(f"{'true':16s}" + "".join(f"{verdict:>16s}" for verdict in VERDICTS))
    for true in VERDICTS[:3]:
        total = sum(said[true, verdict] for verdict in VERDICTS)
        print(f"{true:16s}" + "".join(f"{said[true, verdict] / total:16.1%}" for verdict in VERDICTS))
    reasons = Counter(reason for one in everything for reason in one.session.reasons)
    print()
    print(
        "reasons: "
        + ", ".join(f"{reason} {count / len(everything):.1%}" for reason, count in reasons.items())
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
