"""Whose words is each line? Every case is drawn: what the line is called stands left of it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.body import split
from mailbot.mail.message import Address, Kind

KINDS = {
    "own": Kind.OWN,
    "quo": Kind.QUOTED,
    "att": Kind.ATTRIBUTION,
    "sig": Kind.SIGNATURE,
    "foo": Kind.FOOTER,
    "fwd": Kind.FORWARDED,
}


def draw(drawing: str, **about: str) -> None:
    """Splits the right side of a drawing and compares the kinds of all lines that are not empty with its left side."""
    rows = [row.strip() for row in drawing.strip().splitlines()]
    text = "\n".join(row[4:].removeprefix(" ") if row else "" for row in rows)

    body = split(text, **about)

    found = [line.kind for line in body.lines]
    wanted = [KINDS[row[:3]] if row else None for row in rows]
    assert [kind if want else None for kind, want in zip(found, wanted, strict=True)] == wanted


def test_a_mail_without_quotes_and_greeting_is_the_authors_own():
    draw("""
        own| Hallo,

        own| wir möchten die Nextcloud nutzen. Danke!
    """)


@pytest.mark.parametrize(
    "attribution",
    [
        "Am 12.06.25 um 18:24 schrieb Support Die Linke Köln:",
        "Am Di., 24. Juni 2025 um 12:25 Uhr schrieb Support Die Linke Köln <support@die-linke.example>:",
        "Am 2025-06-17 01:18, schrieb Support Die Linke Köln:",
        "Am 14. Juni 2025 23:12:51 MESZ schrieb Support <support@die-linke.example>:",
        "On Tue, 10 Jun 2025 at 09:14, Support <support@die-linke.example> wrote:",
        "Zitat von Support Die Linke Köln <support@die-linke.example>:",
        "El 26 jun 2025, a las 18:38, Support <support@die-linke.example> escribió:",
        "Le 26/06/2025 à 18:38, Support a écrit :",
        "Il giorno gio 26 giu 2025 alle ore 18:38 Support <support@die-linke.example> ha scritto:",
        "W dniu 26.06.2025 o 18:38, Support pisze:",
        "Support <support@die-linke.example>, 27 Haz 2025 Cum, 19:53 tarihinde şunu yazdı:",
        "2025-06-26 18:38 GMT+02:00 Support <support@die-linke.example>:",
    ],
)
def test_the_line_above_a_quote_names_its_writer(attribution):
    draw(f"""
        own| Danke!

        att| {attribution}
        quo| > Hallo Anna,
        quo| > es fehlt noch der Name der Gruppe:
    """)


def test_an_attribution_may_be_wrapped_over_several_lines():
    draw("""
        own| Danke für Antwort. Ich nehme das
        own| Postfach bitte.

        att| Am Mi., 25. Juni 2025 um 18:09 Uhr schrieb Büro Die Linke Köln <
        att| buero@die-linke.example>:

        quo| > Weiterleitung oder Postfach:
    """)


def test_words_between_and_below_quotes_are_the_authors_again():
    draw("""
        att| Am 12.06.25 um 18:24 schrieb Support:
        quo| > Name der Gruppe:
        own| OV Kalk
        quo| > Gruppenadmins:

        own| Anna und ich
    """)


@pytest.mark.parametrize(
    "block",
    [
        ["Von: Support <support@die-linke.example>", "Gesendet: Dienstag, 8. Juli 2025 08:25", "An: Anna", "Betreff: Re: Cloud"],
        ["________________________________", "From: Support", "Sent: Tuesday, July 8, 2025", "To: Anna", "Subject: Re: Cloud"],
        ["-----Original-Nachricht-----", "Betreff: Re: Cloud", "Datum: 2025-06-20", 'Von: "Support" <a@b.example>', "An: Anna"],
        ["-------- Ursprüngliche Nachricht --------", "Von: Support", "Datum: 07.07.25", "An: Anna", "Betreff: Re: Cloud"],
        ["Gesendet: Mittwoch, 18. Juni 2025 um 16:50 Uhr", "Von: Support", "An: anna@gmx.example", "Betreff: Re: Cloud"],
        ["*Von:* Support", "*Gesendet:* Dienstag", "*An:* Anna;", "Bert; Carla", "*Betreff:* Re: Cloud"],
    ],
    ids=["Outlook", "Outlook on the web", "T-Online", "Samsung", "GMX", "Outlook for Mac, long list"],
)
def test_a_header_block_opens_an_earlier_mail_that_runs_to_the_end(block):
    draw(
        "\n".join(
            [
                "own| Den Admin macht Rolf.",
                "",
                *(f"att| {line}" for line in block),
                "",
                "quo| Hallo Anna,",
                "quo| Gruppenadmins (1–3):",
                "quo| > Guten Morgen",
                "quo| Viele Grüße",
            ]
        )
    )


def test_groupwise_marks_one_line_and_quotes_all_below_it():
    draw("""
        own| Den Admin macht Rolf.

        att| >>> Support Die Linke <support@die-linke.example> 08.07.2025 08:25 >>>

        quo| Hallo Anna,
        quo| Gruppenadmins (1–3):
    """)


def test_a_list_with_labels_is_no_header_block():
    draw("""
        own| Bitte richtet ein:

        own| Von: sofort
        own| An: alle im Vorstand
    """)


def test_an_unmarked_quote_below_a_dated_attribution_runs_to_the_end():
    draw("""
        own| Passt.

        att| Am 28.10.2021 um 12:46 schrieb "John Doe" <john.doe@acme.example>:

        quo| Passt Montag?
    """)


@pytest.mark.parametrize(
    "closing",
    [
        "Mit freundlichen Grüßen",
        "Mit freundlichem Gruß",
        "Mit solidarischen Grüßen",
        "Viele Grüße aus dem Agnesviertel",
        "Viele Grüße „us Kalk“",
        "Liebe Grüße 🏳️‍🌈",
        "LG",
        "Solidarisch,",
        "Herzlich",
        "Hochachtungsvoll",
        "Bis Montag",
        "Met solidarische Jröße us em Vringsveedel",
        "Best regards,",
        "Cheers",
        "Un saludo",
        "Selamlar",
    ],
)
def test_a_greeting_and_what_follows_it_sign_the_mail(closing):
    draw(f"""
        own| Könnt ihr das einrichten?

        sig| {closing}
        sig| Anna Schmidt
        sig| Sprecherin OV Kalk

        sig| Tel. 0221 / 555 01 84
    """)


def test_a_greeting_and_a_name_may_share_a_line():
    draw("""
        own| Der Rest bleibt.

        sig| LG Miriam
    """)
    draw("""
        own| Der Rest bleibt.

        sig| VG Anna Schmidt, OV Kalk
        sig| 0170/1234567
    """)


@pytest.mark.parametrize("thanks", ["Danke", "Vielen Dank!", "Danke & Gruß", "Thanks a lot", "danke euch"])
def test_thanks_are_the_authors_words_and_the_name_below_them_signs(thanks):
    draw(
        f"""
        own| Bitte anlegen.

        own| {thanks}
        sig| kevin
    """,
        author="Kevin Brodowski",
    )


def test_thanks_in_the_middle_close_nothing():
    draw("""
        own| Danke!
        own| Und könnt ihr auch die Website ändern?
    """)


def test_a_greeting_inside_a_sentence_closes_nothing():
    draw("""
        own| Viele Grüße an alle soll ich auch von Lore Pauly ausrichten, die leider krank ist.
        own| Wir brauchen einen Zugang.
    """)


def test_a_greeting_also_opens_a_mail():
    draw("""
        own| Ciao zusammen,

        own| anbei die drei Leute, die in die Nextcloud sollen. Falls ihr nicht zuständig seid, gebt es bitte weiter.
    """)


def test_a_postscript_is_the_authors_again():
    draw("""
        own| Bitte anlegen.

        sig| Viele Grüße
        sig| Anna

        own| P.S.: Admin bin ich.
    """)


def test_a_list_below_the_name_is_the_authors_again():
    draw("""
        own| Hier kommen die Daten.

        sig| Viele Grüße
        sig| Anna

        own| - Anna Schmidt, anna@posteo.example
        own| - Bert Brandt, bert@posteo.example
    """)


def test_people_in_rows_below_the_name_are_the_authors_again():
    draw("""
        own| Hier kommen die Daten.

        sig| Viele Grüße
        sig| Anna

        own| Anna Schmidt, anna@posteo.example
        own| Bert Brandt, bert@posteo.example
    """)


def test_the_small_print_of_an_office_belongs_to_its_signature():
    draw("""
        own| Gruppenadmin soll Agnieszka Nowak sein.

        sig| Mit freundlichen Grüßen
        sig| i. A. Claudia Overath
        sig| Tel.: 0221 555 0190

        sig| In meiner Abwesenheit wenden Sie sich bitte an Ralf Kessler, ralf.kessler@fraktion.example, oder an die Zentrale.
        foo| Diese E-Mail enthält vertrauliche und rechtlich geschützte Informationen.
        foo| Wenn Sie nicht der richtige Adressat sind, löschen Sie sie.
    """)


def test_dashes_open_a_signature():
    draw("""
        own| Bitte anlegen.
        sig| --
        sig| Sibylle Kratz
    """)


def test_the_authors_name_alone_signs():
    draw(
        """
        own| Bin Sprecherin im OV Nippes.

        sig| Dilan
    """,
        author="Yıldız, Dilan",
    )


def test_office_and_phone_below_the_name_belong_to_it():
    draw(
        """
        own| Danke, das passt so.

        sig| Anna Schmidt (sie/ihr)
        sig| Sprecherin OV Kalk
    """,
        author="Anna Schmidt",
    )


def test_people_below_the_authors_name_are_a_list():
    draw(
        """
        own| Das sind wir, in der Nextcloud:

        own| Anna Schmidt
        own| Bert Brandt
    """,
        author="Anna Schmidt",
    )


def test_a_stroke_opens_a_signature_if_nothing_else_follows():
    draw("""
        own| Ok
        sig| ---
        sig| Anna Schmidt
        sig| OV Kalk
    """)
    draw("""
        own| Erster Wunsch
        own| ---
        own| - Anna Schmidt, anna@x.example
        own| - Bert Brandt, bert@x.example
    """)


def test_a_name_that_answers_is_no_signature():
    draw("own| Dilan", author="Dilan Yıldız")
    draw(
        """
        own| Nutzerin:
        own| Dilan Yıldız
    """,
        author="Dilan Yıldız",
    )


@pytest.mark.parametrize(
    "footer",
    [
        "Von meinem iPhone gesendet",
        "Von meinem/meiner Galaxy gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Outlook für iOS beziehen",
        "Get Outlook for Android",
        "Gesendet mit der WEB.DE Mail App",
        "Sent from my iPhone",
        "Enviado desde mi iPad",
        "iPhone'umdan gönderildi",
    ],
)
def test_what_a_program_adds_is_a_footer(footer):
    draw(
        f"""
        own| Beide

        foo| {footer}

        att| Am 07.07.25 um 09:38 schrieb Support:
        quo| > Gruppenadmins (1–3):
    """
    )


def test_a_mailing_lists_footer_is_a_footer():
    draw("""
        own| Gute Idee.
        foo| _______________________________________________
        foo| ov-info mailing list -- ov-info@lists.example
        foo| To unsubscribe send an email to ov-info-leave@lists.example
    """)


@pytest.mark.parametrize(
    ("subject", "head"),
    [
        (
            "Fwd: Cloud",
            ["---------- Forwarded message ---------", "Von: Feride Aydoğan <feride@gmx.example>", "Date: Mi.", "Subject: Cloud"],
        ),
        (
            "Fwd: Cloud",
            [
                "-------- Weitergeleitete Nachricht --------",
                "Betreff: Cloud",
                "Datum: Mi",
                "Von: Feride Aydoğan <feride@gmx.example>",
            ],
        ),
        ("WG: Cloud", ["Von: Feride Aydoğan <feride@gmx.example>", "Gesendet: Mittwoch", "An: Thomas", "Betreff: Cloud"]),
        (
            "Cloud",
            [
                "Anfang der weitergeleiteten Nachricht:",
                "",
                "Von: Feride Aydoğan <feride@gmx.example>",
                "Betreff: Cloud",
                "Datum: heute",
            ],
        ),
    ],
    ids=["Gmail", "Thunderbird", "Outlook", "Apple"],
)
def test_a_forwarded_mail_has_its_own_author_and_words(subject, head):
    text = "\n".join(["Siehe unten.", "", "Gruß", "Thomas", "", *head, "", "Bitte anlegen.", "", "Viele Grüße", "Feride"])

    body = split(text, subject=subject)

    assert [line.text for line in body.of(Kind.OWN) if line.text] == ["Siehe unten."]
    assert body.forwarded is not None
    assert (body.forwarded.author, body.forwarded.subject) == (
        Address(name="Feride Aydoğan", email="feride@gmx.example"),
        "Cloud",
    )
    assert [(line.text, line.kind) for line in body.forwarded.lines if line.text] == [
        ("Bitte anlegen.", Kind.OWN),
        ("Viele Grüße", Kind.SIGNATURE),
        ("Feride", Kind.SIGNATURE),
    ]
    assert {line.kind for line in body.lines if line.number in {each.number for each in body.forwarded.lines}} == {Kind.FORWARDED}


def test_a_forwarded_mail_may_stand_behind_marks_and_words_below_it():
    draw("""
        own| Könnt ihr das machen?

        att| Anfang der weitergeleiteten Nachricht:

        att| > Von: Feride <feride@gmx.example>
        att| > Betreff: Cloud
        att| > Datum: heute
        fwd| > Bitte anlegen.

        own| Admin bin ich.
    """)


@given(st.text(alphabet=st.sampled_from("> \n-_:.@<ABab1äVonAm*\t|")))
def test_every_line_is_there_once_and_in_order(text):
    body = split(text)

    assert [line.number for line in body.lines] == list(range(1, len(text.split("\n")) + 1 if text else 1))
    assert all(line.depth <= 101 for line in body.lines)


PIECES = [
    "",
    "Hallo",
    "> Hallo",
    ">> Hallo",
    "Viele Grüße",
    "Anna",
    "-- ",
    "Von: a@b.example",
    "Gesendet: heute",
    "Betreff: x",
    "An: b",
    "Am 1.2.2025 um 10:00 schrieb A:",
    "---------- Forwarded message ---------",
    "Danke!",
    "____________________",
    "P.S.: x",
]


@given(st.lists(st.sampled_from(PIECES), max_size=20).map("\n".join), st.sampled_from(["", "WG: x", "Re: x"]))
def test_no_word_is_lost_however_the_pieces_are_put_together(text, subject):
    body = split(text, subject=subject, author="Anna Schmidt")

    assert [line.text for line in body.lines] == [line.lstrip(">").strip() for line in text.split("\n")] * bool(text)


@pytest.mark.parametrize(
    "line",
    ["Am 3.4.2025 um 12:00 Uhr:", "Von: x", "Viele Grüße", "Danke", "> x", "-- ", "Von meinem iPhone gesendet", " " * 300 + "x:"],
)
def test_long_mails_take_time_in_proportion(line):
    start = time.process_time()
    split("\n".join([line, ""] * 5_000), author="Anna Schmidt")

    assert time.process_time() - start < 3  # quadratic time would be tens of seconds
