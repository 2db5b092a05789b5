"""
rules.yaml as validated values: what the association offers, asks for and decides by.

    values       what may stand behind a key
    office       who answers, from which mailboxes, when and how much
    services     what members can ask for
    whole        all of it: the catalogue
    loose_ends   what one part has to do with another
    reading      from the file to the catalogue, or to complaints
"""

from mailbot.catalogue.office import (
    Alarms,
    Digest,
    Hours,
    Limits,
    Mailbox,
    Organisation,
    Questions,
    Quiet,
    Reminders,
    Retention,
    Staff,
)
from mailbot.catalogue.reading import load_catalogue, parse_catalogue
from mailbot.catalogue.services import Example, FieldRule, GroupKind, Groups, Language, Option, Service, ServiceSigns, Signs
from mailbot.catalogue.values import ALWAYS, LANGUAGES, Domain, Email, Id, Label, Rule, Text
from mailbot.catalogue.whole import Catalogue

__all__ = [
    "ALWAYS",
    "LANGUAGES",
    "Alarms",
    "Catalogue",
    "Digest",
    "Domain",
    "Email",
    "Example",
    "FieldRule",
    "GroupKind",
    "Groups",
    "Hours",
    "Id",
    "Label",
    "Language",
    "Limits",
    "Mailbox",
    "Option",
    "Organisation",
    "Questions",
    "Quiet",
    "Reminders",
    "Retention",
    "Rule",
    "Service",
    "ServiceSigns",
    "Signs",
    "Staff",
    "Text",
    "load_catalogue",
    "parse_catalogue",
]
