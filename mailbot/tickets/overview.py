"""The digest as blocks: lists of tickets, and charts. Values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import dropwhile
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from mailbot.catalogue import Catalogue, Hours, Staff
from mailbot.tickets.blocks import Bars, Entries, Entry, flat
from mailbot.tickets.calendar import day_of, is_working_day
from mailbot.tickets.digest import WITH_STAFF, Day, Digest, Overdue, Row
from mailbot.tickets.digits import shortest
from mailbot.tickets.escalation import Cause, Urgent
from mailbot.tickets.ticket import FINISHED
from mailbot.tickets.views import STAFF_LANGUAGE, STATES
from mailbot.tickets.wording import day, short_day

AGES = (
    ("heute", range(1)),
    ("1 Arbeitstag", range(1, 2)),
    ("2–3 Arbeitstage", range(2, 4)),
    ("4–10 Arbeitstage", range(4, 11)),
    ("länger", range(11, 10**6)),
)


AT_MOST = 50
"""So many tickets of a section are named, the most pressing: more nobody reads."""
REST = "Und noch {} mehr. Wer den Bot betreibt, sieht alle mit:"

Away = Mapping[str, date]
"""Who of the staff is not here: id to the last day."""
NOBODY: Away = MappingProxyType({})

_SECTIONS = ("staff", "members", "put_off", "on_hold", "closed", "referred")


def digest_sections(
    digest: Digest, member: Staff | None, catalogue: Catalogue, *, at_most: int | None = AT_MOST
) -> dict[str, Any]:
    """What stands in the overview: for a member of staff with what is theirs apart from the rest. `at_most` None: all of it."""
    mine = digest.of(member.id) if member else ()
    rest = digest.without(mine)
    keys = [row.key for row in (*mine, *rest.unfinished)]
    reader = f" --for {member.id}" if member else ""

    def named(rows: tuple[Row, ...], *, own: bool = False) -> Entries | None:
        found = entries(rows[:at_most], catalogue, own=own, away=digest.away)
        left_out = len(rows[at_most:]) if at_most else 0
        return replace(found, rest=REST.format(left_out), see=f"mailbot digest --all{reader}") if found and left_out else found

    return {
        "number": shortest(keys[0], keys) if keys else "",
        "colleague": next((each.id for each in catalogue.staff if each != member), "mich"),
        "day": day(digest.day, STAFF_LANGUAGE),
        "since": short_day(digest.since),
        "notices": digest.notices,
        "count": {**{name: len(getattr(rest, name)) for name in _SECTIONS}, "mine": len(mine), "new": digest.new},
        "overdue": {"mine": sum(row.overdue is not None for row in mine), "staff": rest.overdue},
        "mine": named(mine, own=True),
        "days": by_day(digest.days, catalogue.hours),
        "ages": by_age(digest),
        **{name: named(getattr(rest, name)) for name in _SECTIONS},
    }


def entries(rows: tuple[Row, ...], catalogue: Catalogue, *, own: bool = False, away: Away = NOBODY) -> Entries | None:
    """A section of the overview; in that of one's `own` each says with whom it is, and nothing of who is responsible."""
    return Entries(entries=tuple(_entry(row, catalogue, own, away) for row in rows)) if rows else None


def _entry(row: Row, catalogue: Catalogue, own: bool, away: Away) -> Entry:
    staff = _responsible(row.assignee, catalogue, away)
    lines = (
        f"Verschoben bis {short_day(row.until)}" if row.until else "",
        _with_whom(row) if own else "",
        f"Zuständig: {staff}" if staff and not own else "",
        f"Fehlt: {', '.join(row.missing)}" if row.missing else "",
        f"Frist: {day(row.due, STAFF_LANGUAGE)}" if row.due and row.overdue is not Overdue.LAW else "",
        flat(row.because),
    )
    return Entry(
        key=row.key,
        href=_mail_about(row.key, catalogue),
        title=row.service,
        who=flat(row.who),
        age=_age(row),
        lines=tuple(line for line in lines if line),
        warning=_warning(row),
        new=row.new and row.state in WITH_STAFF,
    )


def _responsible(assignee: str | None, catalogue: Catalogue, away: Away) -> str:
    """ "Eva Sommer, abwesend bis 12. August 2026"; "" for nobody."""
    name = next((each.name for each in catalogue.staff if each.id == assignee), assignee or "")
    return f"{name}, abwesend bis {day(away[assignee], STAFF_LANGUAGE)}" if assignee and assignee in away else name


def urgent_sections(urgents: Sequence[Urgent], catalogue: Catalogue, reader: Staff, away: Away) -> dict[str, Entries | None]:
    """What a reader is reminded of, the most pressing first: each kind by its name in the template."""

    def section(belongs: Callable[[Urgent], bool]) -> Entries | None:
        those = tuple(_urgent(each, catalogue, reader, away) for each in urgents if belongs(each))
        return Entries(entries=those) if those else None

    return {
        "deadline": section(lambda each: each.cause is Cause.DEADLINE),
        "escalated": section(lambda each: each.cause is Cause.UNANSWERED and each.everybody),
        "unanswered": section(lambda each: each.cause is Cause.UNANSWERED and not each.everybody),
        "returned": section(lambda each: each.cause is Cause.RETURNED),
    }


def _urgent(each: Urgent, catalogue: Catalogue, reader: Staff, away: Away) -> Entry:
    """As in the overview, and who was reminded before."""
    entry = _entry(each.row, catalogue, each.ticket.assignee == reader.id, away)
    if each.urged is None:
        return entry
    return replace(entry, lines=(*entry.lines, f"{short_day(day_of(each.urged.at, catalogue.hours))}: {flat(each.urged.text)}"))


def _with_whom(row: Row) -> str:
    """ "Wartet auf das Mitglied"; of what waits for us the heading tells."""
    told = "" if row.state in WITH_STAFF else STATES[row.state]
    return told[:1].upper() + told[1:]


def _mail_about(key: str, catalogue: Catalogue) -> str:
    """A mail (RFC 6068) in which staff need only write what shall be done."""
    return f"mailto:{_quoted(catalogue.mailboxes[0].address)}?subject={_RE}{quote(key)}{_END}"


_RE, _END = quote("Re: ["), quote("]")


@cache
def _quoted(address: str) -> str:
    return quote(address, safe="@")


def _age(row: Row) -> str:
    if row.state in FINISHED:
        return f"am {short_day(row.since)}"
    days = {0: "", 1: ", 1 Arbeitstag"}.get(row.age, f", {row.age} Arbeitstage")
    return f"seit {short_day(row.since)}{days}"


def _warning(row: Row) -> str:
    match row.overdue:
        case Overdue.LAW if row.due:
            return f"Überfällig: Frist war am {day(row.due, STAFF_LANGUAGE)}"
        case Overdue.WAITING:
            return "Überfällig"
    return ""


def by_day(days: Iterable[Day], hours: Hours) -> Bars | None:
    """What was opened and closed on each day since anything happened; free days on which nothing did are left out."""
    since = dropwhile(lambda each: not (each.opened or each.closed), days)
    shown = tuple(each for each in since if each.opened or each.closed or is_working_day(each.day, hours))
    if not shown:
        return None
    rows = tuple((short_day(each.day), (each.opened, each.closed)) for each in shown)
    return Bars(series=("neu", "abgeschlossen"), rows=rows)


def by_age(digest: Digest) -> Bars | None:
    """How long those wait that wait for us, and those we wait for."""
    sections = (digest.staff, digest.members)
    if not any(sections):
        return None
    rows = tuple((label, tuple(sum(row.age in ages for row in rows) for rows in sections)) for label, ages in AGES)
    return Bars(series=("bei uns", "bei Mitgliedern"), rows=rows)
