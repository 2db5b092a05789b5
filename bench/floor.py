"""
The least that a program on the prescribed libraries has to do for a mail: no understanding, no policy, nothing kept in mind.

    python -m bench.floor [--promises] HOST IMAP_PORT SMTP_PORT USER FILE.db

Fetches, parses, commits, renders, sends and moves in batches of 50. What `bench.drain` compares the bot with.

With `--promises` it keeps what the bot promises besides: staff get a mail too; both are in the outbox before one of them
leaves; that a mail leaves, and that it has left, is on the disk before the next one does; a copy of each lies in Sent.
"""

from __future__ import annotations

import smtplib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import mailparser
from imapclient import IMAPClient
from jinja2 import Environment
from mailparser import MailParser
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, String, Table, create_engine, event, func, select, update

BATCH = 50
TEXT = 'Hallo {{ name }},\n\ndanke für deine Nachricht "{{ subject }}". Wir melden uns.\n\n{{ team }}\n'
HTML = "<p>Hallo {{ name }},</p><p>danke für deine Nachricht „{{ subject }}“. Wir melden uns.</p><p>{{ team }}</p>"
US, STAFF = "support@verein.example", "team@verein.example"
metadata = MetaData()
mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", Integer),
    Column("message_id", String),
    Column("subject", String),
    Column("raw", LargeBinary),
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("raw", LargeBinary),
    Column("state", String, index=True),
)

_environment = Environment(autoescape=True)
_text, _html = _environment.from_string(TEXT), _environment.from_string(HTML)


def main() -> None:
    """Drain the inbox."""
    asked = ArgumentParser(prog="python -m bench.floor", description=__doc__)
    asked.add_argument("--promises", action="store_true")
    for name in ("host", "imap", "smtp", "user", "file"):
        asked.add_argument(name)
    words = asked.parse_args()
    engine = create_engine(f"sqlite:///{words.file}")
    event.listen(
        engine, "connect", lambda connection, _: connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    )
    metadata.create_all(engine)
    with IMAPClient(words.host, int(words.imap), ssl=False) as client, smtplib.SMTP(words.host, int(words.smtp)) as server:
        client.login(words.user, "secret")
        client.select_folder("INBOX")
        for folder in ("Done", "Sent"):
            if not client.folder_exists(folder):
                client.create_folder(folder)
        uids = client.search()
        for start in range(0, len(uids), BATCH):
            _drain(words, engine, client, server, uids[start : start + BATCH])


def _drain(words: Namespace, engine: Engine, client: IMAPClient, server: smtplib.SMTP, batch: Sequence[int]) -> None:
    fetched = client.fetch(batch, ["BODY.PEEK[]"])
    parsed = {uid: mailparser.parse_from_bytes(fetched[uid][b"BODY[]"]) for uid in batch}
    letters = [letter for mail in parsed.values() for letter in _letters(mail, staff=words.promises)]
    with engine.begin() as connection:
        rows = [
            {"uid": uid, "message_id": mail.message_id, "subject": str(mail.subject), "raw": fetched[uid][b"BODY[]"]}
            for uid, mail in parsed.items()
        ]
        connection.execute(mails.insert(), rows)
        if words.promises:
            connection.execute(outbox.insert(), [{"raw": raw, "state": "queued"} for _, raw in letters])
    for to, raw in letters:
        if words.promises:
            _take_next(engine)
        server.sendmail(US, [to], raw)
    if words.promises:
        _take_next(engine)
        client.multiappend("Sent", [{"msg": raw, "flags": [b"\\Seen"], "date": datetime.now(UTC)} for _, raw in letters])
    client.move(batch, "Done")


def _letters(mail: MailParser, *, staff: bool) -> Iterator[tuple[str, bytes]]:
    name, address = mail.from_[0]
    values = {"name": name, "subject": str(mail.subject), "team": "Support"}
    for to in (address, STAFF)[: 1 + staff]:
        answer = EmailMessage(policy=SMTP)
        answer["From"], answer["To"], answer["Subject"] = US, to, f"Re: {mail.subject}"
        answer["In-Reply-To"] = mail.message_id
        answer.set_content(_text.render(values))
        answer.add_alternative(_html.render(values), subtype="html")
        yield to, answer.as_bytes()


def _take_next(engine: Engine) -> None:
    """What was on its way has left, and the next is on its way."""
    with engine.begin() as connection:
        connection.execute(_LEFT)
        connection.execute(_LEAVES)


_NEXT = select(func.min(outbox.c.id)).where(outbox.c.state == "queued").scalar_subquery()
_LEFT = update(outbox).where(outbox.c.state == "sending").values(state="sent")
_LEAVES = update(outbox).where(outbox.c.id == _NEXT).values(state="sending")


if __name__ == "__main__":
    main()
