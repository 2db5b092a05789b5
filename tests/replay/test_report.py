"""The report of a shadow run, in a real browser."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from mailbot.replay.figures import figures
from mailbot.replay.play import differences, play
from mailbot.replay.report import report, said
from tests.chromium import Chromium
from tests.replay.test_play import CATALOGUE, SUPPORT, WISH, WRITER, a

HOSTILE = '<script>alert("x")</script><img src="https://evil.example/x.png">'
LONG = "Donaudampfschifffahrtsgesellschaft" * 5


@pytest.fixture(scope="module")
def page() -> str:
    mails = (
        a(f"{WISH} {HOSTILE} {LONG}", subject=HOSTILE, hours=30),
        a("Wofür denn?", by=SUPPORT, id="2", answers="1", hours=50),
        a("Hallo, eine Frage", by=f"{LONG} <bo@web.example>", id="3", subject="Eine Frage"),
    )
    played = tuple(play(mails, CATALOGUE, WRITER))
    different = tuple(differences(played, played[::-1]))
    return "".join(report(played, figures(played, CATALOGUE), CATALOGUE, place="archiv.mbox", different=different))


def test_nothing_of_a_mail_runs_or_is_fetched(page: str):
    assert HOSTILE not in page
    assert "default-src 'none'" in page
    assert re.findall(r"""(?:src|href)\s*=""", page.replace("img src=", "")) == []


def test_it_fits_the_screen(chromium: Chromium, page: str, tmp_path: Path):
    sheet = page.replace("<body>", '<body class="sheet">')

    measured = chromium.measure({"report": sheet}, [1000, 360], scheme="light", folder=tmp_path)

    assert {name: found["scroll"] for name, found in measured.items()} == {"report-1000": 1000, "report-360": 360}


def test_a_click_on_a_heading_sorts_the_mails(chromium: Chromium, page: str, tmp_path: Path):
    click = "document.querySelectorAll('#mails th')[1].firstElementChild.click()"
    once, twice = (page.replace("</body>", f"<script>{click};{more}</script></body>") for more in ("", click))

    assert _order(chromium.dump(once, tmp_path)) == ["1.eml", "3.eml"]
    assert _order(chromium.dump(twice, tmp_path)) == ["3.eml", "1.eml"]


def test_the_mails_that_are_handled_differently_are_sorted_too(chromium: Chromium, page: str, tmp_path: Path):
    click = "document.querySelectorAll('.mails th')[1].firstElementChild.click()"
    once, twice = (page.replace("</body>", f"<script>{click};{more}</script></body>") for more in ("", click))

    assert [_order(chromium.dump(each, tmp_path), 0) for each in (once, twice)] == [["1.eml", "3.eml"], ["3.eml", "1.eml"]]


def _order(dom: str, half: int = 1) -> list[str]:
    return re.findall(r"(\d\.eml)</span>", dom.split('id="mails"')[half])


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, ""),
        (timedelta(minutes=-1), ""),
        (timedelta(minutes=12), "12 Minuten"),
        (timedelta(minutes=70), "1 Stunde"),
        (timedelta(hours=25), "1 Tag"),
        (timedelta(days=3, hours=14), "4 Tage"),
    ],
)
def test_a_span_is_said_in_the_unit_that_people_use(span: timedelta | None, words: str):
    assert said(span) == words
