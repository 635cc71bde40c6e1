"""What libraries write to standard error by themselves, where nobody set up a log: kept to what is not said in our own line.

When a database goes away, whoever asked it gets one line of ours (`sayso.app.shelf`): what, and what next. SQLAlchemy and psycopg
go on to tidy up a connection that is no more, fail at it, and log that with its traceback; with no log set up Python puts it on
standard error, before our line. That is all that is left out here: a failure to close, roll back or reset what the server has
already lost. Nothing follows from it that our line does not say, since nothing is stored by closing. Every other record of these
libraries, such as a connection that we forgot to give back, still comes out, and whoever sets up a log gets all of them.
"""

from __future__ import annotations

import logging

LIBRARIES = ("sqlalchemy.pool", "psycopg")
_GONE = ("OperationalError", "InterfaceError")
"""How every driver calls the error of a lost connection; the classes of one that is not installed cannot be asked for."""
_TIDYING = (
    "Error closing cursor",
    "Exception terminating connection",
    "Exception closing connection",
    "Exception during reset",
    "error ignored",
)


class _Rest(logging.Handler):
    """Writes as Python would where no log is set up, all but what only tidied up a lost connection."""

    def emit(self, record: logging.LogRecord) -> None:
        if logging.getLogger().handlers or tidied(record) or logging.lastResort is None:
            return
        logging.lastResort.handle(record)


def tidied(record: logging.LogRecord) -> bool:
    """Return whether *record* only tells that a lost connection could not be tidied up."""
    if not str(record.msg).startswith(_TIDYING):
        return False
    error = record.exc_info[1] if record.exc_info else None
    # psycopg names the error in its text and hands none over; what it calls ignored it has ignored.
    return record.name.startswith("psycopg") if error is None else type(error).__name__ in _GONE


def keep_to_our_line() -> None:
    """Let no library write of a lost connection beside our own line; done twice it is done once."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Rest) for one in logger.handlers):
            logger.addHandler(_Rest(logging.WARNING))
