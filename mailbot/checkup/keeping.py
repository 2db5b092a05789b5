"""Where the bot keeps what it knows: the database, its version, and the room that it has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL

from mailbot.checkup.finding import Finding, Said, fine, wrong
from mailbot.service.judgement import ROOM, room
from mailbot.store.look import Look

DATABASE = Said(de="Datenbank", en="database")


def database(url: URL, look: Look | None) -> Finding:
    """`look` None: there is none yet."""
    place = url.render_as_string(hide_password=True)
    if look is None:
        return _to_be_made(place, Path(url.database or "").absolute().parent)
    if look.version is None:
        return fine(DATABASE, de=f"{place}, noch leer", en=f"{place}, still empty")
    if look.version not in look.known:
        return wrong(
            DATABASE,
            de=f"{place} hat die Version {look.version}, und dieser mailbot kennt nur {look.known[-1]}. Installiere den neueren "
            "mailbot wieder, oder spiele die Sicherung von davor ein",
            en=f"{place} is of version {look.version}, and this mailbot knows no more than {look.known[-1]}; install the newer "
            "mailbot again, or restore the backup of before",
        )
    if look.version != look.known[-1]:
        return fine(
            DATABASE,
            de=f"{place}, Version {look.version}; der nächste Start bringt sie auf {look.known[-1]}. Macht davor eine Sicherung",
            en=f"{place}, version {look.version}; the next start brings it to {look.known[-1]}, make a backup before",
        )
    return fine(DATABASE, de=f"{place}, Version {look.version}", en=f"{place}, version {look.version}")


def _to_be_made(place: str, folder: Path) -> Finding:
    if os.access(folder, os.W_OK | os.X_OK):
        return fine(DATABASE, de=f"{place} entsteht beim ersten Start", en=f"{place} is made at the first start")
    return wrong(
        DATABASE,
        de=f"{place} gibt es noch nicht, und in {folder} darf der Bot nicht schreiben. Setze MAILBOT_DATABASE, oder gib ihm "
        "den Ordner",
        en=f"{place} is not there yet, and the bot may not write in {folder}; set MAILBOT_DATABASE, or give it the folder",
    )


def disk(url: URL) -> Iterator[Finding]:
    """Nothing where the database is another server's care, or its folder is not there."""
    what = Said(de="Platte", en="disk")
    try:
        left = room(url)
    except OSError:
        return
    if left is None:
        return
    if left.megabytes < ROOM:
        yield wrong(
            what,
            de=f"{left.folder}: nur noch {left.megabytes} MB frei. Schafft Platz, sonst kommt keine Mail herein und keine hinaus",
            en=f"{left.folder}: {left.megabytes} MB left; make room, or mails can neither come in nor go out",
        )
    else:
        yield fine(what, de=f"{left.folder}: {left.megabytes} MB frei", en=f"{left.folder}: {left.megabytes} MB left")
