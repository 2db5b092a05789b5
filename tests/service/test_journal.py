"""The log tells nobody's address."""

import pytest
import structlog

from mailbot.service.journal import redacted, start_journal


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail an anna.schmidt@posteo.example", "Mail an ***@posteo.example"),
        ("<a+b@x.example>, 'c@y.example'", "<***@x.example>, '***@y.example'"),
        ("support%40verein.example at mail.verein.example:993", "support%40verein.example at mail.verein.example:993"),
        ("KV-1001 @ home", "KV-1001 @ home"),
    ],
)
def test_the_local_part_of_every_address_is_blackened(text: str, expected: str):
    assert redacted(text) == expected


def test_not_even_an_error_tells_an_address(capsys: pytest.CaptureFixture[str]):
    start_journal()
    try:
        raise ValueError("anna@posteo.example")
    except ValueError:
        structlog.get_logger().exception("failed", who="paul@posteo.example")
    finally:
        structlog.reset_defaults()

    logged = capsys.readouterr().err
    assert "***@posteo.example" in logged
    assert "anna@" not in logged
    assert "paul@" not in logged
