"""Bytes to Mail: what the wire says, repaired where it is broken."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.mail.message import Address, Kind, Mail
from mailbot.mail.read import read
from tests.mail.eml import attachment, eml, multipart, part

ANNA = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")


def words(mail: Mail) -> str:
    return "\n".join(line.text for line in mail.body.of(Kind.OWN)).strip()


def test_a_mail_is_read_as_it_stands():
    raw = eml(
        "Hallo\n",
        headers=(
            "Return-Path: <anna.schmidt@posteo.example>",
            "In-Reply-To: <2@x.example>",
            "References: <1@x.example>\r\n <2@x.example>",
        ),
    )

    mail = read(raw)

    assert mail.sender == ANNA
    assert mail.to == (Address(email="support@die-linke-koeln.example"),)
    assert mail.subject == "Nextcloud für den OV Ehrenfeld"
    assert mail.date == datetime(2025, 6, 10, 7, 14, 27, tzinfo=UTC)
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        "1@posteo.example",
        ("2@x.example",),
        ("1@x.example", "2@x.example"),
    )
    assert mail.return_path == "anna.schmidt@posteo.example"
    assert mail.media_types == ("text/plain",)
    assert mail.headers[:2] == (("Return-Path", "<anna.schmidt@posteo.example>"), ("In-Reply-To", "<2@x.example>"))
    assert (mail.text, mail.size, mail.defects) == ("Hallo", len(raw), ())


@pytest.mark.parametrize(
    ("field", "sender"),
    [
        ('"Schmidt, Anna" <Anna.Schmidt@Posteo.example>', Address(name="Schmidt, Anna", email="anna.schmidt@posteo.example")),
        ("=?utf-8?B?RGlsYW4gWcSxbGTEsXo=?= <d@x.example>", Address(name="Dilan Yıldız", email="d@x.example")),
        ('"=?iso-8859-1?Q?J=F6rg?=" <j@x.example>', Address(name="Jörg", email="j@x.example")),
        ("=?utf-8?Q?M=C3=BCller=2C?= Eva <e@x.example>", Address(name="Müller, Eva", email="e@x.example")),
        ("Die Linke, Köln <koeln@x.example>", Address(name="Die Linke, Köln", email="koeln@x.example")),
        ("'anna@x.example' <anna@x.example>", Address(email="anna@x.example")),
        ("anna@x.example (Anna Schmidt)", Address(name="Anna Schmidt", email="anna@x.example")),
        ("Anna <anna@x.example", Address(email="anna@x.example")),
        ("=?unknown-charset?Q?Anna?= <anna@x.example>", Address(name="Anna", email="anna@x.example")),
        ("", Address()),
        ("undisclosed-recipients:;", Address()),
    ],
)
def test_a_sender_is_found_however_it_is_written(field, sender):
    assert read(eml(sender=field)).sender == sender


def test_raw_latin_1_in_headers_is_kept():
    raw = (
        eml(subject="Schluessel", sender="Moeltgen <g@x.example>")
        .replace(b"Schluessel", b"Schl\xfcssel")
        .replace(b"Moeltgen", b"M\xf6ltgen")
    )

    mail = read(raw)

    assert (mail.subject, mail.sender.name) == ("Schlüssel", "Möltgen")


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ((), None),
        (("Return-Path: <>",), ""),
        (("Return-Path: <#@[]>",), ""),  # qmail's
        (("Return-Path: <A@x.example>",), "a@x.example"),
        (("Return-Path: ***",), None),  # blackened by somebody on the way: says nothing
    ],
)
def test_a_null_return_path_differs_from_none(field, path):
    assert read(eml(headers=field)).return_path == path


@pytest.mark.parametrize("date", ["gestern", "Tue, 99 Jun 2025 09:14:27", "", "Tue, 10 Jun 99999 09:14:27 +0200"])
def test_a_date_that_cannot_be_read_is_none(date):
    raw = eml().replace(b"Tue, 10 Jun 2025 09:14:27 +0200", date.encode())

    assert read(raw).date is None


def test_what_would_steer_a_terminal_is_left_out():
    mail = EmailMessage()
    mail["Subject"] = "Bitte \x9b31m lesen"
    mail.set_content("Hallo\x85der OV Kalk\x9d0;hier\x9c braucht Hilfe.\n", charset="utf-8")

    found = read(mail.as_bytes(policy=SMTP))

    assert (found.subject, found.text) == ("Bitte 31m lesen", "Hallo\nder OV Kalk0;hier braucht Hilfe.")


def test_a_plain_part_is_preferred():
    raw = multipart("alternative", part("Hallo"), part("<p>Hallo, <b>schöner</b></p>", content_type="text/html; charset=utf-8"))

    assert read(raw).text == "Hallo"


def test_the_html_part_is_read_where_the_plain_one_has_torn_a_table_apart():
    html = "<table><tr><td>Anna</td><td>a@x.example</td></tr><tr><td>Bert</td><td>b@x.example</td></tr></table>"
    torn = part("Anna\r\n\r\na@x.example\r\n\r\nBert\r\n\r\nb@x.example")
    kept = part("Anna  a@x.example\r\nBert  b@x.example")
    rich = part(html, content_type="text/html; charset=utf-8")

    assert read(multipart("alternative", torn, rich)).text == "Anna\ta@x.example\nBert\tb@x.example"
    assert read(multipart("alternative", kept, rich)).text == "Anna  a@x.example\nBert  b@x.example"


def test_html_alone_is_rendered():
    raw = eml("<p>Hallo</p><blockquote>Frage</blockquote>", content_type="text/html; charset=utf-8")

    assert [(line.text, line.kind, line.depth) for line in read(raw).body.lines if line.text] == [
        ("Hallo", Kind.OWN, 0),
        ("Frage", Kind.QUOTED, 1),
    ]


@pytest.mark.parametrize(
    ("parameters", "text", "shown"),
    [
        ("", "Wir brauchen eine \nSignal-Gruppe.\n\nViele", "Wir brauchen eine Signal-Gruppe.\n\nViele"),
        ("; delsp=yes", "Signal- \nGruppe", "Signal-Gruppe"),
        ("", "Hallo \n-- \nAnna", "Hallo\n--\nAnna"),
        ("", " From hier an\n  eingerückt", "From hier an\n eingerückt"),  # space-stuffed
    ],
)
def test_flowed_lines_are_joined(parameters, text, shown):
    mail = read(eml(text, content_type=f"text/plain; charset=utf-8; format=flowed{parameters}"))

    assert mail.text == shown


def test_flowed_quotes_are_joined_and_stay_quotes():
    mail = read(
        eml(
            "> Sollten wir nicht mal eine \n> Signal-Gruppe aufmachen?\nJa.",
            content_type="text/plain; charset=utf-8; format=flowed",
        )
    )

    assert [(line.text, line.depth) for line in mail.body.lines] == [
        ("Sollten wir nicht mal eine Signal-Gruppe aufmachen?", 1),
        ("Ja.", 0),
    ]


def test_hard_wrapped_lines_stay_as_they_are():
    assert read(eml("Wir brauchen eine\nSignal-Gruppe.")).text == "Wir brauchen eine\nSignal-Gruppe."


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("anna@x.example <mailto:anna@x.example>", "anna@x.example"),
        ("anna@x.example<mailto:anna@x.example>", "anna@x.example"),
        ("anna@x.example, <mailto:ben@x.example>", "anna@x.example, <ben@x.example>"),
        ("Anna<mailto:anna@x.example>", "Anna<anna@x.example>"),
        ("Outlook für iOS<https://aka.example/1> beziehen", "Outlook für iOS beziehen"),
        ("https://x.example/a <https://x.example/a>", "https://x.example/a"),
        ("siehe <https://x.example/a>", "siehe <https://x.example/a>"),  # nothing else shows it
        ("\ufeffHallo\u200b Welt\u00a0!", "Hallo Welt !"),
        ("Klima\u00adgerechtigkeit 👍🏽", "Klimagerechtigkeit 👍🏽"),
        ("Null\x00Byte", "NullByte"),
    ],
)
def test_artefacts_of_mail_programs_are_gone(written, shown):
    assert read(eml(written)).text == shown


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("utf-8", "Köln".encode()),
        ("iso-8859-1", b"K\xf6ln"),
        ("utf-8", b"K\xf6ln"),  # wrong
        ("us-ascii", "Köln".encode()),
        ("x-unknown", "Köln".encode()),
        ("punycode", "Köln".encode()),  # a codec of Python, and no charset
        ("base64", "Köln".encode()),
        ("utf-16", "Köln".encode("utf-16")),
    ],
)
def test_text_is_read_whatever_its_charset_claims(charset, raw):
    assert read(eml(raw, content_type=f"text/plain; charset={charset}")).text == "Köln"


def test_a_text_that_is_cut_inside_a_character_keeps_its_charset():
    assert read(eml("ä" * 300_000)).text.strip("ä") == ""
    assert read(eml("x" + "ä" * 300_000)).text.strip("ä") == "x"


def test_attachments_are_named_without_folders():
    raw = multipart("mixed", part("Anbei."), attachment("../../etc/liste.csv", b"Vorname;Name\nAnna;Schmidt\n"))

    (liste,) = read(raw).attachments

    assert (liste.name, liste.tables) == ("liste.csv", ((("Vorname", "Name"), ("Anna", "Schmidt")),))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 1_000])
def test_the_size_of_an_attachment_is_that_of_its_content(size: int):
    (file,) = read(multipart("mixed", part("Anbei."), attachment("foto.jpg", b"x" * size, "image/jpeg"))).attachments

    assert file.size == size


def test_an_attachment_that_is_too_big_is_not_opened_but_told():
    mail = read(
        multipart("mixed", part("Anbei."), attachment("a.csv", b"a;b\n" * 2_600_000), attachment("b.jpg", b"x" * 10_400_000))
    )

    assert [(file.name, file.size, file.tables) for file in mail.attachments] == [
        ("a.csv", 10_400_000, ()),
        ("b.jpg", 10_400_000, ()),
    ]
    assert mail.defects == ("the attachment a.csv is too big to be opened",)


def test_a_broken_attachment_is_a_defect_and_the_text_is_read():
    mail = read(multipart("mixed", part("Anbei."), attachment("liste.xlsx", b"PK kaputt")))

    assert (mail.text, mail.attachments[0].tables) == ("Anbei.", ())
    assert mail.defects == ("the attachment liste.xlsx was not read: it is no readable file of its kind",)


def test_an_attached_mail_is_passed_on_by_a_mail_without_words_of_its_own():
    inner = eml("Bitte anlegen.\n\nViele Grüße\nFeride", sender="Feride <feride@gmx.example>", subject="Cloud")

    mail = read(multipart("mixed", part("Siehe Anhang."), b"Content-Type: message/rfc822\r\n\r\n" + inner))

    assert words(mail) == "Siehe Anhang."
    assert mail.body.forwarded is not None
    assert mail.body.forwarded.author == Address(name="Feride", email="feride@gmx.example")
    assert [line.text for line in mail.body.forwarded.lines] == ["Bitte anlegen.", "", "Viele Grüße", "Feride"]
    assert [line.number for line in mail.body.lines] == [1, 2, 3, 4, 5]


def test_a_multipart_that_is_never_closed_is_read():
    raw = multipart("alternative", part("Hallo")).removesuffix(b"--=_b--\r\n")

    assert read(raw).text == "Hallo"


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_mail(raw):
    mail = read(raw)

    assert mail.size == len(raw)
    assert "\x00" not in mail.text + mail.subject


PIECES = [
    b"\r\n",
    b"\n\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"From: ",
    b"Subject: =?utf-8?q?=ff?= =?x?b?!?=\r\n",
    b"To: a@b.example, <<>>(\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: message/delivery-status\r\n\r\n",
    b"Content-Type: text/html; charset=\xff\r\n\r\n<table><tr><td>",
    b"Content-Type: text/plain; format=flowed; charset*=x''%ff\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Disposition: attachment; filename*0=x; filename*1*=%00.csv\r\n",
    b"Date: Mon, 0 Foo\r\n",
    b"Message-ID: <\r\n",
    b"> x \xe4\x00\r\n",
    b"a;b\r\n",
]


@settings(max_examples=200)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=10)), max_size=25).map(b"".join))
def test_pieces_of_mails_in_any_order_are_a_mail(raw):
    mail = read(raw)

    assert not any("\x00" in text for text in texts(asdict(mail)))


@pytest.mark.parametrize(
    "raw",
    [
        eml("Hallo, das ist ein Text.\n" * 400_000),
        eml("x" * 10_000_000),
        eml("\n".join(">" * depth + " x" for depth in range(5_000))),
        multipart("mixed", *[part("x")] * 10_000),
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1_000)),
        b"Content-Type: message/rfc822\r\n\r\n" * 1_000,
        b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nHallo",
        eml("<div>" * 100_000, content_type="text/html"),
        eml("<table>" + "<tr>" + "<td>x" * 200_000, content_type="text/html"),
    ],
    ids=[
        "10 MB of text",
        "one line",
        "5,000 quote levels",
        "10,000 parts",
        "depth",
        "mails in mails",
        "headers",
        "divs",
        "cells",
    ],
)
def test_huge_mails_are_read_in_part_and_in_time(raw):
    start = process_time()
    mail = read(raw)

    assert process_time() - start < 4  # 2 s on a machine that does nothing else
    assert mail.size == len(raw)


HALF = "+2AA-"  # half a surrogate pair in UTF-7 (RFC 2152)
HALF_WORD = f"=?utf-7?q?{HALF}?="


def test_no_text_has_halves_of_characters_which_no_other_program_takes():
    mail = multipart(
        "mixed",
        part(f"Hallo {HALF}", content_type="text/plain; charset=utf-7"),
        part(f"<p>Hallo {HALF} &#xD800;</p>", content_type="text/html; charset=utf-7"),
        attachment(f"{HALF_WORD}.csv", "Vorname;Name\n\ud800;\ud800".encode("utf-16-le", "surrogatepass"), "text/csv"),
        attachment("karte.vcf", f"BEGIN:VCARD\nN;CHARSET=utf-7:{HALF};{HALF}\nEND:VCARD".encode(), "text/vcard"),
        part(
            eml(f"Hallo {HALF}", subject=HALF_WORD, content_type="text/plain; charset=utf-7"),
            content_type="message/rfc822",
        ),
        sender=f"{HALF_WORD} <{HALF_WORD}@posteo.example>",
        subject=HALF_WORD,
    )

    for text in texts(asdict(read(mail))):
        text.encode()


def texts(value: object) -> Iterator[str]:
    """Every text in a nest of values."""
    match value:
        case str():
            yield value
        case dict():
            yield from texts(list(value.values()))
        case list() | tuple():
            for each in value:
                yield from texts(each)
