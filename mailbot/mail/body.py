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

NOBODY = Address()

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


def _first_boundary(lines: Sequence[Line], *, forwarding: bool) -> _Boundary | None:
    for index, line in enumerate(lines):
        if not line.text or line.depth > 1 or (line.depth and not _FORWARD_MARK.fullmatch(line.text)):
            continue
        if boundary := _boundary_at(lines, index, forwarding=forwarding):
            return boundary
    return None


def _boundary_at(lines: Sequence[Line], index: int, *, forwarding: bool) -> _Boundary | None:
    text = lines[index].text.strip()
    if len(text) > 1_000:
        return None
    if mark := _FORWARD_MARK.fullmatch(text):
        marked = lines[index].depth > 0
        alone = _Boundary(
            start=index,
            end=index + 1,
            forwards=True,
            marked=marked,
            author=_author(mark["from"] or ""),
            subject=_inline_subject(text),
        )
        return _block_after(lines, index, forwards=True) or alone
    if _SEPARATOR.fullmatch(text) and (text.lstrip()[:1] in "-_=*\u2013\u2014" or text.rstrip().endswith(":")):
        return _block_after(lines, index, forwards=forwarding) or _Boundary(start=index, end=index + 1, forwards=forwarding)
    if _RULE.fullmatch(text):
        return _block_after(lines, index, forwards=forwarding)
    if _HEADER.match(text):
        return _header_block(lines, index, index, forwards=forwarding)
    if (end := _attribution_end(lines, index)) and not _marked_below(lines, end) and _is_dated(lines[index:end]):
        writer = _author(_before_address(" ".join(line.text for line in lines[index:end])))
        return _Boundary(start=index, end=end, forwards=forwarding, author=writer)
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
    return _Boundary(
        start=start,
        end=end,
        forwards=forwards,
        marked=lines[first].depth > 0,
        author=_author(fields["from"]),
        subject=fields.get("subject", ""),
    )


def _header_follows(lines: Sequence[Line], index: int) -> bool:
    return index + 1 < len(lines) and bool(_HEADER.match(lines[index + 1].text))


def _author(value: str) -> Address:
    value = re.sub(r"\[?mailto:([^\]\s>]+)\]?", r"<\1>", value)
    found = _ADDRESS.search(value)
    name = re.split(r"[<\[(]|\s[Ii]m Auftrag von\s", value)[0].strip(" \"'*;,")
    email = found[0].lower() if found else ""
    return Address(name="" if name.lower() == email else name, email=email)


def _passed_on(own: list[Line], head: list[Line], rest: list[Line], boundary: _Boundary) -> Body:
    """The lines of a forwarded mail, split in turn; Apple's and some others' stand behind `>`, and words may follow below."""
    marked = boundary.marked or next((line.depth > 0 for line in rest if line.text), False)
    end = next((index for index, line in enumerate(rest) if line.text and not line.depth), len(rest)) if marked else len(rest)
    below, content = rest[end:], [_unmarked(line) for line in rest[:end]] if marked else rest[:end]
    first = next((index for index, line in enumerate(content) if line.text), None)
    block = None if first is None or boundary.author.email else _header_block(content, first, first, forwards=True)
    if block:
        head = [*head, *(replace(line, kind=Kind.ATTRIBUTION) for line in content[: block.end])]
        boundary, content = block, content[block.end :]
    inner = _split(content, forwarding=False, author=boundary.author.name)
    forwarded = Forwarded(author=boundary.author, subject=boundary.subject, lines=inner.lines)
    shown = (replace(line, kind=Kind.FORWARDED) for line in inner.lines)
    return Body(lines=(*own, *head, *shown, *_signed(_attributed(below), "")), forwarded=forwarded)


def _unmarked(line: Line) -> Line:
    """The same line quoted once less."""
    depth = max(line.depth - 1, 0)
    return replace(line, depth=depth, kind=Kind.QUOTED if depth else Kind.OWN)


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


def _attributed(lines: Sequence[Line]) -> list[Line]:
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
            _mark(result, start, last + 1, Kind.ATTRIBUTION)
        elif (end := _attribution_end(lines, index)) and _is_dated(lines[index:end]):
            result[index:end] = [replace(each, kind=Kind.ATTRIBUTION) for each in lines[index:end]]
    return result


# --- signatures and footers in the author's own lines


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREETINGS = _words(
    "gruß grüße grüßen grüßle jröße jrööß jroß jrooß gruss grüsse grüssen gruesse gruessen gruße lg vg mfg mkg msg bg hg sg"
    " glg gvlg mlg solidarisch herzlich herzlichst hochachtungsvoll rotfront freundschaft tschüss tschüß tschö ciao servus"
    " regards wishes solidarity greetings cheers sincerely yours best saludos saludo abrazo abrazos atentamente saluti"
    " saluto cordialement salutations pozdrawiam pozdrowienia poważaniem selamlar saygılar saygılarımla sevgiler sevgilerle"
    " dostça dayanışmayla groet groeten groetjes"
)
_THANKS = _words(
    "danke dank dankeschön merci thanks thx gracias teşekkürler teşekkür ederim ederiz ederim sağolun grazie dziękuję"
    " dziękujemy dzięki"
)
_FILLERS = _words(
    "mit met in und & + viele vielen viel liebe lieben lieber liebem herzliche herzlichen herzlicher herzlichem herzlichste"
    " beste besten bestem schöne schönen schönem freundliche freundlichen freundlichem freundlicher sonnige sonnigen"
    " sommerliche winterliche solidarische solidarischen solidarischem solidarischer sozialistische sozialistischen"
    " antifaschistische antifaschistischen rote roten linke linken feministische feministischen kollegiale kollegialen"
    " kollegialem genossenschaftliche kämpferische kämpferischen ganz lieb nochmal nochmals schon schonmal im voraus vorab"
    " dir euch ihnen schön sehr für eure deine ihre hilfe mühe alles bis bald dann dahin demnächst montag dienstag mittwoch"
    " donnerstag freitag dein deine euer eure ihr ihre kind kindest warm warmest many all the your you thank advance for"
    " help with truly faithfully kindly muchas un una cordiales solidarios cordial y con e cordiali distinti molte tante"
    " bien à vous meilleures sincères z serdeczne serdecznie bardzo şimdiden çok kolay gelsin iyi günler met vriendelijke"
    " hartelijke"
)
_AROUND = _FILLERS | _THANKS
_ANY = _GREETINGS | _AROUND
_SHORT_FAREWELLS = re.compile(
    r"(?:alles (?:liebe|gute)|bis (?:bald|dann|dahin|demnächst|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch)|glück ?auf"
    r"|(?:dein|deine|euer|eure|ihr|ihre)|all the best|take care|love|iyi günler|kolay gelsin)\s*[,.!]?",
    re.I,
)
_WORDS = re.compile(r"[^\s,.;:!?()\[\]\"„“”»«❤️🙂😊✊🚩-]+")
_FROM_PLACE = _words("aus von vom an from de da des der us nach vun")
_NAME = re.compile(
    r"(?:[A-ZÄÖÜÇĞİŞŁŚŻ][\w.'’-]*)(?:[ -]+(?:(?:von|van|de|den|der|el|al|und|&) ?)*[A-ZÄÖÜÇĞİŞŁŚŻ][\w.'’-]*){0,4}[,.!]?"
)
_STROKE = re.compile(r"\s*[-_*=~–—]{2,9}\s*")
_OFFICE = re.compile(
    r".*(?:sprecher|vorsitz|kassier|schatzmeist|vorstand|schriftführ|beisitz|geschäftsführ|beauftragt|mitglied|assisten"
    r"|referent|koordinat|kreisverband"
    r"|die linke|\b(?:ov|ag|pg|lag|bag)\b|ortsverband|straße|str\.|\b\d{5}\b|tel|mobil|fax|www|http|0\d{2,4}[ /-]).*",
    re.I,
)
_DASHES = re.compile(r"--\s?")
_POSTSCRIPT = re.compile(r"\s*(?:p\.?\s?p?\.?\s?s\.?\b|nachtrag\b|übrigens\b)", re.I)
_ITEM = re.compile(r"\s*(?:[-*•–]\s+\S|\d{1,2}[.)]\s+\S)")
_LABEL = re.compile(r"\s*[A-ZÄÖÜ][^:@]{2,60}:\s*")
_ROW = re.compile(r"(?!\s*(?:e-?mail|mail|tel|fon|mobil|web|internet|fax|www)\b).*\w.*@.*", re.I)
_CONTACT = re.compile(r"\b(?:tel|telefon|fon|fax|mobil|www|http|hrb|geschäftsführ\w*|\d{5})\b|\+49|\b0\d{2,5}[ /-]", re.I)

_FOOTER = re.compile(
    r"\s*(?:von mein(?:em|er)\b.{0,60}\b(?:gesendet|gesandt|verschickt|geschickt)|gesendet (?:mit|von|über|via"
    r"|aus)\b.{1,80}|mobil gesendet.{0,40}"
    r"|diese (?:nachricht|e-?mail|mail) wurde (?:von|mit)\b.{1,120}(?:gesendet|verschickt|geschickt|geprüft).{0,40}"
    r"|.{0,10}outlook (?:für|for)\s\S{2,20}(?:\s\S{1,10})?\s*(?:beziehen|holen|herunterladen)?|get outlook for.{1,40}"
    r"|sent (?:from|with|via|using)\b.{1,80}|enviado desde\b.{1,60}|envoyé (?:de mon|depuis|de|à partir)\b.{1,60}"
    r"|inviato da\b.{1,60}|wysłane? z\b.{1,60}"
    r"|iphone['’]?umdan gönderildi|.{0,40}(?:cihazımdan|telefonumdan|android['’]den|['’]dan) gönderildi|verzonden (?:vanaf"
    r"|met)\b.{1,60}"
    r"|holen sie sich outlook.{0,40}|gesendet aus.{1,60}|verschickt mit.{1,60}|diktiert.{0,30}|mit (?:der )?(?:gmx"
    r"|web\.de).{0,60}app gesendet.{0,20}"
    r"|(?:www\.)?(?:gmx|web\.de|freenet)\b.{0,80}(?:kostenlos|app|freemail).{0,80}|virenfrei.*|virus-free.*"
    r"|.{0,30}\bavast\b.{0,80}"
    r"|yahoo mail.{0,60}|nutze die .{0,60} app.{0,40})\s*[.!]?\s*(?:<\S+>)?\s*",
    re.I,
)
_DISCLAIMER = re.compile(
    r"\s*(?:diese (?:e-?mail|nachricht|information)\b.{0,80}(?:vertraulich|rechtlich geschützt|ausschließlich)"
    r"|der inhalt dieser (?:e-?mail|nachricht)"
    r"|this (?:e-?mail|message|communication)\b.{0,80}(?:confidential|privileged|intended)|confidentiality notice"
    r"|disclaimer:?\s*$|vertraulichkeitshinweis|hinweis:? diese e-?mail"
    r"|bitte (?:prüfen sie|denken sie|überlegen sie).{0,60}(?:ausdruck|umwelt|drucken)|please consider the environment"
    r"|este mensaje.{0,60}confidencial"
    r"|zum abmelden\b|.{0,40}\bmailing ?list(?:e|)\s*$|.{0,60}mailing list\s*(?:--|$).{0,60}"
    r"|you received this message because you are subscribed"
    r"|sie (?:erhalten|bekommen) diese (?:e-?mail|nachricht), (?:weil|da)|to unsubscribe|um (?:dich|sich) (?:von"
    r"|aus) dieser (?:liste|gruppe) abzumelden)",
    re.I,
)


def _signed(lines: list[Line], author: str) -> list[Line]:
    result = list(lines)
    for start, end in _stretches(lines):
        _sign(result, start, end, frozenset(word.lower() for word in _WORDS.findall(author)))
    return result


def _stretches(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """The runs [start, end) of OWN lines."""
    start = None
    for index, line in enumerate(lines):
        if line.kind is Kind.OWN:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None
    if start is not None:
        yield start, len(lines)


def _sign(lines: list[Line], start: int, end: int, names: frozenset[str]) -> None:
    end = _footed(lines, start, end)
    index = start
    spoken = False
    while index < end:
        if _DASHES.fullmatch(lines[index].text) and index + 1 < end:
            _mark(lines, index, end, Kind.SIGNATURE)
            return
        if _STROKE.fullmatch(lines[index].text) and _only_signs(lines, index + 1, end):
            _mark(lines, index, end, Kind.SIGNATURE)
            return
        signature = _signature_start(lines, index, end, names)
        stop = end if signature is None else _signature_end(lines, signature, end)
        if signature is None or (not spoken and (stop < end or _runs_on(lines, signature + 1, stop))):
            spoken = spoken or bool(lines[index].text)  # words that close a mail also open some: "Ciao zusammen,"
            index += 1
        else:
            _mark(lines, signature, stop, Kind.SIGNATURE)
            index = stop
    _mark_last_name(lines, start, end, names)


def _runs_on(lines: Sequence[Line], start: int, end: int) -> bool:
    """Below "Ciao a tutti," stands the mail itself, not a signature: a line as long as a sentence."""
    return any(len(line.text.split()) > 6 for line in lines[start:end])


def _only_signs(lines: Sequence[Line], start: int, end: int) -> bool:
    """Do a few short lines follow, and nothing that says or lists something?"""
    filled = [index for index in range(start, min(end, start + 2 * MAX_SIGNATURE)) if lines[index].text.strip()]
    return 0 < len(filled) <= 6 and start + 2 * MAX_SIGNATURE > end and _signature_end(lines, start, end) == end


def _footed(lines: list[Line], start: int, end: int) -> int:
    """Marks footers; returns where what stands above the last of them ends."""
    for index in range(start, end):
        text = lines[index].text.strip()
        if not text or len(text) > 600:
            continue
        if _DISCLAIMER.match(text) or (
            _RULE.fullmatch(text) and index + 1 < end and _DISCLAIMER.match(lines[index + 1].text.strip())
        ):
            _mark(lines, index, end, Kind.FOOTER)
            break
        if _FOOTER.fullmatch(text):
            first = index - 1 if index > start and _DASHES.fullmatch(lines[index - 1].text) else index
            _mark(lines, first, index + 1, Kind.FOOTER)
    above = end
    for index in range(end - 1, start - 1, -1):
        if lines[index].kind is Kind.FOOTER:
            above = index
        elif lines[index].text:
            break
    return above


def _mark(lines: list[Line], start: int, end: int, kind: Kind) -> None:
    for index in range(start, end):
        if lines[index].kind is Kind.OWN:
            lines[index] = replace(lines[index], kind=kind)


def _signature_start(lines: Sequence[Line], index: int, end: int, names: frozenset[str]) -> int | None:
    """
    Where the signature begins that the line at `index` announces; None if it announces none.

    A greeting belongs to the signature. Thanks are the author's words, and close a mail only if a name comes next:
    "Danke!" also stands in the middle.
    """
    text = lines[index].text.strip()
    if not text or len(text) > 80 or lines[index].kind is not Kind.OWN:
        return None
    words = [word.lower() for word in _WORDS.findall(text)]
    if _SHORT_FAREWELLS.fullmatch(text):
        return index if _name_at(lines, index + 1, end, names) is not None else None
    greeting = next((place for place, word in enumerate(words) if word in _GREETINGS), None)
    if greeting is None:
        thankful = bool(words) and any(word in _THANKS for word in words) and all(word in _AROUND for word in words)
        return _name_at(lines, index + 1, end, names) if thankful or ("thank" in words[:1] and len(words) <= 5) else None
    before, after = words[:greeting], [word for word in words[greeting + 1 :] if word not in _ANY]
    if not all(word in _AROUND for word in before):
        return None
    named = all(word[0].isupper() for word in _WORDS.findall(text)[greeting + 1 :])
    if (len(after) > 3 and after[0] not in _FROM_PLACE and not named) or len(after) > 6 or text.endswith(("?", ":")):
        return None
    if any(word in _THANKS for word in words):
        return index + 1
    return index


def _name_at(lines: Sequence[Line], index: int, end: int, names: frozenset[str]) -> int | None:
    """The next line that is not empty, if it looks like a name or (part of) the author's; else None."""
    place = next((each for each in range(index, end) if lines[each].text.strip()), None)
    if place is None:
        return None
    text = lines[place].text.strip()
    return place if _NAME.fullmatch(text) or _is_name(text, names) else None


def _is_name(text: str, names: frozenset[str]) -> bool:
    words = {word.lower() for word in _WORDS.findall(re.sub(r"\(.{1,20}\)\s*$", "", text))}
    return bool(words) and words <= names and len(text) < 60


def _signature_end(lines: Sequence[Line], start: int, end: int) -> int:
    """
    Where the lines that sign end: at a postscript, a list, or words that say something again.

    Below phone numbers and addresses long sentences are the small print of an office, not the author's.
    """
    last = start + 1
    used = 0
    official = False
    for index in range(start + 1, end):
        text = lines[index].text
        if not text.strip():
            continue
        apart = not lines[index - 1].text.strip()
        if _POSTSCRIPT.match(text) or _lists(lines, index, end) or (apart and not official and _says_something(text)):
            return last
        used += 1
        if used > MAX_SIGNATURE:
            return last
        official = official or bool(_CONTACT.search(text))
        last = index + 1
    return end


def _lists(lines: Sequence[Line], index: int, end: int) -> bool:
    text = lines[index].text
    if _ITEM.match(text) or (_LABEL.fullmatch(text) and index + 1 < end):
        return True
    following = lines[index + 1].text if index + 1 < end else ""
    return bool(_ROW.fullmatch(text) and _ROW.fullmatch(following))


def _says_something(text: str) -> bool:
    words = text.split()
    return len(text) > 90 or text.rstrip().endswith("?") or (len(words) > 4 and text.rstrip().endswith((".", "!")))


def _mark_last_name(lines: list[Line], start: int, end: int, names: frozenset[str]) -> None:
    """Last lines that are nothing but (a part of) the author's name, and office or phone below it, sign the mail."""
    filled = [index for index in range(start, end) if lines[index].text.strip()]
    while len(filled) > 2 and len(lines[filled[-1]].text) < 90 and _OFFICE.fullmatch(lines[filled[-1]].text.strip()):
        if _is_name(lines[filled[-2]].text, names):
            filled.pop()
            break
        filled.pop()
    if len(filled) < 2 or lines[filled[-1]].kind is not Kind.OWN:
        return
    if _is_name(lines[filled[-1]].text, names) and not lines[filled[-2]].text.endswith(":"):
        _mark(lines, filled[-1], end, Kind.SIGNATURE)
