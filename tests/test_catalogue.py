"""rules.yaml: the project's own is as it must be; and whoever edits it is told what is wrong, where, and what is allowed."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from mailbot.catalogue import Catalogue, load_catalogue, parse_catalogue
from mailbot.errors import CatalogueError
from mailbot.examples import broken_examples
from tests.scoring import PROJECT

RULES = """\
organisation:
  name: Verein
  domain: verein.example
  website: https://verein.example
mailboxes:
  - id: support
    address: support@verein.example
    name: Support
staff:
  - id: kim
    name: Kim Sommer
    email: kim.sommer@verein.example
groups:
  kinds:
    - short: OV
      names: [Ortsverband]
services:
  - id: nextcloud
    label: {de: Nextcloud, en: Nextcloud}
    about: {de: zur Nextcloud, en: about the Nextcloud}
    inbox: support
    signs:
      strong: [cloud]
    fields:
      - id: users
        type: persons
        each: [given, surname, email]
        label: {de: Nutzende, en: Users}
      - id: admins
        type: chosen
        among: users
        label: {de: Admins, en: Admins}
  - id: help
    label: {de: Hilfe, en: Help}
    about: {de: zu deiner Frage, en: about your question}
    inbox: any
    complete: triage
  - id: other
    label: {de: Anfrage, en: Request}
    about: {de: zu deinem Anliegen, en: about your concern}
    inbox: any
    complete: triage
"""


def edited(*changes: tuple[str, str]) -> str:
    """The rules, with each text replaced where it stands first."""
    text = RULES
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def complaint(text: str) -> str:
    with pytest.raises(CatalogueError) as raised:
        parse_catalogue(text)
    return str(raised.value)


def place(text: str, words: str) -> str:
    """file:line of the first line in which these words stand."""
    return f"rules.yaml:{text[: text.index(words)].count(chr(10)) + 1}"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(PROJECT / "rules.yaml")


SERVICES = {
    "nextcloud": ("support", "open", ["group", "users", "admins"]),
    "website": ("support", "open", ["group", "editors"]),
    "video": ("support", "open", ["person", "group", "role"]),
    "email_personal": ("buero", "open", ["person", "role", "address_kind", "target"]),
    "email_group": ("buero", "open", ["group", "address", "targets"]),
    "openslides": ("support", "open", ["group", "date", "participants", "person"]),
    "signal": ("support", "open", ["group", "person"]),
    "aktivisti": ("support", "refer", []),
    "zetkin": ("support", "refer", []),
    "privacy": ("any", "triage", []),
    "help": ("support", "triage", []),
    "other": ("any", "triage", []),
}


def test_members_can_ask_for_twelve_things(catalogue: Catalogue):
    offered = {each.id: (each.inbox, each.complete, [rule.id for rule in each.fields]) for each in catalogue.services}

    assert offered == SERVICES


def test_the_introduction_is_arranged_where_one_is_needed(catalogue: Catalogue):
    assert [service.id for service in catalogue.services if service.introduction] == ["website", "video"]


def test_a_data_subjects_request_is_due_in_one_month(catalogue: Catalogue):
    assert {service.id: service.due_months for service in catalogue.services if service.due_months} == {"privacy": 1}


def test_the_nextcloud_waits_for_its_fault_to_be_mended(catalogue: Catalogue):
    assert [service.id for service in catalogue.services if service.on_hold] == ["nextcloud"]


def test_a_group_has_one_to_three_admins_and_a_target_is_for_a_forwarding_only(catalogue: Catalogue):
    admins, target = catalogue.service("nextcloud").field("admins"), catalogue.service("email_personal").field("target")

    assert admins is not None
    assert (admins.among, admins.most) == ("users", 3)
    assert target is not None
    assert target.only_if == {"address_kind": "forward"}


def test_the_rules_keep_their_own_examples(catalogue: Catalogue):
    assert broken_examples(catalogue) == ()


def test_every_service_has_an_example(catalogue: Catalogue):
    assert [service.id for service in catalogue.services if not service.examples] == []


def test_small_rules_are_valid():
    assert [service.id for service in parse_catalogue(RULES).services] == ["nextcloud", "help", "other"]


MISTAKES = [
    pytest.param("signs:", "sings:", "sings", "unknown key 'services.0.sings', did you mean 'signs'?", id="a misspelt key"),
    pytest.param(
        "name: Kim Sommer",
        "name: Kim Sommer\n    zzz: 1",
        "zzz",
        "unknown key 'staff.0.zzz'; allowed here: email, id, name, services",
        id="a key unlike any other",
    ),
    pytest.param(
        "complete: triage",
        "complete: maybe",
        "maybe",
        "services.1.complete: should be 'open', 'refer' or 'triage', not 'maybe'",
        id="a word that is not one of those allowed",
    ),
    pytest.param(
        "name: Kim Sommer",
        "name: 12",
        "12",
        "staff.0.name: should be text, stands there: 12; put it in quotes if it has a colon or is a number",
        id="a number where a text should stand",
    ),
    pytest.param(
        "names: [Ortsverband]",
        "names: [Ortsverband: ja]",
        "Ortsverband",
        "groups.kinds.0.names.0: should be text, stands there: 'Ortsverband:'; put it in quotes if it has a colon or is a number",
        id="a colon that makes a mapping of a text",
    ),
    pytest.param(
        "name: Support", "name: Support\n    name: Hilfe", "name: Hilfe", "the key 'name' stands twice", id="a doubled key"
    ),
    pytest.param(
        "groups:",
        "digest: {at: morgens}\ngroups:",
        "morgens",
        "digest.at: should be a time of day like '08:00', not 'morgens'",
        id="no time of day",
    ),
    pytest.param(
        "groups:",
        "digest: {at: '24:30'}\ngroups:",
        "24:30",
        "digest.at: should be a time of day like '08:00', not '24:30'",
        id="a time of day that no clock shows",
    ),
    pytest.param(
        "groups:",
        "first_run: 2 weeks\ngroups:",
        "weeks",
        "first_run: should be a time like '15 minutes', '2 hours' or '1 day', not '2 weeks'",
        id="a span in a unit that is not known",
    ),
    pytest.param(
        "groups:",
        "limits: {per_hour: 0}\ngroups:",
        "per_hour",
        "limits.per_hour: should be greater than or equal to 1, not '0'",
        id="a number that is too small",
    ),
    pytest.param(
        "groups:",
        "limits: {per_ticket: {1 week: 3}}\ngroups:",
        "1 week",
        "limits.per_ticket.1 week: should be a time like '15 minutes', '2 hours' or '1 day', not '1 week'",
        id="a limit for a span in a unit that is not known",
    ),
    pytest.param(
        "groups:",
        "hours: {weekdays: [montag]}\ngroups:",
        "montag",
        "hours.weekdays.0: should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', not 'montag'; did you mean 'mon'?",
        id="a German weekday",
    ),
    pytest.param(
        "groups:",
        "groups: [",
        "- short: OV",  # only here does YAML see that something is wrong
        "expected the node content, but found '-'",
        id="a bracket that is never closed",
    ),
    pytest.param(
        "strong: [cloud]", "strong: *words", "*words", "found undefined alias 'words'", id="an anchor that does not exist"
    ),
    pytest.param(
        "    complete: triage",
        "\tcomplete: triage",
        "\t",
        "found character '\\t' that cannot start any token",
        id="a tab",
    ),
]


@pytest.mark.parametrize(("old", "new", "wrong", "sentence"), MISTAKES)
def test_a_mistake_is_told_with_file_line_what_stands_there_and_what_is_allowed(old: str, new: str, wrong: str, sentence: str):
    text = edited((old, new))

    assert complaint(text) == f"{place(text, wrong)}: {sentence}"


def test_a_list_whose_only_row_is_wrong_is_not_called_empty():
    text = edited(("    address: support@verein.example\n", "    adress: support@verein.example\n"))

    assert sorted(complaint(text).splitlines()) == [
        f"{place(text, '- id: support')}: 'mailboxes.0.address' is missing",
        f"{place(text, 'adress:')}: unknown key 'mailboxes.0.adress', did you mean 'address'?",
    ]


def test_a_missing_key_is_told_where_it_is_missing():
    text = edited(("    address: support@verein.example\n", ""))

    assert f"{place(text, '- id: support')}: 'mailboxes.0.address' is missing" in complaint(text).splitlines()


def test_an_address_must_be_one():
    text = edited(("address: support@verein.example", "address: support"))

    assert place(text, "address: support") in complaint(text)


@pytest.mark.parametrize("key", ["each: [given, surname, email]", "among: users"])
def test_a_field_needs_what_its_type_needs(key: str):
    text = edited((f"        {key}\n", ""))
    type = "persons" if key.startswith("each") else "chosen"

    assert complaint(text).endswith(f"a field of type '{type}' needs '{key.partition(':')[0]}'")


def test_a_field_has_nothing_that_its_type_does_not_know():
    text = edited(("        type: persons\n", "        type: group\n"))

    assert complaint(text).endswith("a field of type 'group' has no 'each'")


TIED = [
    pytest.param("id: help", "id: nextcloud", "two entries for the service 'nextcloud'", id="a doubled service"),
    pytest.param(
        "    inbox: support\n    signs",
        "    inbox: office\n    signs",
        "service 'nextcloud': no mailbox 'office', there are: any, support",
        id="an inbox that does not exist",
    ),
    pytest.param(
        "among: users",
        "among: members",
        "service 'nextcloud', field 'admins': there is no field 'members'",
        id="chosen among a field that does not exist",
    ),
    pytest.param(
        "among: users",
        "among: users\n        only_if: {kind: forward}",
        "service 'nextcloud', field 'admins': there is no field 'kind'",
        id="only if a field is so that does not exist",
    ),
    pytest.param(
        "email: kim.sommer@verein.example",
        "email: kim.sommer@verein.example\n    services: [cloud]",
        "staff 'kim': there is no service 'cloud'",
        id="staff for a service that does not exist",
    ),
]


@pytest.mark.parametrize(("old", "new", "sentence"), TIED)
def test_what_names_another_part_must_name_one_that_exists(old: str, new: str, sentence: str):
    assert complaint(edited((old, new))).endswith(f": {sentence}")


@pytest.mark.parametrize(("old", "new", "sentence"), TIED)
def test_what_names_another_part_is_told_with_its_line(old: str, new: str, sentence: str):
    assert not complaint(edited((old, new))).startswith("rules.yaml:1:")


def test_a_hand_over_that_is_not_there_is_told_with_those_that_are(tmp_path: Path):
    rules = tmp_path / "rules.yaml"
    text = edited(("    inbox: support\n", "    inbox: support\n    handover: nextclod\n"))
    rules.write_text(text, encoding="utf-8")
    load_catalogue(rules)  # without any templates this is not to be known

    (tmp_path / "templates" / "handover").mkdir(parents=True)
    for name in ("nextcloud.sh", "nextcloud.csv", "email_group.txt"):
        (tmp_path / "templates" / "handover" / name).touch()

    with pytest.raises(CatalogueError) as raised:
        load_catalogue(rules)
    assert str(raised.value) == (
        f"{tmp_path}/{place(text, 'nextclod')}: service 'nextcloud': no 'nextclod' in templates/handover/, "
        "there are: email_group, nextcloud"
    )


OLD_AND_NEW = [("replies: send", "live"), ("replies: draft", "draft"), ("mode: shadow", "shadow")]


@pytest.mark.parametrize(("written", "mode"), OLD_AND_NEW)
def test_the_mode_has_an_older_name_and_stands_once(written: str, mode: str):
    assert parse_catalogue(f"{written}\n{RULES}").mode == mode

    with pytest.raises(CatalogueError, match="'replies' at the top is an older name of 'mode'; leave one of them away"):
        parse_catalogue(f"replies: draft\nmode: live\n{RULES}")


def test_the_address_for_notes_is_one_of_its_own():
    address = "address: support@verein.example"
    good = parse_catalogue(edited((address, f"{address}\n    notes: Support+Notiz@verein.example")))

    assert good.note_addresses == {"support+notiz@verein.example"}
    assert good.own_addresses >= {"support@verein.example", "support+notiz@verein.example"}
    assert complaint(edited((address, f"{address}\n    notes: Support@verein.example"))).endswith(
        "'support@verein.example' is an inbox; notes need an address of their own, like support+notiz@…"
    )


def test_all_complaints_come_at_once_and_in_order():
    text = edited(
        ("name: Kim Sommer", "name: 12"),
        ("type: persons", "type: people"),
        ("label: {de: Hilfe", "lable: {de: Hilfe"),
    )

    lines = [int(line.split(":")[1]) for line in complaint(text).splitlines()]

    assert len(lines) == 4  # the misspelt key is unknown, and the right one is missing
    assert lines == sorted(lines)


def test_names_that_stand_for_nothing_are_told_with_all_other_complaints():
    text = edited(
        ("among: users", "among: members"), ("    inbox: any\n", "    inbox: office\n"), ("name: Kim Sommer", "name: 12")
    )

    assert len(complaint(text).splitlines()) == 3


def test_an_expression_that_is_none_is_told():
    text = edited(("strong: [cloud]", 'strong: ["(cloud"]'))

    assert place(text, "(cloud") in complaint(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: Verein\n", "name: {{ x }}\n"),
        ("- id: support", "- id: [support]"),
        ("inbox: support", "inbox: [support]"),
        ("- id: nextcloud", "- id: {cloud: next}"),
        ("among: users", "among: [users]"),
        ("email: kim.sommer@verein.example", "email: kim.sommer@verein.example\n    services: [[nextcloud]]"),
    ],
)
def test_a_list_or_more_where_a_text_belongs_is_told_with_its_line(old: str, new: str):
    text = edited((old, new))

    assert place(text, new.splitlines()[-1]) in complaint(text)


def test_a_domain_that_cannot_stand_in_a_message_id_is_told():
    text = edited(("domain: verein.example", "domain: die-linke-köln.example"))

    assert complaint(text) == (
        f"{place(text, 'köln')}: organisation.domain: should be a domain in plain letters; "
        "write one with umlauts as 'xn--…', not 'die-linke-köln.example'"
    )


def test_a_time_zone_that_does_not_exist_is_told():
    text = edited(("groups:", "hours: {zone: Europe/Koeln}\ngroups:"))

    assert place(text, "Europe/Koeln") in complaint(text)


@pytest.mark.parametrize("id", ["help", "other"])
def test_the_services_that_every_mail_may_fall_to_must_be_there(id: str):
    assert f"'{id}'" in complaint(edited((f"- id: {id}", f"- id: {id}s")))


@pytest.mark.parametrize(("text", "stands"), [("", "nothing"), ("- services\n- groups\n", "a list"), ("mailbot", "'mailbot'")])
def test_a_file_that_is_no_mapping_is_told(text: str, stands: str):
    assert complaint(text) == f"rules.yaml:1: should be settings like 'services:', stands there: {stands}"


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path):
    with pytest.raises(CatalogueError, match=r"rules\.yaml: there is no such file; `mailbot init` writes one; or set"):
        load_catalogue(tmp_path / "rules.yaml")


def test_a_file_in_another_encoding_is_told(tmp_path: Path):
    path = tmp_path / "rules.yaml"
    path.write_bytes(RULES.replace("Nutzende", "Nützende").encode("latin-1"))

    with pytest.raises(CatalogueError, match=r"rules\.yaml:\d+: is no text in UTF-8; save it as UTF-8"):
        load_catalogue(path)


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(CatalogueError, match="cannot be read"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("15 minutes", timedelta(minutes=15)),
        ("1 hour", timedelta(hours=1)),
        ("2 days", timedelta(days=2)),
        ("0", timedelta()),
    ],
)
def test_a_span_is_a_number_and_a_unit(written: str, meant: timedelta):
    assert parse_catalogue(edited(("groups:", f"send_delay: {written}\ngroups:"))).send_delay == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"08:00"', time(8)),
        ("17:30", time(17, 30)),  # YAML 1.1 reads this as a number of minutes
        ('"7:05"', time(7, 5)),
    ],
)
def test_a_time_of_day_may_stand_with_or_without_quotes(written: str, meant: time):
    assert parse_catalogue(edited(("groups:", f"digest: {{at: {written}}}\ngroups:"))).digest.at == meant


def test_staff_are_found_by_address_whatever_its_case(catalogue: Catalogue):
    rules = parse_catalogue(RULES)

    assert rules.member_of_staff("Kim.Sommer@Verein.example") == rules.staff[0]
    assert rules.member_of_staff("kim@verein.example") is None


def test_what_has_left_the_rules_is_something_else_and_is_answered_from_the_first_mailbox():
    rules = parse_catalogue(RULES)

    assert rules.service("fax").id == "other"
    assert rules.mailbox("fax").id == "support"
