"""The help is a manual: what, how, what may come of it, and where to read on. What it shows can be typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from mailbot.cli import app

PROGRAM: Any = get_command(app)


def commands(group: Any = PROGRAM, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands())
GROUPS = {path[:-1] for path in COMMANDS if len(path) > 1}


def section(command: Any, title: str) -> list[str]:
    """The lines of one section below the options."""
    _, _, behind = (command.epilog or "").partition(f"{title}:\n\n")
    return [line.strip() for line in behind.partition("\n\n")[0].splitlines()]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_examples_can_be_typed(path: tuple[str, ...]):
    examples = [shlex.split(line.partition(">")[0], comments=True) for line in section(COMMANDS[path], "Examples")]

    assert examples
    for program, *words in examples:
        known = next(known for known in (*COMMANDS, *GROUPS) if tuple(words[: len(known)]) == known)
        assert program == "mailbot"
        assert path[: len(known)] == known
        COMMANDS.get(known, PROGRAM.commands[known[0]]).make_context("mailbot", words[len(known) :])


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_it_says_what_may_come_of_it_and_where_to_read_on(path: tuple[str, ...]):
    command = COMMANDS[path]

    assert [line[0] for line in section(command, "Exit status")] == ["0", "1", "2"]
    assert {tuple(line.split()[1:]) for line in section(command, "See also")} <= {*COMMANDS, *GROUPS}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_argument_and_option_is_explained(path: tuple[str, ...]):
    assert [each.name for each in COMMANDS[path].params if not each.help] == []


def test_commands_stand_among_others_of_their_kind():
    assert [name for name, command in PROGRAM.commands.items() if not command.rich_help_panel] == []
