"""Whether a mail server could deliver to the bot."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from mailbot.checkup import rules
from mailbot.checkup.delivery import door
from mailbot.checkup.finding import Grade
from mailbot.checkup.tour import check_up
from mailbot.demo.ports import free_ports
from mailbot.listener import Door, Listener, SocketFile
from mailbot.service.bells import Bells
from mailbot.service.lmtp import delivered_at, keep
from tests.builders import catalogue
from tests.service.bench import OURS, bench_in, eml, proof

BOX = catalogue().mailboxes[0]


@pytest.fixture
def where() -> Listener:
    return Listener(host="127.0.0.1", port=free_ports(1)[0])


def told(where: Door) -> tuple[Grade, str]:
    found = door(where, BOX)
    return found.grade, found.text.en


def test_a_free_port_is_fine(where: Listener):
    assert told(where) == (Grade.OK, f"mails to {BOX.address} are delivered at {where} as soon as the bot runs")


def test_so_is_a_bot_that_listens_already(tmp_path: Path, where: Listener):
    with bench_in(tmp_path, lmtp={"support": where}) as bench, delivered_at(where, bench.office, BOX, Bells()):
        assert told(where) == (Grade.OK, f"a bot waits for mails at {where}")


def test_a_bot_that_listens_there_for_another_mailbox_is_not(tmp_path: Path, where: Listener):
    (other,) = [box for box in catalogue().mailboxes if box.id == "buero"]
    with bench_in(tmp_path, lmtp={"buero": where}) as bench, delivered_at(where, bench.office, other, Bells()):
        assert told(where) == (Grade.WRONG, f"another program listens at {where}; choose another port")


def test_a_port_of_another_program_is_not(where: Listener, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.lmtp.PATIENCE", 0.1)
    with socket.create_server((where.host, where.port)):
        assert told(where) == (Grade.WRONG, f"another program listens at {where}; choose another port")


def test_a_socket_needs_a_folder_in_which_the_bot_may_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("mailbot.service.lmtp.PATIENCE", 0.1)
    fits, nowhere = (SocketFile(path=tmp_path / name) for name in ("support", "nowhere/support"))

    assert told(fits) == (Grade.OK, f"mails to {BOX.address} are delivered at {fits} as soon as the bot runs")
    assert told(nowhere) == (
        Grade.WRONG,
        f"nobody can listen at {nowhere} (No such file or directory); the folder must be there and belong to the bot",
    )
    with fits.listen():
        assert told(fits) == (Grade.WRONG, f"another program listens at {fits}; choose another path")


def test_a_port_that_is_not_allowed_is_told_with_the_reason(where: Listener, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)

    assert told(where) == (
        Grade.WRONG,
        f"nobody can listen at {where} (Permission denied); choose another port, above 1023",
    )


def test_who_has_checked_the_senders_shows_in_what_was_delivered(
    tmp_path: Path, where: Listener, monkeypatch: pytest.MonkeyPatch
):
    def found() -> str:
        return next(each.text.en for each in check_up(ask=lambda *_: None) if each.what.en == "senders support")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBOT_LMTP_SUPPORT", str(where))
    monkeypatch.setattr(rules, "templates", lambda folder, catalogue: rules.fine(rules.TEMPLATES, de="", en=""))
    with bench_in(tmp_path, lmtp={"support": where}) as bench:
        before = found()
        keep(bench.office, bench.office.catalogue.mailbox("support"), eml(**proof()), sender="")
        after = found()

    assert before == "no mail lies here yet that shows which server checks the senders"
    assert after == f"checked by {OURS}, as in authserv_ids"


def test_check_tells_of_it_and_of_what_the_rules_want_in_vain(tmp_path: Path, where: Listener, monkeypatch: pytest.MonkeyPatch):
    with bench_in(tmp_path) as bench:
        bench.change_rules("address: support@die-linke-koeln.de\n", "address: support@die-linke-koeln.de\n    after: move\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILBOT_LMTP_SUPPORT", str(where))
    monkeypatch.setattr(rules, "templates", lambda folder, catalogue: rules.fine(rules.TEMPLATES, de="", en=""))

    found = {each.what.en: each for each in check_up(ask=lambda *_: None) if each.grade is Grade.WRONG or "lmtp" in each.what.en}

    assert (
        found["lmtp support"].text.de
        == f"Mails an support@die-linke-koeln.de werden unter {where} zugestellt, sobald der Bot läuft"
    )
    assert found["rules"].text.de == (
        "rules.yaml: dem Postfach „support“ werden Mails zugestellt (MAILBOT_LMTP_SUPPORT), "
        "es hat keinen Ordner für erledigte Mails; lass „after: move“ weg"
    )
    assert "oder setze MAILBOT_LMTP_BUERO, wo ein Mailserver dem Bot zustellt" in found["imap buero"].text.de
