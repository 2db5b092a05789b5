"""Message-IDs that prove whose they are."""

from __future__ import annotations

import string
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.mail.thread import Role, Thread, make_message_id, thread_of, was_sent_to

SECRET = b"a secret that nobody else has, 40 bytes."
FORMER = b"the secret before that one, also 40 byte"
PLAIN = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=24)
ADDRESSES = st.emails()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    key: str
    role: Role
    recipient: str
    id: str


@st.composite
def sent(draw: st.DrawFn) -> Sent:
    key, role, recipient = draw(PLAIN), draw(st.sampled_from(Role)), draw(ADDRESSES)
    id = make_message_id(key, role, recipient, nonce=draw(PLAIN), domain="verein.example", secret=SECRET)
    return Sent(key=key, role=role, recipient=recipient, id=id)


def an_id(recipient: str = "anna@posteo.example", secret: bytes = SECRET) -> str:
    return make_message_id("KV-1042", Role.MEMBER, recipient, nonce="1f0c9a", domain="verein.example", secret=secret)


@given(sent())
def test_an_id_says_its_ticket_and_role(mail: Sent):
    assert thread_of(mail.id, [SECRET]) == Thread(key=mail.key, role=mail.role)
    assert thread_of(f" <{mail.id}> ", [SECRET]) == Thread(key=mail.key, role=mail.role)


@given(sent(), ADDRESSES)
def test_an_id_was_sent_to_its_recipient_alone(mail: Sent, other: str):
    assert was_sent_to(mail.id, mail.recipient, [SECRET])
    assert was_sent_to(mail.id, mail.recipient.upper(), [SECRET]) == (mail.recipient.upper().lower() == mail.recipient.lower())
    assert was_sent_to(mail.id, other, [SECRET]) == (other.lower() == mail.recipient.lower())


def test_an_id_that_several_got_proves_none_of_them():
    anna, eva = "anna@posteo.example", "eva@posteo.example"
    id = make_message_id("KV-1042", Role.MEMBER, anna, copies=[eva], nonce="1f0c9a", domain="verein.example", secret=SECRET)

    assert thread_of(id, [SECRET]) == Thread(key="KV-1042", role=Role.MEMBER)
    assert not any(was_sent_to(id, each, [SECRET]) for each in (anna, eva, ""))
    assert was_sent_to(id, anna, [SECRET], copies=[eva.upper()])


@given(sent())
def test_an_id_is_a_msg_id_of_rfc_5322_that_fits_into_one_line(mail: Sent):
    local, at, domain = mail.id.partition("@")

    assert at + domain == "@verein.example"
    assert all(atom and set(atom) <= set(string.ascii_letters + string.digits + "-_") for atom in local.split("."))
    assert len(mail.id) < 200


@given(sent(), st.data())
def test_whoever_changes_a_character_has_no_id_of_ours(mail: Sent, data: st.DataObject):
    place = data.draw(st.integers(0, mail.id.index("@") - 1))
    other = data.draw(st.sampled_from(string.ascii_letters + string.digits + "-_.").filter(lambda char: char != mail.id[place]))
    forged = mail.id[:place] + other + mail.id[place + 1 :]

    assert thread_of(forged, [SECRET]) is None
    assert not was_sent_to(forged, mail.recipient, [SECRET])


@given(sent(), st.data())
def test_a_shortened_id_is_not_ours(mail: Sent, data: st.DataObject):
    assert thread_of(mail.id[: data.draw(st.integers(0, len(mail.id) - 1))], [SECRET]) is None
    assert thread_of(mail.id[data.draw(st.integers(1, len(mail.id))) :], [SECRET]) is None


@given(st.one_of(st.text(), st.from_regex(r"KV-[0-9]+\.[ms]\.[a-z0-9]+\.[a-z2-7]{16}\.[a-z2-7]{26}@[a-z.]+", fullmatch=True)))
def test_whatever_stands_in_a_foreign_mail_is_not_ours(text: str):
    assert thread_of(text, [SECRET]) is None
    assert not was_sent_to(text, "anna@posteo.example", [SECRET])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\udcf6@x", id="half a character"),
        pytest.param("x" * 1_000_000, id="a megabyte"),
        pytest.param(an_id().lower(), id="lower-cased: the key is another"),
        pytest.param(an_id().replace("@verein.", "@andere."), id="another domain"),
        pytest.param(an_id(secret=FORMER), id="made with another secret"),
    ],
)
def test_odd_ids(text: str):
    assert thread_of(text, [SECRET]) is None


def test_what_was_sent_under_the_former_secret_still_counts():
    old = an_id(secret=FORMER)

    assert thread_of(old, [SECRET, FORMER]) == Thread(key="KV-1042", role=Role.MEMBER)
    assert was_sent_to(old, "anna@posteo.example", [SECRET, FORMER])


def test_the_domain_may_change_its_case_on_the_way():
    assert thread_of(an_id().replace("@verein", "@Verein"), [SECRET]) is not None


def test_a_short_secret_makes_no_ids():
    with pytest.raises(ValueError, match="31 bytes"):
        an_id(secret=SECRET[:31])


@pytest.mark.parametrize("nonce", ["", "a.b", "a b", "a\r\nBcc: x", "ü"])
def test_a_nonce_is_a_plain_word(nonce: str):
    with pytest.raises(ValueError, match="no Message-ID"):
        make_message_id("KV-1", Role.STAFF, "kim@verein.example", nonce=nonce, domain="verein.example", secret=SECRET)
