"""Rules that change while the bot runs."""

from pathlib import Path
from typing import Any

import pytest

from mailbot.errors import CatalogueError
from mailbot.service import desk, rulebook
from mailbot.service.office import open_office
from mailbot.service.overview import send
from mailbot.service.rulebook import Rulebook
from mailbot.service.worker import work
from mailbot.store.inbound import State
from mailbot.tickets import rehearsal
from tests.service.bench import MONDAY, Bench, answering
from tests.service.test_alarms import without_database

KEPT = "Kann ich einen Account haben?\n        action: refer"
BROKEN = "Kann ich einen Account haben?\n        action: open"


@pytest.fixture
def bench(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """It looks for changed rules before everything it does."""
    monkeypatch.setattr(rulebook, "GLANCE", 0.0)
    return quick_bench


def rename_the_nextcloud(bench: Bench) -> None:
    bench.change_rules("id: nextcloud\n", "id: cloud\n")
    bench.change_rules("tool: nextcloud", "tool: cloud")


def test_a_changed_file_is_taken_up(bench: Bench):
    bench.change_rules("per_hour: 10", "per_hour: 11")

    assert bench.office.catalogue.limits.per_hour == 11


@pytest.mark.usefixtures("unrehearsed")
def test_a_wrong_file_leaves_the_last_good_rules_in_force_until_it_is_mended(bench: Bench):
    bench.change_rules("per_hour: 10", "per_hour: viele")
    assert bench.office.catalogue.limits.per_hour == 10
    assert "limits.per_hour" in (bench.office.rulebook.trouble or "")

    bench.change_rules("per_hour: viele", "per_hour: 12")
    assert bench.office.catalogue.limits.per_hour == 12
    assert bench.office.rulebook.trouble is None


def test_a_broken_template_is_not_taken_up(bench: Bench):
    template = bench.office.settings.templates / "de" / "closed.txt"
    template.write_text(template.read_text(encoding="utf-8") + "{{ nonsense }}", encoding="utf-8")

    assert bench.office.catalogue.limits.per_hour == 10
    assert "closed.txt" in (bench.office.rulebook.trouble or "")


def test_a_text_behind_a_link_is_looked_at_like_any_other(bench: Bench, tmp_path: Path):
    templates = bench.office.settings.templates
    (tmp_path / "elsewhere").mkdir()
    (templates / "more").symlink_to(tmp_path / "elsewhere")

    (tmp_path / "elsewhere" / "broken.txt").write_text("{% if %}", encoding="utf-8")

    assert bench.office.catalogue.limits.per_hour == 10
    assert "templates/more/broken.txt:1" in (bench.office.rulebook.trouble or "")


def test_without_the_database_changed_rules_wait_and_the_last_good_ones_serve(bench: Bench):
    bench.change_rules("per_hour: 10", "per_hour: viele")

    with without_database(bench):
        assert bench.office.catalogue.limits.per_hour == 10
        assert bench.office.rulebook.trouble is None

    assert bench.office.catalogue.limits.per_hour == 10
    assert "limits.per_hour" in (bench.office.rulebook.trouble or "")


@pytest.mark.usefixtures("unrehearsed")
def test_a_service_that_somebody_waits_for_cannot_leave_the_rules(bench: Bench):
    bench.arrives()
    need = "there is no service 'nextcloud', but unfinished tickets need it: KV-1001; put it back, or close them"

    rename_the_nextcloud(bench)

    assert bench.office.catalogue.service("nextcloud").id == "nextcloud"
    assert need in (bench.office.rulebook.trouble or "")
    with pytest.raises(CatalogueError, match=need), open_office(bench.office.settings, rehearse=True):
        pass


@pytest.mark.usefixtures("unrehearsed")
def test_a_ticket_that_was_done_outlives_its_service(bench: Bench):
    mail = bench.arrives()
    desk.carry_out(bench.office, "KV-1001", "close")
    rename_the_nextcloud(bench)

    bench.arrives("Danke, aber es fehlt noch etwas: Was ist mit der Gruppe?", **answering(mail))
    send(bench.office, day=MONDAY.date())

    assert bench.office.rulebook.trouble is None
    assert [state for state, _ in bench.ends()] == [State.TICKET] * 2


def test_holds_come_on_top_of_the_rules(bench: Bench):
    desk.hold(bench.office, "signal", "Wartung")

    with bench.office.database.read() as connection:
        rules = bench.office.rules(connection)

    on_hold = rules.catalogue.service("signal").on_hold
    assert on_hold is not None
    assert (on_hold.de, on_hold.en) == ("Wartung", "Wartung")
    assert bench.office.catalogue.service("signal").on_hold is None


def test_a_template_that_broke_while_the_bot_runs_stops_no_mail(bench: Bench):
    bench.arrives()
    template = bench.office.settings.templates / "de" / "answer.txt"
    template.write_text("{% if %}", encoding="utf-8")

    bench.arrives(From="Paul Weber <paul@posteo.example>")
    desk.hold(bench.office, "signal", "Wartung")
    bench.arrives(From="Eva Klein <eva@posteo.example>")

    assert "answer.txt" in (bench.office.rulebook.trouble or "")
    assert [state for state, _ in bench.ends()] == [State.TICKET] * 3


def test_rules_that_do_not_keep_their_examples_are_not_taken_up(bench: Bench):
    bench.change_rules(KEPT, BROKEN)

    assert bench.office.catalogue.service("zetkin").examples[0].action == "refer"
    assert "service zetkin, example 1: action should be 'open', is 'refer'" in (bench.office.rulebook.trouble or "")


def test_rules_that_do_not_keep_their_examples_stop_the_start(bench: Bench):
    bench.change_rules(KEPT, BROKEN)
    settings = bench.office.settings

    with pytest.raises(CatalogueError, match=r"service zetkin, example 1: action should be 'open', is 'refer'$"):
        Rulebook(settings.rules, settings.templates, rehearse=True)


def test_changed_rules_are_rehearsed_before_anything_is_locked(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    engine, open_then = bench.office.database.engine, list[int]()
    real = rehearsal.rehearse

    def rehearse(*args: Any) -> None:
        open_then.append(engine.pool.checkedout())  # type: ignore[attr-defined]
        real(*args)

    bench.change_rules("Die Linke Köln", "Die Linke in Köln")
    monkeypatch.setattr(rehearsal, "rehearse", rehearse)
    work(bench.office)

    assert open_then == [0]
