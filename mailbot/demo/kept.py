"""What stays of a demo: every mail as .eml, and what the bot wrote also as HTML for a browser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailbot.demo.post import Sample, html_of
from mailbot.demo.server import MailServer


def keep_mails(folder: Path, arrived: Sequence[Sample], server: MailServer) -> None:
    """Write `received/` and `sent/` into the folder."""
    received, sent = folder / "received", folder / "sent"
    for each in (received, sent):
        each.mkdir(exist_ok=True)
    for sample in arrived:
        (received / sample.name).write_bytes(sample.raw)
    for address, mails in sorted(server.mails_of.items()):
        for number, raw in enumerate(mails, start=1):
            path = sent / f"{address.replace('@', '-at-')}-{number}.eml"
            path.write_bytes(raw)
            path.with_suffix(".html").write_text(html_of(raw), encoding="utf-8")
