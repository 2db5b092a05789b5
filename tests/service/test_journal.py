"""The log tells of nobody: no address, no name, no subject, no word of a mail, at any level."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import structlog

from mailbot.errors import DeliveryError
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.service import desk, privacy, worker
from mailbot.service.journal import redacted, start_journal
from mailbot.service.overview import send
from mailbot.service.retention import expire
from mailbot.service.sender import deliver
from tests.service.bench import MONDAY, STAFF, Bench, answering, bounce_of, eml, proof

ANSWER = "Grüß dich Zacharias, dein Zwetschgenkuchen steht bereit."
WISH = "Hallo,\n\nich leite die AG Quittengelee und möchte eine Signal-Gruppe.\n\nViele Grüße\nZacharias Zwirbelbart\n"
HIM = "Zacharias Zwirbelbart <zacharias@zwirbelbart.example>"
SECRETS = ("zacharias", "zwirbelbart", "quittengelee", "zwetschgenkuchen", "himbeere", "technik@")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mail an anna.schmidt@posteo.example", "Mail an ***"),
        ("<a+b@x.example>, 'c@y.example'", "<***>, '***'"),
        ("550 <anna@[192.0.2.1]>: unknown", "550 <***>: unknown"),
        ("support%40verein.example at mail.verein.example:993", "support%40verein.example at mail.verein.example:993"),
        ("KV-1001 @ home", "KV-1001 @ home"),
    ],
)
def test_every_address_is_blackened(text: str, expected: str):
    assert redacted(text) == expected


def test_of_an_error_its_kind_and_place_are_told_and_no_word(capsys: pytest.CaptureFixture[str]):
    start_journal()
    try:
        try:
            raise ValueError("anna@posteo.example")
        except ValueError as error:
            raise LookupError("Anna Schmidt") from error
    except LookupError:
        structlog.get_logger().exception("failed", who="paul@posteo.example")
    finally:
        structlog.reset_defaults()

    logged = capsys.readouterr().err
    assert 'error="LookupError at test_journal.py:' in logged
    assert "after ValueError at test_journal.py:" in logged
    assert [each for each in ("anna", "Anna", "paul", "posteo") if each in logged] == []


def test_a_whole_story_leaves_nothing_of_anybody_in_the_log(
    quick_bench: Bench, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def reads_not_all(raw: bytes) -> Mail:
        if b"Himbeere" in raw:
            raise ValueError("no word of Zacharias Zwirbelbart: Himbeere")
        return read(raw)

    monkeypatch.setattr(worker, "read", reads_not_all)
    start_journal(verbose=True)
    try:
        quick_bench.slot.errors = [
            DeliveryError("mx:25: it does not take mails now (450 <zacharias@zwirbelbart.example> Quittengelee)", again=True),
            DeliveryError("mx:25: it refuses the recipient (550 'Zacharias Zwirbelbart' unknown)", again=False),
        ]
        quick_bench.arrives(WISH, From=HIM, Subject="Signal für die AG Quittengelee")
        quick_bench.clock.pass_by(timedelta(hours=1))
        deliver(quick_bench.office)
        to_member, to_staff = quick_bench.slot.taken[-1][1], quick_bench.office.catalogue.staff[0]
        quick_bench.arrives("Himbeere", From=HIM, Subject="Himbeere")
        quick_bench.mail(bounce_of(to_member, "zacharias@zwirbelbart.example"))
        quick_bench.run()
        quick_bench.arrives(f"#erledigt\n\n{ANSWER}", From=STAFF, Subject="[KV-1001]", **proof())
        quick_bench.mail(eml("Danke!", From=HIM, **answering(to_member)))
        quick_bench.run()
        send(quick_bench.office, day=MONDAY.date())
        deliver(quick_bench.office)
        desk.carry_out(quick_bench.office, "KV-1001", "note", "Zacharias rief an")
        logging.getLogger("a.library").warning("cannot read %s", "zacharias@zwirbelbart.example Himbeere")
        quick_bench.clock.pass_by(timedelta(days=200))
        privacy.erase(
            quick_bench.office,
            privacy.look_for(quick_bench.office, "zacharias@zwirbelbart.example"),
            by=to_staff.id,
            even_open=True,
        )
        expire(quick_bench.office)
    finally:
        structlog.reset_defaults()

    logged = "".join(capfd.readouterr()).lower()
    for told in ("not sent", "could not process", "in quarantine", "processed", "a library complains"):
        assert told in logged
    assert [secret for secret in SECRETS if secret in logged] == []
