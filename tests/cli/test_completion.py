"""What a real bash offers when the tabulator is pressed; and nothing, without a word, where something is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailbot.cli import completion
from tests.service.bench import bench_in

PRESS = """
eval "$(mailbot --show-completion)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mailbot_completion mailbot
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rules and the database of one ticket."""
    folder = tmp_path_factory.mktemp("office")
    with bench_in(folder) as bench:
        bench.arrives()
    return folder


def offered(folder: Path, *words: str) -> list[str]:
    """What bash offers for the last word."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HOME": str(folder)}
    pressed = subprocess.run(
        [bash, "--norc", "-c", PRESS, "bash", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert pressed.stderr == ""
    return pressed.stdout.split()


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        (("mailbot", "qua"), ["quarantine"]),
        (("mailbot", "close", "K"), ["KV-1001"]),
        (("mailbot", "tickets", "--state", "o"), ["open", "on_hold"]),
        (("mailbot", "service", "KV-1001", "web"), ["website"]),
    ],
    ids=lambda each: " ".join(each),
)
def test_bash_offers_what_there_is(office: Path, words: tuple[str, ...], offer: list[str]):
    assert offered(office, *words) == offer


def test_bash_offers_nothing_and_says_nothing_where_there_is_nothing(tmp_path: Path):
    assert offered(tmp_path, "mailbot", "hold", "") == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("offer", "beginning", "values"),
    [
        (completion.tickets, "KV-1", ["KV-1001"]),
        (completion.tickets, "KV-2", []),
        (completion.services, "nextcl", ["nextcloud"]),
        (completion.mailboxes, "", ["support", "buero"]),
        (completion.staff, "", ["technik"]),
        (completion.fields, "adm", ["admins"]),
        (completion.tickets_and_services, "KV", ["KV-1001"]),
    ],
    ids=lambda each: getattr(each, "__name__", None),
)
def test_values_are_offered_by_their_beginning_and_once(
    office: Path, monkeypatch: pytest.MonkeyPatch, offer: Callable[[str], completion.Offers], beginning: str, values: list[str]
):
    monkeypatch.chdir(office)

    assert [value for value, _ in offer(beginning)] == values


@pytest.mark.parametrize("offer", [completion.tickets, completion.services, completion.tickets_and_services])
def test_broken_rules_and_a_broken_database_offer_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offer: Callable[[str], completion.Offers]
):
    (tmp_path / "rules.yaml").write_text("services: [\n", encoding="utf-8")
    (tmp_path / "mailbot.db").write_text("no database", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert offer("") == []
