"""What makes a mail the same mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.read import read
from mailbot.service.identity import identity_of
from tests.service.bench import eml


@given(st.binary())
def test_any_bytes_have_an_identity(raw: bytes):
    identity = identity_of(raw)

    assert len(identity.sha256) == 64
    assert "\0" not in identity.message_id


def test_what_servers_add_on_the_way_does_not_count():
    raw = eml(Message_ID="<1@posteo.example>")

    assert identity_of(b"Received: from a by b\r\nDelivered-To: buero@verein.example\r\n" + raw) == identity_of(raw)
    assert identity_of(raw.replace(b"\r\n", b"\n")) == identity_of(raw)
    assert identity_of(raw).message_id == "1@posteo.example"


def test_another_text_under_the_same_message_id_is_another_mail():
    first, second = (eml(text, Message_ID="<1@posteo.example>") for text in ("Hallo", "Hallo!"))

    assert identity_of(first).message_id == identity_of(second).message_id
    assert identity_of(first).sha256 != identity_of(second).sha256


@pytest.mark.parametrize(
    "field",
    [
        "<a@b.example>",
        "<a@b.example> (added by postmaster@mx.b.example)",
        "a@b.example",
        "<a@b.example> <c@d.example>",
        "<kein Name>",
        f"<{'x' * 700}@b.example>",
        "<\u00fc@b.example>",
        "",
    ],
)
def test_a_mail_is_called_here_as_those_call_it_who_answer_it(field: str):
    raw = f"Message-ID: {field}\r\nIn-Reply-To: {field}\r\n\r\nHallo\r\n".encode()

    mail = read(raw)

    assert identity_of(raw).message_id == mail.message_id == next(iter(mail.in_reply_to), "")


def test_a_message_id_without_end_does_not_burst_the_index():
    assert len(identity_of(b"Message-ID: <" + b"x" * 15_000 + b">\r\n\r\n").message_id) == 500
