"""
Reading orders. The first lines of a mail may be commands, each beginning with `#`; all other words go to the member.

Programs and phones change what is typed: capitals ("#Erledigt"), a blank or full stop ("# erledigt."), long dashes
("#wieder–auf"), umlauts in two characters. Where there are no umlauts, people write "zurueckstellen". They dress it, too:
as an item of a list, in quotes, in bold. Such a command is read as what it is, or refused; it is never sent as words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from mailbot.mail.message import Body, Kind
from mailbot.tickets.blocks import printable
from mailbot.tickets.orders.order import Command, Order, Refused, Row, Verb
from mailbot.tickets.orders.verbs import BY_NAME, BY_WORD, TOLD

TOO_LATE = "Befehle stehen in den ersten Zeilen, vor allen anderen Worten"
ALONE = "hinter #{} darf nichts stehen; Worte an das Mitglied gehören in eine eigene Zeile"
UNKNOWN = "diesen Befehl gibt es nicht; es gibt {}"
MEANT = "diesen Befehl gibt es nicht, meintest du #{}?"

_WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WRITTEN: Mapping[str, Verb] = {form: verb for word, verb in BY_WORD.items() for form in (word, word.translate(_WITHOUT_UMLAUTS))}
_DASH = "[-‐‑‒–—]"
_WORD = "|".join(re.escape(word).replace(r"\ ", r"\s+").replace(r"\-", _DASH) for word in sorted(_WRITTEN, key=len, reverse=True))
_COMMAND = re.compile(rf"#\s*({_WORD})(?![\w-])[:,.]?\s*(.*)", re.IGNORECASE)
_COURTESY = ("bitte", "danke", "dankeschön", "vielen", "dank", "please", "thanks", "thank", "you")
_KEY = re.compile(r"\[?([A-Z]{1,8}-\d{1,9})(?![\w-])\]?[:,.]?", re.IGNORECASE)
_MAYBE_COMMAND = re.compile(r"#\s*([^\W\d_][\w-]*)")

_SIGN = "[#＃♯]"
_DRESS = re.compile(rf"[\W_]{{0,40}}(?:\w{{1,2}}[.)][\W_]{{0,10}})?{_SIGN}[\W_]{{0,10}}(?=[^\W\d_])")
_BUTTONS = re.compile(r"(?<=[\w:,.!?…])[*_~`\"'“”„«»‹›‘’)\]}>]+(?=[\s:,.]|$)")
"""What closes the dress: behind the command's word, or at the end of the line."""
_INVISIBLE = re.compile("[\N{SOFT HYPHEN}\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}\N{WORD JOINER}]")
_NEAR_START = re.compile(rf".{{0,20}}?{_SIGN}[\W_]{{0,20}}(?:{_WORD})(?![^\W_])", re.IGNORECASE)


def read_order(body: Body) -> Order:
    """Read a mail of staff. Only their own new words count; whatever stands in quotes or signatures is not looked at."""
    lines = [_tidy(line.text) for line in body.of(Kind.OWN)]
    first_words = next((n for n, line in enumerate(lines) if line and not _MAYBE_COMMAND.match(_undressed(line))), len(lines))
    commands, refused = _read_commands([line for line in lines[:first_words] if line])
    words = "\n".join(lines[first_words:]).strip()
    refused += [(line, TOO_LATE) for line in lines[first_words:] if is_command(line) or _nearest(line) or _hides_a_command(line)]
    if any(command.name == "note" for command in commands):
        return Order(commands=tuple(_with_note(commands, words)), refused=tuple(refused))
    return Order(commands=tuple(commands), answer=words, refused=tuple(refused))


def read_note(body: Body) -> Order:
    """
    Read a mail to the address for notes: commands in its first lines, and all the rest is a note, whatever it looks like.
    """
    lines = [_tidy(line.text) for line in body.of(Kind.OWN)]
    first_words = next((n for n, line in enumerate(lines) if line and not is_command(line)), len(lines))
    commands, refused = _read_commands([line for line in lines[:first_words] if line])
    words = "\n".join(lines[first_words:]).strip()
    if words and not any(command.name == "note" for command in commands):
        commands.append(Command(name="note", line=words.partition("\n")[0]))
    return Order(commands=tuple(_with_note(commands, words) if words else commands), refused=tuple(refused))


def read_command(line: str) -> Command:
    """The order that one line is, `#` included. Raises Refused, which names the nearest command; never anything else."""
    line = _tidy(line)
    match = _COMMAND.fullmatch(_undressed(line))
    if match is None:
        near = _nearest(line)
        raise Refused(MEANT.format(near) if near else UNKNOWN.format(", ".join(TOLD)))
    word, argument = re.sub(_DASH, "-", " ".join(match[1].lower().split())), match[2].strip()
    verb = _WRITTEN[word]
    key, rest = _named(argument)
    if verb.bare and not {*re.findall(r"\w+", rest.lower())} <= {*_COURTESY, *verb.again}:
        raise Refused(ALONE.format(word))
    return Command(name=verb.name, argument="" if verb.bare else argument, line=line, key=key if verb.bare else None)


def by_key(order: Order) -> Order:
    """
    The order of a mail that is about no ticket: each command is about the ticket whose key stands behind it, or ends it.

    A note without one belongs to the only ticket that is named, as words do.
    """
    commands = [_about(command) for command in order.commands]
    named = {command.key for command in commands if command.key}
    if len(named) == 1:
        (only,) = named
        commands = [replace(each, key=only) if each.name == "note" else each for each in commands]
    return replace(order, commands=tuple(commands))


def without_key(order: Order, about: str) -> Order:
    """The order of a mail that is about that ticket: where commands name it, too, that says nothing new."""
    named = (command if command.name == "note" else _about(command) for command in order.commands)
    pairs = zip(order.commands, named, strict=True)
    return replace(order, commands=tuple(new if new.key == about and new.argument else old for old, new in pairs))


def _about(command: Command) -> Command:
    key, rest = _named(command.argument)
    if key is None and not (BY_NAME[command.name].anywhere and ":" in command.argument):
        key, rest = _named_last(command.argument)
    return replace(command, key=key, argument=rest) if key else command


def _named(argument: str) -> tuple[str | None, str]:
    """The key that an argument begins with, in capitals, and the rest."""
    match = _KEY.match(argument)
    return (match[1].upper(), argument[match.end() :].lstrip()) if match else (None, argument)


def _named_last(argument: str) -> tuple[str | None, str]:
    """The key that an argument ends with, in capitals, and what stands before it."""
    before, blank, last = argument.rpartition(" ")
    match = _KEY.fullmatch(last)
    return (match[1].upper(), before.rstrip()) if match and blank else (None, argument)


def begins_with_a_command(body: Body) -> bool:
    """Whether the first own words are one, or were probably meant to be."""
    first = next((line for line in (_tidy(line.text) for line in body.of(Kind.OWN)) if line), "")
    return is_command(first) or _nearest(first) is not None


def is_command(line: str) -> bool:
    """Whether the line is one of the commands, whatever stands behind it."""
    return _COMMAND.fullmatch(_undressed(_tidy(line))) is not None


def _undressed(line: str) -> str:
    """The line without the marks around its `#` and its first word, where a word follows the `#`."""
    match = _DRESS.match(line)
    if match is None or match[0].rstrip() == "#":
        return line
    return f"#{_BUTTONS.sub('', line[match.end() :], count=1)}"


def _hides_a_command(line: str) -> bool:
    """Whether a command stands near its start, be it in letters that only look like those of one."""
    return _NEAR_START.match(unicodedata.normalize("NFKC", _INVISIBLE.sub("", line))) is not None


def _tidy(line: str) -> str:
    return unicodedata.normalize("NFC", printable(line)).strip()


def _read_commands(lines: Sequence[str]) -> tuple[list[Command], list[Row]]:
    commands: list[Command] = []
    refused: list[Row] = []
    for line in lines:
        try:
            commands.append(read_command(line))
        except Refused as why:
            refused.append((line, str(why)))
    return commands, refused


def _nearest(line: str) -> str | None:
    """The command that a line which is none was probably meant to be."""
    match = _MAYBE_COMMAND.match(_undressed(line))
    near = get_close_matches(match[1].lower(), BY_WORD, n=1, cutoff=0.7) if match else []
    return near[0] if near else None


def _with_note(commands: Sequence[Command], words: str) -> Iterator[Command]:
    """The words below belong to the last note."""
    last = max(n for n, command in enumerate(commands) if command.name == "note")
    for n, command in enumerate(commands):
        if n == last:
            yield replace(command, argument="\n".join(part for part in (command.argument, words) if part))
        else:
            yield command
