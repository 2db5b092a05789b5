"""What is found in a mail, while it is being gathered."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Guess, Person, Value, Why

_DOUBTS = {
    Why.CANNOT_BE: "cannot be right",
    Why.TOO_MANY: "are more than may be",
    Why.NOT_LISTED: "is nobody of those named",
    Why.FITS_SEVERAL: "fits more than one",
    Why.TELLS: "tells it",
    Why.RESPELT: "is not spelt so",
    Why.ORDER: "may have the surname first",
}


@dataclass(slots=True, kw_only=True)
class Heard:
    """What was found, while it is being gathered: values, half values, reasons, guesses, and fields with a gap of their own."""

    fields: dict[str, Value] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    because: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    guesses: list[Guess] = field(default_factory=list)

    def people(self, id: str | None) -> tuple[Person, ...]:
        """The persons that a field holds; none where it holds something else."""
        value = self.fields.get(id or "", ())
        return tuple(each for each in value if isinstance(each, Person)) if isinstance(value, tuple) else ()

    def doubt(self, guess: Guess) -> None:
        """Keep a guess, in the place of an earlier one about the same words."""
        self.guesses = [each for each in self.guesses if (each.item, each.written) != (guess.item, guess.written)] + [guess]
        taken = f", perhaps {guess.meant}" if guess.meant and guess.why.asks else ""
        self.because.append(f'{guess.item}: "{guess.written}" {_DOUBTS[guess.why]}{taken}')

    def take(self, id: str, value: Value, reason: str) -> None:
        """Keep a value and why."""
        self.fields[id] = value
        self.because.append(f"{id}: {reason}")


def quote(passage: Passage) -> str:
    """A reason: the words, shortened, and their line."""
    text = passage.text if len(passage.text) <= 60 else passage.text[:57] + "…"
    return f'"{text}" in line {passage.line}'
