"""The scripts are really run, by bash; stand-ins for the programs of the servers write down what they were told."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.mail.letter import File
from mailbot.tickets.blocks import flat
from mailbot.tickets.handover import Hindrance, hand_over, hindrance, is_command
from mailbot.tickets.rendering import Templates
from mailbot.understanding.request import Person, Request, RequestKind
from tests.association import PROJECT
from tests.builders import ANNA, COMPLETE, MEHMET, person, request, ticket

STAND_IN = """#!/bin/sh
{ printf '%s\\0' "$(($# + 1))" "${0##*/}" "$@"; } >>"$TOLD"
case "$1$2" in
user:info*) [ "$3" = "$EXISTING" ] || exit 1 ;;
user:setting*) echo "$EXISTING_EMAIL" ;;
userget) [ "$3" = "$EXISTING" ] || exit 1 ;;
esac
exit 0
"""
PROGRAMS = ("occ", "wp", "rake", "curl", "sudo", "docker")

RULES = load_catalogue(PROJECT / "rules.yaml")
TEMPLATES = Templates(PROJECT / "templates")


@dataclass(frozen=True)
class Server:
    """A folder that is left as it was, and programs that write down their arguments."""

    home: Path

    def run(self, script: File, **environment: str) -> list[list[str]]:
        told = self.home / "told"
        told.write_bytes(b"")
        place = self.home / "script.sh"
        place.write_bytes(script.content)
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", str(place)],
            cwd=self.home / "work",
            env={"PATH": path, "TOLD": str(told), "EXISTING": "nobody", "LC_ALL": "C.UTF-8", **environment},
            capture_output=True,
            timeout=30,
        )
        assert b"syntax error" not in done.stderr
        assert b"not found" not in done.stderr
        assert list((self.home / "work").iterdir()) == []
        return calls(told.read_bytes())


def calls(told: bytes) -> list[list[str]]:
    """The arguments of each call; every argument ends with NUL, and the first says how many there are."""
    words = told.decode().split("\0")[:-1]
    found = []
    while words:
        number = int(words.pop(0))
        found.append(words[:number])
        del words[:number]
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    home = tmp_path_factory.mktemp("server")
    for folder in ("bin", "work"):
        (home / folder).mkdir()
    for program in PROGRAMS:
        (home / "bin" / program).write_text(STAND_IN)
        (home / "bin" / program).chmod(0o755)
    return Server(home=home)


def files(request: Request, rules: Catalogue = RULES) -> dict[str, File]:
    return {file.name: file for file in hand_over(ticket(request), rules, TEMPLATES)}


def text(request: Request, name: str) -> str:
    return files(request)[name].content.decode()


# Nextcloud


def test_a_group_its_users_and_their_admin_are_set_up_in_the_nextcloud(server: Server):
    script = files(request())["KV-1042-nextcloud.sh"]

    assert server.run(script, NC_LOGIN="admin:secret") == [
        ["occ", "group:add", "--", "OV Ehrenfeld"],
        ["occ", "user:info", "--", "anna.schmidt"],
        [
            *("occ", "user:add", "--generate-password", "--display-name=Anna Schmidt", "--email=anna.schmidt@posteo.example"),
            *("--group=OV Ehrenfeld", "--", "anna.schmidt"),
        ],
        [
            *("curl", "--fail", "--silent", "--show-error", "--user", "admin:secret", "--header", "OCS-APIRequest: true"),
            *("--data-urlencode", "groupid=OV Ehrenfeld"),
            "https://cloud.die-linke-koeln.de/ocs/v2.php/cloud/users/anna.schmidt/subadmins",
        ],
        ["occ", "user:info", "--", "mehmet.yilmaz"],
        [
            *("occ", "user:add", "--generate-password", "--display-name=Mehmet Yılmaz", "--email=mehmet.yilmaz@posteo.example"),
            *("--group=OV Ehrenfeld", "--", "mehmet.yilmaz"),
        ],
    ]


def test_who_has_an_account_already_only_comes_into_the_group(server: Server):
    script = files(request())["KV-1042-nextcloud.sh"]

    told = server.run(script, EXISTING="anna.schmidt", EXISTING_EMAIL="anna.schmidt@posteo.example")

    assert ["occ", "group:adduser", "--", "OV Ehrenfeld", "anna.schmidt"] in told
    assert [call[-1] for call in told if "user:add" in call] == ["mehmet.yilmaz"]


def test_the_account_of_a_namesake_is_left_alone(server: Server):
    script = files(request())["KV-1042-nextcloud.sh"]

    told = server.run(script, EXISTING="anna.schmidt", EXISTING_EMAIL="another.anna@posteo.example", NC_LOGIN="admin:secret")

    assert [call for call in told if "anna.schmidt" in call] == [
        ["occ", "user:info", "--", "anna.schmidt"],
        ["occ", "user:setting", "--", "anna.schmidt", "settings", "email"],
    ]
    assert [call for call in told if call[0] == "curl"] == []


def test_users_can_be_imported_from_a_table():
    rows = list(csv.DictReader(text(request(), "KV-1042-nextcloud.csv").splitlines(), delimiter=";"))

    assert [(row["username"], row["displayname"], row["email"], row["groups"], row["subadmin"]) for row in rows] == [
        ("anna.schmidt", "Anna Schmidt", "anna.schmidt@posteo.example", "OV Ehrenfeld", "OV Ehrenfeld"),
        ("mehmet.yilmaz", "Mehmet Yılmaz", "mehmet.yilmaz@posteo.example", "OV Ehrenfeld", ""),
    ]


# The other services


def test_editors_get_an_account_in_wordpress(server: Server):
    script = files(request("website", {"group": "OV Kalk", "editors": (ANNA, MEHMET)}))["KV-1042-wordpress.sh"]

    told = server.run(script, EXISTING="mehmet.yilmaz@posteo.example")

    assert [call for call in told if "create" in call] == [
        [
            *("wp", "user", "create", "anna.schmidt", "anna.schmidt@posteo.example", "--role=editor", "--first_name=Anna"),
            *("--last_name=Schmidt", "--display_name=Anna Schmidt", "--send-email"),
        ]
    ]


def test_an_account_for_video_conferences_is_one_argument_for_rake(server: Server):
    asked = request("video", {"group": "OV Kalk", "role": "Sprecherin", "person": person("Anna", "Schmidt, geb. [Müller\\]")})

    ((program, argument),) = server.run(files(asked)["KV-1042-greenlight.sh"])

    name, email, password, role = rake_arguments(argument)
    assert (program, name, email, role) == ("rake", "Anna Schmidt, geb. [Müller\\]", "anna.schmidt@posteo.example", "User")
    assert re.fullmatch(r"[0-9a-f]{32}Aa1!", password)


def rake_arguments(task: str) -> list[str]:
    """As rake takes them apart (Rake::Application#parse_task_string)."""
    match = re.fullmatch(r"user:create\[(.*)\]", task)
    assert match
    arguments, rest = [], match[1]
    while rest is not None:
        found = re.match(r"\s*((?:[^\\,]|\\.)*?)\s*(?:,\s*(.*))?$", rest)
        assert found
        arguments.append(re.sub(r"\\(.)", r"\1", found[1]))
        rest = found[2]
    return arguments


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_a_forwarding_is_a_line_for_postfix():
    asked = request(
        "email_personal",
        {"person": person(email=None), "role": "Kassiererin", "address_kind": "forward", "target": "anna@posteo.example"},
    )

    assert commands(text(asked, "KV-1042-email_personal.txt")) == ["anna.schmidt@die-linke-koeln.de anna@posteo.example"]


def test_a_mailbox_is_a_line_for_postfix_and_one_for_dovecot():
    asked = request("email_personal", {"person": person(email=None), "role": "Kassiererin", "address_kind": "mailbox"})

    assert commands(text(asked, "KV-1042-email_personal.txt")) == [
        "anna.schmidt@die-linke-koeln.de die-linke-koeln.de/anna.schmidt/",
        "anna.schmidt@die-linke-koeln.de:HASH::::::",
    ]


def test_a_group_address_goes_to_all_its_targets():
    targets = ("anna@posteo.example", "mehmet@posteo.example")
    asked = request("email_group", {"group": "OV Kalk", "address": "ov-kalk@die-linke-koeln.de", "targets": targets})

    assert commands(text(asked, "KV-1042-email_group.txt")) == [
        "ov-kalk@die-linke-koeln.de anna@posteo.example, mehmet@posteo.example"
    ]


def test_a_table_is_no_command():
    assert [(name, is_command(file)) for name, file in files(request()).items()] == [
        ("KV-1042-nextcloud.csv", False),
        ("KV-1042-nextcloud.sh", True),
    ]


# What stands against it


@pytest.mark.parametrize(
    ("asked", "against"),
    [
        (request(), None),
        (request(missing=("admins",)), Hindrance.INCOMPLETE),
        (request(kind=RequestKind.CHANGE), Hindrance.CHANGE),
        (request("signal"), Hindrance.NOT_OFFERED),
        (request(fields={**COMPLETE, "users": (person(email="-rf@posteo.example"),)}), Hindrance.STRANGE),
        (request(fields={**COMPLETE, "users": (person(email='"a b"@posteo.example'),)}), Hindrance.STRANGE),
        (request("email_group", {"address": "ov@x.example", "targets": ("|sh@x.example",)}), Hindrance.STRANGE),
    ],
)
def test_only_what_is_certain_is_ready(asked: Request, against: Hindrance | None):
    assert hindrance(ticket(asked), RULES) is against


# Whatever people are called

NASTY = some.sampled_from(
    [
        "O'Neil", '"', "'", "`touch pwned`", "$(touch pwned)", "; touch pwned", "&& touch pwned", "| touch pwned", "\\", "\n",
        "\ntouch pwned\n", "\0", "-rf", "--help", "😀", "\u202egnp.exe", "\u200f", "!", "$HOME", "*", "~", "#", "[a]", "{a,b}",
        "{{ 7 * 7 }}", "%s", "<<E", "=1+1", "x" * 10_000,
    ]
)  # fmt: skip
NAMES = some.lists(NASTY | some.text(max_size=12), min_size=1, max_size=4).map("".join)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_name=NAMES, surname=NAMES, group=NAMES)
@example(given_name="$(touch pwned)", surname="'; touch pwned; '", group='"; touch pwned; "')
@example(given_name="\0", surname="\n", group="-")
def test_a_name_is_told_to_the_program_letter_by_letter_and_does_nothing_else(
    server: Server, given_name: str, surname: str, group: str
):
    hostile = Person(given=given_name, surname=surname, email="x@posteo.example")
    asked = request(fields={"group": group, "users": (hostile,), "admins": ("x@posteo.example",)})

    told = server.run(files(asked)["KV-1042-nextcloud.sh"], NC_LOGIN="a:b")

    login = told[1][-1]
    assert re.fullmatch(r"[a-z0-9.-]+", login)
    assert told[0] == ["occ", "group:add", "--", flat(group)]
    assert told[2][3:] == [
        f"--display-name={flat(hostile.name)}", "--email=x@posteo.example", f"--group={flat(group)}", "--", login
    ]  # fmt: skip
    assert told[3][-2:] == [
        f"groupid={flat(group)}",
        f"https://cloud.die-linke-koeln.de/ocs/v2.php/cloud/users/{login}/subadmins",
    ]
    assert len(told) == 4


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_name=NAMES, surname=NAMES)
def test_a_name_is_told_to_wordpress_and_rake_letter_by_letter_too(server: Server, given_name: str, surname: str):
    hostile = Person(given=given_name, surname=surname, email="x@posteo.example")
    website = request("website", {"group": given_name, "editors": (hostile,)})
    video = request("video", {"group": surname, "role": given_name, "person": hostile})

    *_, create = server.run(files(website)["KV-1042-wordpress.sh"])
    ((_, task),) = server.run(files(video)["KV-1042-greenlight.sh"])

    assert create[6:9] == [
        f"--first_name={flat(given_name)}", f"--last_name={flat(surname)}", f"--display_name={flat(hostile.name)}"
    ]  # fmt: skip
    assert rake_arguments(task)[:2] == [flat(hostile.name), "x@posteo.example"]


@settings(max_examples=60, deadline=None)
@given(given_name=NAMES, surname=NAMES, group=NAMES)
def test_a_spreadsheet_reads_every_name_as_text(given_name: str, surname: str, group: str):
    hostile = Person(given=given_name, surname=surname, email="x@posteo.example")
    asked = request(fields={"group": group, "users": (hostile,), "admins": ()})

    head, row = csv.reader(text(asked, "KV-1042-nextcloud.csv").splitlines(), delimiter=";")

    assert len(head) == len(row)
    assert row[1].removeprefix("'") == flat(hostile.name).removeprefix("'")
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
