"""How lines become orders."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.message import Body, Kind, Line
from mailbot.tickets.orders.grammar import TOO_LATE, by_key, read_command, read_note, read_order, without_key
from mailbot.tickets.orders.order import Command, Order, Refused, Verb
from mailbot.tickets.orders.verbs import BY_NAME, BY_WORD, TOLD, VERBS
from tests.builders import body


@pytest.mark.parametrize(
    ("line", "name", "argument"),
    [
        ("#erledigt", "close", ""),
        ("#Erledigt!", "close", ""),
        ("# erledigt", "close", ""),
        ("#\N{NO-BREAK SPACE}Erledigt.", "close", ""),
        ("#ERLEDIGT…", "close", ""),
        ("#wieder–auf", "reopen", ""),
        ("#Wieder  Auf", "reopen", ""),
        ("#close", "close", ""),
        ("#wieder-auf", "reopen", ""),
        ("#reopen", "reopen", ""),
        ("#notiz ruft morgen an", "note", "ruft morgen an"),
        ("#note: calls tomorrow", "note", "calls tomorrow"),
        ("#an anna", "assign", "anna"),
        ("#to anna", "assign", "anna"),
        ("#nehme ich", "take", ""),
        ("#take", "take", ""),
        ("#warten bis 12.8.", "wait", "bis 12.8."),
        ("#Wait until 12 August", "wait", "until 12 August"),
    ],
)
def test_commands_have_german_and_english_names(line, name, argument):
    assert read_order(body(line)) == Order(commands=(Command(name=name, argument=argument, line=line),))


def test_plain_words_are_an_answer():
    order = read_order(body("", "Hallo Anna,", "", "die Gruppe ist da.", ""))

    assert order == Order(answer="Hallo Anna,\n\ndie Gruppe ist da.")


def test_commands_come_first_then_the_answer():
    order = read_order(body("#nehme ich", "", "#erledigt", "", "Ist eingerichtet."))

    assert [command.name for command in order.commands] == ["take", "close"]
    assert order.answer == "Ist eingerichtet."


def test_quotes_signature_and_footer_are_no_part_of_the_answer():
    kinds = (Kind.OWN, Kind.SIGNATURE, Kind.FOOTER, Kind.ATTRIBUTION, Kind.QUOTED)
    texts = (
        "Ist eingerichtet.",
        "Kim Sommer, Vorstand",
        "Von meinem Telefon gesendet",
        "Am Montag schrieb …:",
        "#erledigt",
    )
    lines = tuple(Line(number=n, text=text, kind=kind) for n, (text, kind) in enumerate(zip(texts, kinds, strict=True), start=1))

    assert read_order(Body(lines=lines)) == Order(answer="Ist eingerichtet.")


@pytest.mark.parametrize(
    "lines",
    [
        ("#notiz geheim",),
        ("#notiz", "geheim"),
        ("#notiz", "", "geheim"),
        ("#note geheim", "#erledigt"),
        ("#erledigt", "#notiz", "geheim"),
    ],
)
def test_a_note_is_never_sent_out(lines):
    order = read_order(body(*lines))

    assert order.answer == ""
    assert [command.argument for command in order.commands if command.name == "note"] == ["geheim"]


def test_all_words_below_a_note_belong_to_it():
    order = read_order(body("#notiz Anruf am Montag", "", "Hallo Anna, das klingt nur wie eine Antwort."))

    assert order.answer == ""
    assert order.commands[0].argument == "Anruf am Montag\nHallo Anna, das klingt nur wie eine Antwort."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#erledgt", "diesen Befehl gibt es nicht, meintest du #erledigt?"),
        ("#notitz Anruf", "diesen Befehl gibt es nicht, meintest du #notiz?"),
        ("#xyz", f"diesen Befehl gibt es nicht; es gibt {', '.join(TOLD)}"),
        ("#erledigt Gruß an alle", "hinter #erledigt darf nichts stehen; Worte an das Mitglied gehören in eine eigene Zeile"),
    ],
)
def test_an_unknown_command_is_refused_with_the_nearest_one(line, why):
    assert read_order(body(line, "Text")).refused == ((line, why),)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("#Warum?", "why"),
        ("#hilfe?!", "help"),
        ("#erledigt, danke", "close"),
        ("#nehme ich, vielen Dank!", "take"),
        ("#ja bitte senden", "yes"),
        ("#ja, bitte abschicken.", "yes"),
        ("#undo bitte", "undo"),
    ],
)
def test_courtesy_behind_a_command_is_no_hindrance(line: str, name: str):
    order = read_order(body(line))

    assert ([command.name for command in order.commands], order.refused) == ([name], ())


def test_only_a_yes_may_be_asked_to_be_sent():
    assert read_order(body("#erledigt bitte senden")).refused != ()
    assert read_order(body("#nein, bitte nicht senden")).refused != ()


@pytest.mark.parametrize(
    ("line", "key", "argument"),
    [
        ("#an anna KV-7", "KV-7", "anna"),
        ("#an KV-7 anna", "KV-7", "anna"),
        ("#warten bis morgen [kv-7]", "KV-7", "bis morgen"),
        ("#zusammen KV-7 KV-8", "KV-7", "KV-8"),
        ("#zurückstellen signal: siehe KV-7", None, "signal: siehe KV-7"),
        ("#an KV-7", "KV-7", ""),
    ],
)
def test_in_a_mail_about_no_ticket_its_number_stands_first_or_last(line: str, key: str | None, argument: str):
    (command,) = by_key(read_order(body(line))).commands

    assert (command.key, command.argument) == (key, argument)


@pytest.mark.parametrize(
    ("line", "argument"),
    [
        ("#an anna KV-7", "anna"),
        ("#warten KV-7 bis morgen", "bis morgen"),
        ("#zusammen KV-8", "KV-8"),
        ("#zusammen KV-7", "KV-7"),
        ("#notiz gehört zu KV-7", "gehört zu KV-7"),
    ],
)
def test_in_a_mail_about_a_ticket_its_own_number_says_nothing_new(line: str, argument: str):
    (command,) = without_key(read_order(body(line)), "KV-7").commands

    assert command.argument == argument


def test_a_number_sign_in_the_answer_is_no_command():
    assert read_order(body("Zwei Dinge:", "#1 Passwort", "#gruppe heißt OV Kalk")).answer.count("#") == 2


def test_one_line_is_read_by_itself():
    assert read_command(" #an Eva ") == Command(name="assign", argument="Eva", line="#an Eva")
    with pytest.raises(Refused, match="meintest du #erledigt"):
        read_command("#erledig")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_is_known_by_all_its_names_and_by_its_example(verb: Verb):
    assert {read_command(f"#{word}").name for word in verb.names} == {verb.name}
    assert read_command(verb.usage).name == verb.name


def test_no_word_means_two_verbs():
    assert len(BY_WORD) == sum(len(verb.names) for verb in VERBS)


@given(st.one_of(st.text(), st.builds("#{} {}".format, st.sampled_from(sorted(BY_WORD)), st.text())))
def test_whatever_stands_in_a_line_it_is_an_order_or_refused(line: str):
    with suppress(Refused):
        assert read_command(line).name in BY_NAME


@pytest.mark.parametrize(
    "line",
    [
        "- #notiz geheim",
        "„#notiz geheim“",
        "*#notiz* geheim",
        "**#notiz:** geheim",
        "_#notiz_ geheim",
        "##notiz geheim",
        r"\#notiz geheim",
        "`#notiz` geheim",
        "＃notiz geheim",
        "♯notiz geheim",
        "#*notiz* geheim",
        "1. #notiz geheim",
        "| #notiz geheim",
    ],
)
def test_a_dressed_command_is_the_command(line: str):
    assert read_order(body(line)) == Order(commands=(Command(name="note", argument="geheim", line=line),))


MARKS = st.text(st.sampled_from("-*+•>|_~`\"'„“”»«(\\# \N{NO-BREAK SPACE}\N{WORD JOINER}\N{VARIATION SELECTOR-16}"), max_size=6)
DRESSED = st.builds(
    "{}{}{}{}{} geheim{}".format, MARKS, st.sampled_from("#＃♯"), MARKS, st.sampled_from(sorted(BY_WORD)), MARKS, MARKS
)


@given(st.sampled_from(["", "Hallo Anna,", "#nehme ich"]), DRESSED)
def test_no_line_with_a_command_near_its_start_is_ever_sent(above: str, line: str):
    order = read_order(body(above, line))

    assert order.refused or "geheim" not in order.answer


def test_a_command_behind_a_few_words_is_refused():
    assert read_order(body("Befehl: #notiz geheim")).refused == (("Befehl: #notiz geheim", TOO_LATE),)


def test_letters_that_only_look_like_those_of_a_command_are_refused():
    for line in ("＃ｎｏｔｉｚ geheim", "#no\N{SOFT HYPHEN}tiz geheim"):
        assert [bad for bad, _ in read_order(body("Hallo,", line)).refused] == [line]


# Mails to the address for notes


@pytest.mark.parametrize(
    ("lines", "orders"),
    [
        (("ruft morgen an",), [("note", "ruft morgen an")]),
        (("#erledgit", "#frieden"), [("note", "#erledgit\n#frieden")]),
        (("#nehme ich", "", "ruft an", "#erledigt"), [("take", ""), ("note", "ruft an\n#erledigt")]),
        (("#notiz eins", "zwei"), [("note", "eins\nzwei")]),
        (("#erledigt",), [("close", "")]),
        ((), []),
    ],
)
def test_all_but_the_commands_in_front_is_a_note(lines, orders):
    order = read_note(body(*lines))

    assert [(command.name, command.argument) for command in order.commands] == orders
    assert (order.answer, order.refused) == ("", ())


@given(st.lists(st.text(max_size=30), max_size=5))
def test_nothing_that_is_written_there_is_an_answer(lines):
    assert read_note(body(*lines)).answer == ""
