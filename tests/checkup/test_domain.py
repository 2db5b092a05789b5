"""SPF, DKIM and DMARC of our addresses: what is found, and which record to add."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from mailbot.checkup import domain
from mailbot.checkup.domain import Ask, NoAnswer, Texts, ask_dns, domains
from mailbot.checkup.finding import Grade

OURS = "verein.example"
SPF = {OURS: ("google-site-verification=x", "v=spf1 mx ~all")}
DKIM = {f"_domainkey.{OURS}": (), f"mail._domainkey.{OURS}": ("v=DKIM1; k=rsa; p=MIGf",)}
DMARC = {f"_dmarc.{OURS}": ("v=DMARC1; p=quarantine",)}
ALL = {**SPF, **DKIM, **DMARC}


def zone(records: dict[str, tuple[str, ...]]) -> Ask:
    return records.get


def found(
    records: dict[str, tuple[str, ...]], *, of: str = OURS, selectors: tuple[str, ...] = ("mail",)
) -> dict[str, tuple[Grade, str]]:
    """In English, by the record."""
    made = domains([of], [(of, selector) for selector in selectors], "smtp.verein.example", zone(records))
    return {each.what.en.split()[0]: (each.grade, each.text.en) for each in made}


def test_a_domain_with_all_records_is_fine():
    assert found(ALL) == {
        "spf": (Grade.OK, "v=spf1 mx ~all"),
        "dkim": (Grade.OK, "mails are signed, the key stands in the DNS (mail)"),
        "dmarc": (Grade.OK, "v=DMARC1; p=quarantine"),
    }


def test_a_domain_without_any_is_told_what_to_add_and_where():
    told = found({}, selectors=())

    assert {grade for grade, _ in told.values()} == {Grade.TIP}
    assert 'Add to verein.example as TXT: "v=spf1 mx a:smtp.verein.example ~all"' in told["spf"][1]
    assert "verein.example has no key for DKIM" in told["dkim"][1]
    assert 'add to _dmarc.verein.example as TXT: "v=DMARC1; p=none; rua=mailto:postmaster@verein.example"' in told["dmarc"][1]


@pytest.mark.parametrize(
    ("records", "what", "sentence"),
    [
        ({OURS: ("v=spf1 mx ~all", "v=spf1 a -all")}, "spf", "there are 2 records that begin with v=spf1, so none counts"),
        ({OURS: ("v=spf1 +all",)}, "spf", "lets everybody write in the name of verein.example"),
        ({OURS: ("v=spf10 mx",)}, "spf", "no record says which servers may send"),
        ({f"mail._domainkey.{OURS}": ("v=DKIM1; p=",)}, "dkim", "no key stands at mail._domainkey.verein.example"),
        ({f"_dmarc.{OURS}": ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, "dmarc", "2 records, so none counts"),
    ],
)
def test_records_that_do_not_hold(records: dict[str, tuple[str, ...]], what: str, sentence: str):
    grade, told = found({**ALL, **records})[what]

    assert grade is Grade.TIP
    assert sentence in told


@pytest.mark.parametrize(
    ("host", "record"),
    [
        ("smtp.verein.example", "v=spf1 mx a:smtp.verein.example ~all"),
        ("5.9.1.2", "v=spf1 mx ip4:5.9.1.2 ~all"),
        ("127.0.0.1", "v=spf1 mx ~all"),
        ("localhost", "v=spf1 mx ~all"),
        (None, "v=spf1 mx ~all"),
    ],
)
def test_the_record_that_is_proposed_names_the_server_as_others_know_it(host: str | None, record: str):
    (spf, *_) = domains([OURS], (), host, zone({}))

    assert f'Add to verein.example as TXT: "{record}"' in spf.text.en


def test_keys_may_be_there_although_nobody_has_seen_a_signature():
    assert found(ALL, selectors=())["dkim"][0] is Grade.OK


def test_the_policy_of_the_organisation_counts_for_what_is_below_it():
    assert found(ALL, of=f"mail.{OURS}")["dmarc"] == (Grade.OK, "v=DMARC1; p=quarantine")


def test_without_a_resolver_there_is_one_hint_and_no_failure():
    def silent(name: str) -> Texts:
        raise NoAnswer(name)

    (only,) = domains([OURS, "other.example"], (), None, silent)

    assert (only.what.en, only.grade) == ("dns", Grade.TIP)


@contextmanager
def name_server(records: dict[str, tuple[str, ...]]) -> Iterator[dns.resolver.Resolver]:
    """A server on loopback that knows these names, and a resolver that asks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            while True:
                raw, asker = server.recvfrom(4096)
                if not raw:
                    return
                query = dns.message.from_wire(raw)
                name = query.question[0].name.to_text(omit_final_dot=True)
                answer = dns.message.make_response(query)
                if name not in records:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                for text in records.get(name, ()):
                    quoted = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
                    answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", quoted))
                server.sendto(answer.to_wire(), asker)

        thread = threading.Thread(target=serve)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        try:
            yield resolver
        finally:
            server.sendto(b"", server.getsockname())
            thread.join()


def test_records_are_looked_up_whole_however_many_pieces_they_have():
    key = f"v=DKIM1; k=rsa; p={'A' * 400}"
    with name_server({OURS: ("v=spf1 mx ~all",), f"mail._domainkey.{OURS}": (key,), f"_domainkey.{OURS}": ()}) as resolver:
        assert ask_dns(OURS, resolver) == ("v=spf1 mx ~all",)
        assert ask_dns(f"mail._domainkey.{OURS}", resolver) == (key,)
        assert ask_dns(f"_domainkey.{OURS}", resolver) == ()
        assert ask_dns("nowhere.example", resolver) is None


def test_a_server_that_is_silent_is_no_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(domain, "SECONDS", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]

        with pytest.raises(NoAnswer):
            ask_dns(OURS, resolver)
