"""What a member asks for and how far it has come. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody named in a mail; None is what the mail did not say. The address is in lower case."""

    given: str | None = None
    surname: str | None = None
    email: str | None = None

    @property
    def name(self) -> str:
        """Given name and surname as far as known, else the address, else "?"."""
        return " ".join(part for part in (self.given, self.surname) if part) or self.email or "?"


Value = str | int | Person | tuple[Person, ...] | tuple[str, ...]
"""A field's value in normal form: text, number, one person, persons, or addresses and names."""


class RequestKind(StrEnum):
    """Something new, or a change of something that exists already."""

    NEW = "new"
    CHANGE = "change"


class Why(StrEnum):
    """Why something that was written is not simply taken; `asks`: it is asked back, else taken and shown."""

    CANNOT_BE = "cannot be"  # an address with a slip in it, the 31st of February
    TOO_MANY = "too many"  # more are named than may be
    NOT_LISTED = "not listed"  # a name that is not among those to choose from
    FITS_SEVERAL = "fits several"  # a name that more than one of them have
    TELLS = "tells"  # an address, or a word before the given name, that tells a name
    RESPELT = "respelt"  # taken for a name that is known
    ORDER = "order"  # which of the two is the given name

    @property
    def asks(self) -> bool:
        """Whether the value is missing until the member says what is meant."""
        return self not in (Why.RESPELT, Why.ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """
    What was written, and what it is taken for.

    `item` is named as in `missing` ("group", "users.email"); `of` is the person it is about, as known when it was
    written; `meant` is the one likely value in normal form, None where there is none or more than one. `declined`:
    the member said that it is not this one.
    """

    item: str
    written: str
    why: Why
    meant: str | None = None
    of: Person | None = None
    declined: bool = False

    @property
    def field(self) -> str:
        """The id of the field."""
        return self.item.partition(".")[0]

    @property
    def part(self) -> str | None:
        """Which part of a person, None where it is the whole field."""
        return self.item.partition(".")[2] or None

    @property
    def proposed(self) -> str | None:
        """The likely value, unless it was declined."""
        return None if self.declined else self.meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One thing asked for: what became (or becomes) one ticket.

    `fields` holds the normal forms by field id; `because` says for each conclusion which rule or words led
    to it; `hints` keeps what was half said ("unsere AG": {"group": "AG"}) for the answer that completes it;
    `guesses` are values that are asked back, or taken and shown with a question mark.
    """

    service: str
    kind: RequestKind = RequestKind.NEW
    fields: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()  # sorted dotted names: "group", "users.email"
    because: tuple[str, ...] = ()
    hints: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    guesses: tuple[Guess, ...] = ()

    def with_fields(self, fields: Mapping[str, Value]) -> Request:
        """The same request with these fields instead."""
        return replace(self, fields=MappingProxyType(dict(fields)))


class Act(StrEnum):
    """What the mail as a whole does in its conversation."""

    SAY = "say"  # asks for something, answers, corrects
    THANK = "thank"  # thanks or "ok", nothing else
    WITHDRAW = "withdraw"  # "hat sich erledigt"
    INQUIRE = "inquire"  # "wie ist der Stand?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """
    What one mail was understood to say.

    `requests` is the state of the whole conversation after the mail: first those that were there before, in
    their order, then new ones. `doubts` are reasons for a person to look (German sentences); `language` is "de" or
    "en" for replies, `foreign` the language if it is neither. `half_withdrawn`: something is withdrawn, but not
    everything; a person must see what.
    """

    requests: tuple[Request, ...]
    act: Act = Act.SAY
    language: str = "de"
    foreign: str | None = None
    doubts: tuple[str, ...] = ()
    half_withdrawn: bool = False
