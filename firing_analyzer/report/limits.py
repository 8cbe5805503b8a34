"""What a reader must know before leaning on a result: limits of the method, in plain sentences."""

from typing import Final

#: Beyond `firing_analyzer.words.LIMITS`, which stands on the first page.
LIMITS_OF_THE_METHOD: Final = (
    "Timing is not strength: an early or late start says nothing about how strong a muscle is.",
    "Nothing here explains headache, neck pain or back pain, and nothing predicts them.",
    "One raise alone says little: lags scatter from raise to raise, so only the session is interpreted.",
    (
        "The same person measured again, with electrodes placed anew, gives another lag. A difference "
        "between sessions is a change only where it is larger than that variation, and more raises do not "
        "remove it."
    ),
    (
        "Speed and height of the raise, the turn of head and hip, and the words of the cue all shift the "
        "onsets: compare sessions only where these were kept alike."
    ),
    (
        "Electrodes on the skin show the activity beneath them. They also pick up neighbouring muscles, and "
        "under more tissue the same activity arrives fainter."
    ),
    (
        "The first activity that can be seen is later than the first that is there. The method allows for "
        "slow starts and faint signals, and the intervals say how well it can."
    ),
    "The margin within which two onsets count as together is a choice and not a finding.",
)

PURPOSE: Final = (
    "For education and research, by or under somebody trained in it. Not a certified medical device; not for "
    "diagnosis, treatment or monitoring."
)
