"""The rules.yaml that an association begins with."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest

from mailbot.catalogue import ALWAYS, Catalogue, parse_catalogue
from mailbot.errors import SettingsError
from mailbot.examples import broken_examples
from mailbot.init.answers import Answers
from mailbot.init.files import write
from mailbot.init.rules import _yaml, made_elsewhere, offered, rules_for
from mailbot.init.shipped import shipped

SHIPPED = shipped("rules.yaml")
LOGIN = "imaps://info%40verein.example:hunter2@mail.verein.example"


def answers(*services: str, boxes: tuple[str, ...] = ("info",)) -> Answers:
    return Answers(
        name="Verein: Beispiel & Söhne",
        domain="verein.example",
        website="https://www.verein.example",
        address_as="sie",
        ticket_prefix="VB",
        mailboxes=tuple({"address": f"{box}@verein.example", "name": "Verein", "imap": LOGIN} for box in boxes),  # type: ignore[arg-type]
        smtp=LOGIN.replace("imaps", "smtps"),
        staff=({"name": "Kim Muster", "email": "kim@verein.example"}, {"name": "Kim Beispiel", "email": "k@verein.example"}),  # type: ignore[arg-type]
        services=services,
    )


def made(given: Answers) -> Catalogue:
    return parse_catalogue(rules_for(given, SHIPPED))


def test_the_file_that_ships_comes_out_as_it_went_in():
    text, out = SHIPPED.read_text(encoding="utf-8"), StringIO()

    _yaml().dump(_yaml().load(text), out)

    assert out.getvalue() == text


def test_answers_stand_in_it_and_nothing_of_the_association_that_it_ships_with():
    given = answers("website", "email_personal", boxes=("info", "büro"))
    text = rules_for(given, SHIPPED)
    rules = parse_catalogue(text)

    assert (rules.mode, rules.organisation.name, rules.organisation.address_as) == ("shadow", given.name, "sie")
    assert [(box.id, box.address) for box in rules.mailboxes] == [
        ("info", "info@verein.example"),
        ("buero", "büro@verein.example"),
    ]
    assert [person.id for person in rules.staff] == ["kim", "kim_2"]
    assert {service.id for service in rules.services} == {"website", "email_personal", *ALWAYS}
    assert {service.id: service.inbox for service in rules.services} == {
        "website": "info",
        "email_personal": "buero",
        "help": "info",
        "other": "any",
    }
    assert "die-linke" not in text
    assert "# How long what people wrote is kept" in text
    assert rules_for(given, SHIPPED) == text


@pytest.mark.parametrize("services", [(), ("signal",), ("email_group", "openslides")])
def test_its_examples_hold_whatever_was_chosen(services: tuple[str, ...]):
    assert broken_examples(made(answers(*services))) == ()


def test_a_service_that_does_not_ship_is_told():
    with pytest.raises(SettingsError, match="there is no service 'fax'; there are: nextcloud, website"):
        rules_for(answers("fax"), SHIPPED)


def test_those_that_others_run_are_offered_and_not_usual():
    assert made_elsewhere(SHIPPED) == {"aktivisti", "zetkin"}
    assert set(offered(SHIPPED)) > made_elsewhere(SHIPPED)


def test_files_are_written_once_and_passwords_for_their_owner_alone(tmp_path: Path):
    written = write(answers("signal"), tmp_path)

    assert [file.name for file in written] == ["rules.yaml", ".env", "rules.schema.json", "templates"]
    env = tmp_path / ".env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert env.read_text().splitlines()[-2:] == [f"MAILBOT_IMAP_INFO={LOGIN}", f"MAILBOT_SMTP={LOGIN.replace('imaps', 'smtps')}"]
    with pytest.raises(SettingsError, match=r"\.env and .*rules\.yaml: there already, and never overwritten"):
        write(answers("signal"), tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(SettingsError, match="there is no such folder; make it first"):
        write(answers("signal"), tmp_path / "missing")
