"""What may stand behind a key of rules.yaml: texts, ids, addresses, patterns, spans, times of day."""

from __future__ import annotations

import re
from datetime import time, timedelta
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pcre2 import PatternError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from mailbot.expression import pattern

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$"), Field(title="id")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", to_lower=True), Field(title="address")]
Part = Literal["given", "surname", "email"]
Mode = Literal["shadow", "draft", "live"]
Replies = Literal["send", "draft"]
LANGUAGES = ("de", "en")
ALWAYS = {"other": "what fits no other service", "help": "what does not work"}
"""The services that must stand in rules.yaml, and what for."""

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_SPAN = r"(\d+) (minute|hour|day)s?"
_CLOCK = r"(\d\d?):(\d\d)"


def _span(value: object) -> object:
    """ "1 day", "15 minutes", "0" → timedelta."""
    if isinstance(value, int) and value == 0:
        return timedelta()
    match = re.fullmatch(_SPAN, str(value))
    if match is None:
        raise PydanticCustomError("span", "should be a time like '15 minutes', '2 hours' or '1 day'")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _clock(value: object) -> object:
    """ "08:00" → time; YAML 1.1 reads an unquoted 08:00 as a number of seconds, so that is taken back."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(value // 60, value % 60)
    match = re.fullmatch(_CLOCK, str(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise PydanticCustomError("clock", "should be a time of day like '08:00'")
    return time(int(match[1]), int(match[2]))


def _off(value: object) -> object:
    """YAML 1.1 reads an unquoted off as no."""
    return "off" if value is False else value


def _expression(value: str) -> str:
    try:
        pattern(value)
    except PatternError as error:
        raise PydanticCustomError("expression", "should be a regular expression: {reason}", {"reason": error.msg}) from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder
        raise PydanticCustomError("zone", "should be a time zone like 'Europe/Berlin'") from None
    return value


def _domain(value: str) -> str:
    # It becomes part of Message-IDs, which are ASCII (RFC 5322, 3.6.4).
    if re.fullmatch(r"[A-Za-z0-9.-]+", value) is None:
        raise PydanticCustomError("domain", "should be a domain in plain letters; write one with umlauts as 'xn--…'")
    return value


Domain = Annotated[Text, AfterValidator(_domain)]
Expression = Annotated[Text, AfterValidator(_expression), Field(title="pattern")]
Zone = Annotated[Text, AfterValidator(_zone), Field(title="time zone")]
Span = Annotated[
    timedelta,
    BeforeValidator(_span),
    WithJsonSchema({"title": "span", "anyOf": [{"type": "string", "pattern": f"^{_SPAN}$"}, {"const": 0}]}),
]
Clock = Annotated[
    time,
    BeforeValidator(_clock),
    WithJsonSchema({"title": "time of day", "anyOf": [{"type": "string", "pattern": f"^{_CLOCK}$"}, {"type": "integer"}]}),
]
Canary = Annotated[
    Literal["off", "hourly", "daily"],
    BeforeValidator(_off),
    WithJsonSchema({"anyOf": [{"enum": ["off", "hourly", "daily"]}, {"const": False}]}),
]
Days = Annotated[Span, Field(ge=timedelta(days=1), title="span of a day or more")]  # less than a day is nobody's time to look


class Rule(BaseModel):
    """A part of rules.yaml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Label(Rule):
    """One text in the languages that members are answered in."""

    de: Text
    """In German."""
    en: Text
    """In English."""

    def in_(self, language: str) -> str:
        """The text in that language."""
        return self.en if language == "en" else self.de
