"""Templates that somebody edited."""

from pathlib import Path
from shutil import copytree

import pytest

from mailbot.catalogue import load_catalogue
from mailbot.errors import TemplateError
from mailbot.tickets.rehearsal import rehearse
from mailbot.tickets.writer import Writer
from tests.builders import catalogue, ticket

TEMPLATES = Path(__file__).parents[2] / "templates"
CATALOGUE = catalogue()
SUPPORT = CATALOGUE.mailbox("support")


def edited(tmp_path: Path, name: str, text: str) -> Path:
    folder = tmp_path / "templates"
    copytree(TEMPLATES, folder)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("rules", [CATALOGUE, load_catalogue(TEMPLATES.parent / "rules.yaml")], ids=["builders", "rules.yaml"])
def test_all_templates_can_say_every_case(rules):
    rehearse(Writer(rules, TEMPLATES), rules)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Betreff: x\n\n{{ nonsense }}\n", r"^templates/de/closed.txt:3: 'nonsense' is undefined$"),
        ("Betreff: x\n\n{{ mailbox.nonsense }}\n", r"^templates/de/closed.txt:3: .*has no attribute 'nonsense'$"),
        ("Hallo\n", r"^templates/de/closed.txt:1: the first line must be 'Betreff: …' or 'Subject: …'$"),
        (
            'Betreff: x\n\n\n{% include "de/nothing.txt" %}\n',
            r"^templates/de/closed.txt:4: there is no template 'de/nothing.txt'$",
        ),
        ("Betreff: x\n\n{{ label.__class__.__mro__ }}\n", r"^templates/de/closed.txt:3: .*unsafe"),
    ],
)
def test_a_broken_template_is_named_with_its_line(tmp_path, text, complaint):
    writer = Writer(CATALOGUE, edited(tmp_path, "de/closed.txt", text))

    with pytest.raises(TemplateError, match=complaint):
        rehearse(writer, CATALOGUE)


def test_a_table_amid_other_words_is_refused(tmp_path):
    writer = Writer(CATALOGUE, edited(tmp_path, "de/reply.txt", "Betreff: x\n\nWir schreiben {{ words }}\n"))

    with pytest.raises(TemplateError, match=r"^templates/de/reply.txt:1: prose must stand on a line of its own$"):
        writer.from_staff(ticket(), text="ist da", mailbox=SUPPORT)


def test_a_template_that_is_no_template_stops_the_start(tmp_path):
    with pytest.raises(TemplateError, match=r"^templates/de/closed.txt:2: .*endif"):
        Writer(CATALOGUE, edited(tmp_path, "de/closed.txt", "Betreff: x\n{% if label %}\n"))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TemplateError, match="there is no such folder"):
        Writer(CATALOGUE, tmp_path / "nowhere")


def test_a_tag_at_the_end_of_a_line_does_not_eat_the_line(tmp_path):
    text = "Betreff: x\n\n{% if label %}eins{% endif %}\n\nzwei\n{% if label %}\ndrei\n{% endif %}\n"

    words = Writer(CATALOGUE, edited(tmp_path, "de/closed.txt", text)).closed(ticket(), mailbox=SUPPORT)

    assert words.text == "eins\n\nzwei drei\n"
