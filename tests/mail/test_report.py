"""What mail servers say about mails that did not arrive."""

from mailbot.mail.read import read
from mailbot.mail.report import DeliveryReport, delivery_report
from tests.mail.eml import eml, multipart, part


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
