"""What may stand in a log: that something failed, and where in the program; nothing of any person."""

import logging
import traceback
from typing import Final

_TALKERS: Final = ("nicegui", "uvicorn", "uvicorn.error", "socketio", "engineio", "asyncio")


class WithoutData(logging.Formatter):
    """Writes where the program failed and with what kind of error, without the error's words.

    Addresses, file names and messages of errors may hold codes of persons.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Write one line."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None and isinstance(record.msg, BaseException):
            error = record.msg
        if error is None:
            return f"firing-analyzer: {record.levelname.lower()} in {record.name} ({record.module})"
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.name} ({frame.lineno})" for frame in reversed(frames[-4:]))
        return f"firing-analyzer: {type(error).__name__} in {record.name}: {places or 'no place'}; report it"


def keep_logs_bare() -> None:
    """Let the parts that serve the page say only what names nobody."""
    handler = logging.StreamHandler()
    handler.setFormatter(WithoutData())
    for name in _TALKERS:
        talker = logging.getLogger(name)
        talker.handlers = [handler]
        talker.propagate = False
        talker.setLevel(logging.ERROR)
