"""Whether a mail speaks of somebody, however it is encoded."""

from __future__ import annotations

import base64

import pytest

from mailbot.mail.read import read
from mailbot.mail.search import says, speaks_of, wanted

PAUL = "paul.gruen@web.example"
HEAD = "From: anna@posteo.example\r\nTo: support@verein.example\r\nMessage-ID: <1@x>\r\n"


def mail(text: str, encoding: str = "8bit") -> bytes:
    body = base64.encodebytes(text.encode()).decode() if encoding == "base64" else text
    head = f"{HEAD}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return f"{head}\r\n{body}".encode()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (mail(f"Mit dabei: {PAUL}."), True),
        (mail("Mit dabei: <Paul.Gruen@WEB.example>"), True),
        (mail("paul.gruen=40web.example", "quoted-printable"), True),
        (mail("Mit dabei paul.gr=\r\nuen@web.example", "quoted-printable"), True),
        (mail("johann-=\r\npaul.gruen@web.example", "quoted-printable"), False),
        (mail(f"Grüße an {PAUL}", "base64"), True),
        (f"{HEAD}Cc: Paul <{PAUL}>\r\n\r\nHallo".encode(), True),
        (mail(f"Die Adresse ist j{PAUL}."), False),
        (mail(f"Die Adresse ist {PAUL}.org"), False),
        (b"", False),
        (b"\xff\xfe\x00Content-Transfer-Encoding: base64\r\n\r\n====", False),
    ],
)
def test_an_address_is_found_in_whatever_encoding(raw: bytes, found: bool):
    assert speaks_of(raw, wanted([PAUL])) is found


def test_an_address_in_an_attached_table_is_found():
    table = base64.encodebytes(f"Vorname;Name;E-Mail\nPaul;Grün;{PAUL}\n".encode()).decode()
    raw = (
        f'{HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n'
        "Hallo\r\n--b\r\nContent-Type: application/octet-stream; name=liste.csv\r\n"
        "Content-Disposition: attachment; filename=liste.csv\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{table}\r\n--b--\r\n"
    ).encode()

    assert speaks_of(raw, wanted([PAUL]))


@pytest.mark.parametrize(
    ("text", "found"),
    [("Paul  Grün kommt", True), ("PAUL GRÜN", True), ("Paul\nGrün", True), ("Paul Grünwald", False), ("Paul", False)],
)
def test_a_name_counts_whole(text: str, found: bool):
    assert says(read(mail(text)), wanted([PAUL], ["paul grün"])) is found


def test_nobody_wanted_is_nobody_found():
    assert not speaks_of(mail("Hallo"), wanted([], [" "]))
