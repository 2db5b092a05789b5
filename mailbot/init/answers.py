"""What has to be known of an association before the bot can begin; asked, or read from a file."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

import yaml
from anyascii import anyascii
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from mailbot.catalogue import Domain, Email, Id, Rule, Text
from mailbot.catalogue.complaints import complaints_of
from mailbot.errors import SettingsError
from mailbot.login import Login

Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}$")]


def _url(kind: str) -> AfterValidator:
    def is_login(value: str) -> str:
        try:
            login = Login.parse(value)
        except SettingsError as error:
            raise ValueError(str(error)) from None
        if not login.scheme.startswith(kind):
            raise ValueError(f"should begin with {kind}s:// or {kind}+starttls://")
        return value.strip()

    return AfterValidator(is_login)


ImapUrl = Annotated[Text, _url("imap")]
SmtpUrl = Annotated[Text, _url("smtp")]


class Box(Rule):
    """A shared mailbox, and how the bot gets in; `imap` as it stands in MAILBOT_IMAP_…"""

    address: Email
    name: Text
    imap: ImapUrl = Field(repr=False)


class Person(Rule):
    """Somebody who works on requests."""

    name: Text
    email: Email


class Answers(Rule):
    """All answers; `services` are ids of rules.yaml as it ships, none: all."""

    name: Text
    domain: Domain
    website: Text
    address_as: Literal["du", "sie"] = "du"
    ticket_prefix: Prefix
    mailboxes: tuple[Box, ...] = Field(min_length=1)
    smtp: SmtpUrl = Field(repr=False)
    staff: tuple[Person, ...] = ()
    services: tuple[Id, ...] = ()


def read_answers(file: Path) -> Answers:
    """Raises SettingsError with every complaint at once; no value of a login stands in it."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return Answers.model_validate(content)
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"{file}: is no YAML in UTF-8; it looks like 'name: Verein Beispiel'") from None
    except ValidationError as error:
        complaints = complaints_of(error, Answers, secret=True)
        raise SettingsError("\n".join(f"{file}: {sentence}" for _, sentence in complaints)) from None


def url(scheme: str, server: str, user: str, password: str) -> str:
    """A login as it stands in the settings; `server` is a host, with a port or not."""
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{server}"


def id_of(words: str, taken: Collection[str]) -> str:
    """A name as an id that nobody has yet: "Büro" → buero, "Anna Schmidt" → anna."""
    german = words.lower().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"})
    plain = re.sub(r"[^a-z0-9]+", "_", anyascii(german).lower()).strip("_")
    base = plain if re.match(r"[a-z]", plain) else f"box_{plain}".rstrip("_")
    return next(id for id in (base, *(f"{base}_{number}" for number in range(2, len(taken) + 3))) if id not in taken)


def prefix_of(name: str) -> str:
    """What ticket keys may begin with: the first letters of the association's words, "KV" where there are none."""
    letters = "".join(word[0] for word in anyascii(name).split() if word[0].isalpha()).upper()
    return letters[:8] or "KV"
