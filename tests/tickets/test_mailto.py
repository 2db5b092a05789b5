from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from mailbot.tickets.mailto import LONGEST, mailto


def read_back(link: str) -> tuple[str, dict[str, str]]:
    """As RFC 6068 reads it: nothing but percent-encoding is taken back, "+" least of all."""
    assert link.startswith("mailto:")
    assert link.isascii()
    to, _, fields = link.removeprefix("mailto:").partition("?")
    return unquote(to, errors="strict"), {
        name: unquote(value, errors="strict") for name, _, value in (field.partition("=") for field in fields.split("&"))
    }


@pytest.mark.parametrize(
    ("body", "link"),
    [
        ("", "mailto:support@verein.example?subject=Re%3A%20%5BKV-1042%5D"),
        ("#erledigt\n", "mailto:support@verein.example?subject=Re%3A%20%5BKV-1042%5D&body=%23erledigt%0D%0A"),
        ("#zurückstellen ", "mailto:support@verein.example?subject=Re%3A%20%5BKV-1042%5D&body=%23zur%C3%BCckstellen%20"),
        ("a&b=c+d", "mailto:support@verein.example?subject=Re%3A%20%5BKV-1042%5D&body=a%26b%3Dc%2Bd"),
    ],
)
def test_a_link_is_encoded_as_every_mail_program_reads_it(body: str, link: str):
    assert mailto("support@verein.example", subject="Re: [KV-1042]", body=body) == link


def test_a_plus_in_an_address_is_not_taken_for_a_blank():
    assert mailto("support+notiz@verein.example", subject="x").startswith("mailto:support%2Bnotiz@verein.example?")


@given(subject=some.text(max_size=60), body=some.text(max_size=300))
@example(subject="50 % & mehr", body="#frage Größe?\n\n„Ja“ 😀 'x' \"y\"")
def test_what_was_meant_is_read_back(subject: str, body: str):
    to, fields = read_back(mailto("support@verein.example", subject=subject, body=body))

    lines = "\r\n".join(body.splitlines()) + ("\r\n" if body.endswith("\n") else "")
    assert to == "support@verein.example"
    assert fields == {"subject": subject, **({"body": lines} if body else {})}


@settings(max_examples=25)
@given(some.text(min_size=400, max_size=3000))
def test_a_link_is_never_too_long_for_windows(body: str):
    link = mailto("support@verein.example", subject="Re: [KV-1042]", body=body)

    assert len(link) <= LONGEST
    _, fields = read_back(link)
    assert "\r\n".join(body.splitlines()).startswith(fields["body"].rstrip("\r\n"))
