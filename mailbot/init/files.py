"""The files that the bot begins with, written into a folder where there are none yet."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from mailbot.errors import SettingsError
from mailbot.init.answers import Answers
from mailbot.init.rules import SCHEMA, ids_of, rules_for
from mailbot.init.shipped import shipped
from mailbot.schema import rules_schema
from mailbot.variables import DOT_ENV, PREFIX, RULES, templates_beside

ENV = """\
# Where mailbot connects. It holds passwords: nobody else may read it. What the bot does stands in rules.yaml.
# All settings: docs/operating.md. In user and password @ is %40, / is %2F, ? is %3F, # is %23.

"""


def see_that_nothing_is_there(folder: Path) -> None:
    """Raises SettingsError: one of the files that would be written is there already, or the folder is none."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: there is no such folder; make it first")
    there = [str(folder / name) for name in (DOT_ENV, RULES) if (folder / name).exists()]
    if there:
        raise SettingsError(
            f"{' and '.join(there)}: there already, and never overwritten; move it away, or name another folder: --dir DIR"
        )


def write(answers: Answers, folder: Path) -> tuple[Path, ...]:
    """
    Write .env (for its owner alone) and rules.yaml; and, where they are not there, its schema and templates/. Gives what
    was written.

    Raises SettingsError: something is there already, or the folder cannot be written to.
    """
    see_that_nothing_is_there(folder)
    rules = rules_for(answers, shipped(str(RULES)))
    env, templates = folder / DOT_ENV, templates_beside(folder / RULES)
    try:
        written = [_write(folder / RULES, rules, mode=0o644), _write(env, _env(answers), mode=0o600)]
        if not (schema := folder / SCHEMA).exists():
            written.append(_write(schema, json.dumps(rules_schema(), ensure_ascii=False, indent=1), mode=0o644))
        if not templates.exists():
            written.append(Path(shutil.copytree(shipped("templates"), templates)))
    except OSError as error:
        raise SettingsError(f"{error.filename or folder}: cannot be written: {error.strerror}") from None
    return tuple(written)


def _env(answers: Answers) -> str:
    boxes = zip(ids_of(answers), answers.mailboxes, strict=True)
    lines = [f"{PREFIX}IMAP_{id.upper()}={box.imap}" for id, box in boxes]
    return ENV + "\n".join([*lines, f"{PREFIX}SMTP={answers.smtp}", ""])


def _write(file: Path, text: str, *, mode: int) -> Path:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as opened:
        opened.write(text)
    return file
