"""What a person is handed of their data: all of theirs, nothing of others."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from mailbot.service import access, desk, privacy
from mailbot.store import inbound
from tests.service.bench import STAFF, Bench, Shelf, eml, proof
from tests.service.test_privacy import ADDRESS, HER_WISH, HIS_WISH, PAUL, both_ask


def handed(bench: Bench, address: str = ADDRESS, *, with_notes: bool = True) -> dict[str, bytes]:
    """The files of the archive, by name."""
    found = privacy.look_for(bench.office, address)
    with bench.office.database.read() as connection:
        return unpacked(access.pack(bench.office, connection, found, with_notes=with_notes))


def unpacked(archive: bytes) -> dict[str, bytes]:
    """What is in it, by name."""
    with ZipFile(BytesIO(archive)) as files:
        return {name: files.read(name) for name in files.namelist()}


def test_they_get_a_page_to_read_and_their_mails_in_both_directions(quick_bench: Bench):
    both_ask(quick_bench)

    files = handed(quick_bench)

    assert list(files)[:2] == ["auskunft.html", "daten.json"]
    with quick_bench.office.database.read() as connection:
        assert files["von/2026-03-02-1.eml"] == inbound.get(connection, 1)[1]
    ours = [content for name, content in files.items() if name.startswith("an/")]
    assert len(ours) == 2
    assert all(f"To: =?utf-8?q?Paul_Gr=C3=BCn?= <{ADDRESS}>".encode() in each or ADDRESS.encode() in each for each in ours)
    page = files["auskunft.html"].decode()
    for told in ("KV-1001", "KV-1002", "AG Frieden", "Paul Grün rief an", "90 Tage", "Art. 16", "nicht verarbeitet"):
        assert told in page


def test_nothing_of_others_goes_along(quick_bench: Bench):
    both_ask(quick_bench)

    files = handed(quick_bench)

    for name, content in files.items():
        text = content.decode("utf-8", "replace")
        assert [other for other in ("anna.schmidt", "Anna", "Schmidt", "technik@") if other in text] == [], name


def test_of_somebody_elses_ticket_they_see_their_own_entry_alone(quick_bench: Bench):
    both_ask(quick_bench)

    told = json.loads(handed(quick_bench)["daten.json"])

    own, other = told["tickets"]
    assert (own["key"], own["yours"], own["fields"]["group"]) == ("KV-1001", True, "AG Frieden")
    assert (other["key"], other["yours"], other["subject"]) == ("KV-1002", False, "")
    assert other["fields"]["users"] == [{"given": "Paul", "surname": "Grün", "email": ADDRESS}]
    assert list(other["fields"]) == ["users"]
    assert {event["text"] for event in other["events"]} == {""}
    assert {event["by"] for event in other["events"]} == {"eine andere Person", "Programm", "Team"}
    assert told["named_in_mails_of"] == ["2026-03-02"]


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "../../etc/passwd", "Betreff\x07\x1b[31m"])
def test_what_mails_say_stays_words(quick_bench: Bench, hostile: str):
    quick_bench.mail(eml(f"{HIS_WISH}\n{hostile}", From=PAUL, Subject=f"Signal {hostile}"))
    quick_bench.run()

    files = handed(quick_bench)

    assert "<script" not in files["auskunft.html"].decode()
    assert "Signal 49" not in files["auskunft.html"].decode()
    assert all(name.split("/")[0] in ("auskunft.html", "daten.json", "von", "an") and ".." not in name for name in files)


def test_two_exports_of_the_same_moment_are_the_same(quick_bench: Bench):
    both_ask(quick_bench)

    assert handed(quick_bench) == handed(quick_bench)


def test_what_staff_wrote_by_hand_is_handed_over_like_our_mails(quick_bench: Bench):
    quick_bench.arrives(HIS_WISH, From=PAUL)
    sent = quick_bench.support.others.setdefault("Sent", Shelf())
    letter = eml("Hallo Paul, das geht.", From="support@die-linke-koeln.de", To=PAUL, Subject="Re: [KV-1001] Signal")
    sent.put(letter, quick_bench.clock.now)
    quick_bench.run()

    files = handed(quick_bench)

    assert [name for name in files if name.endswith("-team.eml")] == ["an/2026-03-02-2-team.eml"]
    assert json.loads(files["daten.json"])["named_in_mails_of"] == []


def test_not_a_word_of_somebody_elses_ticket_is_handed_over(quick_bench: Bench):
    quick_bench.arrives(HER_WISH)
    desk.carry_out(quick_bench.office, "KV-1001", "note", "Anna hat Krebs, ihr Mann Holger: 0171 2345678")
    quick_bench.clock.pass_by(timedelta(minutes=1))
    quick_bench.arrives("Liebe Anna, das Passwort ist geheim123.", From=STAFF, Subject="Re: [KV-1001]", **proof())

    for name, content in handed(quick_bench).items():
        text = content.decode("utf-8", "replace")
        assert [secret for secret in ("Krebs", "Holger", "geheim123", "Kalk") if secret in text] == [], name


@pytest.mark.parametrize("with_notes", [True, False])
def test_what_staff_noted_goes_along_only_where_somebody_can_take_it_out(quick_bench: Bench, with_notes: bool):
    both_ask(quick_bench)

    files = handed(quick_bench, with_notes=with_notes)

    page, told = files["auskunft.html"].decode(), json.loads(files["daten.json"])
    assert ("Paul Grün rief an" in page + str(told)) is with_notes
    assert ("Interne Vermerke stehen hier ohne ihren Wortlaut" in page) is not with_notes
    assert (told["notes_without_words"] == 0) is with_notes


def test_of_staff_the_name_stays_with_us(quick_bench: Bench):
    both_ask(quick_bench)
    quick_bench.arrives("#wieder-auf", From=STAFF, Subject="Re: [KV-1001]", **proof())

    own, _ = json.loads(handed(quick_bench)["daten.json"])["tickets"]

    assert [(event["by"], event["text"]) for event in own["events"] if event["kind"] == "reopened"] == [
        ("Team", "wieder geöffnet von █████")
    ]
