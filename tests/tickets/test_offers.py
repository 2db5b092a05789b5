"""What the web page tells members to send, and that the bot understands it."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from mailbot.catalogue import LANGUAGES, Service, load_catalogue
from mailbot.explain import Arrival, conversation
from mailbot.tickets.blocks import Link
from mailbot.tickets.decision import Action
from mailbot.tickets.offers import Need, Offer, offer, offers
from mailbot.tickets.writer import Writer
from tests.builders import AKTIVISTI, EMAIL_PERSONAL, catalogue, service, written

PROJECT = Path(__file__).parents[2]
RULES = load_catalogue(PROJECT / "rules.yaml")
WRITER = Writer(RULES, PROJECT / "templates")
FILLED_IN = {
    "group": "Radgruppe Kalk",
    "person": "Anna Schmidt, anna.schmidt@posteo.example",
    "persons": "Anna Schmidt, anna.schmidt@posteo.example; Mehmet Yılmaz, mehmet@posteo.example",
    "chosen": "Anna Schmidt",
    "role": "Zeugwartin",
    "choice": "Weiterleitung",
    "address": "rad@die-linke-koeln.de",
    "target": "anna.schmidt@web.example",
    "addresses": "anna.schmidt@posteo.example, mehmet@posteo.example",
    "date": "12.12.2026",
    "number": "80",
    "text": "so bald wie möglich",
}


def test_an_offer_has_its_needs_its_inbox_and_a_form():
    odd = service(EMAIL_PERSONAL, label={"de": 'Adresse "& <mehr>', "en": "Address"})

    assert offer(odd, catalogue(), "de") == Offer(
        label='Adresse "& <mehr>',
        address=Link(href="mailto:buero@die-linke-koeln.de", label="buero@die-linke-koeln.de"),
        needs=(
            Need(label="Vorname, Name"),
            Need(label="Weiterleitung oder Postfach"),
            Need(label="Ziel-Adresse", only_if="Weiterleitung"),
        ),
        mail=Link(
            href="mailto:buero@die-linke-koeln.de?subject=Adresse%20%22%26%20%3Cmehr%3E"
            "&body=Vorname%2C%20Name%3A%20%0D%0AWeiterleitung%20oder%20Postfach%3A%20%0D%0AZiel-Adresse%3A%20%0D%0A",
            label="Mail mit Formular öffnen",
        ),
    )


def test_where_nothing_is_needed_a_mail_is_enough():
    short = offer(service(AKTIVISTI), catalogue(), "en")

    assert (short.needs, short.mail.href) == ((), "mailto:support@die-linke-koeln.de?subject=Aktivisti%20app")


def form_of(service: Service, language: str) -> tuple[str, str]:
    """Subject and text of the mail that a member sends who fills in what the link opens."""
    asked = parse_qs(urlsplit(offer(service, RULES, language).mail.href).query)
    lines = asked["body"][0].split("\r\n")
    filled_in = [
        f"{line}{FILLED_IN.get(rule.id, FILLED_IN[rule.type])}" for line, rule in zip(lines, service.fields, strict=False)
    ]
    return asked["subject"][0], "\n".join(filled_in)


WITH_FORM = [each for each in RULES.services if each.fields]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service", WITH_FORM, ids=[each.id for each in WITH_FORM])
def test_the_form_filled_in_is_understood_without_a_question(service: Service, language: str):
    subject, text = form_of(service, language)
    mail = written(text, subject=subject)

    (explained,) = conversation((Arrival(file="form.eml", mail=mail, mailbox=RULES.mailboxes[0]),), RULES, WRITER)

    (outcome,) = explained.decision.outcomes
    assert (outcome.action, outcome.request.service, outcome.request.missing) == (Action.OPEN, service.id, ())
    assert set(outcome.request.fields) == {rule.id for rule in service.fields}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_left_empty_is_asked_for(language: str):
    subject, text = form_of(WITH_FORM[0], language)
    mail = written(text.replace(FILLED_IN["group"], ""), subject=subject)

    (explained,) = conversation((Arrival(file="form.eml", mail=mail, mailbox=RULES.mailboxes[0]),), RULES, WRITER)

    assert explained.decision.outcomes[0].request.missing == ("group",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_and_html_of_the_page_offer_the_same(language: str):
    words = WRITER.page(language)
    page = HTMLParser(words.html)

    told = offers(RULES, language)
    assert [heading.text() for heading in page.css("h3")] == [each.label for each in told]
    assert [link.attributes["href"] for link in page.css("a")] == [
        href for each in told for href in (each.address.href, each.mail.href)
    ]
    assert all(each.mail.href in words.text and each.label in words.text for each in told)
    assert page.css_first("section").attributes["lang"] == language


def test_what_rules_say_is_no_html():
    hostile = catalogue(services=(service(label={"de": "<script>alert(1)</script>", "en": '"><b>'}), *catalogue().services[5:]))
    words = Writer(hostile, PROJECT / "templates").page("de")

    assert "<script" not in words.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words.html


def test_line_breaks_are_those_of_the_standard():
    for each in offers(RULES, "de"):
        assert "\n" not in unquote(each.mail.href).replace("\r\n", "")
