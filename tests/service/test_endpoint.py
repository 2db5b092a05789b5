"""What other programs may ask a running bot: is all well, and how much of what?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen
from wsgiref.util import setup_testing_defaults

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mailbot.demo.ports import free_ports
from mailbot.errors import SettingsError, StoreError
from mailbot.listener import Listener
from mailbot.service.endpoint import application, open_endpoint
from mailbot.service.health import examine
from mailbot.service.office import Office
from mailbot.store import mailboxes
from tests.service.bench import LATER, Bench, bench_in, eml


def asked(office: Office, path: str) -> tuple[str, str]:
    """Status and body."""
    said: list[str] = []
    environ = {"PATH_INFO": path}
    setup_testing_defaults(environ)
    body = application(office)(environ, lambda status, headers, exc_info=None: said.append(status))  # type: ignore[arg-type]
    return said[0], b"".join(body).decode()


def health(bench: Bench) -> tuple[str, list[str]]:
    status, body = asked(bench.office, "/healthz")
    return status, json.loads(body)["wrong"]


def gauges(bench: Bench) -> dict[str, float]:
    """By name and labels, as they stand in rules and dashboards."""
    _, text = asked(bench.office, "/metrics")
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {" ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): sample.value for sample in samples}


# --- is all well?


def test_a_bot_that_has_just_run_is_well(quick_bench: Bench):
    quick_bench.arrives()

    assert health(quick_bench) == ("200 OK", [])


def test_what_status_finds_wrong_is_wrong_here_too_and_nobody_is_named(quick_bench: Bench):
    quick_bench.slot.errors = [LATER]
    quick_bench.arrives()
    with quick_bench.office.database.write() as connection:
        mailboxes.in_trouble(connection, "buero", "buero%40verein.example: login refused", now=quick_bench.clock.now)
    quick_bench.clock.pass_by(timedelta(hours=2))

    assert health(quick_bench) == ("503 Service Unavailable", ["mailbox support", "mailbox buero", "sending"])
    assert len(examine(quick_bench.office).wrong) == 3


def test_without_its_database_nothing_is_well(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    def away() -> None:
        raise StoreError("database postgresql://…: connection refused")

    monkeypatch.setattr(quick_bench.office.database, "read", away)

    assert health(quick_bench) == ("503 Service Unavailable", ["database"])
    assert gauges(quick_bench)["mailbot_database_up"] == 0


def test_other_addresses_lead_nowhere(quick_bench: Bench):
    status, body = asked(quick_bench.office, "/../etc/passwd")

    assert (status, json.loads(body)) == ("404 Not Found", {"there is": ["/healthz", "/metrics"]})


# --- how much of what?


def test_a_story_in_figures(quick_bench: Bench):
    before = gauges(quick_bench)
    quick_bench.arrives()
    quick_bench.mail(eml("Ich bin nicht da.", Auto_Submitted="auto-replied"))
    quick_bench.run()
    quick_bench.clock.pass_by(timedelta(minutes=5))

    after = gauges(quick_bench)

    counted = {name: after[name] - before.get(name, 0) for name in after if name.endswith(("_total support", "_seconds_count"))}
    assert {name: number for name, number in counted.items() if number} == {
        "mailbot_received_total support": 2,
        "mailbot_answered_total support": 1,
        "mailbot_work_seconds_count": 2,
        "mailbot_send_seconds_count": 1,
    }
    assert {name: value for name, value in after.items() if name.startswith(("mailbot_contact", "mailbot_tickets"))} == {
        "mailbot_contact_age_seconds buero": 300,
        "mailbot_contact_age_seconds smtp": 300,
        "mailbot_contact_age_seconds support": 300,
        "mailbot_tickets nextcloud asking": 1,
    }
    assert (after["mailbot_healthy"], after["mailbot_database_up"], after["mailbot_pending_mails"]) == (1, 1, 0)


def test_what_waits_has_an_age(quick_bench: Bench):
    quick_bench.slot.errors = [LATER]
    quick_bench.arrives()
    quick_bench.clock.pass_by(timedelta(hours=2))

    figures = gauges(quick_bench)

    assert (figures["mailbot_unsent_mails"], figures["mailbot_unsent_age_seconds"]) == (1, 7140)
    assert (figures["mailbot_healthy"], figures["mailbot_trouble sending "]) == (0, 1)


def test_a_mail_that_cannot_be_processed_and_a_part_that_fails_are_counted(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.readers.read", lambda raw: 1 / 0)
    before = gauges(quick_bench)
    quick_bench.arrives()

    after = gauges(quick_bench)

    assert after["mailbot_quarantined_total support"] == before.get("mailbot_quarantined_total support", 0) + 1
    assert after["mailbot_quarantine_mails support"] == 1


# --- by HTTP


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[str]:
    """The address of a bot that answers."""
    (port,) = free_ports(1)
    with bench_in(tmp_path, metrics=Listener(host="127.0.0.1", port=port)) as bench, open_endpoint(bench.office):
        yield f"http://127.0.0.1:{port}"


def test_it_answers_by_http(listening: str):
    with pytest.raises(HTTPError) as ill, urlopen(f"{listening}/healthz"):
        pass
    with urlopen(f"{listening}/metrics") as metrics:
        text = metrics.read().decode()

    assert (ill.value.code, json.loads(ill.value.read())["wrong"]) == (503, ["mailbox support", "mailbox buero"])
    assert "mailbot_healthy 0.0" in text


def test_a_place_that_is_taken_is_one_clear_sentence(quick_bench: Bench, listening: str):
    taken = Listener(host="127.0.0.1", port=int(listening.rpartition(":")[2]))
    office = replace(quick_bench.office, settings=quick_bench.office.settings.model_copy(update={"metrics": taken}))

    with (
        pytest.raises(SettingsError, match=r"nobody can listen at 127.0.0.1:.*; choose another port"),
        open_endpoint(office),
    ):
        pass


def test_without_the_setting_nobody_listens(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.endpoint.make_server", lambda *_args, **_kwargs: pytest.fail("it listens"))

    with open_endpoint(quick_bench.office):
        pass
