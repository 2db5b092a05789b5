"""Tables of persons: which column is what, who is marked as admin."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mailbot.expression import Marked, pattern
from mailbot.mail.message import Table
from mailbot.understanding.address import addresses_in
from mailbot.understanding.lexicon import is_german, is_given_name
from mailbot.understanding.names import as_written, split_name
from mailbot.understanding.passage import COLUMNS, Passage
from mailbot.understanding.request import Person

_HEADS = {
    "given": r"vor-?name(n)?|ruf-?name|given ?names?|first ?names?|forename|adı?|nombre|nome|imię|prénom",
    "surname": r"nach-?name(n)?|familien-?name|zu-?name|sur-?names?|last ?names?|family ?name|soyad[ıi]?|apellidos?|cognome"
    r"|nazwisko|nom",
    "email": r"(.*)e-?mail.*|((.*)e-?)?mail[- ]?(adresse?n?|address(es)?)|mail|adresse|e-?posta|correo.*|posta|address",
    "name": r"name(n)?|person|vor-? ?und (nach|zu)name|name, vorname|full ?name|wer|mitglied|nutzer.*|user|benutzer.*",
}
_YES = re.compile(r"^(?:x|ja|yes|j|y|✓|✔|✗|☑|1|wahr|true|admin|gruppenadmin|evet|sí|si|sì|tak)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    A row that is a person. `marked`: the row says so in the column of the chosen ones, or beside the name; `said`: all of it.
    """

    person: Person
    marked: bool = False
    broken: str | None = None
    said: str = field(default="", compare=False)


def roster_in(table: Table, cues: Sequence[str], own: frozenset[str] = frozenset()) -> tuple[Entry, ...]:
    """
    The persons of a table; empty where it holds none.

    `cues` are the words that name the column of the chosen ones (admins); `own` as for addresses. Title rows before
    the head are skipped.
    """
    rows = [tuple(cell.strip() for cell in row) for row in table]
    head_at, head = _head(rows, cues)
    body = rows[head_at + 1 :] if head else rows
    first = _surname_column(body)
    read = (_by_head(row, head, cues, own=own) if head else _by_guess(row, cues, first, own) for row in body)
    entries = [entry for entry in read if entry]
    if not head and len(entries) < max(2, 0.6 * len(body)):
        return ()
    return tuple(entry for entry in entries if entry.person != Person())


def _head(rows: Sequence[tuple[str, ...]], cues: Sequence[str]) -> tuple[int, dict[str, int]]:
    """Where the row with the column names stands, and which column is which."""
    for at, row in enumerate(rows[:6]):
        found: dict[str, int] = {}
        for column, cell in enumerate(row):
            if "@" in cell or not cell:
                continue
            for part, words in _HEADS.items():
                if part not in found and pattern(words).fullmatch(re.sub(r"\(.*\)", "", cell).strip(" :*")):
                    found[part] = column
                    break
            else:
                if cues and pattern(*cues).search(cell) and "chosen" not in found:
                    found["chosen"] = column
        if "given" in found and "name" in found and "surname" not in found:
            found["surname"] = found.pop("name")
        if len(found) >= 2 and ("email" in found or "given" in found):
            return at, found
    return -1, {}


def _by_head(
    row: tuple[str, ...], head: dict[str, int], cues: Sequence[str] = (), *, own: frozenset[str] = frozenset()
) -> Entry | None:
    if "given" in head and "name" in head and "surname" not in head:
        head = {**head, "surname": head["name"]}

    def cell(part: str) -> str:
        return row[head[part]] if part in head and head[part] < len(row) else ""

    wires = addresses_in(cell("email"), loose=True, own=own)
    email = next((wire.email for wire in wires if wire.email), None)
    if "given" in head:
        named = Person(given=_proper(cell("given")), surname=_proper(cell("surname")))
    else:
        named = _full(cell("name"), email) if cell("name") else Person()
    if not (named.given or named.surname or email):
        return None
    broken = cell("email") if cell("email") and email is None and re.search(r"[@.]", cell("email")) else None
    person = Person(given=named.given, surname=named.surname, email=email)
    marked = bool(_YES.match(cell("chosen"))) or any(
        bool(cues) and pattern(*cues).fullmatch(text) for at, text in enumerate(row) if at not in head.values()
    )
    return Entry(person=person, marked=marked, broken=broken, said=" ".join(row))


def _by_guess(row: tuple[str, ...], cues: Sequence[str], surname_column: int | None, own: frozenset[str]) -> Entry | None:
    cells = [cell for cell in row if cell]
    wires = [wire for cell in cells for wire in addresses_in(cell, loose=len(cells) > 1, own=own)]
    email = next((wire.email for wire in wires if wire.email), None)
    plain = [_without_wires(cell, loose=len(cells) > 1) for cell in cells]
    names = [cell for cell in plain if re.fullmatch(r"[^\d@]{2,60}", cell) and not _YES.match(cell)]
    marked = any(bool(cues) and pattern(*cues).search(cell) for cell in names)
    names = [name for name in names if not (cues and pattern(*cues).search(name)) and not re.fullmatch(r"(?i)nein|no|-", name)]
    if not names or not wires:
        return None
    whole = len(names) > 1 and len(names[0].split()) > 1 and is_given_name(names[0].split()[0]) and is_german(names[1].split()[0])
    if len(names) >= 2 and not whole and len(names[0].split()) <= 3 and len(names[1].split()) <= 3:
        given, surname = (names[1], names[0]) if surname_column == 0 else (names[0], names[1])
        person = Person(given=_proper(given), surname=_proper(surname), email=email)
    else:
        full = _full(names[0], email)
        person = Person(given=full.given, surname=full.surname, email=email)
    return Entry(person=person, marked=marked, broken=wires[0].written if email is None else None, said=" ".join(row))


def _without_wires(cell: str, *, loose: bool) -> str:
    """The words beside an address in one cell: "Lea Ost (lea@…" where the row was cut at a semicolon in brackets."""
    for wire in addresses_in(cell, loose=loose):
        cell = cell.replace(wire.written, " ")
    return cell.strip(" ()<>,:")


def _surname_column(rows: Sequence[tuple[str, ...]]) -> int | None:
    """0 where the first column holds surnames: more known given names stand in the second."""
    first = sum(is_given_name(row[0].split()[0]) for row in rows if row and row[0].split())
    second = sum(is_given_name(row[1].split()[0]) for row in rows if len(row) > 1 and row[1].split() and "@" not in row[1])
    return 0 if second > first else None


def _full(name: str, email: str | None) -> Person:
    if "," in name:
        surname, given = name.split(",", 1)
        return Person(given=_proper(given), surname=_proper(surname))
    return split_name(name.split(), email)


def _proper(name: str) -> str | None:
    name = " ".join(name.split()).strip(" ,;")
    return as_written(name) if name else None


def cards_in(passages: Sequence[Passage], own: frozenset[str] = frozenset()) -> tuple[tuple[frozenset[int], Entry], ...]:
    """Persons given line by line ("Vorname: …", "Nachname: …", "E-Mail: …"): which passages, and the person."""
    found = [(frozenset({at}), entry) for at, passage in enumerate(passages) if (entry := _card_in(passage.text))]
    parts: dict[str, str] = {}
    places: list[int] = []
    for at, passage in enumerate([*passages, Passage(text="", line=0)]):
        match = _LABELLED.match(passage.text)
        part = next((part for part, head in _HEADS.items() if match and pattern(head).fullmatch(match[1].strip(" *"))), None)
        several = match is not None and (match[2].count(",") > 1 or match[2].count("@") > 1)
        if match is None or part is None or part in parts or several:
            if len(parts) >= 2 and {"given", "surname", "name"} & set(parts):
                entry = _by_head(tuple(parts.values()), {part: at for at, part in enumerate(parts)}, own=own)
                if entry:
                    found.append((frozenset(places), entry))
            parts, places = {}, []
        if match and part and not several:
            parts[part] = match[2].strip()
            places.append(at)
    return tuple(found)


_LABELLED = Marked(":\t=", re.compile(r"([^:\t=@]{2,25})\s*[:\t=]\s*(\S.*)$"))
_PAIR = re.compile(r"\s*([^:=@]{2,25}?)\s*[:=]\s*(.+?)\s*")
_NEXT_LABEL = Marked(":=", re.compile(r"[,;]\s*(?=[^,;:=@]{2,25}[:=])"))


def _card_in(text: str) -> Entry | None:
    """All in one line: "Name: Wachendorf, Vorname: Sigrid, Mail: sigrid@…"."""
    pieces = _NEXT_LABEL.split(text)
    if len(pieces) < 2:
        return None
    pairs = [_PAIR.fullmatch(piece) for piece in pieces]
    parts = {
        part: pair[2] for pair in pairs if pair for part, head in _HEADS.items() if pattern(head).fullmatch(pair[1].strip(" *"))
    }
    if len(parts) < len(pairs) or not {"given", "surname", "name"} & set(parts):
        return None
    return _by_head(tuple(parts.values()), {part: at for at, part in enumerate(parts)})


def tables_in(passages: Sequence[Passage]) -> tuple[tuple[range, Table], ...]:
    """Tables typed or pasted into the text (tabs, semicolons, pipes, commas): which passages, and the rows."""
    found: list[tuple[range, Table]] = []
    at = 0
    while at < len(passages):
        mark = _separator(passages[at].text)
        end = at
        while mark and end < len(passages) and _is_row(passages[end].text, mark):
            end += 1
        if mark and end - at >= 2:
            rows = tuple(tuple(cell.strip() for cell in row) for row in _rows((p.text for p in passages[at:end]), mark))
            found.append((range(at, end), rows))
        at = max(end, at + 1)
    return tuple(found)


_BLANKS = "  "


def _is_row(text: str, mark: str) -> bool:
    return COLUMNS.search(text) is not None if mark == _BLANKS else mark in text


def _separator(text: str) -> str | None:
    typed = next(
        (
            mark
            for mark in ("\t", "|", ";")
            if mark in text and text.strip("| ").count(mark) >= 1 and (mark != ";" or text.count(";") >= 2 or "@" in text)
        ),
        None,
    )
    return typed or (_BLANKS if COLUMNS.search(text) else None)


def _rows(lines: Iterable[str], mark: str) -> Iterable[list[str]]:
    if mark == "|":
        return (line.strip().strip("|").split("|") for line in lines if not re.fullmatch(r"[|\s:-]+", line))
    if mark == _BLANKS:
        return (COLUMNS.split(line.strip()) for line in lines)
    return csv.reader(lines, delimiter=mark)
