"""What mail programs put before the subject of an answer or of a mail that is passed on: "Re:", "AW:", "Re[2]:", "WG:"."""

from __future__ import annotations

import re

_ANSWERS = r"(?:re|aw|antw|antwort|sv|rif)"
_FORWARDS = r"(?:wg|fwd?|tr|rv|i|wtr|doorst|ilt|yönl)"
_END = r"\s*(?:\[\d+\])?\s*:"
_TAGS = r"\A\s*(?:\[[^\]]*\]\s*)*"

ANSWER = rf"{_ANSWERS}{_END}"
"""One of an answer, for an expression that looks at a subject in any case of letters."""

ANSWERING = re.compile(rf"{_TAGS}{ANSWER}", re.IGNORECASE)
"""The beginning of the subject of an answer; the names of lists or keys of tickets may stand before it."""

FORWARDING = re.compile(rf"{_TAGS}{_FORWARDS}{_END}", re.IGNORECASE)
"""The same of a mail that is passed on."""

PREFIXES = re.compile(rf"\A(?:\s*(?:{_ANSWERS}|{_FORWARDS}){_END})+\s*", re.IGNORECASE)
"""All that stands there, however often a mail went back and forth."""
