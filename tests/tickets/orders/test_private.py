"""What programs and phones put below the words of staff, and what of it never goes to a member."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from mailbot.catalogue import Staff
from mailbot.mail.read import read
from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import Desk
from mailbot.tickets.orders.private import without_signature
from tests.builders import NOW, catalogue, ticket

KIM = Staff(id="kim", name="Kim Sommer", email="kim.sommer@verein.example")
WORDS = "Hallo Anna,\n\ndie Gruppe ist eingerichtet."
QUOTED = """\
Von: Support Die Linke Köln <support@die-linke-koeln.de>
Gesendet: Montag, 2. März 2026 10:05
An: Kim Sommer <kim.sommer@verein.example>
Betreff: [KV-1042] Nextcloud – Anna Schmidt

Nextcloud: OV Ehrenfeld
"""
BELOW = {
    "Outlook, no dashes": f"""
Viele Grüße
Kim Sommer

Kim Sommer
IT-Koordination
Privat: Rosenweg 5, 50667 Köln
Mobil 0171 1234567
kim.sommer@verein.example

{QUOTED}""",
    "Outlook, no farewell": f"""
Kim Sommer
IT-Koordination | Die Linke Köln
Tel.: +49 171 1234567 | E-Mail: kim.sommer@verein.example

{QUOTED}""",
    "one line": "\nKim Sommer · Rosenweg 5 · 50667 Köln · 0171 1234567\n",
    "iPhone": "\nLG Kim\n\nVon meinem iPhone gesendet\n\n> Am 02.03.2026 um 10:05 schrieb Support <s@x.example>:\n> \n> x\n",
    "Galaxy": f"\n\nVon meinem/meiner Galaxy gesendet\n\n\n-------- Ursprüngliche Nachricht --------\n{QUOTED}",
    "Outlook for Android": f"\nOutlook für Android<https://aka.ms/AAb9ysg> herunterladen\n{'_' * 32}\n{QUOTED}",
    "German disclaimer": "\nBeste Grüße\nKim\n\nDiese E-Mail enthält vertrauliche Informationen. Sonst bitte löschen.\n",
    "English disclaimer": "\nThe information contained in this e-mail is confidential and intended for the addressee only.\n",
    "employer": """
Mit freundlichen Grüßen

Kim Sommer
Muster GmbH
Geschäftsführer: Dr. Max Muster · Amtsgericht Köln HRB 12345

Informationen zum Datenschutz finden Sie unter https://muster.example/datenschutz
""",
    "a quotation": '\nKim\n\n"Die Philosophen haben die Welt interpretiert; es kommt darauf an, sie zu verändern."\n',
    "Proton": "\nGesendet mit Proton Mail.\n\nOn Monday, March 2nd, 2026 at 10:05, Support <s@x.example> wrote:\n\n> x\n",
    "Gmail": "\nAm Mo., 2. März 2026 um 10:05 Uhr schrieb Support Die Linke Köln <\ns@x.example>:\n\n> x\n",
}
START = "<p>Hallo Anna,</p><p>&nbsp;</p><p>die Gruppe ist eingerichtet.</p><p>&nbsp;</p>"
HTML = {
    "a table": """
        <table><tr><td><img src="cid:logo"></td><td><b>Kim Sommer</b><br>Softwareentwicklung<br>Rosenweg 5<br>50667 Köln</td></tr>
        <tr><td></td><td>T 0221 123456<br><a href="mailto:kim@verein.example">kim@verein.example</a></td></tr></table>
        <div><hr><b>Von:</b> Support &lt;support@x.example&gt;<br><b>Gesendet:</b> Montag, 2. März 2026 10:05<br>
        <b>An:</b> Kim<br><b>Betreff:</b> [KV-1042] x</div><div>Nextcloud: OV Ehrenfeld</div>""",
    "a table of Word": """
        <table class=MsoNormalTable><tr><td><p class=MsoNormal><b>Kim Sommer</b></p><p>Softwareentwicklung</p></td></tr>
        <tr><td><p>Muster GmbH | Rosenweg 5 | 50667 Köln</p><p>Telefon: +49 221 123456</p></td></tr></table>
        <p class=MsoNormal><b>Von:</b> Support &lt;support@x.example&gt;<br><b>Gesendet:</b> Montag, 2. März 2026 10:05<br>
        <b>An:</b> Kim<br><b>Betreff:</b> x</p><p>Nextcloud</p>""",
    "Thunderbird": """
        <div class="moz-signature">Kim Sommer<br>Rosenweg 5<br>50667 Köln<br>kim@privat.example</div>
        <div class="moz-cite-prefix">Am 02.03.26 um 10:05 schrieb Support:<br></div><blockquote type="cite">x</blockquote>""",
}


def goes_out(text: str = "", html: str = "") -> str:
    """What of such a mail of Kim's goes to the member."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{KIM.name} <{KIM.email}>", "support@die-linke-koeln.de", "AW: [KV-1042]"
    mail.set_content(html or text, subtype="html" if html else "plain")
    desk = Desk(by=KIM, catalogue=catalogue(), now=NOW)
    return carry_out(ticket(), read_order(read(mail.as_bytes()).body), desk).answer


@pytest.mark.parametrize("program", BELOW)
def test_what_stands_below_the_words_stays_with_staff(program: str):
    assert goes_out(f"{WORDS}\n{BELOW[program]}") == WORDS


@pytest.mark.parametrize("program", HTML)
def test_so_it_does_in_html(program: str):
    assert goes_out(html=f"<html><body>{START}{HTML[program]}</body></html>") == WORDS


@pytest.mark.parametrize(
    "words",
    [
        "Ansprechpersonen sind:\n\nKim Sommer",
        "Mitmachen werden\nMehmet Yılmaz\nKim Sommer",
        "fertig.\n\nKim\n\nPS: Bring bitte den Schlüssel mit.",
        "fertig.\n\nKim Sommer hat es geprüft",
        "fertig.\n\nKim\n\nMontag um acht treffen wir uns am Dom, ja?",
        "Kim Sommer",
    ],
)
def test_words_for_the_member_are_not_lost_with_it(words: str):
    assert without_signature(words, KIM) == words
