"""What an answer begins with and nobody is called: "Prima, mache ich."."""

from __future__ import annotations

import pytest

from mailbot.understanding.exclamation import without_exclamations
from tests.understanding.conversation import fields, one

WEBSITE = "Die AG Wohnen möchte eine Unterseite auf der Website."
EXCLAMATIONS = """
Prima|Klasse|Super|Perfekt|Toll|Top|Spitze|Wunderbar|Großartig|Cool|Schön|Sehr schön|Na gut|Sehr gut|Bestens|Mega|Naja|Nice
Alles klar|Klar|Na klar|Okay|OK|Oki|Genau|Logo|Natürlich|Jawohl|Jep|Jo|Passt|Stimmt|Einverstanden|Geht klar|Roger
In Ordnung|Mist|Gerne|Sehr gerne|Kein Problem|Kein Ding|Verstanden|Danke|Vielen lieben Dank|Merci
Moin|Mahlzeit|Ups|Ach so|Aha|Sorry|Leider
"""


@pytest.mark.parametrize("said", EXCLAMATIONS.strip().replace("\n", "|").split("|"))
def test_nobody_is_called_so(said: str):
    answer = f"{said}, mache ich. Zuständig sind Lea Brandt, lea@posteo.example und Eva Klein, eva@posteo.example."

    request = one(WEBSITE, answer)

    assert ([each.name for each in request.fields["editors"]], request.missing) == (["Lea Brandt", "Eva Klein"], ())  # type: ignore[union-attr]


@pytest.mark.parametrize("mark", [",", " –", "!"])
@pytest.mark.parametrize("said", ["Prima", "Super", "Genau", "Kein Problem"])
def test_a_mere_answer_stands_behind_it(said: str, mark: str):
    first = f"{WEBSITE} Zuständig sind Lea Brandt, lea@posteo.example und Eva, eva@posteo.example."

    assert [each.name for each in fields(first, f"{said}{mark} Klein")["editors"]] == ["Lea Brandt", "Eva Klein"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Ach ja, super, Admin ist Eva", f"{15 * ' '}Admin ist Eva"),
        ("Okay - Eva", "       Eva"),
        ("Jo, das passt", "    das passt"),
        ("Jo, Eva und Lea", "Jo, Eva und Lea"),
        ("Jo, jo@posteo.example", "Jo, jo@posteo.example"),
        ("Prima!", 6 * " "),
        ("Gut", "Gut"),
        ("Stark", "Stark"),
        ("Klara, mache ich", "Klara, mache ich"),
        ("Klasse Sache", "Klasse Sache"),
    ],
)
def test_only_exclamations_are_blanked(text: str, left: str):
    assert without_exclamations(text) == left


def test_a_list_may_have_such_a_surname_first():
    users = "- Stark, Eva, eva@posteo.example\n- Hammer, Paul, paul@posteo.example"
    first = f"Der OV Kalk möchte die Nextcloud nutzen. User:\n{users}"

    assert [each.name for each in fields(first)["users"]] == ["Eva Stark", "Paul Hammer"]  # type: ignore[union-attr]
