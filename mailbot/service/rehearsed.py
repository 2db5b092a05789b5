"""
What was rehearsed without complaint when a bot started; the next start does not rehearse it again.

The database remembers it as a job that was done. What is remembered is the contents of all that a rehearsal depends on,
so the least change of a text, a rule, the program or a library has everything rehearsed anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from platform import python_version

from sqlalchemy import URL

import mailbot
from mailbot.errors import StoreError
from mailbot.service.files import files_below
from mailbot.store import jobs
from mailbot.store.database import Database
from mailbot.store.look import was_done

REHEARSAL = "rehearsal"
"""The job; it was due for a state."""


def state_of(rules: Path, templates: Path) -> str:
    """rules.yaml, templates/ and the program as they are now: 32 hex digits (SHA-256, its first 128 bits)."""
    state = sha256()
    for name, content in (*_program(), *_files(rules.parent, [rules]), *_files(templates, files_below(templates))):
        state.update(f"{name}\0{len(content)}\0".encode())
        state.update(content)
    return state.hexdigest()[:32]


def is_known(database: URL, state: str) -> bool:
    """
    Whether that state was rehearsed without complaint.

    The database is only looked at: rules that are wrong are told before a new version brings its tables up to date.
    """
    with suppress(StoreError):  # whoever opens it hears what is wrong with it
        return was_done(database, REHEARSAL, state)
    return False


def remember(database: Database, state: str, *, now: datetime) -> None:
    """From now on that state is known."""
    with suppress(StoreError), database.write() as connection:  # a disk that is full does not keep a bot from starting
        jobs.take(connection, REHEARSAL, state, now=now)


def _program() -> Iterator[tuple[str, bytes]]:
    """Python, all that is installed beside the package, and every file of it."""
    yield "versions", f"Python {python_version()}, {', '.join(_installed())}".encode()
    package = Path(mailbot.__file__).parent
    yield from _files(package, (file for file in files_below(package) if file.parent.name != "__pycache__"))


def _installed() -> list[str]:
    """
    Every library with its version, whoever has asked for it, as the folder is called that tells of it:
    "jinja2-3.1.4.dist-info" (the specification of recorded projects). To open all these took longer than the rest of a start.
    """
    return sorted(about.name for place in sys.path for about in Path(place).glob("*-info"))


def _files(folder: Path, files: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        yield str(file.relative_to(folder)), _content(file)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:  # whoever needs the file says so
        return str(error.strerror).encode()
