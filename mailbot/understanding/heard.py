"""What is found in a mail, while it is being gathered."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailbot.understanding.passage import Passage
from mailbot.understanding.request import Person, Value


@dataclass(slots=True, kw_only=True)
class Heard:
    """What was found, while it is being gathered: values, half values, reasons, and ids of fields with a broken address."""

    fields: dict[str, Value] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    because: list[str] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def people(self, id: str | None) -> tuple[Person, ...]:
        """The persons that a field holds; none where it holds something else."""
        value = self.fields.get(id or "", ())
        return tuple(each for each in value if isinstance(each, Person)) if isinstance(value, tuple) else ()

    def take(self, id: str, value: Value, reason: str) -> None:
        """Keep a value and why."""
        self.fields[id] = value
        self.because.append(f"{id}: {reason}")


def quote(passage: Passage) -> str:
    """A reason: the words, shortened, and their line."""
    text = passage.text if len(passage.text) <= 60 else passage.text[:57] + "…"
    return f'"{text}" in line {passage.line}'
