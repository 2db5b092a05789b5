"""
A folder on an IMAP server (RFC 9051, 3501), as far as the bot needs it. The errors of imapclient end here.

Reading changes nothing: BODY.PEEK only, no flag is ever set on a mail that stays where it is.
"""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from imapclient import DELETED, DRAFT, SEEN, IMAPClient, exceptions

from mailbot.errors import MailboxError
from mailbot.mail.network import tls_context, trouble
from mailbot.settings import Login

BATCH_BYTES = 8_000_000
"""Mails are fetched together up to this size: what lies in memory at once stays bounded."""

TOGETHER = 500
"""UIDs named in one command: servers must take lines of 8,000 octets (RFC 2683, 3.2.1.5), and few take many more."""

REISSUE = 60.0
"""
Seconds after which IDLE is issued anew. RFC 2177 demands less than 29 minutes; a minute also notices
soon that the connection is dead, and costs two short lines.
"""

GERMAN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"\\Sent": ("Gesendet", "Gesendete Objekte", "Gesendete Elemente"), "\\Drafts": ("Entwürfe",)}
)
"""What mail programs call folders on servers that do not know special uses; imapclient knows the English names."""

GLANCE = 1.0
"""Seconds after which a wait looks whether it shall stop."""

SENTENCES: Mapping[type[Exception], tuple[str, bool]] = MappingProxyType(
    {
        exceptions.LoginError: ("user or password is wrong", False),
        exceptions.CapabilityError: ("the server cannot do what is needed", False),
        exceptions.IllegalStateError: ("the server was asked out of turn", True),
        exceptions.InvalidCriteriaError: ("the server does not understand what was looked for", False),
        exceptions.ProtocolError: ("the server answers with something that is not IMAP", True),
        imaplib.IMAP4.readonly: ("the folder has become read-only", False),
        imaplib.IMAP4.abort: ("the server closed the connection", True),
        imaplib.IMAP4.error: ("the server refuses", True),
    }
)
"""Every exception of imapclient, in words, and whether trying again makes sense; a test sees to it that none is missing."""

_PASSING = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]")  # RFC 5530
_FOREIGN = (imaplib.IMAP4.error, OSError, UnicodeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A mail that lies in the folder; `received` is when the server got it (aware, UTC)."""

    uid: int
    received: datetime
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a folder has got: what its UIDs mean something with, and the greatest of them (0: none yet)."""

    uidvalidity: int
    newest: int


def _never() -> bool:
    return False


class Folder:
    """
    A folder that is open, made by open_folder. Every method raises MailboxError.

    Other folders are named with `/` between the levels ("Mailbot/Done"), whatever the server uses.
    """

    def __init__(self, client: IMAPClient, login: Login, name: str, readonly: bool) -> None:
        self._client = client
        self._login = login
        with self._asking("capabilities"):
            self.capabilities: frozenset[str] = frozenset(each.decode("ascii", "replace") for each in client.capabilities())
        with self._asking("list of folders"):
            self._names = {name: delimiter for _, delimiter, name in client.list_folders()}
            self._prefix, self._delimiter = self._namespace()
        self._special: dict[str, str] = {}
        self._is_in(name, readonly, self._select(name, readonly))

    def _is_in(self, name: str, readonly: bool, selected: dict[bytes, Any]) -> None:
        self._name, self._readonly = name, readonly
        self.uidvalidity: int = selected[b"UIDVALIDITY"]
        self._next: int = selected.get(b"UIDNEXT", 0)
        self._newest: int = max(self._next - 1, 0)

    @property
    def folders(self) -> tuple[str, ...]:
        """The names of all folders, as the server has them."""
        return tuple(sorted(self._names))

    def starts_over(self, last: int) -> bool:
        """
        Whether the server gives UIDs up to `last` to new mails although they were given before.

        No server may (RFC 9051, 2.3.1.1); one that was restored from a backup does.
        """
        if not 0 < self._next <= last:
            return False
        # What it said when the folder was opened may be old: another bot may have read on meanwhile.
        with self._asking("next number"):
            self._client.noop()
            self._next = self._client.folder_status(self._known(self._name), ["UIDNEXT"])[b"UIDNEXT"]
        return self._next <= last

    def names(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The header field Message-ID, as it stands there, of those of the mails that are in the folder."""
        if not uids:
            return {}
        with self._asking("names of mails"):
            answers = self._client.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"])
        fields = {uid: answers.get(uid, {}).get(b"BODY[HEADER.FIELDS (MESSAGE-ID)]") for uid in uids}
        return {uid: field for uid, field in fields.items() if isinstance(field, bytes)}

    def heads(self, uids: Sequence[int], fields: Sequence[str]) -> Iterator[Arrived]:
        """Of these mails just the header fields of those names, in `raw`; one that is gone meanwhile is just not there."""
        for some in portions(uids):
            with self._asking("heads of mails"):
                answers = self._client.fetch(some, [f"BODY.PEEK[HEADER.FIELDS ({' '.join(fields)})]", "INTERNALDATE"])
            for uid in some:
                answer = answers.get(uid, {})
                head = next((answer[key] for key in answer if key.startswith(b"BODY[HEADER.FIELDS")), None)
                received = answer.get(b"INTERNALDATE")
                if isinstance(head, bytes) and isinstance(received, datetime):
                    yield Arrived(uid=uid, received=received.astimezone(UTC), raw=head)

    def uids(self, after: int = 0, *, since: datetime | None = None) -> list[int]:
        """
        The UIDs greater than `after` that are in the folder now, ascending.

        `since` leaves out what had arrived a day before that moment (aware): servers know days, of whatever time zone.
        """
        recent = [] if since is None else ["SINCE", (since - timedelta(days=1)).date()]
        with self._asking("list of mails"):
            # NOOP lets the server look; without it some search in what they knew before.
            self._client.noop()
            # "n:*" always contains the highest UID, however low it is (RFC 9051, 9, sequence-range).
            found = sorted(uid for uid in self._client.search(["UID", f"{after + 1}:*", *recent]) if uid > after)
        self._newest = max([self._newest, *found])
        return found

    def fetch(self, uids: Sequence[int]) -> Iterator[Arrived]:
        """These mails, whole, in their order; one that is gone meanwhile is just not there."""
        for batch in (batch for some in portions(uids) for batch in self._batches(some)):
            with self._asking("mails"):
                answers = self._client.fetch(batch, ["BODY.PEEK[]", "INTERNALDATE"])
            for uid in batch:
                raw, received = (answers.get(uid, {}).get(key) for key in (b"BODY[]", b"INTERNALDATE"))
                if isinstance(raw, bytes):
                    when = received if isinstance(received, datetime) else datetime.now(UTC)
                    yield Arrived(uid=uid, received=when.astimezone(UTC), raw=raw)

    def wait(self, seconds: float, stop: Callable[[], bool] = _never) -> bool:
        """
        Wait until something may have arrived that `uids` has not told yet (True), `seconds` are over, or
        `stop` says so (False). With IDLE the server tells at once; without it we look at the end.
        """
        end = time.monotonic() + seconds
        with self._asking("news"):
            while not self._has_news():
                left = min(end - time.monotonic(), REISSUE)
                if left <= 0 or stop():
                    return False
                if self._idle(left, stop) if "IDLE" in self.capabilities else self._doze(left, stop):
                    return True
        return True

    def move(self, uids: Sequence[int], to: str) -> None:
        """Move these mails to the folder `to`, which is created. What is gone already is no error."""
        if not uids:
            return
        if self._readonly:
            # Some servers would copy the mails and leave them here as well.
            raise MailboxError(f"{_whose(self._login)}: the folder '{self._name}' is open for reading only", again=False)
        target = self._ensure(to)
        for some in portions(uids):
            if "MOVE" in self.capabilities:
                with self._asking(f"moving to '{target}'"):
                    self._client.move(some, target)
            else:
                self._copy_and_remove(some, target)

    def special(self, use: str, else_name: str) -> str:
        r"""The folder with that special use (RFC 6154: "\\Sent"), or a usual name for it, else `else_name`, created."""
        return self.known_special(use) or self._ensure(else_name)

    def known_special(self, use: str) -> str | None:
        r"""The folder with that special use (RFC 6154: "\\Sent"), or a usual name for it; None where there is none."""
        if use not in self._special:
            with self._asking("list of folders"):
                found = self._client.find_special_folder(use.encode("ascii"))
            usual = next(filter(None, (self._known(name) for name in GERMAN.get(use, ()))), None)
            if not found and usual is None:
                return None
            self._special[use] = str(found or usual)
        return self._special[use]

    def known(self, name: str) -> str | None:
        """The name under which the server has that folder, or None."""
        return self._known(name)

    def standing(self, folder: str) -> Standing:
        """How far another folder has got, without looking into it."""
        with self._asking(f"standing of '{folder}'"):
            answer = self._client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"])
        return Standing(uidvalidity=answer.get(b"UIDVALIDITY", 0), newest=max(answer.get(b"UIDNEXT", 0) - 1, 0))

    @contextmanager
    def beside(self, name: str) -> Iterator[Folder]:
        """Another folder of the same mailbox, for reading, on the same connection: this one rests until the end of the block."""
        with self._visiting(name) as selected:
            other = copy(self)
            other._is_in(name, True, selected)
            yield other

    @property
    def newest(self) -> int:
        """The greatest UID that the server has given in this folder, as far as it has told; 0 in an empty folder."""
        return self._newest

    def append(self, folder: str, raw: bytes, *, seen: bool = True, draft: bool = False, when: datetime | None = None) -> None:
        """Put a mail into a folder, which is created; `when` (aware) is its date of arrival, `draft`: a person is to send it."""
        target = self._ensure(folder)
        with self._asking(f"filing in '{target}'"):
            self._client.append(target, raw, [SEEN] * seen + [DRAFT] * draft, when)

    def has(self, folder: str, message_id: str) -> bool:
        """Whether a mail with that Message-ID (without `<>`) lies in the folder. No such folder: False."""
        target = self._known(folder)
        if target is None:
            return False
        with self._visiting(target), self._asking(f"search in '{target}'"):
            return bool(self._client.search(["HEADER", "Message-ID", f"<{message_id}>"]))

    def _copy_and_remove(self, uids: Sequence[int], target: str) -> None:
        to_copy = self._not_yet_in(target, uids)
        with self._asking(f"moving to '{target}'"):
            if to_copy:
                self._client.copy(to_copy, target)
            self._client.add_flags(uids, [DELETED], silent=True)
            # A plain EXPUNGE would also remove what people have marked; then the marks have to do.
            if "UIDPLUS" in self.capabilities:
                self._client.uid_expunge(uids)

    def _not_yet_in(self, folder: str, uids: Sequence[int]) -> list[int]:
        """Those of the mails that somebody who was cut off before has not copied there: told by Message-ID and size."""
        with self._asking("mails"):
            here = self._client.fetch(uids, ["ENVELOPE", "RFC822.SIZE"])
        with self._visiting(folder), self._asking(f"search in '{folder}'"):
            return [uid for uid, mail in here.items() if mail[b"RFC822.SIZE"] not in self._sizes_of(mail[b"ENVELOPE"].message_id)]

    def _sizes_of(self, message_id: bytes | None) -> set[int]:
        if not message_id or not message_id.isascii():
            return set()
        found = self._client.search(["HEADER", "Message-ID", message_id.decode("ascii")])
        return {each[b"RFC822.SIZE"] for each in self._client.fetch(found, ["RFC822.SIZE"]).values()} if found else set()

    @contextmanager
    def _visiting(self, folder: str) -> Iterator[dict[bytes, Any]]:
        """Another folder is selected until the end of the block, for reading; after an error it stays selected."""
        yield self._select(folder, readonly=True)
        if self._select(self._name, self._readonly)[b"UIDVALIDITY"] != self.uidvalidity:
            # The UIDs that we know mean other mails now, or none.
            raise MailboxError(f"{_whose(self._login)}: the folder '{self._name}' was made anew meanwhile", again=True)

    def _select(self, name: str, readonly: bool) -> dict[bytes, Any]:
        actual = self._known(name)
        if actual is None:
            raise MailboxError(
                f"{_whose(self._login)}: there is no folder '{name}'; there are: {', '.join(self.folders)}", again=False
            )
        with self._asking(f"folder '{actual}'"):
            answer: dict[bytes, Any] = self._client.select_folder(actual, readonly=readonly)
        if b"UIDVALIDITY" not in answer:
            raise MailboxError(
                f"{_whose(self._login)}: the server gives the mails of '{actual}' no lasting numbers (UIDVALIDITY)", again=False
            )
        return answer

    def _known(self, name: str) -> str | None:
        """The name under which the server has that folder, or None. INBOX is the same in any case."""
        if name.upper() == "INBOX":
            return "INBOX"
        return next((each for each in (name, self._full(name)) if each in self._names), None)

    def _full(self, name: str) -> str:
        whole = name.replace("/", self._delimiter)
        return whole if whole.startswith(self._prefix) else self._prefix + whole

    def _ensure(self, name: str) -> str:
        known = self._known(name)
        if known is not None:
            return known
        full = self._full(name)
        with self._asking(f"creating '{full}'"):
            # Somebody else, or another bot, may have been first.
            if not self._client.folder_exists(full):
                self._client.create_folder(full)
                self._client.subscribe_folder(full)
        self._names[full] = self._delimiter.encode()
        return full

    def _namespace(self) -> tuple[str, str]:
        """Where personal folders begin ("" or "INBOX.") and what stands between their levels (RFC 2342)."""
        delimiter = next((each.decode() for each in self._names.values() if each), "/")
        if "NAMESPACE" in self.capabilities:
            for prefix, between in self._client.namespace().personal or ():
                return prefix, between or delimiter
        return "", delimiter

    def _batches(self, uids: Sequence[int]) -> Iterator[list[int]]:
        batch, size = list[int](), 0
        with self._asking("sizes of mails"):
            sizes = {uid: each.get(b"RFC822.SIZE", 0) for uid, each in self._client.fetch(uids, ["RFC822.SIZE"]).items()}
        for uid in uids:
            if batch and size + sizes.get(uid, 0) > BATCH_BYTES:
                yield batch
                batch, size = [], 0
            if uid in sizes:
                batch.append(uid)
                size += sizes[uid]
        if batch:
            yield batch

    def _has_news(self) -> bool:
        # What arrived while other commands ran was told in their answers and will not be told again.
        self._client.noop()
        return any(uid > self._newest for uid in self._client.search(["UID", f"{self._newest + 1}:*"]))

    def _idle(self, seconds: float, stop: Callable[[], bool]) -> bool:
        end = time.monotonic() + seconds
        heard: list[Any] = []
        self._client.idle()
        while not heard and not stop() and (left := end - time.monotonic()) > 0:
            begun, pause = time.monotonic(), min(left, GLANCE)
            heard = self._client.idle_check(timeout=pause)
            # Back at once with nothing: the connection has ended, and the DONE below will say so.
            if not heard and time.monotonic() - begun < pause / 2:
                break
        _, late = self._client.idle_done()
        return any(len(each) > 1 and each[1] == b"EXISTS" for each in [*heard, *late])

    def _doze(self, seconds: float, stop: Callable[[], bool]) -> bool:
        end = time.monotonic() + seconds
        while not stop() and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, GLANCE))
        return False

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        with _translated(self._login, what):
            yield


def portions(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The UIDs in their order, at most TOGETHER at a time."""
    return (uids[start : start + TOGETHER] for start in range(0, len(uids), TOGETHER))


@contextmanager
def open_folder(
    login: Login, folder: str, *, timeout: float = 30, readonly: bool = False, ca_file: Path | None = None
) -> Iterator[Folder]:
    """
    The folder of that name, selected; with `readonly` by EXAMINE.

    `timeout` in seconds holds for the connection and for every answer. TLS is always verified, against
    `ca_file` (PEM) where given, else the system's authorities.

    Raises:
        MailboxError: no connection, a wrong password, no such folder (with those that there are), or
            anything that goes wrong later inside; `again` is False for what a person must mend.
    """
    with _translated(login, "connection"):
        client = IMAPClient(
            login.host,
            login.port,
            ssl=login.scheme == "imaps",
            ssl_context=tls_context(ca_file) if login.scheme == "imaps" else None,
            timeout=timeout,
        )
    try:
        with _translated(login, "login"):
            client.normalise_times = False  # aware dates
            _log_in(client, login, ca_file)
        yield Folder(client, login, folder, readonly)
    except BaseException:
        # No LOGOUT: after an error nobody knows what the server would take it for, or whether it answers.
        with suppress(*_FOREIGN):
            client.shutdown()
        raise
    try:
        client.logout()
    except _FOREIGN:
        with suppress(*_FOREIGN):
            client.shutdown()


def _log_in(client: IMAPClient, login: Login, ca_file: Path | None) -> None:
    if login.scheme == "imap+starttls":
        client.starttls(tls_context(ca_file))
    if login.user is None or login.password is None:
        raise MailboxError(f"{_whose(login)}: the login names no user and password", again=False)
    # LOGIN takes ASCII only (RFC 3501), PLAIN takes any password.
    if client.has_capability("AUTH=PLAIN"):
        client.plain_login(login.user, login.password)
    else:
        client.login(login.user, login.password)


@contextmanager
def _translated(login: Login, what: str) -> Iterator[None]:
    try:
        yield
    except _FOREIGN as error:
        raise mailbox_error(error, login, what) from error


def mailbox_error(error: Exception, login: Login, what: str) -> MailboxError:
    """What an error of imapclient, the socket or TLS means, while `what` was asked for."""
    if isinstance(error, exceptions.LoginError) and isinstance(error.__context__, imaplib.IMAP4.abort):
        # The library calls it so, too, when the connection ends before the server has judged.
        error = error.__context__
    found = next((SENTENCES[kind] for kind in type(error).__mro__ if kind in SENTENCES), None)
    if found is None:
        sentence, again = trouble(error, login)
        return MailboxError(sentence, again=again)
    sentence, again = found
    words = " ".join(str(error).removeprefix("b'").removesuffix("'").split())
    return MailboxError(f"{_whose(login)}: {what}: {sentence} ({words})", again=again or bool(_PASSING.search(words)))


def _whose(login: Login) -> str:
    return f"{login.user or 'nobody'} at {login.host}:{login.port}"
