"""Lists that come as files."""

import io
import zipfile

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell, TableRow
from odf.text import P

from mailbot.mail.sheets import CARD_HEADER, read_content

PEOPLE = (("Vorname", "E-Mail"), ("Anna", "anna@x.example"), ("Mehmet Yılmaz", ""))


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def ods(*rows: tuple[str, ...]) -> bytes:
    document = OpenDocumentSpreadsheet()
    table = OdfTable(name="Liste")
    for row in rows:
        line = TableRow()
        for cell in row:
            box = TableCell(valuetype="string")
            box.addElement(P(text=cell))
            line.addElement(box)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()


def word(text: str, *rows: tuple[str, ...]) -> bytes:
    document = docx.Document()
    document.add_paragraph(text)
    table = document.add_table(0, 2)
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("liste.xlsx", xlsx(*PEOPLE)),
        ("Liste.ODS", ods(*PEOPLE)),
        ("liste.csv", 'Vorname;E-Mail\r\nAnna;anna@x.example\r\n\r\n"Mehmet Yılmaz";\r\n'.encode()),
        ("liste.csv", "\ufeffVorname,E-Mail\nAnna,anna@x.example\nMehmet Yılmaz,\n".encode()),
        ("liste.tsv", "Vorname\tE-Mail\nAnna\tanna@x.example\nMehmet Yılmaz\t\n".encode("utf-16")),
        ("liste.docx", word("", *PEOPLE)),
    ],
)
def test_a_list_is_a_table_whatever_its_format(name, data):
    assert read_content(name, "application/octet-stream", data).tables == (PEOPLE,)


def test_the_media_type_tells_the_format_where_the_name_does_not():
    assert read_content("", "text/csv", b"a;b\nc;d\n").tables == ((("a", "b"), ("c", "d")),)


def test_csv_of_old_programs_is_windows_1252():
    assert read_content("a.csv", "text/csv", "Köln;Süd\n".encode("cp1252")).tables == ((("Köln", "Süd"),),)


def test_numbers_and_truth_are_shown_as_people_write_them():
    from datetime import date

    assert read_content("a.xlsx", "", xlsx(("x", 3, 2.5, True, date(2025, 9, 20)))).tables == (
        (("x", "3", "2.5", "ja", "2025-09-20"),),
    )


def test_a_word_file_has_text_beside_its_tables():
    assert read_content("a.docx", "", word("Name der Gruppe: OV Kalk", *PEOPLE)).text == "Name der Gruppe: OV Kalk"


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (card("N:Böhm;Katharina;;;", "FN:Katharina Böhm", "EMAIL:k@x.example"), ("Katharina", "Böhm", "k@x.example")),
        (card("FN:Thilo de Vries", "EMAIL;PREF=1:t@x.example", version="4.0"), ("Thilo de", "Vries", "t@x.example")),
        (
            card(
                "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;", "EMAIL;INTERNET:j@x.example", version="2.1"
            ),
            ("Jörg", "Müller", "j@x.example"),
        ),
        (card("N:Böhm;Eva;;;", "EMAIL:privat@x.example", "EMAIL;TYPE=pref:eva@x.example"), ("Eva", "Böhm", "eva@x.example")),
        (card("N:Böhm;Eva;;;"), ("Eva", "Böhm", "")),
    ],
)
def test_a_visiting_card_is_a_row(text, row):
    assert read_content("a.vcf", "text/vcard", text.encode()).tables == ((CARD_HEADER, row),)


def test_several_cards_in_one_file_are_several_rows():
    text = card("N:A;Anna;;;") + card("N:B;Bert;;;")

    assert read_content("a.vcf", "text/vcard", text.encode()).tables == ((CARD_HEADER, ("Anna", "A", ""), ("Bert", "B", "")),)


def test_pictures_and_pdf_say_nothing():
    assert read_content("logo.png", "image/png", b"\x89PNG") == read_content("a.pdf", "application/pdf", b"%PDF")


def far_cell() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD20000"] = "x", "y"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def spanning(column: str) -> bytes:
    """A workbook of 5 KB whose cells span a rectangle from A1 to the last row of that column."""
    packed = zipfile.ZipFile(io.BytesIO(xlsx(("x",))))
    files = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = f'<row r="1048576"><c r="{column}1048576"><v>1</v></c></row></sheetData>'.encode()
    files[sheet] = files[sheet].replace(b"</sheetData>", row)
    return zipped(files)


def zipped(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def bomb(member: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b"0" * 100_000_000)
    return file.getvalue()


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xlsx", far_cell),  # asks for 10 GB
        ("a.xlsx", lambda: bomb("xl/worksheets/sheet1.xml")),
        ("a.docx", lambda: bomb("word/document.xml")),
        ("a.ods", lambda: bomb("content.xml")),
        ("a.xlsx", lambda: b"PK\x03\x04"),
        ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500),
        ("a.docx", bytes),
        ("a.ods", lambda: ENTITIES),
        ("a.vcf", lambda: b"BEGIN:VCARD\r\n" * 50_000),
    ],
)
def test_hostile_and_broken_files_are_defects(name, data):
    content = read_content(name, "", data())

    assert (content.tables, content.text) == ((), "")
    assert content.defect.startswith(f"the attachment {name} ")


def test_long_lists_are_cut():
    content = read_content("a.csv", "", (";".join(["x" * 1_000] * 60) + "\n").encode() * 30 + b"a;b\n" * 3_000)

    (table,) = content.tables
    assert (len(table), len(table[0]), len(table[0][0])) == (2_000, 50, 500)


@settings(max_examples=100)
@given(st.sampled_from(["a.csv", "a.tsv", "a.docx", "a.vcf", "a.txt"]), st.binary(max_size=300))
def test_any_bytes_are_read_or_a_defect(name, data):
    read_content(name, "", data)


@pytest.mark.parametrize("line", ["EMAIL;<>:geheim@x.example", 'N;;="x:Geheim'])
def test_what_stands_in_a_card_that_cannot_be_read_is_not_logged(line: str, caplog: pytest.LogCaptureFixture):
    content = read_content("a.vcf", "", card("FN:Anna Schmidt", line).encode())

    assert content.tables == ((CARD_HEADER, ("Anna", "Schmidt", "")),)
    assert caplog.records == []
