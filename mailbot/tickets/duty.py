"""Who of the staff hears of what: those who work on it and are not away. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mailbot.catalogue import Staff


def present(staff: Sequence[Staff], away: Collection[str] = ()) -> tuple[Staff, ...]:
    """Who is here; everybody where all are away, for somebody must hear of it. `away` are ids."""
    return tuple(member for member in staff if member.id not in away) or tuple(staff)


def responsible(staff: Sequence[Staff], service: str, away: Collection[str] = ()) -> tuple[Staff, ...]:
    """Who works on that service and is here; everybody who is here where that is nobody."""
    here = present(staff, away)
    return tuple(member for member in here if not member.services or service in member.services) or here
