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


def edited(tmp_path: Path, name: str, text: str | bytes) -> Path:
    folder = tmp_path / "templates"
    copytree(TEMPLATES, folder)
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.mark.parametrize("rules", [CATALOGUE, load_catalogue(TEMPLATES.parent / "rules.yaml")], ids=["builders", "rules.yaml"])
def test_all_templates_can_say_every_case(rules):
    rehearse(Writer(rules, TEMPLATES), rules)


CLOSED = "de/closed.txt"
BROKEN = {
    "a value that is not there": ("Betreff: x\n\n{{ nonsense }}\n", ":3: 'nonsense' is undefined$"),
    "a part that a value has not": ("Betreff: x\n\n{{ mailbox.nonsense }}\n", ":3: .*has no attribute 'nonsense'$"),
    "no subject": ("Hallo\n", ":1: the first line must be 'Betreff: …' or 'Subject: …'$"),
    "nothing": ("", ":1: the first line must be 'Betreff: …' or 'Subject: …'$"),
    "a file that is not there": ('Betreff: x\n\n\n{% include "de/no.txt" %}\n', ":4: there is no template 'de/no.txt'$"),
    "itself": ('Betreff: x\n\n{% include "de/closed.txt" %}\n', ":3: it includes itself, without end$"),
    "what is forbidden": ("Betreff: x\n\n{{ label.__class__.__mro__ }}\n", ":3: .*unsafe"),
    "a sum that cannot be": ("Betreff: x\n\n{{ 1 // 0 }}\n", ":3: .*by zero$"),
    "words and numbers in one": ("Betreff: x\n\n{{ label + 1 }}\n", ":3: can only concatenate"),
    "far too much": ("Betreff: x\n\n{% for n in range(10 ** 9) %}x{% endfor %}\n", ":3: Range too big"),
    "a value that is none of ours": ("Betreff: x\n\n\x0299\x03\n", ":1: "),
}
NO_TEMPLATE = {
    "a tag without its end": ("Betreff: x\n{% if label %}\n", ":2: .*endif"),
    "an unknown tag": ("Betreff: x\n\n{% wenn label %}\n", ":3: .*unknown tag 'wenn'"),
    "an unknown filter": ("Betreff: x\n\n{{ label | gross }}\n", ":3: No filter named 'gross'"),
    "a bracket that stays open": ("Betreff: x\n\n{{ label }\n", ":3: "),
    "no UTF-8": ("Betreff: Grüße\n".encode("latin-1"), ":1: this is no UTF-8 text; save the file as UTF-8$"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_text_that_does_not_render_is_named_with_its_line(tmp_path, what):
    text, complaint = BROKEN[what]
    writer = Writer(CATALOGUE, edited(tmp_path, CLOSED, text))

    with pytest.raises(TemplateError, match=f"^templates/{CLOSED}{complaint}"):
        writer.closed(ticket(), mailbox=SUPPORT)


def test_the_rehearsal_names_all_that_is_broken_and_all_that_is_missing(tmp_path):
    folder = edited(tmp_path, CLOSED, "Betreff: x\n\n{{ nonsense }}\n")
    (folder / "look" / "facts.html").write_text("{{ block.rows.nonsense }}", encoding="utf-8")
    (folder / "en" / "closed.txt").unlink()
    (folder / "en" / "parts" / "asking.txt").unlink()

    with pytest.raises(TemplateError) as caught:
        rehearse(Writer(CATALOGUE, folder), CATALOGUE)

    assert sorted(str(caught.value).splitlines()) == [
        "templates/de/closed.txt:3: 'nonsense' is undefined",
        "templates/en/answer.txt:19: there is no template 'en/parts/asking.txt'",
        "templates/en/closed.txt:1: there is no template 'en/closed.txt'",
        "templates/en/news.txt:17: there is no template 'en/parts/asking.txt'",
        "templates/look/facts.html:1: 'tuple object' has no attribute 'nonsense'",
    ]


@pytest.mark.parametrize("what", NO_TEMPLATE)
def test_a_text_that_is_no_template_stops_the_start(tmp_path, what):
    text, complaint = NO_TEMPLATE[what]

    with pytest.raises(TemplateError, match=f"^templates/{CLOSED}{complaint}"):
        Writer(CATALOGUE, edited(tmp_path, CLOSED, text))


def test_a_table_amid_other_words_is_refused(tmp_path):
    writer = Writer(CATALOGUE, edited(tmp_path, "de/reply.txt", "Betreff: x\n\nWir schreiben {{ words }}\n"))

    with pytest.raises(TemplateError, match=r"^templates/de/reply.txt:1: prose must stand on a line of its own$"):
        writer.from_staff(ticket(), text="ist da", mailbox=SUPPORT)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TemplateError, match="there is no such folder"):
        Writer(CATALOGUE, tmp_path / "nowhere")


def test_a_tag_at_the_end_of_a_line_does_not_eat_the_line(tmp_path):
    text = "Betreff: x\n\n{% if label %}eins{% endif %}\n\nzwei\n{% if label %}\ndrei\n{% endif %}\n"

    words = Writer(CATALOGUE, edited(tmp_path, "de/closed.txt", text)).closed(ticket(), mailbox=SUPPORT)

    assert words.text == "eins\n\nzwei drei\n"
