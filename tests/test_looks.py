"""How mails look to people: in a real browser, on a desk and on a phone, by day and by night."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailbot.catalogue import load_catalogue
from tests.chromium import Chromium
from tests.rehearsed import Rehearsed, fullest, rehearsed

PROJECT = Path(__file__).parents[1]
TEMPLATES = PROJECT / "templates"
WIDTHS = (900, 360)
Page = dict[str, Any]


@pytest.fixture(scope="module")
def cases() -> tuple[Rehearsed, ...]:
    return rehearsed(load_catalogue(PROJECT / "rules.yaml"), TEMPLATES)


@pytest.fixture(scope="module")
def mails(cases: tuple[Rehearsed, ...]) -> dict[str, Rehearsed]:
    """Of each file in templates/ the mail that shows most of it: a new text is looked at without a new test."""
    return {mail.name: mail for mail in fullest(cases)}


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pages(
    chromium: Chromium, mails: dict[str, Rehearsed], scheme: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Page]:
    """What each mail measures at each width, in one look."""
    looks = {name: mail.words.html for name, mail in mails.items()}
    return chromium.measure(looks, WIDTHS, scheme=scheme, folder=tmp_path_factory.mktemp("looks"))


def test_every_text_is_in_use_and_rehearsed(cases: tuple[Rehearsed, ...]) -> None:
    files = {str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*") if file.suffix in (".txt", ".html", ".css")}

    no_mails = {name for name in files if name.startswith("page/")}
    assert files - no_mails - set().union(*(mail.files for mail in cases)) == set()


def test_mails_fit_the_screen(pages: dict[str, Page]) -> None:
    assert wrong(pages, lambda page: page["wide"]) == {}
    assert wrong(pages, lambda page: page["scroll"] != page["width"]) == {}
    assert wrong(pages, lambda page: page["sheet"] != min(600, page["width"])) == {}
    assert {page["width"] for page in pages.values()} == set(WIDTHS)


def test_nothing_of_a_mail_is_cut_off(pages: dict[str, Page]) -> None:
    assert wrong(pages, lambda page: page["cut"]) == {}


def test_mails_can_be_read_by_day_and_by_night(pages: dict[str, Page], scheme: str) -> None:
    def of_another_time(text: dict[str, Any]) -> bool:
        return (luminance(text["ground"]) < 0.1) is not (scheme == "dark")

    assert wrong(pages, lambda page: [text for text in page["texts"] if text["size"] < 14]) == {}
    assert wrong(pages, lambda page: [text for text in page["texts"] if contrast(text["ink"], text["ground"]) < 4.5]) == {}
    assert wrong(pages, lambda page: [text for text in page["texts"] if of_another_time(text)]) == {}


def test_mails_need_no_images(pages: dict[str, Page]) -> None:
    assert wrong(pages, lambda page: page["images"]) == {}


def test_mails_can_be_listened_to(pages: dict[str, Page], mails: dict[str, Rehearsed]) -> None:
    """WCAG 2.2: 1.3.1 (tables, headings), 2.4.2 (title), 2.4.4 (links), 3.1.1 (language)."""
    assert wrong(pages, lambda page: page["unheaded"]) == {}
    assert wrong(pages, lambda page: skipped(page["headings"])) == {}
    assert wrong(pages, lambda page: [href for words, href in page["links"] if not re.search(r"\w{3}", words) or not href]) == {}
    for name, page in pages.items():
        mail = mails[name.rpartition("-")[0]]
        assert page["title"] == mail.words.subject, name
        assert page["language"] == ("en" if mail.template.startswith("en/") else "de"), name


def test_a_picture_of_a_mail_is_not_blank(chromium: Chromium, mails: dict[str, Rehearsed], tmp_path: Path, scheme: str) -> None:
    picture = tmp_path / "mail.png"

    longest = max(mails.values(), key=lambda mail: len(mail.words.html))

    chromium.picture(longest.words.html, picture, width=360, height=900, scheme=scheme, folder=tmp_path)

    assert len(set(pixels(picture))) > 20


def wrong(pages: dict[str, Page], of: Callable[[Page], Any]) -> dict[str, Any]:
    """What is wrong with which page; nothing where it is well."""
    return {name: found for name, page in pages.items() if (found := of(page))}


def skipped(levels: list[int]) -> list[tuple[int, int]]:
    """Where a heading stands deeper than one level below the one before it; the first is of the first level."""
    return [(above, below) for above, below in zip([0, *levels], levels, strict=False) if below > above + 1]


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance, of "rgb(r, g, b)"."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    dark, light = sorted((luminance(ink), luminance(ground)))
    return (light + 0.05) / (dark + 0.05)


def pixels(picture: Path) -> bytes:
    """The packed image data of a PNG (its IDAT chunks, inflated)."""
    data, at, packed = picture.read_bytes(), 8, b""
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        packed += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return zlib.decompress(packed)
