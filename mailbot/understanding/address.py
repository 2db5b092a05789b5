"""Addresses in a text, also those that are meant as one and cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailbot.understanding.passage import ADDRESS

_BROKEN = re.compile(
    r"[\w.+-]+@(?:[\w-]+[.,])*[\w-]*"  # no top-level domain, or a comma in it
    r"|[\w.+-]+\s?(?:\(at\)|\[at\]|\(ät\)|\{at\})\s?[\w.-]+"
)
_WITHOUT_AT = re.compile(r"(?<![\w/.@-])[^\W\d_][\w-]*(?:\.[\w-]+){2,}(?![\w@/])")
_SPELT_AT = re.compile(r"\s?(?:\(at\)|\[at\]|\(ät\)|\{at\})\s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An address found in a text; `email` is None where what stands there cannot be one."""

    start: int
    end: int
    email: str | None
    written: str


def addresses_in(text: str, *, loose: bool = False) -> tuple[Wire, ...]:
    """Addresses, and what was meant as one, in order. `loose`: in a list, "a.b.web.example" is meant as one."""
    found = [Wire(start=m.start(), end=m.end(), email=m[0].strip("'").lower(), written=m[0]) for m in ADDRESS.finditer(text)]
    for match in _BROKEN.finditer(text):
        spelt = _SPELT_AT.sub("@", match[0])
        email = spelt.lower() if spelt != match[0] and ADDRESS.fullmatch(spelt) else None
        if len(match[0]) > 2 and match[0][0] != "@" and not match[0].rstrip(".,").endswith("@"):
            found.append(Wire(start=match.start(), end=match.end(), email=email, written=match[0]))
    if loose and "@" not in text:
        found += [Wire(start=m.start(), end=m.end(), email=None, written=m[0]) for m in _WITHOUT_AT.finditer(text)]
    kept: list[Wire] = []
    for wire in sorted(found, key=lambda each: (each.start, each.email is None, -each.end)):
        if not kept or wire.start >= kept[-1].end:
            kept.append(wire)
    return tuple(kept)
