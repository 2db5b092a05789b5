"""Addresses in a text, also those that are meant as one and cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from mailbot.expression import Marked
from mailbot.understanding.lexicon import fold, is_given_name, word_set
from mailbot.understanding.passage import ADDRESS

_BROKEN = re.compile(
    r"[\w.+-]+@(?:[\w-]+[.,])*[\w-]*"  # no top-level domain, or a comma in it
    r"|[\w.+-]+\s?(?:\(at\)|\[at\]|\(ät\)|\{at\})\s?[\w.-]+"
)
_TORN = re.compile(
    r"[\w.+-]*[\w+-](?:\s@\s?|@\s)[\w-]+(?:\.[\w-]+)+"  # a blank beside the @
    r"|[\w.+-]*[\w+-]@[\w-]+(?:\s\.\s?|\.\s)(?:de|com|net|org|eu|example)\b"  # or before the top-level domain
    r"|(?:^|(?<=[,;:(<]\s)|(?<=[,;:(<\t]))[a-zß-ÿ]+(?:\s?\.\s|\s\.)[\w.-]*\w@[\w-]+(?:\.[\w-]+)+"  # or beside the first dot
)
_BLANK_BESIDE = re.compile(r"\s[@.]|[@.]\s")
""" `_TORN` fits nothing without, and takes twenty times as long to see that."""
_NAME_BEFORE = Marked("@", re.compile(rf"(?<=[,;:(<\t]) ?([a-zß-ÿ]{{2,}}) (?!\1){ADDRESS.pattern}"))
"""A blank for a dot: "Bo Krüger, bo krueger@…", where the name was said already."""
_WITHOUT_AT = re.compile(r"(?<![\w/.@-])[^\W\d_][\w-]*(?:\.[\w-]+){2,}(?![\w@/])")
_AT_IN_WORDS = ("(at)", "[at]", "(ät)", "{at}")
_SPELT_AT = re.compile(rf"\s?(?:{'|'.join(map(re.escape, _AT_IN_WORDS))})\s?")
_RESERVED = frozenset({"example", "test", "invalid", "localhost"})
"""Top-level domains that are nobody's (RFC 2606): whoever stands below them is invented."""
_SHORTEST = 5
"""Letters of a provider's name that may be misspelt: between shorter ones lie other providers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """An address found in a text; `email` is None where what stands there cannot be one, or is surely not meant."""

    start: int
    end: int
    email: str | None
    written: str


@lru_cache(maxsize=2048)
def addresses_in(text: str, *, loose: bool = False, own: frozenset[str] = frozenset()) -> tuple[Wire, ...]:
    """
    Addresses, and what was meant as one, in order.

    `loose`: in a list, "a.b.web.example" is meant as one. `own` are addresses of the association: a domain that
    is nearly theirs, or a well-known provider's, is a slip of the pen.
    """
    if "@" not in text and not (any(at in text for at in _AT_IN_WORDS) or (loose and _WITHOUT_AT.search(text))):
        return ()
    domains = _known_domains(own)
    found = [
        Wire(start=m.start(), end=m.end(), email=m[0].strip("'").lower() if _is_sound(m[0], domains) else None, written=m[0])
        for m in ADDRESS.finditer(text)
    ]
    for match in _BROKEN.finditer(text):
        spelt = _SPELT_AT.sub("@", match[0])
        email = spelt.lower() if spelt != match[0] and ADDRESS.fullmatch(spelt) and _is_sound(spelt, domains) else None
        if len(match[0]) > 2 and match[0][0] != "@" and not match[0].rstrip(".,").endswith("@"):
            found.append(Wire(start=match.start(), end=match.end(), email=email, written=match[0]))
    torn = text if "@" in text and _BLANK_BESIDE.search(text) else ""
    found += [Wire(start=m.start(), end=m.end(), email=None, written=m[0]) for m in _TORN.finditer(torn)]
    found += [
        Wire(start=m.start(1), end=m.end(), email=None, written=m[0][m.start(1) - m.start() :])
        for m in _NAME_BEFORE.finditer(text)
        if is_given_name(m[1]) and re.search(rf"(?<!\w){m[1]}(?!\w)", text[: m.start(1)], re.IGNORECASE)
    ]
    if loose and "@" not in text:
        found += [Wire(start=m.start(), end=m.end(), email=None, written=m[0]) for m in _WITHOUT_AT.finditer(text)]
    kept: list[Wire] = []
    for wire in sorted(found, key=lambda each: (each.start, each.email is None, -each.end)):
        if not kept or wire.start >= kept[-1].end:
            kept.append(wire)
    return tuple(kept)


def without_addresses(text: str) -> str:
    """The text with a space for every address, and for what was meant as one."""
    for wire in addresses_in(text):
        text = text.replace(wire.written, " ")
    return text


def likely_address(written: str, own: frozenset[str] = frozenset()) -> str | None:
    """
    The one address that is probably meant by what cannot be one.

    >>> likely_address("Mehmet.Yılmaz@gmial.com")
    'mehmet.yilmaz@gmail.com'
    >>> likely_address("w.krause@gmx") is None  # .de or .net?
    True
    """
    domains = _known_domains(own)
    spelt = re.sub(r"\s+", "", _SPELT_AT.sub("@", written)).replace(",", ".").strip(".'")
    local, _, domain = spelt.rpartition("@")
    if not local or re.search(r"\w \w.*@", written):  # a blank may stand for a dot, for "_", for nothing
        return None
    meant = _meant_domains(domain.lower(), domains)
    if len(meant) != 1:
        return None
    email = f"{fold(local)}@{next(iter(meant))}"
    return email if email != written and ADDRESS.fullmatch(email) else None


@lru_cache(maxsize=64)
def _known_domains(own: frozenset[str]) -> frozenset[str]:
    return word_set("mail_domains") | {address.rpartition("@")[2].lower() for address in own}


def _is_sound(written: str, domains: frozenset[str]) -> bool:
    """No umlaut stands before the @ (no provider here allows one), and the domain is no slip of the pen."""
    local, _, domain = written.strip("'").lower().rpartition("@")
    return local.isascii() and domain in _meant_domains(domain, domains)


@lru_cache(maxsize=4096)
def _meant_domains(domain: str, known: frozenset[str]) -> frozenset[str]:
    """Which domains may be meant: itself, where nothing speaks against it, else those that it resembles."""
    name, _, top = domain.rpartition(".")
    if not name:
        return frozenset(each for each in known if each.rpartition(".")[0] == top)
    if domain in known:
        return frozenset({domain})
    if top in _RESERVED:
        alike = {f"{each}.{top}" for each in _names(known) if _is_swapped(name, each)}
    else:
        plain = fold(domain)  # umlauts
        alike = {each for each in known if plain == each or _is_slip(domain, each)}
    return frozenset(alike or {domain})


@lru_cache(maxsize=64)
def _names(domains: frozenset[str]) -> frozenset[str]:
    return frozenset(each.rpartition(".")[0] for each in domains)


def _is_slip(written: str, known: str) -> bool:
    """
    One letter too many, too few, wrong, or two changed round; not at the beginning.

    Of short names ("gmx.de", "web.de") only the end may be wrong.
    """
    if written[:1] != known[:1] or abs(len(written) - len(known)) > 1:
        return False
    whole = known.partition(".")[0]
    same_name = written.startswith(f"{whole}.")
    return (same_name or len(whole) >= _SHORTEST) and OSA.distance(written, known, score_cutoff=1) <= 1


def _is_swapped(written: str, known: str) -> bool:
    """Two neighbouring letters changed round: no invented name is that near to another."""
    return (
        len(written) == len(known)
        and written[:1] == known[:1]
        and sorted(written) == sorted(known)
        and OSA.distance(written, known, score_cutoff=1) == 1
    )
