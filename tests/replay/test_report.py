"""The report of a shadow run, in a real browser."""

from __future__ import annotations

import json
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
