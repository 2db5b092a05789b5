"""Is the sender who From says?"""

import pytest

from mailbot.mail.proof import Authenticity, prove
from mailbot.mail.read import read
from tests.mail.eml import eml

OURS = "mx.die-linke-koeln.example"


def proven(*headers: str) -> Authenticity:
    return prove(read(eml(headers=headers)), (OURS,))[0]


@pytest.mark.parametrize(
    ("results", "authenticity"),
    [
        ((f"{OURS}; dmarc=pass header.from=posteo.example",), Authenticity.PASS),
        ((f"{OURS}; dkim=pass header.d=posteo.example; dmarc=none",), Authenticity.PASS),
        ((f"{OURS}; dkim=pass header.d=mail.posteo.example",), Authenticity.PASS),
        ((f"{OURS}; dkim=none; spf=pass (sender SPF authorized) smtp.mailfrom=anna@posteo.example",), Authenticity.PASS),
        ((f"{OURS}; dkim=pass header.d=other.example; spf=pass smtp.mailfrom=other.example",), Authenticity.NONE),
        ((f"{OURS}; dkim=pass header.d=example",), Authenticity.NONE),
        ((f"{OURS}; dmarc=pass header.from=other.example",), Authenticity.NONE),
        ((f"{OURS}; dmarc=fail (p=none) header.from=posteo.example; dkim=pass header.d=posteo.example",), Authenticity.FAIL),
        ((f"{OURS}; spf=fail smtp.mailfrom=posteo.example; dkim=pass header.d=other.example",), Authenticity.FAIL),
        ((f"{OURS}; spf=softfail smtp.mailfrom=posteo.example",), Authenticity.NONE),
        ((f"{OURS}; none",), Authenticity.NONE),
        (("evil.example; dmarc=pass header.from=posteo.example",), Authenticity.NONE),
        ((f"{OURS}; dmarc=fail header.from=posteo.example", f"{OURS}; dmarc=pass header.from=posteo.example"), Authenticity.FAIL),
        (
            ("evil.example; dmarc=fail header.from=posteo.example", f"{OURS}; dmarc=pass header.from=posteo.example"),
            Authenticity.PASS,
        ),
        ((f"{OURS}; dmarc=pass (((",), Authenticity.NONE),
    ],
)
def test_only_our_own_server_proves_a_sender_and_its_topmost_word_counts(results, authenticity):
    assert proven(*(f"Authentication-Results: {each}" for each in results)) is authenticity


def test_nothing_is_proven_without_a_server_that_we_believe():
    mail = read(eml(headers=(f"Authentication-Results: {OURS}; dmarc=pass header.from=posteo.example",)))

    assert prove(mail, ()) == (Authenticity.NONE, "Our mail server says nothing about the sender.")


def test_two_senders_prove_nothing():
    proof = f"Authentication-Results: {OURS}; dmarc=pass header.from=posteo.example"

    assert proven(proof, "From: chef@die-linke-koeln.example") is Authenticity.NONE
