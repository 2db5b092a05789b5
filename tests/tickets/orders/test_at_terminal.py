"""What is said of orders, as it is read at the command line."""

from __future__ import annotations

import pytest

from mailbot.tickets.orders.at_terminal import ELSEWHERE, as_commands
from mailbot.tickets.orders.verbs import BY_NAME


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("#wieder-auf öffnet ihn", "mailbot reopen KV-1001 öffnet ihn"),
        ("öffne ihn zuerst: #wieder-auf KV-1040", "öffne ihn zuerst: mailbot reopen KV-1040"),
        ("Zum Beispiel: #zusammen KV-1040", "Zum Beispiel: mailbot merge KV-1001 KV-1040"),
        ("Zum Beispiel: #keine kopie eva@beispiel.de", "Zum Beispiel: mailbot uncopy KV-1001 eva@beispiel.de"),
        ("#setze trägt ein, was gelten soll", "mailbot set KV-1001 trägt ein, was gelten soll"),
        ("#hilfe und #1 bleiben", "#hilfe und #1 bleiben"),
    ],
)
def test_an_order_is_named_as_the_command_that_does_it(said: str, read: str):
    assert as_commands(said, "KV-1001") == read


def test_verbs_that_are_no_commands_are_verbs():
    assert set(BY_NAME) >= ELSEWHERE
