"""Person or machine; and what a delivery report says."""

import pytest

from mailbot.mail.origin import Authenticity, Machine, Origin, origin
from mailbot.mail.read import read
from tests.mail.eml import eml, multipart, part

OWN = frozenset({"support@die-linke-koeln.example", "buero@die-linke-koeln.example"})
OURS = "mx.die-linke-koeln.example"


def told(raw: bytes) -> Origin:
    return origin(read(raw), own=OWN, authserv_ids=(OURS,))


def machine(*headers: str, **about: str) -> Machine | None:
    return told(eml(headers=headers, **about)).machine


@pytest.mark.parametrize(
    ("headers", "about"),
    [
        ((), {}),
        (("Auto-Submitted: no",), {}),
        (("Auto-Submitted: No (a person)",), {}),
        (("X-Auto-Response-Suppress: All",), {}),  # Exchange writes it on people's mail
        (("X-Spam-Status: No, score=5.4 required=6.0", "X-Spam-Score: 5.4"), {}),
        (("X-Rspamd-Action: no action",), {}),
        (("X-Rspamd-Action: greylist",), {}),
        (("Precedence: bulk",), {}),  # sent to us by name
        ((), {"subject": "[SPAM]??"}),
        ((), {"subject": "Abwesenheitsnotiz"}),
        ((), {"subject": "Abwesenheitsnotiz: wie schalte ich sie ab?"}),
        ((), {"subject": "Re: Abwesenheitsnotiz: Re: Nextcloud [KV-1042]"}),
        ((), {"subject": "Urlaub bis 23. Juni"}),
        ((), {"subject": "Fwd: Newsletter 7/2025"}),
        ((), {"subject": "Fwd: Undelivered Mail Returned to Sender"}),
        (
            ("Return-Path: <anna@posteo.example>",),
            {"sender": "anna@posteo.example", "subject": "Undelivered Mail Returned to Sender"},
        ),
        ((), {"subject": "Postmaster gesucht"}),
        ((), {"text": "Dies ist eine automatische Antwort, die mich ärgert: wie schalte ich sie ab?"}),  # it answers no mail
        (("In-Reply-To: <1@x.example>",), {"text": "Eure automatische Antwort habe ich bekommen."}),
        (("Return-Path: <request.anna@posteo.example>",), {}),
        ((), {"sender": "Postmaster des OV <postmaster@ov-kalk.example>"}),
        (("References: <1@lists.example>",), {"subject": "Re: [ov-info] Sommer"}),
    ],
)
def test_a_person_wrote_it(headers, about):
    assert machine(*headers, **about) is None


@pytest.mark.parametrize(
    ("wanted", "headers", "about"),
    [
        (Machine.OWN, ("Auto-Submitted: auto-replied",), {"sender": "Support <support@die-linke-koeln.example>"}),
        (Machine.OWN, ("X-Loop: buero@die-linke-koeln.example",), {}),
        (Machine.SPAM, ("X-Spam-Flag: YES",), {}),
        (Machine.SPAM, ("X-Spam-Status: Yes, score=14.2 required=6.0",), {}),
        (Machine.SPAM, ("X-Rspamd-Action: add header",), {}),
        (Machine.REPORT, ("Return-Path: <>",), {"sender": "MAILER-DAEMON@mx.example", "subject": "failure notice"}),
        (
            Machine.REPORT,
            ("Return-Path: <>",),
            {"sender": "Mail Delivery System <x@mx.example>", "subject": "Mail delivery failed"},
        ),
        (Machine.REPORT, ("X-Failed-Recipients: a@b.example",), {}),
        (Machine.ABSENCE, ("Auto-Submitted: auto-replied",), {}),
        (Machine.ABSENCE, ("Auto-Submitted: Auto-Replied (vacation); owner=x",), {}),
        (Machine.ABSENCE, ("X-Autoreply: yes",), {}),
        (Machine.ABSENCE, ("Precedence: auto_reply",), {}),
        (Machine.ABSENCE, ("Precedence: bulk",), {"subject": "Out of office Re: BigBlueButton [KV-1102]"}),
        (Machine.ABSENCE, ("Precedence: bulk", "In-Reply-To: <1@x.example>"), {"subject": "On leave Re: Page [KV-1102]"}),
        (Machine.ABSENCE, ("Return-Path: <>",), {"subject": "Urlaub bis 23. Juni"}),
        (Machine.ABSENCE, (), {"subject": "Abwesenheitsnotiz: Re: Unterseite [KV-1131]"}),
        (Machine.ABSENCE, ("In-Reply-To: <1@x.example>",), {"subject": "Réponse automatique : Cloud"}),
        (Machine.ABSENCE, ("In-Reply-To: <1@x.example>",), {"subject": "Otomatik yanıt: Cloud"}),
        (Machine.ABSENCE, ("In-Reply-To: <1@x.example>",), {"text": "Hallo!\nDies ist eine automatisch generierte Nachricht."}),
        (Machine.ABSENCE, (), {"subject": "Re: Cloud [KV-1042]", "text": "This is an automated reply. I am away."}),
        (Machine.ABSENCE, (), {"subject": "Re: [KV-1042]", "text": "Diese E-Mail wurde automatisch versendet."}),
        # RFC 3834, section 2: owner-…, …-request and MAILER-DAEMON as the return path get no answer.
        (Machine.LIST, ("Return-Path: <owner-info@lists.example>",), {}),
        (Machine.LIST, ("Return-Path: <info-request@lists.example>",), {}),
        (Machine.LIST, ("Return-Path: <info-bounces+anna=posteo.example@lists.example>",), {}),
        (Machine.LIST, ("Return-Path: <MAILER-DAEMON@mx.example>",), {}),
        (Machine.LIST, ("List-Id: <info.lists.example>",), {}),
        (Machine.LIST, ("List-Unsubscribe: <https://x.example>",), {}),
        (Machine.ROBOT, ("Auto-Submitted: auto-generated",), {}),
        (Machine.ROBOT, (), {"sender": "noreply@termine.example"}),
        (Machine.ROBOT, (), {"sender": "no-reply@termine.example"}),
        (Machine.ROBOT, ("Return-Path: <>",), {}),
    ],
)
def test_a_machine_wrote_it(wanted, headers, about):
    assert machine(*headers, **about) is wanted


def test_bulk_mail_that_is_not_addressed_to_us_is_list_mail():
    raw = eml(headers=("Precedence: bulk",)).replace(b"To: support@die-linke-koeln.example", b"To: info@lists.example")

    assert told(raw).machine is Machine.LIST


def test_an_invitation_by_a_calendar_differs_from_one_by_a_person():
    parts = (part("Einladung"), part("BEGIN:VCALENDAR\r\nEND:VCALENDAR", content_type="text/calendar; method=REQUEST"))

    assert told(multipart("alternative", *parts, sender="noreply@termine.example")).machine is Machine.ROBOT
    assert told(multipart("alternative", *parts)).machine is None


def test_what_was_concluded_is_said_in_a_sentence():
    assert told(eml(headers=("X-Spam-Flag: YES",))) == Origin(
        machine=Machine.SPAM,
        because="The mail server marked it as spam.",
        authenticity=Authenticity.NONE,
        authentic_by="Our mail server says nothing about the sender.",
    )
