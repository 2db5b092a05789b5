"""How mails look to people: in a real browser, on a desk and on a phone, by day and by night."""

from __future__ import annotations

import os
import re
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.mail.message import Address, Attachment
from mailbot.tickets.decision import Action
from mailbot.tickets.digest import make_digest
from mailbot.tickets.ticket import State
from mailbot.tickets.writer import Words, Writer
from mailbot.understanding.request import Guess, Why
from tests.builders import ANNA, MEHMET, NOW, catalogue, decision, event, outcome, person, request, ticket
from tests.chromium import Chromium, find_chromium

CATALOGUE = catalogue()
SUPPORT = CATALOGUE.mailbox("support")
WRITER = Writer(CATALOGUE, Path(__file__).parents[1] / "templates")
LONG = "Donaudampfschifffahrtsgesellschaftskapitaenswitwe" * 3


@pytest.fixture(scope="module")
def chromium() -> Chromium:
    found = find_chromium()
    if found is None and os.environ.get("TESTS_REQUIRE_SERVERS") == "1":
        pytest.fail("Chromium is not installed, and TESTS_REQUIRE_SERVERS=1 wants every test to run")
    return found or pytest.skip("Chromium is not installed: apt-get install chromium")


def question() -> Words:
    users = (ANNA, person("Mehmet", "Yılmaz", None), person("Elif", None, f"{LONG}@posteo.example"))
    guesses = (
        Guess(item="users.email", written=f"{LONG}@gmial.com", why=Why.CANNOT_BE, meant=f"{LONG}@gmail.com", of=users[1]),
        Guess(item="group", written=f"OV {LONG}", why=Why.RESPELT, meant="OV Ehrenfeld"),
    )
    missing = ("admins", "users.email", "users.surname")
    asked = request(fields={"group": "OV Ehrenfeld", "users": users}, missing=missing, guesses=guesses)
    outcomes = (outcome(asked, action=Action.ASK, state=State.ASKING), outcome(request("aktivisti"), state=State.REFERRED))
    tickets = (ticket(asked, state=State.ASKING), ticket(request("aktivisti"), key="KV-1043", state=State.REFERRED))
    to = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")
    return WRITER.answer(decision(*outcomes), tickets, subject="Nextcloud", to=to, mailbox=SUPPORT, known=True)


def staff_mail() -> Words:
    many = tuple(person(f"Vorname{n}", LONG if n == 9 else "Nachname", f"person{n}@verein.example") for n in range(30))
    asked = request(fields={"group": LONG, "users": (ANNA, MEHMET, *many), "admins": ("anna.schmidt@posteo.example",)})
    return WRITER.for_staff(
        ticket(asked),
        events=(event(), event("asked", "gefragt nach: Gruppenadmins", by="mailbot")),
        original=f"Hallo,\n\n{LONG}\n\nhttps://verein.example/{LONG}",
        attachments=(Attachment(name=f"{LONG}.xlsx", media_type="application/zip", size=12_345),),
        doubts=("Im Text steht auch ein Paul, zu dem nichts weiter gesagt ist.",),
        member=CATALOGUE.staff[0],
    )


def digest() -> Words:
    waiting = ticket(request(fields={}, missing=("group", "users")), key="KV-1043", state=State.ASKING)
    overdue = ticket(request("privacy"), state=State.TRIAGE, opened=NOW - timedelta(days=40), due=date(2025, 9, 13))
    rows = ((waiting, ()), (overdue, ()), (ticket(requester=Address(email=f"{LONG}@verein.example")), ()))
    return WRITER.digest(make_digest(rows, ("Büro: keine Verbindung.",), day=NOW.date(), now=NOW, catalogue=CATALOGUE))


def reply() -> Words:
    return WRITER.from_staff(ticket(), text=f"Die Gruppe ist da:\n{LONG}", mailbox=SUPPORT)


def transcript() -> Words:
    return WRITER.transcript(ticket(), lines=(("#erledigt", "abgeschlossen"), (LONG, "geht an Anna Schmidt")))


MAILS = {"question": question, "staff": staff_mail, "digest": digest, "reply": reply, "transcript": transcript}
WIDTHS = (900, 360)


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pages(chromium: Chromium, scheme: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What each mail measures at each width, in one look."""
    mails = {name: mail().html for name, mail in MAILS.items()}
    return chromium.measure(mails, WIDTHS, scheme=scheme, folder=tmp_path_factory.mktemp("looks"))


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_mail_fits_the_screen(pages: dict[str, dict[str, Any]], name: str, width: int) -> None:
    page = pages[f"{name}-{width}"]

    assert page["wide"] == []
    assert page["scroll"] == page["width"] == width
    assert page["sheet"] == min(600, width)


@pytest.mark.parametrize("name", MAILS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_mail_can_be_read_by_day_and_by_night(pages: dict[str, dict[str, Any]], scheme: str, name: str, width: int) -> None:
    page = pages[f"{name}-{width}"]

    assert [text for text in page["texts"] if text["size"] < 14] == []
    assert [text for text in page["texts"] if contrast(text["ink"], text["ground"]) < 4.5] == []
    assert all((luminance(text["ground"]) < 0.1) is (scheme == "dark") for text in page["texts"])


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_needs_no_images(pages: dict[str, dict[str, Any]], name: str) -> None:
    assert pages[f"{name}-900"]["images"] == 0


def test_a_picture_of_a_mail_is_not_blank(chromium: Chromium, tmp_path: Path, scheme: str) -> None:
    picture = tmp_path / "mail.png"

    chromium.picture(question().html, picture, width=360, height=900, scheme=scheme, folder=tmp_path)

    assert len(set(pixels(picture))) > 20


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
