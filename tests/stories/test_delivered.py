"""An association whose Postfix delivers to the bot by LMTP, as docs/howto/lmtp.md tells."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, make_url

from mailbot.demo.ports import free_ports
from mailbot.listener import Door, Listener, SocketFile
from mailbot.mail.smtp import open_smtp
from mailbot.service import parts
from mailbot.service.bells import Bells
from mailbot.service.bot import run
from mailbot.service.office import Office, open_office
from mailbot.store.inbound import State
from tests.association import PROJECT, Association, association
from tests.pages import steps
from tests.servers.process import eventually
from tests.servers.station import Station
from tests.service.bench import eml
from tests.test_running import running

HOWTO = PROJECT / "docs" / "howto" / "lmtp.md"
TYPED = [step.command for step in steps(HOWTO) if step.command.startswith("post")]
FOLDER = next(step.command for step in steps(HOWTO) if step.command.startswith("install"))
ENTRY = re.compile(r"\{ kontakt@verein\.example = lmtp:unix:mailbot/kontakt \}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The addresses that Postfix delivers to the bot, and where."""

    station: Station
    support: str
    buero: str
    at: dict[str, Door]

    def type(self, command: str) -> str:
        """A command of Postfix, about ours; gives what it writes."""
        program, *words = shlex.split(command)
        typed = [program, "-c", str(self.station.postfix.conf), *words]
        return subprocess.run(typed, check=True, capture_output=True, text=True).stdout

    def waits(self, reason: str) -> None:
        """Until a mail to support has been laid aside for that reason: what Postfix is about to deliver is not flushed."""

        def queue() -> str:
            return self.type("postqueue -j")

        def is_there() -> bool | None:
            mails = [mail for mail in map(json.loads, queue().splitlines()) if mail["queue_name"] == "deferred"]
            waiting = [each for mail in mails for each in mail["recipients"] if each["address"] == self.support]
            return any(reason in each.get("delay_reason", "") for each in waiting) or None

        eventually(is_there, timeout=20, failure=queue)


@pytest.fixture(scope="module")
def doors(station: Station) -> Iterator[Doors]:
    """
    Postfix is told by the commands of the page, for these addresses instead of that in it; afterwards it is as before. One
    has a port instead of a socket.
    """
    queue = Path(station.postfix.conf.parent, "queue")
    subprocess.run(FOLDER.replace("/var/spool/postfix", str(queue)).replace("-o mailbot", "-o root"), shell=True, check=True)
    at: dict[str, Door] = {name: SocketFile(path=queue / "mailbot" / name) for name in ("support", "probe")}
    at["buero"] = port = Listener(host="127.0.0.1", port=free_ports(1)[0])
    addresses = {name: f"{name}-{uuid4().hex[:12]}@verein.example" for name in at}
    doors = Doors(station=station, support=addresses["support"], buero=addresses["buero"], at=at)
    before = doors.type("postconf -h transport_maps").strip()

    ways = {"support": "unix:mailbot/support", "probe": "unix:mailbot/probe", "buero": f"inet:{port}"}
    ours = " ".join(f"{{ {addresses[name]} = lmtp:{way} }}" for name, way in ways.items())

    for command in TYPED:
        doors.type(ENTRY.sub(ours, command).replace("transport_maps = ", f"transport_maps = {before}, "))
    _wait_for_delivery(station, addresses["probe"], at["probe"])
    yield doors
    doors.type(f"postconf -e {shlex.quote(f'transport_maps = {before}')}")
    doors.type("postconf -X lmtp_destination_recipient_limit")
    doors.type("postfix reload")


def _wait_for_delivery(station: Station, address: str, where: Door) -> None:
    """Postfix takes a moment until it does what it was told."""
    with where.listen() as server:
        server.settimeout(0.2)

        def delivers() -> bool | None:
            station.send(eml(), address)
            try:
                server.accept()[0].close()
            except TimeoutError:
                return None
            return True

        eventually(delivers, timeout=20, failure=lambda: "Postfix does not deliver by LMTP")


@pytest.fixture
def club(doors: Doors, tmp_path: Path) -> Association:
    """Nothing of it is read by IMAP."""
    database = make_url(f"sqlite:///{tmp_path / 'mailbot.db'}")
    club = association(doors.station, database, tmp_path, support=doors.support, buero=doors.buero)
    lmtp = {name: doors.at[name] for name in ("support", "buero")}
    return replace(club, settings=club.settings.model_copy(update={"imap": {}, "lmtp": lmtp}))


def delivered(club: Association) -> dict[str, str]:
    """Variables for a process."""
    doors = {f"MAILBOT_LMTP_{name.upper()}": str(where) for name, where in club.settings.lmtp.items()}
    return {"MAILBOT_IMAP_SUPPORT": "", "MAILBOT_IMAP_BUERO": "", **doors}


@contextmanager
def at_work(club: Association) -> Iterator[Office]:
    """The bot, in this process, until the end of the block."""
    bells = Bells()
    with open_office(club.settings) as office:
        thread = Thread(target=run, args=(office,), kwargs={"bells": bells})
        thread.start()
        try:
            _wait_until_open(club)
            yield office
        finally:
            bells.ring_out()
            thread.join(timeout=30)
            assert not thread.is_alive()


def _wait_until_open(club: Association) -> None:
    def is_open() -> bool | None:
        try:
            for where in club.settings.lmtp.values():
                where.connect(timeout=5).close()
        except OSError:
            return None
        return True

    eventually(is_open, timeout=20, failure=lambda: "nobody listens")


@contextmanager
def read_only(office: Office) -> Iterator[None]:
    """The database takes nothing."""

    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only=1")

    engine = office.database.engine
    event.listen(engine, "begin", refuse)
    try:
        yield
    finally:
        event.remove(engine, "begin", refuse)
        engine.dispose()  # each connection remembers it


def test_members_are_answered_whose_mails_postfix_delivers_to_the_bot(club: Association):
    anna = club.station.address("anna")
    raw = eml(From=f"Anna Schmidt <{anna}>", To=f"{club.support}, {club.buero}")
    with running(club, **delivered(club)) as bot:
        _wait_until_open(club)
        with open_smtp(club.station.postfix.login()) as server:
            server.send(raw, anna, [club.support, club.buero])
        club.station.send(raw, club.support, anna)
        question = club.newest(anna, 1)
        complete = eml(
            f"Admin bin ich, Anna Schmidt, {anna}.",
            From=f"Anna Schmidt <{anna}>",
            To=club.support,
            In_Reply_To=str(question["Message-ID"]),
            Subject=f"Re: {question['Subject']}",
        )
        club.station.send(complete, question["From"].addresses[0].addr_spec, anna)
        club.newest(anna, 2)
        staff = club.newest(club.staff, 1)

        bot.process.send_signal(signal.SIGTERM)
        status, log = bot.process.wait(timeout=30), bot.log.read_text(encoding="utf-8")

    assert (status, log.splitlines()[-1].partition("event=")[2]) == (0, "stopped")
    assert anna not in log
    (ticket,) = club.tickets()
    assert f"[{ticket.key}]" in staff["Subject"]
    ends = [state for states in club.books().values() for state, number in states.items() for _ in range(number)]
    assert sorted(ends) == [State.IGNORED, State.IGNORED, State.TICKET, State.TICKET]
    assert [club.station.inbox(address, folder) for address in (club.support, club.buero) for folder in ("INBOX", "Sent")] == [
        []
    ] * 4


def test_while_the_bot_or_its_database_is_away_postfix_keeps_the_mails(
    club: Association, doors: Doors, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(parts, "PAUSES", (0.05,))
    anna, paul = club.station.address("anna"), club.station.address("paul")
    club.station.send(eml(From=anna), club.support, anna)
    doors.waits("connect to ")

    with at_work(club) as office:
        _flush_until_answered(club, doors, anna)
        with read_only(office):
            club.station.send(eml(From=paul), club.support, paul)
            doors.waits("451 4.3.0 cannot be kept now")
        _flush_until_answered(club, doors, paul)

    assert [ticket.requester.email for ticket in club.tickets()] == [anna, paul]


def _flush_until_answered(club: Association, doors: Doors, member: str) -> None:
    """More than once: whatever Postfix has in hand at that moment is not flushed."""

    def answered() -> bool | None:
        doors.type("postqueue -f")
        return bool(club.mails(member)) or None

    eventually(answered, timeout=20, failure=lambda: doors.type("postqueue -j"))
