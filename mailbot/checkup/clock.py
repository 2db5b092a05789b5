"""Does this machine know the time? Compared with whatever tells it here; nothing is sent for that."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta

from mailbot.checkup.finding import Finding, Said, fine, tip

AMISS = timedelta(minutes=2)
"""More than that no server and no network needs to answer."""

_WHAT = Said(de="Uhr", en="clock")
_ADVICE = Said(de="Lasst sie stellen: timedatectl set-ntp true", en="let it be set: timedatectl set-ntp true")


def is_synchronised() -> bool | None:
    """Whether the system keeps its clock by the network; None where nobody says."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(told)


def clock(now: datetime, *, newest: datetime | None, database: datetime | None, synchronised: bool | None) -> Finding:
    """
    How far the clock can be trusted.

    Args:
        newest: when the mail server got the newest mail, by its own clock; none can lie in the future.
        database: what a database server's clock shows.
    """
    return next(_amiss(now, newest, database, synchronised), None) or _right(now, newest, database, synchronised)


def _amiss(now: datetime, newest: datetime | None, database: datetime | None, synchronised: bool | None) -> Iterator[Finding]:
    if database is not None and abs(database - now) > AMISS:
        apart = _minutes(abs(database - now))
        yield tip(
            _WHAT,
            de=f"Sie geht {apart} Minuten anders als die der Datenbank. {_ADVICE.de}",
            en=f"it is {apart} minutes apart from that of the database; {_ADVICE.en}",
        )
    if newest is not None and newest - now > AMISS:
        ahead = _minutes(newest - now)
        yield tip(
            _WHAT,
            de=f"Laut Mailserver kam die neueste Mail in {ahead} Minuten an: eine der beiden Uhren geht falsch. {_ADVICE.de}",
            en=f"by the mail server the newest mail comes in {ahead} minutes from now: one of the two clocks is wrong; "
            f"{_ADVICE.en}",
        )
    if synchronised is False:
        yield tip(
            _WHAT,
            de=f"Das System stellt sie nicht über das Netz. {_ADVICE.de}",
            en=f"the system does not keep it by the network; {_ADVICE.en}",
        )


def _minutes(span: timedelta) -> int:
    return max(1, round(span / timedelta(minutes=1)))


def _right(now: datetime, newest: datetime | None, database: datetime | None, synchronised: bool | None) -> Finding:
    told = [
        *([Said(de="das System stellt sie über das Netz", en="the system keeps it by the network")] if synchronised else []),
        *([Said(de="die Datenbank zeigt dieselbe Zeit", en="the database shows the same time")] if database else []),
        *([Said(de="keine Mail kam in der Zukunft an", en="no mail has come from the future")] if newest else []),
    ]
    time = f"{now:%Y-%m-%d %H:%M} UTC"
    nothing = Said(de="hier ist nichts, womit sie sich vergleichen ließe", en="nothing is here to compare it with")
    return fine(
        _WHAT,
        de=f"{time}; {', '.join(each.de for each in told or [nothing])}",
        en=f"{time}; {', '.join(each.en for each in told or [nothing])}",
    )
