"""What the therapist sees while it is recorded."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.firing_analyzer.app.conftest import Therapist

#: Whether a trace is drawn in its own colour, which is not grey, over most of its width.
IS_ALIVE = """canvas => {
  const {width, height} = canvas;
  if (!width || !height) return false;
  const dots = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  let drawn = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const at = 4 * (y * width + x);
      if (dots[at + 3] > 100 && Math.abs(dots[at] - dots[at + 2]) > 60) { drawn++; break; }
    }
  }
  return drawn > 0.8 * width;
}"""
BOTH_ARE_ALIVE = f"[...document.querySelectorAll('canvas[data-muscle]')].filter({IS_ALIVE}).length === 2"


def test_however_long_the_signals_were_looked_at_the_traces_go_on_at_once_in_the_recording(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.name_person()
    one.choose("glute_first", "speed=10")
    one.await_signals()
    one.page.wait_for_timeout(4000)  # forty seconds of theirs
    assert one.page.evaluate(BOTH_ARE_ALIVE)
    one.click("Start recording")
    one.page.get_by_role("button", name="Hold the cues").wait_for()
    # ten seconds of theirs in each of ours, and five are shown
    one.page.wait_for_function(BOTH_ARE_ALIVE, timeout=2500)


def test_what_to_say_stands_there_when_it_is_to_be_said_and_not_while_the_cues_are_held(
    therapist: "Callable[..., Therapist]",
) -> None:
    one = therapist()
    one.record("glute_first", "speed=5")
    said = one.page.locator(".fa-say")
    said.filter(has_text="“Shrug your shoulders once, and let them sink.”").wait_for()
    said.filter(has_text="Wait for the next cue.").wait_for()
    assert "“" not in said.inner_text()
    said.filter(has_text="“For practice: lift your leg.”").wait_for()
    one.click("Hold the cues")
    one.see("The cues are held")
    said.wait_for(state="hidden", timeout=1000)
    one.click("Go on")
    said.filter(has_text="Wait for the next cue.").wait_for()
