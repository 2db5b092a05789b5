"""Letters as bytes: what goes out says what was meant, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailbot.errors import DeliveryError
from mailbot.mail.compose import LONGEST_NAME, REFERENCES_LENGTH, compose, short_name
from mailbot.mail.letter import File, Letter, Origin
from mailbot.mail.message import Address

NOON = datetime(2025, 9, 22, 12, 0, tzinfo=UTC)
ANNA = Address(name="Anna Schmidt", email="anna.schmidt@posteo.example")
WORDS = st.text(st.characters(), max_size=300)  # with control characters and lone surrogates


def letter(**changes: object) -> Letter:
    usual = Letter(
        message_id="KV-1042.m.1f0c9a.abc.def@verein.example",
        sender=Address(name="Support-Team", email="support@verein.example"),
        to=(ANNA,),
        subject="[KV-1042] Nextcloud für den OV",
        text="Hallo Anna,\n\nGrüße\n",
        html="<p>Hallo Anna,</p><p>Grüße</p>\n",
        origin=Origin.REPLIED,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def sent(mail: Letter) -> EmailMessage:
    parsed = message_from_bytes(compose(mail, date=NOON), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_an_answer_is_marked_as_automatic_and_threaded():
    mail = sent(
        letter(
            reply_to=Address(email="support+s@verein.example"),
            cc=(Address(name="Jörg Groß", email="joerg@posteo.example"), Address(email="eva@posteo.example")),
            in_reply_to="2@posteo.example",
            references=("1@posteo.example", "2@posteo.example"),
            headers=(("Content-Language", "de"),),
        )
    )

    assert dict(mail.items()) == {
        "From": "Support-Team <support@verein.example>",
        "To": "Anna Schmidt <anna.schmidt@posteo.example>",
        "Cc": "Jörg Groß <joerg@posteo.example>, eva@posteo.example",
        "Reply-To": "support+s@verein.example",
        "Subject": "[KV-1042] Nextcloud für den OV",
        "Date": "Mon, 22 Sep 2025 12:00:00 +0000",
        "Message-ID": "<KV-1042.m.1f0c9a.abc.def@verein.example>",
        "In-Reply-To": "<2@posteo.example>",
        "References": "<1@posteo.example> <2@posteo.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
        "Content-Language": "de",
    }
    assert mail.get_content_type() == "multipart/alternative"
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]


def test_mail_to_staff_is_generated():
    assert sent(letter(origin=Origin.GENERATED))["Auto-Submitted"] == "auto-generated"


def test_words_of_staff_that_are_passed_on_want_no_automatic_answer_either():
    mail = sent(letter(origin=Origin.PERSON))

    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-replied", "All")


def test_the_same_letter_gives_the_same_bytes():
    assert compose(letter(), date=NOON) == compose(letter(), date=NOON)


@given(WORDS, WORDS)
def test_both_texts_arrive_as_they_were_written(text: str, html: str):
    mail = sent(letter(text=text, html=html))

    assert part(mail, "plain").rstrip("\n") == readable(text).rstrip("\n")
    assert part(mail, "html").rstrip("\n") == readable(html).rstrip("\n")


@given(st.lists(st.sampled_from(["=_", "--", "\n", ".", "From ", "=", "\r\n", " ", "ü", "--=_0\n", "\t"]), max_size=60))
def test_texts_that_look_like_mime_arrive_too(pieces: list[str]):
    text = "".join(pieces)

    assert part(sent(letter(text=text)), "plain").rstrip("\n") == readable(text).rstrip("\n")


@given(subject=WORDS, name=WORDS, value=WORDS)
def test_no_value_starts_a_header_of_its_own(subject: str, name: str, value: str):
    usual = sent(letter(headers=(("Content-Language", "de"),)))

    mail = sent(letter(subject=subject, to=(replace(ANNA, name=name),), headers=(("Content-Language", value),)))

    assert mail.keys() == usual.keys()
    assert mail["To"].addresses[0].addr_spec == ANNA.email
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not mail.defects


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\0"])
def test_a_line_end_in_a_subject_becomes_a_blank(end: str):
    assert sent(letter(subject=f"Nextcloud{end}Bcc: alle@verein.example"))["Subject"] == "Nextcloud Bcc: alle@verein.example"


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=200))
def test_a_subject_arrives_as_it_was_written(subject: str):
    assert sent(letter(subject=f"[KV-1042] {subject}"))["Subject"] == f"[KV-1042] {subject}"


MANY_WORDS = st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40), min_size=1, max_size=30)


@given(MANY_WORDS.map(" ".join))
def test_a_name_and_a_subject_of_many_words_arrive(words: str):
    # The reader of the older policy: the newer one puts blanks between the encoded words of a name.
    mail = message_from_bytes(compose(letter(subject=words, to=(replace(ANNA, name=words),)), date=NOON))

    assert decoded(mail["Subject"]) == words
    assert decoded(parseaddr(mail["To"])[0]) == words


@given(WORDS, WORDS, WORDS, st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200)))
@example("x" * 5000, "x" * 5000, "x" * 5000, [])
@example("word " * 1000, "word " * 1000, "word " * 1000, [])
def test_what_leaves_is_ascii_in_short_lines_that_end_with_crlf(subject: str, name: str, text: str, references: list[str]):
    to = (replace(ANNA, name=name),)

    raw = compose(letter(subject=subject, to=to, text=text, references=tuple(references)), date=NOON)

    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in raw.split(b"\r\n"))


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40, unique=True))
def test_of_long_references_the_first_and_the_last_stay(lengths: list[int]):
    ids = tuple(f"{'x' * length}@posteo.example" for length in lengths)

    kept = sent(letter(references=ids, in_reply_to=ids[-1]))["References"].split()

    assert len(" ".join(kept)) <= REFERENCES_LENGTH
    assert kept[0] == f"<{ids[0]}>"
    assert kept[1:] == [f"<{id}>" for id in ids[len(ids) - len(kept) + 1 :]]
    assert kept[-1] == f"<{ids[-1]}>"


def test_a_long_message_id_stays_in_one_piece():
    long = "x" * 150 + "@posteo.example"

    raw = compose(letter(message_id=long, in_reply_to=long, references=(long,)), date=NOON)

    assert raw.count(f"<{long}>".encode()) == 3


def test_what_is_no_message_id_is_not_passed_on():
    mail = sent(letter(in_reply_to="kaputt\r\nBcc: alle@verein.example", references=("für@posteo.example", "<1@posteo.example>")))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<1@posteo.example>"


def test_a_domain_with_umlauts_goes_out_as_idna():
    assert sent(letter(to=(Address(email="anna@köln.example"),)))["To"] == "anna@xn--kln-sna.example"


@pytest.mark.parametrize(
    "email", ["", "anna", "anna@", "@posteo.example", "jürgen@posteo.example", "a b@posteo.example", "a@b@c", "a\r\n@b.example"]
)
def test_what_is_no_address_gets_no_mail(email: str):
    with pytest.raises(DeliveryError, match="no address that mail can be sent to") as refused:
        compose(letter(to=(Address(email=email),)), date=NOON)

    assert not refused.value.again


@pytest.mark.parametrize("name", ["Subject", "message-id", "Content-Type", "X Y", "X:", "", "X\r\nBcc", "Grüße"])
def test_an_extra_header_is_new_and_has_a_proper_name(name: str):
    with pytest.raises(ValueError, match="extra header"):
        compose(letter(headers=((name, "x"),)), date=NOON)


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


def readable(text: str) -> str:
    """What can be said at all: no NUL, line ends as \\n, a lone surrogate as U+FFFD."""
    whole = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return whole.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


# Files


def test_files_stand_beside_the_words_and_not_among_them():
    csv, picture = (
        File(name="KV-1042-nextcloud.csv", media_type="text/csv; charset=utf-8", content="Größe;1\n".encode()),
        File(name="Größe „1“.png", media_type="image/png", content=bytes(range(256))),
    )

    mail = sent(letter(files=(csv, picture)))

    words, *files = mail.iter_parts()
    assert (mail.get_content_type(), words.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert part(mail, "plain") == "Hallo Anna,\n\nGrüße\n"
    assert [
        (each.get_filename(), each.get_content_type(), each.get_content_disposition(), each.get_payload(decode=True))
        for each in files
    ] == [
        ("KV-1042-nextcloud.csv", "text/csv", "attachment", "Größe;1\n".encode()),
        ("Größe „1“.png", "image/png", "attachment", bytes(range(256))),
    ]


@given(name=WORDS, content=st.binary(max_size=2000))
@example(name="😀" * 300 + ".png", content=b"")
@example(name='a"; filename=evil.exe', content=b"--=_")
@example(name="../../etc/passwd", content=b"")
def test_whatever_a_file_is_called_its_name_is_one_line_and_its_bytes_arrive(name: str, content: bytes):
    raw = compose(letter(files=(File(name=name, media_type="image/png", content=content),)), date=NOON)

    mail = message_from_bytes(raw, policy=default)
    assert isinstance(mail, EmailMessage)
    _, file = mail.iter_parts()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert file.get_payload(decode=True) == content
    assert file.get_content_disposition() == "attachment"
    assert not {"/", "\\"} & set(str(file.get_filename()))


def test_of_a_long_name_its_ending_stays():
    assert short_name("x" * 100 + ".tar.xlsx") == "x" * (LONGEST_NAME - 10) + ".xlsx"
