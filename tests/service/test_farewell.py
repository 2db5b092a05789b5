"""A bot is told to stop while its SMTP server thinks."""

from __future__ import annotations

import asyncio
from threading import Event, Thread
from typing import Any

import pytest

from mailbot.mail.smtp import open_smtp
from mailbot.service import farewell
from mailbot.service.bells import Bells
from mailbot.service.bot import run
from mailbot.store.outbound import State
from tests.mail.test_smtp_in_trouble import answering, at
from tests.service.bench import Bench, eml

FOR_EVER = 60.0
NO_DOUBT = (State.QUEUED, [])
DOUBT = (
    State.QUEUED,
    [
        "Die Verbindung brach ab, als die Mail an anna.schmidt@posteo.example schon übergeben war. "
        "Sie wird noch einmal gesendet und kommt vielleicht zweimal an."
    ],
)


class Thinking:
    """A server that takes so many seconds to answer a command."""

    def __init__(self, command: str, seconds: float) -> None:
        self._seconds = seconds
        self.is_thinking = Event()
        self.taken = 0
        setattr(self, f"handle_{command}", self._think)

    async def _think(self, _server: Any, _session: Any, envelope: Any, *_: Any) -> str:
        self.is_thinking.set()
        await asyncio.sleep(self._seconds)
        self.taken += 1
        return "250 taken"


@pytest.mark.parametrize(
    ("command", "seconds", "known"),
    [
        pytest.param("RCPT", FOR_EVER, NO_DOUBT, id="before it has the mail"),
        pytest.param("DATA", FOR_EVER, DOUBT, id="with the mail, for ever"),
        pytest.param("DATA", 1.0, (State.SENT, []), id="with the mail, not for ever"),
    ],
)
def test_it_ends_with_the_books_in_order(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, command: str, seconds: float, known: tuple[State, list[str]]
):
    monkeypatch.setattr(farewell, "FAREWELL", 0.2)
    monkeypatch.setattr(farewell, "LAST_WORD", 0.6 if seconds == FOR_EVER else FOR_EVER)
    monkeypatch.setattr(farewell, "WRITING_DOWN", 20.0)  # on a busy machine
    quick_bench.mail(eml())
    server, bells = Thinking(command, seconds), Bells()
    with answering(server) as port:
        object.__setattr__(quick_bench.office, "open_smtp", lambda _login: open_smtp(at(port)))
        bot = Thread(target=run, args=(quick_bench.office,), kwargs={"bells": bells})
        bot.start()
        server.is_thinking.wait(timeout=30)
        bells.ring_out()
        bot.join(timeout=30)
        assert not bot.is_alive()

    (mail,) = quick_bench.outbox()
    trouble = [event.text for event in quick_bench.history() if event.kind == "trouble"]
    assert (mail.state, trouble) == known
