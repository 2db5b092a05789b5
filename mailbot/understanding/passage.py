"""A mail's own words in the pieces that people think in: list lines and sentences, wraps undone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.expression import Marked, Texts
from mailbot.mail.message import Line
from mailbot.understanding.lexicon import words

ADDRESS = Marked("@", re.compile(r"[\w.%+'-]*[\w%+-]@(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@])"))
"""An address as people write it (RFC 5321, 4.1.2, without its rarities)."""

_LONGEST, _LONGEST_WORD = 20_000, 500
"""Characters of a line and of a word that are read; nobody types longer ones."""
_ENDLESS = re.compile(rf"(?<!\S)\S{{{_LONGEST_WORD},}}")
_MONTH = "|".join(words()["months"])
_BULLET = re.compile(
    rf"^\s*(?:[-*•·–—▪◦]\s+|\(?(?:\d{{1,2}}[.)](?!\s+(?i:{_MONTH}|oder|or|bis)\b)|[a-h][.)]|[A-H]\))\s+|\d{1, 2}[.)]?\t)"
)
_EMOJI = r"\U0001F000-\U0001FAFF\u2600-\u27BF\u200D\uFE0F\u2B50"
_ABBREVIATION = re.compile(
    r"(?:\b(?:z|B|d|h|u|a|o|ä|bzw|ca|Nr|Abs|Art|Str|str|Dr|Prof|Gen|Genn|Koll|Hr|Tel|Sr|St|i|A|e|V|usw|etc|evtl|ggf|inkl|incl|max|min|Mio|vgl|Mr|Mrs|Ms"
    r"|stellv|Stellv|stv|Stv|komm|Komm|kommiss|ehem|gew|verantw|Vors|Beis"
    r"|Mo|Di|Mi|Do|Fr|Sa|So|Jan|Feb|Mär|Apr|Jun|Jul|Aug|Sept|Sep|Okt|Nov|Dez|[^\W\d_])|(?<!\d)(?:[12]?\d|3[01]))\.$"
)
_LONGEST_ABBREVIATION = len("verantw.")
_END = re.compile(
    rf"(?=[\s\"“”');{_EMOJI}])"  # most letters begin none of these: one look instead of five
    rf"(?:(?<=[.!?…])[\"“”')]*\s+|\s*[{_EMOJI}]+\s*|\s+(?:und\s+)?(?=außerdem\s+(?:die|den|das|eine?n?)\b)"
    r"|(?<=[)])\s*;\s|;\s+(?=[A-ZÄÖÜ]))"
)
COLUMNS = Marked(["  "], re.compile(r"(?<=\S) {2,}(?=\S)"))
"""Where the columns of a table meet that is set with blanks."""
_OPEN_END = re.compile(
    r"(?:[,(/&–-]|\b(?:und|oder|an|auf|von|vom|mit|für|fuer|unter|bei|zu|zum|zur|der|die|das|den|dem|and|to|for|ve|y|e|i))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One list line or sentence. `line` is where it begins; `listed`: it stands on a line of its own."""

    text: str
    line: int
    listed: bool = False
    marked: bool = False  # began with a bullet or number


def texts_of(said: Iterable[Passage]) -> Texts:
    """The words of passages, by their places."""
    return Texts({at: each.text for at, each in enumerate(said)})


def passages(lines: Iterable[Line]) -> tuple[Passage, ...]:
    """The lines' words as passages, in order; blank lines and decoration are gone."""
    found: list[Passage] = []
    for block in _blocks(lines):
        for number, text in _unwrapped(block):
            found.extend(_cut(number, text, alone=len(block) == 1))
    return tuple(found)


def _blocks(lines: Iterable[Line]) -> Iterator[Sequence[Line]]:
    block: list[Line] = []
    for line in lines:
        if re.search(r"\w", line.text) or re.search(rf"[{_EMOJI}]", line.text):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _unwrapped(block: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Lines that a mail program broke, put together again."""
    number, text = block[0].number, block[0].text.strip()
    last = text
    for line in block[1:]:
        if _goes_on(last, line.text):
            text = f"{text} {line.text.strip()}"
        else:
            yield number, text
            number, text = line.number, line.text.strip()
        last = line.text.strip()
    yield number, text


def _goes_on(line: str, following: str) -> bool:
    """Whether the following line belongs to the same sentence or list entry."""
    rest = following.strip()
    if _BULLET.match(following) or any(mark in line + following for mark in "|\t") or line.count(";") > 1:
        return False
    if COLUMNS.search(line) and COLUMNS.search(rest) and (ADDRESS.search(rest) or ADDRESS.search(line)):
        return False
    if _OPEN_END.search(line) and not line.endswith("-"):
        return True
    if re.match(r"[\w -]{1,40}:(\s|$)", rest):
        return False
    if rest[:1] in "(<" and not re.search(r"@\S+$", line):
        return True
    if line.endswith((".", "!", "?", ":", ";")) or (ADDRESS.search(line) and ADDRESS.search(rest) and len(line) < 60):
        return False
    if re.search(r"@[\w.-]+$", line) and (rest[:1].isupper() or line.islower()):
        return False
    return len(line) >= 58 or (len(line) >= 42 and rest[:1].islower() and not ADDRESS.search(line))


def _cut(number: int, text: str, *, alone: bool) -> Iterator[Passage]:
    text = _ENDLESS.sub(lambda word: word[0][:_LONGEST_WORD], text[:_LONGEST])
    bullet = _BULLET.match(text)
    rest = text[bullet.end() :] if bullet else text
    if (
        "\t" in rest
        or rest.count(";") > 1
        or rest.count("|") > 1
        or len(rest) < 4
        or (_is_entry(rest) and not re.search(r"[.!?]\s+[A-ZÄÖÜ]", rest))
    ):
        yield Passage(text=rest.strip(), line=number, listed=True, marked=bool(bullet))
        return
    start, first = 0, True
    for end in _END.finditer(rest):
        sentence = rest[start : end.start()]
        if not sentence.rstrip().endswith(")"):
            sentence = sentence.rstrip("\"“”')")
        if _ABBREVIATION.search(sentence, max(0, len(sentence) - _LONGEST_ABBREVIATION)) and not re.search(
            rf"[{_EMOJI}]", end[0]
        ):
            continue
        if sentence.strip():
            short = first and not alone and len(sentence.split()) <= 4
            yield Passage(text=sentence.strip(), line=number, listed=short, marked=bool(bullet) and first)
            first = False
        start = end.end()
    if rest[start:].strip():
        yield Passage(text=rest[start:].strip(), line=number, listed=first and not alone, marked=bool(bullet) and first)


def _is_entry(text: str) -> bool:
    """A line that is mostly an address and a name rather than a sentence."""
    return "@" in text and len(re.findall(r"\w+", ADDRESS.sub(" ", text))) <= 6
