"""
A mail's text, line by line: whose words are these?

Four passes, each linear: marks (`>`), earlier mails without marks (header blocks), signatures, footers.
Nothing is left out; what a line is called is a hint for understanding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mailbot.mail.message import Address, Body, Forwarded, Kind, Line

MAX_DEPTH = 100
MAX_SIGNATURE = 12  # lines below a closing formula
MAX_WRAPPED = 4  # lines of one attribution

_MARKS = re.compile(r"[ \t]{0,3}((?:>[ \t]?)+)")
_FORWARDING_SUBJECT = re.compile(r"\s*(?:\[[^\]]*\]\s*)?(?:wg|fwd?|tr|rv|i|wtr|doorst|ilt|yönl)\s*:", re.I)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+")


def split(text: str, *, subject: str = "", author: str = "") -> Body:
    """
    Tell the author's own words from quotes, signatures, footers and forwarded mails.

    Args:
        text: the whole readable text, lines ended by LF, quotes marked by `>`.
        subject: a subject that starts with "WG:" or "Fwd:" makes the mail below a header block a forwarded one.
        author: display name of the sender; a last line that is (part of) this name is the signature.

    Returns:
        Every line of the text once, in order, numbered from 1.
    """
    if not text:
        return Body()
    lines = [_marked(number, line) for number, line in enumerate(text.split("\n"), start=1)]
    return _split(lines, forwarding=bool(_FORWARDING_SUBJECT.match(subject)), author=author)


def _marked(number: int, line: str) -> Line:
    marks = _MARKS.match(line)
    if not marks:
        return Line(number=number, text=line.rstrip(), kind=Kind.OWN)
    depth = min(marks[1].count(">"), MAX_DEPTH)
    return Line(number=number, text=line[marks.end() :].rstrip(), kind=Kind.QUOTED, depth=depth)


def _split(lines: list[Line], *, forwarding: bool, author: str) -> Body:
    boundary = _first_boundary(lines, forwarding=forwarding)
    above = lines if boundary is None else lines[: boundary.start]
    own = _signed(_attributed(above), author)
    if boundary is None:
        return Body(lines=tuple(own))
    head = [replace(line, kind=Kind.ATTRIBUTION) for line in lines[boundary.start : boundary.end]]
    rest = lines[boundary.end :]
    if not boundary.forwards:
        return Body(lines=(*own, *head, *(replace(line, kind=Kind.QUOTED, depth=line.depth + 1) for line in rest)))
    return _passed_on(own, head, rest, boundary)


# --- earlier mails that are not marked line by line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boundary:
    """The lines [start, end) between the author's words and an earlier mail that runs to the end."""

    start: int
    end: int
    forwards: bool
    author: Address = Address()
    subject: str = ""


_SEPARATOR = re.compile(
    r"\s*(?:[-_=*\u2013\u2014]{2,}\s*)?(?P<words>"
    r"ursprüngliche (?:nachricht|mail|e-mail)|original-?\s?(?:nachricht|message|mail)|original e-mail|originele bericht"
    r"|mensaje original|message d['’]origine|messaggio originale|wiadomość oryginalna|oryginalna wiadomość|orijinal (?:mesaj|ileti)|özgün ileti"
    r")(?:\s*:)?(?:\s*[-_=*\u2013\u2014]{2,})?\s*",
    re.I,
)
_FORWARD_MARK = re.compile(
    r"\s*(?:[-_=*\u2013\u2014]{2,}\s*)?(?P<words>"
    r"forwarded (?:message|mail|e-mail)(?: from .{1,80})?|begin forwarded message|weitergeleitete (?:nachricht|mail|e-mail)"
    r"|anfang der weitergeleiteten (?:nachricht|e-mail)|beginn der weitergeleiteten nachricht"
    r"|mensaje reenviado|inicio del mensaje reenviado|message (?:transféré|transmis)|début du message (?:transféré|réexpédié)"
    r"|messaggio inoltrato|inizio messaggio inoltrato|yönlendirilen (?:mesaj|ileti)|iletilen mesaj(?: başlangıcı)?"
    r"|przekazana wiadomość|wiadomość przekazana|treść przekazanej wiadomości|doorgestuurd bericht"
    r")(?:\s*:)?(?:\s*[-_=*\u2013\u2014]{2,})?\s*",
    re.I,
)
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|={10,}|\u2014{5,})\s*")

_FROM = r"von|from|de|da|od|kimden|gönderen|van"
_SENT = r"gesendet|datum|date|sent|enviado(?: el)?|fecha|envoyé|data|inviato|wysłano|gönderme tarihi|gönderildi|tarih|verzonden"
_TO = r"an|to|para|à|a|do|kime|alıcı|aan"
_SUBJECT = r"betreff|subject|asunto|objet|oggetto|temat|konu|onderwerp|betrifft"
_OTHER = r"cc|bcc|kopie|blindkopie|antwort an|antworten an|reply-to|priorität|wichtigkeit|importance|dw|bilgi"
_HEADER = re.compile(
    rf"\s*[*_]{{0,2}}(?:(?P<from>{_FROM})|(?P<sent>{_SENT})|(?P<to>{_TO})|(?P<subject>{_SUBJECT})|(?P<other>{_OTHER}))"
    r"\s?[*_]{0,2}\s?:[*_]{0,2}(?P<value>.*)",
    re.I,
)


def _first_boundary(lines: Sequence[Line], *, forwarding: bool) -> _Boundary | None:
    for index, line in enumerate(lines):
        if line.depth or not line.text:
            continue
        if boundary := _boundary_at(lines, index, forwarding=forwarding):
            return boundary
    return None


def _boundary_at(lines: Sequence[Line], index: int, *, forwarding: bool) -> _Boundary | None:
    text = lines[index].text
    if len(text) > 300:
        return None
    if _FORWARD_MARK.fullmatch(text):
        return _block_after(lines, index, forwards=True) or _Boundary(start=index, end=index + 1, forwards=True)
    if _SEPARATOR.fullmatch(text) and (text.lstrip()[:1] in "-_=*\u2013\u2014" or text.rstrip().endswith(":")):
        return _block_after(lines, index, forwards=forwarding) or _Boundary(start=index, end=index + 1, forwards=forwarding)
    if _RULE.fullmatch(text):
        return _block_after(lines, index, forwards=forwarding)
    if _HEADER.match(text):
        return _header_block(lines, index, index, forwards=forwarding)
    if (end := _attribution_end(lines, index)) and not _marked_below(lines, end) and _is_dated(lines[index:end]):
        return _Boundary(start=index, end=end, forwards=False)
    return None


def _block_after(lines: Sequence[Line], start: int, *, forwards: bool) -> _Boundary | None:
    """A header block directly below a separator, empty lines between them allowed."""
    for index in range(start + 1, min(start + 4, len(lines))):
        if lines[index].text:
            return _header_block(lines, start, index, forwards=forwards)
    return None


def _header_block(lines: Sequence[Line], start: int, first: int, *, forwards: bool) -> _Boundary | None:
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
    return _Boundary(start=start, end=end, forwards=forwards, author=_author(fields["from"]), subject=fields.get("subject", ""))


def _header_follows(lines: Sequence[Line], index: int) -> bool:
    return index + 1 < len(lines) and bool(_HEADER.match(lines[index + 1].text))


def _author(value: str) -> Address:
    value = re.sub(r"\[?mailto:([^\]\s>]+)\]?", r"<\1>", value)
    found = _ADDRESS.search(value)
    name = re.split(r"[<\[(]|\s[Ii]m Auftrag von\s", value)[0].strip(" \"'*;,")
    email = found[0].lower() if found else ""
    return Address(name="" if name.lower() == email else name, email=email)


def _passed_on(own: list[Line], head: list[Line], rest: list[Line], boundary: _Boundary) -> Body:
    """The lines of a forwarded mail, split in turn; Apple's and some others' stand behind `>`."""
    content = [line for line in rest if line.text]
    after: list[Line] = []
    if content and content[0].depth:
        end = next((i for i, line in enumerate(rest) if line.text and not line.depth), len(rest))
        rest, after = rest[:end], rest[end:]
        rest = [replace(line, depth=max(line.depth - 1, 0), kind=Kind.QUOTED if line.depth > 1 else Kind.OWN) for line in rest]
        first = next((i for i, line in enumerate(rest) if line.text), 0)
        block = None if boundary.author.email else _header_block(rest, first, first, forwards=True)
        if block:
            head = [*head, *(replace(line, kind=Kind.ATTRIBUTION) for line in rest[: block.end])]
            rest = rest[block.end :]
            boundary = block
    inner = _split(rest, forwarding=False, author=boundary.author.name)
    shown = [replace(line, kind=Kind.FORWARDED) for line in inner.lines]
    forwarded = Forwarded(author=boundary.author, subject=boundary.subject, lines=inner.lines)
    return Body(lines=(*own, *head, *shown, *_signed(after, "")), forwarded=forwarded)


# --- attributions above marked quotes

_WROTE = (
    r"schrieb(?:en)?|geschrieben|wrote|writes|escribió|escribi(?:o|ó)|a écrit|ha scritto|scrisse|napisał(?:a|\(a\))?|pisze|yazdı|yazmış|schreef"
    r"|sagte|kirjoitti|skrev|написал"
)
_ATTRIBUTION_START = re.compile(
    r"\s*(?:(?:am|on|el|le|il(?: giorno)?|dnia|w dniu|op|zitat von|quoting|citando a|zitiere|at|den)\b|du schriebst|sie schrieben|you wrote"
    rf"|(?:mo|di|mi|do|fr|sa|so|mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b"
    rf"|\d{{1,4}}[./ -]|[^:]{{1,120}}(?:{_WROTE})\b)",
    re.I,
)
_ATTRIBUTION = re.compile(
    rf"\s*(?:.{{0,400}}\b(?:{_WROTE})\b.{{0,200}}|(?:zitat von|quoting|citando a)\b.{{1,300}}|du schriebst|sie schrieben|you wrote)\s*:?\s*",
    re.I | re.S,
)
_DATED = re.compile(r"\d{1,2}[.:/]\s?\d{1,2}|\b(?:19|20)\d\d\b|@", re.I)


def _attribution_end(lines: Sequence[Line], index: int) -> int | None:
    """The line after an attribution that starts at `index`, wrapped over a few lines at most; None if there is none."""
    if not _ATTRIBUTION_START.match(lines[index].text):
        return None
    joined = ""
    for end in range(index, min(index + MAX_WRAPPED, len(lines))):
        text = lines[end].text
        if lines[end].depth or not text.strip() or len(text) > 300:
            return None
        joined = f"{joined} {text}".strip()
        if text.rstrip().endswith((":", "：")) and _ATTRIBUTION.fullmatch(joined):
            return end + 1
    return None


def _marked_below(lines: Sequence[Line], end: int) -> bool:
    following = next((line for line in lines[end : end + 4] if line.text or line.depth), None)
    return following is not None and following.depth > 0


def _is_dated(lines: Sequence[Line]) -> bool:
    return len(_DATED.findall(" ".join(line.text for line in lines))) >= 2


def _attributed(lines: Sequence[Line]) -> list[Line]:
    """Attributions above quotes; marked lines are QUOTED already, and unmarked ones below them are OWN again."""
    result = list(lines)
    for index, line in enumerate(lines):
        if line.depth or not line.text or result[index].kind is not Kind.OWN:
            continue
        end = _attribution_end(lines, index)
        if end and _marked_below(lines, end):
            for each in range(index, end):
                result[each] = replace(result[each], kind=Kind.ATTRIBUTION)
    return result


# --- signatures and footers in the author's own lines

_CLOSING = re.compile(
    r"\s*(?:(?:mit|in|viele|vielen|liebe|lieben|herzliche|herzlichen|herzlichste|beste|besten|schöne|schönen|freundliche|freundlichen|sonnige|sonnigen"
    r"|solidarische|solidarischen|solidarischem|sozialistische|sozialistischen|antifaschistische|rote|roten|linke|linken|feministische|feministischen"
    r"|kollegiale|kollegialen|genossenschaftliche|kämpferische|kämpferischen|lg|und|&|\+|ganz|aus \w+|nach \w+|an alle)\s+)*"
    r"(?:gr(?:u|ü|ue)(?:ß|ss)(?:e|en|le)?|freundschaft|solidarität)"
    r"(?:\s+(?:aus|von|nach|vom|an|in|und)\s+.{1,40})?\s*[,.!:)\u2764-]*\s*"
    r"|\s*(?:l\.?g\.?|vg|mfg|mkg|msg|bg|hg|m\.f\.g\.?|glg|lieben gruß|gruss|solidarisch|herzlich(?:st)?|hochachtungsvoll|rotfront|glück ?auf|tschüss?|ciao"
    r"|(?:alles liebe|bis (?:bald|dann|dahin|demnächst|donnerstag|montag)|(?:dein|deine|euer|eure|ihr|ihre)))\s*[,.!:]*\s*"
    r"|\s*(?:(?:best|kind|warm|kindest|warmest|many|with|in|and|warm) )*(?:regards|wishes|solidarity|greetings)(?: from .{1,30})?\s*[,.!]*\s*"
    r"|\s*(?:best|cheers|thanks|many thanks|thank you|thx|yours(?: sincerely| truly| faithfully)?|sincerely(?: yours)?|all the best|take care|love)\s*[,.!]*\s*"
    r"|\s*(?:danke(?: schön| dir| euch| ihnen)?|vielen dank|besten dank|herzlichen dank|dankeschön|merci|danke und (?:viele |liebe )?gr(?:u|ü)(?:ß|ss)e?)\s*[,.!]*\s*"
    r"|\s*(?:saludos(?: cordiales| solidarios)?|un saludo|(?:un )?abrazos?|atentamente|gracias|cordiali saluti|saluti|un saluto|cordialement|bien à vous"
    r"|salutations|pozdrawiam|pozdrowienia|z poważaniem|selamlar|saygılar(?:ımla|la)?|sevgiler(?:le)?|teşekkürler|dostça|dayanışmayla|iyi günler"
    r"|с уважением|met vriendelijke groet(?:en)?|groetjes)\s*[,.!]*\s*",
    re.I,
)
_CLOSING_AND_NAME = re.compile(
    r"\s*(?:(?:viele|liebe|beste|herzliche|solidarische|schöne|rote|mit \w+en|mit \w+em)?\s*(?:gr(?:u|ü)(?:ß|ss)en?)|l\.?g\.?|vg|mfg|glg|solidarisch|danke|cheers|best|"
    r"thanks)[,.!]?\s+(?:von |eure? |deine? |ihre? )?(?:[A-ZÄÖÜÇĞİŞ][\w.'’-]*\.?)(?:[ -][A-ZÄÖÜÇĞİŞ][\w.'’-]*\.?){0,2}\s*",
)
_DASHES = re.compile(r"--\s?")
_THANKS = re.compile(
    r"\s*(?:dank|vielen dank|besten dank|herzlichen dank|thank|thx|thanks|many thanks|merci|gracias|teşekkür)", re.I
)
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?p?\.?\s?s\.?\b|ps\b|nachtrag|übrigens)", re.I)
_ITEM = re.compile(r"\s*(?:[-*•–]\s|\d{1,2}[.)]\s)")
_SENTENCE_END = re.compile(r"[?!]\s*$|\w{4,}\.\s*$")
_LABEL = re.compile(r"\s*[A-ZÄÖÜ][\w /()*,–-]{2,60}:\s*$")

_FOOTER = re.compile(
    r"\s*(?:von mein(?:em|er)\b.{0,60}\b(?:gesendet|gesandt|verschickt|geschickt)|gesendet (?:mit|von|über|via|aus)\b.{1,80}|mobil gesendet.{0,40}"
    r"|diese (?:nachricht|e-?mail|mail) wurde (?:von|mit)\b.{1,120}(?:gesendet|verschickt|geschickt|geprüft).{0,40}"
    r"|.{0,10}outlook (?:für|for)\s\S{2,20}(?:\s\S{1,10})?\s*(?:beziehen|holen|herunterladen)?|get outlook for.{1,40}"
    r"|sent (?:from|with|via|using)\b.{1,80}|enviado desde\b.{1,60}|envoyé (?:de mon|depuis|de)\b.{1,60}|inviato da\b.{1,60}|wysłane? z\b.{1,60}"
    r"|iphone['’]?umdan gönderildi|.{0,40}(?:cihazımdan|telefonumdan|android['’]den|['’]dan) gönderildi|verzonden (?:vanaf|met)\b.{1,60}"
    r"|holen sie sich outlook.{0,40}|gesendet aus.{1,60}|verschickt mit.{1,60}|diktiert.{0,30}|mit (?:der )?(?:gmx|web\.de).{0,60}app gesendet.{0,20}"
    r"|(?:www\.)?(?:gmx|web\.de|freenet)\b.{0,80}(?:kostenlos|app|freemail).{0,80}|virenfrei.*|virus-free.*|.{0,30}\bavast\b.{0,80}"
    r"|yahoo mail.{0,60}|nutze die .{0,60} app.{0,40})\s*[.!]?\s*(?:<\S+>)?\s*",
    re.I,
)
_DISCLAIMER = re.compile(
    r"\s*(?:diese (?:e-?mail|nachricht|information)\b.{0,80}(?:vertraulich|rechtlich geschützt|ausschließlich)|der inhalt dieser (?:e-?mail|nachricht)"
    r"|this (?:e-?mail|message|communication)\b.{0,80}(?:confidential|privileged|intended)|confidentiality notice|disclaimer:?\s*$|vertraulichkeitshinweis|hinweis:? diese e-?mail"
    r"|bitte (?:prüfen sie|denken sie|überlegen sie).{0,60}(?:ausdruck|umwelt|drucken)|please consider the environment|este mensaje.{0,60}confidencial"
    r"|zum abmelden\b|.{0,40}\bmailing ?list(?:e|)\s*$|.{0,60}mailing list\s*(?:--|$).{0,60}|you received this message because you are subscribed"
    r"|sie (?:erhalten|bekommen) diese (?:e-?mail|nachricht), (?:weil|da)|to unsubscribe|um (?:dich|sich) (?:von|aus) dieser (?:liste|gruppe) abzumelden)",
    re.I,
)


def _signed(lines: list[Line], author: str) -> list[Line]:
    result = list(lines)
    for start, end in _stretches(lines):
        _sign(result, start, end, author)
    return result


def _stretches(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The runs [start, end) of OWN lines."""
    start = None
    for index, line in enumerate(lines):
        if line.kind is Kind.OWN and not line.depth:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(lines)


def _sign(lines: list[Line], start: int, end: int, author: str) -> None:
    end = _footed(lines, start, end)
    index = start
    while index < end:
        text = lines[index].text
        if _DASHES.fullmatch(text) and index + 1 < end:
            _mark(lines, index, end, Kind.SIGNATURE)
            return
        if _closes(lines, index, end) and (stop := _signature_end(lines, index, end)):
            _mark(lines, index, stop, Kind.SIGNATURE)
            index = stop
        else:
            index += 1
    _mark_last_name(lines, start, end, author)


def _footed(lines: list[Line], start: int, end: int) -> int:
    """Marks footers; returns where what stands above the last of them ends."""
    above = end
    for index in range(start, end):
        text = lines[index].text
        if not text or len(text) > 600:
            continue
        if _DISCLAIMER.match(text) or (_RULE.fullmatch(text) and index + 1 < end and _DISCLAIMER.match(lines[index + 1].text)):
            _mark(lines, index, end, Kind.FOOTER)
            return min(above, index)
        if _FOOTER.fullmatch(text):
            lines[index] = replace(lines[index], kind=Kind.FOOTER)
            if not any(line.text for line in lines[index + 1 : end] if line.kind is Kind.OWN):
                above = min(above, index)
    return above


def _mark(lines: list[Line], start: int, end: int, kind: Kind) -> None:
    for index in range(start, end):
        if lines[index].kind is Kind.OWN:
            lines[index] = replace(lines[index], kind=kind)


def _closes(lines: Sequence[Line], index: int, end: int) -> bool:
    text = lines[index].text
    if not text or len(text) > 80 or lines[index].kind is not Kind.OWN:
        return False
    if _CLOSING_AND_NAME.fullmatch(text):
        return True
    if not _CLOSING.fullmatch(text):
        return False
    return not _THANKS.match(text) or _name_follows(lines, index, end)


def _name_follows(lines: Sequence[Line], index: int, end: int) -> bool:
    """Thanks close a mail only when a name comes next: "Danke!" also stands in the middle."""
    following = next((line.text.strip() for line in lines[index + 1 : end] if line.text.strip()), "")
    return bool(_CLOSING.fullmatch(following)) or bool(
        re.fullmatch(r"(?:[A-ZÄÖÜÇĞİŞ][\w.'’-]*\.?)(?:[ -]+(?:von |de |el-|al-)?[A-ZÄÖÜÇĞİŞ][\w.'’-]*\.?){0,3}", following)
    )


def _signature_end(lines: Sequence[Line], closing: int, end: int) -> int:
    """Where the lines that sign end: at words that say something again."""
    used = 0
    last = closing + 1
    for index in range(closing + 1, end):
        text = lines[index].text
        if not text.strip():
            continue
        if _says_something(text) or used >= MAX_SIGNATURE:
            return last
        used += 1
        last = index + 1
    return end


def _says_something(text: str) -> bool:
    if _POSTSCRIPT.match(text) or _ITEM.match(text) or _LABEL.match(text):
        return True
    if len(text) > 90:
        return True
    words = text.split()
    return (len(words) > 5 and bool(_SENTENCE_END.search(text))) or text.rstrip().endswith("?")


def _mark_last_name(lines: list[Line], start: int, end: int, author: str) -> None:
    """A last line that is nothing but (a part of) the author's name signs the mail."""
    names = {word.lower() for word in re.findall(r"[\w'’-]+", author)}
    filled = [index for index in range(start, end) if lines[index].text.strip() and lines[index].kind is Kind.OWN]
    if len(filled) < 2 or not names:
        return
    last = filled[-1]
    words = {word.lower() for word in re.findall(r"[\w'’-]+", lines[last].text)}
    if words and words <= names and len(lines[last].text) < 60 and not lines[filled[-2]].text.rstrip().endswith(":"):
        _mark(lines, last, end, Kind.SIGNATURE)
