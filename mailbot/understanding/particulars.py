"""Everything that is no person: group, task, kind, day, number, addresses, free words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailbot.catalogue import Catalogue, FieldRule, Service
from mailbot.expression import Marked, pattern
from mailbot.understanding import chosen, values
from mailbot.understanding.address import addresses_in, likely_address
from mailbot.understanding.first_person import speaks_of_us
from mailbot.understanding.group import Group, bare_group, groups_in, is_denied
from mailbot.understanding.heard import Heard, quote
from mailbot.understanding.identity import same_person
from mailbot.understanding.lexicon import fold, listed
from mailbot.understanding.passage import Passage
from mailbot.understanding.scene import Scene

_GROUP_LABEL = re.compile(rf"{listed('group_labels').pattern}\s*(?:[:=\t]|heißt|ist|is\b)\s*(?P<value>.+)", re.IGNORECASE)


def hear_group(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """
    Take the first group with a name, of the text, the titles, the signature; else keep the kind as a hint.

    A group that belongs to somebody else ("Jutta Klein aus dem Kreisvorstand") counts only where no other is named.
    """
    kind = None
    of_others: list[tuple[str, str]] = []
    for at, passage in enumerate(scene.passages):
        label = _GROUP_LABEL.match(passage.text)
        if label and (value := bare_group(label["value"], None, catalogue.groups)):
            return heard.take(rule.id, value, quote(passage))
        for group in groups_in(passage.text, catalogue.groups):
            if (
                group.value
                and not is_denied(passage.text, group.start)
                and not _is_in_passing(passage.text, group.start, alone=not group.kind)
            ):
                reason = f'"{group.written}" in line {passage.line}'
                if not _is_of_others(group, at, scene):
                    return heard.take(rule.id, group.value, reason)
                of_others.append((group.value, reason))
            kind = kind or (group.kind if not group.value else None)
    if of_others and kind is None:
        return heard.take(rule.id, *of_others[0])
    for passage in scene.passages if kind is None else ():
        quoted = re.search(
            r"\b(?:gruppe|group|gremium|team|beirat)\s+(?:(?:heißt|nennt\s+sich|namens|mit\s+dem\s+namen|trägt\s+den\s+namen)\s+)?[„\"“»']([^\"“”«']{2,40})[\"“”«']",
            passage.text,
            re.IGNORECASE,
        )
        if quoted:
            return heard.take(rule.id, quoted[1].strip(), quote(passage))
    for title in scene.titles:
        for group in groups_in(title, catalogue.groups):
            if group.value and (kind in (None, group.kind)):
                return heard.take(rule.id, group.value, f'"{group.written}" in the subject or an attachment')
            kind = kind or group.kind
    known = _known_by_name(kind, scene, catalogue)
    if known:
        return heard.take(rule.id, known, f'"{scene.titles[0]}" in the subject')
    for line in scene.voice.closing:
        for group in groups_in(line, catalogue.groups):
            if group.value and group.kind and kind in (None, group.kind):
                return heard.take(rule.id, group.value, f'"{group.written}" in the signature')
    if of_others:
        return heard.take(rule.id, *of_others[0])
    if kind:
        heard.hints[rule.id] = kind
    return None


def _known_by_name(kind: str | None, scene: Scene, catalogue: Catalogue) -> str | None:
    """ "Unser Ortsverband" below the subject "Nextcloud Rodenkirchen": the group of that kind which has the name."""
    said = re.findall(r"[A-ZÄÖÜ][\w-]+", scene.titles[0]) if kind and scene.titles else []
    found = {f"{kind} {word}" for word in said} & set(catalogue.groups.known)
    return found.pop() if len(found) == 1 else None


def _is_of_others(group: Group, at: int, scene: Scene) -> bool:
    """ "Martin Schulz vom OV Deutz", "der OV Nippes hat das auch schon": not surely the group that asks."""
    text = scene.passages[at].text
    theirs = any(
        each.place[0] == at
        and not each.me
        and not chosen.is_speaker(each.person, scene.voice.person)
        and _OF.fullmatch(text[each.end : group.start])
        for each in scene.mentions
    )
    heard_from = _FROM_WHOM.search(text[: group.start]) is not None and listed("heard_from").search(text, group.end) is not None
    of_others = listed("of_others").search(text, group.end) is not None and not speaks_of_us(text[: group.end + 10])
    return theirs or heard_from or of_others


_FROM_WHOM = re.compile(r"\b(?:von|vom|bei|beim|durch|aus|des|from)\b[^,.;:]{0,40}$", re.IGNORECASE)
_OF = re.compile(r"\s*,?\s*(?:aus|vom|von|im|in|beim?|of|from)(?:\s+(?:dem|der|the|unserem|unserer))?\s+", re.IGNORECASE)


def _is_in_passing(text: str, at: int, *, alone: bool) -> bool:
    """ "wie die AG Frieden", "wie es der Kreisvorstand will": not the group that asks."""
    if re.search(
        r"\b(?:wie|like)\s+(?:es\s+|schon\s+|auch\s+)?(?:(?:bei|von|in|with|at)\s+)?(?:der|die|das|den|beim?|im|vom|the)?\s*$",
        text[:at],
        re.IGNORECASE,
    ):
        return True
    return alone and listed("in_passing").search(text[:at] + text[at + 13 :]) is not None


def hear_choice(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    """Take the option that the text or the subject wants, where it wants just one."""
    picked = values.choice_in(scene.text, rule.options) or (
        values.choice_in(scene.titles[0], rule.options) if scene.titles else None
    )
    if picked:
        heard.take(rule.id, picked, "words for it in the text")


def hear_date(rule: FieldRule, service: Service, scene: Scene, heard: Heard) -> None:
    """
    Take the first day that is not over, beside words of the service, else of the text, else of the subject, as in
    "2026-03-14"; else one that is over. Of several fields, each by its words.
    """
    signs = pattern(*service.signs.strong, *service.signs.weak, *rule.words)
    told = [
        (scene.today is not None and day < scene.today, signs.search(passage.text) is None, day, passage)
        for text, passage in days_told(rule, service, scene)
        for day in values.days_meant(text, scene.today)[:1]
    ]
    if told:
        _, _, day, passage = min(told, key=lambda each: each[:2])
        heard.take(rule.id, day.isoformat(), quote(passage))


def days_told(rule: FieldRule, service: Service, scene: Scene) -> Iterator[tuple[str, Passage]]:
    """Where the day of this field may stand: texts, and the passages that they belong to."""
    for passage in (*scene.passages, *(Passage(text=title, line=0) for title in scene.titles[:1])):
        cue = pattern(*rule.words).search(passage.text) if asks_for_several_days(service) else None
        if cue or not asks_for_several_days(service):
            yield passage.text[cue.end() :] if cue else passage.text, passage


def asks_for_several_days(service: Service) -> bool:
    """Then each day stands behind the words of its field ("vom … bis …")."""
    return sum(rule.type == "date" for rule in service.fields) > 1


def hear_number(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    """Take the number beside one of the words of the field."""
    for passage in sorted(scene.passages, key=_how_unlikely):
        number = values.number_in(passage.text, rule.words)
        if number is not None:
            return heard.take(rule.id, number, quote(passage))
    return None


def _how_unlikely(passage: Passage) -> int:
    """Whether a number is what is expected, may be that, or is of former times: 0, 1, 2."""
    if listed("formerly").search(passage.text):
        return 2
    return 0 if listed("expected").search(passage.text) else 1


def is_own(email: str, catalogue: Catalogue) -> bool:
    """Whether the address is one of the association's domain."""
    return email.endswith(f"@{catalogue.organisation.domain}")


_LOCAL_PART = Marked("@", re.compile(r"(?<![\w.@-])([^\W\d_][\w.-]+)@(?!\.?\w)"))
""" "ov-poll@": an address of the association without its domain."""


def hear_address(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """Take the first address that fits the field: the association's own, or any other; "an diese Adresse" is the sender's."""
    for passage in scene.passages:
        local = _LOCAL_PART.search(passage.text) if rule.domain == "own" else None
        if local:
            return heard.take(rule.id, f"{local[1].lower()}@{catalogue.organisation.domain}", quote(passage))
        for wire in addresses_in(passage.text, own=catalogue.own_addresses):
            if (
                wire.email
                and wire.email not in catalogue.own_addresses
                and (rule.domain == "own") == is_own(wire.email, catalogue)
            ):
                return heard.take(rule.id, wire.email, quote(passage))
    for wire in (wire for title in scene.titles[:1] for wire in addresses_in(title) if rule.domain == "own"):
        if wire.email and wire.email not in catalogue.own_addresses and is_own(wire.email, catalogue):
            return heard.take(rule.id, wire.email, "in the subject")
    if rule.domain == "any":
        for passage in scene.with_words(listed("to_me")):
            told = not listed("reached_at").search(passage.text)
            others = [wire for wire in addresses_in(passage.text) if not (wire.email and is_own(wire.email, catalogue))]
            if scene.voice.person.email and told and not others:
                return heard.take(rule.id, scene.voice.person.email, quote(passage))
    return None


def hear_addresses(rule: FieldRule, scene: Scene, catalogue: Catalogue, heard: Heard) -> None:
    """Take all addresses that are not the association's own, the sender's where "an mich" stands, and those of tables."""
    found: list[str] = []
    reason = ""
    for passage in scene.passages:
        for wire in addresses_in(passage.text, loose=passage.listed, own=catalogue.own_addresses):
            if _FORMERLY.search(passage.text, 0, wire.start):
                continue
            if wire.email and not is_own(wire.email, catalogue):
                found.append(wire.email)
                reason = reason or quote(passage)
            elif wire.email is None and ("@" in wire.written or passage.listed):
                meant = likely_address(wire.written, catalogue.own_addresses)
                if meant is None or not is_own(meant, catalogue):
                    heard.broken.add(rule.id)
        if scene.voice.person.email and _means_author(passage.text) and not _names_own_address(passage.text):
            found.append(scene.voice.person.email)
            reason = reason or quote(passage)
    found += [entry.person.email for entry in scene.entries if entry.person.email]
    if found and _names_somebody_without(scene, found):
        heard.broken.add(rule.id)
    if found:
        heard.take(rule.id, tuple(dict.fromkeys(found)), reason or "the list that came with the mail")


def _names_somebody_without(scene: Scene, found: Sequence[str]) -> bool:
    """
    Beside a name with its address, or "an mich", stands a full name whose address the whole mail does not tell:
    it is asked for. An address without a name may be the one.
    """
    places = {each.place[0] for each in scene.mentions if each.person.email in found}
    places |= {at for at, passage in enumerate(scene.passages) if _means_author(passage.text)}
    places -= {each.place[0] for each in scene.mentions if each.person.email and not (each.person.given or each.person.surname)}
    named = [each.person for each in scene.company if each.person.email]
    return any(
        each.place[0] in places
        and not each.me
        and each.person.given
        and each.person.surname
        and each.person.email is None
        and not chosen.is_speaker(each.person, scene.voice.person)
        and not any(same_person(each.person, other) for other in named)
        and not any(fold(each.person.surname) in fold(email) for email in found)
        for each in scene.mentions
    )


_FORMERLY = re.compile(rf"{listed('formerly').pattern}[^.,;:!?@]*$", re.IGNORECASE)
""" "Bisher ging alles an paul@…": no target of now."""


def _means_author(text: str) -> bool:
    """ "an mich", "meine und paul@…"; not "nicht an meine", "bisher ging alles an mich", "auch an mich, wenn …?"."""
    if text.rstrip().endswith("?") and listed("depends").search(text):
        return False
    return any(
        _UNWANTED.search(text, 0, said.start()) is None and _REFUSED.match(text, said.end()) is None
        for said in listed("me_too").finditer(text)
    )


_SAME_CLAUSE = r"(?:(?!\b(?:und|sowie|sondern|aber|oder|and|but|or)\b)[^.,;:!?])*"
_UNWANTED = re.compile(
    rf"(?:{listed('negations').pattern}(?!\s+(?:nur|bloß|allein|only)\b)|{listed('formerly').pattern}){_SAME_CLAUSE}$",
    re.IGNORECASE,
)
_REFUSED = re.compile(rf"{_SAME_CLAUSE}\b(?:nicht|nie|ungern|kein\w*|not)\b(?!\s+(?:nur|bloß|allein|only)\b)", re.IGNORECASE)
"""In the same clause, before or behind what would mean the author."""


def _names_own_address(text: str) -> bool:
    """ "an mich unter kim@…": the address that follows is the author's."""
    return any(
        re.search(
            r"\b(?:mich|me|ich)\b(?:\s+(?!(?:und|sowie|plus|and)\b)[\w-]+){0,4}?\s*(?:unter|at|via|per|\(|:)\s*$",
            text[: wire.start],
            re.IGNORECASE,
        )
        for wire in addresses_in(text)
    )


def hear_text(rule: FieldRule, scene: Scene, heard: Heard) -> None:
    """What stands behind one of the field's words or its label and a colon."""
    heads = "|".join(re.escape(label) for label in (rule.label.de, rule.label.en))
    for passage in scene.passages:
        match = re.match(rf"(?:{heads})\s*[:=]\s*(.+)", passage.text, re.IGNORECASE)
        if match is None and rule.words:
            cue = pattern(*rule.words).search(passage.text)
            match = re.compile(r"\s*[:=]?\s*(.+)").match(passage.text, cue.end()) if cue else None
        said = match[1].strip(" .,;?!") if match else ""
        if said:
            return heard.take(rule.id, said, quote(passage))
    return None
