"""Knowledge of languages: given names, small words, months. Read once, never changed."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Set
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any

import pcre2

from mailbot.expression import pattern

_TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae"})
_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def words() -> dict[str, Any]:
    """The word lists of data/words.toml."""
    return tomllib.loads((files("mailbot.understanding") / "data" / "words.toml").read_text(encoding="utf-8"))


@cache
def word_set(name: str) -> frozenset[str]:
    """One of the word lists, for looking up."""
    return frozenset(words()[name])


@cache
def _given_names() -> Set[str]:
    """
    Some 45,000 given names of 54 countries, in lower case, and as they are written without marks (Juergen, Ayse).

    Source: nam_dict.txt by Jörg Michael (GNU FDL), as packed in the PyPI package gender-guesser.
    """
    names = set[str]()
    with (files("gender_guesser") / "data" / "nam_dict.txt").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:  # one by one, and into one set: all at once they take several megabytes more
            if line[:1] not in "#=\n":
                name = line[2:29].strip().lower()
                names.update({name.replace("+", joint) for joint in ("", " ", "-")} if "+" in name else {name})
    names.update([form for name in names if not name.isascii() for form in (fold(name), without_marks(name))])
    names.update(word_set("short_names"))
    return names


@lru_cache(8192)
def is_given_name(word: str) -> bool:
    """Whether the word, in any case, is a given name somewhere; of a double name ("Heinz-Peter") each part counts."""
    low = word.lower().strip(".,;:()")
    if len(low) < 2 or low in word_set("not_names"):
        return False
    return any(
        form in _given_names() or ("-" in form and all(part in _given_names() for part in form.split("-")))
        for form in (low, without_marks(low))
    )


def is_ever_given_name(word: str) -> bool:
    """Whether the word is a given name somewhere, though it mostly is another word (Nur, Can)."""
    return word.lower() in _given_names()


@lru_cache(8192)
def is_no_name(word: str) -> bool:
    """Whether the word cannot be part of a name although it is written with a capital."""
    low = word.lower().strip(".,;:()")
    return low in word_set("not_names") or low.endswith(tuple(words()["no_name_endings"]))


@cache
def _german_words() -> tuple[frozenset[str], frozenset[str]]:
    """
    Some 48,000 words of German that are no names, in lower case: all of them, and the nouns; of compounds the last
    parts alone.

    Source: the PyPI packages german-nouns and wordfreq, see data/README.md.
    """
    all_of_them, nouns = set[str](), set[str]()
    with (files("mailbot.understanding") / "data" / "german.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word = line.strip().lower()
            all_of_them.add(word)
            if line[0].isupper():
                nouns.add(word)
    return frozenset(all_of_them), frozenset(nouns)


def is_listed(word: str) -> bool:
    """Whether the list of German words holds the word itself."""
    return word.lower() in _german_words()[0]


def is_german(word: str) -> bool:
    """Whether the word, in any case, is an ordinary German word or a compound that ends with one."""
    return _ends_with_one_of(word, _german_words()[0])


@lru_cache(8192)
def is_unknown(word: str) -> bool:
    """Whether the word is written with a capital and German has none like it: most likely part of a name that no list holds."""
    return word[:1].isupper() and not is_german(word) and not is_no_name(word)


def is_noun(word: str) -> bool:
    """Whether the word, in any case, is a German noun that is no name, or a compound of one."""
    return _ends_with_one_of(word, _german_words()[1])


@lru_cache(2**14)
def _ends_with_one_of(word: str, known: frozenset[str]) -> bool:
    """Of compounds only the last parts are known, and of "Vorstandsmitglied" that is "Glied"."""
    low = word.lower().strip(".,;:()")
    return low in known or any(
        (len(low) - at > 5 or low[:at] in known or low[:at].rstrip("sn") in known)
        and (low[at:] in known or (len(low) - at > 7 and _ends_with_one_of(low[at:], known)))
        for at in range(3, len(low) - 3)
    )


@lru_cache(maxsize=2**14)  # the same names are looked up again and again where a list is long
def fold(text: str) -> str:
    """
    The text as it would stand in an address: lower case, "ö" as "oe", other marks dropped.

    >>> fold("Gürsoy-Bauer")
    'guersoy-bauer'
    """
    return without_marks(text.lower().replace("i̇", "i").translate(_TRANSLITERATION))


def without_marks(text: str) -> str:
    """The text without accents and dots.

    >>> without_marks("siobhán")
    'siobhan'
    """
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


@cache
def beginning(name: str) -> pcre2.Pattern:
    """A matcher for one of the word lists at the very beginning of a text."""
    return pcre2.compile(rf"\W*+{listed(name).pattern}", pcre2.IGNORECASE)


@cache
def listed(name: str) -> pcre2.Pattern:
    """A matcher for the expressions of one of the word lists."""
    return pattern(*sorted(words()[name], key=len, reverse=True))


@lru_cache(1024)
def words_in(text: str) -> tuple[str, ...]:
    """The words of a text, in lower case: letters in a row. The same passages are looked at again and again."""
    return tuple(_LETTERS.findall(text.lower()))


def language_of(texts: Iterable[str], default: str = "de") -> str:
    """
    The language most of whose small words occur (ISO 639-1 code), `default` where too few words tell.
    """
    tally = Counter(chain.from_iterable(map(words_in, texts)))
    counts = {code: sum(tally[word] for word in tally.keys() & small) for code, small in _small_words().items()}
    best = max(counts, key=lambda code: (counts[code], code == default))
    return best if counts[best] >= 2 and counts[best] > counts[default] else default


@cache
def small_words() -> frozenset[str]:
    """The small words of all languages that are read: written small, none of them is a name."""
    return frozenset(word for small in words()["languages"].values() for word in small)


@cache
def _small_words() -> dict[str, frozenset[str]]:
    return {code: frozenset(small) for code, small in words()["languages"].items()}
