"""The report of a shadow run, in a real browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot.replay.figures import figures
from mailbot.replay.play import differences, play
from mailbot.replay.report import ANSWERED, DONE, NOT_ASKED, report, said
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


@pytest.fixture(scope="module")
def measured(chromium: Chromium, page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    sheet = page.replace("<body>", '<body class="sheet">')
    return chromium.measure({"report": sheet}, [1000, 360], scheme="light", folder=tmp_path_factory.mktemp("report"))


def test_it_fits_the_screen(measured: dict[str, dict[str, Any]]):
    assert {name: found["scroll"] for name, found in measured.items()} == {"report-1000": 1000, "report-360": 360}


def test_on_a_phone_each_mail_is_a_card_that_names_its_parts_and_can_be_ordered_by_them(
    page: str, measured: dict[str, dict[str, Any]]
):
    shown = {text["text"] for text in measured["report-360"]["texts"]}

    assert {"Tag", "Mail", "vorher", "nachher", "Dienst", "fehlt"} <= shown
    assert set(re.findall(r'data-label="(.+?)"', page)) == {"vorher", "nachher", "Bot", "Dienst", "fehlt", "anders"}


CLICKS = """<pre id="found"></pre>
<script>
const order = table => [...table.querySelectorAll("span")].map(each => each.textContent.match(/\\d\\.eml$/)?.[0]).filter(Boolean)
const clicked = table => [1, 2].map(() => { table.querySelectorAll("th button")[1].click(); return order(table) })
document.getElementById("found").textContent = JSON.stringify([...document.querySelectorAll("table.mails")].map(clicked))
</script></body>"""


def test_a_click_on_a_heading_sorts_the_mails_and_another_the_other_way(chromium: Chromium, page: str, tmp_path: Path):
    """The mails that are handled differently, and all."""
    shown = chromium.dump(page.replace("</body>", CLICKS), tmp_path)

    found = re.search(r'<pre id="found">(.+?)</pre>', shown)
    assert found
    assert json.loads(found[1]) == [[["1.eml", "3.eml"], ["3.eml", "1.eml"]]] * 2


BROKEN = """<pre id="found"></pre>
<script>
const broken = (cell, texts) => texts.filter(text => {
  cell.style.overflowWrap = "normal"
  cell.textContent = text
  return cell.scrollWidth > cell.clientWidth
})
const [, , done, about, , remark] = document.querySelector("#mails tbody tr").cells
const found = [...broken(done, [...DONE, "Rindfleischetikettierung"]), ...broken(about, ABOUT), ...broken(remark, REMARKS)]
document.getElementById("found").textContent = JSON.stringify(found)
</script></body>"""


def test_words_of_the_columns_are_not_broken_on_a_narrow_screen(chromium: Chromium, page: str, tmp_path: Path):
    labels = [each.label.in_("de") for each in CATALOGUE.services]
    remarks = [ANSWERED.de, NOT_ASKED.de]
    script = BROKEN
    for name, texts in (("DONE", [each.de for each in DONE.values()]), ("ABOUT", labels), ("REMARKS", remarks)):
        script = script.replace(name, json.dumps(texts))

    found = re.search(r'<pre id="found">(.+?)</pre>', chromium.dump(page.replace("</body>", script), tmp_path))

    assert found
    assert json.loads(found[1]) == ["Rindfleischetikettierung"]


def test_a_bar_is_as_long_as_its_number_and_nothing_has_none(page: str):
    (chart, *_) = page.split('<table class="chart">')[1:]

    shares = re.findall(r"<td>(?:<span.*?\* ([\d.]+)\)\"></span>)?(\d+)", chart.partition("</table>")[0])

    assert shares == [("1.0", "1"), ("1.0", "1"), ("", "0"), ("", "0"), ("", "0")]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, ""),
        (timedelta(minutes=-1), ""),
        (timedelta(0), "0 Minuten"),
        (timedelta(minutes=12), "12 Minuten"),
        (timedelta(minutes=70), "1 Stunde"),
        (timedelta(hours=25), "1 Tag"),
        (timedelta(days=3, hours=14), "4 Tage"),
    ],
)
def test_a_span_is_said_in_the_unit_that_people_use(span: timedelta | None, words: str):
    assert said(span, "de") == words


def test_it_may_be_english_but_for_what_people_and_the_bot_wrote():
    played = tuple(
        play((a(WISH, subject="", hours=30), a("Done.", by=SUPPORT, id="2", answers="1", hours=50)), CATALOGUE, WRITER)
    )
    counted = figures(played, CATALOGUE, "en")

    page = "".join(
        report(played, counted, CATALOGUE, place="mails.mbox", language="en", different=[*differences(played, played)])
    )

    _, _, sheet = re.sub("<(pre|script)>.*?</\\1>", "", page.replace(CATALOGUE.organisation.name, ""), flags=re.DOTALL).partition(
        "</style>"
    )
    assert '<html lang="en">' in page
    assert re.findall("[äöüß„]|Mensch|Dienst|fehlt|Gruppe|Stunden", sheet) == []
