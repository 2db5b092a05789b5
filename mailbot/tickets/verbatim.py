"""A member's mail as staff read it: word for word, but for what it quotes of earlier mails about the same ticket. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from mailbot.mail.message import Body, Kind, Line

FOLDED = "… (zitiert: frühere Mails zu diesem Vorgang)"


def without_known_quotes(body: Body, earlier: Iterable[str]) -> str:
    """
    The text, in which each run of lines that are quoted from an earlier mail is one line that says so.

    Whatever stands in a quote and in none of those mails is shown, for it may be an answer between the lines.

    Args:
        earlier: the texts of those mails.
    """
    known = f" {' '.join(' '.join(text.split()) for text in earlier)} "
    shown: list[str] = []
    for line in body.lines:
        if not _is_known(line, known):
            shown.append(line.text)
        elif _last(shown) != FOLDED:
            shown.append(FOLDED)
    return "\n".join(shown).strip()


def _is_known(line: Line, known: str) -> bool:
    words = " ".join(line.text.split())
    if line.kind is Kind.ATTRIBUTION:
        return bool(known.strip())
    return line.kind is Kind.QUOTED and bool(words) and f" {words} " in known


def _last(shown: list[str]) -> str:
    """The last line that is not blank; blank lines behind a fold go with it."""
    while shown and not shown[-1].strip() and FOLDED in shown[-2:]:
        shown.pop()
    return shown[-1] if shown else ""
