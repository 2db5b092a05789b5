"""A letter as bytes for SMTP. Pure: the same letter and date give the same bytes."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.utils import format_datetime, formataddr
from hashlib import sha256

from mailbot.errors import DeliveryError
from mailbot.mail.letter import File, Letter
from mailbot.mail.message import Address

REFERENCES_LENGTH = 1500
"""Characters; more breaks the threading of Outlook and the header limits of some servers."""

LONGEST_NAME = 60
"""Characters of a file's name: as percent-encoded UTF-8 of four bytes each they fit into a line of 998 (RFC 2231)."""

_FOLD = "\n "

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FIELD_NAME = re.compile(r"[!-9;-~]+")  # ftext, RFC 5322, 3.6.8
_MSG_ID = re.compile(r"[!-;=?-~]{1,900}")  # without <>, blanks and what is not ASCII; fits into one line
_TOKEN = re.compile(r"[!-~]{1,900}")  # one word that fits into one line, like a Thread-Index: encoding would break it
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}", re.ASCII)  # dot-atom, the dots anywhere: providers are lenient
_DOMAIN = re.compile(r"[a-z0-9.-]{1,255}", re.IGNORECASE)
_LONG_WORD = 60


def compose(letter: Letter, *, date: datetime) -> bytes:
    """
    The letter as multipart/alternative in UTF-8, lines ended by CRLF and at most 998 bytes long; where it has files,
    as multipart/mixed of that and the files.

    No value can start a header of its own: line ends and other control characters become a blank.
    `date` is aware. Of long References the first and the last ids stay, up to 1500 characters.

    Raises:
        DeliveryError: an address that mail cannot be sent to; `again` is False.
        ValueError: `letter.headers` names something that is no field name, or a field that stands there already.

    Source:
        RFC 5322, 2046, 2047, 2231 (names of files); RFC 2183 (Content-Disposition); RFC 3834, section 5;
        [MS-OXCMAIL] 2.2.3.2.14 (X-Auto-Response-Suppress).
    """
    words = _multipart("alternative", letter, _text_part("plain", letter.text), _text_part("html", letter.html))
    mail = _multipart("mixed", letter, words, *map(_file, letter.files)) if letter.files else words
    mail["MIME-Version"] = "1.0"
    mail["From"] = _mailbox(letter.sender)
    for name, addresses in (("To", letter.to), ("Cc", letter.cc)):
        if addresses:
            mail[name] = f",{_FOLD}".join(_mailbox(address) for address in addresses)
    if letter.reply_to:
        mail["Reply-To"] = _mailbox(letter.reply_to)
    mail["Subject"] = _text(letter.subject)
    mail["Date"] = format_datetime(date)
    for name, ids in _threading(letter):
        mail[name] = ids
    mail["Auto-Submitted"] = letter.origin.submitted
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in letter.headers:
        if not _FIELD_NAME.fullmatch(name) or name in mail:
            raise ValueError(f"a letter cannot have the extra header {name!r}")
        mail[name] = value if _TOKEN.fullmatch(value) and "=?" not in value else _text(value)
    return _written(mail).replace("\n", "\r\n").encode("ascii")


def _written(part: Message) -> str:
    """
    The part as it stands in a mail (RFC 2046, 5.1.1): its fields are folded already, and its content is ASCII in short lines.

    The library's generator would fold and split all that once more, which takes ten times as long. Its newer policy loses
    and adds blanks in long subjects with umlauts, and folds long Message-IDs into encoded words.
    """
    fields = "".join(f"{name}: {value}\n" for name, value in part.items())
    payload, boundary = part.get_payload(), part.get_boundary()
    if isinstance(payload, str):
        return f"{fields}\n{payload}"
    parts = "".join(f"--{boundary}\n{_written(each)}\n" for each in payload if isinstance(each, Message))
    return f"{fields}\n{parts}--{boundary}--\n"


def one_line(value: str) -> str:
    """The value as it may stand in a header: line ends and other control characters become one blank."""
    return _whole(_CONTROL.sub(" ", value)).strip()


def _readable(text: str) -> str:
    """Line ends as they are inside Python, no NUL, no halves of characters."""
    return _whole(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", ""))


def _whole(text: str) -> str:
    """Lone surrogates (left over from undecodable bytes) become U+FFFD: UTF-8 cannot say them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _multipart(subtype: str, letter: Letter, *parts: Message) -> Message:
    # "=_" stands neither in quoted-printable nor in base64, so the boundary cannot occur in a part (RFC 2045, 6.7).
    boundary = f"=_{subtype[:3]}{sha256(letter.message_id.encode(errors='replace')).hexdigest()[:32]}"
    multipart = Message()
    multipart["Content-Type"] = f'multipart/{subtype}; boundary="{boundary}"'
    for part in parts:
        multipart.attach(part)
    return multipart


def _text_part(subtype: str, text: str) -> Message:
    part = Message()
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(_readable(text).encode()).decode("ascii"))
    return part


def _file(file: File) -> Message:
    part = Message()
    part["Content-Type"] = file.media_type
    part.set_payload(file.content)
    encode_base64(part)
    name = short_name(file.name)
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part


def short_name(name: str) -> str:
    """The name as it fits into one line of a header: of a long one its beginning and its ending."""
    line = re.sub(r"[\\/]", "_", one_line(name)) or "datei"
    stem, dot, ending = line.rpartition(".")
    return line if len(line) <= LONGEST_NAME else f"{(stem or ending)[: LONGEST_NAME - 10]}{dot}{ending[-9:]}"


def _text(value: str) -> str:
    line = one_line(value)
    return Header(line, "us-ascii" if _is_plain(line) else "utf-8", header_name="X-Auto-Response-Suppress").encode()


def _is_plain(line: str) -> bool:
    """Whether the line can stand as it is: ASCII, nothing that looks encoded, no word too long to be folded."""
    return line.isascii() and "=?" not in line and max(map(len, line.split(" "))) <= _LONG_WORD


def _mailbox(address: Address) -> str:
    email, name = on_the_wire(address.email), one_line(address.name)
    # One encoded word has at most 75 characters (RFC 2047, 2), which formataddr does not heed.
    return formataddr((name, email)) if _is_plain(name) and len(name) < 200 else f"{Header(name, 'utf-8').encode()} <{email}>"


def on_the_wire(email: str) -> str:
    """
    The address as servers without SMTPUTF8 take it: its domain in ASCII (RFC 5890).

    Raises DeliveryError: mail cannot be sent to it; `again` is False.
    """
    local, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(ascii_domain)):
        raise DeliveryError(f"'{one_line(email)}' is no address that mail can be sent to", again=False)
    return f"{local}@{ascii_domain}"


def _threading(letter: Letter) -> list[tuple[str, str]]:
    parent = _ids([letter.in_reply_to or ""])
    references = _ids([*(id for id in letter.references if id != letter.in_reply_to), letter.in_reply_to or ""])
    fields = (("Message-ID", _ids([letter.message_id])), ("In-Reply-To", parent), ("References", shortened(references)))
    return [(name, _FOLD.join(ids)) for name, ids in fields if ids]


def _ids(ids: Iterable[str]) -> list[str]:
    """In angle brackets; what cannot stand in a header as an id is left out."""
    bare = dict.fromkeys(id.strip().removeprefix("<").removesuffix(">") for id in ids)
    return [f"<{id}>" for id in bare if _MSG_ID.fullmatch(id)]


def shortened(ids: list[str]) -> list[str]:
    """The first id and as many of the last as fit into 1500 characters; the very last always stays."""
    if len(" ".join(ids)) <= REFERENCES_LENGTH:
        return ids
    first, rest, kept = ids[0], ids[1:], list[str]()
    room = REFERENCES_LENGTH - len(first)
    for id in reversed(rest):
        room -= len(id) + 1
        if room < 0:
            break
        kept.insert(0, id)
    return [first, *kept] if kept else ids[-1:]
