"""Text parts: from bytes to the lines that their author saw (charsets, RFC 3676, artefacts of mail programs)."""

from __future__ import annotations

import re

UNWANTED = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u00ad\u200b\u200c\u2060\u200e\u200f\u202a-\u202e]"
)
"""Characters that nobody sees: NUL and other controls (C0 and C1), byte order marks, soft hyphens, marks of direction."""

_NO_CHARSETS = re.compile(r"idna|punycode|undefined|mbcs|oem|(?:raw.)?unicode.escape")


def decode(payload: bytes, charset: str, notes: list[str]) -> str:
    """Bytes as text: by the charset that is named, else UTF-8, else Windows-1252."""
    named = charset.split("*")[0].strip().lower()
    named = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "us-ascii": "utf-8", "ascii": "utf-8"}.get(named, named)
    for candidate in (named, "utf-8"):
        if _NO_CHARSETS.fullmatch(candidate):
            continue
        try:
            return payload.decode(candidate)
        except UnicodeDecodeError as error:
            if len(payload) > 1_000 and error.start > len(payload) - 4:  # cut inside a character
                return payload.decode(candidate, "ignore")
            notes.append(f"the charset {charset[:40]} is unknown or wrong")
        except (LookupError, UnicodeError, ValueError):
            notes.append(f"the charset {charset[:40]} is unknown or wrong")
    return payload.decode("cp1252", "replace")


def tidy(text: str, *, keep_nbsp: bool = False) -> str:
    """Lines ended by LF, without characters that nobody sees; hard blanks become blanks unless HTML still needs them."""
    text = UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n"))
    return text if keep_nbsp else text.replace("\xa0", " ")


def unflowed(text: str, *, delsp: bool) -> str:
    """RFC 3676: lines that end in a blank go on in the next line of the same quote depth."""
    joined: list[tuple[int, list[str]]] = []
    flowing = False
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        signature = content == "-- "
        goes_on = content.endswith(" ") and not signature
        if not (flowing and joined[-1][0] == depth and not signature):
            joined.append((depth, []))
        joined[-1][1].append(content[:-1] if goes_on and delsp else content)
        flowing = goes_on
    return "\n".join(f"{'>' * depth} {''.join(parts)}".rstrip() if depth else "".join(parts) for depth, parts in joined)


# Nothing is tried twice: a run of 200,000 characters of one kind costs as much as any other text of that length.
_MAILTO = re.compile(r"(?<![^\s<>])([^\s<>]++)(?<![,;:])[ ]?<mailto:([^<>\s]++)>", re.I)
_NAMED_MAILTO = re.compile(r"<mailto:([^<>\s?]++)[^<>\s]*+>", re.I)
_LINK_TARGET = re.compile(r"(?<=\S)<https?://[^<>\s]*>", re.I)
_SHOWN_LINK = re.compile(r"(?<!\S)((?:https?://|www\.)[^<>\s]{1,500}) <https?://[^<>\s]*>", re.I)


def without_link_targets(text: str) -> str:
    """Outlook writes "anna@x.example <mailto:anna@x.example>" and "Text<https://…>"; the targets go."""
    if "<" not in text:
        return text
    text = _MAILTO.sub(lambda found: found[1] if "@" in found[1] else found[0], text)
    text = _NAMED_MAILTO.sub(lambda found: f"<{found[1]}>", text)
    return _LINK_TARGET.sub("", _SHOWN_LINK.sub(r"\1", text))
