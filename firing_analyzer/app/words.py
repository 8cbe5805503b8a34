"""What the page says at each step of the protocol; plain, kind and short."""

import re
from typing import Final

from recordings.model import EVENT_PRACTICE, EVENT_RAISE, EVENT_REFERENCE_SHOULDER, EVENT_REST, Side, opposite

NOT_FOR: Final = (
    "Not for this test: recent surgery, late pregnancy, broken skin where a sensor goes, an implanted "
    "stimulator or pacemaker unless its maker agrees. A new, sudden or worsening headache: a doctor first."
)
LYING: Final = (
    "Lying on the belly, face in the hole or forehead on the hands, head in the middle.",
    "Arms by the sides, palms up, unless the forehead lies on the hands. Knee straight, hip not turned out.",
    "The person does not see this screen and hears no beeps from it.",
    "Stop at once on pain.",
)
ELECTRODES: Final = "Clean the skin. Two electrodes 20 mm apart, along the fibres of the muscle."

#: How a session may be held; the first of each is what the protocol asks for.
HEADS: Final = ("face in the hole of the table", "forehead on the hands, in the middle")
SPEEDS: Final = ("natural, about a second up, two held, one down",)
FEEDBACK: Final = ("none; the person sees and hears nothing of it",)


def sites(leg: Side) -> tuple[tuple[str, str], tuple[str, str]]:
    """Name both sites with a sentence on where the sensor goes: glute, then shoulder."""
    other = opposite(leg)
    return (
        (
            f"{leg.capitalize()} glute",
            "On the middle of the line from the sacrum to the bony point at the side of the hip.",
        ),
        (
            f"{other.capitalize()} shoulder, opposite side",
            (
                "On the line from the tip of the shoulder to the bony point where the neck begins, two "
                "centimetres outward of its middle."
            ),
        ),
    )


#: What to do about a signal, by what is said of it.
SIGNAL_ADVICE: Final[dict[str, str]] = {
    "good": "",
    "too early to say": "Wait a few seconds.",
    "no samples": "Nothing comes from this sensor. Switch it on and bring it nearer; it is waited for.",
    "flat": "The signal does not change at all. Check that the electrodes are connected.",
    "sensor off": "It looks as if an electrode is off. Press both on, or use new ones.",
    "samples lost": "Parts of the signal are lost on the way. Bring the sensor nearer to this computer.",
    "clipped": "The signal is cut off at its greatest values. Check the electrodes and the cable.",
    "never at rest": "The muscle does not rest. Let the person lie relaxed, head in the middle.",
    "noisy": "There is much noise. Clean the skin, press the electrodes on, fix the cable.",
    "mains hum": "Mains hum is strong. Move chargers and cables away, and unplug this computer.",
}
_HEART: Final = "Usual near the shoulder; it is taken out of the signal. Nothing needs to be done."


def signal_advice(signal: str) -> str:
    """Say what to do about a signal.

    Examples
    --------
    >>> signal_advice("heart beat on the shoulder")
    'Usual near the shoulder; it is taken out of the signal. Nothing needs to be done.'
    """
    return _HEART if signal.startswith("heart beat") else SIGNAL_ADVICE.get(signal, "")


def sentence(words: str) -> str:
    """Write what went wrong as a sentence; names of files and sources keep their letters.

    Examples
    --------
    >>> sentence("the disk is full"), sentence("sim:nobody: there is no scenario"), sentence("")
    ('The disk is full.', 'sim:nobody: there is no scenario.', '')
    """
    first = words.partition(" ")[0].rstrip(":,;")
    begun = words if re.search(r"[^a-z']", first) else f"{words[:1].upper()}{words[1:]}"
    return f"{begun.rstrip('.')}." if words else ""


#: Heading, and what goes on, for each kind of cue; what to say comes from the protocol itself.
STEPS: Final[dict[str, tuple[str, str]]] = {
    "": ("Recording has begun", "The first cue comes in a moment."),
    EVENT_REFERENCE_SHOULDER: (
        "A shrug, to prove the shoulder's sensor",
        "Say this once. No squeezing of the buttocks before the raises.",
    ),
    EVENT_REST: ("Rest", "Five quiet seconds are needed before the raises begin."),
    EVENT_PRACTICE: (
        "Practice",
        "These two do not count. About a second up, two held, one down; a hand's breadth high.",
    ),
    EVENT_RAISE: (
        "Raises",
        "Say it the same way each time, and nothing about buttock or shoulder.",
    ),
}
LAST: Final = "The last one. The recording ends by itself, is saved, and the result is shown."
LAST_WITH_MORE: Final = (
    "The last of the plan. Then the raises are looked at: the result is shown, or six more are offered."
)
WAIT: Final = "Wait for the next cue."
WAITING_FOR_REST: Final = (
    "It is not quiet yet, so the raises wait. Let the person lie still; they go on by themselves after five "
    "quiet seconds."
)
DISK_TROUBLE: Final = (
    "The disk is full, or cannot be written to. Free some space now: what comes is held in memory as long as "
    "there is room, and written as soon as it can be."
)
ASIDE_REASONS: Final = ("moved otherwise", "talked or coughed", "lifted too early", "sensor slipped", "pain")
