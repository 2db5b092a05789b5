"""
What the DNS says about mails from a domain (SPF, DKIM, DMARC), and which records to add.

A mail without them is more often taken for spam, or refused. Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from ipaddress import ip_address

import dns.exception
import dns.resolver

from mailbot.checkup.finding import Finding, Said, fine, tip

SECONDS = 3.0
"""So long a name is looked up at most."""


class NoAnswer(Exception):
    """No resolver is there, or it says nothing."""


Texts = tuple[str, ...] | None
"""The TXT records of a name; None: there is no such name, nor any below it (RFC 8020)."""

Ask = Callable[[str], Texts]


def ask_dns(name: str, resolver: dns.resolver.Resolver | None = None) -> Texts:
    """The TXT records of that name. Raises NoAnswer."""
    try:
        found = (resolver or dns.resolver.get_default_resolver()).resolve(name, "TXT", lifetime=SECONDS, search=False)
    except dns.resolver.NXDOMAIN:
        return None
    except dns.resolver.NoAnswer:
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise NoAnswer(name) from error
    return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found)


def domains(wanted: Collection[str], selectors: Collection[tuple[str, str]], sending: str | None, ask: Ask) -> Iterator[Finding]:
    """
    What is found for each of the domains.

    Args:
        wanted: the domains that our mails come from.
        selectors: domain and selector (the `d=` and `s=`) of signatures that were seen in mails from there.
        sending: the server that takes our mails, for the record that is proposed.
    """
    try:
        for domain in wanted:
            yield _spf(domain, _records(ask(domain), "v=spf1"), sending)
            yield _dkim(domain, [selector for of, selector in selectors if of == domain], ask)
            yield _dmarc(domain, ask)
    except NoAnswer:
        yield tip(
            Said(de="DNS", en="dns"),
            de="Hier lässt sich nichts nachschlagen. Ob SPF, DKIM und DMARC für eure Adressen stimmen, bleibt offen",
            en="nothing can be looked up here; whether SPF, DKIM and DMARC of your addresses are right stays open",
        )


def _records(texts: Texts, version: str) -> list[str]:
    return [text for text in texts or () if text.split(" ")[0].split(";")[0].strip().lower() == version]


def _spf(domain: str, records: list[str], sending: str | None) -> Finding:
    what = Said(de=f"SPF {domain}", en=f"spf {domain}")
    proposal = f'"v=spf1 mx{_sends(sending or "localhost")} ~all"'
    if not records:
        return tip(
            what,
            de=f"Kein Eintrag sagt, welche Server Mails von {domain} schicken dürfen; sie landen leichter im Spam. Trag bei "
            f"{domain} "
            f"als TXT ein: {proposal}, oder was euer Anbieter dafür nennt",
            en=f"no record says which servers may send mails from {domain}; they are taken for spam more easily. Add to {domain} "
            f"as TXT: {proposal}, or what your provider names",
        )
    if len(records) > 1:
        return tip(
            what,
            de=f"Es gibt {len(records)} Einträge, die mit v=spf1 beginnen; dann gilt keiner. Fasst sie zu einem zusammen",
            en=f"there are {len(records)} records that begin with v=spf1, so none counts; make one of them",
        )
    (record,) = records
    if {"all", "+all"} & set(record.lower().split()):
        return tip(
            what,
            de=f"„{record}“ erlaubt allen, im Namen von {domain} zu schreiben. Ersetzt „+all“ durch „~all“",
            en=f"'{record}' lets everybody write in the name of {domain}; replace '+all' by '~all'",
        )
    return fine(what, de=record, en=record)


def _sends(host: str) -> str:
    """That server in the words of SPF (RFC 7208, 5); nothing where it is this machine, which others know by another name."""
    try:
        address = ip_address(host)
    except ValueError:
        return "" if host == "localhost" else f" a:{host}"
    return f" ip{address.version}:{host}" if address.is_global else ""


def _dkim(domain: str, selectors: list[str], ask: Ask) -> Finding:
    what = Said(de=f"DKIM {domain}", en=f"dkim {domain}")
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        key = next((text for text in ask(name) or () if "p=" in text), None)
        if key is None or key.replace(" ", "").rstrip(";").endswith("p="):
            return tip(
                what,
                de=f"Mails von {domain} sind unterschrieben, aber bei {name} steht kein Schlüssel: die Unterschrift gilt nicht. "
                "Trag dort als TXT ein, was euer Mailserver oder Anbieter als DKIM-Eintrag nennt",
                en=f"mails from {domain} are signed, but no key stands at {name}, so the signature does not hold; add there as "
                "TXT what your mail server or provider names as DKIM record",
            )
    if selectors:
        names = ", ".join(selectors)
        return fine(
            what,
            de=f"Mails sind unterschrieben, der Schlüssel steht im DNS ({names})",
            en=f"mails are signed, the key stands in the DNS ({names})",
        )
    if ask(f"_domainkey.{domain}") is None:
        return tip(
            what,
            de=f"{domain} hat keinen Schlüssel für DKIM, also sind Mails von dort nicht unterschrieben. Schaltet DKIM bei eurem "
            "Mailserver oder Anbieter ein; er nennt den TXT-Eintrag, der dazugehört",
            en=f"{domain} has no key for DKIM, so mails from there are not signed; switch DKIM on at your mail server or "
            "provider, "
            "which names the TXT record for it",
        )
    return fine(
        what,
        de="Es gibt Schlüssel; welcher gilt, zeigt sich an einer Mail von euch, die im Postfach liegt",
        en="there are keys; which one is used shows when a mail of yours lies in the mailbox",
    )


def _dmarc(domain: str, ask: Ask) -> Finding:
    what = Said(de=f"DMARC {domain}", en=f"dmarc {domain}")
    for above in _upwards(domain):
        records = _records(ask(f"_dmarc.{above}"), "v=dmarc1")
        if len(records) > 1:
            return tip(
                what,
                de=f"Bei _dmarc.{above} stehen {len(records)} Einträge; dann gilt keiner. Lasst einen stehen",
                en=f"at _dmarc.{above} stand {len(records)} records, so none counts; leave one of them",
            )
        if records:
            return fine(what, de=records[0], en=records[0])
    proposal = f'"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"'
    return tip(
        what,
        de=f"Kein Eintrag sagt, was mit gefälschten Mails von {domain} geschehen soll. Trag bei _dmarc.{domain} als TXT ein: "
        f"{proposal}",
        en=f"no record says what shall become of forged mails from {domain}; add to _dmarc.{domain} as TXT: {proposal}",
    )


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it, but for the top level: the record of the organisation counts for all below."""
    labels = domain.split(".")
    for at in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[at:])
