"""Names of groups: "OV Ehrenfeld", "AG Betrieb & Gewerkschaft", "der Kreisvorstand"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import pcre2
from rapidfuzz import fuzz, process

from mailbot.catalogue import Groups
from mailbot.understanding.lexicon import beginning, fold, is_german, is_given_name, is_no_name, is_noun, listed, word_set, words
from mailbot.understanding.passage import ADDRESS

_ADJECTIVE = re.compile(r"[a-zäöüß]+(?:e|en|er|es)$")
_SURELY_ADJECTIVE = re.compile(r"[a-zäöüß](?:isch|lich|ig|iv|sam|haft)e[nrs]?$")
""" "Kritische", "Solidarische": no noun, although a compound may end like that."""
_ENDS_CLAUSE = re.compile(r"\s*(?:[.,;:!?)]|$)")
_LEAD = re.compile(
    r"(?:\s*[:„\"“'»]\s*|\s*-\s*(?=[^\W\d_])"
    r"|\s+(?:heißt(?:\s+(?:jetzt|nun|inzwischen|richtig|korrekt|eigentlich))?|namens|mit dem namen|called|named)\s+[„\"“]?"
    r"|\s+[„\"“»]?)(?:köln[ -](?=[^\W\d_]))?",
    re.IGNORECASE,
)
"""What may stand between the kind and the name."""
_IN_A_PLACE = re.compile(r"\s+(?:in|aus|von)\s+(?:köln-)?(?P<name>[^\W\d_][\w-]+)", re.IGNORECASE)
""" "Der Ortsverband in Kalk", where there is one."""
_SAYS_OF_ONESELF = re.compile(r"(?:ich\s+)?(?:bin|mache?|übernehme|i am|i'm)\b", re.IGNORECASE)
_SPEAKER = frozenset({"i", "i'd", "i'm", "i’d", "i’m"})
_SEVERAL = re.compile(r"(?:verbände|gruppen|kreise|gemeinschaften)n?$", re.IGNORECASE)
"""Of several groups, none is named."""
_LONGEST_NAME = 40
"""Letters of a name before its kind: the whole text before each of a thousand groups would take seconds."""
_WORD = r"[^\W\d_](?:[\w'’*]|[:-](?=\w))*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group that a text names; `kind` alone ("unsere AG") where it has no name."""

    start: int
    end: int
    kind: str
    name: str | None
    written: str

    @property
    def value(self) -> str | None:
        """Normal form, None without a name."""
        return None if self.name is None else f"{self.kind} {self.name}".strip()


def groups_in(text: str, groups: Groups) -> tuple[Group, ...]:
    """All groups that the text speaks of, in order; "ov-kalk@…" is an address, no group."""
    text = ADDRESS.sub(lambda match: "\x00" * len(match[0]), text)
    if not _kind(*groups.words).search(text):
        return ()
    found = []
    for kind in groups.kinds:
        for match in _kind(kind.short, *kind.names).finditer(text):
            word = match[0]
            if len(kind.short) <= 2 and word.lower().rstrip("s") == kind.short.lower() and _is_noise(text, match):
                continue
            found.append(_named(text, match.start(), match.end(), kind.short, groups))
    for kind in groups.single:
        for match in _single(kind.short, *kind.names).finditer(text):
            town = re.match(r"\s+Köln\b", text[match.end() :], re.IGNORECASE) if kind.with_town else None
            name = f"{kind.short} Köln" if town else kind.short
            found.append(
                Group(start=match.start(), end=match.end() + (town.end() if town else 0), kind="", name=name, written=match[0])
            )
    kept: list[Group] = []
    for group in sorted(found, key=lambda each: (each.start, -each.end)):
        if not kept or group.start >= kept[-1].end:
            kept.append(group)
    return tuple(kept)


@cache
def _kind(*names: str) -> pcre2.Pattern:
    """Any of the words for a kind of group, also with the s of a plural or genitive."""
    return pcre2.compile(rf"(?<![\w@.])(?:{_heads(names)})s?(?![\w@])", pcre2.IGNORECASE)


@cache
def _single(*names: str) -> pcre2.Pattern:
    """Any of the names of a group that there is only one of."""
    return pcre2.compile(rf"(?<![\w@.-])(?:{_heads(names)})(?![\w@-])", pcre2.IGNORECASE)


def _heads(names: Sequence[str]) -> str:
    return "|".join(re.escape(name).replace("\\ ", r"\s+") for name in sorted(names, key=len, reverse=True))


def _is_noise(text: str, match: pcre2.Match) -> bool:
    """ "Stadtwerke Köln AG" is a company."""
    ahead = text[max(0, match.start() - _LONGEST_NAME) : match.start()]
    before = re.search(r"(\w+)\s+$", ahead)
    after = text[match.end() :]
    return bool(
        before
        and before[1][:1].isupper()
        and not re.match(r"[\s:-]+[A-ZÄÖÜ]", after)
        and match[0].isupper()
        and len(match[0]) == 2
        and before[1].lower() not in word_set("not_names")
        and re.search(r"(?:GmbH|Werke|Bank|Köln)\s+$", ahead)
    )


_LEADING_NAME = re.compile(r"(?<![\w-])(?!(?:Landes|Bundes|Kreis|Orts|Unter|Schul)-)([A-ZÄÖÜ][^\W\d_]{2,})-$")
""" "Frauen-AG" is the AG Frauen."""


def _named(text: str, start: int, end: int, kind: str, groups: Groups) -> Group:
    rest = text[end:]
    ahead = (
        _LEADING_NAME.search(text, max(0, start - _LONGEST_NAME), start)
        if text[:start].endswith("-") and text[start:end].isupper()
        else None
    )
    if ahead:
        bare = ahead[1].removesuffix("s")
        linked = bare.lower() in word_set("group_topics") or (is_noun(bare) and not is_noun(ahead[1]))
        name = normal_name(bare if linked else ahead[1], kind, groups)
        return Group(start=ahead.start(1), end=end, kind=kind, name=name, written=text[ahead.start(1) : end])
    place = _IN_A_PLACE.match(rest) if kind == "OV" else None
    if place and (known := normal_name(place["name"], kind, groups)) and f"{kind} {known}" in groups.known:
        return Group(start=start, end=end + place.end(), kind=kind, name=known, written=text[start : end + place.end()])
    lead = _LEAD.match(rest)
    if lead is None or _SEVERAL.search(text[start:end]):
        return Group(start=start, end=end, kind=kind, name=None, written=text[start:end])
    at = lead.end()
    quoted = (
        re.match(r"([^\"“”«»]{2,60})[\"“”«]", rest[at:]) if rest[lead.start() : at].strip(" :") in ("„", '"', "“", "»") else None
    )
    taken, length = (quoted[1].strip(), quoted.end()) if quoted else _words(rest[at:], kind, groups)
    if not taken or _is_kind(taken.split()[0], groups):
        return Group(start=start, end=end, kind=kind, name=None, written=text[start:end])
    stop = end + at + length
    return Group(start=start, end=stop, kind=kind, name=normal_name(taken, kind, groups), written=text[start:stop])


def _is_kind(word: str, groups: Groups) -> bool:
    """ "Unsere AG heißt AG Frieden": the name begins anew."""
    return any(word.lower() in (kind.short.lower(), *(name.lower() for name in kind.names)) for kind in groups.kinds)


def _words(rest: str, kind: str, groups: Groups) -> tuple[str, int]:
    """The words after the kind that are its name, and how many characters they take."""
    position, taken = 0, list[str]()
    for match in re.finditer(rf"\s*({_WORD}|&|/|\+|\d{{1,4}}\.?(?=\s+[A-ZÄÖÜ]|\s*$))", rest):
        if match.start() != position or len(taken) > 7:
            break
        word = match[1]
        small = word[:1].islower()
        if word[0].isdigit():
            if taken or kind == "OV":
                break
        elif word in "&/+":
            if not taken or not re.match(rf"\s*{_WORD}", rest[match.end() :]):
                break
        elif not taken and small:
            # all in small letters: one word, if it may be a name, or an adjective with its noun
            noun = re.match(rf"\s+({_WORD})", rest[match.end() :]) if _SURELY_ADJECTIVE.search(word) and kind != "OV" else None
            both = match.end() + noun.end() if noun and is_noun(noun[1]) else 0
            if both and _ENDS_CLAUSE.match(rest, both):
                return rest[:both].strip(), both
            if listed("no_group_names").fullmatch(word) or not _may_be_a_name(word, rest[match.end() :], kind, groups):
                break
            return (rest[:both].strip(), both) if both else (word, match.end())
        elif small:
            if not _goes_on_small(word, rest[match.end() :], kind, taken):
                break
        elif (taken and not _belongs(word, kind, taken, rest[match.end() :])) or (
            not taken and listed("no_group_names").fullmatch(word)
        ):
            break
        taken.append(word)
        position = match.end()
    while taken and (taken[-1][:1].islower() or taken[-1] in "&/+"):
        last = taken.pop()
        position = rest.rfind(last, 0, position)
    further = _FURTHER_TOPICS.match(rest, position) if len(taken) == 1 and kind != "OV" else None
    if further and all(is_noun(word) and not is_given_name(word) and not is_no_name(word) for word in further.groups()):
        return taken[0] + further[0], further.end()
    return " ".join(taken), len(rest[:position].rstrip())


_FURTHER_TOPICS = re.compile(r",\s+([A-ZÄÖÜ][\w-]+)\s+und\s+([A-ZÄÖÜ][\w-]+)(?![\w-])")
""" "AG Bildung, Wissenschaft und Forschung"."""


def _may_be_a_name(word: str, rest: str, kind: str, groups: Groups) -> bool:
    """
    Whether a word in small letters names a group: "unser Ortsverband fliegt" does not.

    One that exists does, and a word that is not German; a noun where all is written small, any word where a clause ends.
    """
    if f"{kind} {normal_name(word, kind, groups)}" in groups.known or word in word_set("group_topics") or not is_german(word):
        return True
    ends = _ENDS_CLAUSE.match(rest) is not None
    return kind != "OV" and (ends or (is_noun(word) and rest == rest.lower()))


def _goes_on_small(word: str, rest: str, kind: str, taken: Sequence[str]) -> bool:
    """ "AG Betrieb und Gewerkschaft", "AG Frauen in der Partei"; not "OV Kalk und Anna"."""
    following = re.match(rf"\s+({_WORD})", rest)
    if following is None or not following[1][:1].isupper() or kind == "OV":
        return False
    if word.lower() in ("und", "u"):
        after = re.match(rf"\s+{_WORD}(?:\s+({_WORD}))?", rest)
        again = after[1] if after else None
        noun = following[1]
        person = (
            is_given_name(noun)
            or noun.lower() in ("ich", "die", "der")
            or (again is not None and again[:1].isupper() and is_given_name(noun))
        )
        return not person and len(taken) <= 3 and noun.upper() != noun
    return (
        word.lower() in ("der", "des", "gegen")
        and following[1].lower() not in word_set("not_names")
        and not is_given_name(following[1])
    )


def _is_person(rest: str) -> bool:
    """What follows a given name makes it a person's: a surname, an address, "und ich"."""
    return bool(re.match(r"\s+[A-ZÄÖÜ]|\s*[(,:<]|\s+(?:und|and)\s", rest)) or "@" in rest[:40]


def _belongs(word: str, kind: str, taken: Sequence[str], rest: str) -> bool:
    """A further capitalised word of the name."""
    if kind == "OV":
        return (
            taken[-1].lower() in ("bad", "alt", "neu", "rath", "köln")
            or word.lower() in ("nord", "süd", "ost", "west", "mitte")
            or taken[-1] in "/&+"
        )
    if taken[-1] in "&/+" or taken[-1].lower() == "und" or taken[-1][0].isdigit():
        return True
    if _SURELY_ADJECTIVE.search(taken[-1]) and is_noun(word):
        return True
    if word.lower() in _SPEAKER or (is_noun(word) and taken[-1][:1].isupper() and is_noun(taken[-1])):
        return False
    return bool(_ADJECTIVE.search(taken[-1].lower())) or (
        word.lower() not in word_set("not_names") and not (is_given_name(word) and _is_person(rest)) and len(taken) < 3
    )


def _is_acronym(name: str, kind: str, groups: Groups) -> bool:
    """ "AG LGBTQ*": one word in capitals that is no word and no group's name."""
    word = name.rstrip("*")
    return " " not in name and not is_german(word) and fold(word) not in _known_names(kind, groups.known).values()


@lru_cache(64)
def _known_names(kind: str, known: tuple[str, ...]) -> Mapping[str, str]:
    """The names of the known groups of a kind, each with what it is without marks and capitals."""
    return {name: fold(name) for each in known if (name := each.removeprefix(f"{kind} ")) != each}


def normal_name(name: str, kind: str, groups: Groups) -> str:
    """The name as groups write it: capitals, and known names for their misspellings."""
    name = re.sub(r"\s+", " ", name.strip(" \"'“”„«».,:;!?()"))
    if name == name.lower() or (name == name.upper() and len(name) > 4 and not _is_acronym(name, kind, groups)):
        name = re.sub(
            r"[^\W\d_]+",
            lambda m: m[0] if m[0].lower() in ("und", "in", "der", "die", "für") else m[0][:1].upper() + m[0][1:].lower(),
            name,
        )
    known = _known_names(kind, groups.known)
    if name in known:
        return name
    same = next((each for each, folded in known.items() if folded == fold(name)), None)
    if same:
        return same
    near = process.extractOne(fold(name), known, scorer=fuzz.ratio, score_cutoff=85)
    if near and len(name) >= 5 and abs(len(near[2]) - len(name)) <= 2 and near[2][0].lower() == name[0].lower():
        return str(near[2])
    return name


def is_denied(text: str, start: int) -> bool:
    """ "nicht AG Hochschule, sondern …", "statt OV Kalk", "früher hießen wir AG Senioren"."""
    return _DENIED.search(text[:start]) is not None


_DENIED = re.compile(
    r"\b(?:nicht(?!\s+nur\b)|(?:an)?statt|anstelle|kein(?:e[nr]?)?|not|instead of|no longer"
    r"|früher|bisher|vorher|vormals|ehemals|hießen)"
    r"\s+(?:(?:mehr|länger|wie|als|unter|von|vom|im|beim?|zur|zum|hießen|wir|die|der|den|das|dem|the"
    r"|(?:alt|früher|bisherig)e[nrs]?)\s+){0,3}$",
    re.IGNORECASE,
)


def bare_group(text: str, kind: str | None, groups: Groups) -> str | None:
    """
    The group that a bare answer names: "Frieden" after "unsere AG" is "AG Frieden".

    None where the text cannot be a name (a sentence, an address, a pronoun).
    """
    named = next((group.value for group in groups_in(text, groups) if group.value and not is_denied(text, group.start)), None)
    if named:
        return named
    name = re.split(r"[^\W\d_]:\s+(?=[^\W\d_])", text.strip())[-1]
    if _SAYS_OF_ONESELF.match(name):
        return None
    while lead := beginning("before_group_names").match(name):
        name = name[lead.end() :].lstrip(" :,-–")
    behind = listed("behind_group_names").search(name)
    name = re.split(r"[.,;!?(\n–]|\s+-\s+", name[: behind.start()] if behind else name)[0].strip(" \"'“”„:")
    small = re.findall(rf"{_WORD}|&", name)
    if not small or len(small) > 6 or "@" in name or re.search(r"\d", name):
        return None
    if (
        listed("no_group_names").fullmatch(small[0])
        or small[0].lower() in word_set("me")
        or small[0].lower() in word_set("thanks")
    ):
        return None
    joints = ("und", "der", "die", "des", "für", "gegen", "mit", "in", "&")
    if any(word.lower() in words()["languages"]["de"] and word.lower() not in joints for word in small[1:]):
        return None
    short = normal_name(" ".join(small), kind or "OV", groups)
    if kind:
        return f"{kind} {short}"
    if any(short == each.partition(" ")[2] for each in groups.known):
        return next(each for each in groups.known if each.partition(" ")[2] == short)
    return short
