"""
Loops: machines that answer every mail of ours, in process and with a clock that is set by hand.

`play` runs a scene until nobody has anything more to say and three days have passed, and counts the mails.
Used by the tests, and by `make bench-loops`, which prints the counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

from mailbot.store.outbound import KEPT_BACK
from tests.association import words
from tests.service.bench import ASKS, STAFF, Bench, answering, bench_in, bounce_of, eml

Machine = Callable[[EmailMessage], bytes | None]
"""What answers a mail of ours; None: nothing."""

ANNA = "anna.schmidt@posteo.example"
LIST = "ov-kalk@listen.example"
COMPLETE = "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example.\n"
AWAY = "Guten Tag,\n\nich bin bis zum 12. August nicht im Büro.\n\nViele Grüße\nAnna Schmidt\n"
ENOUGH = 200
"""Rounds; a loop that goes on for so long does not end."""

_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The mail that begins it, and who answers which address of ours."""

    name: str
    opening: bytes
    machines: Mapping[str, Machine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """
    How many mails there were until all was quiet.

    `to_others` we sent to everybody but staff, `to_staff` to them; `from_others` the machines sent;
    `kept_back` lie in the outbox and wait for a person; `tickets` there are.
    """

    to_others: int
    to_staff: int
    from_others: int
    kept_back: int
    tickets: int


def play(bench: Bench, scene: Scene) -> Tally:
    """
    Let the machines answer, a minute later each, until nothing has happened for three days.

    Raises AssertionError: they never stop.
    """
    bench.mail(scene.opening)
    rounds = 0
    while _one_round(bench, scene.machines) or _days_later(bench, scene.machines):
        rounds += 1
        assert rounds < ENOUGH, f"{scene.name}: it never ends"
    ours = [recipient for recipient, _ in bench.slot.taken]
    return Tally(
        to_others=sum(recipient != STAFF for recipient in ours),
        to_staff=sum(recipient == STAFF for recipient in ours),
        from_others=len(bench.rows()) - 1,
        kept_back=sum(mail.state in KEPT_BACK for mail in bench.outbox()),
        tickets=len(bench.tickets()),
    )


def _one_round(bench: Bench, machines: Mapping[str, Machine]) -> int:
    """Gives how many mails we sent."""
    before = len(bench.slot.taken)
    bench.run()
    bench.clock.pass_by(timedelta(minutes=1))
    fresh = bench.slot.taken[before:]
    for raw in [machines[recipient](mail) for recipient, mail in fresh if recipient in machines]:
        if raw is not None:
            bench.mail(raw)
    return len(fresh)


def _days_later(bench: Bench, machines: Mapping[str, Machine]) -> int:
    """What was kept back may leave by now."""
    for hours in (2, 6, 64):
        bench.clock.pass_by(timedelta(hours=hours))
        if news := _one_round(bench, machines):
            return news
    return 0


# --- machines


def vacation(mail: EmailMessage, *, sender: str = ANNA, text: str = AWAY) -> bytes:
    """A vacation responder that says nowhere that it is one: an ordinary reply."""
    return eml(text, From=f"Anna Schmidt <{sender}>", To=_back_to(mail), **answering(mail))


def blind_vacation(mail: EmailMessage, *, sender: str = ANNA) -> bytes:
    """One that does not even reply: a new mail, with a subject of its own."""
    return eml(AWAY, From=f"Anna Schmidt <{sender}>", To=_back_to(mail), Subject="Ich bin im Urlaub")


def helpdesk(mail: EmailMessage) -> bytes:
    """A ticket system that confirms each mail under a new number."""
    number = next(_numbers)
    text = f"Ihre Anfrage ist bei uns unter der Nummer {number} eingegangen. Wir melden uns.\n"
    return eml(text, From=f"Helpdesk <{ANNA}>", To=_back_to(mail), Subject=f"[#{number}] Ihre Anfrage")


def chatterbox(mail: EmailMessage) -> bytes:
    """Says something new each time, in ever new mails: only the limits can end it."""
    number = next(_numbers)
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return eml(
        f"Wir brauchen die Nextcloud für die Gruppe {letters}.\n", From=ANNA, To=_back_to(mail), Subject=f"Cloud {letters}"
    )


def bouncing(mail: EmailMessage, *, recipient: str = ANNA) -> bytes:
    """The address does not exist."""
    return bounce_of(mail, recipient)


def list_server(mail: EmailMessage) -> bytes:
    """A list that support@ has been put on: what goes to it comes back to us, as list servers pass mails on."""
    return b"List-Id: <ov-kalk.listen.example>\r\nPrecedence: list\r\n" + mail.as_bytes()


def bare_list(mail: EmailMessage) -> bytes:
    """A distribution that hides everything about the mail but its words."""
    return eml(words(mail), From=f"OV Kalk <{LIST}>", To=LIST, Subject=str(mail["Subject"]))


def _back_to(mail: EmailMessage) -> str:
    return str(mail["Reply-To"] or mail["From"])


# --- scenes


@contextmanager
def other_bot(home: Path, *, stripped: bool) -> Iterator[Machine]:
    """
    A mailbot of another installation, as a machine that answers.

    `stripped`: servers on the way take away every header that tells a machine from a person, and all threading.
    """
    with bench_in(home, domain="verein.example") as there:

        def answer(mail: EmailMessage) -> bytes | None:
            there.clock.pass_by(timedelta(minutes=1))
            before = len(there.slot.taken)
            there.mail(_passed_on(mail, stripped=stripped))
            there.run()
            fresh = [each for to, each in there.slot.taken[before:] if to == "support@die-linke-koeln.de"]
            return _passed_on(fresh[-1], stripped=stripped) if fresh else None

        yield answer


def _passed_on(mail: EmailMessage, *, stripped: bool) -> bytes:
    if not stripped:
        return mail.as_bytes()
    return eml(words(mail), From=str(mail["From"]), To=str(mail["To"]), Subject=str(mail["Subject"]))


_ASKS, _COMPLETE = eml(ASKS), eml(COMPLETE, Subject="Signal-Gruppe für den OV Kalk")


def _of_staff(machine: Callable[..., bytes]) -> Machine:
    return lambda mail: machine(mail, sender=STAFF)


SCENES = (
    Scene(name="vacation responder without any header", opening=_ASKS, machines={ANNA: vacation}),
    Scene(name="the same, after a complete request", opening=_COMPLETE, machines={ANNA: vacation}),
    Scene(name="vacation responder in ever new mails", opening=_ASKS, machines={ANNA: blind_vacation}),
    Scene(name="help desk that confirms under new numbers", opening=_ASKS, machines={ANNA: helpdesk}),
    Scene(name="address that bounces", opening=_ASKS, machines={ANNA: bouncing}),
    Scene(name="mailing list that support@ is on", opening=eml(ASKS, From=LIST), machines={LIST: list_server}),
    Scene(name="distribution that hides every header", opening=eml(ASKS, From=LIST), machines={LIST: bare_list}),
    Scene(name="autoresponder of staff", opening=_COMPLETE, machines={STAFF: _of_staff(vacation)}),
    Scene(name="autoresponder of staff in ever new mails", opening=_COMPLETE, machines={STAFF: _of_staff(blind_vacation)}),
    Scene(name="staff and member both away", opening=_COMPLETE, machines={STAFF: _of_staff(vacation), ANNA: vacation}),
    Scene(
        name="address of staff that bounces",
        opening=_COMPLETE,
        machines={STAFF: lambda mail: bouncing(mail, recipient=STAFF)},
    ),
)
ENDLESS = Scene(name="machine that says something new each time", opening=_ASKS, machines={ANNA: chatterbox})


@contextmanager
def two_mailbots(home: Path, *, stripped: bool) -> Iterator[Scene]:
    """A mailbot of another installation writes to ours; `stripped`: see `other_bot`."""
    there = "support@verein.example"
    home.mkdir()
    with other_bot(home, stripped=stripped) as answer:
        name = f"two mailbots{', every header lost on the way' if stripped else ''}"
        yield Scene(name=name, opening=eml(ASKS, From=there), machines={there: answer})
