"""Addresses whose marks are spelt in words, as in dictated mails and by those who mistrust robots."""

from __future__ import annotations

import re
from dataclasses import replace

import pcre2

from mailbot.mail.message import Line, Mail
from mailbot.understanding.passage import ADDRESS

_OPEN, _SHUT = r"\s*[(\[{<]\s*", r"\s*[)\]}>]\s*"
_DOT = rf"(?:{_OPEN}(?:punkt|dot|point|\.){_SHUT}|\s+(?:punkt|dot|point)\s+)"
_DASH = rf"(?:{_OPEN}(?:minus|bindestrich){_SHUT}|\s+(?:minus|bindestrich)\s+)"
_LOW_DASH = rf"(?:{_OPEN}(?:unterstrich|underscore){_SHUT}|\s+(?:unterstrich|underscore)\s+)"
_AT = rf"(?:{_OPEN}(?:at|ät|aet|@){_SHUT}|\s+(?:ät|aet|klammeraffe)\s+|@)"
_MARKED = rf"[^\W\d_][^\W_]*(?:(?:[._+-]|{_DOT}|{_DASH}|{_LOW_DASH})[^\W_]+){{0,6}}"
_TOP = r"(?:de|com|net|org|eu|info|at|ch|io|me|be|nl|fr|pl|tr|it|es|uk|koeln|cologne|example)"
_DOMAIN_IN_WORDS = rf"[^\W_]+(?:(?:[.-]|{_DOT}|{_DASH})[^\W_]+){{0,4}}?{_DOT}{_TOP}\b"
_DOMAIN_IN_SIGNS = r"[^\W_]+(?:[.-][^\W_]+){0,6}\.[^\W\d_]{2,}"
_SPELT = re.compile(
    rf"(?<![\w.@+-])(?:{_MARKED}{_AT}(?:{_DOMAIN_IN_WORDS}|{_DOMAIN_IN_SIGNS})"
    # "at" alone is an English word: something else must tell that an address is meant
    rf"|{_MARKED}\s+at\s+{_DOMAIN_IN_WORDS}|[^\W\d_][^\W_]*(?:(?:[._+-]|{_DOT}|{_DASH}|{_LOW_DASH})[^\W_]+){{1,6}}\s+at\s+{_DOMAIN_IN_SIGNS})",
    re.IGNORECASE,
)
_MAYBE = pcre2.compile(r"(?<![\p{L}\p{N}_])(?:at|ät|aet|klammeraffe)(?![\p{L}\p{N}_])|@", pcre2.IGNORECASE)
_IN_WORDS = pcre2.compile(
    r"(?<![\p{L}\p{N}_])(?:at|ät|aet|klammeraffe|punkt|dot|point|minus|bindestrich|unterstrich|underscore)(?![\p{L}\p{N}_])"
    r"|[(\[{<]\s*[@.]",
    pcre2.IGNORECASE,
)
"""One of these stands in each address that is not written in signs alone."""
_SIGNS = tuple((re.compile(words, re.IGNORECASE), sign) for words, sign in ((_DOT, "."), (_DASH, "-"), (_LOW_DASH, "_")))
_ANY_AT = re.compile(rf"{_AT}|\s+at\s+", re.IGNORECASE)


def in_signs(text: str) -> str:
    """
    The text with such addresses as they are.

    >>> in_signs("kim punkt muster ät verein punkt example, lea (at) verein.example")
    'kim.muster@verein.example, lea@verein.example'
    """
    return _SPELT.sub(_address, text) if _IN_WORDS.search(text) else text


def _address(spelt: re.Match[str]) -> str:
    written = _ANY_AT.sub("@", spelt[0], count=1)
    for words, sign in _SIGNS:
        written = words.sub(sign, written)
    return written if ADDRESS.fullmatch(written) else spelt[0]


def with_signs(mail: Mail) -> Mail:
    """The mail with such addresses of its text as they are."""
    if not any(_MAYBE.search(line.text) for line in mail.body.lines):
        return mail
    passed = mail.body.forwarded
    return replace(
        mail,
        body=replace(
            mail.body,
            lines=tuple(map(_line, mail.body.lines)),
            forwarded=replace(passed, lines=tuple(map(_line, passed.lines))) if passed else None,
        ),
    )


def _line(line: Line) -> Line:
    text = in_signs(line.text)
    return line if text == line.text else replace(line, text=text)
