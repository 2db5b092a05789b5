import pytest

from mailbot.tickets.parts import bare_subject


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Nextcloud", "Nextcloud"),
        ("Re: AW: Fwd: Nextcloud", "Nextcloud"),
        ("AW: [KV-1042] Re: Nextcloud [KV-1042]", "Nextcloud"),
        ("Re[2]: WG: Nextcloud", "Nextcloud"),
        ("Reform: ein Vorschlag", "Reform: ein Vorschlag"),
        ("eins\r\nBcc: zwei@posteo.example", "eins Bcc: zwei@posteo.example"),
        ("", ""),
        ("x" * 200, "x" * 149 + "…"),
    ],
)
def test_a_subject_keeps_its_words_and_loses_prefixes_and_keys(subject, bare):
    assert bare_subject(subject) == bare
