"""One person's data: found wherever they stand, and erased so that nothing finds them any more."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from mailbot.errors import MailbotError
from mailbot.service import desk, privacy
from mailbot.service.health import Books, examine
from mailbot.service.overview import send
from mailbot.service.privacy import Erased
from mailbot.service.sender import deliver
from mailbot.service.survey import draw_up
from mailbot.store.database import Database
from mailbot.store.tables import metadata
from mailbot.tickets.ticket import State
from mailbot.understanding.request import Person
from tests.service.bench import MONDAY, STAFF, Bench, answering, eml, proof

PAUL = "Paul Grün <paul.gruen@web.example>"
ADDRESS = "paul.gruen@web.example"
SECRETS = ("paul.gruen@web.example", "Paul Grün", "Grün", "paul.gruen")
HIS_WISH = "Hallo,\n\nich leite die AG Frieden und möchte eine Signal-Gruppe.\n\nViele Grüße\nPaul Grün\n"
HER_WISH = (
    "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen. Mitmachen sollen\n\n"
    "Anna Schmidt, anna.schmidt@posteo.example\nPaul Grün, paul.gruen@web.example\n\nAdmin ist Anna Schmidt.\n"
)


def both_ask(bench: Bench) -> None:
    """Paul for himself, Anna for a group that he is in; a digest names both; all is done."""
    bench.arrives(HIS_WISH, From=PAUL, Subject="Signal für Paul Grün")
    bench.arrives(HER_WISH, **proof(domain="posteo.example"))
    send(bench.office, day=MONDAY.date())
    deliver(bench.office)
    for ticket in bench.tickets():
        desk.carry_out(bench.office, ticket.key, "note", "Paul Grün rief an: paul.gruen@web.example")
        desk.carry_out(bench.office, ticket.key, "close")
    deliver(bench.office)
    bench.run()


def everything_in(database: Database) -> str:
    """Every value of every table, mails opened."""
    values = []
    with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                values += [each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in row]
    return "\n".join(values)


def found_in_files(folder: Path, secrets: tuple[str, ...] = SECRETS) -> list[str]:
    """Which of the secrets lie in the files of SQLite, plain or packed."""
    found = []
    for file in folder.glob("mailbot.db*"):
        content = file.read_bytes()
        unpacked = b"".join(_unpacked(content, at) for at in range(len(content)) if content[at : at + 1] == b"\x78")
        found += [secret for secret in secrets if secret.encode() in content + unpacked]
    return found


def _unpacked(content: bytes, at: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(content[at : at + 60_000])
    except zlib.error:
        return b""


def test_a_person_is_found_wherever_they_stand(bench: Bench):
    both_ask(bench)

    found = privacy.look_for(bench.office, "Paul.Gruen@web.example")

    assert ([ticket.key for ticket in found.own], [ticket.key for ticket in found.shared]) == (["KV-1001"], ["KV-1002"])
    assert found.subject.names == {"Paul Grün"}
    assert (found.sent, found.naming) == ((1,), (2,))
    recipients = {mail.id: mail.recipient for mail in bench.outbox()}
    assert {recipients[id] for id in found.received} == {ADDRESS}
    assert {recipients[id] for id in found.telling} == {STAFF, "anna.schmidt@posteo.example"}


@pytest.mark.parametrize("other", ["johann-paul.gruen@web.example", "paul.gruen@web.example.org", "gruen@web.example"])
def test_nobody_is_taken_for_somebody_whose_address_is_part_of_theirs(quick_bench: Bench, other: str):
    quick_bench.arrives(HER_WISH.replace("paul.gruen@web.example", other))

    assert not privacy.look_for(quick_bench.office, ADDRESS)


def test_an_erased_person_is_found_nowhere_and_all_others_stay(bench: Bench):
    both_ask(bench)
    found = privacy.look_for(bench.office, ADDRESS)

    erased = privacy.erase(bench.office, found, by="cli")

    assert erased == Erased(tickets=2, mails=len(found.sent) + len(found.naming) + len(found.received) + len(found.telling))
    left = everything_in(bench.office.database)
    assert [secret for secret in SECRETS if secret.lower() in left.lower()] == []
    his, hers = bench.tickets()
    assert (his.state, his.requester.email, his.subject) == (State.CLOSED, "", "")
    assert hers.requester.email == "anna.schmidt@posteo.example"
    assert dict(hers.request.fields) == {
        "group": "OV Kalk",
        "users": (Person(given="Anna", surname="Schmidt", email="anna.schmidt@posteo.example"),),
        "admins": ("anna.schmidt@posteo.example",),
    }
    assert bench.kinds("KV-1001")[-1] == bench.kinds("KV-1002")[-1] == "erased"
    support, _ = examine(bench.office).mailboxes
    assert support.books == Books(mails=2, new=0, missing=0)
    assert not privacy.look_for(bench.office, ADDRESS)


def test_not_a_byte_of_them_lies_in_the_files_of_sqlite(quick_bench: Bench, tmp_path: Path):
    both_ask(quick_bench)
    assert set(found_in_files(tmp_path)) >= {"paul.gruen@web.example", "Grün"}

    privacy.erase(quick_bench.office, privacy.look_for(quick_bench.office, ADDRESS), by="cli")

    assert found_in_files(tmp_path) == []
    assert "anna.schmidt@posteo.example" in found_in_files(tmp_path, ("anna.schmidt@posteo.example",))


def test_a_mail_of_theirs_that_turns_up_again_is_known(quick_bench: Bench):
    raw = eml(HIS_WISH, From=PAUL)
    quick_bench.mail(raw)
    quick_bench.run()
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.run()
    privacy.erase(quick_bench.office, privacy.look_for(quick_bench.office, ADDRESS), by="cli")
    written = len(quick_bench.outbox())

    quick_bench.support.renumber(8)
    quick_bench.mail(raw, to=quick_bench.buero)
    quick_bench.run()

    assert (len(quick_bench.tickets()), len(quick_bench.outbox())) == (1, written)


def test_who_is_still_waited_for_is_not_erased(quick_bench: Bench):
    quick_bench.arrives(HER_WISH)
    found = privacy.look_for(quick_bench.office, ADDRESS)
    before = everything_in(quick_bench.office.database)

    with pytest.raises(MailbotError, match="nothing was erased: their data are still needed for KV-1001; close them"):
        privacy.erase(quick_bench.office, found, by="cli")

    assert everything_in(quick_bench.office.database) == before


def test_even_what_is_open_goes_when_somebody_says_so(quick_bench: Bench):
    quick_bench.arrives(HIS_WISH, From=PAUL)
    quick_bench.mail(eml("Noch etwas: bitte bald.", From=PAUL))
    quick_bench.office.database.close()

    found = privacy.look_for(quick_bench.office, ADDRESS)
    privacy.erase(quick_bench.office, found, by="cli", even_open=True)

    (ticket,) = quick_bench.tickets()
    assert ticket.state is State.CLOSED
    with quick_bench.office.database.read() as connection:
        draw_up(connection, quick_bench.office.catalogue, day=MONDAY.date(), now=MONDAY)


def test_what_comes_between_the_search_and_the_erasure_goes_as_well(quick_bench: Bench):
    both_ask(quick_bench)
    found = privacy.look_for(quick_bench.office, ADDRESS)
    quick_bench.arrives("Ich bin bis Montag nicht da.", From=PAUL, Auto_Submitted="auto-replied")

    privacy.erase(quick_bench.office, found, by="cli")

    assert "web.example" not in everything_in(quick_bench.office.database)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("Paul", "'Paul' is no address"),
        ("a@b@c.example", "is no address"),
        ("paul gruen@web.example", "is no address"),
        ("support@die-linke-koeln.de", "is a shared mailbox"),
        (STAFF, "works on tickets"),
    ],
)
def test_an_address_that_is_nobodys_own_is_refused(quick_bench: Bench, address: str, sentence: str):
    with pytest.raises(MailbotError, match=sentence):
        privacy.look_for(quick_bench.office, address)


@pytest.mark.parametrize("hostile", ["%@web.example", "_aul.gruen@web.example", "';drop--@x.example", "{{7*7}}@x.example"])
def test_hostile_addresses_find_nobody(quick_bench: Bench, hostile: str):
    quick_bench.arrives(HIS_WISH, From=PAUL)

    assert not privacy.look_for(quick_bench.office, hostile)


def test_in_the_histories_of_others_nothing_of_them_stays(quick_bench: Bench):
    quick_bench.arrives()
    desk.carry_out(quick_bench.office, "KV-1001", "note", f"Rücksprache mit Paul Grün, {ADDRESS}, vereinbart")
    quick_bench.arrives("Hallo, wir möchten eine Signal-Gruppe.", From="Berta Muster <berta@web.example>")
    desk.carry_out(quick_bench.office, "KV-1002", "note", "PAUL  GRÜN weiß Bescheid; Paul Grünwald nicht")
    quick_bench.arrives(HIS_WISH, From=PAUL, Subject="Signal")

    found = privacy.look_for(quick_bench.office, ADDRESS)
    privacy.erase(quick_bench.office, found, by="cli", even_open=True)

    assert [ticket.key for ticket in found.shared] == ["KV-1001"]
    assert [event.text for key in ("KV-1001", "KV-1002") for event in quick_bench.history(key) if event.by == "cli"] == [
        "Rücksprache mit █████, █████, vereinbart",
        "█████ weiß Bescheid; Paul Grünwald nicht",
    ]
    assert quick_bench.tickets()[1].requester.email == "berta@web.example"


def test_a_note_between_the_search_and_the_erasure_is_found_as_well(quick_bench: Bench):
    quick_bench.arrives()
    quick_bench.arrives(HIS_WISH, From=PAUL, Subject="Signal")
    found = privacy.look_for(quick_bench.office, ADDRESS)
    desk.carry_out(quick_bench.office, "KV-1001", "note", f"auch an {ADDRESS}")

    privacy.erase(quick_bench.office, found, by="cli", even_open=True)

    assert ADDRESS not in everything_in(quick_bench.office.database)


def test_a_reply_to_an_erased_ticket_opens_a_new_one(quick_bench: Bench):
    quick_bench.arrives(HIS_WISH, From=PAUL)
    answer = quick_bench.slot.to(ADDRESS)[-1]
    desk.carry_out(quick_bench.office, "KV-1001", "close")
    quick_bench.run()
    privacy.erase(quick_bench.office, privacy.look_for(quick_bench.office, ADDRESS), by="cli")

    quick_bench.arrives("Doch noch etwas: wir brauchen eine Signal-Gruppe.", From=PAUL, **answering(answer), **proof())

    old, new = quick_bench.tickets()
    assert (old.state, old.requester.email, new.requester.email) == (State.CLOSED, "", ADDRESS)
