"""Later mails: what they add to a request, what they correct, and what they leave as it is."""

from __future__ import annotations

import pytest

from tests.builders import ANNA, person
from tests.understanding.conversation import fields, one, understood

GROUP_MISSING = "Unsere AG möchte eine Signalgruppe."
ASSEMBLY = "Der OV Kalk macht eine Mitgliederversammlung mit OpenSlides."
COMPLETE = "Der OV Kalk macht am 14.03.2026 eine Mitgliederversammlung mit OpenSlides, etwa 40 Leute."
PERSONAL = "Ich hätte gern eine persönliche Mailadresse."
SHARED = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de, weitergeleitet an kim@verein.example."
VIDEO = "Ich bräuchte einen Account für BigBlueButton für die AG Frieden."


@pytest.mark.parametrize(
    "answer",
    [
        "Kalk",
        "Natürlich für Kalk!",
        "Ach so, vergessen: Kalk",
        "Wir sind der Ortsverband in Kalk.",
        "Kalk natürlich :-)",
        "Ortsverband: Kalk",
        "gruppe ist ov kalk",
        "Es geht um Kalk.",
    ],
)
def test_a_group_is_named_in_few_words(answer: str):
    assert fields("Ich bin Sprecherin und bräuchte einen Account für BigBlueButton.", answer)["group"] == "OV Kalk"


def test_one_word_answers_one_question():
    request = one("Unsere Projektgruppe bräuchte einen Account für BigBlueButton.", "Leerstand")

    assert (request.fields["group"], request.missing) == ("PG Leerstand", ("role",))


@pytest.mark.parametrize(
    "remark",
    [
        "Habt ihr meine Mail bekommen?",
        "Bitte antwortet mir lieber an diese Adresse, die andere lese ich selten.",
        "Meine Telefonnummer ist 0221 123456, falls ihr Fragen habt.",
        "Beim letzten Mal waren wir 25 Leute, da war die Stimmung super.",
        "Der OV Nippes hat das ja auch schon, deshalb kamen wir drauf.",
        "Jutta Klein aus dem Kreisvorstand hat mir den Tipp gegeben, euch zu schreiben.",
        "Eine Schulung wäre auch gut, vielleicht am 3.4.?",
        "Das Signal am Bahnhof war heute wieder kaputt, ich saß fest.",
    ],
)
@pytest.mark.parametrize(
    "wish",
    [
        "Ich bin Sprecherin im OV Kalk und hätte gern einen Account für BigBlueButton.",
        "Der OV Kalk hätte gern eine Unterseite. Verantwortlich bin ich.",
        "Der OV Kalk möchte am 14. März 2026 mit OpenSlides abstimmen, wir rechnen mit 60 Leuten. Ansprechpartnerin bin ich.",
        "Ich bin Kassiererin im OV Kalk und brauche eine persönliche Mailadresse, als Weiterleitung an anna@gmx.example.",
    ],
)
def test_what_is_merely_told_changes_nothing(wish: str, remark: str):
    assert understood(wish, remark).requests == understood(wish).requests


@pytest.mark.parametrize(
    "answer",
    [
        "Frieden",
        "AG Frieden",
        "Wir sind die AG Frieden.",
        "> Name der Gruppe: Frieden",
        "Ach so, Frieden natürlich!",
        "Unsere AG heißt AG Frieden.",
    ],
)
def test_a_group_is_named_when_asked_for(answer: str):
    request = one(GROUP_MISSING, answer)

    assert (request.fields["group"], request.missing) == ("AG Frieden", ())


@pytest.mark.parametrize("answer", ["Das muss ich erst fragen.", "Gruß Anna", "Wie meint ihr das?"])
def test_an_answer_that_names_no_group_leaves_it_missing(answer: str):
    assert one(GROUP_MISSING, answer).missing == ("group",)


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ("Kassiererin", "Kassiererin"),
        ("Ich bin die Kassiererin.", "Kassiererin"),
        ("Kassiererin in der AG Frieden", "Kassiererin"),
        ("Ich mach da die Koordination.", "Koordination"),
        ("> Aufgabe in der Gruppe: Sprecherin", "Sprecherin"),
    ],
)
def test_a_task_is_named_when_asked_for(answer: str, role: str):
    assert fields(VIDEO, answer)["role"] == role


@pytest.mark.parametrize(
    "answer",
    [
        "Am 14.03.2026 mit 40 Leuten.",
        "Samstag, 14. März 2026, ca. 40",
        "14. März 2026, ca. 40 Leute",
        "> Datum der Versammlung: 14.03.2026\n> erwartete Teilnehmende: 40",
        "Es werden 40 Teilnehmende, und zwar am 14.3.2026.",
    ],
)
def test_a_day_and_a_number_are_named_when_asked_for(answer: str):
    request = one(ASSEMBLY, answer)

    assert (request.fields["date"], request.fields["participants"], request.missing) == ("2026-03-14", 40, ())


def test_what_is_named_step_by_step_comes_together():
    request = one(ASSEMBLY, "Am 14.03.2026.", "40")

    assert dict(request.fields) == {"group": "OV Kalk", "date": "2026-03-14", "participants": 40, "person": ANNA}


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Der Termin ist verschoben auf den 21.03.2026.", "date", "2026-03-21"),
        ("Korrektur: es werden 60 Leute statt 40.", "participants", 60),
        ("Die Zahl der Gäste müssen wir auf 25 korrigieren.", "participants", 25),
        ("Entgegen unserer Ankündigung sehen wir uns erst am 28.03.2026.", "date", "2026-03-28"),
        ("Sorry, nicht der OV Kalk, sondern der OV Porz.", "group", "OV Porz"),
    ],
)
def test_what_was_complete_is_corrected(text: str, field: str, value: object):
    before = fields(COMPLETE)

    assert fields(COMPLETE, text) == {**before, field: value}


@pytest.mark.parametrize(
    "text", ["Wir freuen uns auf den 1. Mai 2026!", "Danke, das klappt ja gut.", "Die AG Frieden freut sich auch."]
)
def test_what_was_complete_is_not_changed_by_mere_talk(text: str):
    assert fields(COMPLETE, text) == fields(COMPLETE)


def test_a_forwarding_is_asked_for_its_target_and_a_mailbox_is_not():
    assert one(PERSONAL, "Kassiererin, und bitte als Weiterleitung.").missing == ("target",)
    assert one(PERSONAL, "Kassiererin, und bitte ein Postfach.").missing == ()


def test_whoever_turns_from_a_forwarding_to_a_mailbox_needs_no_target():
    found = fields(PERSONAL, "Kassiererin, als Weiterleitung an kim@verein.example.", "Doch lieber ein richtiges Postfach.")

    assert (found["address_kind"], "target" in found) == ("mailbox", False)


@pytest.mark.parametrize("answer", ["kim@verein.example", "Bitte an kim@verein.example.", "> Ziel-Adresse: kim@verein.example"])
def test_a_target_is_named_when_asked_for(answer: str):
    request = one(PERSONAL, "Kassiererin, als Weiterleitung.", answer)

    assert (request.fields["target"], request.missing) == ("kim@verein.example", ())


def test_a_target_joins_the_others():
    assert fields(SHARED, "Außerdem noch an paul@verein.example.")["targets"] == ("kim@verein.example", "paul@verein.example")


def test_good_targets_are_kept_beside_one_that_cannot_be():
    asked = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de."
    half = one(asked, "kim@verein.example, paul@verein")

    assert (half.fields["targets"], half.missing) == (("kim@verein.example",), ("targets",))
    assert one(asked, "kim@verein.example, paul@verein", "ach, paul@verein.example").fields["targets"] == (
        "kim@verein.example",
        "paul@verein.example",
    )


def test_a_better_address_is_the_one_that_is_wanted():
    heard = fields(SHARED, "vorstand-kalk@die-linke-koeln.de klingt schöner als ov-kalk, geht das?")

    assert (heard["address"], heard["group"]) == ("vorstand-kalk@die-linke-koeln.de", "OV Kalk")


@pytest.mark.parametrize(
    ("answer", "group"),
    [
        ("Die AG Garten klingt zwar schöner als AG Obst, aber wir bleiben dabei.", "AG Obst"),
        ("AG Garten klingt schöner, aber wir heißen nun mal so.", "AG Obst"),
        ("AG Garten wäre kürzer. Trotzdem lassen wir es so.", "AG Obst"),
        ("AG Garten ist auch nicht besser.", "AG Obst"),
        ("AG Garten klingt schöner, nehmt bitte das.", "AG Garten"),
        ("Uns gefällt AG Garten besser.", "AG Garten"),
        ("AG Garten wäre besser.", "AG Garten"),
    ],
)
def test_a_name_that_is_only_weighed_is_not_taken(answer: str, group: str):
    assert fields("Die AG Obst möchte die Nextcloud nutzen.", answer)["group"] == group


@pytest.mark.parametrize(
    ("answer", "day"),
    [
        ("Der 21.03. wäre besser, aber da ist der Saal nicht frei.", "2026-03-14"),
        ("Der 21.03.2026 wäre zwar besser, geht aber nicht.", "2026-03-14"),
        ("Der 21.03.2026 wäre besser.", "2026-03-21"),
        ("Zum Datum: Der 21.03.2026 passt uns besser.", "2026-03-21"),
    ],
)
def test_a_day_that_is_only_weighed_is_not_taken(answer: str, day: str):
    assembly = "Der OV Kalk möchte am 14.03.2026 OpenSlides nutzen, etwa 40 Leute. Kontakt bin ich."

    assert fields(assembly, answer)["date"] == day


@pytest.mark.parametrize("answer", ["meine und paul@verein.example", "ich, paul@verein.example"])
def test_the_author_is_one_of_the_targets(answer: str):
    asked = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de."

    assert set(fields(asked, answer)["targets"]) == {ANNA.email, "paul@verein.example"}


@pytest.mark.parametrize("answer", ["Bitte an meine sowie an paul@verein.example.", "an paul@verein.example und an meine, danke"])
def test_the_authors_address_goes_with_others(answer: str):
    asked = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de."

    assert set(fields(asked, answer)["targets"]) == {ANNA.email, "paul@verein.example"}


@pytest.mark.parametrize(
    "answer",
    [
        "Nicht an meine, sondern an paul@verein.example.",
        "Bitte paul@verein.example und nicht an meine, denn die ist voll.",
        "Bisher gingen alle an meine, das war zu viel. Nehmt paul@verein.example.",
        "paul@verein.example ist nicht nur meine, sondern gehört uns allen.",
        "Statt an meine, wie angekündigt, soll alles an paul@verein.example gehen.",
        "Früher kam alles an mich, künftig bitte an paul@verein.example.",
    ],
)
def test_the_authors_address_is_no_target_where_that_is_denied(answer: str):
    asked = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de."

    assert fields(asked, answer)["targets"] == ("paul@verein.example",)


def test_a_target_leaves_by_the_initial_of_its_owner():
    asked = SHARED.replace("kim@verein.example", "k.ost@verein.example und j.west@verein.example")

    assert fields(asked, "Kim bitte rausnehmen.")["targets"] == ("j.west@verein.example",)


def test_the_number_of_an_assembly_is_put_right_in_few_words():
    assert fields(COMPLETE, "werden wohl eher 30")["participants"] == 30


def test_the_kind_of_a_group_is_put_right():
    assert fields(GROUP_MISSING, "AG Wohnen", "quatsch, PG Wohnen")["group"] == "PG Wohnen"


def test_a_target_that_is_not_right_is_exchanged():
    assert fields(SHARED, "kim stimmt nicht, is kim@web.example")["targets"] == ("kim@web.example",)


def test_the_group_is_no_part_of_a_task():
    assert fields(PERSONAL, "kassiererin beim ov poll, als Postfach")["role"] == "Kassiererin"


@pytest.mark.parametrize(
    ("answer", "role"),
    [
        ("bin nur Mitglied", "Mitglied"),
        ("hab keine, einfaches Mitglied", "Mitglied"),
        ("Ich bin ein ganz normales Mitglied.", "Mitglied"),
        ("Ich habe kein Amt, bin einfach Mitglied", "Mitglied"),
        ("Ich bin nicht Kassiererin, sondern Sprecherin.", "Sprecherin"),
        ("ich leite die Treffen", "Leite die Treffen"),
        ("Ich koordiniere unsere Infostände.", "Koordiniere unsere Infostände"),
        ("betreue die offenen Treffen", "Betreue die offenen Treffen"),
    ],
)
def test_who_has_no_task_says_so(answer: str, role: str):
    assert fields(VIDEO, answer)["role"] == role


@pytest.mark.parametrize(
    "answer",
    [
        "keine Aufgabe",
        "bin kein Mitglied",
        "Leite das weiter?",
        "Ich bin noch nicht Mitglied.",
        "Ich bin noch kein festes Mitglied",
        "Ich bin nicht mehr Mitglied.",
        "Meine Freundin ist Mitglied",
        "Ich werde bald Mitglied.",
        "Ich plane meinen Umzug nach Köln, eine Funktion hab ich noch nicht.",
        "Ich organisiere die Sache mit der Weiterleitung noch.",
        "Ich vertrete gerade meine Kollegin im Urlaub",
        "Ich leite die Frage weiter",
        "Ich leite die Mail an Rosa.",
        "Ich plane das noch.",
        "Organisiere ich morgen.",
        "Ich leite das an unsere Sprecherin weiter.",
        "Das klärt gerade unsere Kassiererin.",
        "Kassiererin wäre ich gern, bin ich aber nicht.",
        "Ich bin keine Kassiererin.",
    ],
)
def test_no_task_is_told(answer: str):
    assert one(VIDEO, answer).missing == ("role",)


def test_a_group_is_called_otherwise_now():
    assert fields(SHARED, "ov kalk heißt jetzt ov humboldt")["group"] == "OV Humboldt"


def test_what_is_told_besides_is_no_part_of_a_task():
    assert fields(PERSONAL, "stellvertretende Kassiererin, Postfach")["role"] == "stellvertretende Kassiererin"


def test_since_when_is_no_part_of_a_task():
    assert fields(PERSONAL, "kassierer seit mai, als Postfach")["role"] == "Kassierer"


def test_a_target_leaves():
    assert fields(SHARED.replace("kim@verein.example", "kim@verein.example und paul@verein.example"), "Paul bitte wieder raus.")[
        "targets"
    ] == ("kim@verein.example",)


def test_a_target_gives_way_to_another():
    news = "Kim ist nicht mehr unter kim@verein.example, sondern unter k.berg@posteo.example zu erreichen."

    assert fields(SHARED, news)["targets"] == ("k.berg@posteo.example",)


def test_a_target_that_was_wrong_is_put_right_by_whose_it_is():
    two = SHARED.replace("kim@verein.example", "kim@verein.example und paul@verein.example")
    wrong = "Die Adresse von Kim war falsch, richtig lautet sie kimberg@posteo.example."

    assert fields(two, wrong)["targets"] == ("paul@verein.example", "kimberg@posteo.example")


def test_a_filled_form_line_counts_more_than_the_words_above_it():
    answer = "Wie die AG Klima schon sagte:\n\n> Name der Gruppe: Frieden"

    assert one(GROUP_MISSING, answer).fields["group"] == "AG Frieden"


def test_what_was_said_before_is_quoted_and_not_said_again():
    quoted = "Danke!\n\nAm 1.6.2025 schrieb Support:\n> am 01.05.2026 mit 99 Leuten\n> Der OV Porz"

    assert fields(COMPLETE, quoted) == fields(COMPLETE)


def test_somebody_else_of_the_group_may_answer():
    first = understood(GROUP_MISSING)

    request = one("Frieden", before=first.requests, sender="Paul Krüger <paul@posteo.example>")

    assert dict(request.fields) == {"group": "AG Frieden", "person": ANNA}


CLOUD = (
    f"Der OV Kalk möchte die Nextcloud nutzen. Dabei sind:\nAnna Schmidt, {ANNA.email}\n"
    "Paul Alt, paul@web.example\nEva Ost, eva@web.example\n"
)
PAGE = "Der OV Kalk möchte eine Unterseite auf der Website. Verantwortlich: Paul Alt, paul@web.example"
CHAT = "Die AG Garten möchte eine Signalgruppe. Kontakt: Paul Alt, paul@web.example"
TARGETS = "Der OV Kalk hätte gern die gemeinsame Adresse ov-kalk@die-linke-koeln.de."
TASK = "Ich hätte gern eine persönliche Mailadresse, als Postfach."


@pytest.mark.parametrize(
    ("wish", "remark"),
    [
        (CLOUD, "Die Admins stehen noch nicht fest, Eva überlegt noch."),
        (CLOUD, "Paul stünde als Admin zur Verfügung, aber wir stimmen erst noch ab."),
        (CLOUD, "Nach der Sitzung am Montag sagen wir euch, ob Paul oder Eva das macht."),
        (f"{CLOUD}Admin: Eva", "Ich muss heute nicht dabei sein, oder?"),
        (f"{CLOUD}Admin: Eva", "Ich kann am Montag nicht teilnehmen, schickt mir das bitte schriftlich."),
        (f"{CLOUD}Admin: Eva", "Eva gibt ihre Unterlagen an Paul ab, das wollte ich nur kurz sagen."),
        (CHAT, "Nehmt ruhig Kontakt zu Paul auf, ich übernehme die Raumbuchung."),
        (CHAT, "Wenn Paul absagt, mache ich das."),
        (PAGE, "Paul ist raus aus dem Krankenhaus, es geht ihm gut."),
        (PAGE, "Paul nimmt von Facebook Abstand, daher die Website."),
        (TARGETS, "Wir sind zu fünft, Paul und ich klären das."),
        (TARGETS, "Ich selbst möchte die Mails nicht bekommen, die Ziele schicke ich noch."),
        (TARGETS, "Leitet ihr auch an mich weiter, wenn ich keine Funktion habe?"),
        (TASK, "Mein Mann ist Kassierer, ich nicht."),
        (TASK, "Leite das weiter?"),
        (TASK, "Was wäre denn der Unterschied zur Weiterleitung?"),
        (TASK, "Ich vertrete die Auffassung, dass das keine Rolle spielt."),
        ("Ich hätte gern eine persönliche Mailadresse als Kassiererin.", "Ich leite eure Frage mal an den Vorstand weiter."),
        (TASK, "Fragt bitte Eva, die ist Kassiererin."),
        (TASK, "Ehemalige Kassiererin"),
        (TASK, "Ich soll Kassiererin werden, gewählt wird im Mai."),
        (VIDEO, "Sprecherin werde ich erst im Mai."),
        (VIDEO, "Danke, Sprecherin ist die Eva."),
        (VIDEO, "Früher war ich Sprecherin."),
        (CLOUD, "Eva wäre bereit, Paul auch, wir losen am Freitag."),
        (CLOUD, "Falls Paul zusagt, wird er Admin, sonst Eva."),
        (CHAT, "Kontakt halten wir sonst über Eva Ost (eva@web.example)."),
        (PAGE, "Tom Berg (tom@web.example) hat die Fotos gemacht."),
        (TARGETS, "An mich bitte keine Mails."),
        (TARGETS, "Bisher bekam Paul (paul@web.example) alles."),
        (SHARED, "Stimmt nicht ganz, der OV Nippes hat das auch."),
        ("Ich hätte gern eine persönliche Mailadresse als Kassiererin.", "Zur Weiterleitung habe ich noch eine Frage."),
        (VIDEO, "Ich betreue die Kinder heute und melde mich morgen."),
    ],
)
def test_an_answer_that_settles_nothing_leaves_all_as_it_was(wish: str, remark: str):
    assert one(wish, remark).fields == one(wish).fields
    assert one(wish, remark).missing == one(wish).missing


@pytest.mark.parametrize(
    ("wish", "answer", "field", "value"),
    [
        (CLOUD, "Ob Paul mitmacht, ist noch offen. Admin wird Eva.", "admins", ("eva@web.example",)),
        (PAGE, "Paul ist raus, Eva Ost (eva@web.example) macht das.", "editors", (person("Eva", "Ost", "eva@web.example"),)),
        (TARGETS, "Bitte an mich und an eva@web.example, nicht an Paul.", "targets", ("eva@web.example", ANNA.email)),
        (TASK, "Ich betreue die Kinder.", "role", "Betreue die Kinder"),
        (TASK, "Früher Kassiererin, jetzt Sprecherin", "role", "Sprecherin"),
        (TASK, "Ich war früher Kassiererin und bin jetzt Sprecherin.", "role", "Sprecherin"),
        (TASK, "Geht auch eine Weiterleitung?", "address_kind", "forward"),
        (TASK, "Ich leite die AG Garten.", "role", "Leite die AG Garten"),
        (TARGETS, "An mich und Paul (paul@web.example).", "targets", ("paul@web.example", ANNA.email)),
        (TARGETS, "ich und paul@web.example", "targets", ("paul@web.example", ANNA.email)),
        (TARGETS, "An mich unter anna@web.example", "targets", ("anna@web.example",)),
        (CHAT, "Paul macht es nicht mehr, ich rücke für ihn nach.", "person", ANNA),
        (TASK, "Kassiererin ist meine Aufgabe.", "role", "Kassiererin"),
        (TARGETS, "Bisher ging alles an paul@web.example, künftig bitte an eva@web.example.", "targets", ("eva@web.example",)),
        (PERSONAL, "Ich habe mich für die Weiterleitung entschieden.", "address_kind", "forward"),
    ],
)
def test_an_answer_that_settles_it_is_taken(wish: str, answer: str, field: str, value: object):
    assert fields(wish, answer)[field] == value
