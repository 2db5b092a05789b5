"""
What stands below the author's words: a greeting, name and office; and what programs add.

A greeting is known by its words, not by a list of phrases: "Met solidarische Jröße us em Vringsveedel" closes a mail too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailbot.mail.message import Kind, Line

MAX_SIGNATURE = 12  # lines below a closing formula


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GREETINGS = _words(
    "gruß grüße grüßen grüßle jröße jrööß jroß jrooß gruss grüsse grüssen gruesse gruessen gruße lg vg mfg mkg msg bg hg sg"
    " glg gvlg mlg solidarisch herzlich herzlichst hochachtung"
    " hochachtungsvoll hochachtungsvollst rotfront freundschaft tschüss tschüß tschö ciao servus"
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
    " kollegialem genossenschaftliche kämpferische kämpferischen vorzüglicher"
    " größter vollkommener ausgezeichneter ganz lieb nochmal nochmals schon schonmal im voraus vorab"
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
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|={10,}|\u2014{5,})\s*")
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
    r"|der inhalt dieser (?:e-?mail|nachricht)|die in dieser (?:e-?mail|nachricht) enthaltenen informationen"
    r"|the information (?:contained|transmitted) in this (?:e-?mail|message|communication)"
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


def signed(lines: list[Line], author: str) -> list[Line]:
    """The lines, those of OWN that are signature or footer marked as such; `author` is the name in From."""
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
    if re.search(r"[.!]\s+\S.*@", text):
        return None
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
    initials = {name[0] for name in names if name}
    return bool(words & names) and len(text) < 60 and all(word in names or word in initials for word in words)


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


def _mark(lines: list[Line], start: int, end: int, kind: Kind) -> None:
    for index in range(start, end):
        if lines[index].kind is Kind.OWN:
            lines[index] = replace(lines[index], kind=kind)
