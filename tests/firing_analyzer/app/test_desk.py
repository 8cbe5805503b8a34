"""The desk behind the page, without a browser."""

import asyncio
import functools
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import FrameType

from firing_analyzer.app.desk import Desk
from firing_analyzer.app.draft import Manner
from firing_analyzer.app.store import Store


def in_a_loop(test: Callable[[Path], Coroutine[None, None, None]]) -> Callable[[Path], None]:
    @functools.wraps(test)
    def run(tmp_path: Path) -> None:
        asyncio.run(test(tmp_path))

    return run


async def until(desk: Desk, stage: str, *, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while desk.stage != stage:
            await asyncio.sleep(0.02)


def uri(site: str, options: str = "speed=100") -> str:
    return f"sim:glute_first?rate=600&packet=60&{options}#{site}"


async def at_the_check(folder: Path, options: str = "speed=100") -> Desk:
    desk = Desk(Store(folder / "dataset"))
    desk.name_person("07", "left")
    desk.look(uri("glute", options), uri("shoulder", options))
    async with asyncio.timeout(30):
        while not desk.watching.sources:
            await asyncio.sleep(0.02)
    return desk


@in_a_loop
async def test_what_is_only_looked_at_is_not_kept(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path)
    desk.back()
    await desk.close()
    assert desk.stage == "sensors"
    assert [path for path in desk.store.dataset.rglob("*") if path.is_file()] == []


@in_a_loop
async def test_a_recording_that_is_ended_before_it_begins_leads_back_to_the_sensors(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path)
    desk.start()
    desk.stop()
    await until(desk, "sensors")
    await desk.close()
    assert not list(desk.store.dataset.rglob("*.bdf"))


@in_a_loop
async def test_closing_saves_what_goes_on(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path, "speed=20")
    desk.start()
    async with asyncio.timeout(30):
        while desk.watching.cue is None:
            await asyncio.sleep(0.02)
    await desk.close()
    assert desk.stage == "done"
    assert desk.store.path(desk.result).is_file()


@in_a_loop
async def test_a_new_session_does_not_end_a_recording(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path, "speed=20")
    desk.start()
    desk.begin("08")
    desk.back()
    assert desk.stage == "running"
    assert desk.draft.participant == "07"
    await desk.close()


@in_a_loop
async def test_sessions_of_a_person_are_numbered_on(tmp_path: Path) -> None:
    desk = Desk(Store(tmp_path))
    assert desk.next_session("07") == "01"
    for name in ("ses-01", "ses-02", "ses-04"):
        (tmp_path / "sub-07" / name).mkdir(parents=True)
    assert desk.next_session("07") == "03"


@in_a_loop
async def test_a_defect_is_shown_and_does_not_hang(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path)
    desk.start()
    desk.store.dataset = None  # pyright: ignore[reportAttributeAccessIssue]
    await until(desk, "failed")
    assert "defect" in desk.problem


@in_a_loop
async def test_cues_that_are_held_before_the_sensors_are_connected_stay_held(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path, "speed=40")
    desk.start()
    desk.pause()
    async with asyncio.timeout(30):
        while desk.watching.at_s < 20:
            await asyncio.sleep(0.02)
    assert desk.watching.cue is None
    assert desk.paused
    desk.resume()
    async with asyncio.timeout(30):
        while desk.watching.cue is None:
            await asyncio.sleep(0.02)
    await desk.close()


async def at_the_offer(folder: Path, *, stage: str = "offer", offer_s: float = 600.0) -> Desk:
    desk = Desk(Store(folder / "dataset"), offer_s=offer_s)
    desk.name_person("07", "left")
    desk.hold(Manner(), extendable=True)
    uris = [f"sim:inconsistent?rate=600&packet=60&speed=200#{site}" for site in ("glute", "shoulder")]
    desk.look(*uris)
    async with asyncio.timeout(30):
        while not desk.watching.sources:
            await asyncio.sleep(0.02)
    desk.start()
    await until(desk, stage)
    return desk


@in_a_loop
async def test_more_raises_are_offered_once_and_begin_with_a_verified_rest(tmp_path: Path) -> None:
    desk = await at_the_offer(tmp_path)
    assert desk.busy
    assert desk.offer is not None
    assert desk.offer.verdict == "cannot_tell"
    assert desk.rest.state == "verified"
    desk.decide(more=True)
    desk.decide(more=False)  # of another tab; the first answer holds
    assert desk.rest.state == "before"
    await until(desk, "done")
    await desk.close()
    assert (desk.watching.raises, desk.rest.state) == (16, "verified")
    assert desk.store.opened(desk.result).analysis.session.repetitions == 16


@in_a_loop
async def test_the_end_of_the_program_at_the_offer_saves_what_there_is(tmp_path: Path) -> None:
    desk = await at_the_offer(tmp_path)
    await desk.close()
    assert desk.stage == "done"
    assert desk.offer is None
    assert desk.store.opened(desk.result).analysis.session.repetitions == 10


@in_a_loop
async def test_an_offer_that_nobody_answers_ends_the_recording(tmp_path: Path) -> None:
    desk = await at_the_offer(tmp_path, stage="done", offer_s=0.05)
    await desk.close()
    assert desk.store.opened(desk.result).analysis.session.repetitions == 10


@in_a_loop
async def test_the_page_goes_on_while_a_recording_is_saved_and_analysed(tmp_path: Path) -> None:
    desk = await at_the_check(tmp_path, "speed=200")
    # a time that is stepped stands still while ten raises are looked at; the real one does not
    desk.draft.extendable = False
    desk.start()
    async with asyncio.timeout(60):
        while desk.watching.raises < 10:
            await asyncio.sleep(0.02)
    loop_thread, elsewhere = threading.get_ident(), set[str]()
    # what is called in the loop's own thread is seen by a trace of this thread
    seen: set[str] = set()

    def trace(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name in {"finish_journal", "analyze", "save_analysis"}:
            (seen if threading.get_ident() == loop_thread else elsewhere).add(frame.f_code.co_name)

    before = sys.getprofile()
    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        await until(desk, "done")
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    await desk.close()
    assert seen == set()
    assert elsewhere == {"finish_journal", "analyze", "save_analysis"}
