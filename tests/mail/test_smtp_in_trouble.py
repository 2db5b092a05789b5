"""A Postfix behind a wire that falls silent or breaks, and servers that say what Postfix does not say here."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from mailbot.demo.ports import free_ports
from mailbot.errors import DeliveryError
from mailbot.login import Login
from mailbot.mail import smtp
from mailbot.mail.smtp import open_smtp
from tests.mail.test_smtp import MEMBER, eml
from tests.servers.postfix import Postfix
from tests.servers.proxy import Mood, Wire, wire_to
from tests.servers.station import Station

TIMEOUT = 0.3
END_OF_MAIL = rb"^\.\r\n"


@pytest.fixture
def wire(postfix: Postfix) -> Iterator[Wire]:
    with wire_to(postfix.smtp) as wire:
        yield wire


def at(port: int, scheme: str = "smtp", user: str | None = None) -> Login:
    host = "127.0.0.1"
    return Login(scheme=scheme, host=host, port=port, user=user, password="secret" if user else None)  # type: ignore[arg-type]


def refused(port: int, to: str) -> DeliveryError:
    with pytest.raises(DeliveryError) as refusal, open_smtp(at(port), timeout=TIMEOUT) as server:
        server.send(eml(), MEMBER, [to])
    return refusal.value


@pytest.mark.parametrize("silent", [True, False], ids=["silent", "broken"])
@pytest.mark.parametrize(
    ("command", "perhaps"),
    [(rb"^ehlo", False), (rb"^mail FROM", False), (rb"^rcpt TO", False), (END_OF_MAIL, True)],
)
def test_a_server_that_goes_away_at_any_command_is_worth_another_try(
    wire: Wire, user: str, command: bytes, perhaps: bool, silent: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(smtp, "END_OF_DATA", TIMEOUT)
    wire.moods = [Mood(at=command, silent=silent)]

    error = refused(wire.port, user)

    assert wire.moods == []
    assert (error.again, error.perhaps) == (True, perhaps)


def test_an_answer_that_is_lost_after_the_mail_leaves_open_whether_it_was_taken(station: Station, wire: Wire, user: str):
    wire.moods = [Mood(at=END_OF_MAIL, passes=True)]

    error = refused(wire.port, user)

    assert (error.again, error.perhaps) == (True, True)
    assert station.wait_for_mail(user)["Subject"] == "Nextcloud"


def test_a_server_may_take_its_time_to_look_at_a_mail(user: str):
    class Thorough:
        async def handle_DATA(self, *_: Any) -> str:
            await asyncio.sleep(TIMEOUT * 2)
            return "250 taken"

    with answering(Thorough()) as port, open_smtp(at(port), timeout=TIMEOUT) as server:
        server.send(eml(), MEMBER, [user])


@contextmanager
def answering(handler: Any, **options: Any) -> Iterator[int]:
    """An SMTP server that answers as `handler` says; on its port."""
    (port,) = free_ports(1)
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Answers:
    """Says that to MAIL, RCPT, or the mail."""

    def __init__(self, command: str, reply: str) -> None:
        setattr(self, f"handle_{command}", self._answer)
        self._reply = reply

    async def _answer(self, *_: Any) -> str:
        return self._reply


@pytest.mark.parametrize(
    ("command", "reply", "again"),
    [
        ("MAIL", "421 4.3.2 shutting down", True),
        ("MAIL", "530 5.7.0 authentication required", True),
        ("MAIL", "550 5.1.8 sender domain does not exist", False),
        ("RCPT", "450 4.2.0 greylisted, come back in five minutes", True),
        ("RCPT", "452 4.2.2 mailbox full", True),
        ("RCPT", "550 5.1.1 no such mailbox", False),
        ("DATA", "451 4.7.1 try again later", True),
        ("DATA", "552 5.3.4 the mail is too big", False),
        ("DATA", "554 5.7.1 looks like spam", False),
    ],
)
def test_a_reply_says_whether_trying_again_makes_sense(user: str, command: str, reply: str, again: bool):
    with answering(Answers(command, reply)) as port:
        error = refused(port, user)

    assert reply in str(error)
    assert (error.again, error.perhaps) == (again, False)


def test_a_mail_above_the_limit_that_the_server_names_is_not_even_announced(user: str):
    with answering(Answers("MAIL", "250 well"), data_size_limit=50) as port:
        error = refused(port, user)

    assert str(error) == f"127.0.0.1:{port}: the mail has {len(eml())} bytes, it takes at most 50"
    assert not error.again


def test_a_login_that_a_server_without_logins_cannot_take_is_told_with_what_to_leave_away(user: str):
    with answering(Answers("MAIL", "250 well")) as port:
        login = at(port, user=user)
        with pytest.raises(DeliveryError, match="it takes no logins; take user and password out") as refusal, open_smtp(login):
            pass

    assert refusal.value.again


def test_where_starttls_was_asked_for_and_is_not_there_neither_password_nor_mail_is_said():
    with answering(Answers("MAIL", "250 well")) as port, wire_to(port) as wire:
        login = at(wire.port, "smtp+starttls", MEMBER)
        with pytest.raises(DeliveryError, match="scheme in MAILBOT_SMTP") as refusal, open_smtp(login, timeout=2):
            pass

    assert refusal.value.again
    assert wire.heard.lower().split() == [b"ehlo", wire.heard.split()[1].lower()]
