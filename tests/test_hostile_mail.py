"""
Mails that mean harm, on their whole way: what a mail says stays words, and what it names is never looked up.

The numbers are those of the rows in the list of what happened to other mail-in systems (security, c; traps, a5).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from socket import create_server

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.errors import DeliveryError
from mailbot.explain import Explained
from mailbot.mail.compose import on_the_wire
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.tickets.decision import Action
from mailbot.tickets.writer import Words
from mailbot.understanding.request import Person
from tests.mail.eml import attachment, eml, multipart, part
from tests.mail.test_read import PIECES
from tests.mail.test_sheets import ods, spanning, xlsx, zipped
from tests.whole_way import association, everything_written, goes_its_way

ASKS = "Hallo,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\n"
PROVEN = "Authentication-Results: mx.die-linke-koeln.de; dmarc=pass header.from=posteo.example"


def saying(words: str, *, proven: bool = True, markup: bool = False) -> bytes:
    """A request that says the words wherever a mail can say something."""
    listed = f"Vorname;Name;E-Mail\n{words};Schmidt;anna@posteo.example\n"
    text = (
        f"{ASKS}Nutzer: {words} Schmidt, anna@posteo.example\nName der Gruppe: AG {words}\n{words}\nAdmin ist {words} Schmidt.\n"
    )
    body = part(f"<p>{text}</p>", content_type="text/html; charset=utf-8") if markup else part(text)
    return multipart(
        "mixed",
        body,
        attachment(f"{words}.csv", listed.encode(), "text/csv"),
        sender=f'"{words}" <anna.schmidt@posteo.example>',
        subject=f"Nextcloud {words}",
        headers=(PROVEN, "In-Reply-To: <1@x.example>") if proven else (),
    )


def written(raw: bytes) -> list[Words]:
    """All mails that it causes, to the member and to staff."""
    return [words for one in goes_its_way(raw) for words, _ in everything_written(one)]


def says(words: Words) -> str:
    return "\n".join((words.subject, words.text, words.html))


# --- c24 template injection, c8 code in addresses


@pytest.mark.parametrize(
    "template", ["{{ 7*191 }}", "{% for x in 'ab' %}{{ x*668 }}{% endfor %}", "${7*191}", "{{ 7*191 }}\x02" + "0\x03"]
)
@pytest.mark.parametrize("markup", [False, True])
def test_c24_a_template_in_a_mail_stays_what_it_is_in_every_field(template: str, markup: bool):
    letters = written(saying(template, markup=markup))

    assert [letter for letter in letters if "1337" in says(letter) or "aaaaaa" in says(letter)] == []
    assert any(template[:8] in letter.text for letter in letters)


def test_c8_an_address_is_neither_a_template_nor_anything_else_than_an_address():
    raw = eml(ASKS, sender="<{{7*191}}$(id)`id`@posteo.example>", headers=(PROVEN,))

    assert [letter for letter in written(raw) if "1337" in says(letter) or "uid=" in says(letter)] == []


# --- c12 markup, c13 unsanitised answers

MARKUP = [
    "<script>alert(1)</script>",
    '<img src="https://evil.example/1.png" onerror="alert(1)">',
    '<a href="javascript:alert(1)">Klick</a>',
    '"><svg/onload=alert(1)>',
    "</style><iframe src=//evil.example>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


@pytest.mark.parametrize("markup", MARKUP)
def test_c12_c13_nothing_of_a_mails_markup_is_markup_in_ours(markup: str):
    harmless = [
        letter for letter in written(saying(markup)) if "<script" not in letter.html and "evil.example>" not in letter.html
    ]

    assert len(harmless) == len(written(saying(markup))) >= 4  # `goes_its_way` has looked at every tag and attribute of them


@pytest.mark.parametrize("markup", MARKUP)
def test_c12_of_a_mail_in_html_only_its_text_is_passed_on(markup: str):
    raw = eml(f"<style>p {{ color: red }}</style><p>{ASKS}</p><p>Danke</p>{markup}", content_type="text/html; charset=utf-8")
    html = "".join(letter.html for letter in written(raw))

    assert "Danke" in html
    assert not any(bad in html for bad in ("<script", "<svg", "<iframe", "onerror", "javascript:", "color: red"))


# --- c9 header injection

INJECTED = [
    "=?utf-8?q?x=0D=0ABcc:_alle@verein.example?=",
    "=?utf-8?b?eA0KQmNjOiBhbGxlQHZlcmVpbi5leGFtcGxl?=",
    "x\r Bcc: a@b.example",
]


@pytest.mark.parametrize("words", INJECTED)
def test_c9_a_line_end_in_a_name_or_subject_starts_no_header(words: str):
    raw = eml(ASKS, sender=f"{words} <anna.schmidt@posteo.example>", subject=words, headers=(PROVEN,))

    mail = goes_its_way(raw)[0].mail  # which composes all answers and knows every header that ours have

    assert not any(end in value for end in "\r\n" for value in (mail.subject, mail.sender.name, mail.sender.email))


@pytest.mark.parametrize("email", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nx", "a\r@b.example", "a@b.example\x00"])
def test_c9_an_address_with_a_line_end_is_no_address(email: str):
    with pytest.raises(DeliveryError):
        on_the_wire(email)


# --- c14 relay, c23 ticket trick


@pytest.mark.parametrize("raw", [saying("Gewinnspiel www.evil.example", proven=False), eml(ASKS, subject="Ihr Code 4711")])
def test_c14_c23_nothing_of_a_strangers_mail_stands_in_the_answer(raw: bytes):
    (first, *_) = goes_its_way(raw)

    assert first.answer is not None
    assert not any(word in says(first.answer) for word in ("Gewinnspiel", "evil.example", "4711", "OV Kalk"))


# --- c16 requests by links, external entities


@contextmanager
def web_server() -> Iterator[tuple[str, list[str]]]:
    """Where links can point to, and who has come."""
    came: list[str] = []
    with create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", came
        if select([server], [], [], 0)[0]:
            came.append("somebody")


def with_entity(packed: bytes, target: str) -> bytes:
    """The office file, whose word ENTITY is an entity that stands for what lies at `target`."""
    archive = zipfile.ZipFile(io.BytesIO(packed))
    files = {name: archive.read(name) for name in archive.namelist()}
    member = next(name for name, content in files.items() if b"ENTITY" in content)
    xml = re.sub(rb"^<\?xml.*?\?>", b"", files[member]).replace(b"ENTITY", b"&e;")
    files[member] = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]>'.encode() + xml
    return zipped(files)


def word(text: str) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def office_files(target: str) -> list[bytes]:
    return [
        attachment("a.docx", with_entity(word("Vorname ENTITY"), target)),
        attachment("a.xlsx", with_entity(xlsx(("Vorname", "ENTITY")), target)),
        attachment("a.ods", with_entity(ods(("Vorname", "ENTITY"), ("a", "b")), target)),
    ]


def test_c16_nothing_that_a_mail_points_to_is_fetched():
    with web_server() as (url, came):
        html = (
            f'<html><head><link rel="stylesheet" href="{url}"><style>@import url("{url}");</style><base href="{url}"></head>'
            f'<body background="{url}"><p>{ASKS}</p><img src="{url}"><iframe src="{url}"></iframe><a href="{url}">{url}</a>'
            f'<p style="background: url({url})">Danke</p></body></html>'
        )
        external = f'Content-Type: message/external-body; access-type=URL; URL="{url}"\r\n\r\nContent-Type: text/plain\r\n\r\n'
        unsubscribe = (PROVEN, f"X-Face: {url}", f"Disposition-Notification-To: <{url}@x.example>", f"Content-Location: {url}")
        goes_its_way(
            multipart(
                "related",
                part(html, content_type="text/html; charset=utf-8"),
                external.encode(),
                *office_files(url),
                headers=unsubscribe,
            )
        )
        goes_its_way(eml(f"{ASKS}{url}\n", headers=(f"References: <{url}>",)))

    assert came == []


def test_a_web_server_that_is_called_notices_it():
    from urllib.request import urlopen

    with web_server() as (url, came), pytest.raises(OSError, match="timed out"):
        urlopen(url, timeout=0.1)

    assert came == ["somebody"]


def test_external_entities_of_office_files_are_not_read(tmp_path: Path):
    (tmp_path / "secret").write_text("Geheimnis")

    mail = read(multipart("mixed", part(ASKS), *office_files((tmp_path / "secret").as_uri())))

    assert "Geheimnis" not in repr(mail)
    assert len(mail.attachments) == 3


def test_the_same_office_files_without_an_entity_are_read():
    mail = read(multipart("mixed", attachment("a.docx", word("Vorname")), attachment("a.xlsx", xlsx(("Vorname",)))))

    assert [(each.text, each.tables) for each in mail.attachments] == [("Vorname", ()), ("", ((("Vorname",),),))]


# --- c17 and file names


@pytest.mark.parametrize(
    ("written_name", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\\\..\\\\Windows\\\\win.ini", "win.ini"),
        ("/etc/cron.d/x.csv", "x.csv"),
        ("..", ""),
        ("=?utf-8?q?..=2F..=2Fliste=0D=0A.csv?=", "liste .csv"),
        ("a\x00b.csv", "ab.csv"),
        ("x" * 5_000 + ".csv", "x" * 200),
    ],
)
def test_a_file_name_leads_nowhere(written_name: str, name: str):
    (file,) = read(multipart("mixed", part(ASKS), attachment(written_name, b"\x00"))).attachments

    assert file.name == name


# --- c7 headers of ours from outside


def test_c7_headers_that_look_like_ours_change_nothing():
    plain = goes_its_way(eml(ASKS))
    claimed = ("X-Mailbot-Ticket: KV-1", "X-Mailbot-Role: staff", "X-Staff: technik", "X-Ticket-Key: KV-1001")

    assert outcomes(goes_its_way(eml(ASKS, headers=claimed))) == outcomes(plain)


def outcomes(played: tuple[Explained, ...]) -> list[object]:
    return [(one.origin, one.decision, one.answer) for one in played]


# --- c11 and a5.3: one broken mail


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("text/plain; charset=x-nobody-knows", "Köln".encode(), "Köln"),
        ("text/plain; charset=utf-7", b"K+APY-ln", "Köln"),
        ("text/plain; charset=iso-2022-jp", "日本".encode("iso-2022-jp"), "日本"),
        ("text/plain; charset=iso-2022-jp", b"\x1b$B\xff\xff", "\x1b$Bÿÿ".replace("\x1b", "")),
        ("text/plain; charset=utf-8; charset=utf-16", "Köln".encode(), "Köln"),
        ("text/plain; charset==?utf-8?q?utf-8?=", "Köln".encode(), "Köln"),
        ("text/plain; charset=\x00", "Köln".encode(), "Köln"),
        ("text", "Köln".encode(), "Köln"),
        ("/; =", "Köln".encode(), "Köln"),
        ("text/plain; charset=utf-8", b"K\x00\xc3\xb6ln\x00", "Köln"),
    ],
)
def test_a5_3_a_charset_that_nobody_knows_is_read_all_the_same(content_type: str, body: bytes, text: str):
    raw = eml(body, content_type=content_type)

    goes_its_way(raw)

    assert read(raw).text == text


def test_raw_8_bit_in_every_header_is_readable():
    raw = eml(ASKS, subject="Schl?ssel", sender="J?rg <j@posteo.example>").replace(b"?", b"\xfc")

    assert (read(raw).subject, read(raw).sender.name) == ("Schlüssel", "Jürg")


# --- winmail.dat

TNEF = b"\x78\x9f\x3e\x22\x01\x00" + bytes(range(256)) * 20


def test_a_mail_with_a_winmail_dat_is_read_by_its_text():
    raw = multipart("mixed", part(ASKS), attachment("winmail.dat", TNEF, "application/ms-tnef"))

    mail = goes_its_way(raw)[0].mail

    assert (mail.text, [file.name for file in mail.attachments]) == (ASKS.strip("\n"), ["winmail.dat"])


def test_a_mail_that_is_nothing_but_a_winmail_dat_goes_to_a_person_who_sees_the_file():
    raw = multipart("mixed", attachment("winmail.dat", TNEF, "application/ms-tnef"), subject="Anfrage")

    (first, *_) = goes_its_way(raw)

    assert first.decision.action is Action.TRIAGE
    assert any("winmail.dat" in words.text for words, _ in everything_written(first))


# --- c10 denial by parsing, c25 bombs


def test_c25_after_a_bomb_no_other_spreadsheet_is_opened_and_staff_are_told():
    good = attachment("liste.xlsx", xlsx(("Vorname",), ("Anna",)))

    mail = read(multipart("mixed", part(ASKS), good, attachment("far.xlsx", spanning("XFD")), good))

    assert [len(file.tables) for file in mail.attachments] == [1, 0, 0]
    assert "not all attached files were opened" in " ".join(mail.defects)


def test_c10_all_lists_of_a_mail_together_have_a_bound():
    rows = "Vorname;Name\n" + "".join(f"Anna{n};Schmidt\n" for n in range(1_500))

    mail = read(multipart("mixed", part(ASKS), *[attachment(f"{n}.csv", rows.encode(), "text/csv") for n in range(30)]))

    assert sum(len(table) for file in mail.attachments for table in file.tables) == 2_000
    assert len(mail.attachments) == 30


def test_c10_mails_in_a_mail_have_a_bound():
    inner = b"Content-Type: message/rfc822\r\n\r\n" + multipart(
        "mixed", part(ASKS), attachment("a.csv", b"a;b\nc;d\n", "text/csv")
    )

    mail = read(multipart("mixed", *[inner.replace(b"=_b", b"=_c")] * 100))

    assert sum(bool(file.tables) for file in mail.attachments) == 5


def test_c10_mails_in_mails_in_mails_are_not_written_out_again_and_again():
    raw = multipart("mixed", part(ASKS))
    for _ in range(100):
        raw = b"Content-Type: message/rfc822\r\n\r\n" + raw

    assert any("too deeply" in defect for defect in read(raw).defects)


@pytest.mark.parametrize(
    "card",
    [
        b"N;ENCODING=QUOTED-PRINTABLE:" + b"=\r\n" * 100_000,
        b"EMAIL" + b";A=B" * 100_000 + b":anna@posteo.example",
        b"NOTE:x" + b"\r\n x" * 100_000,
        b"N:" + b"\\" * 100_000,
        b"PHOTO;ENCODING=b:" + b"QUJD\r\n " * 100_000,
    ],
)
def test_c10_a_visiting_card_is_read_in_time_whatever_stands_in_it(card: bytes):
    card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna Schmidt\r\n" + card + b"\r\nEND:VCARD\r\n"

    (file,) = read(multipart("mixed", part(ASKS), attachment("a.vcf", card, "text/vcard"))).attachments

    assert file.tables == () or file.tables[0][1][:2] == ("Anna", "Schmidt") or len(file.tables[0][1][1]) <= 500


@pytest.mark.parametrize("run", ["@", "@ <", "<mailto:a", "a@<mailto:", "[", "(", ">>> 1.1 ", "https://a <https://b"])
def test_c10_a_text_is_read_in_time_whatever_stands_in_it_again_and_again(run: str):
    said = (run * 100_000)[:200_000] + " <"

    assert read(eml(f"{said}\n{ASKS}")).size > len(said)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from([*PIECES, eml(ASKS)]), st.binary(max_size=10)), max_size=12).map(b"".join))
def test_c11_pieces_of_mails_in_any_order_go_their_way(raw: bytes):
    goes_its_way(raw)


def test_the_rules_of_the_tests_are_those_of_the_project():
    catalogue, _ = association()

    assert isinstance(read(b""), Mail)
    assert "mx.die-linke-koeln.de" in catalogue.authserv_ids


# --- a5.13 and a5.14


def test_a5_13_who_passes_a_request_on_is_not_taken_for_who_wrote_it():
    asks = "Hallo,\n\nich bräuchte bitte ein E-Mail-Postfach.\n\nViele Grüße\nBert Groß\n"
    inner = eml(asks, sender="Bert Groß <bert@posteo.example>", subject="E-Mail-Adresse")
    raw = multipart(
        "mixed", part("Siehe Anhang."), b"Content-Type: message/rfc822\r\n\r\n" + inner, subject="Fwd: E-Mail-Adresse"
    )

    (first, *_) = goes_its_way(raw)

    (outcome,) = first.decision.outcomes
    assert outcome.request.fields["person"] == Person(given="Bert", surname="Groß")


def test_a5_14_staff_are_told_of_an_address_that_the_members_page_has_misspelt():
    (first, *_) = goes_its_way(eml(ASKS + "Ich hatte zuerst an support@die-linke.koeln.de geschrieben.\n"))

    assert any("die-linke.koeln.de" in doubt for doubt in first.decision.doubts)
