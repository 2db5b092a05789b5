"""What the documents say is so: commands run, settings and keys are told, links lead somewhere."""

from __future__ import annotations

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command
from typer.testing import CliRunner

from docs.generate import files
from mailbot.catalogue import load_catalogue, parse_catalogue
from mailbot.cli import app
from mailbot.examples import broken_examples
from mailbot.schema import meanings
from mailbot.settings import PREFIX, Settings
from mailbot.tickets.orders.order import Verb
from mailbot.tickets.orders.verbs import VERBS
from tests.pages import DOCS, PROJECT, fenced, named, tidy, with_gaps

HOME = PROJECT
ALL = "\n".join(path.read_text(encoding="utf-8") for path in DOCS)

ROOMS = ("cli", "demo", "service", "store", "tickets", "understanding", "mail")
"""From top to bottom, as docs/architecture.md has them."""


# --- commands


def spoken_of() -> set[tuple[str, ...]]:
    """Every `mailbot …` of the documents, without arguments and comments: ("rules", "check")."""
    found = re.findall(r"(?<![\w/])mailbot((?: [a-z][\w-]*)+)", "\n".join(code(path) for path in DOCS))
    return {tuple(words.split()) for words in found}


def code(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return "\n".join([*re.findall(r"`([^`\n]+)`", text), *fenced(path, "sh", "console")])


def commands() -> set[tuple[str, ...]]:
    """Every command of the program."""
    return set(walk(get_command(app), ()))


def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not hasattr(command, "commands"):
        yield path
        return
    for name, each in command.commands.items():
        yield from walk(each, (*path, name))


def is_announced(words: tuple[str, ...]) -> bool:
    """The changelog names commands that are not built yet."""
    return words[0] in re.findall(r"`mailbot (\w+)`", CHANGELOG_NOT_BUILT)


CHANGELOG_NOT_BUILT = (HOME / "CHANGELOG.md").read_text(encoding="utf-8").partition("### Not built yet")[2]


@pytest.mark.parametrize("command", sorted(commands()), ids=" ".join)
def test_every_command_stands_in_the_documents(command: tuple[str, ...]):
    told = "mailbot " + " ".join(command)

    assert told in ALL or (len(command) == 2 and f"`{command[1]}`" in ALL)


@pytest.mark.parametrize("words", sorted(each for each in spoken_of() if not is_announced(each)), ids=" ".join)
def test_every_command_of_the_documents_exists(words: tuple[str, ...]):
    known = commands()

    assert any(words[: len(each)] == each or each[: len(words)] == words for each in known)


def test_what_is_not_built_yet_is_not_there():
    names = {each[0] for each in commands()}

    assert names.isdisjoint(re.findall(r"`mailbot (\w+)`", CHANGELOG_NOT_BUILT))


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(?<=[\s`])--[a-z][\w-]*", "\n".join(map(code, DOCS))))))
def test_every_option_of_the_documents_exists(option: str):
    of_other_programs = {"--profile", "--dist", "--display-name", "--mail-from", "--mail-rcpt", "--upload-file", "--constraint"}
    of_every_command = {"--help", "--install-completion", "--show-completion"}

    assert option in of_other_programs | of_every_command | set(options(get_command(app)))


def options(command: Any) -> Iterator[str]:
    for each in command.params:
        yield from each.opts
    for sub in getattr(command, "commands", {}).values():
        yield from options(sub)


@pytest.mark.parametrize("block", [block for path in DOCS for block in fenced(path, "console") if "mailbot explain" in block])
def test_explanations_are_those_of_the_program(block: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(HOME)
    first, _, shown = block.partition("\n")
    program, *words = shlex.split(first.removeprefix("$ "))

    result = CliRunner().invoke(app, words)

    assert (program, result.exit_code) == ("mailbot", 0)
    assert re.fullmatch(with_gaps(shown), tidy(result.output)), result.output


@pytest.mark.parametrize("target", re.findall(r"\bmake ([\w-]+)", "\n".join(map(code, DOCS))))
def test_every_target_of_make_exists(target: str):
    assert re.search(rf"^{target}:", (HOME / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


# --- settings, rules, orders


def test_every_setting_says_what_it_means():
    assert set(meanings(Settings)) == set(Settings.model_fields)


def test_every_setting_of_the_documents_exists():
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}

    told = {each.removesuffix("_FILE") for each in re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", ALL)}

    assert {each for each in told if not each.startswith((f"{PREFIX}IMAP", f"{PREFIX}LMTP", f"{PREFIX}OAUTH"))} <= known


def test_what_the_code_tells_itself_is_not_stale():
    stale = [named(file) for file, text in files().items() if file.read_text(encoding="utf-8") != text]

    assert stale == [], "run `make reference`"


def test_the_reference_writes_values_as_a_file_has_them():
    assert re.findall(r"`(?:True|False|None)`", "".join(files().values())) == []


def test_the_new_service_of_the_documents_works():
    rules = (HOME / "rules.yaml").read_text(encoding="utf-8")
    (block,) = fenced(HOME / "docs" / "howto" / "new-service.md", "yaml")

    with_posters = parse_catalogue(re.sub(r"^services:$", lambda head: f"{head[0]}\n{block}", rules, count=1, flags=re.MULTILINE))

    assert [service.id for service in with_posters.services if service not in load_catalogue(HOME / "rules.yaml").services] == [
        yaml.safe_load(block)[0]["id"]
    ]
    assert broken_examples(with_posters) == ()


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_order_of_staff_is_told_as_the_bot_tells_it(verb: Verb):
    also = ", ".join(f"`#{word}`" for word in verb.names[1:])

    row = f"| `{verb.usage}` | {also} | {verb.help} |"

    assert row in (HOME / "docs" / "staff.md").read_text(encoding="utf-8")


# --- links, libraries, licence


@pytest.mark.parametrize("path", DOCS, ids=named)
def test_links_lead_to_files(path: Path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))

    assert [each for each in links if not re.match(r"\w+:", each) and not (path.parent / each).exists()] == []


def folders() -> list[str]:
    text = "\n".join((HOME / name).read_text(encoding="utf-8") for name in ("README.md", "docs/architecture.md"))
    return sorted(set(re.findall(r"`(\w[\w/]*/)`", text)) - {"secrets/"})


@pytest.mark.parametrize("folder", folders())
def test_folders_that_are_named_exist(folder: str):
    assert (HOME / folder).is_dir() or (HOME / "mailbot" / folder).is_dir()


def imports(path: Path) -> Iterator[str]:
    """Which rooms of the package a module knows, by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mailbot."):
            yield node.module.split(".")[1]


@pytest.mark.parametrize(("place", "room"), list(enumerate(ROOMS)))
def test_a_room_knows_none_above_it(place: int, room: str):
    known = {each for path in (HOME / "mailbot" / room).rglob("*.py") for each in imports(path)}

    assert known.isdisjoint(ROOMS[:place])


def test_every_library_has_its_reason():
    told = (HOME / "docs" / "libraries.md").read_text(encoding="utf-8").lower()
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    wanted = [*project["dependencies"], *(each for group in project["optional-dependencies"].values() for each in group)]
    names = {re.split(r"[\[<>=]", each)[0].lower() for each in wanted} - {"mailbot"}

    assert {name for name in names if name not in told} == set()


def test_the_licence_is_whole():
    text = (HOME / "LICENSE").read_text(encoding="utf-8")

    assert text.split()[:7] == ["GNU", "AFFERO", "GENERAL", "PUBLIC", "LICENSE", "Version", "3,"]
    assert [f"{number}. " in text for number in range(18)] == [True] * 18
    assert text.endswith("<https://www.gnu.org/licenses/>.\n")
