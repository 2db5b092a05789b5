import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from mailbot.errors import MailbotError, TemplateError
from mailbot.mail.letter import File
from mailbot.mail.message import Address, Attachment
from mailbot.tickets.decision import Action, Reply
from mailbot.tickets.digest import Day, Digest, Notices, make_digest
from mailbot.tickets.orders.result import Result
from mailbot.tickets.ticket import State
from mailbot.tickets.writer import Words, Writer
from mailbot.understanding.request import Guess, RequestKind, Why
from tests.builders import (
    ANNA,
    COMPLETE,
    NEXTCLOUD,
    NOW,
    OTHER,
    VIDEO,
    catalogue,
    decision,
    event,
    outcome,
    person,
    request,
    service,
    ticket,
)
from tests.rehearsed import fullest, rehearsed

TEMPLATES = Path(__file__).parents[2] / "templates"
CATALOGUE = catalogue()
SUPPORT = CATALOGUE.mailbox("support")
TO = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")
HOLD = {"de": "Ein Softwarefehler wird gerade behoben.", "en": "A software fault is being mended."}


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(CATALOGUE, TEMPLATES)


def answered(
    writer: Writer, *outcomes, subject="Nextcloud", to=TO, known=True, reply=Reply.ANSWER, language="de", due=None
) -> Words:
    tickets = tuple(ticket(each.request, key=f"KV-{1042 + n}", state=each.state, due=due) for n, each in enumerate(outcomes))
    return writer.answer(
        decision(*outcomes, reply=reply, language=language), tickets, subject=subject, to=to, mailbox=SUPPORT, known=known
    )


def asked_again(*, changed):
    return outcome(
        request("nextcloud", {}, missing=("group",)), action=Action.ASK, state=State.ASKING, ticket="KV-1042", changed=changed
    )


def asking(fields=None, missing=("group",), service="nextcloud", **changes):
    return outcome(request(service, fields or {}, missing=missing, **changes), action=Action.ASK, state=State.ASKING)


def form_of(words: Words) -> list[str]:
    """The lines that are to be filled in: a label, a colon, nothing behind."""
    lines = [line for line in words.text.splitlines() if line.endswith(":")]
    return [line for line in lines if not line.endswith((" Angaben:", " missing:", " verstanden:", " understood it:"))]


def said(words: Words) -> str:
    """The text part without its line breaks."""
    return " ".join(words.text.split())


def words_of(text: str) -> list[str]:
    return [word for word in text.replace("\u00a0", " ").split() if word.strip("-=!>·|")]


# A question


@pytest.mark.parametrize(
    ("changed", "words"), [(True, "Deine Angaben zur Nextcloud haben wir ergänzt."), (False, "Wir brauchen zur Nextcloud noch")]
)
def test_whoever_is_asked_again_reads_what_became_of_the_answer(writer, changed, words):
    told = said(answered(writer, asked_again(changed=changed)))

    assert words in told
    assert "ist bei uns angekommen" not in told


def test_a_question_in_full(writer):
    elif_, mehmet = person("Elif", None, "elif@posteo.example"), person("Mehmet", "Yılmaz", None)
    known = {"group": "OV Ehrenfeld", "users": (ANNA, mehmet, elif_)}

    words = answered(writer, asking(known, missing=("admins", "users.email", "users.surname")), subject="AW: Nextcloud [KV-1042]")

    assert words.subject == "Re: Nextcloud [KV-1042]"
    assert words.text == (
        "Hallo Anna,\n"
        "\n"
        "danke für deine Nachricht. Deine Anfrage zur Nextcloud ist bei uns\n"
        "angekommen.\n"
        "\n"
        "Fast geschafft – es fehlen noch folgende Angaben:\n"
        "\n"
        "E-Mail von Mehmet Yılmaz:\n"
        "Nachname von Elif:\n"
        "Gruppenadmins (1–3):\n"
        "\n"
        "Schreib einfach dahinter oder antworte frei, wie es dir passt.\n"
        "\n"
        "So haben wir es verstanden:\n"
        "\n"
        "- Name der Gruppe: OV Ehrenfeld\n"
        "- Nutzer*innen (3)\n"
        "  - Anna Schmidt, anna.schmidt@posteo.example\n"
        "  - Mehmet Yılmaz\n"
        "  - Elif, elif@posteo.example\n"
        "\n"
        "Stimmt etwas nicht? Dann genügt eine Zeile als Antwort. Wiederholen\n"
        "musst du nichts.\n"
        "\n"
        "Viele Grüße\n"
        "Support-Team\n"
        "\n"
        "-- \n"
        "Die Linke Köln · www.die-linke-koeln.de\n"
        "Vorgang KV-1042\n"
    )


@pytest.mark.parametrize(
    ("service", "fields", "missing", "form"),
    [
        (
            "nextcloud",
            {},
            ("admins", "group", "users"),
            ["Name der Gruppe", "Nutzer*innen (Vorname, Name, E-Mail)", "Gruppenadmins (1–3)"],
        ),
        ("nextcloud", {"users": (person(None, None),)}, ("users.given",), ["Vorname von anna.schmidt@posteo.example"]),
        ("video", {"person": person(email=None)}, ("person.email",), ["E-Mail"]),
        ("video", {"person": person("Anna", None, None)}, ("person.email", "person.surname"), ["Name", "E-Mail"]),
        ("video", {"group": "OV Kalk"}, ("person", "role"), ["Vorname, Name, E-Mail", "Aufgabe in der Gruppe"]),
        ("email_personal", {"address_kind": "forward"}, ("target",), ["Ziel-Adresse"]),
    ],
)
def test_one_line_for_each_thing_that_is_missing(writer, service, fields, missing, form):
    words = answered(writer, asking(fields, missing, service))

    assert form_of(words) == [f"{label}:" for label in form]
    assert "es fehlen noch folgende Angaben:" in words.text


def test_two_people_of_one_name_are_two_lines(writer):
    two = (person("Kim", None, None), person("Kim", None, None))

    assert form_of(answered(writer, asking({"users": two}, ("users.email",)))) == ["E-Mail von Kim:", "E-Mail von Kim:"]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("state", [state for state in State if state is not State.ASKING])
@pytest.mark.parametrize("reply", Reply)
def test_nothing_else_looks_like_a_line_to_fill_in(writer, reply, state, language):
    outcomes = [outcome(request(each.id, {}), state=state) for each in CATALOGUE.services]

    assert form_of(answered(writer, *outcomes, reply=reply, language=language, due=NOW.date())) == []


def test_english_is_answered_in_english(writer):
    words = answered(writer, asking({"users": (person(email=None),)}, ("group", "users.email")), language="en")

    assert words.text.startswith("Hello Anna,\n")
    assert "the following is still missing:" in words.text
    assert form_of(words) == ["Name of the group:", "E-mail of Anna Schmidt:"]


# Guesses


NO_ADDRESS = person("Mehmet", "Yılmaz", None)
DOUBTED = {
    "missing": ("admins", "users.email"),
    "guesses": (
        Guess(item="users.email", written="mehmet@gmial.com", why=Why.CANNOT_BE, meant="mehmet@gmail.com", of=NO_ADDRESS),
        Guess(item="admins", written="Ana", why=Why.NOT_LISTED, meant="anna.schmidt@posteo.example"),
        Guess(item="group", written="OV Erenfeld", why=Why.RESPELT, meant="OV Ehrenfeld"),
        Guess(item="users", written="Schmidt Anna", why=Why.ORDER, of=person(email=None)),
    ),
}


def test_what_cannot_be_right_is_asked_back_below_its_line_and_what_was_taken_is_marked(writer):
    words = answered(writer, asking({"group": "OV Ehrenfeld", "users": (ANNA, NO_ADDRESS)}, **DOUBTED))

    assert (
        "E-Mail von Mehmet Yılmaz:\n"
        "  Gelesen haben wir „mehmet@gmial.com“. Meintest du mehmet@gmail.com?\n"
        "Gruppenadmins (1–3):\n"
        "  Gelesen haben wir „Ana“. Meintest du Anna Schmidt?\n"
        "\n"
        "Schreib einfach dahinter oder antworte frei, wie es dir passt. Stimmt\n"
        "unsere Vermutung, genügt ein „Ja“.\n"
        "\n"
        "So haben wir es verstanden:\n"
        "\n"
        "- Name der Gruppe: OV Ehrenfeld (aus „OV Erenfeld“ – richtig?)\n"
        "- Nutzer*innen (2)\n"
        "  - Anna Schmidt, anna.schmidt@posteo.example (Vorname Anna, Nachname Schmidt – richtig?)\n"
        "  - Mehmet Yılmaz\n"
    ) in words.text
    assert [node.text() for node in HTMLParser(words.html).css(".remark")] == [
        "(aus „OV Erenfeld“ – richtig?)",
        "(Vorname Anna, Nachname Schmidt – richtig?)",
    ]


@pytest.mark.parametrize(
    ("guess", "asked"),
    [
        (Guess(item="date", written="12.13.2025", why=Why.CANNOT_BE, meant="2025-12-13"), "Meintest du 13.12.2025?"),
        (Guess(item="date", written="31.2.2026", why=Why.CANNOT_BE), "Gelesen haben wir „31.2.2026“, das kann so nicht stimmen."),
        (
            Guess(item="date", written="12.13.2025", why=Why.CANNOT_BE, meant="2025-12-13", declined=True),
            "Gelesen haben wir „12.13.2025“, das kann so nicht stimmen.",
        ),
    ],
)
def test_a_day_is_asked_back_as_people_write_it(writer, guess, asked):
    words = answered(writer, asking({}, ("date",), "openslides", guesses=(guess,)))

    assert asked in said(words)
    assert ("genügt ein „Ja“" in said(words)) is (guess.proposed is not None)


def test_a_yes_is_spoken_of_only_where_a_question_is_shown(writer):
    hidden = Guess(item="target", written="tom@gmial.com", why=Why.CANNOT_BE, meant="tom@gmail.com")

    shown = said(answered(writer, asking({"address_kind": "forward"}, ("target",), "email_personal", guesses=(hidden,))))
    before = said(answered(writer, asking({}, ("address_kind",), "email_personal", guesses=(hidden,))))

    assert ("Meintest du tom@gmail.com?" in shown, "genügt ein „Ja“" in shown) == (True, True)
    assert ("gmail.com" in before, "genügt ein „Ja“" in before) == (False, False)


def test_too_many_are_told_how_many_may_be(writer):
    four = Guess(item="admins", written="Anna, Bo, Cem, Dora", why=Why.TOO_MANY)

    words = answered(writer, asking({"users": (ANNA,)}, ("admins",), guesses=(four,)))

    assert "Gelesen haben wir: Anna, Bo, Cem, Dora. Es können höchstens 3 sein." in said(words)


def test_a_guess_is_asked_back_in_english_too(writer):
    words = answered(writer, asking({"group": "OV Ehrenfeld", "users": (ANNA, NO_ADDRESS)}, **DOUBTED), language="en")

    assert "We read “mehmet@gmial.com”. Did you mean mehmet@gmail.com?" in said(words)
    assert "OV Ehrenfeld (from “OV Erenfeld” – right?)" in said(words)
    assert "“yes” is enough" in said(words)


def test_of_a_stranger_no_guess_is_repeated(writer):
    words = answered(writer, asking({"group": "OV Ehrenfeld", "users": (ANNA, NO_ADDRESS)}, **DOUBTED), known=False)

    for part in ("gmial", "gmail", "Ana", "Erenfeld", "Vermutung"):
        assert part not in words.text + words.html


# Who is not proven


def test_nothing_of_a_stranger_is_repeated(writer):
    strange = person("Buy", "Cheap Pills", None)
    words = answered(
        writer,
        asking({"group": "http://evil.example", "users": (strange,)}, ("users.email",)),
        subject="BUY NOW",
        to=Address(name="Anna Now", email="victim@posteo.example"),
        known=False,
    )

    assert words.subject == "Deine Anfrage [KV-1042]"
    assert words.text.startswith("Hallo,\n")
    assert form_of(words) == ["Nutzer*innen (Vorname, Name, E-Mail):"]
    for part in ("evil", "Buy", "BUY", "Pills", "Anna"):
        assert part not in words.text + words.html


# What becomes of a complete request


def test_an_open_request_is_confirmed_with_what_was_understood(writer):
    words = answered(writer, outcome())

    assert "Deine Anfrage zur Nextcloud ist vollständig." in words.text
    assert "- Gruppenadmins: Anna Schmidt\n" in words.text
    assert form_of(words) == []


def test_an_introduction_is_announced(writer):
    video = outcome(request("video", {"person": ANNA, "group": "OV Kalk", "role": "Sprecherin"}))

    assert "Einweisung" in answered(writer, video).text


def test_a_change_is_carried_out_in_the_members_own_words(writer):
    words = answered(writer, outcome(request(fields={"group": "OV Kalk"}, kind=RequestKind.CHANGE)))

    assert "Dein Änderungswunsch zur Nextcloud" in words.text
    assert "wie du ihn beschrieben hast" in said(words)


def test_what_waits_says_why_and_that_we_write_again():
    writer = Writer(catalogue(services=(service(NEXTCLOUD, on_hold=HOLD),)), TEMPLATES)

    words = answered(writer, outcome(state=State.ON_HOLD))

    assert "Ein Softwarefehler wird gerade behoben." in said(words)
    assert "Sobald es weitergeht, schreiben wir dir wieder." in said(words)


def test_tools_of_the_federal_party_are_referred_with_a_link(writer):
    words = answered(writer, outcome(request("aktivisti"), action=Action.REFER, state=State.REFERRED))

    assert "Bundespartei" in words.text
    assert '<a href="https://www.die-linke-koeln.de"' in words.html


def test_a_privacy_request_is_told_its_legal_deadline(writer):
    due = NOW.date().replace(month=10)

    words = answered(writer, outcome(request("privacy"), action=Action.TRIAGE, state=State.TRIAGE), due=due)

    assert "spätestens am 22. Oktober 2025" in said(words)
    assert "Art. 12 Abs. 3 DSGVO" in said(words)


def test_a_person_reads_everything_else(writer):
    words = answered(writer, outcome(request("other"), action=Action.TRIAGE, state=State.TRIAGE))

    assert "Jemand aus dem Team liest sie" in said(words)


def test_several_tickets_are_one_mail_and_what_is_missing_comes_first(writer):
    words = answered(writer, outcome(), asking(service="video", missing=("person", "group", "role")))

    assert words.subject == "Re: Nextcloud [KV-1043]"
    assert words.text.index("KV-1043 · Videokonferenzen (BigBlueButton)") < words.text.index(
        "KV-1042 · Cloudspeicher (Nextcloud)"
    )
    assert "Vorgang KV-1043, KV-1042" in words.text
    assert words.text.count("Stimmt etwas nicht?") == 1


def test_what_did_not_change_is_not_told_again(writer):
    words = answered(writer, outcome(changed=False), asking(service="video", missing=("role",)))

    assert "KV-1042" not in words.text


def test_values_are_said_as_people_say_them(writer):
    assembly = {"group": "OV Kalk", "date": "2025-09-13", "participants": 150}
    address = {"person": person(email=None), "address_kind": "forward", "target": "anna@posteo.example"}

    german = answered(writer, outcome(request("openslides", assembly)), outcome(request("email_personal", address))).text
    english = answered(writer, outcome(request("openslides", assembly)), language="en").text

    assert "- Datum der Versammlung: 13. September 2025\n- Erwartete Teilnehmende: 150\n" in german
    assert "- Vorname, Name: Anna Schmidt\n- Weiterleitung oder Postfach: Weiterleitung\n" in german
    assert "- Date of the assembly: 13 September 2025\n" in english


def test_the_tool_that_does_not_work_is_named(writer):
    words = answered(writer, outcome(request("other", {"tool": "nextcloud"}), action=Action.TRIAGE, state=State.TRIAGE))

    assert "- Betrifft: Cloudspeicher (Nextcloud)\n" in words.text


def test_a_withdrawn_request_is_confirmed(writer):
    words = answered(writer, outcome(state=State.CLOSED), reply=Reply.WITHDRAWN)

    assert "haben wir geschlossen.\n\n- KV-1042 · Cloudspeicher (Nextcloud)\n" in words.text


def test_the_state_of_things_is_told_with_what_is_still_missing(writer):
    words = answered(writer, outcome(changed=False), asking(service="video", missing=("role",)), reply=Reply.STATUS)

    assert "liegt bei uns" in words.text
    assert form_of(words) == ["Aufgabe in der Gruppe:"]


def test_a_silent_decision_has_no_words(writer):
    with pytest.raises(ValueError, match="without a reply"):
        answered(writer, outcome(), reply=None)


# Values are never structure


@given(some.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_whatever_a_value_says_it_stays_on_its_line(writer, text):
    plain = answered(writer, outcome(request(fields={**COMPLETE, "group": "OV Kalk"})))

    words = answered(writer, outcome(request(fields={**COMPLETE, "group": f"OV {text}"})))

    assert len(words.text.split("\n")) == len(plain.text.split("\n"))
    assert shape(words.html) == shape(plain.html)


def shape(html: str) -> list[str]:
    return [node.tag for node in HTMLParser(html).root.traverse()]


@pytest.mark.parametrize(
    "value", ["# Titel", "- Punkt", "! Warnung", "-- ", "| Zeile", "{{ 7 * 7 }}", "\x0299\x03", "Betreff: x"]
)
def test_a_value_with_marks_is_just_a_value(writer, value):
    words = writer.from_staff(ticket(subject=value), text=value, mailbox=SUPPORT)

    assert "49" not in words.text
    assert len(HTMLParser(words.html).css("h1, h2, li, .warnings")) == 0


def test_html_in_a_value_is_shown_and_not_obeyed(writer):
    words = answered(writer, outcome(request(fields={**COMPLETE, "group": "<img src=x onerror=alert(1)>"})))

    assert HTMLParser(words.html).css("img") == []
    assert "&lt;img src=x onerror=alert(1)&gt;" in words.html


def test_addresses_in_a_value_are_no_links(writer):
    words = answered(writer, outcome(request(fields={**COMPLETE, "group": "https://evil.example/login"})))

    assert [link.attributes["href"] for link in HTMLParser(words.html).css("a")] == ["https://www.die-linke-koeln.de"]


# Staff


def staff_mail(writer: Writer, **changes) -> Words:
    values = {
        "events": (event(), event("opened", "vollständig", by="mailbot")),
        "original": "Hallo,\n\n<b>wir</b> brauchen Platz.",
        "attachments": (Attachment(name="liste.xlsx", media_type="application/zip", size=12_345, content=b"list"),),
        "doubts": ("Der Name Paul ist unklar.",),
        "member": CATALOGUE.staff[0],
    }
    of = changes.pop("of", ticket(request(because=("„Nextcloud“ im Betreff",)), assignee="kim"))
    return writer.for_staff(of, **{**values, **changes})


def test_staff_see_at_one_glance_what_it_is_about(writer):
    words = staff_mail(writer)

    assert words.subject == "[KV-1042] Cloudspeicher (Nextcloud) – Anna Schmidt"
    assert words.text.startswith(
        "Cloudspeicher (Nextcloud): OV Ehrenfeld\n"
        "=======================================\n"
        "\n"
        "! Der Name Paul ist unklar.\n"
        "\n"
        "- Wer: Anna Schmidt, anna.schmidt@posteo.example\n"
        "- Betreff: Nextcloud für den OV\n"
        "- Seit: 22. September 2025, 11:30 Uhr\n"
        "- Stand: wartet auf uns\n"
        "- Zuständig: du\n"
    )


def test_persons_stand_in_a_table_with_their_admin_mark(writer):
    rows = [[cell.text() for cell in row.css("td")] for row in HTMLParser(staff_mail(writer).html).css(".table tr")]

    assert ["Anna Schmidt", "anna.schmidt@posteo.example", "Admin"] in rows
    assert ["Mehmet Yılmaz", "mehmet.yilmaz@posteo.example", ""] in rows


def test_staff_see_why_what_happened_the_mail_and_its_attachments(writer):
    words = staff_mail(writer)

    for part in (
        "- „Nextcloud“ im Betreff\n",
        "· vollständig · Bot\n",
        "> <b>wir</b> brauchen Platz.\n",
        "- liste.xlsx (12 KB)\n",
    ):
        assert part in words.text
    assert "&lt;b&gt;wir&lt;/b&gt;" in words.html


def test_the_members_files_are_attached_and_what_is_kept_back_is_named_with_the_reason(writer):
    files = (
        Attachment(name="liste.csv", media_type="text/csv", size=4, content=b"a;b\n"),
        Attachment(name="lauf.exe", media_type="application/pdf", size=2048, content=b"MZ"),
    )

    words = staff_mail(writer, attachments=files)

    assert words.files == (File(name="liste.csv", media_type="text/csv", content=b"a;b\n"),)
    assert "- liste.csv (4 Byte) - lauf.exe (2 KB): nicht angehängt, diese Art von Datei kann gefährlich sein" in said(words)
    assert "liegt mit der Mail im Postfach support@die-linke-koeln.de." in said(words)
    assert "MZ" not in words.html


def ready_writer(folder: Path = TEMPLATES) -> Writer:
    return Writer(catalogue(services=(service(NEXTCLOUD, handover="nextcloud"), VIDEO, OTHER)), folder)


def test_staff_get_what_is_to_be_set_up_commands_as_text_and_tables_as_files():
    words = staff_mail(ready_writer())

    assert [file.name for file in words.files] == ["KV-1042-nextcloud.csv", "liste.xlsx"]
    assert "Angehängt ist KV-1042-nextcloud.csv." in said(words)
    assert "\nkonto mehmet.yilmaz 'Mehmet Yılmaz' mehmet.yilmaz@posteo.example\n" in words.text
    code = HTMLParser(words.html).css_first("pre")
    assert code is not None
    assert "konto mehmet.yilmaz 'Mehmet Yılmaz' mehmet.yilmaz@posteo.example\n" in code.text()


@pytest.mark.parametrize(
    "of",
    [
        ticket(state=State.ON_HOLD),
        ticket(request(missing=("admins",)), state=State.TRIAGE),
        ticket(request(kind=RequestKind.CHANGE)),
        ticket(request("video")),
    ],
)
def test_nothing_is_ready_before_it_is_certain(of):
    words = staff_mail(ready_writer(), of=of)

    assert [file.name for file in words.files] == ["liste.xlsx"]
    assert "Zum Einrichten" not in words.text


def test_an_address_that_looks_like_an_option_is_for_a_person_to_look_at():
    odd = request(fields={**COMPLETE, "users": (person(email="-rf@posteo.example"),)})

    words = staff_mail(ready_writer(), of=ticket(odd))

    assert [file.name for file in words.files] == ["liste.xlsx"]
    assert "! Zum Einrichten ist nichts vorbereitet: Eine Adresse ist so ungewöhnlich, dass ein Mensch" in said(words)


def test_a_broken_hand_over_is_named_and_the_mail_goes_out_all_the_same(tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    script = tmp_path / "templates" / "handover" / "nextcloud.sh"
    script.write_text('occ group:add "{{ group }}"\n', encoding="utf-8")
    writer = ready_writer(tmp_path / "templates")

    words = staff_mail(writer)

    assert "templates/handover/nextcloud.sh:1: a shell would not read this line" in said(words)
    assert [file.name for file in words.files] == ["liste.xlsx"]
    with pytest.raises(TemplateError, match=r"templates/handover/nextcloud\.sh:1: "):
        writer.hand_over(ticket())


def test_asking_for_what_is_not_ready_is_told_why():
    with pytest.raises(MailbotError, match="nothing is ready for KV-1042: something is still missing"):
        ready_writer().hand_over(ticket(request(missing=("admins",))))


def test_what_staff_can_do_are_prepared_mails(writer):
    links = [link.attributes["href"] for link in HTMLParser(staff_mail(writer).html).css(".button a")]

    assert links[0] == "mailto:support@die-linke-koeln.de?subject=Re%3A%20%5BKV-1042%5D&body=%23erledigt%0D%0A"
    assert "&amp;body=%23erledigt%0D%0A" in staff_mail(writer).html
    assert all(link.startswith("mailto:") for link in links)


def test_words_of_staff_go_out_under_the_associations_name(writer):
    words = writer.from_staff(ticket(), text="die Gruppe ist da.\n\nSchau mal hinein.", mailbox=SUPPORT)

    assert words.subject == "Re: Nextcloud für den OV [KV-1042]"
    assert words.text.startswith("Hallo Anna,\n\ndie Gruppe ist da.\n\nSchau mal hinein.\n\nViele Grüße\nSupport-Team\n")


def test_a_greeting_and_a_farewell_are_not_doubled(writer):
    words = writer.from_staff(ticket(), text="Liebe Anna,\n\nist da.\n\nViele Grüße\nKim", mailbox=SUPPORT)

    assert words.text.count("Anna,") == 1
    assert words.text.count("Grüße") == 1


def test_closing_is_told(writer):
    assert "dein Vorgang KV-1042 (Cloudspeicher (Nextcloud)) ist erledigt." in writer.closed(
        ticket(), mailbox=SUPPORT
    ).text.replace("\n", " ")


def test_a_transcript_says_line_by_line_what_was_done(writer):
    rows = (("#erledigt", "abgeschlossen"), ("", "Mehr stand da nicht."))

    words = writer.transcript(ticket(), rows=rows, result=Result.DONE)

    assert "- #erledigt · abgeschlossen\n- Mehr stand da nicht.\n" in words.text


# The digest


KIM = CATALOGUE.staff[0]


def digest_of(*tickets, **changes) -> Digest:
    return make_digest(((each, ()) for each in tickets), day=NOW.date(), now=NOW, catalogue=CATALOGUE, **changes)


def test_a_quiet_day_is_told_in_a_word(writer):
    words = writer.digest(digest_of())

    assert words.subject == "Übersicht vom 22. September 2025: 0 bei uns"
    assert "Wartet auf uns\n\nNichts.\n" in words.text
    assert "Störungen\n\nKeine.\n" in words.text
    assert [heading for heading in ("Mitglieder\n", "Verschoben", "Zurückgestellt\n", "Falsche") if heading in words.text] == []


def test_a_digest_row_says_all_in_a_few_lines(writer):
    asked = ticket(request(fields={}, missing=("group",)), state=State.ASKING)
    overdue = ticket(request("privacy"), key="KV-7", state=State.TRIAGE, assignee="kim", due=NOW.date().replace(day=19))

    words = writer.digest(digest_of(asked, overdue, notices=Notices(trouble=("Etwas ging schief.",))))

    assert "! Etwas ging schief.\n" in words.text
    assert "KV-1042 · Cloudspeicher (Nextcloud)\n  Anna Schmidt · seit Mo 22.9.\n  Fehlt: Name der Gruppe\n" in words.text
    assert "  ! Überfällig: Frist war am 19. September 2025\n  Zuständig: Kim Sommer\n" in words.text


def test_the_subject_has_the_numbers_that_matter_to_its_reader(writer):
    old = NOW - timedelta(days=30)
    mine = ticket(key="KV-1", assignee="kim", opened=old), ticket(key="KV-2", assignee="kim", state=State.ASKING, opened=old)
    digest = digest_of(*mine, ticket(key="KV-3"), ticket(key="KV-4", assignee="anna", opened=old))

    assert [writer.digest(digest, member).subject.partition(": ")[2] for member in (KIM, None)] == [
        "2 bei dir (1 überfällig), 2 weitere bei uns (1 überfällig), 1 neu",
        "3 bei uns (2 überfällig), 1 neu",
    ]


def test_ones_own_come_first_and_once(writer):
    waiting = ticket(request(fields={}, missing=("group",)), key="KV-2", assignee="kim", state=State.ASKING)
    digest = digest_of(ticket(key="KV-1"), waiting, ticket(key="KV-3", assignee="kim", waits_until=NOW + timedelta(days=2)))

    words = writer.digest(digest, KIM)

    order = re.findall(r"^(?:KV-\d|Bei dir|Außerdem.*|Wartet auf M.*|Verschoben)", words.text, re.MULTILINE)
    assert order == ["Bei dir", "KV-3", "KV-2", "Außerdem wartet auf uns", "KV-1"]
    assert "  Verschoben bis Mi 24.9.\n" in words.text
    assert "  Wartet auf das Mitglied\n  Fehlt: Name der Gruppe\n" in words.text


def test_of_many_tickets_the_most_pressing_are_named_and_the_others_counted(writer):
    many = [ticket(key=f"KV-{number}", opened=NOW - timedelta(days=number % 5), assignee="kim") for number in range(1, 121)]
    digest = digest_of(*many, ticket(key="KV-500", state=State.ASKING))

    words = writer.digest(digest, KIM)

    named = re.findall(r"^KV-\d+", words.text, re.MULTILINE)
    assert named == [row.key for row in digest.staff[:50]] + ["KV-500"]
    assert {row.age for row in digest.staff[:50]} == {2, 1}
    rest = "Und noch 70 mehr. Wer den Bot betreibt, sieht alle mit:", "mailbot digest --all --for kim"
    assert "\n\n" + "\n".join(rest) + "\n\n" in words.text
    assert " ".join(rest) in HTMLParser(words.html).text()
    assert words.subject.partition(": ")[2].startswith("120 bei dir")
    assert len(re.findall(r"^KV-\d+", writer.digest_as_text(digest, KIM, at_most=None), re.MULTILINE)) == 121


def test_a_key_opens_a_mail_about_its_ticket(writer):
    page = HTMLParser(writer.digest(digest_of(ticket())).html)

    assert [(link.text(), link.attributes["href"]) for link in page.css(".key a")] == [
        ("KV-1042", "mailto:support@die-linke-koeln.de?subject=Re%3A%20%5BKV-1042%5D")
    ]


def test_charts_are_there_for_those_who_see_no_html(writer):
    days = tuple(Day(day=NOW.date() - timedelta(days=ago), opened=opened) for ago, opened in ((3, 2), (2, 0), (1, 1), (0, 0)))

    words = writer.digest(digest_of(ticket(), ticket(key="KV-2", state=State.ASKING), days=days))

    assert (
        "Die letzten zwei Wochen\n\n"
        "             neu      abgeschlossen\n"
        "  Fr 19.9.   ████ 2   0\n"
        "  So 21.9.   ██ 1     0\n"
        "  Mo 22.9.   0        0\n"
    ) in words.text
    assert "  heute              ██ 1      ██ 1\n  1 Arbeitstag       0         0\n" in words.text


# Both looks


@pytest.fixture(scope="module")
def every_mail() -> dict[str, Words]:
    """Of each template the mail that shows most of it."""
    return {mail.name: mail.words for mail in fullest(rehearsed(CATALOGUE, TEMPLATES))}


def test_text_and_html_say_the_same_words(every_mail):
    shown = {name: sorted(words_of(letters(shown_by(words.html)))) for name, words in every_mail.items()}

    assert shown == {name: sorted(words_of(letters(words.text))) for name, words in every_mail.items()}


def shown_by(html: str) -> str:
    """What can be read, without what the text part has no use for."""
    page = HTMLParser(html)
    page.strip_tags(["style", "title"])
    for extra in page.css(".sender, .table tr.head"):
        extra.decompose()
    assert page.body is not None
    return str(page.body.text(separator=" "))


def letters(text: str) -> str:
    """Without the signs that only the text part needs to keep things apart."""
    return "".join(sign if sign.isalnum() or sign in "@.*#/" else " " for sign in text)


def test_prose_stays_within_72_columns_and_blocks_are_apart(every_mail):
    assert {name: wide for name, words in every_mail.items() if (wide := wide_prose(words.text))} == {}
    assert [name for name, words in every_mail.items() if "\n\n\n" in words.text] == []


def wide_prose(text: str) -> list[str]:
    prose = [line for line in text.splitlines() if not line.startswith(("- ", "  ", "> ")) and ":" not in line]
    return [line for line in prose if " " in line and len(line) > 72]


def test_form_lines_are_never_wrapped(writer):
    long = person("Maximiliane-Theodora Alexandra", "von und zu Hohenstein-Waldenburg-Schillingsfürst", None)

    assert form_of(answered(writer, asking({"users": (long,)}, ("users.email",)))) == [f"E-Mail von {long.given} {long.surname}:"]
