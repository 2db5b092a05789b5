"""
Whatever is cut off between two commits is done again and changes nothing then.

Two worlds get the same mails. In one the bot dies again and again, at any of its effects on the database, the folders and
the outgoing server; in the other it lives. In the end nobody can tell the worlds apart.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from hypothesis.strategies import integers, sampled_from
from sqlalchemy import Connection, event, make_url

from mailbot.login import Login
from mailbot.mail.imap import Arrived
from mailbot.service import sender
from mailbot.service.health import examine
from mailbot.service.office import Office
from mailbot.service.overview import send_if_due
from mailbot.service.rulebook import Rulebook
from mailbot.settings import Settings
from mailbot.store import inbound, outbound
from mailbot.store.database import Database, open_database
from mailbot.store.inbound import State
from tests.association import PROJECT, words
from tests.databases import sqlite_with_tables
from tests.servers.station import parsed
from tests.service.bench import ASKS, Bench, Clock, Shelf, Slot, answering, eml
from tests.service.test_worker import COMPLETE

MAILS: dict[str, tuple[str, dict[str, str]]] = {
    "asks": (ASKS, {}),
    "is complete": (COMPLETE, {"Subject": "Signal-Gruppe für den OV Kalk"}),
    "is a machine's": ("Ich bin nicht da.", {"Auto_Submitted": "auto-replied"}),
    "is for a person": ("Bitte löschen Sie alle meine Daten nach Art. 17 DSGVO.", {"Subject": "Datenschutz"}),
}
ANSWER = "Nutzerin ist Kim Beispiel, kim.beispiel@posteo.example, sie ist auch Admin.\n"
AFTER = ("leave", "move")
INBOXES = (("support",), ("buero",), ("support", "buero"), ("support", "support"))

MOMENTS = integers(0, 999)
"""At which effect of a run the bot dies, counted round and round: the bot of the other world tells how many there are."""


class Crash(BaseException):
    """The bot is dead: nothing catches this, and nothing that it would still do has an effect."""


@dataclass
class Life:
    """Counts effects, and ends after `end` of them; None: never."""

    passed: int = 0
    end: int | None = None

    def passes(self) -> None:
        if self.passed == self.end:
            raise Crash
        self.passed += 1


@dataclass
class FrailShelf(Shelf):
    """The bot may die before and after everything it does there."""

    life: Life = field(default_factory=Life)
    filed: list[tuple[str, str]] = field(
        default_factory=list
    )  # Message-ID and folder: an answer names a question of its own world

    def fetch(self, uids: Sequence[int]) -> Iterator[Arrived]:
        for mail in super().fetch(uids):
            self.life.passes()
            yield mail

    def move(self, uids: Sequence[int], to: str) -> None:
        self.life.passes()
        here = [uid for uid in uids if uid in self.mails]
        self.filed += [(str(parsed(self.mails[uid].raw)["Message-ID"]), to) for uid in here]
        super().move(here, to)
        self.life.passes()

    def append(self, folder: str, raw: bytes, **options: Any) -> None:
        self.life.passes()
        super().append(folder, raw, **options)
        self.life.passes()


@dataclass
class FrailSlot(Slot):
    """Likewise: after a mail is taken the bot may die before it has noted that."""

    life: Life = field(default_factory=Life)

    def send(self, raw: bytes, sender: str, recipients: Sequence[str]) -> Mapping[str, str]:
        self.life.passes()
        refused = super().send(raw, sender, recipients)
        self.life.passes()
        return refused


class FrailDatabase(Database):
    """Likewise, before and after each commit."""

    def __init__(self, database: Database, life: Life) -> None:
        super().__init__(database.engine)
        self._life = life

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self._life.passes()
        self._life.passes()


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What both worlds stand on, made once: rules by what becomes of mails that are done, and a database with nothing in it."""

    rulebooks: Mapping[str, Rulebook]
    empty: Path


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    rulebooks = {after: rulebook(tmp_path / after, after) for after in AFTER}
    return Ground(rulebooks=rulebooks, empty=Path(str(sqlite_with_tables(tmp_path).database)))


def rulebook(home: Path, after: str) -> Rulebook:
    home.mkdir()
    text = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    for inbox in ("support", "buero"):
        address = f"address: {inbox}@die-linke-koeln.de\n"
        assert address in text
        text = text.replace(address, f"{address}    after: {after}\n")
    (home / "rules.yaml").write_text(text, encoding="utf-8")
    return Rulebook(home / "rules.yaml", PROJECT / "templates", rehearse=False)


def without_syncs(database: Database) -> None:
    """The bot dies here, not the machine: what was written stays, and a busy disk need not be waited for."""

    @event.listens_for(database.engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    database.engine.dispose()


@contextmanager
def world(ground: Ground, after: str, life: Life, clock: Clock) -> Iterator[Bench]:
    """A bot with that much life."""
    shelves = {id: FrailShelf(life=life) for id in ("support", "buero")}
    slot = FrailSlot(life=life)

    @contextmanager
    def open_folder(login: Login, folder: str, *, readonly: bool = False) -> Iterator[Any]:
        yield shelves[str(login.user)]

    @contextmanager
    def open_smtp(login: Login) -> Iterator[Any]:
        yield slot

    with tempfile.TemporaryDirectory() as home:
        url = make_url(f"sqlite:///{shutil.copy(ground.empty, home)}")
        database = open_database(url)
        without_syncs(database)
        office = Office(
            settings=Settings(
                database=url,
                imap={id: Login(scheme="imap", host="127.0.0.1", port=143, user=id, password="secret") for id in shelves},
                smtp=Login(scheme="smtp", host="127.0.0.1", port=25),
                limits="off",
            ),
            rulebook=ground.rulebooks[after],
            database=FrailDatabase(database, life),
            keys=(b"a key that only this test knows, and long enough",),
            clock=clock,
            open_folder=open_folder,
            open_smtp=open_smtp,
        )
        yield Bench(office=office, clock=clock, support=shelves["support"], buero=shelves["buero"], slot=slot)
        database.close()


class Crashes(RuleBasedStateMachine):
    """Mails come and members answer, and the bot of one world dies at any moment."""

    ground: ClassVar[Ground]

    @initialize(after=sampled_from(AFTER))
    def begins(self, after: str) -> None:
        self.clock, self.life, self.harsh_life = Clock(), Life(), Life()
        self.open = ExitStack()
        self.calm = self.open.enter_context(world(self.ground, after, self.life, self.clock))
        self.harsh = self.open.enter_context(world(self.ground, after, self.harsh_life, self.clock))
        self.worlds = (self.calm, self.harsh)
        self.members = (f"anna{number}@posteo.example" for number in count(1))
        self.asked: list[str] = []
        self.both_live()

    @rule(what=sampled_from(sorted(MAILS)), inboxes=sampled_from(INBOXES), moment=MOMENTS)
    def a_mail_comes(self, what: str, inboxes: tuple[str, ...], moment: int) -> None:
        member, (text, headers) = next(self.members), MAILS[what]
        raw = eml(text, From=f"Anna Schmidt <{member}>", **headers)
        for each in self.worlds:
            for inbox in inboxes:
                each.mail(raw, to={"support": each.support, "buero": each.buero}[inbox])
        if what == "asks":
            self.asked.append(member)
        self.one_dies(moment)

    @precondition(lambda self: self.who_can_answer())
    @rule(moment=MOMENTS)
    def a_member_answers(self, moment: int) -> None:
        member = self.who_can_answer()[0]
        self.asked.remove(member)
        id = next(self.members)
        for each in self.worlds:
            question = each.slot.to(member)[0]
            each.mail(eml(ANSWER, From=f"Anna Schmidt <{member}>", Message_ID=f"<{id}>", **answering(question)))
        self.one_dies(moment)

    @rule(moment=MOMENTS)
    def the_server_numbers_its_mails_anew(self, moment: int) -> None:
        for each in self.worlds:
            each.support.renumber(each.support.uidvalidity + 1)
        self.one_dies(moment)

    @rule()
    def both_live(self) -> None:
        for each in self.worlds:
            lives(each)

    def one_dies(self, moment: int) -> None:
        """At that one of its effects; `effects` tells how many there were."""
        before = self.life.passed
        lives(self.calm)
        self.effects = self.life.passed - before
        self.harsh_life.end = self.harsh_life.passed + moment % (self.effects + 1)
        with suppress(Crash):
            lives(self.harsh)
        self.harsh_life.end = None
        # What the dead one held is free again when its claims have expired.
        self.clock.pass_by(sender.LEASE)

    def who_can_answer(self) -> list[str]:
        return [member for member in self.asked if all(each.slot.to(member) for each in self.worlds)]

    def teardown(self) -> None:
        if not hasattr(self, "open"):
            return
        with self.open:
            self.clock.pass_by(sender.LEASE)
            self.both_live()
            let_people_try_again(self.harsh)
            self.both_live()
            assert everything_in(self.harsh) == everything_in(self.calm)
            for each in self.worlds:
                assert examine(each.office).wrong == ()


def lives(bench: Bench) -> None:
    """Once through everything, the clock's job included."""
    send_if_due(bench.office)
    bench.run()


def let_people_try_again(bench: Bench) -> None:
    """A bot that died three times over one mail has set it aside."""
    with bench.office.database.write() as connection:
        for mail in inbound.in_state(connection, State.QUARANTINED):
            inbound.retry(connection, mail.id)


def everything_in(bench: Bench) -> dict[str, Any]:
    """What can be told of a world: keys and Message-IDs are made by chance, and of trouble there may be more in one."""
    tickets = bench.tickets()
    return {
        "mails": Counter((mail.place.mailbox, mail.identity.message_id, mail.state.value) for mail in bench.rows()),
        "tickets": Counter(
            repr((each.requester.email, each.request, each.state, each.mailbox, each.questions)) for each in tickets
        ),
        "histories": Counter((each.requester.email, *sorted(set_of_kinds(bench, each.key))) for each in tickets),
        "replies": Counter((to, plain(mail)) for to, mail in replies(bench)),
        "copies": {name: Counter(map(plain, map(parsed, shelf.sent))) for name, shelf in shelves(bench).items()},
        "filed": {name: filed(shelf) for name, shelf in shelves(bench).items()},
    }


def filed(shelf: FrailShelf) -> Counter[tuple[str, str]]:
    """Which mail lies where. Of two equal ones in one folder nobody can tell, once their numbers are gone, which was answered."""
    copies = Counter(id for id, _ in shelf.filed)
    return Counter((id, to if copies[id] == 1 else "wherever") for id, to in shelf.filed)


def shelves(bench: Bench) -> dict[str, FrailShelf]:
    return {id: shelf for id, shelf in (("support", bench.support), ("buero", bench.buero)) if isinstance(shelf, FrailShelf)}


def set_of_kinds(bench: Bench, key: str) -> list[str]:
    return [kind for kind in bench.kinds(key) if kind != "trouble"]


def replies(bench: Bench) -> Iterator[tuple[str, EmailMessage]]:
    """Those that came twice once, if it was the same mail and it is noted; others as they came."""
    seen = set[tuple[str, str]]()
    for to, mail in bench.slot.taken:
        id = str(mail["Message-ID"]).strip("<>")
        if (to, id) not in seen or not is_noted(bench, id):
            yield to, mail
        seen.add((to, id))


def is_noted(bench: Bench, id: str) -> bool:
    with bench.office.database.read() as connection:
        mail = outbound.by_message_id(connection, id)
    assert mail is not None
    return mail.ticket is None or any("noch einmal gesendet" in event.text for event in bench.history(mail.ticket))


def plain(mail: EmailMessage) -> str:
    """Who reads it reads this; without what differs from one world to the other."""
    if "Übersicht" in str(mail["Subject"]):
        return str(mail["Subject"])
    text = _OF_WHAT_LEFT.sub("", words(mail).replace("\r\n", "\n"))
    return re.sub(r"KV-\d+|\d\d:\d\d", "…", f"{mail['To']} {mail['Subject']}\n{text}")


_OF_WHAT_LEFT = re.compile(
    r"^- (?:(?!\n- |\n\n).)*· (?:Mail an|Nach einem Abbruch)(?:(?!\n- |\n\n).)*\n", re.MULTILINE | re.DOTALL
)
"""Lines of a history in a mail to staff: who dies between sending and noting that knows of it later than who lives."""


@pytest.fixture
def crashes(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> type[Crashes]:
    monkeypatch.setattr(Crashes, "ground", ground, raising=False)
    return Crashes


def test_a_bot_may_die_at_each_of_its_effects(crashes: type[Crashes]):
    worlds, moment = crashes(), 0
    worlds.begins("move")

    while moment == 0 or moment <= worlds.effects:
        worlds.a_mail_comes("asks", ("support",), moment)
        worlds.both_live()
        moment += 1

    worlds.teardown()
    assert moment > 20


def test_any_interleaving_of_crashes_ends_as_if_there_had_been_none(crashes: type[Crashes]):
    some = settings(max_examples=settings.default.max_examples // 20, stateful_step_count=8)
    run_state_machine_as_test(crashes, settings=some)
