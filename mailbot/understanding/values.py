"""Plain values in a text: dates, numbers, choices, tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from text_to_num import alpha2digit

from mailbot.catalogue import FieldRule, Option
from mailbot.expression import Marked, Texts, pattern
from mailbot.understanding.lexicon import beginning, listed, word_set, words
from mailbot.understanding.passage import ADDRESS

_NUMERIC = re.compile(
    r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2}(?!\d))?(?![\d.]*\d)|(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)"
)


def dates_in(text: str, today: date | None) -> tuple[date, ...]:
    """
    The days named in a text, in order.

    A day without a year is the next such day after `today`; without `today` it is not taken. Impossible
    days ("31.02.2025") are not taken.
    """
    months = words()["months"]
    named = "|".join(sorted(months, key=len, reverse=True))
    spelt = re.compile(
        rf"(?<!\d)(\d{{1,2}})(?:\.|te[nr]?|st|nd|rd|th)?\s*(?:of\s+|de\s+)?({named})\b\.?,?\s*(?:de\s+)?(\d{{4}})?|\b({named})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})",
        re.IGNORECASE,
    )
    found: list[tuple[int, date]] = []
    text = in_digits(text)
    for match in _NUMERIC.finditer(text):
        if match[1]:
            parts = (match[3], match[2], match[1])
        elif match[4]:
            parts = (match[4], match[5], match[6])
        else:
            parts = (match[9], match[8], match[7])
        _add(found, match.start(), parts[0], int(parts[1]), int(parts[2]), today)
    for match in spelt.finditer(text):
        if match[1]:
            _add(found, match.start(), match[3], months[match[2].lower()], int(match[1]), today)
        else:
            _add(found, match.start(), match[6], months[match[4].lower()], int(match[5]), today)
    if today and not found:
        found = list(_from_today(text, today))
    return tuple(day for _, day in sorted(found))


def days_meant(text: str, today: date | None) -> tuple[date, ...]:
    """
    The days named in a text, without those until which something is to be done, where others stand there. None where two
    are left to choose from ("am 14. oder 15. März").
    """
    if _EITHER.search(text):
        return ()
    return dates_in(_DEADLINE.sub(" ", text), today) or dates_in(text, today)


_EITHER = re.compile(
    r"\b\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9})?\s?(?:\d{4})?\s*(?:oder|or)\s+(?:(?:am|der|den)\s+)?\d{1,2}\.", re.IGNORECASE
)
_DEADLINE = re.compile(
    r"\b(?:[^\W\d_]*(?:schluss|frist)|bis(?:\s+zum)?|spätestens(?:\s+am)?)\b[^.;!?\d]{0,25}"
    r"\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9}\b)(?:\s?\d{4}|\s?\d{2}\b)?",
    re.IGNORECASE,
)
""" "Anmeldeschluss ist der 1. November", "bis zum 3.10."."""


def _from_today(text: str, today: date) -> Iterator[tuple[int, date]]:
    """ "am kommenden Samstag", "heute in zwei Wochen", "morgen in 4 Wochen": counted from the day of the mail."""
    names = words()["weekdays"]
    for match in re.finditer(
        rf"\b(?:(?P<near>{'|'.join(_NEAR_DAYS)})|(?:diesen|kommenden|this|coming)\s+(?P<name>{'|'.join(names)}))\b"
        r"(?:\s+in\s+(?P<weeks>\d+|einer|zwei)\s+(?:wochen?|weeks?))?",
        text,
        re.IGNORECASE,
    ):
        weeks = _FEW.get(match["weeks"] or "0") or int(match["weeks"] or 0)
        if match["name"]:
            ahead = (names[match["name"].lower()] - today.weekday() - 1) % 7 + 1
        else:
            ahead = _NEAR_DAYS[match["near"].lower()]
        if match["name"] or weeks:
            yield match.start(), today + timedelta(days=ahead, weeks=weeks)


_NEAR_DAYS = {"heute": 0, "today": 0, "morgen": 1, "tomorrow": 1, "übermorgen": 2}
_FEW = {"einer": 1, "zwei": 2}


def impossible_days_in(text: str, today: date | None) -> tuple[tuple[str, date | None], ...]:
    """
    What stands in the text as a day and is none ("31.02.2025"), with the one that is probably meant.

    That is the day of which month and day were changed round ("12.13.2025"); of the 31st of a short month nobody
    knows.
    """
    found = []
    for match in _NUMERIC.finditer(text):
        if match[1] is None:
            continue
        day, month = int(match[1]), int(match[2])
        year = int(match[3]) if match[3] else None
        if year is not None and year < 100:
            year += 2000
        if not _exists(year or 2000, month, day):  # the year 2000 has a 29th of February
            turned: list[tuple[int, date]] = []
            _add(turned, 0, match[3], day, month, today)
            found.append((match[0].strip(), turned[0][1] if turned else None))
    return tuple(found)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _add(found: list[tuple[int, date]], place: int, year: str | None, month: int, day: int, today: date | None) -> None:
    try:
        if year:
            found.append((place, date(int(year) if len(year) == 4 else 2000 + int(year), month, day)))
        elif today:
            this = date(today.year, month, day)
            found.append((place, this if this >= today else date(today.year + 1, month, day)))
    except ValueError:
        return


def number_in(text: str, cues: Sequence[str]) -> int | None:
    """
    The number that stands beside one of the cue words, the nearest one; dates, times and addresses are no numbers.

    Of "80 Teilnehmende statt 60" it is the 80.
    """
    plain = _without_days(_NUMERIC.sub(" ", in_digits(ADDRESS.sub(" ", text))))
    plain = _CAPACITY.sub(lambda m: "#" * len(m[0]), _OTHER_COUNTS.sub(lambda m: "#" * len(m[0]), plain))
    spans = [match.span() for match in pattern(*cues).finditer(plain)]
    if not spans:
        return None
    best: tuple[int, int] | None = None
    for match in re.finditer(r"(?<![\w-])(\d{1,5})(?![\w-]|\.\d)", plain):
        value = int(match[1])
        gap = min(start - match.end() if start >= match.end() else match.start() - end + 8 for start, end in spans)
        if gap < 40 and (best is None or gap < best[0]):
            best = (gap, value)
    return best[1] if best else None


_OTHER_COUNTS = re.compile(
    r"\b(?:statt|anstatt|nicht|instead of|not)\s+(?:\w+\s+)?\d+"
    r"|\b(?:von|unter)\s+(?:insgesamt|unseren|den|derzeit)\s+(?:(?:insgesamt|etwa|rund|über)\s+)?\d+"
    r"|\b(?:waren|kamen|zählten|hatten|were)\s+(?:(?:wir|es|da|noch|nur|etwa|rund|we|there)\s+){0,3}\d+",
    re.IGNORECASE,
)
""" "statt 60", "von unseren 210 Mitgliedern", "letztes Jahr waren wir 55": not how many are expected."""
_CAPACITY = re.compile(r"\b(?:platz|raum|fasst|room)\s+(?:(?:für|for|bis|zu|etwa|rund)\s+){0,3}\d+", re.IGNORECASE)
""" "Im Saal ist Platz für 120": how many might come."""


def _without_days(plain: str) -> str:
    """Days, years, times of day and telephone numbers are no counts; they are blanked out."""
    named = "|".join(sorted(words()["months"], key=len, reverse=True))
    no_counts = (
        rf"\b\d{{1,2}}\.?\s*(?:{named})\b\.?\s*(?:\d{{4}})?",
        r"\b(?:19|20)\d\d\b",
        r"\b\d{1,2}[:.]\d\d\b(?:\s*uhr)?|\b\d{1,2}\s*uhr\b",
        r"\b(?:[12]?\d|3[01])\.(?=\s+\S)",
        r"\+?\d[\d /-]{6,}",
    )
    return re.sub("|".join(no_counts), lambda m: "#" * len(m[0]), plain, flags=re.IGNORECASE)


def bare_number(text: str) -> int | None:
    """
    The one number of a bare answer ("es werden 62", "ca. vierzig"), the last one where it corrects itself ("35, nein 40"),
    None where there are several or none.
    """
    text = ", ".join(clause for clause in text.split(",") if not listed("formerly").search(clause)) or text
    plain = _without_days(_NUMERIC.sub(" ", in_digits(ADDRESS.sub(" ", text.rstrip(" .!")))))
    plain = _CAPACITY.sub(" ", re.sub(r"\b(?:statt|anstatt)\s+\d+", " ", plain))
    found = [int(each) for each in re.findall(r"(?<![\w.-])(\d{1,5})(?![\w-]|\.\d)", plain)]
    return found[-1] if len(set(found)) == 1 or (found and listed("on_second_thought").search(plain)) else None


def in_digits(text: str) -> str:
    """Numbers of German and English words in digits: "achtzehnten April" is "18. April", "hundertzwanzig" 120."""
    digits = str(alpha2digit(alpha2digit(text, "de"), "en"))
    return _DOZENS.sub(_dozens, digits) if "utzend" in digits else digits


_DOZENS = re.compile(
    r"(?P<some>\b(?:paar|mehrere\w*|viele\w*|einige\w*|etliche\w*|wenige\w*)\s+)?"
    r"(?:\b(?P<many>\d{1,3}|anderthalb|ein(?:em)?)\s+)?(?P<half>\bhalbe[sn]\s+)?\bdutzend\b(?!\s+(?:weniger|mehr)\b)",
    re.IGNORECASE,
)


def _dozens(said: re.Match[str]) -> str:
    """ "drei Dutzend", "ein halbes Dutzend"; of "ein paar Dutzend" nobody knows how many they are."""
    if said["some"]:
        return said[0]
    each = 6 if said["half"] else 12
    many = said["many"] or ""
    return str(int(many) * each if many.isdigit() else each * 3 // 2 if many.lower() == "anderthalb" else each)


def choice_in(text: str, options: Sequence[Option]) -> str | None:
    """
    The option that the text wants, None where it names none or does not decide.

    What is refused does not count ("kein Postfach, lieber eine Weiterleitung", "nicht nur eine Weiterleitung",
    "eine bloße Weiterleitung hilft mir nicht"); of several, the one that is decided on ("entscheide mich für das Postfach").
    """
    wanted, decided = set[str](), set[str]()
    text = ADDRESS.sub("ADRESSE", text)
    clauses = re.split(r"[.!?;\n]|,(?!\s*mit\b)|\s[–-]\s|\b(?:sondern|aber|lieber|und zwar|also|but)\b", text)
    together = Texts(dict(enumerate(clauses)))
    for option in options:
        for clause in (clauses[at] for at in together.places(pattern(*option.words))):
            for match in pattern(*option.words).finditer(clause):
                if not _refused(clause, match.start(), match.end()):
                    wanted.add(option.id)
                    decided |= {option.id} if listed("decides").search(clause) else set()
    return next((next(iter(ids)) for ids in (wanted, decided) if len(ids) == 1), None)


def _refused(clause: str, start: int, end: int) -> bool:
    before = re.findall(r"\w+", clause[:start].lower())[-4:]
    after = re.findall(r"\w+", clause[end:].lower())
    if any(word in word_set("negations") for word in before):
        return True
    if re.search(r"\b(?:oder|or)\b", clause, re.IGNORECASE) and "?" in clause:
        return True
    reach = 12 if any(_NEEDED.match(word) for word in after[:2]) else 6
    return any(word in ("nicht", "nich", "net", "nit", "nichts", "nix", "nie", "niemals") for word in after[:reach]) or bool(
        beginning("too_much").match(" ".join(after[:8]))
    )


_NEEDED = re.compile(r"(?:ge)?(?:brauch|bräucht|benötig|wünsch|möcht)")
""" "Ein Postfach brauche ich in meinem Alter nun wirklich nicht": what is said of it ends late."""


_IN_GENITIVE = re.compile(
    r"\b((?:amt|funktion|aufgabe|rolle|posten)\s+des\s+)(?:([^\W\d_]+)en\s)?([^\W\d_]+(?:er|or|eur|ent))s\b", re.IGNORECASE
)
""" "das Amt des stellvertretenden Sprechers": he is the stellvertretender Sprecher."""
_ONE_OF = Marked(["innen"], re.compile(r"\beine\s+(?:der|von(?:\s+den)?|unserer)\s+(?:[a-zäöüß]+\s+){0,2}[^\W\d_]+innen\b"))
""" "als eine der beiden Sprecherinnen": she is a Sprecherin."""


def telling_roles(text: str) -> str:
    """The text as tasks are looked for in it: without addresses, "des Kassierers" as Kassierer, of several women the one."""
    text = ADDRESS.sub(lambda wire: " " * len(wire[0]), text)
    text = _IN_GENITIVE.sub(lambda office: office[1] + (f"{office[2]}er " if office[2] else "") + f"{office[3]} ", text)
    return _ONE_OF.sub(lambda several: several[0][:-3] + " " * 3, text)


def role_in(text: str, rule: FieldRule) -> tuple[str, int] | None:
    """The task that the text names, as it is worded, and its offset."""
    text = telling_roles(text)
    match = pattern(*rule.words).search(text)
    if match is None or "@" in match[0]:
        return None
    word = match[0].strip("-")
    joined = re.search(r"(?<![\w-])(?:[^\W\d_]+-)+$", text[: match.start()])
    if joined:  # "Co-Sprecherin", "vice-chair"
        return f"{joined[0]}{word}", joined.start()
    adjective = re.search(rf"{listed('role_adjectives').pattern}\s+$", text[: match.start()], re.IGNORECASE)
    english = re.search(
        r"\b(?:the|our|your|a|an)\s+(?!unser|eure|d(?:ie|er|en|em)\b)(?:new\s+)?((?:[a-z-]+\s+){1,2})$", text[: match.start()]
    )
    if english and not english[1].startswith("new "):
        return f"{english[1]}{match[0]}", english.start(1)
    if adjective:
        return f"{adjective[0].strip()} {word}", adjective.start()
    return (word[:1].upper() + word[1:] if word.islower() else word), match.start()
