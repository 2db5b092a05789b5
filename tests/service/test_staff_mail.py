"""What staff get with a ticket: ready-made work, and the files of the member's mail."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from mailbot.cli import main
from mailbot.service import desk
from mailbot.tickets.ticket import State
from tests.association import words
from tests.servers.station import parsed
from tests.service.bench import ANNA, STAFF, Bench, answering, bench_in, proof

WISH = """\
Hallo,

der OV Kalk möchte die Nextcloud nutzen.

Nutzer*innen:
Anna Schmidt, anna.schmidt@posteo.example
Mehmet Yılmaz, mehmet@posteo.example

Admin bin ich.

Viele Grüße
Anna Schmidt
"""
WEBSITE = """\
Hallo, der OV Kalk hätte gern eine Unterseite auf der Website. Verantwortlich ist Mehmet Yılmaz, mehmet@posteo.example.

Viele Grüße
Anna Schmidt
"""


def files(mail: EmailMessage) -> dict[str, str]:
    return {str(part.get_filename()): part.get_content_type() for part in mail.iter_attachments()}


def with_files(text: str, **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = ANNA, "support@die-linke-koeln.de", "Website"
    mail["Message-ID"], mail["Date"] = "<files@posteo.example>", "Mon, 02 Mar 2026 10:00:00 +0100"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Größe.pdf")
    mail.add_attachment(b"MZ", maintype="application", subtype="pdf", filename="rechnung.pdf.exe")
    return mail.as_bytes()


def test_a_complete_request_comes_with_what_is_to_be_set_up(quick_bench: Bench):
    quick_bench.arrives(WEBSITE, Subject="Website")

    assert [ticket.state for ticket in quick_bench.tickets()] == [State.OPEN]
    (mail,) = quick_bench.slot.to(STAFF)
    assert files(mail) == {}
    assert "konto mehmet.yilmaz mehmet@posteo.example Mehmet 'Yılmaz' 'Mehmet Yılmaz'" in words(mail)
    assert mail.get_content_type() == "multipart/alternative"


def test_what_waits_is_ready_when_it_waits_no_longer(tmp_path: Path):
    no_hold = {"    on_hold:\n": "    # on_hold:\n", "      de: Wegen": "    # ", "      en: Because": "    # "}
    with bench_in(tmp_path, rules=no_hold) as bench:
        desk.hold(bench.office, "nextcloud", "Die Nextcloud wird gerade gewartet.")
        bench.arrives(WISH, Subject="Nextcloud")
        assert [ticket.state for ticket in bench.tickets()] == [State.ON_HOLD]
        (waiting,) = bench.slot.to(STAFF)
        assert files(waiting) == {}

        desk.release(bench.office, "nextcloud")
        bench.run()

        _, ready = bench.slot.to(STAFF)
        assert files(ready) == {"KV-1001-nextcloud.csv": "text/csv"}


def test_the_members_files_are_attached_for_staff_and_for_nobody_else(quick_bench: Bench):
    quick_bench.mail(with_files(WEBSITE))
    quick_bench.run()

    (mail,) = quick_bench.slot.to(STAFF)
    assert files(mail) == {"Größe.pdf": "application/pdf"}
    attached = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert attached["Größe.pdf"] == b"%PDF-1.7"
    assert "- rechnung.pdf.exe (2 Byte): nicht angehängt, diese Art" in " ".join(words(mail).split())
    (answer,) = quick_bench.slot.to("anna.schmidt@posteo.example")
    assert list(answer.iter_attachments()) == []


def test_files_of_a_mail_that_looks_forged_are_only_named(quick_bench: Bench):
    quick_bench.mail(with_files(WEBSITE, **proof("fail", domain="posteo.example")))
    quick_bench.run()

    (mail,) = quick_bench.slot.to(STAFF)
    assert "Größe.pdf" not in files(mail)
    assert "- Größe.pdf (8 Byte): nicht angehängt" in words(mail)


def handover(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mailbot", "handover", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0, err) in ((0, ""), (1, err))
    return out or err


def test_the_command_line_prints_it_or_writes_it_to_files(
    quick_bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    settings = quick_bench.office.settings
    monkeypatch.setenv("MAILBOT_RULES", str(settings.rules))
    monkeypatch.setenv("MAILBOT_DATABASE", settings.database.render_as_string(hide_password=False))
    quick_bench.arrives(WEBSITE, Subject="Website")
    quick_bench.arrives("Hallo, wie bekomme ich Zetkin?", From="Bo <bo@posteo.example>", Subject="Zetkin")
    capsys.readouterr()
    folder = tmp_path / "new" / "place"

    printed, written = handover(capsys, "KV-1001"), handover(capsys, "KV-1001", "--out", str(folder))

    script = (folder / "KV-1001-wordpress.sh").read_text(encoding="utf-8")
    assert printed == f"# KV-1001-wordpress.sh\n{script}\n"
    assert written == f"{folder}/KV-1001-wordpress.sh\n"
    assert handover(capsys, "KV-1002") == "mailbot: nothing is ready for KV-1002: its service has no 'handover' in rules.yaml\n"
    (tmp_path / "file").touch()
    assert handover(capsys, "KV-1001", "--out", str(tmp_path / "file")).endswith("cannot be written: File exists\n")


def answer_with(bench: Bench, text: str, *parts: tuple[str, str, bytes, dict[str, str]]) -> EmailMessage:
    """Staff answer the newest mail to them with these files (name, type, bytes, further headers); gives what they are told."""
    (*_, ticket_mail) = bench.slot.to(STAFF)
    mail = EmailMessage(policy=SMTP.clone(max_line_length=998))
    for name, value in {"From": STAFF, "To": "support@die-linke-koeln.de", **answering(ticket_mail)}.items():
        mail[name.replace("_", "-")] = value
    mail["Message-ID"], mail["Date"] = "<with-files@die-linke-koeln.de>", "Mon, 02 Mar 2026 10:30:00 +0100"
    mail.set_content(text)
    for name, media_type, content, headers in parts:
        maintype, subtype = media_type.split("/")
        if maintype == "message":
            mail.add_attachment(parsed(content), filename=name)
        else:
            mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=name, **headers)
    bench.mail(mail.as_bytes())
    bench.run()
    return bench.slot.to(STAFF)[-1]


PDF = ("anleitung.pdf", "application/pdf", b"%PDF-1.7", {})
MACROS = ("liste.xlsm", "application/octet-stream", b"PK", {})
LOGO = ("image001.png", "image/png", b"\x89PNG", {"disposition": "inline", "cid": "<logo@die-linke-koeln.de>"})
PHOTO = ("foto.jpg", "image/jpeg", b"\xff\xd8" + bytes(60_000), {"disposition": "inline", "cid": "<foto@die-linke-koeln.de>"})


def test_files_of_staff_go_to_the_member_with_their_words_and_what_does_not_is_told(quick_bench: Bench):
    quick_bench.arrives(WEBSITE, Subject="Website")

    told = " ".join(words(answer_with(quick_bench, "Hallo Anna, im Anhang die Anleitung.", PDF, MACROS, LOGO, PHOTO)).split())

    (*_, answer) = quick_bench.slot.to("anna.schmidt@posteo.example")
    assert files(answer) == {"anleitung.pdf": "application/pdf", "foto.jpg": "image/jpeg"}
    assert next(iter(answer.iter_attachments())).get_payload(decode=True) == b"%PDF-1.7"
    assert "anleitung.pdf (8 Byte) · geht mit" in told
    assert "liste.xlsm (2 Byte) · nicht angehängt, kann Makros enthalten" in told
    assert "image001.png" not in told


@pytest.mark.parametrize("text", ["#notiz die Anleitung für später", ""])
def test_files_without_words_to_the_member_go_to_nobody_and_staff_read_so(quick_bench: Bench, text: str):
    quick_bench.arrives(WEBSITE, Subject="Website")
    answered = len(quick_bench.slot.to("anna.schmidt@posteo.example"))

    told = " ".join(words(answer_with(quick_bench, text, PDF)).split())

    assert len(quick_bench.slot.to("anna.schmidt@posteo.example")) == answered
    assert "anleitung.pdf (8 Byte) · geht an niemanden: In der Mail stehen keine Worte an das Mitglied" in told


def test_the_files_of_a_mail_that_staff_attach_stay_with_it(quick_bench: Bench):
    quick_bench.arrives(WEBSITE, Subject="Website")
    inner = ("mail.eml", "message/rfc822", with_files("Vertraulich."), {})

    answer_with(quick_bench, "Hallo Anna, siehe unten.", inner)

    (*_, answer) = quick_bench.slot.to("anna.schmidt@posteo.example")
    assert "siehe unten" in words(answer)
    assert files(answer) == {}
