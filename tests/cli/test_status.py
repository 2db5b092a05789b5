"""What `mailbot status` shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailbot.cli import app
from mailbot.listener import Listener
from mailbot.service.clock import wind_up
from mailbot.service.lmtp import note_open
from mailbot.service.office import Office
from tests.service.bench import Bench, bench_in

VERSIONS = r"versions: mailbot [\d.]+\w*, Python 3\.\d+\.\d+\S*, SQLite 3\.[\d.]+, tables \d{4}"


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A bot that has answered a mail; the command looks at it."""
    with bench_in(tmp_path) as bench:

        @contextmanager
        def office() -> Iterator[Office]:
            yield bench.office

        monkeypatch.setattr("mailbot.cli.status.office", office)
        bench.arrives()
        yield bench


def test_in_a_pipe_it_is_a_line_a_fact(bench: Bench):
    result = CliRunner().invoke(app, ["status"])

    assert result.exit_code == 0
    *facts, disk, versions, end = result.stdout.splitlines()
    assert facts == [
        "mode: live: what it says leaves by itself",
        "support: last read 2026-03-02 10:00 CET; 1 ticket",
        "  the folder holds 1: 0 to be taken in, 0 missing in the books",
        "buero: last read 2026-03-02 10:00 CET; no mails",
        "  the folder holds 0: 0 to be taken in, 0 missing in the books",
        "tickets: 1 asking",
        "outbox: 1 sent",
        "to be processed: nothing",
        "to be sent: nothing",
        "last digest: none yet",
    ]
    assert re.fullmatch(r"disk: \d+ MB left in /.*", disk)
    assert re.fullmatch(VERSIONS, versions)
    assert end == "everything is fine"


@pytest.mark.parametrize(
    ("mode", "means"),
    [
        ("shadow", "it writes down what it would say, and nobody hears of it"),
        ("draft", "what it would say to members waits in Drafts for a person to send"),
    ],
)
def test_it_says_how_far_the_bot_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, means: str):
    with bench_in(tmp_path, rules={"\nmailboxes:": f"\nmode: {mode}\nmailboxes:"}) as bench:
        monkeypatch.setattr("mailbot.cli.status.office", lambda: nullcontext(bench.office))

        for_people = CliRunner().invoke(app, ["status"]).stdout
        for_scripts = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)

    assert for_people.splitlines()[0] == f"mode: {mode}: {means}"
    assert for_scripts["mode"] == mode


def test_what_is_wrong_stands_at_the_end_and_in_the_exit_status(bench: Bench):
    wind_up(bench.office).run_all()
    bench.clock.pass_by(timedelta(hours=2))

    result = CliRunner().invoke(app, ["status"])

    assert result.exit_code == 1
    assert "clock: went 2026-03-02 10:00 CET" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("wrong: the clock stands still since 2026-03-02 10:00 CET")


@pytest.mark.parametrize(("hours", "words", "colour"), [(0, "everything is fine", "32"), (2, "wrong  ", "31")])
def test_on_a_terminal_it_is_a_table_in_colours(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, hours: int, words: str, colour: str
):
    for name, value in {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": "100"}.items():
        monkeypatch.setenv(name, value)
    bench.clock.pass_by(timedelta(hours=hours))

    shown = CliRunner().invoke(app, ["status"], color=True).stdout

    assert "\x1b[1mtickets" in shown
    assert f"\x1b[1;{colour}m{words}" in shown


def test_for_programs_it_is_one_object(bench: Bench):
    bench.clock.pass_by(timedelta(hours=2))

    told = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)

    assert (told["ok"], told["pending"], told["unsent"], told["last_beat"]) == (False, 0, 0, None)
    assert told["troubles"] == [
        {"kind": "mailbox", "mailbox": id, "since": "2026-03-02T09:00:00+00:00"} for id in ("support", "buero")
    ]
    assert told["mailboxes"][0]["books"] == {"mails": 1, "new": 0, "missing": 0}
    assert sorted(told["versions"]) == ["database", "mailbot", "python", "tables"]
    assert told["disk"]["free_mb"] > 0


def test_a_mailbox_that_is_delivered_to_shows_where_and_since_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    where = Listener(host="127.0.0.1", port=8024)
    with bench_in(tmp_path, lmtp={"support": where}) as bench:
        monkeypatch.setattr("mailbot.cli.status.office", lambda: nullcontext(bench.office))
        before = CliRunner().invoke(app, ["status"]).stdout
        note_open(bench.office, bench.office.catalogue.mailbox("support"))
        after = CliRunner().invoke(app, ["status"]).stdout
        told = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["mailboxes"]

    assert before.splitlines()[1] == "support: delivered at 127.0.0.1:8024, where nobody has listened yet; no mails"
    assert after.splitlines()[1] == ("support: delivered at 127.0.0.1:8024, where a bot listened 2026-03-02 10:00 CET; no mails")
    assert [(box["id"], box["lmtp"], box["books"]) for box in told] == [
        ("support", "127.0.0.1:8024", None),
        ("buero", None, None),
    ]
