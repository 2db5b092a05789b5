"""What a member answers to "Meintest du …?": yes, no, or what is meant instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from mailbot.catalogue import Catalogue
from mailbot.understanding.address import addresses_in
from mailbot.understanding.correction import corrects
from mailbot.understanding.form import Filled, asked_back, is_asked_by
from mailbot.understanding.guessing import still_open
from mailbot.understanding.heard import Heard
from mailbot.understanding.identity import is_about
from mailbot.understanding.lexicon import beginning
from mailbot.understanding.passage import ADDRESS
from mailbot.understanding.request import Guess, Person, Request, Value, Why
from mailbot.understanding.scene import Scene, is_courtesy


def responds(scene: Scene, request: Request, catalogue: Catalogue) -> bool:
    """Whether the author says yes or no, and there is something to say it to."""
    asked = any(guess.proposed for guess in asked_back(request, catalogue))
    return asked and any(_agrees(passage.text) or _refuses(passage.text) for passage in scene.passages)


def confirms(text: str) -> bool:
    """Whether the text says yes and nothing else."""
    match = beginning("agreements").match(text)
    return match is not None and (not re.search(r"\w", text[match.end() :]) or is_courtesy(text[match.end() :]))


def settle(scene: Scene, forms: Sequence[Filled], heard: Heard, asked: Collection[Guess]) -> tuple[Scene, tuple[Filled, ...]]:
    """
    Take what guesses propose where the author agrees, in a form line for that one, else for all that were asked back.

    Returns what else is said: without the answer, which says nothing about what stands behind it.
    """
    left = []
    for form in forms:
        mine = [each for each in still_open(heard.guesses, heard.fields) if each.proposed and is_asked_by(each, form.blank)]
        for guess in mine:
            _answer(guess, form.text, heard)
        if not (mine and _agrees(form.text)):
            left.append(replace(form, text=_without_answer(form.text).strip()))
    for passage in scene.passages:
        if _refuses(passage.text):
            for guess in _refused(passage.text, heard, asked):
                _answer(guess, passage.text, heard)
        elif _agrees(passage.text):
            for guess in heard.guesses:
                if (guess in asked or not guess.why.asks) and not _is_told_otherwise(guess, scene):
                    _answer(guess, passage.text, heard)
    for passage in scene.passages:
        _insist(passage.text, scene, heard)
    _match_addresses(scene, heard)
    if asked:
        rest = tuple(replace(each, text=_without_answer(each.text)) for each in scene.passages)
        # "ja" is Polish for "ich"
        told = tuple(each for each in scene.mentions if rest[each.place[0]].text[each.place[1] : each.end].strip())
        scene = replace(scene, passages=rest, mentions=told)
    return scene, tuple(form for form in left if form.text)


def unanswered(guesses: Sequence[Guess], before: Mapping[str, Value], now: Mapping[str, Value]) -> Iterator[Guess]:
    """
    The guesses that the fields of now leave open.

    Where addresses were asked for, each new one answers the guess that it resembles most; who is chosen anew is
    chosen altogether.
    """
    answered: list[Guess] = []
    for id, value in now.items():
        mine = [each for each in guesses if each.item == id and each not in answered]
        if not isinstance(value, tuple) or value == before.get(id) or not mine:
            continue
        known = before.get(id)
        new = [each for each in value if isinstance(each, str) and not (isinstance(known, tuple) and each in known)]
        alike = sorted(mine, key=lambda each: -max((fuzz.ratio(each.written, one) for one in new), default=0))
        answered += alike if any(each.why is not Why.CANNOT_BE for each in mine) else alike[: len(new)]
    return (each for each in guesses if each not in answered)


def _agrees(text: str) -> bool:
    """ "Ja", "genau, danke", "Stimmt, und Admin ist Anna"; not "Ja?" and not "Genau das ist falsch"."""
    match = beginning("agreements").match(text)
    if match is None or text.rstrip().endswith("?"):
        return False
    rest = text[match.end() :]
    return not re.search(r"\w", rest) or is_courtesy(rest) or re.match(r"\s*[,.;:!–-]|\s+(?:und|and)\b", rest) is not None


def _refuses(text: str) -> bool:
    match = beginning("refusals").match(text)
    return match is not None and re.match(r"\W|$", text[match.end() :]) is not None


def _without_answer(text: str) -> str:
    """With blanks for "ja" and "nein", so that offsets stay."""
    word = beginning("refusals" if _refuses(text) else "agreements").match(text) if _refuses(text) or _agrees(text) else None
    if word is None:
        return text
    rest = re.match(r"\s*[,.;:!–-]?(?:\s*(?:und|and)\b)?", text[word.end() :])
    end: int = word.end() + (rest.end() if rest else 0)
    return " " * end + text[end:]


def _answer(guess: Guess, text: str, heard: Heard) -> None:
    if _refuses(text):
        heard.guesses = [replace(each, declined=True) if each == guess else each for each in heard.guesses]
    elif _agrees(text) and not guess.why.asks:
        heard.guesses = [each for each in heard.guesses if each != guess]
    elif _agrees(text) and guess.proposed and guess in still_open(heard.guesses, heard.fields):
        _take(guess, guess.proposed, heard, f'"{text.strip()}" to "{guess.proposed}?"')


def _refused(text: str, heard: Heard, asked: Collection[Guess]) -> Sequence[Guess]:
    """What a "nein" is said to: all that is asked; with an address behind it, the one that it resembles most."""
    proposed = [each for each in still_open(heard.guesses, heard.fields) if each.proposed and each in asked]
    emails = [wire.email or wire.written for wire in addresses_in(text)]
    if not emails:
        return proposed
    addresses = [each for each in proposed if "@" in each.written]
    return sorted(addresses, key=lambda each: -max(fuzz.ratio(each.written, email) for email in emails))[: len(emails)]


def _is_told_otherwise(guess: Guess, scene: Scene) -> bool:
    """ "Ja, es ist kim@…": a mere address of which nothing says whose else it is, or one that resembles what was written."""
    if "@" not in guess.written:
        return any(
            mention.person.given
            and mention.person.surname
            and mention.person.given.lower() in guess.written.lower()
            and mention.person.name != guess.proposed
            for mention in scene.mentions
        )
    return any(
        email not in (None, guess.proposed)
        and (not (mention.person.given or mention.person.surname) or fuzz.ratio(guess.written, email) >= 70)
        for mention in scene.mentions
        for email in (mention.person.email,)
    )


def _insist(text: str, scene: Scene, heard: Heard) -> None:
    """Who writes the same address once more means it, if only it can be one."""
    wires = addresses_in(text, own=scene.own)
    if len(wires) != 1 or wires[0].email or corrects(text):
        return
    written = wires[0].written.strip(".,'")
    for guess in still_open(heard.guesses, heard.fields):
        if guess.written.lower() == written.lower() and ADDRESS.fullmatch(written) and written.rpartition("@")[0].isascii():
            _take(guess, written.lower(), heard, f'"{written}" was written again')


def _match_addresses(scene: Scene, heard: Heard) -> None:
    """Mere addresses, each for the one whose broken address it resembles most and surely enough."""
    for mention in scene.mentions:
        email = mention.person.email
        asked = [each for each in still_open(heard.guesses, heard.fields) if each.part == "email"]
        if email is None or mention.me or mention.person.given or mention.person.surname or len(asked) < 2:
            continue
        best = sorted(asked, key=lambda each: fuzz.ratio(each.written, email))
        if fuzz.ratio(best[-1].written, email) >= 70 > fuzz.ratio(best[-2].written, email):
            _take(best[-1], email, heard, f'"{email}" resembles "{best[-1].written}"')


def _take(guess: Guess, meant: str, heard: Heard, reason: str) -> None:
    """Put what is meant into its place."""
    value = heard.fields.get(guess.field)
    if guess.part and isinstance(value, Person):
        heard.take(guess.field, replace(value, **{guess.part: meant}), reason)
    elif guess.part:
        people = tuple(
            replace(each, **{guess.part: meant}) if is_about(guess, each) and getattr(each, guess.part) is None else each
            for each in heard.people(guess.field)
        )
        heard.take(guess.field, people, reason)
    elif isinstance(value, tuple) or guess.why is Why.NOT_LISTED:
        chosen = tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()
        heard.take(guess.field, (*chosen, meant), reason)
    else:
        heard.take(guess.field, meant, reason)
