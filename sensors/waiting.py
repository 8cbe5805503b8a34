"""Waiting for a moment of the session, and no longer than a source is open."""

from collections.abc import Callable
from typing import Final

from sensors.model import Pace

#: How long, in real seconds, a closed source may take to notice it.
_NOTICE_S: Final = 0.1
#: Faster sources hand out their packets in batches, every so many real seconds ...
_BATCH_REAL_S: Final = 0.005
#: ... but at least so often in the session's time, because live results wait for them.
_BATCH_MOST_S: Final = 0.2


def batch_s(speed: float) -> float:
    """Return over how many seconds of the session's time packets are collected before they are handed out.

    Examples
    --------
    >>> batch_s(1), batch_s(20), batch_s(1000)
    (0.0, 0.1, 0.2)
    """
    return 0.0 if speed <= 1 else min(_BATCH_REAL_S * speed, _BATCH_MOST_S)


async def wait_until(moment_s: float, pace: Pace, *, closed: Callable[[], bool]) -> bool:
    """Wait for a moment of the session.

    Parameters
    ----------
    moment_s : float
        On the session's clock.
    pace : Pace
    closed : callable
        Whether to give up.

    Returns
    -------
    bool
        False if it gave up.
    """
    began_s = pace.now_s()
    while not closed():
        left_s = moment_s - pace.now_s()
        if left_s <= 0:
            # A moment that is already there must still let others run.
            if moment_s <= began_s:
                await pace.sleep(0)
            return True
        await pace.sleep(min(left_s, _NOTICE_S * getattr(pace, "speed", 1.0)))
    return False
