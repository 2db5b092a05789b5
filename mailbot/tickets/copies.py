"""Whom a mail names besides us: the people who stay in copy."""

from __future__ import annotations

import re

from mailbot.catalogue import Catalogue
from mailbot.errors import DeliveryError
from mailbot.mail.compose import on_the_wire
from mailbot.mail.message import Address, Mail
from mailbot.mail.origin import takes_no_answers

AT_MOST = 10
"""A mail to more people is a circular: in a conversation with all of them nobody reads on."""

_LIST = re.compile(
    r"(?:.*[-_.])?(?:listen?|lists?|verteiler|newsletter|rundbrief|rundmail|alle|all|everyone)(?:[-_.].*)?@.*"
    r"|.*@(?:listen?|lists?|groups?|googlegroups)\..*"
)


def named(mail: Mail, catalogue: Catalogue) -> tuple[Address, ...]:
    """
    The people beside the author whom the mail names in To and Cc, each once: not us, not staff, no lists and no programs.

    Nobody where they are more than `AT_MOST`.
    """
    people = {each.email: each for each in (*mail.to, *mail.cc) if each.email != mail.sender.email}
    found = tuple(address for address in people.values() if _is_person(address.email, catalogue))
    return found if len(found) <= AT_MOST else ()


def _is_person(email: str, catalogue: Catalogue) -> bool:
    ours = email in catalogue.own_addresses or catalogue.member_of_staff(email) is not None
    misspelt = email.rpartition("@")[2] in catalogue.organisation.misspelt_domains
    return not (ours or misspelt or _LIST.fullmatch(email) or takes_no_answers(email)) and _can_be_reached(email)


def _can_be_reached(email: str) -> bool:
    try:
        on_the_wire(email)
    except DeliveryError:
        return False
    return True
