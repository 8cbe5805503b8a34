"""The rest before the raises: verified, or waited for."""

from firing_analyzer.app.rest_watch import RestWatch, Wish
from firing_analyzer.protocol import Cue
from firing_analyzer.session_update import SourceStatus, Update

REST = Cue(12.0, "rest", duration_s=6.0)


def run(
    *, onsets_s: tuple[float, ...] = (), signal: str = "good", silent_s: tuple[float, float] = (0.0, 0.0)
) -> tuple[RestWatch, list[tuple[float, Wish]]]:
    """Go through a minute of updates, two a second, as a session sends them."""
    watch = RestWatch()
    wishes: list[tuple[float, Wish]] = []
    for half in range(20, 120):
        at_s = half / 2
        delivers = not silent_s[0] <= at_s < silent_s[1]
        sources = tuple(
            SourceStatus(muscle, delivers, 1000.0, 0.0, signal if delivers else "no samples", None)
            for muscle in ("glute", "shoulder")
        )
        onsets = tuple(
            ("shoulder" if half % 2 else "glute", one) for one in onsets_s if at_s - 0.5 < one <= at_s
        )
        update = Update(at_s, cue=REST if at_s == 12.0 else None, sources=sources, onsets=onsets)  # pyright: ignore[reportArgumentType]
        wish = watch.take(update)
        if wish is not None:
            wishes.append((at_s, wish))
    return watch, wishes


def test_a_quiet_person_is_not_held_up() -> None:
    watch, wishes = run()
    assert watch.state == "verified"
    assert wishes == []


def test_the_raises_wait_for_five_quiet_seconds() -> None:
    watch, wishes = run(onsets_s=(11.0, 14.2, 17.7))
    assert [wish for _, wish in wishes] == ["pause", "resume"]
    (paused_s, _), (resumed_s, _) = wishes
    assert paused_s < 18.0, "before the next cue is due"
    assert 22.7 <= resumed_s <= 23.7
    assert watch.state == "verified"


def test_a_start_early_in_the_rest_leaves_time_enough() -> None:
    assert run(onsets_s=(12.4,))[1] == []


def test_a_sensor_that_tells_nothing_does_not_verify_rest() -> None:
    watch, wishes = run(silent_s=(13.0, 30.0))
    assert [wish for _, wish in wishes] == ["pause", "resume"]
    assert wishes[1][0] >= 34.5
    assert watch.state == "verified"


def test_a_muscle_that_never_rests_keeps_the_raises_waiting_until_the_therapist_goes_on() -> None:
    watch, wishes = run(signal="never at rest")
    assert [wish for _, wish in wishes] == ["pause"]
    assert watch.state == "waiting"
    watch.give_up()
    assert watch.take(Update(61.0)) is None
