"""Is the sender who From says? Believes our own mail server only (RFC 8601)."""

from __future__ import annotations

import re
from enum import StrEnum

import authres

from mailbot.mail.message import Mail


class Authenticity(StrEnum):
    """What the receiving server found out about the sender's address."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"  # it said nothing, or nothing that concerns the address in From


_FAILURES = frozenset({"fail", "hardfail"})


def prove(mail: Mail, authserv_ids: tuple[str, ...]) -> tuple[Authenticity, str]:
    """
    What our own mail server says about the address in From, and a sentence that tells so.

    Only its topmost Authentication-Results counts: what stands below it may have been there when the mail came in.
    PASS for DMARC pass, or DKIM or SPF pass of a domain aligned with From; FAIL for DMARC fail, or DKIM or SPF fail
    without any such pass; NONE for everything else, also for a mail with two From fields.

    Source:
        RFC 8601 (Authentication-Results), RFC 7489, 3.1 (alignment).
    """
    trusted = {each.lower() for each in authserv_ids}
    ours = next((value for value in mail.all("Authentication-Results") if server_of(value) in trusted), None)
    results = None if ours is None else _results(ours)
    if results is None:
        return Authenticity.NONE, "Our mail server says nothing about the sender."
    domain = mail.sender.email.rpartition("@")[2]
    if len(mail.all("From")) != 1 or not domain:
        return Authenticity.NONE, "The mail does not name exactly one sender."
    return _verdict(domain, results)


def server_of(value: str) -> str:
    """The authserv-id of an Authentication-Results, without reading the rest: only our own server's words are worth a parser."""
    return re.sub(r"\([^()]*\)", " ", value[:300]).partition(";")[0].strip().partition(" ")[0].strip('"').lower()


def _results(value: str) -> tuple[authres.core.AuthenticationResult, ...] | None:
    """What the server found; None for a field that cannot be read."""
    try:
        return tuple(authres.AuthenticationResultsHeader.parse_value(value).results)
    except Exception:
        # Not ours to know which: it is the border to a parser that strangers feed.
        return None


def _verdict(domain: str, results: tuple[authres.core.AuthenticationResult, ...]) -> tuple[Authenticity, str]:
    found = [(each.method.lower(), each.result.lower(), _domain_of(each)) for each in results if getattr(each, "method", "")]
    dmarc = [(result, of) for method, result, of in found if method == "dmarc"]
    if any(result == "pass" and _aligned(of, domain) for result, of in dmarc):
        return Authenticity.PASS, f"Our mail server says DMARC pass for {domain}."
    if any(result in _FAILURES for result, _ in dmarc):
        return Authenticity.FAIL, f"Our mail server says DMARC fail for {domain}."
    for method in ("dkim", "spf"):
        if any(each == method and result == "pass" and _aligned(of, domain) for each, result, of in found):
            return Authenticity.PASS, f"Our mail server says {method.upper()} pass for {domain}."
    for method in ("dkim", "spf"):
        if any(each == method and result in _FAILURES for each, result, _ in found):
            return Authenticity.FAIL, f"Our mail server says {method.upper()} fail, and nothing else passed for {domain}."
    return Authenticity.NONE, f"Our mail server found nothing that proves {domain}."


def _domain_of(result: authres.core.AuthenticationResult) -> str:
    """The domain that a result is about: header.d or header.i (DKIM), smtp.mailfrom (SPF), header.from (DMARC)."""
    wanted = {"dkim": ("d", "i"), "spf": ("mailfrom",), "dmarc": ("from",)}.get(result.method.lower(), ())
    values = {each.name.lower(): str(each.value) for each in result.properties if each.value}
    return next((values[name].rpartition("@")[2].lower().strip('"<>') for name in wanted if name in values), "")


def _aligned(domain: str, sender: str) -> bool:
    """Relaxed alignment (RFC 7489, 3.1.1): equal, or one below the other, but never below a bare top level."""
    return "." in domain and (domain == sender or sender.endswith(f".{domain}") or domain.endswith(f".{sender}"))
