"""From a mail, and what was said before, to the state of the conversation."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.body import split
from mailbot.mail.message import Address, Attachment, Body, Forwarded, Kind, Line, Mail
from mailbot.understanding.gaps import missing
from mailbot.understanding.request import Act, Request, RequestKind
from mailbot.understanding.understand import HALF_WITHDRAWN, understand
from tests.builders import ANNA, mail, person, request, written
from tests.understanding.conversation import one, rules, understood
from tests.understanding.requests import LANGUAGE, REQUESTS

CLOUD = "Der OV Kalk möchte die Nextcloud nutzen. User:\nPaul Krüger, paul@posteo.example\nCem Arslan, cem@posteo.example\n"


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Danke!", Act.THANK),
        ("Vielen Dank und viele Grüße", Act.THANK),
        ("Vielen lieben Dank und viele Grüße", Act.THANK),
        ("Ok, danke euch!", Act.THANK),
        ("Das hat sich erledigt, danke.", Act.WITHDRAW),
        ("Wir brauchen das doch nicht mehr.", Act.WITHDRAW),
        ("Wie ist der Stand?", Act.INQUIRE),
        ("Gibt es schon was Neues?", Act.INQUIRE),
        ("Admin ist Paul.", Act.SAY),
        ("Danke, Admin ist Paul.", Act.SAY),
        ("Danke!\n\n> Gruppenadmins (1–3): Paul", Act.SAY),
    ],
)
def test_a_later_mail_says_thanks_withdraws_or_asks_how_things_stand(text: str, act: Act):
    assert understood(CLOUD, text).act is act


BOTH = (request("nextcloud"), request("signal", {}, missing=("group",)))


@pytest.mark.parametrize(
    "text",
    [
        "Die Signal-Gruppe hat sich erledigt, die Nextcloud brauchen wir weiterhin.",
        "Die Signal-Gruppe hat sich erledigt.",
        "Das mit Signal hat sich erledigt. Bei der Nextcloud nehmt bitte Paul dazu.",
        "Das hat sich erledigt. Könnt ihr mich trotzdem mal anrufen?",
    ],
)
def test_whoever_withdraws_a_part_keeps_the_rest_and_a_person_looks(text: str):
    reading = understood(text, before=BOTH)

    assert (reading.act, reading.half_withdrawn, len(reading.requests)) == (Act.SAY, True, 2)
    assert HALF_WITHDRAWN in reading.doubts


def test_what_was_never_asked_for_is_not_asked_for_by_withdrawing_it():
    reading = understood("Signal brauchen wir nicht mehr, die Nextcloud brauchen wir noch.", before=BOTH[:1])

    assert ([each.service for each in reading.requests], reading.half_withdrawn) == (["nextcloud"], True)


@pytest.mark.parametrize(
    "text",
    [
        "Das hat sich erledigt, danke euch!",
        "Wir haben eine andere Lösung gefunden. Es hat sich erledigt. Vielen Dank!",
        "Nextcloud und Signal brauchen wir nicht mehr.",
        "Unsere Anfrage ist damit gegenstandslos geworden.",
    ],
)
def test_whoever_says_at_most_why_withdraws_everything(text: str):
    assert understood(text, before=BOTH).act is Act.WITHDRAW


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("Alles klar, dann frage ich in Berlin nach. Danke!", Act.THANK),
        ("Super, damit komme ich weiter. Vielen Dank und schönen Feierabend!", Act.THANK),
        ("Danke, aber das hilft nicht, kann mich ein Mensch anrufen?", Act.SAY),
        ("Danke. Ruft mich bitte an: 0221 123456", Act.SAY),
    ],
)
def test_thanks_for_a_standard_answer_may_say_what_the_member_does_now(text: str, act: Act):
    assert understood(text, before=(request("zetkin", {}),)).act is act


@pytest.mark.parametrize("text", ["Danke!", "Das hat sich erledigt.", "Wie ist der Stand?"])
def test_what_is_no_word_on_the_matter_leaves_the_requests_as_they_are(text: str):
    assert understood(CLOUD, text).requests == understood(CLOUD).requests


def test_a_first_mail_always_says_something():
    assert understood("Vielen Dank!").act is Act.SAY


@pytest.mark.parametrize(
    ("text", "language", "foreign"),
    [
        ("Hallo, wir möchten für unsere AG die Nextcloud nutzen.", "de", None),
        ("Hello, we would like to use the Nextcloud for our group, please.", "en", None),
        ("Merhaba, biz Nextcloud kullanmak istiyoruz, lütfen.", "de", "tr"),
    ],
)
def test_members_are_answered_in_german_or_english(text: str, language: str, foreign: str | None):
    reading = understood(text)

    assert (reading.language, reading.foreign) == (language, foreign)


@pytest.mark.parametrize("domain", rules().organisation.misspelt_domains)
def test_staff_hear_of_the_domain_that_members_once_read(domain: str):
    assert understood(f"Ich hatte es an support@{domain} geschickt.").doubts == (
        f"In der Mail steht die falsch geschriebene Domain {domain}.",
    )
    assert understood(mail(to=(Address(email=f"support@{domain}"),))).doubts != ()


@pytest.mark.parametrize(
    "further", ["und noch zwei andere", "weitere folgen", "die anderen schicke ich morgen", "und noch jemand"]
)
def test_staff_hear_of_people_who_are_not_named(further: str):
    (doubt,) = understood(
        f"Für den OV Kalk bitte eine Nextcloud-Gruppe. Dabei sind Paul Weber (paul@posteo.example), {further}."
    ).doubts

    assert doubt.startswith("Es ist von weiteren Personen die Rede")


def test_the_first_requests_of_a_reading_are_those_that_were_there_before():
    reading = understood(CLOUD, "Admin ist Paul. Außerdem brauchen wir eine Signalgruppe.")

    assert [(each.service, each.missing) for each in reading.requests] == [("nextcloud", ()), ("signal", ())]


def test_a_group_named_for_one_request_goes_for_the_others():
    reading = understood("Wir brauchen eine Signalgruppe. Außerdem hätten wir gern eine Unterseite.", "Wir sind der OV Kalk.")

    assert [each.fields["group"] for each in reading.requests] == ["OV Kalk", "OV Kalk"]


def test_what_is_said_of_one_request_is_none_of_the_others():
    wishes = "Wir vom OV Kalk hätten gern eine Unterseite und eine Signalgruppe. Ansprechperson für die Signalgruppe bin ich."
    answer = "Die Unterseite betreut Paul Krüger, paul@posteo.example."

    page, group = understood(wishes, answer).requests

    assert (page.fields["editors"], group.fields["person"]) == ((person("Paul", "Krüger", "paul@posteo.example"),), ANNA)
    assert understood(wishes).requests[0].missing == ("editors",)


def test_a_task_named_for_one_request_goes_for_the_same_persons_others():
    wishes = "Erstens brauche ich als {} einen BBB-Account. Zweitens hätte {} gern eine persönliche Mailadresse."

    ours = understood(wishes.format("Kassiererin im OV Kalk", "ich")).requests
    theirs = understood(wishes.format("Kassiererin im OV Kalk", "unser Sprecher Paul Krüger")).requests

    assert [each.fields.get("role") for each in ours] == ["Kassiererin", "Kassiererin"]
    assert [each.fields.get("role") for each in theirs] == ["Kassiererin", "Sprecher"]


def test_an_answer_that_names_the_service_again_is_no_second_request():
    assert [each.service for each in understood(CLOUD, "Für die Nextcloud soll Paul Admin sein.").requests] == ["nextcloud"]


def test_the_tool_may_be_named_later():
    first = "Ich kann mich nicht mehr anmelden."

    assert dict(one(first).fields) == {}
    assert dict(one(first, "Es geht um die Nextcloud.").fields) == {"tool": "nextcloud"}


def test_the_request_may_stand_in_a_mail_that_is_passed_on():
    passed = Forwarded(
        author=Address(name="Anna Schmidt", email="anna.schmidt@posteo.example"),
        subject="BBB",
        lines=(Line(number=3, text="Ich brauche einen BBB-Account für die AG Frieden.", kind=Kind.OWN),),
    )
    text = split("Siehe unten.")
    forwarding = mail(
        sender=Address(name="Paul Krüger", email="paul@posteo.example"),
        subject="Fwd: BBB",
        body=Body(lines=text.lines, forwarded=passed),
    )

    request = one(forwarding)

    assert (request.service, request.fields["person"], request.fields["group"]) == ("video", ANNA, "AG Frieden")


def test_every_value_has_a_reason():
    request = one(CLOUD + "Admin: Paul")

    assert {reason.partition(":")[0].removeprefix("rule ") for reason in request.because} == {
        "nextcloud",
        "group",
        "users",
        "admins",
    }


@pytest.mark.parametrize("text", ["", " ", "\n\n\n", "> Nextcloud", "-- \nAnna Schmidt"])
def test_a_mail_without_words_changes_nothing(text: str):
    before = understood(CLOUD).requests

    assert understood(text, before=before).requests == before


TEXT = st.text(max_size=200)
ADDRESSES = st.builds(
    Address, name=st.text(max_size=30), email=st.sampled_from(["", "a@x.example", "anna.schmidt@posteo.example", "@"])
)
LINES = st.one_of(
    st.lists(LANGUAGE, max_size=12).map("\n".join),
    st.lists(st.one_of(LANGUAGE, TEXT), max_size=6).map("\n".join),
    TEXT,
)
KINDED = st.lists(st.tuples(st.one_of(LANGUAGE, TEXT), st.sampled_from(Kind)), max_size=8).map(
    lambda found: tuple(Line(number=at, text=text, kind=kind) for at, (text, kind) in enumerate(found, start=1))
)
BODIES = st.one_of(
    LINES.map(split),
    st.builds(
        Body,
        lines=KINDED,
        forwarded=st.one_of(st.none(), st.builds(Forwarded, author=ADDRESSES, subject=st.text(max_size=20), lines=KINDED)),
    ),
)
TABLES = st.lists(st.lists(st.one_of(LANGUAGE, st.text(max_size=20)), max_size=5).map(tuple), max_size=5).map(tuple)
ATTACHMENTS = st.builds(
    Attachment,
    name=st.text(max_size=20),
    media_type=st.just("text/csv"),
    size=st.just(1),
    tables=st.lists(TABLES, max_size=2).map(tuple),
    text=LINES,
)
MAILS = st.builds(
    Mail,
    sender=ADDRESSES,
    to=st.lists(ADDRESSES, max_size=2).map(tuple),
    cc=st.lists(ADDRESSES, max_size=2).map(tuple),
    subject=st.one_of(LANGUAGE, TEXT),
    date=st.one_of(
        st.none(), st.datetimes(timezones=st.just(UTC), min_value=datetime(1971, 1, 1), max_value=datetime(9998, 1, 1))
    ),
    body=BODIES,
    attachments=st.lists(ATTACHMENTS, max_size=2).map(tuple),
)
BEFORE = st.lists(REQUESTS, max_size=3).map(tuple)


@settings(max_examples=250)
@given(MAILS, BEFORE)
def test_whatever_a_mail_contains_understanding_it_does_not_fail(mail: Mail, before: tuple[Request, ...]):
    reading = understand(mail, before, rules())

    assert reading.requests
    assert [each.service for each in reading.requests[: len(before)]] == [each.service for each in before]
    assert [each.kind for each in reading.requests[: len(before)]] == [each.kind for each in before]


@given(MAILS, BEFORE)
def test_the_same_mail_requests_and_rules_give_the_same_reading(mail: Mail, before: tuple[Request, ...]):
    assert understand(mail, before, rules()) == understand(mail, before, rules())


@settings(max_examples=150)
@given(MAILS, BEFORE)
def test_what_is_missing_is_what_the_catalogue_needs_and_the_fields_lack(mail: Mail, before: tuple[Request, ...]):
    for each in understand(mail, before, rules()).requests:
        service = rules().service(each.service)
        # A field with a broken address among good ones is missing as a whole, although it has a value.
        broken = frozenset(rule.id for rule in service.fields if rule.type == "addresses" and rule.id in each.missing)
        assert each.missing == missing(service, each.kind, each.fields, broken)


@given(MAILS)
def test_every_field_is_one_of_the_catalogues(mail: Mail):
    for each in understand(mail, (), rules()).requests:
        service = rules().service(each.service)
        allowed = {rule.id for rule in service.fields} | ({"tool"} if each.service == "help" else set())
        assert set(each.fields) <= allowed
        if each.kind is RequestKind.CHANGE:
            assert len(each.fields) <= 1


@given(REQUESTS, st.sampled_from(["", "\n", "> Danke für alles", "-- \nAnna"]))
def test_whatever_was_said_before_stays_where_a_mail_has_no_words(before: Request, text: str):
    (found,) = understand(written(text, subject="Re: Anfrage"), (before,), rules()).requests

    assert (found.service, found.kind, found.fields, found.missing) == (
        before.service,
        before.kind,
        before.fields,
        before.missing,
    )


EFFECTS = (
    "sqlalchemy",
    "psycopg",
    "alembic",
    "imapclient",
    "smtplib",
    "imaplib",
    "ssl",
    "http",
    "urllib.request",
    "structlog",
    "typer",
)
OUTER_ROOMS = ("mailbot.store", "mailbot.service", "mailbot.cli", "mailbot.settings", "mailbot.mail.imap", "mailbot.mail.smtp")
LOADED = """
import sys
import mailbot.understanding.understand, mailbot.tickets.decide
print("\\n".join(sys.modules))
"""


def test_understanding_and_deciding_know_no_database_no_network_and_no_clockwork():
    ended = subprocess.run([sys.executable, "-I", "-c", LOADED], capture_output=True, text=True, check=True)
    loaded = set(ended.stdout.split())

    assert "mailbot.understanding.understand" in loaded
    assert {name for name in loaded if name.startswith((*(f"{each}." for each in OUTER_ROOMS),)) or name in OUTER_ROOMS} == set()
    assert loaded & set(EFFECTS) == set()
