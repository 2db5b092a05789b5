"""Whose mails a mail passes on."""

import pytest

from mailbot.mail.forwarding import passed_on
from mailbot.mail.message import Address, Kind, Mail
from mailbot.mail.read import read
from tests.builders import written
from tests.forwards import PROGRAMS
from tests.mail.eml import attachment, eml, multipart, part

ANNA = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")
EVA, KIM = "eva@verein.example", "kim@verein.example"
OURS = frozenset({EVA, KIM, "support@die-linke-koeln.de"})
REQUEST = "Hallo Eva,\n\nder OV Kalk möchte die Nextcloud nutzen.\n\nViele Grüße\nAnna"
_, OUTLOOK = PROGRAMS["Outlook"]
_, APPLE = PROGRAMS["Apple Mail"]


def forward(text: str, subject: str = "WG: Cloud") -> Mail:
    return written(text, sender=f"Eva Beispiel <{EVA}>", subject=subject)


def said(mail: Mail | None) -> tuple[Address, str, list[str]] | None:
    """Author, subject and own words."""
    return mail and (mail.sender, mail.subject, [line.text for line in mail.body.of(Kind.OWN) if line.text])


def attached(raw: bytes) -> bytes:
    return b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" + raw


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("above", ["", "#nehme ich\n\nMag das wer machen?\n\nViele Grüße\nEva\n\n"], ids=["bare", "with words"])
def test_a_mail_that_is_passed_on_is_its_authors(program: str, above: str):
    prefix, show = PROGRAMS[program]

    (original,) = passed_on(forward(above + show(ANNA, "Cloud", REQUEST), prefix + "Cloud"), ours=OURS)

    assert said(original) == (ANNA, "Cloud", ["Hallo Eva,", "der OV Kalk möchte die Nextcloud nutzen."])


@pytest.mark.parametrize("name", ['Schmidt, Anna "Änne"', "Anna <script>", "{{ 7 * 7 }}", "Anna im Auftrag von"])
def test_odd_names_do_not_hide_the_address(name: str):
    (original,) = passed_on(forward(OUTLOOK(Address(name=name, email=ANNA.email), "Cloud", REQUEST)), ours=OURS)

    assert original is not None
    assert original.sender.email == ANNA.email


def test_of_a_chain_among_us_it_is_the_first_mail_that_none_of_us_wrote():
    ben = Address(name="Ben", email="ben@posteo.example")
    by_ben = "Hallo,\n\nkönnt ihr das machen?\n\n" + OUTLOOK(ANNA, "Cloud", REQUEST)
    by_kim = OUTLOOK(Address(name="Kim", email=KIM), "WG: Cloud", "Für dich.\n\n" + OUTLOOK(ben, "WG: Cloud", by_ben))

    (original,) = passed_on(forward(by_kim), ours=OURS)

    assert original is not None
    assert original.sender == ben  # he asks for Anna, and answers go to him


def test_what_a_member_quotes_is_not_looked_through():
    with_quote = "Ja, bitte für den OV Kalk.\n\n" + OUTLOOK(
        Address(name="Ben", email="ben@posteo.example"), "Cloud", "Wollt ihr?"
    )

    (original,) = passed_on(forward(OUTLOOK(ANNA, "AW: Cloud", with_quote)), ours=OURS)

    assert said(original) == (ANNA, "AW: Cloud", ["Ja, bitte für den OV Kalk."])


@pytest.mark.parametrize(
    "text",
    [
        "Von: Anna Schmidt\nGesendet: Montag, 2. März 2026 08:12\nAn: Eva\nBetreff: Cloud\n\n" + REQUEST,
        OUTLOOK(Address(name="Kim", email=KIM), "Cloud", "Denkt an das Treffen."),
        "Von: Liste <liste@x.example> im Auftrag von Anna Schmidt\nGesendet: Montag\nAn: Eva\nBetreff: Cloud\n\n" + REQUEST,
    ],
    ids=["a name alone", "only one of us", "on behalf of a name"],
)
def test_nobody_is_guessed(text: str):
    assert passed_on(forward(text), ours=OURS) == (None,)


def test_outlook_names_who_sent_before_who_wrote():
    head = "Von: Liste <liste@x.example> im Auftrag von Anna Schmidt <anna.schmidt@posteo.example>\nGesendet: Montag\nAn: Eva\n"

    (original,) = passed_on(forward(f"{head}Betreff: Cloud\n\n{REQUEST}"), ours=OURS)

    assert original is not None
    assert original.sender == ANNA


def test_attached_mails_are_their_authors_with_ids_and_files_of_their_own():
    anna = multipart("mixed", part("Liste anbei."), attachment("liste.csv", b"Vorname;Name\nAnna;Schmidt\n")).replace(
        b"=_b", b"=_a"
    )
    ben = eml("Hallo", sender="Ben <ben@posteo.example>", subject="BBB")

    mail = read(multipart("mixed", part("Zwei auf einmal."), attached(anna), attached(ben), attachment("eva.txt", b"meins")))
    first, second = passed_on(mail, ours=OURS)

    assert first is not None
    assert second is not None
    assert (first.sender, [file.name for file in first.attachments]) == (ANNA, ["liste.csv"])
    assert first.message_id == "1@posteo.example"
    assert said(second) == (Address(name="Ben", email="ben@posteo.example"), "BBB", ["Hallo"])


def test_what_is_attached_to_a_mail_in_the_text_belongs_to_it():
    ben = eml("Hallo", sender="Ben <ben@posteo.example>", subject="BBB")
    text = "Siehe unten.\n\n" + OUTLOOK(ANNA, "Cloud", REQUEST)

    (original,) = passed_on(read(multipart("mixed", part(text), attached(ben), subject="WG: Cloud")), ours=OURS)

    assert original is not None
    assert (original.sender, len(original.attachments)) == (ANNA, 1)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Cloud", "Hallo, der OV Kalk möchte die Nextcloud nutzen."),
        ("Re: [KV-1042] Cloud", "#erledigt\n\n" + "\n".join(f"> {line}" for line in APPLE(ANNA, "Cloud", "x").splitlines())),
        ("AW: Cloud", "Ist fertig.\n\n" + OUTLOOK(ANNA, "Cloud", REQUEST)),
    ],
    ids=["own words", "an answer with a forwarded mail in its quote", "an answer by Outlook"],
)
def test_who_answers_or_writes_passes_nothing_on(subject: str, text: str):
    assert passed_on(forward(text, subject), ours=OURS) == ()


def test_thousands_of_marks_end_somewhere():
    assert passed_on(forward("---------- Forwarded message ---------\n" * 4_000), ours=OURS) == (None,)
