"""A Dovecot behind a wire that falls silent or breaks, and folders that change under the bot's hands."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest
from imapclient import IMAPClient

from mailbot.errors import MailboxError
from mailbot.login import Login
from mailbot.mail.imap import Folder, open_folder, waiting
from tests.mail.test_imap import eml
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Mood, Wire, wire_to

TIMEOUT = 0.2


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    with wire_to(dovecot.imap) as wire:
        yield wire


def do_everything(login: Login) -> None:
    """Each thing that the bot does with a folder, once."""
    with open_folder(login, "INBOX", timeout=TIMEOUT) as inbox:
        inbox.append("INBOX", eml(), seen=False)
        for mail in list(inbox.fetch(inbox.uids())):
            inbox.move([mail.uid], "Mailbot/Done")
        inbox.has("Mailbot/Done", "1@posteo.example")
        inbox.wait(30, chain([False], repeat(True)).__next__)  # says IDLE, and DONE


COMMANDS = [
    rb"CAPABILITY",
    rb"AUTHENTICATE",
    rb"LIST",
    rb"NAMESPACE",
    rb"SELECT",
    rb"APPEND",
    rb"NOOP",
    rb"UID SEARCH",
    rb"RFC822\.SIZE",
    rb"BODY\.PEEK",
    rb"CREATE",
    rb"MOVE",
    rb"HEADER",
    rb"IDLE",
    rb"DONE",
]
DOING = [rb"AUTHENTICATE", rb"APPEND", rb"CREATE", rb"MOVE"]
"""Commands of which it matters whether they were carried out before the connection broke."""


def test_the_commands_are_those_that_the_bot_says(wire: Wire, user: str):
    do_everything(wire.login(user))

    assert [command for command in COMMANDS if command.replace(b"\\", b"") not in wire.heard] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_a_server_that_falls_silent_is_given_up_in_time_and_worth_another_try(wire: Wire, user: str, command: bytes):
    wire.moods = [Mood(at=command, silent=True)]

    with pytest.raises(MailboxError, match="no answer in time") as gone:
        do_everything(wire.login(user))

    assert wire.moods == []
    assert gone.value.again


@pytest.mark.parametrize(
    ("command", "passes"), [*((command, False) for command in COMMANDS), *((command, True) for command in DOING)]
)
def test_a_connection_that_breaks_at_any_command_is_worth_another_try(wire: Wire, user: str, command: bytes, passes: bool):
    wire.moods = [Mood(at=command, passes=passes)]

    with pytest.raises(MailboxError) as gone:
        do_everything(wire.login(user))

    assert wire.moods == []
    assert gone.value.again


def test_half_a_mail_is_no_mail(wire: Wire, user: str, people: IMAPClient):
    people.append("INBOX", eml() + b"x" * 10_000)
    wire.moods = [Mood(at=rb"BODY\.PEEK", passes=True, answer=5_000)]

    with pytest.raises(MailboxError) as gone, open_folder(wire.login(user), "INBOX", timeout=TIMEOUT) as inbox:
        list(inbox.fetch(inbox.uids()))

    assert gone.value.again


def test_a_farewell_that_is_not_answered_spoils_nothing(wire: Wire, user: str):
    wire.moods = [Mood(at=rb"LOGOUT", silent=True)]

    do_everything(wire.login(user))

    assert wire.moods == []


def test_more_mails_than_fit_into_one_command_are_read_and_moved(dovecot: Dovecot, user: str):
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        inbox.append("INBOX", eml())
        many = [*inbox.uids(), *range(1_000_000_000, 1_000_020_000)]

        assert len(list(inbox.fetch(many))) == 1
        inbox.move(many, "Mailbot/Done")

        assert list(inbox.uids()) == []
        assert inbox.has("Mailbot/Done", "1@posteo.example")


@pytest.fixture
def requests(dovecot: Dovecot, user: str, people: IMAPClient) -> Iterator[Folder]:
    """A folder with umlauts that people have made, with one mail in it; open."""
    people.create_folder("Anfragen für Köln")
    people.append("Anfragen für Köln", eml())
    with open_folder(dovecot.login(user), "Anfragen für Köln") as folder:
        yield folder


def made_anew(people: IMAPClient, folder: str) -> None:
    people.delete_folder(folder)
    people.create_folder(folder)
    people.append(folder, eml("Ein anderer", "2@posteo.example"))


def test_a_folder_that_was_made_anew_has_another_number(requests: Folder, dovecot: Dovecot, user: str, people: IMAPClient):
    made_anew(people, "Anfragen für Köln")

    with open_folder(dovecot.login(user), "Anfragen für Köln") as again:
        assert again.uidvalidity != requests.uidvalidity


@pytest.mark.parametrize(
    "look",
    [lambda folder: folder.has("INBOX", "1@posteo.example"), lambda folder: list(folder.fetch(folder.uids()))],
    ids=["looking elsewhere", "reading"],
)
def test_a_folder_that_is_made_anew_while_it_is_open_ends_the_session(
    requests: Folder, people: IMAPClient, look: Callable[[Folder], object]
):
    made_anew(people, "Anfragen für Köln")

    with pytest.raises(MailboxError) as gone:
        look(requests)

    assert gone.value.again


def test_a_server_that_gives_no_lasting_numbers_is_refused(requests: Folder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(requests._client, "select_folder", lambda *_, **__: {b"EXISTS": 1})

    with pytest.raises(MailboxError, match="no lasting numbers") as refused:
        requests.has("INBOX", "1@posteo.example")

    assert not refused.value.again


def test_where_starttls_was_asked_for_and_is_not_there_no_password_is_said(user: str):
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n")
            for line in lines:
                heard.append(line)
                tag, word = line.split()[:2]
                told = b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n" if word == b"CAPABILITY" else b""
                connection.sendall(told + tag + (b" OK done\r\n" if told else b" BAD unknown\r\n"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        login = Login(scheme="imap+starttls", host="127.0.0.1", port=listener.getsockname()[1], user=user, password="secret")
        with pytest.raises(MailboxError, match="STARTTLS") as refused, open_folder(login, "INBOX", timeout=2):
            pass
        server.join()

    assert not refused.value.again
    assert [line for line in heard if b"AUTHENTICATE" in line or b"LOGIN" in line] == []


def test_idle_is_given_up_when_the_server_has_fallen_silent(wire: Wire, user: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(waiting, "REISSUE", 0.2)
    wire.moods = [Mood(at=rb"DONE", silent=True)]

    with (
        pytest.raises(MailboxError, match="no answer in time"),
        open_folder(wire.login(user), "INBOX", timeout=TIMEOUT) as inbox,
    ):
        inbox.wait(30)


def test_numbers_that_were_given_before_are_noticed(dovecot: Dovecot, user: str, people: IMAPClient):
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        people.append("INBOX", eml())
        (first,) = inbox.uids()

        assert not inbox.starts_over(first)
        assert inbox.starts_over(first + 1)
        people.append("INBOX", eml())
        assert not inbox.starts_over(first + 1)
        assert inbox.names([first, 4711]) == {first: b"Message-ID: <1@posteo.example>\r\n\r\n"}
        people.noop()
        assert people.search("SEEN") == []
