"""Person or machine; and what a delivery report says."""

import pytest

from mailbot.mail.origin import Authenticity, DeliveryReport, Machine, Origin, delivery_report, origin
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


def report(*status: str, original: str = "bot-1@die-linke-koeln.example") -> bytes:
    return multipart(
        "report",
        part("Es hat nicht geklappt."),
        part("\r\n".join(("Reporting-MTA: dns; mx.example", "", *status, "")), content_type="message/delivery-status"),
        part(f"Message-ID: <{original}>\r\nSubject: Re: Cloud\r\n", content_type="text/rfc822-headers"),
        sender="MAILER-DAEMON@mx.example",
        headers=("Return-Path: <>",),
    )


def reported(raw: bytes) -> DeliveryReport | None:
    return delivery_report(read(raw), raw)


def test_a_delivery_report_names_the_mail_and_whom_it_did_not_reach():
    raw = report("Final-Recipient: rfc822; Anna@Posteo.example", "Action: failed", "Status: 5.1.1")

    assert reported(raw) == DeliveryReport(
        permanent=True, recipients=("anna@posteo.example",), original="bot-1@die-linke-koeln.example"
    )


def test_a_delay_is_not_permanent():
    raw = report("Final-Recipient: rfc822; anna@posteo.example", "Action: delayed", "Status: 4.7.1")

    assert reported(raw) == DeliveryReport(
        permanent=False, recipients=("anna@posteo.example",), original="bot-1@die-linke-koeln.example"
    )


def test_a_report_in_words_only_is_read_too():
    text = """Hi. This is the qmail-send program at relay.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@posteo.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <support@die-linke-koeln.example>
Message-ID: <bot-1@die-linke-koeln.example>
"""
    raw = eml(
        text,
        sender="MAILER-DAEMON@relay.example",
        subject="failure notice",
        headers=("Return-Path: <>",),
    )

    assert reported(raw) == DeliveryReport(
        permanent=True, recipients=("anna@posteo.example",), original="bot-1@die-linke-koeln.example"
    )


def test_a_report_with_a_charset_that_is_none_is_read():
    raw = report("Final-Recipient: rfc822; anna@posteo.example", "Action: failed")
    raw = raw.replace(b"text/rfc822-headers", b"text/rfc822-headers; charset*0*=x''%ff").replace(b"bot-1", b"bot-\xff")

    assert reported(raw) is not None


def test_everything_else_is_no_report():
    assert reported(eml()) is None
    assert reported(eml(headers=("Auto-Submitted: auto-replied",))) is None
