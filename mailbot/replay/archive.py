"""The mails of an archive, oldest first: an mbox file, a Maildir, a folder of .eml, or a folder on the IMAP server."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from heapq import merge
from pathlib import Path

from mailbot.catalogue import load_catalogue
from mailbot.errors import NotFound
from mailbot.mail.fields import date_of, fields_of
from mailbot.settings import Settings

IMAP = "imap:"
NO_MAILS = "no mails in it; an archive is an mbox file, a Maildir, or a folder with .eml files"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """How many mails there are, and each with a name by which people find it; only one is in memory at a time."""

    size: int
    mails: Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    name: str
    read: Callable[[], bytes]


def name_of(place: str) -> str:
    """What the archive is called, wherever the path to it begins: "a.mbox", "imap:support/INBOX"."""
    return place if place.startswith(IMAP) else Path(place).resolve().name


@contextmanager
def open_archive(place: str, settings: Callable[[], Settings]) -> Iterator[Archive]:
    """
    The mails that lie at `place`; those without a date come first, those on a server in the order of their arrival.

    Args:
        place: a path, or `imap:<mailbox>/<folder>`, which is opened for reading only.
        settings: where the logins come from; asked only for a place on a server.

    Raises NotFound: there is no such thing, or no mail in it; MailboxError: the server.
    """
    if place.startswith(IMAP):
        with _on_server(place, settings()) as archive:
            yield archive
        return
    with ExitStack() as opened:
        filed = _files(Path(place), opened)
        filed.sort(key=lambda each: (_written(each.read()), each.name))
        yield Archive(size=len(filed), mails=((each.name, each.read()) for each in filed))


@contextmanager
def open_archives(places: Sequence[str], settings: Callable[[], Settings]) -> Iterator[Archive]:
    """
    Several of them as one, by the day each mail was written: what people answered often lies apart.

    Raises as `open_archive`.
    """
    with ExitStack() as opened:
        archives = [opened.enter_context(open_archive(place, settings)) for place in places]
        mails = merge(*(each.mails for each in archives), key=lambda mail: _written(mail[1]))
        yield Archive(size=sum(each.size for each in archives), mails=mails)


def _written(raw: bytes) -> datetime:
    fields, _ = fields_of(raw, [])
    return date_of(next((value for name, value in fields if name.lower() == "date"), ""), []) or _LONG_AGO


def _files(path: Path, opened: ExitStack) -> list[_Filed]:
    if not path.exists():
        raise NotFound(f"{path}: there is no such file or folder")
    try:
        filed = list(_found(path, opened))
    except OSError as error:
        raise NotFound(f"{path}: cannot be read: {error.strerror}") from error
    if not filed:
        raise NotFound(f"{path}: {NO_MAILS}")
    return filed


def _found(path: Path, opened: ExitStack) -> Iterator[_Filed]:
    if path.is_dir():
        is_maildir = (path / "cur").is_dir() or (path / "new").is_dir()
        yield from _in_maildir(mailbox.Maildir(path, create=False), "") if is_maildir else _in_folder(path)
    elif path.suffix.lower() == ".eml":
        yield _Filed(name=path.name, read=path.read_bytes)
    else:
        box = opened.enter_context(closing(mailbox.mbox(path, create=False)))
        for at, key in enumerate(box.iterkeys(), start=1):
            yield _Filed(name=f"{path.name}:{at}", read=partial(box.get_bytes, key))


def _in_folder(path: Path) -> Iterator[_Filed]:
    yield from (_Filed(name=str(each.relative_to(path)), read=each.read_bytes) for each in path.rglob("*.eml"))


def _in_maildir(box: mailbox.Maildir, within: str) -> Iterator[_Filed]:
    """With its folders: what people answered often lies in one of their own."""
    yield from (_Filed(name=f"{within}{key}", read=partial(box.get_bytes, key)) for key in box.iterkeys())
    for name in box.list_folders():
        yield from _in_maildir(box.get_folder(name), f"{within}{name}/")


@contextmanager
def _on_server(place: str, settings: Settings) -> Iterator[Archive]:
    # A server is seldom wanted, and these take a while to load.
    from mailbot.mail.imap import open_folder
    from mailbot.service.office import tokens_for

    box, slash, name = place.removeprefix(IMAP).partition("/")
    if not (box and slash and name):
        raise NotFound(f"'{place}' should be like imap:support/INBOX: a mailbox of rules.yaml and a folder in it")
    login = settings.mailbox(_known(box, settings))
    with tokens_for(settings, login) as tokens, open_folder(login, name, readonly=True, tokens=tokens) as folder:
        uids = folder.uids()
        if not uids:
            raise NotFound(f"{place}: no mails in it")
        yield Archive(size=len(uids), mails=((f"{name}:{each.uid}", each.raw) for each in folder.fetch(uids)))


def _known(box: str, settings: Settings) -> str:
    """The id of a mailbox that rules.yaml or the settings know. Raises NotFound."""
    there = {*settings.boxes, *(each.id for each in load_catalogue(settings.rules).mailboxes)}
    if box not in there:
        raise NotFound(f"{settings.rules} has no mailbox '{box}'; there are: {', '.join(sorted(there))}")
    return box
