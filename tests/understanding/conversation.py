"""Mails of one conversation, understood one after the other by the project's own rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.mail.message import Mail
from mailbot.understanding.request import Reading, Request, Value
from mailbot.understanding.understand import understand
from tests.builders import written


@cache
def rules() -> Catalogue:
    """The project's own."""
    return load_catalogue(Path(__file__).parents[2] / "rules.yaml")


def understood(*mails: str | Mail, before: tuple[Request, ...] = (), **about: Any) -> Reading:
    """The reading of the last mail, after all mails before it; `about` (sender, subject …) is about those that are texts."""
    reading = Reading(requests=before)
    for each in mails:
        mail = each if isinstance(each, Mail) else written(each, **about)
        reading = understand(mail, reading.requests, rules())
    return reading


def one(*mails: str | Mail, **about: Any) -> Request:
    """The one request of such a conversation."""
    (request,) = understood(*mails, **about).requests
    return request


def fields(*mails: str | Mail, **about: Any) -> Mapping[str, Value]:
    """The fields of that one request."""
    return dict(one(*mails, **about).fields)
