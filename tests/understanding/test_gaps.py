"""What a request still lacks, by the catalogue and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.understanding.gaps import missing, needed
from mailbot.understanding.request import Person, RequestKind, Value
from tests.builders import ANNA, COMPLETE, person
from tests.understanding.conversation import rules

NEW, CHANGE = RequestKind.NEW, RequestKind.CHANGE
NEXTCLOUD, PERSONAL = rules().service("nextcloud"), rules().service("email_personal")


def lacks(fields: dict[str, Value], *broken: str, kind: RequestKind = NEW) -> tuple[str, ...]:
    return missing(NEXTCLOUD, kind, fields, frozenset(broken))


def test_nothing_is_missing_from_what_is_complete():
    assert lacks(dict(COMPLETE)) == ()


def test_everything_is_missing_from_nothing_in_alphabetical_order():
    assert lacks({}) == ("admins", "group", "users")


@pytest.mark.parametrize("empty", ["", (), None])
def test_an_empty_value_is_none(empty: Value):
    assert lacks({**COMPLETE, "group": empty}) == ("group",)


def test_each_missing_part_is_named_once_for_all_persons():
    people = (ANNA, person("Paul", None, None), person("Mehmet", "Yılmaz", None))

    assert lacks({**COMPLETE, "users": people}) == ("users.email", "users.surname")


def test_a_field_with_a_broken_address_is_missing_although_good_ones_are_known():
    assert lacks(dict(COMPLETE), "users") == ("users",)


@pytest.mark.parametrize(
    ("kind", "names"),
    [("forward", ["person", "role", "address_kind", "target"]), ("mailbox", ["person", "role", "address_kind"])],
)
def test_a_target_is_needed_for_a_forwarding_only(kind: str, names: list[str]):
    assert [rule.id for rule in needed(PERSONAL, NEW, {"address_kind": kind})] == names


@pytest.mark.parametrize(
    ("service", "field"),
    [("nextcloud", "group"), ("website", "group"), ("video", "group"), ("email_group", "group"), ("email_personal", "person")],
)
def test_a_change_needs_the_group_alone_or_the_person_where_there_is_no_group(service: str, field: str):
    assert [rule.id for rule in needed(rules().service(service), CHANGE, {})] == [field]


@pytest.mark.parametrize("service", ["aktivisti", "zetkin", "privacy", "help", "other"])
def test_some_services_need_nothing(service: str):
    assert missing(rules().service(service), NEW, {}) == ()


PEOPLE = st.lists(
    st.builds(
        Person,
        given=st.sampled_from([None, "Anna"]),
        surname=st.sampled_from([None, "Schmidt"]),
        email=st.sampled_from([None, "a@x.example"]),
    ),
    max_size=3,
).map(tuple)


@given(
    st.fixed_dictionaries(
        {}, optional={"group": st.sampled_from(["", "OV Kalk"]), "users": PEOPLE, "admins": st.just(("a@x.example",))}
    )
)
def test_what_is_missing_is_sorted_and_is_what_the_catalogue_needs(fields: dict[str, Value]):
    found = lacks(fields)

    assert list(found) == sorted(set(found))
    assert {name.split(".")[0] for name in found} <= {"group", "users", "admins"}
    assert all(name in found for name in ("group", "users", "admins") if not fields.get(name))
