"""
Where the author's words end and earlier mails begin: header blocks, separators, attributions, marks of forwarding.

In the words of German, English, Turkish, Spanish, French, Italian and Polish mail programs; an attribution that has date,
time and address is known in any language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.mail.message import Address, Kind, Line

NOBODY = Address()
MAX_WRAPPED = 4  # lines of one attribution

_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """The lines [start, end) between the author's words and an earlier mail that runs to the end."""

    start: int
    end: int
    forwards: bool
    marked: bool = False  # does it stand behind `>`?
    author: Address = NOBODY
    subject: str = ""


_SEPARATOR = re.compile(
    r"\s*(?:[-_=*\u2013\u2014]{2,}\s*)?(?P<words>"
    r"ursprüngliche (?:nachricht|mail|e-mail)|original-?\s?(?:nachricht|message|mail)|original e-mail|originele bericht"
    r"|mensaje original|message d['’]origine|messaggio originale|wiadomość oryginalna|oryginalna wiadomość"
    r"|orijinal (?:mesaj|ileti)|özgün ileti"
    r")(?:\s*:)?(?:\s*[-_=*\u2013\u2014]{2,})?\s*",
    re.I,
)
_FORWARD_MARK = re.compile(
    r"\s*(?:[-_=*\u2013\u2014]{2,}\s*)?(?P<words>"
    r"forwarded (?:message|mail|e-mail)(?: from .{1,80})?|begin forwarded message|weitergeleitete (?:nachricht|mail|e-mail)"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail)|beginn der weitergeleiteten nachricht"
    r"|mensaje reenviado|inicio del mensaje reenviado|message (?:transféré|transmis)|début du message (?:transféré|réexpédié)"
    r"|messaggio inoltrato|inizio messaggio inoltrato|yönlendirilen (?:mesaj|ileti)|iletil(?:en|miş) mesaj(?: başlangıcı)?"
    r"|przekazana wiadomość|wiadomość przekazana|treść przekazanej wiadomości|początek przekazywanej wiadomości"
    r"|doorgestuurd bericht"
    r")(?:\s*:)?(?:\s*[-_=*\u2013\u2014]{2,})?\s*(?:\b(?:von|from|de|da|kimden):(?P<from>.{1,900}))?",
    re.I,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|={10,}|\u2014{5,})\s*")

_GROUPWISE_MARKS = 3
_GROUPWISE_DATE = re.compile(r"\d{1,2}[.:/]\s?\d{1,2}")
""" ">>> Anna Schmidt <anna@…> 11.03.2026 10:12 >>>", with nothing marked below: so Novell GroupWise quotes."""

_FROM = r"von|from|de|da|mittente|od|nadawca|kimden|gönderen|van"
_SENT = r"gesendet|datum|date|sent|enviado(?: el)?|fecha|envoyé|data|inviato|wysłano|gönderme tarihi|gönderildi|tarih"
r"|verzonden"
_TO = r"an|to|para|à|a|destinatario|do|adresat|kime|alıcı|aan"
_SUBJECT = r"betreff|subject|asunto|objet|oggetto|temat|konu|onderwerp|betrifft"
_OTHER = r"cc|bcc|kopie|blindkopie|antwort an|antworten an|reply-to|priorität|wichtigkeit|importance|dw|bilgi"
_HEADER = re.compile(
    rf"\s*[*_]{{0,2}}(?:(?P<from>{_FROM})|(?P<sent>{_SENT})|(?P<to>{_TO})|(?P<subject>{_SUBJECT})|(?P<other>{_OTHER}))"
    r"\s?[*_]{0,2}\s?:[*_]{0,2}(?P<value>.*)",
    re.I,
)


def first_boundary(lines: Sequence[Line], *, forwarding: bool) -> Boundary | None:
    """Where the first quoted or forwarded mail begins, None where there is none."""
    for index, line in enumerate(lines):
        if _is_groupwise(line) and not _marked_below(lines, index + 1):
            return Boundary(start=index, end=index + 1, forwards=forwarding, author=_author(line.text))
        if not line.text or line.depth > 1 or (line.depth and not _FORWARD_MARK.fullmatch(line.text)):
            continue
        if boundary := _boundary_at(lines, index, forwarding=forwarding):
            return boundary
    return None


def _is_groupwise(line: Line) -> bool:
    ends = line.depth == _GROUPWISE_MARKS and line.text.rstrip().endswith(" >>>")
    return ends and _GROUPWISE_DATE.search(line.text) is not None


def _boundary_at(lines: Sequence[Line], index: int, *, forwarding: bool) -> Boundary | None:
    text = lines[index].text.strip()
    if len(text) > 1_000:
        return None
    if mark := _FORWARD_MARK.fullmatch(text):
        marked = lines[index].depth > 0
        alone = Boundary(
            start=index,
            end=index + 1,
            forwards=True,
            marked=marked,
            author=_author(mark["from"] or ""),
            subject=_inline_subject(text),
        )
        return _block_after(lines, index, forwards=True) or alone
    if _SEPARATOR.fullmatch(text) and (text.lstrip()[:1] in "-_=*\u2013\u2014" or text.rstrip().endswith(":")):
        return _block_after(lines, index, forwards=forwarding) or Boundary(start=index, end=index + 1, forwards=forwarding)
    if _RULE.fullmatch(text):
        return _block_after(lines, index, forwards=forwarding)
    if _HEADER.match(text):
        return header_block(lines, index, index, forwards=forwarding)
    if (end := _attribution_end(lines, index)) and not _marked_below(lines, end) and _is_dated(lines[index:end]):
        writer = _author(_before_address(" ".join(line.text for line in lines[index:end])))
        return Boundary(start=index, end=end, forwards=forwarding, author=writer)
    return None


def _inline_subject(text: str) -> str:
    """Yahoo writes the header block on the line of the mark."""
    found = re.search(rf"(?:{_SUBJECT})\s?:\s*(.+)", text, re.I)
    return found[1].strip() if found else ""


def _before_address(attribution: str) -> str:
    """Name and address out of an attribution, where both stand together."""
    found = re.search(
        r"((?:[\"'“«\w.-]+\s+){0,4})(<[^<>\s]+@[^<>\s]+>)", re.sub(rf"\b(?:{_WROTE})\b", ":", attribution, flags=re.I)
    )
    return "" if found is None else found[1].rpartition(":")[2] + found[2]


def _block_after(lines: Sequence[Line], start: int, *, forwards: bool) -> Boundary | None:
    """A header block directly below a separator, empty lines between them allowed."""
    for index in range(start + 1, min(start + 4, len(lines))):
        if lines[index].text:
            return header_block(lines, start, index, forwards=forwards)
    return None


def header_block(lines: Sequence[Line], start: int, first: int, *, forwards: bool) -> Boundary | None:
    """
    From, Sent, To, Subject in any order; a long list of recipients may go on in further lines.

    Two different fields make a block if one is From and another Sent or Subject: "An:" and "Von:" alone also stand
    in lists that people write.
    """
    depth = lines[first].depth
    fields: dict[str, str] = {}
    end = first
    last = ""
    for index in range(first, min(first + 25, len(lines))):
        line = lines[index]
        if line.depth != depth:
            break
        if not line.text.strip():
            if {"from", "subject"} <= fields.keys() or len(fields) >= 4 or not _header_follows(lines, index):
                break
            continue
        match = _HEADER.match(line.text)
        if match and match.lastgroup is not None:
            last = next(name for name in ("from", "sent", "to", "subject", "other") if match[name])
            if last in fields and last != "other":
                break
            fields[last] = match["value"].strip()
        elif last in ("to", "other") or (last in ("subject", "from") and _header_follows(lines, index)):
            fields[last] += " " + line.text.strip()
        else:
            break
        end = index + 1
    if not ("from" in fields and fields.keys() & {"sent", "subject"}) or len(fields) < 3:
        return None
    return Boundary(
        start=start,
        end=end,
        forwards=forwards,
        marked=lines[first].depth > 0,
        author=_author(fields["from"]),
        subject=fields.get("subject", ""),
    )


def _header_follows(lines: Sequence[Line], index: int) -> bool:
    return index + 1 < len(lines) and bool(_HEADER.match(lines[index + 1].text))


_ON_BEHALF = re.compile(r"\s(?:im Auftrag von|on behalf of)\s", re.I)


def _author(value: str) -> Address:
    """Who wrote, out of a From field as it is shown; "X im Auftrag von Y" is Outlook's for what X sent and Y wrote."""
    value = _ON_BEHALF.split(value)[-1]
    value = re.sub(r"\[?mailto:([^\]\s>]+)\]?", r"<\1>", value)
    found = _ADDRESS.search(value)
    name = re.split(r"[<\[(]", value)[0].strip(" \"'*;,")
    email = found[0].lower() if found else ""
    return Address(name="" if name.lower() == email else name, email=email)


# --- attributions above marked quotes

_WROTE = (
    r"schrieb(?:en|st)?|geschrieben|sagte|wrote|writes|escribió|escribio|a écrit|ha scritto|scrisse|napisał(?:a|\(a\))?|pisze"
    r"|yazdı|yazmış|schreef|skrev|kirjoitti"
)
_ATTRIBUTION = re.compile(
    rf"\s*(?:.{{0,400}}\b(?:{_WROTE})\b.{{0,200}}|(?:zitat von|quoting|citando a)\b.{{1,300}}|you wrote|du schriebst)\s*:\s*",
    re.I | re.S,
)
_WEEKDAY = r"mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
_OPENING = re.compile(
    rf"\s*(?:(?:am|on|el|le|il|il giorno|dnia|w dniu|op|zitat von|quoting|citando a)\b|(?:{_WEEKDAY})\b"
    rf"|\d{{1,4}}[./ -])",
    re.I,
)
_DATED = re.compile(r"\d{1,2}[.:/]\s?\d{1,2}|\b(?:19|20)\d\d\b|@")
_TIMED = re.compile(r"\b(?:19|20)\d\d\b.{0,30}\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d\d\b.{0,12}\d{1,2}[:.]\d\d\b", re.S)
_WRITER = re.compile(r"<\s*[^<>\s]+@[^<>\s]+>")
_ENDS = re.compile(rf"(?::|\b(?:{_WROTE}))$", re.I)


def _attributes(joined: str) -> bool:
    """Does a text name the writer of what follows? By the verb, or in any language by date, time and address."""
    if not _ENDS.search(joined[-40:]):
        return False
    if _ATTRIBUTION.fullmatch(joined):
        return True
    return bool(_TIMED.search(joined) and _WRITER.search(joined))


def _attribution_end(lines: Sequence[Line], index: int) -> int | None:
    """The line after an attribution that opens at `index` and is wrapped over a few lines at most; None if there is none."""
    if not (_OPENING.match(lines[index].text) or _TIMED.search(lines[index].text)):
        return None
    joined = ""
    for end in range(index, min(index + MAX_WRAPPED, len(lines))):
        text = lines[end].text
        if lines[end].depth != lines[index].depth or not text.strip() or len(text) > 300:
            return None
        joined = f"{joined} {text.strip()}".strip()
        if _attributes(joined):
            return end + 1
    return None


def _attribution_start(lines: Sequence[Line], last: int) -> int | None:
    """
    The first line of an attribution that ends at `last`, just above a marked quote; None if there is none.

    Turkish ones open with the name, so the line that opens one is looked for upwards, and else the angle brackets tell.
    """
    found = None
    joined = ""
    for index in range(last, max(last - MAX_WRAPPED, -1), -1):
        text = lines[index].text
        if lines[index].kind is not Kind.OWN or not text.strip() or len(text) > 300:
            break
        joined = f"{text.strip()} {joined}".strip()
        if not _attributes(joined):
            continue
        if _OPENING.match(text):
            return index
        if found is None and joined.count("<") == joined.count(">"):
            found = index
    return found


def _marked_below(lines: Sequence[Line], end: int) -> bool:
    following = next((line for line in lines[end : end + 4] if line.text or line.depth), None)
    return following is not None and following.depth > 0


def _is_dated(lines: Sequence[Line]) -> bool:
    return len(_DATED.findall(" ".join(line.text for line in lines))) >= 2


def attributed(lines: Sequence[Line]) -> list[Line]:
    """
    Attributions above or (Apple) at the top of quotes.

    Marked lines are QUOTED already, and unmarked ones below them are OWN again.
    """
    result = list(lines)
    for index, line in enumerate(lines):
        if not line.depth or (index and lines[index - 1].depth):
            continue
        last = next((above for above in range(index - 1, max(index - 4, -1), -1) if lines[above].text), None)
        start = None if last is None else _attribution_start(result, last)
        if last is not None and start is not None:
            result[start : last + 1] = [replace(each, kind=Kind.ATTRIBUTION) for each in result[start : last + 1]]
        elif (end := _attribution_end(lines, index)) and _is_dated(lines[index:end]):
            result[index:end] = [replace(each, kind=Kind.ATTRIBUTION) for each in lines[index:end]]
    return result
