"""
Folders on a real Dovecot: one that knows everything, and one that knows IMAP4rev1 and nothing else.

Or on the server that TESTS_IMAP_SERVER names.
"""

from __future__ import annotations

import imaplib
import inspect
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient, exceptions

from mailbot.demo.ports import free_ports
from mailbot.errors import MailboxError
from mailbot.login import Login
from mailbot.mail.imap import Folder, folder, open_folder, waiting
from mailbot.mail.imap import folder as folder_module
from mailbot.mail.imap.errors import SENTENCES, mailbox_error
from tests.servers.dovecot import Dovecot
from tests.servers.imap import ImapServer


def eml(subject: str = "Nextcloud", id: str = "1@posteo.example") -> bytes:
    return f"From: anna@posteo.example\r\nMessage-ID: <{id}>\r\nSubject: {subject}\r\n\r\nHallo\r\n".encode()


@pytest.fixture(params=["imap_server", "plain_dovecot"])
def server(request: pytest.FixtureRequest) -> ImapServer:
    """Both servers in turn."""
    found: ImapServer = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def inbox(server: ImapServer, user: str) -> Iterator[Folder]:
    """An inbox that no other test knows."""
    with open_folder(server.login(user), "INBOX") as folder:
        yield folder


@pytest.fixture
def people(server: ImapServer, user: str) -> Iterator[IMAPClient]:
    """The same mailbox as people see it, in a mail program."""
    with server.seen_by_people(user) as client:
        yield client


def test_a_server_that_can_nothing_special_is_one_of_them(plain_dovecot: Dovecot, dovecot: Dovecot, user: str):
    with open_folder(plain_dovecot.login(user), "INBOX") as plain, open_folder(dovecot.login(user), "INBOX") as full:
        assert plain.capabilities == {"IMAP4REV1"}
        assert full.capabilities >= {"IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE", "NAMESPACE"}


def test_reading_leaves_a_mail_unread_and_in_place(inbox: Folder, people: IMAPClient):
    inbox.append("INBOX", eml(), seen=False)

    (arrived,) = inbox.fetch(inbox.uids())

    people.noop()
    assert arrived.raw == eml()
    assert people.search("UNSEEN") == [arrived.uid]


def test_a_mail_says_when_the_server_got_it(inbox: Folder):
    when = datetime(2025, 9, 22, 10, 30, tzinfo=UTC)
    inbox.append("INBOX", eml(), when=when.astimezone())

    (arrived,) = inbox.fetch(inbox.uids())

    assert arrived.received == when
    assert arrived.received.utcoffset() == timedelta()


def test_uids_are_those_after_the_last_one(inbox: Folder):
    for number in range(3):
        inbox.append("INBOX", eml(id=f"{number}@posteo.example"))
    first, second, third = inbox.uids()

    assert list(inbox.uids(after=first)) == [second, third]
    assert list(inbox.uids(after=third)) == []
    assert list(inbox.uids(after=10_000_000)) == []


def test_a_folder_is_asked_for_span_by_span_however_many_are_gone(
    inbox: Folder, people: IMAPClient, server: ImapServer, user: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(folder_module, "SPAN", 2)
    for number in range(12):
        people.append("INBOX", eml(id=f"{number}@posteo.example"))
    people.select_folder("INBOX")
    people.delete_messages([3, 4, 5, 6, 9])
    people.expunge()

    with open_folder(server.login(user), "INBOX") as opened:
        people.append("INBOX", eml(id="12@posteo.example"))

        assert list(opened.uids()) == [1, 2, 7, 8, 10, 11, 12, 13]
        assert list(opened.uids(after=7)) == [8, 10, 11, 12, 13]


def test_a_mail_that_others_lay_there_is_seen_at_once(inbox: Folder, people: IMAPClient):
    assert list(inbox.uids()) == []

    people.append("INBOX", eml())

    assert len(inbox.uids()) == 1


def test_a_mail_that_is_gone_meanwhile_is_just_not_there(inbox: Folder, people: IMAPClient):
    for number in range(3):
        inbox.append("INBOX", eml(id=f"{number}@posteo.example"))
    uids = inbox.uids()
    people.noop()
    people.delete_messages([uids[1]])
    people.expunge()

    assert [arrived.uid for arrived in inbox.fetch(uids)] == [uids[0], uids[2]]


def test_many_and_big_mails_come_in_bounded_batches(inbox: Folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folder, "BATCH_BYTES", 1000)
    sizes = [10, 500, 600, 5000, 10, 10, 990]
    for size in sizes:
        inbox.append("INBOX", eml() + b"x" * (size - 2) + b"\r\n")  # some servers end the last line themselves

    assert [len(arrived.raw) - len(eml()) for arrived in inbox.fetch(inbox.uids())] == sizes


def test_bytes_come_as_they_were_sent(inbox: Folder):
    raw = eml() + bytes(byte for byte in range(1, 256) if byte not in b"\r\n") + b"\r\n"
    inbox.append("INBOX", raw)

    assert [arrived.raw for arrived in inbox.fetch(inbox.uids())] == [raw]


def test_mails_move_to_a_folder_with_umlauts_that_is_made_for_them(inbox: Folder, people: IMAPClient):
    for number in range(3):
        inbox.append("INBOX", eml(id=f"{number}@posteo.example"), seen=False)
    first, second, third = inbox.uids()
    people.noop()
    people.add_flags([second], [rb"\Deleted"])

    inbox.move([first], "Mailbot/Für später")

    # The mark that people set is theirs: what they have not removed yet is still there.
    people.noop()
    assert set(people.search("UNDELETED")) == {third}
    assert second in people.search("DELETED")
    assert inbox.has("Mailbot/Für später", "0@posteo.example")
    assert not inbox.has("Mailbot/Für später", "2@posteo.example")
    assert people.select_folder(str(inbox.known("Mailbot/Für später")))[b"EXISTS"] == 1
    assert people.search("UNSEEN") != []


def test_with_uidplus_exactly_the_moved_mails_leave(dovecot: Dovecot, user: str):
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        inbox.append("INBOX", eml())
        inbox.append("INBOX", eml())
        first, second = inbox.uids()
        inbox.capabilities -= {"MOVE"}

        inbox.move([first], "Mailbot/Done")

        assert list(inbox.uids()) == [second]


def test_who_was_cut_off_between_copy_and_mark_copies_nothing_twice(plain_dovecot: Dovecot, user: str):
    namesake = eml(subject="Nextcloud", id="2@posteo.example")
    with open_folder(plain_dovecot.login(user), "INBOX") as inbox:
        inbox.append("INBOX", eml(id="1@posteo.example"))
        inbox.append("INBOX", eml(subject="Signal", id="2@posteo.example"))
        # So far a bot had come that was killed then; the second mail is another one of the same Message-ID.
        inbox.append("Mailbot/Done", eml(id="1@posteo.example"))
        inbox.append("Mailbot/Done", namesake)

        inbox.move(inbox.uids(), "Mailbot/Done")
        inbox.move(inbox.uids(), "Mailbot/Done")

    with open_folder(plain_dovecot.login(user), "Mailbot/Done") as done:
        assert sorted(mail.raw for mail in done.fetch(done.uids())) == sorted(
            [eml(id="1@posteo.example"), namesake, eml(subject="Signal", id="2@posteo.example")]
        )


def test_before_a_mail_is_removed_nothing_passes_for_its_copy_that_only_looks_alike(plain_dovecot: Dovecot, user: str):
    bare = eml(subject="Nextcloud").replace(b"<1@posteo.example>", b"1@posteo.example")
    alike = [eml(subject="Signal", id="21@posteo.example"), eml(subject="Nextcloux")]
    kept = [bare, eml(subject="Nextcloud")]
    assert len(alike[0]) == len(bare)
    assert len(alike[1]) == len(kept[1])
    with open_folder(plain_dovecot.login(user), "INBOX") as inbox:
        for raw in kept:
            inbox.append("INBOX", raw)
        for raw in alike:
            inbox.append("Mailbot/Done", raw)

        inbox.move(inbox.uids(), "Mailbot/Done")

    with open_folder(plain_dovecot.login(user), "Mailbot/Done") as done:
        assert sorted(mail.raw for mail in done.fetch(done.uids())) == sorted([*alike, *kept])


def test_moving_what_is_gone_is_no_error(inbox: Folder):
    inbox.move([], "Mailbot/Done")
    inbox.move([4711], "Mailbot/Done")

    assert list(inbox.uids()) == []


def test_the_sent_folder_is_found_by_its_use(dovecot: Dovecot, user: str):
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        assert inbox.special("\\Sent", "Ausgang") == "Sent"


@pytest.mark.parametrize("name", ["Sent Items", "Gesendete Objekte", "Gesendet"])
def test_without_special_uses_the_sent_folder_is_found_by_a_usual_name(plain_dovecot: Dovecot, user: str, name: str):
    with open_folder(plain_dovecot.login(user), "INBOX") as inbox:
        inbox.append(name, eml())

    with open_folder(plain_dovecot.login(user), "INBOX") as inbox:
        assert inbox.special("\\Sent", "Ausgang") == name


def test_a_folder_for_a_use_that_no_folder_has_is_made(inbox: Folder):
    made = inbox.special("\\Archive", "Ablage/Archiv")

    assert made == inbox.known("Ablage/Archiv")
    assert made in inbox.folders
    assert inbox.special("\\Archive", "Ablage/Archiv") == made


def test_a_copy_lies_in_sent_as_read(inbox: Folder, people: IMAPClient):
    sent = inbox.special("\\Sent", "Gesendet")

    inbox.append(sent, eml(id="2@verein.example"))

    assert inbox.has(sent, "2@verein.example")
    people.select_folder(sent)
    assert len(people.search("SEEN")) == 1


def test_a_folder_that_is_only_asked_for_is_not_made(inbox: Folder):
    assert inbox.known_special("\\Archive") is None
    assert inbox.known("Ablage") is None
    assert "Ablage" not in inbox.folders


def test_another_folder_is_read_beside_ours_by_heads_first(inbox: Folder, people: IMAPClient):
    inbox.append("INBOX", eml(id="1@verein.example"))
    inbox.append("Sent", eml(id="2@verein.example"), when=datetime(2025, 9, 1, tzinfo=UTC))
    inbox.append("Sent", eml(id="3@verein.example"), seen=False, when=datetime(2025, 9, 22, tzinfo=UTC))

    with inbox.beside("Sent") as sent:
        uids = sent.uids(since=datetime(2025, 9, 20, tzinfo=UTC))
        (head,) = sent.heads(uids, ("MESSAGE-ID", "BCC"))
        (whole,) = sent.fetch(uids)
        reached = (sent.uidvalidity, sent.newest)

    assert head.raw.strip() == b"Message-ID: <3@verein.example>"
    assert (whole.raw, whole.received) == (eml(id="3@verein.example"), head.received)
    standing = inbox.standing("Sent")
    assert reached == (standing.uidvalidity, standing.newest)
    assert [mail.raw for mail in inbox.fetch(inbox.uids())] == [eml(id="1@verein.example")]
    people.select_folder(str(inbox.known("Sent")))
    assert people.search("UNSEEN") == [head.uid]


def test_looking_into_another_folder_leaves_ours_open(inbox: Folder):
    inbox.append("INBOX", eml())
    before = inbox.uidvalidity

    assert not inbox.has("Sent", "1@posteo.example")
    assert not inbox.has("There/Is/No/Such", "1@posteo.example")
    assert len(inbox.uids()) == 1
    assert inbox.uidvalidity == before


def test_a_read_only_folder_cannot_be_moved_from(server: ImapServer, user: str):
    with open_folder(server.login(user), "INBOX") as inbox:
        inbox.append("INBOX", eml())

    with open_folder(server.login(user), "INBOX", readonly=True) as inbox:
        with pytest.raises(MailboxError, match="open for reading only"):
            inbox.move(inbox.uids(), "Mailbot/Done")

        assert not inbox.has("Mailbot/Done", "1@posteo.example")


@contextmanager
def soon(people: IMAPClient) -> Iterator[None]:
    """Somebody lays a mail into the inbox while we wait."""
    timer = threading.Timer(0.3, lambda: people.append("INBOX", eml()))
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_with_idle_a_new_mail_wakes_us_at_once(dovecot: Dovecot, user: str):
    with (
        open_folder(dovecot.login(user), "INBOX") as inbox,
        open_folder(dovecot.login(user), "INBOX") as other,
        soon(other._client),
    ):
        begun = time.monotonic()

        assert inbox.wait(20)
        assert time.monotonic() - begun < 5
        assert len(inbox.uids()) == 1


def test_without_idle_a_new_mail_is_found_by_looking(inbox: Folder, people: IMAPClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "REISSUE", 0.5)

    with soon(people):
        assert inbox.wait(20)


def test_a_mail_that_came_while_we_were_busy_is_not_slept_through(inbox: Folder, people: IMAPClient):
    inbox.uids()
    people.append("INBOX", eml())
    list(inbox.fetch([4711]))
    begun = time.monotonic()

    assert inbox.wait(20)
    assert time.monotonic() - begun < 5


def test_a_mail_that_we_know_is_no_news(inbox: Folder):
    inbox.append("INBOX", eml())
    inbox.uids()

    assert not inbox.wait(0.3)


def test_idle_is_issued_anew_again_and_again(inbox: Folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "REISSUE", 0.1)

    assert not inbox.wait(0.5)
    assert list(inbox.uids()) == []


def test_a_wait_ends_when_it_shall(inbox: Folder):
    begun = time.monotonic()
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()

    assert not inbox.wait(60, stop.is_set)
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_tls_is_verified(server: ImapServer, user: str, scheme: str, monkeypatch: pytest.MonkeyPatch):
    with open_folder(server.login(user, scheme), "INBOX", ca_file=server.certificates.authority) as inbox:
        assert list(inbox.uids()) == []

    assert "the certificate cannot be trusted" in str(refusal(server.login(user, scheme)))
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificates.authority))
    with open_folder(server.login(user, scheme), "INBOX") as inbox:
        assert list(inbox.uids()) == []


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_a_certificate_for_another_host_is_not_trusted(dovecot: Dovecot, user: str, scheme: str):
    named = dovecot.login(user, scheme)
    login = Login(scheme=named.scheme, host="127.0.0.1", port=named.port, user=user, password="secret")

    error = refusal(login, ca_file=dovecot.certificates.authority)

    assert "the certificate cannot be trusted" in str(error)
    assert not error.again


def test_a_wrong_password_is_a_persons_to_mend(server: ImapServer, user: str):
    error = refusal(server.login(user, password="not-the-password"))

    assert f"{user} at 127.0.0.1:{server.imap}: login: user or password is wrong" in str(error)
    assert "not-the-password" not in str(error)
    assert not error.again


def test_a_password_may_hold_any_character(server: ImapServer, user: str):
    error = refusal(server.login(user, password='päss"wörd\\ 🔑'))

    assert "user or password is wrong" in str(error)


def test_a_folder_that_is_missing_is_told_with_those_that_there_are(server: ImapServer, user: str):
    with open_folder(server.login(user), "INBOX") as inbox:
        there = ", ".join(inbox.folders)

    error = refusal(server.login(user), "Anfragen")

    assert "INBOX" in there
    assert str(error) == f"{user} at 127.0.0.1:{server.imap}: there is no folder 'Anfragen'; there are: {there}"
    assert not error.again


def test_nobody_listens(user: str):
    (port,) = free_ports(1)

    error = refusal(Login(scheme="imap", host="127.0.0.1", port=port, user=user, password="secret"))

    assert str(error) == f"127.0.0.1:{port}: nothing listens there; see that host and port are right and that the server runs"
    assert error.again


def test_a_host_that_does_not_exist(user: str):
    error = refusal(Login(scheme="imaps", host="mail.invalid", port=993, user=user, password="secret"))

    assert "the host 'mail.invalid' is unknown" in str(error)
    assert error.again


def test_a_server_that_never_speaks(user: str):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        login = Login(scheme="imap", host="127.0.0.1", port=silent.getsockname()[1], user=user, password="secret")

        error = refusal(login, timeout=0.2)

    assert "no answer in time" in str(error)
    assert error.again


def test_a_server_that_is_no_imap_server(postfix_greeting: int, user: str):
    error = refusal(Login(scheme="imap", host="127.0.0.1", port=postfix_greeting, user=user, password="secret"), timeout=2)

    assert f"127.0.0.1:{postfix_greeting}" in str(error)


@pytest.fixture
def postfix_greeting() -> Iterator[int]:
    """A port where somebody speaks, but not IMAP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"220 mail.verein.example ESMTP\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_connection_that_breaks_is_worth_another_try(inbox: Folder):
    inbox._client.socket().shutdown(socket.SHUT_RDWR)

    with pytest.raises(MailboxError) as broken:
        inbox.uids()

    assert broken.value.again


def test_a_connection_that_breaks_while_we_wait_is_noticed(inbox: Folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "REISSUE", 0.5)
    timer = threading.Timer(0.3, lambda: inbox._client.socket().shutdown(socket.SHUT_RDWR))
    timer.start()

    with pytest.raises(MailboxError) as broken:
        inbox.wait(5)

    timer.join()
    assert broken.value.again


def library_errors() -> list[type[Exception]]:
    found = [each for module in (exceptions, imaplib.IMAP4) for _, each in inspect.getmembers(module, inspect.isclass)]
    return [each for each in found if issubclass(each, Exception)]


@pytest.mark.parametrize("error", library_errors())
def test_every_error_of_the_library_has_a_sentence(error: type[Exception]):
    assert error in SENTENCES


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (exceptions.LoginError("b'[AUTHENTICATIONFAILED] Authentication failed.'"), False),
        (exceptions.LoginError("b'[UNAVAILABLE] Temporary authentication failure.'"), True),
        (exceptions.IMAPClientError("select failed: [INUSE] locked"), True),
        (exceptions.IMAPClientAbortError("socket error: EOF"), True),
        (exceptions.CapabilityError("Server does not support STARTTLS capability"), False),
        (TimeoutError(), True),
        (socket.gaierror(-2, "Name or service not known"), True),
        (ConnectionResetError(104, "Connection reset by peer"), True),
        (ssl.SSLCertVerificationError("self-signed certificate"), False),
    ],
)
def test_what_is_worth_another_try(error: Exception, again: bool):
    login = Login(scheme="imaps", host="mail.verein.example", port=993, user="support", password="geheim-geheim")

    translated = mailbox_error(error, login, "login")

    assert translated.again is again
    assert "mail.verein.example:993" in str(translated)
    assert "geheim-geheim" not in str(translated)


def refusal(login: Login, folder: str = "INBOX", *, ca_file: Path | None = None, timeout: float = 10) -> MailboxError:
    with pytest.raises(MailboxError) as refused, open_folder(login, folder, timeout=timeout, ca_file=ca_file):
        pass
    return refused.value
