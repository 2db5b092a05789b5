"""What the documents tell to type, and a place where it can be typed: rules, a database, and mail servers of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from mailbot.catalogue import load_catalogue
from mailbot.demo.practice import settings
from mailbot.demo.server import MailServer, running_server
from mailbot.tickets import rehearsal
from tests.association import PROJECT
from tests.service.bench import eml
from tests.typed import typed

ELSEWHERE = PROJECT / "docs" / "debian.md"
"""Its commands need a machine of their own: `make test-debian` follows them word by word."""

DOCS = [
    *(PROJECT / name for name in ("README.md", "CHANGELOG.md", "templates/README.md")),
    *(path for path in sorted((PROJECT / "docs").rglob("*.md")) if path != ELSEWHERE),
]

NOT_RUN = {
    r"make ": "the tests are started by it; that each target exists is a test of its own",
    r"python3 -m venv |~/mailbot/bin/pip |export PATH": "installs; make test-debian does the same by docs/debian.md",
    r"docker |chown ": "Docker is not here",
    r"install -d |postconf |postfix |postqueue ": "tests/stories/test_delivered.py types them on a Postfix of its own",
    r"mailbot restore": "overwrites no database; tests/test_running.py restores one",
    r"mailbot init": "tests/stories/test_first_evening.py answers its questions",
    r"mailbot demo( --serve| --keep \S+)?$": "tests/test_demo.py plays it and starts its servers",
    r"mailbot run$": "goes on until it is told to stop; tests/test_running.py",
}
"""Beginnings of commands that are not typed here, each with why."""

MEANT = {
    "/var/backups/": "",
    "/var/spool/postfix/mailbot/": "/tmp/",
    "FILE…": "docs/example/1-request.eml",
    "PATH": "docs/example",
    "imaps://presse%40verein.example:password@mail.verein.example": "imap://presse%40verein.example:demo@127.0.0.1:1143",
}
"""What stands for something of the reader's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A command, and what is shown below it; None where a page shows nothing."""

    command: str
    shown: str | None = None


def named(path: Path) -> str:
    """As it stands in the repository."""
    return str(path.relative_to(PROJECT))


def fences(path: Path) -> Iterator[tuple[str, str]]:
    """Language and text of each block of code that says its language, without the indentation of the fence."""
    for match in re.finditer(r"^( *)```(\w+)\n(.*?)^ *```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        yield match[2], re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE)


def fenced(path: Path, *languages: str) -> Iterator[str]:
    """What stands between fences of these languages."""
    return (block for language, block in fences(path) if language in languages)


def steps(path: Path) -> Iterator[Step]:
    """All that a page tells to type, in order."""
    for language, block in fences(path):
        if language == "console":
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                yield Step(command=command, shown=shown)
        elif language == "sh":
            for command in re.findall(r"^(?!#)(\S.*<<'END'\n(?:.*\n)*?END|\S.*)$", block, re.MULTILINE):
                yield Step(command=command)


def why_not_run(command: str) -> str | None:
    """The reason why a command is not typed, or None."""
    bare = command.partition("  #")[0].strip()
    return next((why for beginning, why in NOT_RUN.items() if re.match(beginning, bare)), None)


def with_gaps(shown: str) -> str:
    """A pattern of the output; `…` alone stands for any lines, at the end of a line for its rest."""
    lines = tidy(shown).splitlines()
    return "".join("(?s:.*)" if line.strip() == "…" else f"{re.sub('…$', '.*', re.escape(line))}\n?" for line in lines)


def tidy(text: str) -> str:
    """Without blanks at the ends."""
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder and servers, and somebody who types."""

    folder: Path
    server: MailServer

    def type(self, command: str) -> tuple[int, str]:
        """Type a line; its exit status, and what it writes to standard output."""
        for word, meant in MEANT.items():
            command = command.replace(word, meant)
        command = command.replace("127.0.0.1:1143", f"127.0.0.1:{self.server.imap('').port}")
        command = command.replace("127.0.0.1:1025", f"127.0.0.1:{self.server.smtp.port}")
        words = shlex.split(command, comments=True)
        if words[0] == "mailbot" and not re.search(r"[<>|]", command):
            return self._here(words)
        return self._in_bash(command)

    def _here(self, words: list[str]) -> tuple[int, str]:
        """The rehearsal has tests of its own, and would take most of the time here."""
        with contextlib.chdir(self.folder), patch.object(rehearsal, "cases", return_value=()):
            ended = typed(*words[1:])
        return ended.status, ended.out

    def _in_bash(self, command: str) -> tuple[int, str]:
        environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        typed = ["bash", "-c", command]
        ended = subprocess.run(typed, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        return ended.returncode, ended.stdout


@contextmanager
def desk(folder: Path, *, rules: Mapping[str, str]) -> Iterator[Desk]:
    """Rules and texts of the project; `rules` is what stands in rules.yaml to what shall stand there."""
    text = (PROJECT / "rules.yaml").read_text(encoding="utf-8")
    for old, new in rules.items():
        assert old in text
        text = text.replace(old, new, 1)
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(PROJECT / "templates", folder / "templates")
    shutil.copytree(PROJECT / "docs" / "example", folder / "docs" / "example")
    catalogue = load_catalogue(folder / "rules.yaml")
    with running_server([box.address for box in catalogue.mailboxes], catalogue.authserv_ids[0]) as server:
        ports = server.imap("").port, server.smtp.port
        (folder / ".env").write_text(settings(catalogue, ports) + "\n", encoding="utf-8")
        yield Desk(folder=folder, server=server)


def two_tickets(desk: Desk) -> None:
    """KV-1042 of Anna and KV-1043 of Lea, both with staff: they ask for a page on the website, and nothing is missing."""
    for name, address in (("Anna Schmidt", "anna.schmidt@posteo.example"), ("Lea Brandt", "lea.brandt@posteo.example")):
        asks = "Der OV Nippes möchte eine Seite auf der Website.\nVerantwortlich sind Cem Kaya, cem.kaya@web.example, und ich.\n"
        raw = eml(asks, From=f"{name} <{address}>", Subject="Website")
        desk.server.arrive(raw, sender=address, to="support@die-linke-koeln.de")
    assert desk.type("mailbot run --once")[0] == 0
