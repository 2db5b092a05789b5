"""HTML as people see it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.markup import data_tables, html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Hallo<br>Welt", "Hallo\nWelt"),
        ("<p>Hallo</p><p>Welt</p>", "Hallo\n\nWelt"),
        ("<p class=MsoNormal>Hallo</p><p class=MsoNormal>Welt</p>", "Hallo\nWelt"),  # Outlook's paragraphs have no margin
        ("<p style='margin:0'>Hallo</p><p style='margin:0'>Welt</p>", "Hallo\nWelt"),
        ("<div>Hallo</div><div><br></div><div>Welt</div>", "Hallo\n\nWelt"),
        ("<div>Hallo\n   schöne <b>neue</b> Welt</div>", "Hallo schöne neue Welt"),
        ("<div>Hallo&nbsp;Welt</div>", "Hallo Welt"),
        ("<ul><li>Anna</li><li>Bert</li></ul>", "- Anna\n- Bert"),
        ("<ol><li>Anna</li><li>Bert</li></ol>", "1. Anna\n2. Bert"),
        ("Danke<blockquote>Hallo<blockquote>Frage</blockquote></blockquote>Gern", "Danke\n> Hallo\n>> Frage\nGern"),
        ("<a href='https://x.example'>hier</a>", "hier"),
        ("<a href='mailto:anna@x.example'>anna@x.example</a>", "anna@x.example"),
        ("<a href='mailto:anna@x.example'>Anna Schmidt</a>", "Anna Schmidt <anna@x.example>"),
        ("<style>p {}</style><script>x</script><p>Hallo</p>", "Hallo"),
        ("<div style='display: none'>versteckt</div><div hidden>auch</div>Hallo", "Hallo"),
        ("<!-- nichts -->Hallo", "Hallo"),
        ("Hallo <img alt='🙂'><img alt='Logo der Firma'>", "Hallo 🙂"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("", ""),
    ],
)
def test_people_see_this_text(html, text):
    assert html_to_text(html) == text


def test_rows_of_a_data_table_are_lines_with_tabs():
    rows = "<tr><th>Vorname<th>E-Mail<tr><td><p>Anna</p><td><a href='mailto:a@x.example'>a@x.example</a>"
    html = f"<p>Hier:</p><table>{rows}</table>Ende"

    assert html_to_text(html) == "Hier:\n\nVorname\tE-Mail\nAnna\ta@x.example\nEnde"
    assert data_tables(html) == ((("Vorname", "E-Mail"), ("Anna", "a@x.example")),)


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td>Hallo</td></tr><tr><td>Welt</td></tr></table>",  # one column
        "<table><tr><td>Hallo</td><td>Welt</td></tr></table>",  # one row
        "<table><tr><td><table><tr><td>Hallo</td></tr></table></td><td>Welt</td></tr></table>",
    ],
)
def test_tables_for_the_layout_are_text(html):
    assert html_to_text(html) == "Hallo\nWelt"
    assert data_tables(html) == ()


@given(st.text(alphabet=st.sampled_from("<>/=\"' apdivtbletrqouk\n&;x")))
def test_any_markup_gives_text(html):
    assert isinstance(html_to_text(html), str)


@pytest.mark.parametrize(
    "piece", ["<div>", "<blockquote>", "<table><tr><td>", "<ul><li>", "<b>", "<p>x", "<a href='mailto:a@b.c'>"]
)
def test_depth_and_length_are_bounded(piece):
    html_to_text("Hallo" + piece * 50_000)
