"""
The least that a program on the prescribed libraries has to do for a mail: no understanding, no policy, nothing kept in mind.

    python -m bench.floor HOST IMAP_PORT SMTP_PORT USER FILE.db

Fetches, parses, commits, renders, sends and moves in batches of 50. What `bench.drain` compares the bot with.
"""

from __future__ import annotations

import smtplib
import sys
from email.message import EmailMessage
from email.policy import SMTP

import mailparser
from imapclient import IMAPClient
from jinja2 import Environment
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, create_engine, event

BATCH = 50
TEXT = 'Hallo {{ name }},\n\ndanke für deine Nachricht "{{ subject }}". Wir melden uns.\n\n{{ team }}\n'
HTML = "<p>Hallo {{ name }},</p><p>danke für deine Nachricht „{{ subject }}“. Wir melden uns.</p><p>{{ team }}</p>"
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


def main() -> None:
    """Drain the inbox."""
    host, imap_port, smtp_port, user, file = sys.argv[1:]
    engine = create_engine(f"sqlite:///{file}")
    event.listen(
        engine, "connect", lambda connection, _: connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    )
    metadata.create_all(engine)
    templates = Environment(autoescape=True)
    text, html = templates.from_string(TEXT), templates.from_string(HTML)
    with IMAPClient(host, int(imap_port), ssl=False) as client, smtplib.SMTP(host, int(smtp_port)) as server:
        client.login(user, "secret")
        client.select_folder("INBOX")
        if not client.folder_exists("Done"):
            client.create_folder("Done")
        uids = client.search()
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            fetched = client.fetch(batch, ["BODY.PEEK[]"])
            parsed = {uid: mailparser.parse_from_bytes(fetched[uid][b"BODY[]"]) for uid in batch}
            with engine.begin() as connection:
                rows = [
                    {"uid": uid, "message_id": mail.message_id, "subject": str(mail.subject), "raw": fetched[uid][b"BODY[]"]}
                    for uid, mail in parsed.items()
                ]
                connection.execute(mails.insert(), rows)
            for mail in parsed.values():
                name, address = mail.from_[0]
                values = {"name": name, "subject": str(mail.subject), "team": "Support"}
                answer = EmailMessage(policy=SMTP)
                answer["From"], answer["To"], answer["Subject"] = "support@verein.example", address, f"Re: {mail.subject}"
                answer["In-Reply-To"] = mail.message_id
                answer.set_content(text.render(values))
                answer.add_alternative(html.render(values), subtype="html")
                server.sendmail("support@verein.example", [address], answer.as_bytes())
            client.move(batch, "Done")


if __name__ == "__main__":
    main()
