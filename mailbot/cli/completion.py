"""
What the shell offers where the tabulator is pressed: keys of tickets, ids of services, mailboxes and staff.

Each function gives values with a word about each. It is quick, for somebody waits, and silent whatever is wrong: a complaint
would stand in the middle of the line that is being written. The command itself tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

Offers = list[tuple[str, str]]

AT_MOST = 50
"""More tickets than that nobody reads; one more digit tells them apart."""


def _silent(offer: Callable[[str], Iterator[tuple[str, str]]]) -> Callable[[str], Offers]:
    @wraps(offer)
    def offered(incomplete: str) -> Offers:
        try:
            found = dict(offer(incomplete))
            return [(value, word) for value, word in found.items() if value.startswith(incomplete)]
        except Exception:  # the module's docstring says why
            return []

    return offered


@_silent
def tickets(incomplete: str) -> Iterator[tuple[str, str]]:
    """Keys of tickets, the newest first."""
    from sqlalchemy import make_url

    from mailbot.settings import DATABASE
    from mailbot.store.glance import newest_tickets
    from mailbot.variables import variables

    url = make_url(variables().get("DATABASE", DATABASE))
    for key, service, state in newest_tickets(url, incomplete, at_most=AT_MOST):
        yield key, f"{service}, {state}"


@_silent
def services(incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids of services."""
    for each in _part("services"):
        yield each["id"], each["label"]["en"]


@_silent
def mailboxes(incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids of mailboxes."""
    for each in _part("mailboxes"):
        yield each["id"], each["address"]


@_silent
def staff(incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids of members of staff."""
    for each in _part("staff"):
        yield each["id"], each["name"]


@_silent
def tickets_and_services(incomplete: str) -> Iterator[tuple[str, str]]:
    """Keys and ids, for what can be done to both."""
    yield from services(incomplete)
    yield from tickets(incomplete)


@_silent
def fields(incomplete: str) -> Iterator[tuple[str, str]]:
    """Ids of the fields of all services."""
    for service in _part("services"):
        for each in service.get("fields", ()):
            yield each["id"], each["label"]["en"]


def _part(key: str) -> list[dict[str, Any]]:
    """A list of rules.yaml as it stands there: to validate it would take longer than anybody waits."""
    import yaml

    from mailbot.variables import rules_file

    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = yaml.load(rules_file().read_text(encoding="utf-8"), fast)[key]
    return found if isinstance(found, list) else []
