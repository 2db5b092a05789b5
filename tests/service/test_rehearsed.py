"""What was rehearsed at one start is not rehearsed at the next, unless anything about it has changed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from mailbot.errors import CatalogueError, TemplateError
from mailbot.service.office import open_office
from mailbot.service.rehearsed import is_known, remember, state_of
from tests.service.bench import MONDAY, Bench
from tests.service.test_rulebook import BROKEN, KEPT

NONSENSE = "{{ nonsense }}"
"""A template with that can be compiled and not rendered: only a rehearsal notices."""


def start(bench: Bench) -> None:
    with open_office(bench.office.settings, rehearse=True):
        pass


def state(bench: Bench) -> str:
    return state_of(bench.office.settings.rules, bench.office.settings.templates)


def known(bench: Bench) -> bool:
    return is_known(bench.office.settings.database, state(bench))


def spoil(bench: Bench, template: str) -> None:
    file = bench.office.settings.templates / template
    file.write_text(file.read_text(encoding="utf-8") + NONSENSE, encoding="utf-8")


def test_a_start_remembers_what_it_has_rehearsed(bench: Bench):
    assert not known(bench)

    start(bench)

    assert known(bench)


def test_what_is_remembered_is_not_rehearsed_again(quick_bench: Bench):
    spoil(quick_bench, "de/closed.txt")
    remember(quick_bench.office.database, state(quick_bench), now=MONDAY)

    start(quick_bench)  # and nobody has noticed


def test_a_changed_template_is_rehearsed_at_the_next_start(quick_bench: Bench):
    remember(quick_bench.office.database, state(quick_bench), now=MONDAY)

    spoil(quick_bench, "de/closed.txt")

    with pytest.raises(TemplateError, match=r"de/closed\.txt:\d+: 'nonsense' is undefined"):
        start(quick_bench)
    assert not known(quick_bench)


def test_an_example_that_does_not_hold_any_more_is_noticed_at_the_next_start(quick_bench: Bench):
    remember(quick_bench.office.database, state(quick_bench), now=MONDAY)

    rules = quick_bench.office.settings.rules
    rules.write_text(rules.read_text(encoding="utf-8").replace(KEPT, BROKEN), encoding="utf-8")

    with pytest.raises(CatalogueError, match="action should be 'open', is 'refer'"):
        start(quick_bench)


def test_who_is_no_bot_neither_rehearses_nor_remembers(quick_bench: Bench):
    with open_office(quick_bench.office.settings):
        assert not known(quick_bench)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "de" / "closed.txt").write_text("Fertig.\n", encoding="utf-8"),
        lambda folder: (folder / "de" / "closed.txt").rename(folder / "de" / "close.txt"),
        lambda folder: (folder / "de" / "closed.txt").unlink(),
        lambda folder: (folder / "new.txt").touch(),
        lambda folder: (folder.parent / "rules.yaml").write_text("services: []\n", encoding="utf-8"),
    ],
    ids=["words", "name", "gone", "new", "rules"],
)
def test_every_change_of_the_files_makes_another_state(tmp_path: Path, change: Callable[[Path], object]):
    rules, templates = tmp_path / "rules.yaml", tmp_path / "templates"
    (templates / "de").mkdir(parents=True)
    rules.write_text("services:\n", encoding="utf-8")
    (templates / "de" / "closed.txt").write_text("Erledigt.\n", encoding="utf-8")
    before = state_of(rules, templates)

    change(templates)

    assert state_of(rules, templates) != before


def test_a_change_behind_a_link_makes_another_state(tmp_path: Path):
    rules, templates, elsewhere = tmp_path / "rules.yaml", tmp_path / "templates", tmp_path / "elsewhere"
    rules.touch()
    for folder in (templates, elsewhere):
        folder.mkdir()
    (templates / "de").symlink_to(elsewhere)
    (elsewhere / "closed.txt").write_text("Erledigt.\n", encoding="utf-8")
    before = state_of(rules, templates)

    (elsewhere / "closed.txt").write_text("Fertig.\n", encoding="utf-8")

    assert state_of(rules, templates) != before


def test_what_is_saved_while_a_bot_starts_is_rehearsed(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    remember(quick_bench.office.database, state(quick_bench), now=MONDAY)

    def saved_meanwhile(database: URL, state: str) -> bool:
        spoil(quick_bench, "de/closed.txt")
        return is_known(database, state)

    monkeypatch.setattr("mailbot.service.office.is_known", saved_meanwhile)

    with pytest.raises(TemplateError, match=r"de/closed\.txt:\d+: 'nonsense' is undefined"):
        start(quick_bench)


def test_another_python_makes_another_state(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch):
    before = state(quick_bench)

    monkeypatch.setattr("mailbot.service.rehearsed.python_version", lambda: "99.0")

    assert state(quick_bench) != before


def test_another_version_of_any_library_makes_another_state(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    about = tmp_path / "libraries" / "markupsafe-3.0.0.dist-info"  # which jinja2 asks for, not we
    about.mkdir(parents=True)
    monkeypatch.syspath_prepend(about.parent)
    before = state(quick_bench)

    about.rename(about.with_name("markupsafe-3.0.1.dist-info"))

    assert state(quick_bench) != before


def test_another_program_makes_another_state(quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    before = state(quick_bench)
    (tmp_path / "program").mkdir()
    (tmp_path / "program" / "__init__.py").touch()

    monkeypatch.setattr("mailbot.__file__", str(tmp_path / "program" / "__init__.py"))

    assert state(quick_bench) != before


def test_a_database_that_is_not_there_yet_knows_nothing_and_is_not_made(quick_bench: Bench, tmp_path: Path):
    nowhere = quick_bench.office.settings.database.set(database=str(tmp_path / "nowhere.db"))

    assert not is_known(nowhere, state(quick_bench))
    assert not (tmp_path / "nowhere.db").exists()
