"""
Which files of a mail go on with it, and which are only named: a member's to staff, staff's to the member. Pure.

An allow-list: lists, cards, documents, pictures. Everything else, and everything that can run or hides what it is,
stays in the mailbox, where whoever needs it can look at it with care.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from mailbot.mail.letter import File
from mailbot.mail.message import Attachment
from mailbot.tickets.blocks import flat

AT_MOST = 7_000_000
"""Bytes of all files together: a third more as base64, and Postfix takes mails of 10,240,000 by default."""

DECORATION_AT_MOST = 50_000
"""Bytes of a picture within the text that is taken for a logo of the signature; a photo has more."""

_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_OFFICE = "application/vnd.openxmlformats-officedocument"
ALLOWED = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "vcf": "text/vcard",
    "ics": "text/calendar",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "ods": f"{_OPEN_DOCUMENT}.spreadsheet",
    "odt": f"{_OPEN_DOCUMENT}.text",
    "odp": f"{_OPEN_DOCUMENT}.presentation",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
}
"""What is attached: the ending of the name, and what it is called in our mail, whatever the writer's program called it."""

_VAGUE = frozenset({"application/octet-stream", "application/zip", "application/x-zip-compressed", "binary/octet-stream"})
"""What programs say that do not know better, or know only that it is packed."""
_FAMILIES = {
    "image": {each for each in ALLOWED.values() if each.startswith("image/")} | {"image/jpg", "image/pjpeg", "image/heif"},
    "text": {each for each in ALLOWED.values() if each.startswith("text/")}
    | {"text/x-vcard", "text/directory", "text/x-csv", "application/csv", "application/vnd.ms-excel"},
}
"""Within them programs call one file by the name of another, and it does no harm."""

_MACROS = {"doc", "docm", "dot", "dotm", "xls", "xlsm", "xlsb", "xlt", "xltm", "xlam", "ppt", "pptm", "pps", "ppsm", "pot", "rtf"}
_PACKED = {"zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "cab", "iso", "img", "dmg"}
_PAGES = {"html", "htm", "xhtml", "shtml", "mht", "mhtml", "svg", "xml", "eml", "msg"}

UNREAD = "nicht angehängt"
MACROS = "nicht angehängt, kann Makros enthalten"
PACKED = "nicht angehängt, was darin gepackt ist, sieht niemand vorher"
PAGE = "nicht angehängt, kann fremde Inhalte nachladen oder ausführen"
OTHER = "nicht angehängt, diese Art von Datei kann gefährlich sein"
DISGUISED = "nicht angehängt, der Name passt nicht zu dem, was es ist"
TOO_MUCH = "nicht angehängt, zu groß"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file of a mail; `kept_back` says why it is not attached, "" where it is."""

    attachment: Attachment
    kept_back: str = ""

    @property
    def file(self) -> File:
        """The file as it is attached: with a plain name, and the type that belongs to its ending."""
        name = flat(self.attachment.name)
        return File(name=name, media_type=ALLOWED[_ending(name)], content=self.attachment.content or b"")

    @property
    def shown(self) -> str:
        """ "liste.xlsx (12 KB)"; nothing of what is in it is ever shown."""
        return f"{flat(self.attachment.name) or 'ohne Namen'} ({_size(self.attachment.size)})"


def enclosed(attachments: Iterable[Attachment]) -> tuple[Enclosure, ...]:
    """Each file with why it is kept back, in order; those that come first are attached as long as there is room."""
    room, found = AT_MOST, []
    for each in attachments:
        because = _objection(each) or (UNREAD if each.content is None else "")
        if not because and len(each.content or b"") > room:
            because = TOO_MUCH
        if not because:
            room -= len(each.content or b"")
        found.append(Enclosure(attachment=each, kept_back=because))
    return tuple(found)


def without_decoration(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The files of a mail without the logos of its signature."""
    return tuple(each for each in attachments if not (each.embedded and each.size <= DECORATION_AT_MOST))


def _objection(attachment: Attachment) -> str:
    ending, media_type = _ending(flat(attachment.name)), attachment.media_type.lower()
    if media_type == "message/rfc822":
        return PAGE
    for endings, because in ((_MACROS, MACROS), (_PACKED, PACKED), (_PAGES, PAGE)):
        if ending in endings:
            return because
    if ending not in ALLOWED:
        return OTHER
    return "" if media_type in _may_be_called(ALLOWED[ending]) else DISGUISED


def _may_be_called(usual: str) -> Set[str]:
    return _VAGUE | _FAMILIES.get(usual.partition("/")[0], {usual})


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def _size(octets: int) -> str:
    if octets < 1024:
        return f"{octets} Byte"
    return f"{octets / 1024:.0f} KB" if octets < 1024**2 else f"{octets / 1024**2:.1f} MB".replace(".", ",")
