"""Our answers stand beside the mails that they answer, in Outlook too."""

from __future__ import annotations

from base64 import b64decode

from tests.association import words
from tests.service.bench import STAFF, Bench, answering, proof

ANNA = "anna.schmidt@posteo.example"
INDEX = "AQHWLRNo4NaOjvXU8EODe0ZotrA8Bw=="
WISH = "Hallo, der OV Kalk möchte Signal nutzen. Ansprechperson bin ich, Anna Schmidt, anna.schmidt@posteo.example."
PROVEN = proof(domain="posteo.example")
OUTLOOK = {"Thread_Topic": "Signal für den OV Kalk", "Thread_Index": INDEX}


def test_an_answer_goes_on_in_the_conversation_of_outlook(quick_bench: Bench):
    mail = quick_bench.arrives(WISH, Subject="AW: Signal für den OV Kalk", **OUTLOOK, **PROVEN)

    (answer,) = quick_bench.slot.to(ANNA)
    assert answer["Thread-Topic"] == "Signal für den OV Kalk"
    grown = b64decode(str(answer["Thread-Index"]))
    assert (grown[:22], len(grown)) == (b64decode(INDEX), 27)
    assert answer["In-Reply-To"] == mail["Message-ID"]


def test_words_of_staff_go_on_in_it_too_and_the_transcript_in_theirs(quick_bench: Bench):
    quick_bench.arrives(WISH, Subject="Signal für den OV Kalk", **OUTLOOK, **PROVEN)
    (for_staff,) = quick_bench.slot.to(STAFF)
    theirs = {"Thread_Topic": "KV-1001", "Thread_Index": "AdYtE2jg4NaOjvXU8EODe0ZotrA8Bw=="}

    quick_bench.arrives("Hallo Anna, ist eingerichtet.", From=STAFF, **theirs, **answering(for_staff))

    answer, transcript = quick_bench.slot.to(ANNA)[-1], quick_bench.slot.to(STAFF)[-1]
    assert answer["Thread-Topic"] == "Signal für den OV Kalk"
    assert b64decode(str(answer["Thread-Index"])).startswith(b64decode(INDEX))
    assert transcript["Thread-Topic"] == "KV-1001"
    assert "geht an Anna Schmidt <anna.schmidt@posteo.example>" in " ".join(words(transcript).split())
    assert for_staff["Thread-Index"] is None


def test_the_transcript_names_everybody_whom_the_words_went_to(quick_bench: Bench):
    quick_bench.arrives(WISH, Subject="Signal", Cc="Paul Muster <paul@posteo.example>, bo@posteo.example", **PROVEN)

    quick_bench.arrives("Hallo Anna, ist eingerichtet.", From=STAFF, **answering(quick_bench.slot.to(STAFF)[0]))

    told = " ".join(words(quick_bench.slot.to(STAFF)[-1]).split())
    assert "geht an Anna Schmidt <anna.schmidt@posteo.example>" in told
    assert "in Kopie an bo@posteo.example, Paul Muster <paul@posteo.example>" in told


def test_of_a_sender_who_is_not_proven_no_topic_is_repeated(quick_bench: Bench):
    quick_bench.arrives(WISH, Subject="Signal", **OUTLOOK)

    (answer,) = quick_bench.slot.to(ANNA)
    assert (answer["Thread-Topic"], answer["Thread-Index"]) == (None, None)


def test_a_thread_index_that_is_none_and_a_topic_without_end_do_no_harm(quick_bench: Bench):
    quick_bench.arrives(WISH, Subject="Signal", Thread_Topic="Größe " * 200, Thread_Index="=?utf-8?q?x?=", **PROVEN)

    (answer,) = quick_bench.slot.to(ANNA)
    assert answer["Thread-Index"] is None
    assert str(answer["Thread-Topic"]).startswith("Größe Größe")
    assert len(str(answer["Thread-Topic"])) < 260
