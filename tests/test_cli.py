"""The commands, as people and scripts use them."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from mailbot.checkup import tour
from mailbot.checkup.finding import Said, fine, tip
from mailbot.cli import app
from mailbot.service import desk
from mailbot.service.office import utc_now
from mailbot.store import inbound
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix
from tests.service.bench import ANNA, ASKS, LATER, Bench, Shelf, answering, bench_in, eml, from_another
from tests.typed import Ended, typed

Command = Callable[..., Ended]
ADDRESS = "anna.schmidt@posteo.example"


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Its parameter: what stands in rules.yaml to what shall stand there."""
    with bench_in(tmp_path, rules=getattr(request, "param", {})) as bench:
        yield bench


@pytest.fixture
def mailbot(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Types a command that works on the database of the bench; no server is there."""
    monkeypatch.chdir(tmp_path)
    return typed


def quarantined(bench: Bench) -> None:
    """One mail that could not be processed."""
    bench.mail(eml("kaputt"))
    bench.run()
    with bench.office.database.write() as connection:
        (row,) = inbound.in_state(connection, inbound.State.TICKET)
        connection.exec_driver_sql("UPDATE inbound SET state = 'quarantined', reason = 'ValueError: kaputt'")
        assert row.id == 1


def test_without_a_command_there_is_help(mailbot: Command):
    assert "Usage: mailbot" in mailbot("--help").out


def test_the_program_has_its_name_whatever_has_loaded_it(mailbot: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys.modules["__main__"], "__package__", "pytest")

    assert "Usage: mailbot" in mailbot("--help").out


def test_the_version_is_told(mailbot: Command):
    assert mailbot("--version") == Ended(status=0, out=f"mailbot {version('mailbot')}\n", err="")


@pytest.mark.parametrize("command", [command.name for command in app.registered_commands] + ["outbox", "privacy", "quarantine"])
def test_every_command_has_help(mailbot: Command, command: str):
    result = mailbot(command, "--help")

    assert result.status == 0
    assert f"Usage: mailbot {command}" in result.out


def test_tickets_are_listed_as_json_of_the_contract(bench: Bench, mailbot: Command):
    bench.arrives()

    result = mailbot("tickets", "--json")

    (ticket,) = json.loads(result.out)
    assert ticket == {
        "key": "KV-1001",
        "service": "nextcloud",
        "kind": "new",
        "state": "asking",
        "mailbox": "support",
        "requester": "anna.schmidt@posteo.example",
        "subject": "Nextcloud",
        "fields": {"group": "OV Kalk"},
        "missing": ["admins", "users"],
        "assignee": None,
        "opened": "2026-03-02T09:00:00+00:00",
        "updated": "2026-03-02T09:00:00+00:00",
        "due": None,
    }


def test_tickets_are_filtered(bench: Bench, mailbot: Command):
    bench.arrives()

    found = {
        words: len(json.loads(mailbot("tickets", "--json", *words).out))
        for words in (("--state", "asking"), ("--state", "closed"), ("--service", "nextcloud"), ("--service", "signal"))
    }

    assert list(found.values()) == [1, 0, 1, 0]


def test_a_state_that_does_not_exist_is_refused_with_those_that_do(mailbot: Command):
    result = mailbot("tickets", "--state", "lost")

    assert result.status == 2
    assert "on_hold" in result.err


def test_tickets_are_listed_for_people(bench: Bench, mailbot: Command):
    bench.arrives()

    result = mailbot("tickets")

    assert "KV-1001" in result.out
    assert "asking" in result.out


def test_people_are_shown_the_newest_tickets_and_told_what_is_left_out(
    bench: Bench, mailbot: Command, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("mailbot.cli.tickets.AT_MOST", 2)
    for group in ("Kalk", "Nippes", "Deutz"):
        bench.mail(from_another(ASKS.replace("Kalk", group)))
    bench.run()
    desk.carry_out(bench.office, "KV-1003", "close")

    assert _listed(mailbot("tickets")) == (["KV-1001", "KV-1002"], "older ones that are done")
    assert _listed(mailbot("tickets", "--all")) == (["KV-1001", "KV-1002", "KV-1003"], "")
    assert _listed(mailbot("tickets", "--state", "closed")) == (["KV-1003"], "")
    desk.carry_out(bench.office, "KV-1003", "reopen")
    assert _listed(mailbot("tickets")) == (["KV-1002", "KV-1003"], "1 more that somebody waits for")
    assert len(json.loads(mailbot("tickets", "--json").out)) == 3


def _listed(result: Ended) -> tuple[list[str], str]:
    """The keys in the list, and what is said to be left out."""
    left_out = re.search(r"are shown, not (.*); all of them: mailbot tickets --all", result.err)
    return re.findall(r"KV-\d+", result.out), left_out[1] if left_out else ""


def test_show_adds_history_and_mails(bench: Bench, mailbot: Command):
    bench.arrives()

    whole = json.loads(mailbot("show", "kv-1001", "--json").out)

    assert [event["kind"] for event in whole["events"]] == ["received", "asked", "sent"]
    assert set(whole["events"][0]) == {"at", "kind", "by", "text"}
    assert [(mail["direction"], mail["with"]) for mail in whole["mails"]] == [
        ("in", "anna.schmidt@posteo.example"),
        ("out", "anna.schmidt@posteo.example"),
    ]
    assert "der OV Kalk möchte die Nextcloud nutzen." in mailbot("show", "KV-1001").out


def test_with_a_mistake_in_the_rules_the_database_is_read_all_the_same(
    bench: Bench, mailbot: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    bench.arrives()
    rules = tmp_path / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("\nservices:", "\nservizes:"), encoding="utf-8")

    monkeypatch.setenv("MAILBOT_IMAP_SUPPORT", "imaps://support:secret@mail.verein.example")

    told, shown = mailbot("status"), mailbot("show", "KV-1001")

    assert told.status == 1
    assert "support: last read 2026-03-02 09:00 UTC; 1 ticket" in told.out
    assert "tickets: 1 asking" in told.out
    assert re.search(r"\nwrong: rules\.yaml:\d+: [^(]*'servizes'", told.out)
    assert told.out.endswith("(a running bot keeps the last good version; none starts with this one)\n")
    assert "KV-1001" in mailbot("tickets").out
    assert "opened:    2026-03-02 09:00 UTC" in shown.out
    assert json.loads(mailbot("status", "--json").out)["mode"] is None
    assert mailbot("digest").err.startswith("mailbot: rules.yaml:")


@pytest.mark.parametrize("key", ["KV-1001", "kv-1001", "kv1001", "1001"])
def test_a_key_may_be_typed_as_people_type(bench: Bench, mailbot: Command, key: str):
    bench.arrives()

    assert "KV-1001" in mailbot("show", key).out
    assert mailbot("note", key, "Hallo").out.startswith("KV-1001: asking\n")
    assert mailbot("hold", key, "--because", "Umzug").out == "KV-1001: on_hold\n  zurückgestellt\n"
    assert mailbot("release", key).out.startswith("KV-1001: asking\n")
    mailbot("split", key, "website")
    assert mailbot("merge", "1002", key).out.startswith("KV-1002: closed\n  aufgegangen in KV-1001\n")


def test_the_digest_names_the_most_pressing_and_the_rest_on_demand(
    bench: Bench, mailbot: Command, monkeypatch: pytest.MonkeyPatch
):
    bench.arrives()
    mailbot("split", "KV-1001", "website")
    monkeypatch.setattr("mailbot.tickets.overview.AT_MOST", 1)

    short, whole = mailbot("digest").out, mailbot("digest", "--all").out

    assert [text.count("KV-100") for text in (short, whole)] == [1, 2]
    assert "Und noch 1 mehr. Wer den Bot betreibt, sieht alle mit:\nmailbot digest --all\n" in short


def test_a_service_that_is_called_like_a_ticket_stays_one(bench: Bench, mailbot: Command):
    rules = bench.office.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace("id: signal", "id: kv1001"), encoding="utf-8")

    assert mailbot("hold", "kv1001", "--because", "Umzug").out == "kv1001 is on hold, 0 tickets wait\n"
    assert mailbot("release", "kv1001").out == "kv1001 is no longer on hold, 0 tickets are open again\n"


def test_people_in_a_ticket_are_shown_as_they_are_written(bench: Bench, mailbot: Command):
    bench.arrives()
    mailbot("set", "KV-1001", "users", "Lea Brandt, lea@verein.example; Kim Beispiel, kim@verein.example")

    assert "  users: Lea Brandt, lea@verein.example; Kim Beispiel, kim@verein.example\n" in mailbot("show", "KV-1001").out


def test_a_service_that_does_not_exist_is_told_with_those_that_do(bench: Bench, mailbot: Command):
    assert mailbot("tickets", "--service", "nix").err == mailbot("hold", "nix", "--because", "Umzug").err
    assert mailbot("tickets", "--service", "nix").err.startswith("mailbot: there is no service 'nix'; there are: nextcloud, ")
    assert mailbot("tickets", "--service", "signal").status == 0


def test_what_is_closed_is_not_split_and_the_command_that_opens_it_is_named(bench: Bench, mailbot: Command):
    bench.arrives()
    mailbot("close", "KV-1001")

    assert mailbot("close", "KV-1001").out == "KV-1001: closed\n  war schon abgeschlossen\n"
    for words in (("split", "KV-1001", "signal"), ("wait", "KV-1001", "tomorrow"), ("move", "KV-1001", "buero")):
        sentence = "nothing was done: der Vorgang ist abgeschlossen; mailbot reopen KV-1001 öffnet ihn"
        assert mailbot(*words).err == f"mailbot: KV-1001: {sentence}\n"
    assert "mailbot copy KV-1001 eva@beispiel.de" in mailbot("copy", "KV-1001", "eva").err


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-03-02 07:59", "not due before 09:00\n"),
        ("2026-03-01 12:00", "not due: today is no working day\n"),
        ("2026-03-03 12:00", "done for today\ndone already today\n"),
    ],
)
def test_why_no_reminders_are_due_is_told(bench: Bench, mailbot: Command, monkeypatch: pytest.MonkeyPatch, day: str, told: str):
    now = datetime.fromisoformat(day).replace(tzinfo=UTC)
    monkeypatch.setattr("mailbot.cli.remind.office", lambda: nullcontext(replace(bench.office, clock=lambda: now)))

    said = [mailbot("remind").out for _ in told.splitlines()]

    assert "".join(said) == told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("digest --date 2026-11-31", "'2026-11-31' does not stand in any calendar; it looks like 2026-03-02"),
        ("report --month 2026-13", "'2026-13' does not stand in any calendar; it looks like 2026-03"),
        ("quarantine retry x", "'x' is no number of a mail; `list` shows them"),
        ("outbox show 99999999999", "'99999999999' is no number of a mail; `list` shows them"),
    ],
)
def test_what_is_typed_wrong_is_told_in_plain_words(mailbot: Command, words: str, told: str):
    ended = mailbot(*words.split())

    assert ended.status == 2
    assert told in " ".join(ended.err.replace("│", "").split())


def test_a_folder_for_a_backup_that_is_not_there_is_told(mailbot: Command):
    assert mailbot("backup", "nowhere/b").err.endswith(
        "nowhere/b: cannot be written, for there is no folder nowhere; make it first\n"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"mode: live\n\xff\xfe", "rules.yaml:2: is no text in UTF-8; save it as UTF-8"),
        (b"mode: live\n\x00", "rules.yaml:2: holds a character that is none of a text"),
        (b"mode: lvie\n", "rules.yaml:1: mode: should be 'shadow', 'draft' or 'live', not 'lvie'; did you mean 'live'?"),
    ],
)
def test_wrong_rules_are_told_in_plain_words(mailbot: Command, tmp_path: Path, content: bytes, told: str):
    (tmp_path / "rules.yaml").write_bytes(content)

    assert told in mailbot("rules", "check").err


def test_a_mail_of_ours_is_told_as_json(bench: Bench, mailbot: Command):
    bench.arrives()

    told = json.loads(mailbot("outbox", "show", "1", "--json").out)

    assert (told["mail"], told["ticket"], told["to"], told["state"]) == (1, "KV-1001", ADDRESS, "sent")
    assert told["subject"].endswith("[KV-1001]")
    assert told["text"].startswith("Hallo")


def test_help_names_no_type_beside_what_is_there_or_not(mailbot: Command):
    assert "<bool>" not in mailbot("--help").out + mailbot("tickets", "--help").out


def test_a_mailbox_that_rules_do_not_know_is_told_with_those_that_they_do(mailbot: Command):
    assert mailbot("replay", "imap:foo/INBOX").err == "mailbot: rules.yaml has no mailbox 'foo'; there are: buero, support\n"


def test_with_a_mistake_in_the_rules_and_no_database_nothing_is_made(
    mailbot: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    for command in ("status", "tickets"):
        assert mailbot(command).err.startswith("mailbot: rules.yaml: there is no such file; `mailbot init` writes one")
    assert list(Path().iterdir()) == []


def test_an_unknown_ticket_is_one_sentence_on_stderr(mailbot: Command):
    assert mailbot("show", "KV-7") == Ended(status=1, out="", err="mailbot: there is no ticket 'KV-7'; see: mailbot tickets\n")


def test_staff_can_work_at_the_command_line(bench: Bench, mailbot: Command):
    bench.arrives()

    said = [
        mailbot(*words).out
        for words in (
            ("assign", "KV-1001", "technik"),
            ("note", "KV-1001", "ruft", "zurück"),
            ("close", "KV-1001"),
            ("reopen", "KV-1001"),
        )
    ]

    assert said == [
        "KV-1001: asking, with technik\n  zuständig ist jetzt Technik-Team\n",
        "KV-1001: asking, with technik\n  als Notiz aufgenommen, nichts davon geht an das Mitglied\n",
        "KV-1001: closed, with technik\n  abgeschlossen\n",
        "KV-1001: asking, with technik\n  wieder geöffnet: wartet auf das Mitglied\n",
    ]


def test_scripts_get_what_became_of_a_ticket_as_json(bench: Bench, mailbot: Command):
    bench.arrives()

    def told(words: str) -> Any:
        return json.loads(mailbot(*words.split(), "--json").out)

    assigned = told("assign KV-1001 technik")
    held = told("hold signal --because Umzug")
    (ticket,) = assigned["tickets"]
    assert (ticket["assignee"], assigned["done"]) == ("technik", ["zuständig ist jetzt Technik-Team"])
    assert set(ticket) == set(told("tickets")[0])
    assert (held["tickets"], held["done"]) == ([], ["signal is on hold, 0 tickets wait"])
    assert told("release signal")["done"] == ["signal is no longer on hold, 0 tickets are open again"]
    assert told("away technik tomorrow")["staff"] == "technik"
    assert told("back technik") == {"staff": "technik", "away_until": None}


def test_every_order_of_staff_is_there_at_the_command_line(bench: Bench, mailbot: Command):
    bench.arrives()

    said = [
        mailbot(*words.split()).out.splitlines()
        for words in (
            "wait KV-1001 3 days",
            "set KV-1001 users Anna Schmidt, anna@posteo.example",
            "set KV-1001 admins Anna",
            "ask KV-1001 admins",
            "service KV-1001 signal",
            "split KV-1001 website",
            "hold KV-1001 --because Umzug",
            "release KV-1001",
            "move KV-1001 buero",
            "merge KV-1002 KV-1001",
            "undo KV-1002",
        )
    ]

    assert re.fullmatch(r"  wartet bis \d+\. \w+ \d{4}", said[0].pop())
    assert said == [
        ["KV-1001: asking"],
        ["KV-1001: asking", "  Nutzer*innen: Anna Schmidt, anna@posteo.example"],
        ["KV-1001: on_hold", "  Gruppenadmins: Anna Schmidt", "  Stand: zurückgestellt"],
        ["KV-1001: asking", "  gefragt nach: Gruppenadmins (1–3)", "  Gruppenadmins: Anna Schmidt gilt nicht mehr"],
        [
            "KV-1001: asking",
            "  Signal-Gruppe statt Nextcloud",
            "  Das Mitglied wird gefragt nach: Ansprechperson (Vorname, Name, E-Mail)",
        ],
        ["KV-1001: asking", "  abgeteilt: Website", "  Der neue Vorgang ist KV-1002."],
        ["KV-1001: on_hold", "  zurückgestellt"],
        ["KV-1001: asking", "  freigegeben: wartet auf das Mitglied"],
        ["KV-1001: asking", "  liegt jetzt bei Büro Die Linke Köln; Antworten gehen von buero@die-linke-koeln.de"],
        ["KV-1002: closed", "  aufgegangen in KV-1001", "  Antworten auf KV-1002 kommen jetzt bei KV-1001 an."],
        ["KV-1002: asking", "  rückgängig: aufgegangen in KV-1001"],
    ]
    assert "  Name der Gruppe: „OV Kalk“ in Zeile 3" in mailbot("why", "KV-1001").out.splitlines()


def test_staff_go_on_holiday_at_the_command_line_too(mailbot: Command):
    assert mailbot("away", "technik", "3", "days").out.startswith("technik is away up to and including 2")
    assert mailbot("back", "technik").out == "technik is here again\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("wait KV-1001 bald", "KV-1001: nothing was done: welcher Tag?"),
        ("merge KV-1001 KV-7", "KV-1001: nothing was done: KV-7 gibt es nicht"),
        ("undo KV-1001", "KV-1001: nothing was done: von dir gibt es zu diesem Vorgang nichts"),
        ("away eva 12.8.", "there is no 'eva' among the staff in rules.yaml"),
        ("ask KV-7 group", "there is no ticket 'KV-7'; see: mailbot tickets"),
        ("hold KV-1001 --because", "Option '--because' requires an argument"),
    ],
)
def test_an_order_that_cannot_be_carried_out_is_one_sentence(bench: Bench, mailbot: Command, words: str, complaint: str):
    bench.arrives()

    ended = mailbot(*words.split())

    assert ended.status != 0
    assert complaint in ended.err


def test_a_service_is_put_on_hold_and_released(mailbot: Command):
    assert mailbot("hold", "signal", "--because", "Wartung").out == "signal is on hold, 0 tickets wait\n"
    assert mailbot("release", "signal").out == "signal is no longer on hold, 0 tickets are open again\n"


def test_quarantine_can_be_looked_through(bench: Bench, mailbot: Command):
    quarantined(bench)

    assert mailbot("quarantine").out == mailbot("quarantine", "list").out
    assert [" ".join(line.split()) for line in mailbot("quarantine").out.splitlines()] == [
        "mail mailbox received why",
        "1 support 2026-03-02 10:00 CET ValueError: kaputt",
    ]
    assert json.loads(mailbot("quarantine", "list", "--json").out) == [
        {"mail": 1, "mailbox": "support", "received": "2026-03-02T09:00:00+00:00", "because": "ValueError: kaputt"}
    ]
    shown = mailbot("quarantine", "show", "1")
    assert "kaputt" in shown.out
    assert shown.err == "quarantined: ValueError: kaputt\n"
    assert mailbot("quarantine", "retry", "1").out == "1 will be processed again\n"
    assert mailbot("quarantine").out == "nothing is in quarantine\n"
    assert mailbot("quarantine", "drop", "1").status == 1


def test_a_digest_of_days_outside_all_calendars_is_refused(mailbot: Command):
    for day in ("0001-01-01", "9999-12-31"):
        ended = mailbot("digest", "--date", day)

        assert (ended.status, ended.err) == (1, f"mailbot: --date takes a day of the years 1900 to 2199, not '{day}'\n")


def test_the_digest_is_printed_and_written(bench: Bench, mailbot: Command, tmp_path: Path):
    bench.arrives()
    assert mailbot("assign", "KV-1001", "technik").status == 0

    assert "KV-1001" in mailbot("digest", "--date", "2026-03-02").out
    numbers = json.loads(mailbot("digest", "--date", "2026-03-02", "--json").out)
    assert (numbers["new"], numbers["overdue"], numbers["members"], numbers["staff"]) == (1, 0, ["KV-1001"], [])
    assert mailbot("digest", "--date", "2026-03-02", "--out", "digest.html").out == ""
    assert "KV-1001" in (tmp_path / "digest.html").read_text(encoding="utf-8")
    assert "1 bei dir" in mailbot("digest", "--date", "2026-03-02", "--for", "technik").out
    assert (
        mailbot("digest", "--for", "eva").err == "mailbot: there is no 'eva' among the staff in rules.yaml; there are: technik\n"
    )
    assert (
        mailbot("digest", "--out", "no/such/folder.html").err
        == "mailbot: no/such/folder.html: cannot be written: No such file or directory\n"
    )


def test_the_monthly_report_is_printed_written_and_sent(bench: Bench, mailbot: Command, tmp_path: Path):
    bench.arrives()

    assert "Anfragen: 1 (im Februar: 0)" in mailbot("report", "--month", "2026-03").out
    figures = json.loads(mailbot("report", "--month", "2026-03", "--json").out)
    assert (figures["month"]["opened"], figures["month"]["services"], figures["before"]["opened"]) == (1, {"nextcloud": 1}, 0)
    assert mailbot("report", "--month", "2026-03", "--out", "report.html").out == ""
    assert "Monatsbericht März 2026" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert mailbot("report", "--month", "0001-01").err.endswith("a month of the years 1900 to 2199, not '0001-01'\n")
    assert mailbot("report", "--month", "2026-13").status == 2


def test_status_says_what_is_wrong_and_what_to_do(bench: Bench, mailbot: Command):
    bench.arrives()

    result = mailbot("status", "--json")

    figures = json.loads(result.out)
    assert (result.status, figures["ok"]) == (1, False)
    assert figures["tickets"] == {"asking": 1}
    assert figures["outbox"] == {"sent": 1}
    assert figures["smtp"] == {"last_contact": "2026-03-02T09:00:00+00:00", "trouble": None}
    support = figures["mailboxes"][0]
    assert (support["id"], support["last_contact"], support["states"]) == ("support", "2026-03-02T09:00:00+00:00", {"ticket": 1})
    assert support["trouble"].startswith("MAILBOT_IMAP_SUPPORT is not set")


def test_check_tells_all_that_is_missing_at_once(mailbot: Command):
    result = mailbot("check")

    found = [line.partition(":")[0] for line in result.out.splitlines() if not line.startswith("tip")]
    assert result.status == 1
    assert found == [
        "ok  rules",
        "ok  templates",
        "ok  database",
        "ok  disk",
        "no  imap support",
        "no  imap buero",
        "no  smtp",
        "ok  clock",
    ]


@pytest.mark.usefixtures("unrehearsed")
def test_check_speaks_german_where_the_system_or_somebody_wants_it(mailbot: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LANG", "de_DE.UTF-8")

    assert "nein Versand: MAILBOT_SMTP fehlt; das sieht so aus: smtps://user:password@" in mailbot("check").out
    assert "no  smtp: MAILBOT_SMTP is not set" in mailbot("check", "--language", "en").out
    found = {each["what"]: each for each in json.loads(mailbot("check", "--json").out)}
    assert (found["smtp"]["grade"], found["smtp"]["text"][:18]) == ("no", "MAILBOT_SMTP fehlt")


def test_what_is_only_a_tip_is_no_failure(mailbot: Command, monkeypatch: pytest.MonkeyPatch):
    somewhere = Said(de="hier", en="here")
    monkeypatch.setattr(tour, "check_up", lambda: [fine(somewhere, de="gut", en="good"), tip(somewhere, de="naja", en="well")])

    assert mailbot("check") == Ended(status=0, out="ok  here: good\ntip here: well\n", err="")


@pytest.mark.usefixtures("unrehearsed")
def test_no_command_ever_tells_a_secret(
    bench: Bench, mailbot: Command, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
):
    bench.slot.errors = [LATER]
    bench.arrives()
    passwords = {each: f"hunter2#{each}" for each in ("support", "buero", "smtp")}
    url = {each: f"kim%40verein.example:{quote(password)}" for each, password in passwords.items()}
    monkeypatch.setenv("MAILBOT_IMAP_SUPPORT", f"imap://{url['support']}@127.0.0.1:{dovecot.imap}")
    monkeypatch.setenv("MAILBOT_IMAP_BUERO", f"imaps://{url['buero']}@localhost:{dovecot.imaps}")
    monkeypatch.setenv("MAILBOT_SMTP", f"smtp://{url['smtp']}@127.0.0.1:{postfix.smtp}")
    monkeypatch.setenv("MAILBOT_SECRET", "hunter2" * 8)
    monkeypatch.setenv("MAILBOT_SMPT", "hunter2")

    ended = [mailbot(*words) for words in (("check",), ("run", "--once"), ("status",), ("status", "--json"))]

    told = "".join(each.out + each.err for each in ended)
    assert [each.status for each in ended] == [1, 1, 1, 1]
    assert told.count("login: user or password is wrong") >= 4
    assert told.count("the certificate cannot be trusted") >= 4
    assert told.count("user or password is wrong (535") >= 2
    assert ended[1].err.count("MAILBOT_SMPT is set and means nothing") == 1
    for secret in ("hunter2", *(b64encode(f"\0kim@verein.example\0{each}".encode()).decode() for each in passwords.values())):
        assert secret not in told
    assert "kim@" not in "".join(each.err for each in ended if "timestamp=" in each.err).partition("mailbot: ")[0]


@pytest.mark.usefixtures("unrehearsed")
def test_check_tells_of_settings_that_mean_nothing(mailbot: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILBOT_SMPT", "smtps://u:hunter2@mail.example")

    checked = mailbot("check")

    assert "no  settings: MAILBOT_SMPT is set and means nothing; did you mean MAILBOT_SMTP?\n" in checked.out
    assert "hunter2" not in checked.out


@pytest.mark.usefixtures("unrehearsed")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "--once"), "mailbot: MAILBOT_IMAP_SUPPORT is not set; it looks like "),
        (("run", "--since", "gestern"), "mailbot: --since takes a day like 2026-03-02 or 'all', not 'gestern'"),
        (("hold", "fax", "--because", "x"), "mailbot: there is no service 'fax'; there are: nextcloud, "),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(mailbot: Command, words: tuple[str, ...], sentence: str):
    result = mailbot(*words)

    assert result.status == 1
    assert result.err.splitlines()[-1].startswith(sentence)
    assert "Traceback" not in result.err


def test_wrong_rules_name_file_and_line(bench: Bench, mailbot: Command):
    bench.change_rules("ticket_prefix: KV", "ticket_prefix: kv")

    result = mailbot("digest")

    assert result.status == 1
    assert re.match(r"mailbot: rules\.yaml:\d+: organisation\.ticket_prefix: .*, not 'kv'\n", result.err)


@pytest.mark.parametrize("bench", [{"per_day: 40": "per_day: 1"}], indirect=True, ids=[""])
def test_what_is_kept_back_can_be_seen_let_go_and_dropped(mailbot: Command, bench: Bench):
    assert mailbot("outbox").out == "nothing is kept back\n"
    for service in ("Nextcloud", "Signal", "Zetkin"):
        bench.mail(eml(f"Der OV Kalk möchte {service} nutzen.", Subject=service))
    bench.run()

    listed = mailbot("outbox", "list").out.splitlines()
    assert [line.split()[:6] for line in listed[1:]] == [
        [str(number), key, "anna.schmidt@posteo.example", "stopped", "for", "you"]
        for number, key in ((2, "KV-1002"), (4, "KV-1003"))
    ]
    assert [(each["mail"], each["ticket"], each["state"]) for each in json.loads(mailbot("outbox", "--json").out)] == [
        (2, "KV-1002", "stopped"),
        (4, "KV-1003", "stopped"),
    ]
    status = mailbot("status")
    assert "wrong: mail 2 about KV-1002 waits for you: zu viele automatische Mails" in status.out
    shown = mailbot("outbox", "show", "2")
    assert "Message-ID: <KV-1002.m." in shown.out
    assert shown.err.startswith("stopped: zu viele automatische Mails")

    assert mailbot("outbox", "release", "2").out == "2 to anna.schmidt@posteo.example leaves with the next run\n"
    assert mailbot("outbox", "drop", "4").out == "4 to anna.schmidt@posteo.example is never sent\n"
    assert mailbot("outbox").out == "nothing is kept back\n"
    assert mailbot("outbox", "drop", "4") == Ended(
        status=1, out="", err="mailbot: mail 4 is dropped, not kept back; see: mailbot outbox list\n"
    )


@pytest.mark.parametrize("bench", [{"\nsend_delay: 0": "\nreplies: draft"}], indirect=True)
def test_drafts_that_nobody_has_sent_are_listed_until_somebody_gives_them_up(mailbot: Command, bench: Bench):
    bench.arrives()

    drafted = mailbot("outbox").out.splitlines()[-1]
    assert " ".join(drafted.split()) == ("1 KV-1001 anna.schmidt@posteo.example drafted in Drafts since 2026-03-02 10:00 CET")
    assert mailbot("status", "--json").out.count('"drafted": 1') == 1
    assert mailbot("outbox", "release", "1").err == "mailbot: mail 1 is drafted, not kept back; see: mailbot outbox list\n"
    assert mailbot("outbox", "drop", "1").out == "1 to anna.schmidt@posteo.example is never sent\n"
    assert mailbot("outbox").out == "nothing is kept back\n"


@pytest.mark.parametrize("bench", [{"\nsend_delay: 0": "\nmode: shadow"}], indirect=True)
def test_what_was_written_in_shadow_is_shown_everywhere_and_never_sent(mailbot: Command, bench: Bench):
    bench.arrives()

    assert mailbot("outbox").out.splitlines()[-1].split() == [
        *("1", "KV-1001", "anna.schmidt@posteo.example", "shadow"),
        *("in", "shadow", "since", "2026-03-02", "10:00", "CET"),
    ]
    assert "outbox: 1 shadow\n" in mailbot("status").out
    assert [ticket["state"] for ticket in json.loads(mailbot("tickets", "--json").out)] == ["asking"]
    assert "--> anna.schmidt@posteo.example" in (shown := mailbot("show", "KV-1001").out)
    assert "Probelauf: Mail an anna.schmidt@posteo.example nur aufgeschrieben" in shown
    assert "es fehlen noch folgende Angaben:" in mailbot("outbox", "show", "1").out
    assert mailbot("digest", "--send").out == "written down for 1 staff; in shadow nothing leaves\n"


def test_what_a_person_wrote_from_the_mailbox_is_shown_as_a_mail_of_ours(mailbot: Command, bench: Bench):
    answer = eml("Ich rufe dich an.", From="support@die-linke-koeln.de", To=ANNA, **answering(bench.arrives()))
    bench.support.others.setdefault("Sent", Shelf()).put(answer, bench.clock.now)
    bench.run()

    shown = json.loads(mailbot("show", "KV-1001", "--json").out)["mails"]

    assert [(mail["direction"], mail["with"]) for mail in shown if mail["text"].strip() == "Ich rufe dich an."] == [
        ("out", "anna.schmidt@posteo.example")
    ]


def test_what_has_had_its_time_is_told_before_it_goes(bench: Bench, mailbot: Command):
    bench.arrives("Ich bin nicht da.", Auto_Submitted="auto-replied")
    with bench.office.database.write() as connection:
        connection.exec_driver_sql("UPDATE inbound SET done_at = '2024-03-02 09:00:00'")

    counted, rehearsed, done, again = (
        mailbot("privacy", "expire", "--rehearse", "--json"),
        mailbot("privacy", "expire", "--rehearse"),
        mailbot("privacy", "expire"),
        mailbot("privacy", "expire"),
    )

    assert json.loads(counted.out)["forgotten"]["mails without a ticket"] == 1
    assert rehearsed.out.splitlines() == [
        "      1  mails without a ticket, the oldest of 2024-03-02",
        "1 would be forgotten; nothing has been changed",
    ]
    assert done.out.splitlines()[-1] == (
        "1 forgotten; the mailboxes are yours to tidy: mails in them, in Sent and at staff's own addresses are not touched"
    )
    assert again.out == "nothing has been kept for too long\n"


def test_a_persons_data_are_packed_and_erased(bench: Bench, mailbot: Command, tmp_path: Path):
    bench.arrives()
    mailbot("close", "KV-1001")
    bench.clock.now = utc_now()
    bench.run()

    packed, again = mailbot("privacy", "export", "Anna.Schmidt@posteo.example"), mailbot("privacy", "export", ADDRESS)
    counted, rehearsed, done, gone = (
        json.loads(mailbot("privacy", "erase", ADDRESS, "--json").out),
        mailbot("privacy", "erase", ADDRESS),
        mailbot("privacy", "erase", ADDRESS, "--yes"),
        mailbot("privacy", "erase", ADDRESS, "--yes"),
    )

    assert (counted["tickets"], counted["mails"]["from_them"], counted["erased"]) == (["KV-1001"], 1, None)
    (archive,) = tmp_path.glob("auskunft-*.zip")
    assert (archive.stat().st_mode & 0o777, packed.status) == (0o600, 0)
    assert packed.out.splitlines()[0] == "      1  tickets of their own: KV-1001"
    sentence = "is there already, and nothing is written over it; name another file: --out FILE.zip"
    assert (again.status, again.err) == (1, f"mailbot: {archive.name}: {sentence}\n")
    assert rehearsed.out.splitlines()[-1] == "nothing has been changed; --yes erases it, and nobody can undo that"
    assert done.out.splitlines()[-1].startswith("erased: 1 tickets, 3 mails; the mailboxes are yours to tidy")
    assert gone.out.splitlines() == [f"the database holds nothing about {ADDRESS}", "nothing has been changed"]
    shown = json.loads(mailbot("show", "KV-1001", "--json").out)
    assert (shown["requester"], shown["fields"], shown["events"][-1]["kind"]) == ("", {}, "erased")
    assert "KV-1001" in mailbot("show", "KV-1001").out
    assert "KV-1001" in mailbot("tickets").out
    nothing = mailbot("privacy", "export", ADDRESS, "--out", "x.zip")
    assert (nothing.status, nothing.err) == (
        1,
        f"mailbot: the database holds nothing about {ADDRESS}; that, too, is an answer to them\n",
    )


def test_who_is_still_waited_for_is_not_erased(bench: Bench, mailbot: Command):
    bench.arrives()

    rehearsed, refused, done = (
        mailbot("privacy", "erase", ADDRESS),
        mailbot("privacy", "erase", ADDRESS, "--yes"),
        mailbot("privacy", "erase", ADDRESS, "--yes", "--even-open"),
    )

    assert "could not be now: their data are still needed for KV-1001" in rehearsed.out
    assert (refused.status, "nothing was erased: their data are still needed for KV-1001" in refused.err) == (1, True)
    assert done.status == 0
