"""explain: mails played as one conversation, in memory, and told in the shape that programs rely on."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.catalogue import Catalogue, load_catalogue
from mailbot.errors import NotFound
from mailbot.explain import Explained, explain_cases, explain_files
from mailbot.tickets.writer import Writer
from tests.mail.eml import eml
from tests.scoring import PROJECT

ASKS = """\
Hallo,

der OV Kalk möchte die Nextcloud nutzen.
Nutzerin: Anna Schmidt, anna.schmidt@posteo.example

Viele Grüße
Anna
"""
ABSENT = eml("Ich bin bis Montag im Urlaub.\n", subject="Abwesend", headers=("Auto-Submitted: auto-replied",))
OURS = ("Authentication-Results: mx.die-linke-koeln.de; dmarc=pass header.from=posteo.example",)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(PROJECT / "rules.yaml")


@pytest.fixture(scope="module")
def writer(catalogue: Catalogue) -> Writer:
    return Writer(catalogue, PROJECT / "templates")


@pytest.fixture
def explain(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    """Plays mails in order; each lies in a file of its own."""

    def play(*mails: bytes, mailbox: str | None = None) -> tuple[Explained, ...]:
        paths = [tmp_path / f"{number:02}.eml" for number in range(1, len(mails) + 1)]
        for path, raw in zip(paths, mails, strict=True):
            path.write_bytes(raw)
        return explain_files(paths, mailbox, catalogue, writer)

    return play


def test_a_mail_is_told_in_the_shape_that_programs_rely_on(explain):
    (one,) = explain(eml(ASKS, subject="Nextcloud", headers=OURS))

    told = one.as_json()

    (reply,) = told.pop("replies")
    assert told == {
        "file": "01.eml",
        "action": "ask",
        "requests": [
            {
                "service": "nextcloud",
                "kind": "new",
                "fields": {
                    "group": "OV Kalk",
                    "users": [{"given": "Anna", "surname": "Schmidt", "email": "anna.schmidt@posteo.example"}],
                },
                "missing": ["admins"],
                "because": [
                    'rule nextcloud: "Nextcloud" in line 3',
                    'group: "OV Kalk" in line 3',
                    'users: "Nutzerin: Anna Schmidt, anna.schmidt@posteo.example" in line 4',
                ],
            }
        ],
        "silence": None,
    }
    assert (reply["to"], reply["subject"]) == (["anna.schmidt@posteo.example"], "Re: Nextcloud [KV-1001]")
    assert "Gruppenadmins (1–3):" in reply["text"]


def test_what_is_not_known_of_a_person_is_left_out(explain):
    (one,) = explain(eml("Der OV Kalk möchte die Nextcloud nutzen. User sind: Paul Meier, Anna Schmidt (anna@posteo.example)."))

    assert {"given": "Paul", "surname": "Meier"} in one.as_json()["requests"][0]["fields"]["users"]


def test_a_machines_mail_gets_no_reply_and_it_is_told_why(explain):
    (one,) = explain(ABSENT)

    told = one.as_json()

    assert told["silence"]
    assert {**told, "silence": "…"} == {"file": "01.eml", "action": "ignore", "requests": [], "silence": "…", "replies": []}


def test_files_are_one_conversation_in_their_order(explain):
    first, second = explain(eml(ASKS), eml("Admin bin ich.\n", subject="Re: Nextcloud"))

    assert [each.as_json()["action"] for each in (first, second)] == ["ask", "open"]
    assert second.as_json()["requests"][0]["fields"]["admins"] == ["anna.schmidt@posteo.example"]


def test_a_machines_mail_inside_a_conversation_changes_nothing(explain):
    with_it = explain(eml(ASKS), ABSENT, eml("Admin bin ich.\n", subject="Re: Nextcloud"))
    without = explain(eml(ASKS), eml("Admin bin ich.\n", subject="Re: Nextcloud"))

    assert with_it[-1].as_json() | {"file": ""} == without[-1].as_json() | {"file": ""}


def test_thanks_are_told_as_silence(explain):
    *_, thanks = explain(eml(ASKS), eml("Vielen Dank!\n", subject="Re: Nextcloud"))

    assert (thanks.as_json()["silence"], thanks.as_json()["replies"]) == ("thanks need no answer", [])


def test_a_sender_whose_domain_disowns_the_mail_gets_no_reply(explain):
    failed = "Authentication-Results: mx.die-linke-koeln.de; dmarc=fail header.from=posteo.example"

    (one,) = explain(eml(ASKS, headers=(failed,)))

    told = one.as_json()
    assert (told["action"], told["silence"], told["replies"]) == ("triage", "the sender's authentication failed", [])


def test_a_mail_without_a_sender_gets_no_reply(explain):
    (one,) = explain(eml(ASKS).replace(b"From:", b"X-From:"))

    told = one.as_json()
    assert (told["action"], told["silence"], told["replies"]) == ("triage", "the mail names no sender", [])


def test_a_forged_mail_inside_a_conversation_changes_nothing_of_it(explain):
    failed = "Authentication-Results: mx.die-linke-koeln.de; dmarc=fail header.from=posteo.example"
    answer = eml("Admin bin ich.\n", subject="Re: Nextcloud")

    *_, last = explain(eml(ASKS), eml("Das hat sich erledigt.\n", subject="Re: Nextcloud", headers=(failed,)), answer)

    assert last.as_json()["action"] == "open"


def test_nothing_of_a_strangers_words_stands_in_the_reply(explain):
    (one,) = explain(eml(ASKS.replace("Kalk", "Zollstock"), subject="Billige Uhren"))

    (reply,) = one.as_json()["replies"]
    assert "Billige Uhren" not in reply["subject"]
    assert not any(word in reply["text"] for word in ("Zollstock", "Anna", "Schmidt"))


@pytest.mark.parametrize(
    ("to", "mailbox"),
    [
        ("support@die-linke-koeln.de", "support"),
        ("buero@die-linke-koeln.de", "buero"),
        ("somebody@else.example", "support"),  # by blind copy: the first mailbox
    ],
)
def test_without_a_mailbox_it_is_the_one_that_the_mail_is_addressed_to(explain, to: str, mailbox: str):
    (one,) = explain(eml(ASKS).replace(b"support@die-linke-koeln.example", to.encode()))

    assert one.tickets[0].mailbox == mailbox


def test_a_named_mailbox_counts_more_than_the_address(explain):
    (one,) = explain(eml(ASKS), mailbox="buero")

    assert one.tickets[0].mailbox == "buero"


def test_an_unknown_mailbox_is_told_with_those_that_exist(explain):
    with pytest.raises(NotFound, match=r"there is no mailbox 'office' in rules\.yaml; there are: support, buero"):
        explain(eml(ASKS), mailbox="office")


def test_a_missing_file_is_told_with_its_path(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    with pytest.raises(NotFound, match=r"lost\.eml: cannot be read: No such file or directory"):
        explain_files([tmp_path / "lost.eml"], None, catalogue, writer)


def case(folder: Path, yaml: str, **mails: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "case.yaml").write_text(yaml, encoding="utf-8")
    for name, raw in mails.items():
        (folder / f"{name}.eml").write_bytes(raw)


def test_cases_are_played_by_name_each_on_its_own(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    case(tmp_path / "b", "mails: [{file: one.eml, mailbox: support}]", one=eml(ASKS))
    case(tmp_path / "a", "mails: [{file: two.eml, mailbox: buero}, {file: one.eml, mailbox: buero}]", one=eml(ASKS), two=ABSENT)

    played = {
        name: [(mail.file, mail.decision.action.value) for mail in mails] for name, mails in _cases(tmp_path, catalogue, writer)
    }

    assert list(played.items()) == [("a", [("two.eml", "ignore"), ("one.eml", "ask")]), ("b", [("one.eml", "ask")])]


def test_nothing_but_the_mails_of_a_case_is_read(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    mails = "mails: [{file: one.eml, mailbox: support, expect: {action: open, requests: []}}]"
    case(tmp_path / "told", f"id: another\nfiles: 7\n{mails}", one=eml(ASKS))

    ((name, (mail,)),) = _cases(tmp_path, catalogue, writer)

    assert (name, mail.decision.action.value) == ("told", "ask")


@pytest.mark.parametrize(
    ("yaml", "sentence"),
    [
        ("mails: [{file: one.eml}]", "should name its mails as"),
        ("mails: 3", "should name its mails as"),
        ("mails: [", "should name its mails as"),
        ("mails: [{file: lost.eml, mailbox: support}]", "lost.eml: cannot be read"),
        ("mails: [{file: one.eml, mailbox: office}]", "there is no mailbox 'office'"),
    ],
)
def test_a_case_that_cannot_be_played_is_told(catalogue: Catalogue, writer: Writer, tmp_path: Path, yaml: str, sentence: str):
    case(tmp_path / "broken", yaml, one=eml(ASKS))

    with pytest.raises(NotFound, match=sentence):
        _cases(tmp_path, catalogue, writer)


def test_a_folder_that_is_not_there_is_told(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    with pytest.raises(NotFound, match="nowhere: there is no such folder"):
        _cases(tmp_path / "nowhere", catalogue, writer)


def _cases(folder: Path, catalogue: Catalogue, writer: Writer) -> list[tuple[str, tuple[Explained, ...]]]:
    return list(explain_cases(folder, catalogue, writer))


def test_a_folder_without_cases_is_told(catalogue: Catalogue, writer: Writer, tmp_path: Path):
    with pytest.raises(NotFound, match="no case in it; a case is a folder with its mails"):
        list(explain_cases(tmp_path, catalogue, writer))


def test_a_request_with_a_legal_deadline_is_answered_with_its_day(explain):
    (one,) = explain(eml("Ich bitte um Auskunft nach Art. 15 DSGVO.", headers=OURS))

    assert one.answer is not None
    assert "(Art. 12 Abs. 3 DSGVO), also spätestens am" in " ".join(one.answer.text.split())
