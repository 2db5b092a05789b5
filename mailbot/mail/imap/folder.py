"""
A folder on an IMAP server (RFC 9051, 3501), as far as the bot needs it.

Reading changes nothing: BODY.PEEK only, no flag is ever set on a mail that stays where it is.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from imapclient import DELETED, DRAFT, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError

from mailbot.errors import MailboxError
from mailbot.login import Login
from mailbot.mail.imap import waiting
from mailbot.mail.imap.errors import translated, whose
from mailbot.mail.imap.names import Names
from mailbot.mail.imap.session import session
from mailbot.mail.oauth import Tokens

BATCH_BYTES = 8_000_000
"""Mails are fetched together up to this size: what lies in memory at once stays bounded."""

TOGETHER = 500
"""UIDs named in one command: servers must take lines of 8,000 octets (RFC 2683, 3.2.1.5), and few take many more."""

LIKENESS = ("ENVELOPE", "RFC822.SIZE")
"""By what a mail is known again in another folder: Message-ID, date, subject, who writes to whom; and size."""

GONE = (
    b"From: System Administrator <root@localhost>\r\nSubject: message unavailable\r\n\r\n"
    b"This message is no longer available on the server.\r\n"
)
"""The mail that Courier invents in place of one that was removed since it last looked."""

FORGETFUL = b"Courier-IMAP"
"""
How a server greets that keeps the UIDs it gives, and UIDVALIDITY, only when a folder is open for writing: by EXAMINE
they are others each time. There reading is by SELECT, which changes nothing that people see.
"""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A mail to be put into a folder; `when` (aware) is to be its date of arrival there."""

    raw: bytes
    when: datetime


SPAN = 10_000
"""So many UIDs are asked for at a time."""


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
        self._may_examine = FORGETFUL not in client.welcome
        with self._asking("capabilities"):
            self.capabilities: frozenset[str] = frozenset(each.decode("ascii", "replace") for each in client.capabilities())
        with self._asking("list of folders"):
            self._names = Names(client)
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
        return self._names.all

    @property
    def marked(self) -> frozenset[str]:
        """Those of them that the server marks as Sent or Drafts (RFC 6154)."""
        return self._names.marked

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
            self._next = self._client.folder_status(self._names.known(self._name), ["UIDNEXT"])[b"UIDNEXT"]
        return self._next <= last

    def names(self, uids: Sequence[int]) -> dict[int, bytes]:
        """The header field Message-ID, as it stands there, of those of the mails that are in the folder."""
        if not uids:
            return {}
        with self._asking("names of mails"):
            self._look()
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

    def uids(self, after: int = 0, *, since: datetime | None = None) -> Sequence[int]:
        """
        The UIDs greater than `after` that are in the folder now, ascending; 8 bytes each.

        `since` leaves out what had arrived a day before that moment (aware): servers know days, of whatever time zone.
        """
        recent = [] if since is None else ["SINCE", (since - timedelta(days=1)).date()]
        found = array("Q")
        with self._asking("list of mails"):
            self._look()
            for some in self._spans(after + 1, recent):
                found.extend(sorted(some))
        self._newest = max(self._newest, found[-1] if found else 0)
        return found

    def _spans(self, first: int, recent: Sequence[Any]) -> Iterator[Sequence[int]]:
        """The UIDs from the first on, span by span: a list of them all takes a hundred bytes for each while it is read."""
        span = SPAN
        while first + span < self._next:
            some = self._client.search(["UID", f"{first}:{first + span - 1}", *recent])
            yield some
            first += span
            span = SPAN if len(some) > SPAN // 2 else 2 * span  # where nearly all are gone, further at a time
        # "n:*" always contains the highest UID, however low it is (RFC 9051, 9, sequence-range).
        yield [uid for uid in self._client.search(["UID", f"{first}:*", *recent]) if uid >= first]

    def fetch(self, uids: Sequence[int]) -> Iterator[Arrived]:
        """These mails, whole, in their order; one that is gone meanwhile is just not there."""
        for batch in (batch for some in portions(uids) for batch in self._batches(some)):
            with self._asking("mails"):
                answers = self._client.fetch(batch, ["BODY.PEEK[]", "INTERNALDATE"])
            for uid in batch:
                raw, received = (answers.get(uid, {}).get(key) for key in (b"BODY[]", b"INTERNALDATE"))
                if isinstance(raw, bytes) and not self._is_gone(uid, raw):
                    when = received if isinstance(received, datetime) else datetime.now(UTC)
                    yield Arrived(uid=uid, received=when.astimezone(UTC), raw=raw)

    def wait(self, seconds: float, stop: Callable[[], bool] = _never) -> bool:
        """
        Wait until something may have arrived that `uids` has not told yet (True), `seconds` are over, or
        `stop` says so (False). With IDLE the server tells at once; without it we look every few seconds.
        """
        end = time.monotonic() + seconds
        with self._asking("news"):
            while not self._has_news():
                left = min(end - time.monotonic(), waiting.REISSUE)
                if left <= 0 or stop():
                    return False
                if "IDLE" not in self.capabilities:
                    waiting.doze(min(left, waiting.LOOK), stop)
                elif waiting.idle(self._client, left, stop):
                    return True
        return True

    def move(self, uids: Sequence[int], to: str) -> None:
        """Move these mails to the folder `to`, which is created. What is gone already is no error."""
        if not uids:
            return
        if self._readonly:
            # Some servers would copy the mails and leave them here as well.
            raise MailboxError(f"{whose(self._login)}: the folder '{self._name}' is open for reading only", again=False)
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
                found = self._names.special(use)
            if found is None:
                return None
            self._special[use] = found
        return self._special[use]

    def known(self, name: str) -> str | None:
        """The name under which the server has that folder, or None."""
        return self._names.known(name)

    def standing(self, folder: str) -> Standing:
        """How far another folder has got, without looking into it."""
        with self._asking(f"standing of '{folder}'"):
            answer = self._client.folder_status(self._names.known(folder) or folder, ["UIDVALIDITY", "UIDNEXT"])
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

    def append_all(self, folder: str, mails: Sequence[Filed]) -> None:
        """Put these mails, as read, into a folder, which is created: all or none where the server can do so (RFC 3502)."""
        if "MULTIAPPEND" not in self.capabilities or len(mails) < 2:
            for mail in mails:
                self.append(folder, mail.raw, when=mail.when)
            return
        target = self._ensure(folder)
        with self._asking(f"filing in '{target}'"):
            kind, answer = self._client.multiappend(
                target, [{"msg": each.raw, "flags": [SEEN], "date": each.when} for each in mails]
            )
            if kind != "OK":
                raise IMAPClientError(f"append failed: {answer[0]!r}")

    def has(self, folder: str, message_id: str) -> bool:
        """Whether a mail with that Message-ID (without `<>`) lies in the folder. No such folder: False."""
        return bool(self.those_in(folder, [message_id]))

    def those_in(self, folder: str, message_ids: Sequence[str]) -> frozenset[str]:
        """Those of the Message-IDs (without `<>`) of which a mail lies in the folder. No such folder: none."""
        target = self._names.known(folder)
        if target is None:
            return frozenset()
        with self._visiting(target), self._asking(f"search in '{target}'"):
            return frozenset(each for each in message_ids if self._client.search(["HEADER", "Message-ID", f"<{each}>"]))

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
        """Those of the mails that somebody who was cut off before has not copied there: told by their heads and size."""
        with self._asking("mails"):
            self._look()
            here = self._client.fetch(uids, LIKENESS)
        with self._visiting(folder), self._asking(f"search in '{folder}'"):
            return [uid for uid, mail in here.items() if not self._lies_here(mail)]

    def _lies_here(self, mail: Mapping[bytes, Any]) -> bool:
        message_id = mail[b"ENVELOPE"].message_id
        if not message_id or not message_id.isascii():
            return False
        # SEARCH finds also what only contains it (RFC 9051, 6.4.4).
        found = self._client.search(["HEADER", "Message-ID", message_id.decode("ascii")])
        others = self._client.fetch(found, LIKENESS).values() if found else ()
        return any(all(each[key] == mail[key] for key in (b"ENVELOPE", b"RFC822.SIZE")) for each in others)

    @contextmanager
    def _visiting(self, folder: str) -> Iterator[dict[bytes, Any]]:
        """Another folder is selected until the end of the block, for reading; after an error it stays selected."""
        yield self._select(folder, readonly=True)
        if self._select(self._name, self._readonly)[b"UIDVALIDITY"] != self.uidvalidity:
            # The UIDs that we know mean other mails now, or none.
            raise MailboxError(f"{whose(self._login)}: the folder '{self._name}' was made anew meanwhile", again=True)

    def _select(self, name: str, readonly: bool) -> dict[bytes, Any]:
        actual = self._names.known(name)
        if actual is None:
            raise MailboxError(
                f"{whose(self._login)}: there is no folder '{name}'; there are: {', '.join(self.folders)}", again=False
            )
        with self._asking(f"folder '{actual}'"):
            answer: dict[bytes, Any] = self._client.select_folder(actual, readonly=readonly and self._may_examine)
        if b"UIDVALIDITY" not in answer:
            raise MailboxError(
                f"{whose(self._login)}: the server gives the mails of '{actual}' no lasting numbers (UIDVALIDITY)", again=False
            )
        return answer

    def _ensure(self, name: str) -> str:
        known = self._names.known(name)
        if known is not None:
            return known
        full = self._names.full(name)
        with self._asking(f"creating '{full}'"):
            self._names.create(full)
        return full

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

    def _look(self) -> None:
        """Let the server look into the folder; without it some answer by what they knew before (RFC 9051, 6.1.2)."""
        self._client.noop()

    def _is_gone(self, uid: int, raw: bytes) -> bool:
        """Whether the server has invented this mail in place of one that is there no more."""
        if raw != GONE:
            return False
        with self._asking("mails"):
            self._look()
            return not self._client.search(["UID", str(uid)])

    def _has_news(self) -> bool:
        # What arrived while other commands ran was told in their answers and will not be told again.
        self._look()
        return any(uid > self._newest for uid in self._client.search(["UID", f"{self._newest + 1}:*"]))

    def _asking(self, what: str) -> AbstractContextManager[None]:
        return translated(self._login, what)


def portions(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The UIDs in their order, at most TOGETHER at a time."""
    return (uids[start : start + TOGETHER] for start in range(0, len(uids), TOGETHER))


@contextmanager
def open_folder(
    login: Login,
    folder: str,
    *,
    timeout: float = 30,
    readonly: bool = False,
    ca_file: Path | None = None,
    tokens: Tokens | None = None,
) -> Iterator[Folder]:
    """
    The folder of that name, selected; with `readonly` by EXAMINE.

    `timeout` in seconds holds for the connection and for every answer. TLS is always verified, against
    `ca_file` (PEM) where given, else the system's authorities. A login by OAuth 2 needs `tokens`.

    Raises:
        MailboxError: no connection, a wrong password, no such folder (with those that there are), or
            anything that goes wrong later inside; `again` is False for what a person must mend.
    """
    with session(login, timeout=timeout, ca_file=ca_file, tokens=tokens) as client:
        yield Folder(client, login, folder, readonly)
