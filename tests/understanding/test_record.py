"""A request as JSON and back."""

import json
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.record import fields_to_json, request_from_json, request_to_json
from mailbot.understanding.request import Guess, Person, Request, RequestKind, Why

words = st.text(max_size=20)
maybe = st.none() | words
persons = st.builds(Person, given=maybe, surname=maybe, email=maybe)
values = words | st.integers() | persons | st.lists(persons).map(tuple) | st.lists(words).map(tuple)
guesses = st.builds(
    Guess,
    item=words,
    written=words,
    why=st.sampled_from(Why),
    meant=maybe,
    of=st.none() | persons,
    declined=st.booleans(),
)
requests = st.builds(
    Request,
    service=words,
    kind=st.sampled_from(RequestKind),
    fields=st.dictionaries(words, values).map(MappingProxyType),
    missing=st.lists(words).map(tuple),
    because=st.lists(words).map(tuple),
    hints=st.dictionaries(words, words).map(MappingProxyType),
    guesses=st.lists(guesses).map(tuple),
)


@given(requests)
def test_every_request_survives_being_stored(request: Request):
    assert request_from_json(json.loads(json.dumps(request_to_json(request)))) == request


def test_what_was_stored_before_there_were_guesses_has_none():
    request = Request(service="nextcloud", missing=("group",))
    stored = {id: value for id, value in request_to_json(request).items() if id != "guesses"}

    assert request_from_json(stored) == request


def test_fields_are_printed_in_normal_form():
    fields = {
        "group": "OV Kalk",
        "users": (Person(given="Anna", surname="Schmidt", email="anna@posteo.example"), Person(given="Paul")),
        "admins": ("anna@posteo.example",),
        "participants": 150,
    }

    assert fields_to_json(fields) == {
        "group": "OV Kalk",
        "users": [{"given": "Anna", "surname": "Schmidt", "email": "anna@posteo.example"}, {"given": "Paul"}],
        "admins": ["anna@posteo.example"],
        "participants": 150,
    }
