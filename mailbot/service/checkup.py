"""Everything that must be right before the bot can run, tried one after the other. Changes nothing on the servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailbot.catalogue import Catalogue, Mailbox, load_catalogue
from mailbot.errors import MailbotError
from mailbot.mail.imap import open_folder
from mailbot.mail.read import read
from mailbot.mail.smtp import open_smtp
from mailbot.service.drafts import DRAFTS
from mailbot.service.sentbox import SENT
from mailbot.settings import Settings, load_settings, strangers
from mailbot.store.database import open_database
from mailbot.tickets.rehearsal import rehearse
from mailbot.tickets.writer import Writer

NOT_YET = "{} (not there yet, is made when needed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried; `text` says what is fine, or what is wrong and what to do."""

    what: str
    ok: bool
    text: str


def check_up() -> Iterator[Finding]:
    """Settings and rules first: without them nothing else can be tried."""
    try:
        settings = load_settings()
    except MailbotError as error:
        yield Finding(what="settings", ok=False, text=str(error))
        return
    smtp = settings.smtp.host if settings.smtp else "nowhere"
    yield Finding(what="settings", ok=True, text=f"{len(settings.imap)} mailboxes, sending by {smtp}")
    try:
        catalogue = load_catalogue(settings.rules)
    except MailbotError as error:
        yield Finding(what="rules", ok=False, text=str(error))
        return
    yield Finding(
        what="rules", ok=True, text=f"{settings.rules}: {len(catalogue.services)} services, {len(catalogue.staff)} staff"
    )
    for sentence in strangers([box.id for box in catalogue.mailboxes]):
        yield Finding(what="settings", ok=False, text=sentence)
    yield _tried("templates", lambda: _templates(settings, catalogue))
    yield _tried("database", lambda: _database(settings))
    for box in catalogue.mailboxes:
        yield _tried(f"imap {box.id}", lambda box=box: _imap(settings, catalogue, box))  # type: ignore[misc]
    yield _tried("smtp", lambda: _smtp(settings))


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, ok=True, text=attempt())
    except MailbotError as error:
        return Finding(what=what, ok=False, text=str(error))


def _templates(settings: Settings, catalogue: Catalogue) -> str:
    rehearse(Writer(catalogue, settings.templates), catalogue)
    return f"{settings.templates}: every text renders"


def _database(settings: Settings) -> str:
    open_database(settings.database).close()
    return settings.database.render_as_string(hide_password=True)


def _imap(settings: Settings, catalogue: Catalogue, box: Mailbox) -> str:
    login = settings.mailbox(box.id)
    with open_folder(login, box.folder, readonly=True) as folder:
        uids = folder.uids()
        newest = next(iter(folder.fetch(uids[-1:])), None)
        sent = folder.known(box.sent) if box.sent else folder.known_special(SENT)
        drafts = folder.known_special(DRAFTS)
        abilities = ", ".join(sorted({"IDLE", "MOVE", "UIDPLUS"} & folder.capabilities)) or "neither IDLE nor MOVE"
    text = f"{login.user} at {login.host}: {box.folder} with {len(uids)} mails, {abilities}; "
    text += f"sent mails in {sent or NOT_YET.format(box.sent or 'Sent')}, drafts in {drafts or NOT_YET.format('Drafts')}"
    seen = _authserv_ids(newest.raw) if newest else []
    if seen and not set(seen) & set(catalogue.authserv_ids):
        text += f"; its newest mail was checked by {', '.join(seen)}: if that is your own server, name it in authserv_ids"
    return text


def _authserv_ids(raw: bytes) -> list[str]:
    values = read(raw).all("Authentication-Results")
    return sorted({value.split(";")[0].split()[0] for value in values if value.split(";")[0].split()})


def _smtp(settings: Settings) -> str:
    login = settings.outgoing()
    with open_smtp(login):
        return f"{login.user or 'without login'} at {login.host}:{login.port}"
