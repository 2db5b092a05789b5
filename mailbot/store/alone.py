"""One bot for one SQLite file: the second is refused at its start, not found out by what it does."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL

from mailbot.errors import StoreError


@contextmanager
def alone_on(database: URL, *, tidily: bool = False) -> Iterator[None]:
    """
    Nobody else's bot works on that SQLite file until the end of the block. PostgreSQL may be shared: nothing happens.

    Other commands may read and write meanwhile. The lock is the process's (flock on `<database>.lock`): however it ends,
    the next one can begin at once.

    Args:
        tidily: leave no lock file where there was none, if the block comes to nothing.

    Raises StoreError when another bot is at work, or the lock file cannot be made.
    """
    if database.drivername != "sqlite":
        yield
        return
    file = Path(f"{database.database}.lock")
    was_there = file.exists()
    with _locked(file):
        try:
            yield
        except BaseException:
            if tidily and not was_there:
                file.unlink(missing_ok=True)
            raise


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    # A file of its own: closing any handle of the database would end the locks that SQLite holds in this process.
    try:
        lock = file.open("w")
    except OSError as error:
        raise StoreError(_impossible(file, error)) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock.fileno()).st_nlink == 0:  # tidied away since it was opened: the next one would make its own
                raise BlockingIOError
        except BlockingIOError:
            raise StoreError(
                f"another `mailbot run` works on {file.with_suffix('')}; stop it, or use PostgreSQL, which several bots may share"
            ) from None
        except OSError as error:
            raise StoreError(_impossible(file, error)) from None
        yield


def _impossible(file: Path, error: OSError) -> str:
    return f"{file}: cannot be made and locked ({error.strerror}); see MAILBOT_DATABASE, and that its folder can be written to"
