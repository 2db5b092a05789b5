"""Sets the stage: a folder, mail servers, and the bot wired to them instead of the real ones."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from rich.console import Console
from sqlalchemy import make_url

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.demo.kept import keep_mails
from mailbot.demo.rules import rules_of_the_demo
from mailbot.demo.screen import Screen
from mailbot.demo.server import MailServer, running_server
from mailbot.demo.story import Story
from mailbot.errors import MailbotError
from mailbot.service.office import open_office
from mailbot.settings import Settings

DATABASE = "mailbot.db"


def play(keep: Path | None, console: Console) -> None:
    """Like run_demo."""
    screen = Screen(console)
    rules = rules_of_the_demo()
    catalogue = load_catalogue(rules)
    accounts = [box.address for box in catalogue.mailboxes]
    authserv_id = next(iter(catalogue.authserv_ids), "localhost")
    with _folder(keep) as folder, _quiet(), running_server(accounts, authserv_id) as server:
        with open_office(_settings(rules, catalogue, server, folder)) as office:
            story = Story(office=office, server=server, screen=screen)
            story.tell()
        if keep is not None:
            keep_mails(folder, story.arrived, server)
            screen.kept(folder)


def _settings(rules: Path, catalogue: Catalogue, server: MailServer, folder: Path) -> Settings:
    """Nothing that the environment says may lead the demo to a real server or database."""
    return Settings.model_construct(
        rules=rules,
        database=make_url(f"sqlite:///{folder / DATABASE}"),
        imap={box.id: server.imap(box.address) for box in catalogue.mailboxes},
        smtp=server.smtp,
        secret=None,
        secret_old=(),
        limits="on",
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="mailbot-demo-") as folder:
            yield Path(folder)
        return
    if (keep / DATABASE).exists():
        raise MailbotError(f"{keep}: an earlier demo lies there; name an empty folder")
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MailbotError(f"{keep}: cannot be made a folder: {error.strerror}") from error
    yield keep


@contextmanager
def _quiet() -> Iterator[None]:
    """What the bot logs would stand between the mails."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
