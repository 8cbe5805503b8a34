import asyncio
import time

import pytest

from sensors.errors import SourceUriError
from sensors.pace import RealPace, SteppedPace, pace_for


def test_a_faster_pace_wakes_everyone_at_the_moment_asked_for_and_in_order() -> None:
    async def run() -> list[float]:
        pace, woken = SteppedPace(1000), list[float]()

        async def sleeper(step_s: float, times: int) -> None:
            for number in range(1, times + 1):
                await pace.sleep(number * step_s - pace.now_s())
                assert pace.now_s() == pytest.approx(number * step_s, abs=1e-9)
                woken.append(pace.now_s())

        await asyncio.gather(*(sleeper(step_s, 20) for step_s in (0.5, 0.03, 1.7)))
        return woken

    woken = asyncio.run(run())
    assert len(woken) == 60
    assert woken == sorted(woken)


@pytest.mark.parametrize("speed", [1, 20, 500])
def test_it_runs_as_much_faster_as_was_asked(speed: float) -> None:
    async def run() -> float:
        pace = pace_for(speed)
        began = time.monotonic()
        for _ in range(4):
            await pace.sleep(0.1 * speed)
        assert pace.now_s() >= 0.4 * speed * 0.999
        return time.monotonic() - began

    assert asyncio.run(run()) == pytest.approx(0.4, rel=0.2)


def test_a_busy_machine_makes_time_slower_but_skips_none_of_it() -> None:
    async def run() -> list[float]:
        pace = SteppedPace(100)
        moments: list[float] = []
        for _ in range(5):
            await pace.sleep(1.0)
            time.sleep(0.03)
            moments.append(pace.now_s())
        return moments

    assert asyncio.run(run()) == pytest.approx([1, 2, 3, 4, 5])


def test_whoever_gives_up_waiting_holds_nobody_up() -> None:
    async def run() -> float:
        pace = SteppedPace(100)
        waiting = asyncio.create_task(pace.sleep(1000))
        await pace.sleep(0.5)
        waiting.cancel()
        await pace.sleep(0.5)
        return pace.now_s()

    assert asyncio.run(run()) == pytest.approx(1.0)


def test_time_does_not_stand_still_where_nobody_waits_for_it() -> None:
    async def run() -> float:
        pace = SteppedPace(50)
        await pace.sleep(0.1)
        await asyncio.sleep(0.05)
        return pace.now_s()

    assert 1.0 < asyncio.run(run()) < 30


def test_real_time_is_real() -> None:
    assert isinstance(pace_for(1), RealPace)
    with pytest.raises(SourceUriError, match="positive"):
        pace_for(0)
