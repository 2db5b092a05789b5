from __future__ import annotations

import pytest

from mailbot.mail.letter import File
from mailbot.mail.message import Attachment
from mailbot.tickets import enclosing
from mailbot.tickets.enclosing import AT_MOST, DISGUISED, MACROS, OTHER, PACKED, PAGE, TOO_MUCH, UNREAD, enclosed

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(name: str, media_type: str = "application/octet-stream", content: bytes | None = b"x") -> Attachment:
    return Attachment(name=name, media_type=media_type, size=len(content or b""), content=content)


@pytest.mark.parametrize(
    ("name", "media_type", "kept_back"),
    [
        ("liste.xlsx", XLSX, ""),
        ("LISTE.XLSX", "application/octet-stream", ""),
        ("liste.xlsx", "application/zip", ""),
        ("liste.csv", "application/vnd.ms-excel", ""),
        ("karte.vcf", "text/x-vcard", ""),
        ("bild.jpg", "image/png", ""),
        ("antrag.pdf", "application/pdf", ""),
        ("liste.xlsx", "application/x-msdownload", DISGUISED),
        ("bild.png", "text/html", DISGUISED),
        ("bild.png", "image/svg+xml", DISGUISED),
        ("antrag.pdf.exe", "application/pdf", OTHER),
        ("antrag\u202efdp.exe", "application/pdf", OTHER),
        ("lauf.sh", "text/plain", OTHER),
        ("ohne", "application/pdf", OTHER),
        ("", "application/pdf", OTHER),
        ("liste.xls", "application/vnd.ms-excel", MACROS),
        ("liste.xlsm", XLSX, MACROS),
        ("seite.html", "text/html", PAGE),
        ("bild.svg", "image/svg+xml", PAGE),
        ("brief.pdf", "message/rfc822", PAGE),
        ("alles.zip", "application/zip", PACKED),
    ],
)
def test_what_staff_need_is_attached_and_what_could_do_harm_is_not(name: str, media_type: str, kept_back: str):
    assert [each.kept_back for each in enclosed([attachment(name, media_type)])] == [kept_back]


def test_a_file_gets_the_type_of_its_ending_whatever_the_mail_said():
    (each,) = enclosed([attachment("Größe \r\nX-Evil: 1\u202e.csv", "application/vnd.ms-excel", b"a;b")])

    assert each.file == File(name="Größe X-Evil: 1 .csv", media_type="text/csv", content=b"a;b")


def test_what_was_not_read_is_named_only():
    assert [each.kept_back for each in enclosed([attachment("liste.xlsx", content=None)])] == [UNREAD]


def test_files_are_attached_in_their_order_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(enclosing, "AT_MOST", 10)

    files = [attachment(f"{size}.pdf", content=b"x" * size) for size in (7, 4, 3)]

    assert [each.kept_back for each in enclosed(files)] == ["", TOO_MUCH, ""]


def test_a_mail_with_all_of_it_still_fits_through_an_ordinary_postfix():
    assert AT_MOST * 78 / 76 * 4 / 3 < 10_240_000 - 500_000
