"""Settings, rules.yaml and templates: what the operator has written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mailbot.catalogue import Catalogue
from mailbot.checkup.finding import Finding, Said, fine, tip, wrong
from mailbot.checkup.german import in_german
from mailbot.examples import broken_examples
from mailbot.settings import Settings, strangers
from mailbot.tickets.folders import want_of_folders
from mailbot.tickets.rehearsal import rehearse
from mailbot.tickets.writer import Writer
from mailbot.variables import DOT_ENV

SETTINGS = Said(de="Einstellungen", en="settings")
RULES = Said(de="Regeln", en="rules")
TEMPLATES = Said(de="Vorlagen", en="templates")
FROM_THE_START = Said(
    de="`mailbot init` fragt danach und schreibt .env und rules.yaml",
    en="`mailbot init` asks for them and writes .env and rules.yaml",
)
IN_THE_ENVIRONMENT = Said(de="beides gehört in .env, siehe docs/operating.md", en="they belong in .env, see docs/operating.md")


def settings_of(settings: Settings) -> Iterator[Finding]:
    """What is set, and who may read it."""
    boxes, host = len(settings.imap) + len(settings.lmtp), settings.smtp.host if settings.smtp else None
    where = IN_THE_ENVIRONMENT if settings.rules.exists() else FROM_THE_START
    if boxes or host:
        yield fine(
            SETTINGS,
            de=f"Postfächer: {boxes}; Versand über {host or 'niemanden'}",
            en=f"mailboxes: {boxes}; sending by {host or 'nobody'}",
        )
    else:
        yield tip(
            SETTINGS,
            de=f"Noch kein Postfach und kein Versand; {where.de}",
            en=f"no mailbox yet, and no server for sending; {where.en}",
        )
    if DOT_ENV.exists() and DOT_ENV.stat().st_mode & 0o077:
        yield tip(
            SETTINGS,
            de=f"Alle auf diesem Rechner dürfen {DOT_ENV} mit den Passwörtern lesen: chmod 600 {DOT_ENV}",
            en=f"others on this machine may read {DOT_ENV} with its passwords: chmod 600 {DOT_ENV}",
        )


def in_vain(settings: Settings, catalogue: Catalogue) -> Iterator[Finding]:
    """What the rules want of mailboxes that are delivered to, and have no folders."""
    for sentence in want_of_folders(catalogue, settings.lmtp):
        yield wrong(RULES, de=in_german(f"{settings.rules}: {sentence}"), en=f"{settings.rules}: {sentence}")


def meaningless(catalogue: Catalogue) -> Iterator[Finding]:
    """Variables that are misspelt, most of all. Raises SettingsError."""
    for sentence in strangers([box.id for box in catalogue.mailboxes]):
        yield wrong(SETTINGS, de=in_german(sentence), en=sentence)


def rules_of(file: Path, catalogue: Catalogue) -> Iterator[Finding]:
    """What rules.yaml offers, and whether its own examples hold."""
    services, staff, mode = len(catalogue.services), len(catalogue.staff), catalogue.mode
    yield fine(
        RULES,
        de=f"{file}: {services} Dienste, {staff} im Team, mode: {mode}",
        en=f"{file}: {services} services, {staff} staff, mode: {mode}",
    )
    for broken in broken_examples(catalogue):
        yield wrong(RULES, de=f"{file}: ein Beispiel hält nicht: {broken}", en=f"{file}: an example does not hold: {broken}")
    if not catalogue.staff:
        yield tip(
            RULES,
            de=f"{file}: unter „staff“ steht niemand; wer soll die Anfragen bekommen?",
            en=f"{file}: nobody stands under 'staff'; who shall get the requests?",
        )


def templates(folder: Path, catalogue: Catalogue) -> Finding:
    """Every text is made once, in all its turns. Raises TemplateError."""
    rehearse(Writer(catalogue, folder), catalogue)
    return fine(TEMPLATES, de=f"{folder}: jeder Text geht auf", en=f"{folder}: every text renders")
