"""The log tells of nobody: no address, no name, no subject, no word of a mail, at any level and in any style."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from datetime import timedelta
from email.header import Header
from io import StringIO
from typing import get_args

import pytest
import structlog
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mailbot.errors import DeliveryError
from mailbot.mail.message import Mail
from mailbot.mail.read import read
from mailbot.service import desk, privacy, readers
from mailbot.service.journal import redacted, start_journal
from mailbot.service.overview import send
from mailbot.service.retention import expire
from mailbot.service.sender import deliver
from mailbot.settings import LogStyle
from tests.mail.eml import attachment, multipart, part
from tests.mail.test_read import PIECES
from tests.service.bench import MONDAY, STAFF, Bench, answering, bench_in, bounce_of, eml, proof

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


def logged(tell: Callable[[], object], style: LogStyle | None = None) -> str:
    """What stands in the log of that style, every level of it."""
    with redirect_stderr(StringIO()) as stderr:
        start_journal(style, level="debug")
        try:
            tell()
        finally:
            structlog.reset_defaults()
    return stderr.getvalue()


def test_an_event_in_each_style():
    def tell() -> None:
        structlog.get_logger().info("sent", mail=7, who="paul@posteo.example", error="two\nlines\x1b[31m")

    pretty, logfmt, as_json = (logged(tell, style) for style in get_args(LogStyle))

    assert pretty.split()[1:] == ["[info", "]", "sent", "error='two", "lines", "[31m'", "mail=7", "who=***"]
    assert logfmt.split(maxsplit=1)[1] == 'level=info event=sent mail=7 who=*** error="two lines [31m"\n'
    event = json.loads(as_json)
    assert event.pop("timestamp").endswith("Z")
    assert event == {"level": "info", "event": "sent", "mail": 7, "who": "***", "error": "two lines [31m"}


def test_what_is_no_terminal_gets_the_style_that_it_always_got():
    assert "level=info event=sent" in logged(lambda: structlog.get_logger().info("sent"))


def test_what_is_below_the_level_is_not_told(capsys: pytest.CaptureFixture[str]):
    start_journal(level="warning")
    structlog.get_logger().info("sent")
    structlog.get_logger().warning("not sent")

    assert "event=sent" not in (told := capsys.readouterr().err)
    assert 'event="not sent"' in told


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

    monkeypatch.setattr(readers, "read", reads_not_all)
    start_journal(level="debug")
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


# --- whatever a mail says

MARK = "zwq"

said = st.tuples(
    st.text(max_size=6), st.sampled_from([f"{MARK}kuchen", f"{MARK} {MARK}", f"{MARK}@{MARK}.example"]), st.text(max_size=6)
)
words = said.map("".join)
encoded = words.map(lambda value: Header(value, "utf-8", maxlinelen=10_000).encode())
lines = st.one_of(words.map(lambda value: " ".join(value.split())), encoded)
senders = st.sampled_from(
    [
        f"{MARK}@{MARK}.example",
        f'"{MARK}" <{MARK}@posteo.example>',
        f"<{MARK}@[192.0.2.1]>",
        f"{MARK} <anna>",
        f'"{MARK}@{MARK}"@posteo.example',
        f"={MARK}",
        f"Kim <{STAFF}>",
        "MAILER-DAEMON@mx.example",
    ]
)
headers = st.lists(
    st.tuples(st.sampled_from(["In-Reply-To", "References", "Reply-To", "Cc", "List-Id", "Return-Path", f"X-{MARK}"]), lines)
    .map(": ".join)
    .map(lambda line: "".join(line.splitlines())),
    max_size=3,
)


@st.composite
def hostile(draw: st.DrawFn) -> bytes:
    """A mail that says the mark wherever a mail can say something, whole or in pieces."""
    about = {"sender": draw(senders), "subject": draw(lines), "headers": tuple(draw(headers))}
    text = draw(
        st.sampled_from(["Der OV {} will die Nextcloud.", "#notiz {}", "#an {}", "[KV-1001] {}", "{}: unknown user"])
    ).format(draw(words))
    kind = draw(st.sampled_from(["mixed", "alternative", f"report; report-type={MARK}"]))
    raw = multipart(kind, part(text), attachment(f"{MARK}.csv", f"Name\n{MARK}\n".encode(), "text/csv"), **about)
    pieces = draw(st.lists(st.sampled_from([*PIECES, MARK.encode()]), max_size=3))
    place = draw(st.integers(0, len(raw)))
    return raw[:place] + b"".join(pieces) + raw[place:]


@pytest.fixture(scope="module")
def long_lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bot that gets all those mails."""
    with bench_in(tmp_path_factory.mktemp("journal")) as bench:
        yield bench


@settings(max_examples=8, phases=(Phase.reuse, Phase.generate))  # a shorter example is not worth minutes
@given(raw=hostile(), refusal=words, breaks=st.booleans(), style=st.sampled_from(get_args(LogStyle)))
def test_whatever_a_mail_or_a_server_says_no_line_of_the_log_repeats_it(
    long_lived: Bench, raw: bytes, refusal: str, breaks: bool, style: LogStyle
):
    def broken(*_args: object, **_more: object) -> None:
        raise ValueError(raw.decode(errors="replace"))

    def story() -> None:
        long_lived.slot.errors = [DeliveryError(f"mx:25: it refuses the mail (550 {refusal})", again=False)]
        with pytest.MonkeyPatch.context() as patch:
            if breaks:
                patch.setattr("mailbot.service.member.understand", broken)
            long_lived.mail(raw)
            long_lived.run()

    told = logged(story, style)

    assert "received" in told
    assert MARK not in told.lower()
