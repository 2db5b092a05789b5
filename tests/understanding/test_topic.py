"""What a mail is about: which services, and whether something new, a change, or help is wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from mailbot.understanding.passage import passages
from mailbot.understanding.request import RequestKind
from mailbot.understanding.topic import Topic, services_named, topics_of
from tests.builders import body
from tests.understanding.conversation import rules

NEW, CHANGE = RequestKind.NEW, RequestKind.CHANGE


def topics(*lines: str, subject: str = "", ongoing: bool = False, enclosed: bool = False) -> tuple[Topic, ...]:
    return topics_of(subject, passages(body(*lines).lines), rules(), ongoing=ongoing, enclosed=enclosed)


def about(*lines: str, subject: str = "", ongoing: bool = False, enclosed: bool = False) -> list[tuple[str, RequestKind]]:
    return [(each.service, each.kind) for each in topics(*lines, subject=subject, ongoing=ongoing, enclosed=enclosed)]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Der OV Kalk möchte die Nextcloud nutzen.", "nextcloud"),
        ("Wir brauchen Cloudspeicher für die AG Frieden.", "nextcloud"),
        ("Könnten wir bitte eine Unterseite auf der Homepage bekommen?", "website"),
        ("Ich bräuchte einen Account für BigBlueButton.", "video"),
        ("Entschuldigen Sie bitte die Störung, könnte ich einen Account für BigBlueButton bekommen?", "video"),
        ("Ich hätte gern eine persönliche Mailadresse.", "email_personal"),
        ("Der OV Kalk braucht eine gemeinsame Weiterleitungsadresse.", "email_group"),
        ("Wir wollen bei der Versammlung mit OpenSlides abstimmen.", "openslides"),
        ("Die AG Frieden möchte eine Signalgruppe.", "signal"),
        ("Wie bekomme ich die Aktivisti-App?", "aktivisti"),
        ("Kann ich einen Account für Zetkin haben?", "zetkin"),
        ("Bitte löscht alle Daten, die ihr über mich habt.", "privacy"),
        ("streicht meine Handynummer, ich möchte nicht mehr angerufen werden", "privacy"),
        ("Rosa Ost ist neu bei uns. Kann sie rosa.ost@die-linke-koeln.de haben? Als Postfach.", "email_personal"),
        ("I would like to know what data you hold about me.", "privacy"),
        ("Ich komme nicht mehr in die Nextcloud rein.", "help"),
        ("Wie ändere ich mein Passwort?", "help"),
        ("Beim Hochladen auf unsere Unterseite erscheint die Meldung, mir fehlen die Rechte.", "help"),
        ("Bitte korrigieren Sie meine bei Ihnen hinterlegte Anschrift.", "privacy"),
        ("Die AG Wohnen braucht eine Signalgruppe. Es kommt bestimmt bald die Meldung, dass WhatsApp teurer wird.", "signal"),
        ("Es kommt immer die Meldung, der Ordner der AG Wohnen in der Nextcloud sei gesperrt.", "help"),
        (
            "Ich möchte von Umfragefirmen nicht mehr angerufen werden von früh bis spät, daher hätte ich gern ein Postfach.",
            "email_personal",
        ),
        ("Ich möchte nicht mehr von euch angerufen werden.", "privacy"),
        ("Bitte berichtigt mich, aber eine Unterseite braucht einen Namen, oder? Die AG Wohnen hätte gern eine.", "website"),
        ("Herzlichen Dank für die schnelle Einrichtung der Nextcloud!", "other"),
        ("Wir vom OV Kalk würden uns gern über Signal austauschen.", "signal"),
        ("Statt WhatsApp wollen wir künftig eine Signalgruppe haben.", "signal"),
        ("Anbei die Liste der AG Wohnen für die Nextcloud, sie lässt sich in Excel öffnen.", "nextcloud"),
        ("Der Ordner der AG Wohnen in der Nextcloud lässt sich nur im Browser öffnen.", "help"),
        ("Wann hat das Büro geöffnet?", "other"),
        ("wollt mal hören ob das mit der signalgruppe für die ag wohnen geklappt hat", "other"),
        ("Wie sieht es denn aus mit der Signalgruppe für die AG Garten?", "other"),
        ("Was ist der Status unserer Unterseite?", "other"),
        ("Wie weit seid ihr mit dem Zoom-Zugang der AG Garten?", "other"),
        ("Nextcloud für den OV Kalk: Status?", "other"),
        ("Wie sieht es denn aus mit einem Zoom-Zugang für die AG Garten? Ich bin Sprecherin.", "video"),
        ("Wie ist denn der Status einer Unterseite rechtlich? Wir möchten eine.", "website"),
        ("Wie sieht es aus mit einer Unterseite auf der Website für die AG Garten?", "website"),
        ("Wie schaut's aus mit 'ner Signalgruppe für den OV Kalk?", "signal"),
        ("Wie sieht's aus, könnte die AG Frieden eine Signalgruppe bekommen?", "signal"),
        ("Der Status der AG Garten ist geklärt, sie möchte jetzt eine Unterseite.", "website"),
        ("wann beginnt am samstag die vollversammlung? find die einladung nicht", "other"),
        ("", "other"),
    ],
)
def test_a_mail_is_about_something_new(text: str, service: str):
    assert about(text) == [(service, NEW)]


def test_a_mail_that_goes_through_its_matters_one_by_one_is_about_each():
    video = "Ich bin Sprecherin im OV Esch und hätte gern einen Account für BigBlueButton."

    assert about("Erstens komme ich seit Montag nicht mehr in die Nextcloud.", f"Zweitens: {video}") == [
        ("help", NEW),
        ("video", NEW),
    ]
    assert about("Zum einen bitte Paul Meier aus der Nextcloud entfernen.", f"Zum anderen: {video}") == [
        ("nextcloud", CHANGE),
        ("video", NEW),
    ]
    assert about("Erstens bräuchten wir die Nextcloud.", "Zweitens: Wann ist die Nextcloud fertig?") == [("nextcloud", NEW)]


def test_what_is_listed_as_a_wish_is_one():
    assert about(
        "Wir von der PG Sozialticket haben zwei Bitten:",
        "- eine gemeinsame Adresse pg-sozialticket@die-linke-koeln.de",
        "- ein BigBlueButton-Account, damit wir nicht in der Kneipe tagen müssen",
    ) == [("email_group", NEW), ("video", NEW)]


def test_a_question_beside_a_wish_is_no_trouble():
    wish = "Der OV Weiden möchte die Wahlen am 14. März mit OpenSlides durchführen."

    assert about(wish, "Gibt es die Möglichkeit, das vorher einmal zu üben?") == [("openslides", NEW)]
    assert about("Ich wollte der Signal-Gruppe vom OV Kalk beitreten.", "Was mache ich falsch?") == [("help", NEW)]


def test_somebodys_own_address_that_begins_like_a_groups_is_no_request_for_an_address():
    assert about("Wir brauchen die Nextcloud:", "Anne-Kathrin Decker <ak.decker@web.example>") == [("nextcloud", NEW)]
    assert about("Der OV Kalk hätte gern ov-kalk@die-linke-koeln.de.") == [("email_group", NEW)]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Bitte Paul Meier aus der Nextcloud entfernen.", "nextcloud"),
        ("Könnt ihr bei der Nextcloud-Gruppe Paul durch Anna ersetzen?", "nextcloud"),
        ("Auf unserer Unterseite steht noch die alte Ansprechpartnerin, bitte ändern.", "website"),
        ("Please remove Paul from our Nextcloud group.", "nextcloud"),
        ("Bitte Paul Meier aus unserer Nextcloud-Gruppe rauswerfen.", "nextcloud"),
        ("Es geht um die Anpassung der Weiterleitung des OV Kalk: Lea Ost ist neu im Vorstand.", "email_group"),
        ("In der Nextcloud-Gruppe des OV Kalk ist Paul Meier zu streichen.", "nextcloud"),
        ("Unser Bereich in der Nextcloud (OV Kalk) wird nicht länger benötigt.", "nextcloud"),
        ("Die Texte auf der Unterseite der AG Wohnen sind veraltet.", "website"),
        ("Die Betreuung unserer Unterseite geht ab Mai auf Anna Schmidt über.", "website"),
        ("Ich trete als Ansprechpartner der Signal-Gruppe zurück.", "signal"),
        ("Meine bisherige Weiterleitung bei euch soll an kim@verein.example gehen.", "email_personal"),
        ("In den Verteiler ov-kalk@die-linke-koeln.de möge auch Kim aufgenommen werden.", "email_group"),
        ("Unsere Gruppe in der Nextcloud besteht seit Mai, auch Lea Ost wäre gern dabei.", "nextcloud"),
        ("Die Weiterleitungsadresse der PG Sommerfest kann aufgehoben werden.", "email_group"),
        ("Die Versammlung mit OpenSlides wird auf den 3. Mai verlegt.", "openslides"),
        ("An Stelle von Paul Meier betreut künftig Anna Schmidt die Unterseite.", "website"),
        ("nehmt die lea west bitte mit in unsere cloud liste rein, hat der ov kalk beschlossen", "nextcloud"),
        ("Nehmt unsere Unterseite bitte vom Netz, OV Kalk", "website"),
        ("Auf unserer Unterseite ist der Link zur WhatsApp-Gruppe drin, der ist veraltet.", "website"),
        ("Könnt ihr unsere Signalgruppe schließen? Sie wird nicht mehr gebraucht.", "signal"),
        ("Es geht um die Umbenennung unserer Nextcloud-Gruppe.", "nextcloud"),
        ("Wir bitten um die Löschung unserer Unterseite, AG Wohnen.", "website"),
        ("Wir wünschen die Umbenennung unserer Nextcloud-Gruppe, OV Kalk.", "nextcloud"),
        ("Wir hätten gern, dass unsere Unterseite der AG Wohnen vom Netz genommen wird.", "website"),
        ("Ich hätte gern, dass meine bisherige Weiterleitung in ein Postfach umgewandelt wird.", "email_personal"),
        ("schmeißt bitte mal den paul meier aus unserer nextcloud gruppe, der ist nach hamburg gezogen", "nextcloud"),
        ("Statt Paul Meier soll künftig Anna Schmidt unsere Unterseite betreuen.", "website"),
        ("Unser Nextcloud-Ordner im OV Kalk ist veraltet und kann gelöscht werden.", "nextcloud"),
        ("Wir möchten euch bitten: packt die Lea West in unserer Nextcloud-Gruppe dazu.", "nextcloud"),
        ("Could you add Lea West to our Nextcloud group?", "nextcloud"),
        ("kickt mal den paul meier aus unserm nextcloud verteiler", "nextcloud"),
        ("die lea west muss auch noch in unsre cloud", "nextcloud"),
        ("es gibt ja schon ne cloud gruppe vom ov kalk, lea west soll noch mit rein", "nextcloud"),
        ("neue leute für unsere nextcloud gruppe: lea west und paul meier", "nextcloud"),
        ("Auf unserer Seite ist ein altes Foto, das muss da weg. OV Kalk", "website"),
        (
            "Bei der Adresse ov-kalk@die-linke-koeln.de soll statt bisher paul@web.example künftig eva@web.example stehen.",
            "email_group",
        ),
    ],
)
def test_a_mail_is_about_a_change_of_what_exists(text: str, service: str):
    assert about(text) == [(service, CHANGE)]


@pytest.mark.parametrize(
    "text",
    [
        "Unsere Dropbox ist veraltet, daher möchte der OV Kalk die Nextcloud nutzen.",
        "Zur Erweiterung der Öffentlichkeitsarbeit möchte der OV Kalk die Nextcloud nutzen.",
        "Zur Ergänzung unserer Treffen möchte der OV Kalk die Nextcloud nutzen.",
        "Der OV Kalk hätte gern die Nextcloud. Wir wollen uns dort zur Anpassung der Satzung abstimmen.",
        "Wir haben viele Neuzugänge und möchten deshalb für den OV Kalk die Nextcloud nutzen.",
        "Statt WhatsApp soll der OV Kalk künftig die Nextcloud nutzen.",
        "Wir bräuchten im OV Kalk die Nextcloud. Jeder soll da Fotos rein- und auch wieder raus bekommen.",
        "Wir haben Fotos in der alten Dropbox, alle sollen da weg. Der OV Kalk möchte die Nextcloud.",
        "Der OV Kalk möchte die Nextcloud nutzen, das alte Forum wird nicht mehr benötigt.",
        "Der OV Kalk möchte die Nextcloud. Flyer sollen statt an die Haushalte zu den Infoständen gehen.",
        "Der OV Kalk hätte gern die Nextcloud. Die Verantwortung geht bei uns reihum auf alle über.",
        "Der OV Kalk möchte die Nextcloud. Neue Leute für unsere Gruppe sind willkommen.",
        "Our OV Kalk would like to use the Nextcloud. We want to add people to our group later.",
        "Andere Ortsverbände haben schon eine Gruppe in der Nextcloud, bei uns im OV Kalk will noch jeder alles dazu lernen."
        " Könnt ihr uns eine einrichten?",
        "Der OV Kalk möchte die Nextcloud. Bitte nehmt sie am Wochenende nicht vom Netz.",
        "Vor der Umstellung unserer Treffen auf den Montag hätten wir gern die Nextcloud für den OV Kalk.",
        "Wir wissen, dass die Unterseite nicht gelöscht wird, und hätten für den OV Kalk gern die Nextcloud.",
        "Seit unsere Nextcloud-Gruppe gelöscht wurde, fehlt uns etwas: der OV Kalk möchte die Nextcloud.",
        "Unser Wiki im OV Kalk ist überholt, wir wünschen uns die Nextcloud.",
        "Nach der Umstellung der Homeoffice-Regeln bei uns bräuchte der OV Kalk die Nextcloud.",
        "Wir im OV Kalk hätten gern die Nextcloud. Unser Flyer ist noch zu korrigieren, das machen wir selbst.",
        "Der OV Kalk möchte die Nextcloud. Unser alter Aktenschrank kann dann geschlossen werden.",
        "Ich trete demnächst als Kontaktfrau im Mieterverein zurück und hätte Zeit: der OV Kalk möchte die Nextcloud.",
        "Nextcloud für die AG Wohnen bitte. Das Forum ist überholt.",
        "Nextcloud für die AG Wohnen bitte. Die Ergänzung der Satzung folgt.",
        "Die AG Klima hätte gern die Nextcloud. Nehmt euch Zeit und holt euch Infos in unserer Satzung dazu.",
        "Unsere Gruppe, die AG Wohnen, besteht seit 2015. Nextcloud bitte!",
        "OV Kalk, Nextcloud bitte. Statt Dropbox wäre das künftig unser Ablageort.",
        "Könnt ihr uns (OV Kalk) in die Nextcloud holen? Neue Leute in die Gruppe holen wir dann selbst.",
        "Für die Anmeldung zur Nextcloud: OV Kalk. Auf dem alten Stick ist noch viel zu löschen.",
        "Can you add a Nextcloud group for the OV Kalk? We want to add people to our group later.",
    ],
)
def test_talk_of_old_and_other_things_beside_a_wish_is_no_change(text: str):
    assert about(text) == [("nextcloud", NEW)]


@pytest.mark.parametrize(
    "text",
    [
        "Das ist ein wichtiges Signal der Solidarität, wir möchten mitmachen.",
        "Wir waren in der Clara-Zetkin-Straße und möchten uns bedanken.",
        "Ich habe die Fotos in der iCloud und bitte um Rückruf.",
    ],
)
def test_a_word_may_mean_something_else(text: str):
    assert about(text) == [("other", NEW)]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Könnt ihr der AG Wohnen eine Unterseite auf der Website geben? Unser Blog ist veraltet.", "website"),
        ("Bekommt der OV Kalk eine Unterseite? Die alte auf Facebook ist nicht mehr aktuell.", "website"),
        ("Könnt ihr für den OV Kalk eine Signalgruppe machen? Die alte darf dann geschlossen werden.", "signal"),
        ("Könnte man für die PG Klima eine E-Mail-Adresse machen? Die bisherige Adresse taugt nichts.", "email_group"),
    ],
)
def test_of_one_that_is_asked_for_nothing_can_be_changed(text: str, service: str):
    assert about(text) == [(service, NEW)]


def test_trouble_names_its_tool():
    (trouble,) = topics("Bei BigBlueButton habe ich keinen Ton.")

    assert (trouble.service, trouble.tool) == ("help", "video")


def test_two_wishes_are_two_topics_in_the_order_of_the_mail():
    found = topics("Wir vom OV Kalk brauchen eine Signalgruppe.", "", "Außerdem hätten wir gern eine Unterseite.")

    assert [(each.service, each.passages) for each in found] == [("signal", (0,)), ("website", (1,))]


def test_what_stands_before_two_wishes_belongs_to_both():
    found = topics(
        "Wir sind der OV Kalk.", "", "Wir brauchen eine Signalgruppe.", "", "Außerdem hätten wir gern eine Unterseite."
    )

    assert [each.passages for each in found] == [(0, 1), (0, 2)]


def test_a_service_that_is_only_mentioned_is_no_second_wish():
    assert about("Der OV Kalk möchte eine Signalgruppe. Die Termine stehen in der Nextcloud.") == [("signal", NEW)]


def test_the_tools_of_others_go_before_everything_but_privacy():
    assert about("Wir nutzen Zetkin und die Nextcloud und brauchen Hilfe.") == [("zetkin", NEW)]
    assert about("Löscht bitte alle meine Daten aus Zetkin.") == [("privacy", NEW)]


def test_the_subject_counts_where_no_passage_speaks_of_a_service():
    assert about("Wir hätten das gern für den OV Kalk.", subject="Nextcloud") == [("nextcloud", NEW)]
    assert about("Wir hätten gern eine Signalgruppe.", subject="Nextcloud") == [("signal", NEW)]


def test_a_subject_alone_may_be_a_request():
    assert about(subject="Nextcloud für den OV Kalk") == [("nextcloud", NEW)]


def test_a_list_that_came_with_the_mail_speaks_for_a_wish():
    assert about("Nextcloud, siehe Anhang.", enclosed=True) == [("nextcloud", NEW)]


@pytest.mark.parametrize("text", ["Danke, das passt so.", "Name der Gruppe: OV Kalk", "Wir sind der OV Kalk."])
def test_in_a_running_conversation_an_answer_is_no_topic(text: str):
    assert about(text, subject="Re: Nextcloud", ongoing=True) == []


def test_in_a_running_conversation_a_new_wish_is_one():
    assert about("Übrigens brauchen wir auch eine Signalgruppe.", ongoing=True) == [("signal", NEW)]


def test_it_is_told_which_words_spoke_for_it_and_where():
    assert topics("Hallo,", "", "der OV Kalk möchte die Nextcloud.")[0].because == ('rule nextcloud: "Nextcloud" in line 3',)
    assert topics("Wir bitten darum.", subject="Nextcloud")[0].because == ('rule nextcloud: "Nextcloud" in the subject',)


def test_all_services_that_are_named_are_known_whatever_is_wanted_of_them():
    named = services_named(passages(body("Die Nextcloud läuft, aber BigBlueButton nicht.").lines), rules())

    assert sorted(named) == ["nextcloud", "video"]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Wir hätten gern die Nexcloud.", "nextcloud"),
        ("ich bräuchte einen account bei big blue botton", "video"),
        ("Bitte eine Singalgruppe einrichten.", "signal"),
    ],
)
def test_a_tool_may_be_misspelt(text: str, service: str):
    assert about(text) == [(service, RequestKind.NEW)]


@pytest.mark.parametrize(
    "text",
    [
        "Auf eurer Website habe ich gelesen, dass ihr beratet. Wann genau?",
        "In der Signal-Gruppe hieß es, wir treffen uns um zwei. Stimmt das?",
        "Die Belege habe ich schon in der Nextcloud abgelegt. Wann bekomme ich mein Geld?",
        "Ich bewerbe mich als Werkstudent und kenne Nextcloud gut.",
        "Eine Videokonferenz kommt für uns nicht in Frage. Ist das Büro am Montag frei?",
    ],
)
def test_a_tool_that_is_only_mentioned_is_not_asked_for(text: str):
    assert about(text) == [("other", RequestKind.NEW)]


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Die Nextcloud haben wir schon. Jetzt fehlt uns noch eine Unterseite.", "website"),
        ("Statt Signal hätten wir gern die Nextcloud.", "nextcloud"),
        ("Ich bräuchte eine Adresse als Sprecherin der AG Kultur.", "email_personal"),
        ("Wir hätten gern eine Adresse für die AG Kultur.", "email_group"),
        ("Für unsere Kassiererin wird ein Postfach benötigt.", "email_personal"),
        ("Die AG Sport hat einen Sprecher. Ihm fehlt noch eine persönliche Weiterleitung.", "email_personal"),
        ("Es wird um einen Zugang zu BigBlueButton gebeten.", "video"),
    ],
)
def test_of_several_services_the_one_that_is_wanted_counts(text: str, service: str):
    assert about(text) == [(service, RequestKind.NEW)]


@pytest.mark.parametrize(
    "text",
    [
        "Silke hat die AG Kultur verlassen, ihr Zugang zur Nextcloud kann weg.",
        "Stellt meinen BBB-Zugang bitte auf die neue Adresse um.",
        "Die Signal-Gruppe der AG Kultur könnt ihr löschen.",
    ],
)
def test_what_exists_is_changed_where_nothing_new_is_wished(text: str):
    assert [kind for _, kind in about(text)] == [RequestKind.CHANGE]


@given(st.data())
def test_a_tool_is_known_however_it_is_torn_as_long_as_nine_letters_of_ten_are_right(data: st.DataObject):
    written = list(data.draw(st.sampled_from(["openslides", "bigbluebutton", "wordpress"])))
    name = "".join(written)
    for at in data.draw(st.lists(st.integers(0, len(written) - 1), max_size=2)):
        written[at] += data.draw(st.sampled_from(["", " ", "x"]))
    written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.sampled_from(["", "q", "e "]))
    words = "".join(written).split()

    is_near = len(words) <= 3 and all(len(each) > 1 for each in words) and fuzz.ratio("".join(words), name) >= 88

    if is_near and len("".join(words)) <= len(name) + 2:
        assert services_named(passages(body(f"Wir haben {' '.join(words)} probiert.").lines), rules())
