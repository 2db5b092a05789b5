"""Mails as people write them: the samples, and answers as a mail program makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import format_datetime, parseaddr
from importlib.resources import files

from mailbot.mail.message import Mail
from mailbot.mail.read import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A mail of somebody to one of the mailboxes; `to` is its address, `shown` its text with the quotes cut short."""

    name: str
    raw: bytes
    mail: Mail
    to: str
    shown: str


def samples() -> tuple[Sample, ...]:
    """The mails in `mails/`, in order, dated now."""
    found = sorted((each for each in files("mailbot.demo").joinpath("mails").iterdir() if each.name.endswith(".eml")), key=str)
    return tuple(_sample(each.name, each.read_bytes()) for each in found)


def _sample(name: str, raw: bytes, shown: str | None = None) -> Sample:
    dated = b"Date: " + format_datetime(datetime.now(UTC)).encode() + b"\n" + raw
    whole = dated.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    mail = read(whole)
    return Sample(name=name, raw=whole, mail=mail, to=mail.to[0].email, shown=text_of(whole) if shown is None else shown)


def reply(to: bytes, *, above: str = "", below: str = "", filled: Mapping[str, str] | None = None, id: str) -> Sample:
    """
    An answer to a mail of the bot, which is quoted whole: words `above` the quote, `below` it, or behind
    the label of a line inside it (`filled`: label to value).
    """
    asked = message_from_bytes(to, policy=default)
    assert isinstance(asked, EmailMessage)
    answer = EmailMessage(policy=SMTP)
    answer["From"] = asked["To"]
    answer["To"] = asked["Reply-To"] or asked["From"]
    answer["Subject"] = f"Re: {asked['Subject'].removeprefix('Re: ')}"
    answer["Message-ID"] = f"<{id}>"
    answer["In-Reply-To"] = asked["Message-ID"]
    answer["References"] = asked["Message-ID"]
    said = f"Am {datetime.now(UTC):%d.%m.%Y um %H:%M} schrieb {parseaddr(asked['From'])[0]}:"
    lines = [f"> {_filled(line, filled or {})}".rstrip() for line in text_of(to).splitlines()]
    written = tuple(f"{label}: {value}" for label, value in (filled or {}).items())

    def text(quote: Sequence[str]) -> str:
        return "\n\n".join(part for part in (above, "\n".join((said, *quote)), below) if part)

    answer.set_content(text(lines) + "\n", cte="quoted-printable")
    return _sample(f"{id.partition('@')[0]}.eml", answer.as_bytes(), text(_cut_short(lines, written)))


def _filled(line: str, values: Mapping[str, str]) -> str:
    return next((f"{line} {value}" for label, value in values.items() if line.strip() == f"{label}:"), line)


def _cut_short(quote: Sequence[str], written: tuple[str, ...]) -> list[str]:
    """Of a quote its first line and what has been written into it."""
    kept = [line for line in quote[1:] if line.endswith(written)] if written else []
    return [quote[0], "> […]", *(part for line in kept for part in (line, "> […]"))]


def text_of(raw: bytes) -> str:
    """What the plain text of a mail of the bot says."""
    return _part(raw, "plain")


def html_of(raw: bytes) -> str:
    """Its HTML."""
    return _part(raw, "html")


def _part(raw: bytes, kind: str) -> str:
    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n").strip() if part else ""


def answers_to(message_id: str, mails: list[bytes]) -> list[bytes]:
    """Those of the mails that answer the one with that Message-ID (without `<>`)."""
    return [raw for raw in mails if message_id in read(raw).in_reply_to]
