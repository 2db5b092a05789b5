"""The bot, with a Dovecot whose connection breaks or falls silent: nothing is lost, nothing doubled, nothing touched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from imapclient import IMAPClient

from mailbot.errors import MailboxError
from mailbot.login import Login
from mailbot.mail.imap import Folder, open_folder, waiting
from mailbot.service import bot, parts
from mailbot.service.bells import Bells
from tests.servers.dovecot import Dovecot
from tests.servers.proxy import Mood, Wire, wire_to
from tests.service.bench import MONDAY, Bench, bench_in, eml, from_another
from tests.service.test_bot import comes_true

TIMEOUT = 0.5


@pytest.fixture
def wire(dovecot: Dovecot) -> Iterator[Wire]:
    with wire_to(dovecot.imap) as wire:
        yield wire


@pytest.fixture(params=["after: leave"])
def bench(
    request: pytest.FixtureRequest, tmp_path: Path, wire: Wire, user: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bench]:
    """The mailbox `support` lies on Dovecot, behind the wire; `buero` and the sending are on the bench."""
    monkeypatch.setattr(parts, "PAUSES", (0.05,))
    address = "address: support@die-linke-koeln.de\n"
    with bench_in(tmp_path, rules={address: f"{address}    {request.param}\n"}) as bench:
        on_the_bench = bench.office.open_folder

        def choose(login: Login, folder: str, **options: Any) -> AbstractContextManager[Folder]:
            if login.user != "support":
                return on_the_bench(login, folder, **options)
            return open_folder(wire.login(user), folder, timeout=TIMEOUT, **options)

        object.__setattr__(bench.office, "open_folder", choose)
        yield bench


def lies_in(people: IMAPClient, folder: str) -> int:
    people.noop()
    count: int = people.folder_status(folder, ["MESSAGES"])[b"MESSAGES"]
    return count


moving = pytest.mark.parametrize("bench", ["after: move"], indirect=True, ids=[""])
"""What is done is moved to Mailbot/Done."""

CUTS = [
    Mood(at=rb"AUTHENTICATE"),
    Mood(at=rb"UID SEARCH", passes=True),
    Mood(at=rb"BODY\.PEEK\[\]", passes=True, answer=700),
    Mood(at=rb"BODY\.PEEK\[\]", silent=True),
    Mood(at=rb"CREATE", passes=True),
    Mood(at=rb"MOVE"),
    Mood(at=rb"MOVE", passes=True),
    Mood(at=rb"MOVE", passes=True, silent=True),
    Mood(at=rb"APPEND"),
    Mood(at=rb"APPEND(?s:.*)--\r\n\r\n\Z", passes=True),  # the whole copy that goes to Sent
]


@moving
@pytest.mark.parametrize("mood", CUTS, ids=str)
def test_wherever_the_connection_ends_each_mail_is_one_ticket_one_answer_and_one_copy(
    bench: Bench, wire: Wire, people: IMAPClient, mood: Mood
):
    for _ in range(2):
        people.append("INBOX", eml(), msg_time=MONDAY)
    wire.moods = [mood]

    with pytest.raises(MailboxError) as gone:
        bench.run()
    bench.run()
    bench.run()

    assert (gone.value.again, wire.moods) == (True, [])
    assert len(bench.rows()) == len(bench.tickets()) == len(bench.slot.taken) == 2
    assert [lies_in(people, folder) for folder in ("INBOX", "Mailbot/Done", "Sent")] == [0, 2, 2]


def test_reading_changes_nothing(bench: Bench, people: IMAPClient):
    for flags in ((), (rb"\Seen",), (rb"\Flagged", rb"\Answered")):
        people.append("INBOX", from_another(), flags, MONDAY)
    before = as_they_lie(people)

    bench.run()

    assert len(bench.tickets()) == 3
    assert as_they_lie(people) == before


def as_they_lie(people: IMAPClient) -> dict[int, tuple[frozenset[bytes], Any]]:
    """Flags and time of arrival of each mail in the inbox."""
    people.noop()
    found = people.fetch(people.search(), ["FLAGS", "INTERNALDATE"])
    return {uid: (frozenset(each[b"FLAGS"]), each[b"INTERNALDATE"]) for uid, each in found.items()}


@pytest.mark.parametrize("bench", ["folder: Anfragen für Köln"], indirect=True)
def test_a_folder_with_umlauts_that_is_deleted_and_made_anew_loses_no_mail_and_doubles_none(bench: Bench, people: IMAPClient):
    old, new = eml(), eml()
    people.create_folder("Anfragen für Köln")
    people.append("Anfragen für Köln", old, msg_time=MONDAY)
    bench.run()
    people.delete_folder("Anfragen für Köln")

    with pytest.raises(MailboxError, match="there is no folder 'Anfragen für Köln'"):
        bench.run()
    people.create_folder("Anfragen für Köln")
    for raw in (new, old):
        people.append("Anfragen für Köln", raw, msg_time=MONDAY)
    bench.run()

    assert len(bench.rows()) == len(bench.tickets()) == len(bench.slot.taken) == 2


@moving
def test_mails_that_people_move_and_delete_meanwhile_stay_theirs(
    bench: Bench, people: IMAPClient, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(3):
        people.append("INBOX", from_another(), msg_time=MONDAY)
    people.create_folder("Erledigt")
    receive = bot.receive

    def slowly(*words: Any, **options: Any) -> int:
        found = receive(*words, **options)
        people.noop()
        people.move([1], "Erledigt")
        people.delete_messages([2])
        people.expunge()
        return found

    monkeypatch.setattr(bot, "receive", slowly)
    bench.run()

    assert len(bench.tickets()) == 3
    assert [lies_in(people, folder) for folder in ("INBOX", "Erledigt", "Mailbot/Done")] == [0, 1, 1]


@pytest.mark.parametrize("mood", [Mood(at=rb"IDLE"), Mood(at=rb"IDLE", passes=True), Mood(at=rb"DONE", silent=True)], ids=str)
def test_a_running_bot_comes_back_by_itself_and_answers_what_came_meanwhile(
    bench: Bench, wire: Wire, people: IMAPClient, monkeypatch: pytest.MonkeyPatch, mood: Mood
):
    monkeypatch.setattr(waiting, "REISSUE", 0.2)
    wire.moods = [mood]
    bells = Bells()
    thread = Thread(target=bot.run, args=(bench.office,), kwargs={"bells": bells})
    thread.start()
    try:
        comes_true(lambda: wire.moods == [], "the mood strikes")
        people.append("INBOX", eml(), msg_time=MONDAY)
        comes_true(lambda: len(bench.slot.taken) == 1, "the mail is answered")
        comes_true(lambda: lies_in(people, "Sent") == 1, "a copy lies in Sent")
    finally:
        bells.ring_out()
        thread.join(timeout=30)

    assert wire.connections >= 2
    assert len(bench.tickets()) == 1
