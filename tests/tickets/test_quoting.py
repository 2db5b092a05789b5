"""What an edited template writes around a value, and what a shell, a spreadsheet and a mail server make of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.errors import TemplateError
from mailbot.tickets.blocks import Kept
from mailbot.tickets.quoting import NOT_A_CELL, NOT_READ_BACK, TRICKY, cells, lines, rake_argument, shell
from mailbot.tickets.rendering import Templates

HOSTILE = 'O\'Neil "$(id)" `id`; # \\'


def written(write: Callable[[str, Kept], str], template: str, value: str, folder: Path) -> str:
    (folder / "it.sh").write_text(template, encoding="utf-8")
    return Templates(folder).read("it.sh", write, value=value)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("occ {{ value }}", "occ 'a b'"),
        ("occ --name={{ value }} -- x", "occ --name='a b' -- x"),
        ('occ "groups/"{{ value }}"/x"', 'occ "groups/"\'a b\'"/x"'),
        ("occ \\\n  {{ value }}", "occ \\\n  'a b'"),
        ("# what {{ value }} wants", "# what a b wants"),
        ('it="it\'s" # {{ value }}', "it=\"it's\" # 'a b'"),
    ],
)
def test_a_value_is_quoted_where_quotes_hold(template: str, text: str, tmp_path: Path):
    assert written(shell, template, "a b", tmp_path) == text


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        ('occ "{{ value }}"', NOT_READ_BACK),
        ("occ '{{ value }}'", NOT_READ_BACK),
        ('occ "Hallo {{ value }}!"', NOT_READ_BACK),
        ("occ '\n{{ value }}\n'", NOT_READ_BACK),
        ("occ \\{{ value }}", TRICKY),
        ("occ ${{ value }}", TRICKY),
        ("occ `echo {{ value }}`", TRICKY),
        ('occ "$(echo "{{ value }}")"', TRICKY),
        ("occ ${x:-{{ value }}}", TRICKY),
        ("cat <<END\n{{ value }}\nEND", TRICKY),
        ("eval occ {{ value }}", TRICKY),
        ("ssh server occ {{ value }}", TRICKY),
        ("su www-data -c {{ value }}", TRICKY),
    ],
)
def test_a_value_where_quotes_do_not_hold_is_refused_with_its_place(template: str, complaint: str, tmp_path: Path):
    with pytest.raises(TemplateError) as error:
        written(shell, template, HOSTILE, tmp_path)

    assert str(error.value) == f"{tmp_path.name}/it.sh:1: {complaint}"


@pytest.mark.parametrize("value", [HOSTILE, "a;b", 'a"b', "a,b", "", "'"])
def test_a_spreadsheet_reads_back_what_was_written(value: str, tmp_path: Path):
    text = written(cells, "name;rest\n{{ value }};x", value, tmp_path)

    assert list(csv.reader(text.splitlines(), delimiter=";")) == [["name", "rest"], [value, "x"]]


@pytest.mark.parametrize("formula", ["=HYPERLINK(A1)", "+1", "-1", "@SUM(A1)"])
def test_a_spreadsheet_computes_nothing_that_a_member_wrote(formula: str, tmp_path: Path):
    text = written(cells, "{{ value }};x", formula, tmp_path)

    assert list(csv.reader([text], delimiter=";")) == [[f"'{formula}", "x"]]


@pytest.mark.parametrize("template", ['"{{ value }}";x', "{{ value }} {{ value }};x"])
def test_a_value_amid_a_cell_is_refused(template: str, tmp_path: Path):
    with pytest.raises(TemplateError, match=NOT_A_CELL.partition(";")[0]):
        written(cells, template, 'a";"b', tmp_path)


@pytest.mark.parametrize("value", ["anna@posteo.example", "anna.schmidt", "ov-kalk+neu@x.example"])
def test_an_address_is_one_word_in_a_line_for_a_mail_server(value: str, tmp_path: Path):
    assert written(lines, "# {{ value }}\n{{ value }} x", value, tmp_path) == f"# {value}\n{value} x"


@pytest.mark.parametrize("value", ["anna schmidt", "|/bin/sh", "a,b@x.example", ":include:/x", "-x", '"a b"@x.example', ""])
def test_what_could_be_more_than_an_address_is_refused_there(value: str, tmp_path: Path):
    with pytest.raises(TemplateError, match="cannot stand in a line for a mail server"):
        written(lines, "{{ value }} x", value, tmp_path)


def test_a_value_cannot_leave_its_remark(tmp_path: Path):
    assert written(shell, "# {{ value }}", "a\nrm -rf /\r\u2028x", tmp_path) == "# a rm -rf / x"
    assert written(lines, "# {{ value }}", "a\nb c", tmp_path) == "# a b c"


@pytest.mark.parametrize(
    ("value", "argument"),
    [("Anna Schmidt", "Anna Schmidt"), ("Schmidt, Anna", "Schmidt\\, Anna"), ("a\\", "a\\\\"), ("[x]", "[x]"), (7, "7")],
)
def test_commas_and_backslashes_are_told_to_rake(value: object, argument: str):
    assert rake_argument(value) == argument
