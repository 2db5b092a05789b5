"""Mail servers to practise on: nothing that is sent there ever leaves this machine."""

from __future__ import annotations

import time
from contextlib import suppress

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.demo.post import text_of
from mailbot.demo.rules import rules_of_the_demo
from mailbot.demo.server import PASSWORD, MailServer, running_server
from mailbot.mail.read import read
from mailbot.variables import PREFIX

BREATH = 0.1
"""Seconds between two looks at what was sent."""


def serve(ports: tuple[int, int], console: Console) -> None:
    """
    Serve until the process is interrupted: an account for each mailbox of rules.yaml; what is sent to anybody else is shown.

    Args:
        ports: of IMAP and SMTP, on loopback.

    Raises MailbotError: rules are not as they must be, or a port is in use.
    """
    catalogue = load_catalogue(rules_of_the_demo())
    accounts = [box.address for box in catalogue.mailboxes]
    with running_server(accounts, next(iter(catalogue.authserv_ids), "localhost"), ports) as server:
        console.print(settings(catalogue, ports), highlight=False, soft_wrap=True)
        with suppress(KeyboardInterrupt):
            _show_for_ever(server, console)


def settings(catalogue: Catalogue, ports: tuple[int, int]) -> str:
    """As they stand in `.env`."""
    imap, smtp = ports
    logins = (
        f"{PREFIX}IMAP_{box.id.upper()}=imap://{box.address.replace('@', '%40')}:{PASSWORD}@127.0.0.1:{imap}"
        for box in catalogue.mailboxes
    )
    return "\n".join((*logins, f"{PREFIX}SMTP=smtp://127.0.0.1:{smtp}"))


def _show_for_ever(server: MailServer, console: Console) -> None:
    shown: dict[str, int] = {}
    while True:
        for address, mails in list(server.mails_of.items()):
            for raw in mails[shown.get(address, 0) :]:
                console.print(Panel(Text(text_of(raw)), title=Text(f"to {address}: {read(raw).subject}"), title_align="left"))
            shown[address] = len(mails)
        time.sleep(BREATH)
