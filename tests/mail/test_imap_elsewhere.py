"""
What Cyrus and Courier do otherwise than Dovecot, each met by a Dovecot that is made to do so.

The servers themselves are met in `make test-other-servers`.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from mailbot.login import Login
from mailbot.mail.imap import open_folder
from mailbot.mail.imap.folder import GONE
from tests.mail.test_imap import eml
from tests.servers.dovecot import Dovecot, running_dovecot
from tests.servers.imap import PASSWORD


@pytest.fixture(scope="module")
def below_inbox() -> Iterator[Dovecot]:
    with running_dovecot(below_inbox=True) as server:
        yield server


def test_folders_below_inbox_are_found_and_made_there(below_inbox: Dovecot, user: str):
    with open_folder(below_inbox.login(user), "INBOX") as inbox:
        inbox.append("INBOX", eml())
        inbox.move(inbox.uids(), "Mailbot/Done")

        assert inbox.special("\\Sent", "Sent") == "INBOX.Sent"
        assert inbox.known("Mailbot/Done") == "INBOX.Mailbot.Done"
        assert inbox.has("Mailbot/Done", "1@posteo.example")
        assert inbox.standing("Mailbot/Done").newest == 1
        assert "Mailbot.Done" not in inbox.folders


def test_a_mail_that_the_server_invents_in_place_of_one_that_is_gone_is_not_taken_in(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
):
    with open_folder(dovecot.login(user), "INBOX") as inbox, dovecot.seen_by_people(user) as people:
        inbox.append("INBOX", eml())
        inbox.append("INBOX", eml(id="2@posteo.example"))
        first, second = inbox.uids()
        asked = inbox._client.fetch

        def as_courier(uids: list[int], data: list[str]) -> Any:
            answers = asked(uids, data)
            if "BODY.PEEK[]" in data:
                people.noop()
                people.delete_messages([second])
                people.expunge()
                answers[second][b"BODY[]"] = GONE
            return answers

        monkeypatch.setattr(inbox._client, "fetch", as_courier)

        assert [mail.uid for mail in inbox.fetch([first, second])] == [first]


def test_a_mail_that_only_looks_so_is_one(dovecot: Dovecot, user: str):
    with open_folder(dovecot.login(user), "INBOX") as inbox:
        inbox.append("INBOX", GONE)

        assert [mail.raw for mail in inbox.fetch(inbox.uids())] == [GONE]


def test_where_numbers_last_only_in_an_open_folder_it_is_read_by_select(dovecot: Dovecot, user: str):
    for greeting, command in ((b"* OK Courier-IMAP ready.", b'SELECT "INBOX"'), (b"* OK ready.", b'EXAMINE "INBOX"')):
        with greeted_by(greeting, dovecot) as (login, heard):
            with open_folder(login(user), "INBOX", readonly=True) as inbox:
                assert list(inbox.uids()) == []

            assert command in b"".join(heard)


@contextmanager
def greeted_by(greeting: bytes, dovecot: Dovecot) -> Iterator[Any]:
    """A port that leads to Dovecot, but greets otherwise; and what a client says there."""
    heard: list[bytes] = []

    def login(user: str) -> Login:
        return Login(scheme="imap", host="127.0.0.1", port=listener.getsockname()[1], user=user, password=PASSWORD)

    def answers(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(1 << 16):
                client.sendall(said)

    def serve() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(("127.0.0.1", dovecot.imap)) as server:
            server.recv(1 << 16)
            client.sendall(greeting + b"\r\n")
            back = threading.Thread(target=answers, args=(client, server))
            back.start()
            with suppress(OSError):
                while said := client.recv(1 << 16):
                    heard.append(said)
                    server.sendall(said)
            server.shutdown(socket.SHUT_RDWR)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield login, heard
        thread.join()
