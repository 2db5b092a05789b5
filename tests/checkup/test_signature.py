"""The key by which the bot signs, and the one in the DNS."""

from __future__ import annotations

from functools import partial

import pytest

from mailbot.checkup.domain import NoAnswer, Texts, ask_dns
from mailbot.checkup.finding import Finding, Grade
from mailbot.checkup.signature import signature
from mailbot.dkim import Dkim
from tests.checkup.test_domain import name_server
from tests.mail.test_signing import by, key

AT = "mailbot2026._domainkey.verein.example"
ANOTHER = Dkim.of("verein.example", "mailbot2026", key(1024)).record


def found(*records: str) -> Finding:
    """What is found where these stand in the DNS."""
    with name_server({AT: records} if records else {}) as resolver:
        (only,) = signature(by(), partial(ask_dns, resolver=resolver))
    return only


def test_the_key_that_is_in_the_dns_holds():
    told = found(by().record)

    assert (told.grade, told.what.en, told.text.en) == (
        Grade.OK,
        "dkim key verein.example",
        f"what the bot signs holds by the key at {AT}",
    )


@pytest.mark.parametrize(
    ("records", "sentence"),
    [
        ((), f"no key stands at {AT}"),
        (("site-verification=1",), f"no key stands at {AT}"),
        ((ANOTHER,), f"what stands at {AT} does not belong to MAILBOT_DKIM_KEY"),
        (("v=DKIM1; p=",), "does not belong to MAILBOT_DKIM_KEY"),  # withdrawn
        (("v=DKIM1; k=rsa; p=MIIB=;;x",), "does not belong to MAILBOT_DKIM_KEY"),
        (("v=DKIM1; p=a", "v=DKIM1; p=b"), "2 keys, so none counts for certain"),
    ],
)
def test_what_does_not_hold_is_told_with_the_record_that_belongs_there(records: tuple[str, ...], sentence: str):
    told = found(*records)

    assert told.grade is Grade.WRONG
    assert sentence in told.text.en
    assert by().record in told.text.en
    assert by().record in told.text.de


def test_without_a_resolver_nothing_is_said_here():
    def silent(name: str) -> Texts:
        raise NoAnswer(name)

    assert list(signature(by(), silent)) == []
