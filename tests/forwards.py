"""A mail as the mail programs of our members pass it on: below their own words, with the header as they show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from mailbot.mail.message import Address

Forwarding = Callable[[Address, str, str], str]
"""From author, subject and words to what stands below the own words of who passes the mail on."""


def _outlook(author: Address, subject: str, text: str) -> str:
    return (
        f"Von: {author.name} <{author.email}>\nGesendet: Montag, 2. März 2026 08:12\nAn: Eva Beispiel <eva@verein.example>\n"
        f"Betreff: {subject}\n\n{text}"
    )


def _outlook_in_english(author: Address, subject: str, text: str) -> str:
    return (
        f"________________________________\nFrom: {author.name} <{author.email}>\nSent: Monday, March 2, 2026 8:12 AM\n"
        f"To: Eva Beispiel <eva@verein.example>\nSubject: {subject}\n\n{text}"
    )


def _old_outlook(author: Address, subject: str, text: str) -> str:
    return (
        f"-----Ursprüngliche Nachricht-----\nVon: {author.name} [mailto:{author.email}]\nGesendet: Montag, 2. März 2026 08:12\n"
        f"An: Eva Beispiel\nBetreff: {subject}\n\n{text}"
    )


def _thunderbird(author: Address, subject: str, text: str) -> str:
    return (
        f"-------- Weitergeleitete Nachricht --------\nBetreff: \t{subject}\nDatum: \tMon, 2 Mar 2026 08:12:00 +0100\n"
        f"Von: \t{author.name} <{author.email}>\nAn: \tEva Beispiel <eva@verein.example>\n\n\n\n{text}"
    )


def _thunderbird_in_english(author: Address, subject: str, text: str) -> str:
    return (
        f"-------- Forwarded Message --------\nSubject: \t{subject}\nDate: \tMon, 2 Mar 2026 08:12:00 +0100\n"
        f"From: \t{author.name} <{author.email}>\nTo: \tEva Beispiel <eva@verein.example>\n\n\n\n{text}"
    )


def _apple(author: Address, subject: str, text: str) -> str:
    head = (
        f"Von: {author.name} <{author.email}>\nBetreff: {subject}\nDatum: 2. März 2026 um 08:12:00 MEZ\n"
        f"An: Eva Beispiel <eva@verein.example>\n\n"
    )
    return "Anfang der weitergeleiteten Nachricht:\n\n" + "\n".join(f"> {line}" for line in (head + text).splitlines())


def _apple_in_english(author: Address, subject: str, text: str) -> str:
    return (
        f"Begin forwarded message:\n\nFrom: {author.name} <{author.email}>\nSubject: {subject}\n"
        f"Date: 2. March 2026 at 08:12:00 CET\nTo: Eva Beispiel <eva@verein.example>\n\n{text}"
    )


def _gmail(author: Address, subject: str, text: str) -> str:
    return (
        f"---------- Forwarded message ---------\nVon: {author.name} <{author.email}>\nDate: Mo., 2. März 2026 um 08:12 Uhr\n"
        f"Subject: {subject}\nTo: Eva Beispiel <eva@verein.example>\n\n\n{text}"
    )


def _gmx(author: Address, subject: str, text: str) -> str:
    return (
        f'Gesendet: Montag, 02. März 2026 um 08:12 Uhr\nVon: "{author.name}" <{author.email}>\nAn: eva@verein.example\n'
        f"Betreff: {subject}\n{text}"
    )


def _web_de_app(author: Address, subject: str, text: str) -> str:
    return f"Am 02.03.26, 08:12 schrieb {author.name} <{author.email}>:\n\n{text}"


def _samsung(author: Address, subject: str, text: str) -> str:
    return (
        f"-------- Ursprüngliche Nachricht --------\nVon: {author.name} <{author.email}>\nDatum: 02.03.26 08:12 (GMT+01:00)\n"
        f"An: eva@verein.example\nBetreff: {subject}\n\n{text}"
    )


def _roundcube(author: Address, subject: str, text: str) -> str:
    return (
        f"-------- Originalnachricht --------\nBetreff: {subject}\nDatum: 02.03.2026 08:12\n"
        f"Von: {author.name} <{author.email}>\nAn: eva@verein.example\n\n{text}"
    )


def _proton(author: Address, subject: str, text: str) -> str:
    return (
        f"------- Forwarded Message -------\nVon: {author.name} <{author.email}>\nAm: Montag, 2. März 2026 um 08:12\n"
        f"Betreff: {subject}\nAn: eva@verein.example\n\n{text}"
    )


PROGRAMS: Mapping[str, tuple[str, Forwarding]] = MappingProxyType(
    {
        "Outlook": ("WG: ", _outlook),
        "Outlook in English, phone": ("Fw: ", _outlook_in_english),
        "an old Outlook": ("WG: ", _old_outlook),
        "Thunderbird": ("Fwd: ", _thunderbird),
        "Thunderbird in English": ("Fwd: ", _thunderbird_in_english),
        "Apple Mail": ("Fwd: ", _apple),
        "iPhone in English": ("Fwd: ", _apple_in_english),
        "Gmail": ("Fwd: ", _gmail),
        "GMX and web.de": ("Fw: ", _gmx),
        "app of web.de": ("WG: ", _web_de_app),
        "Samsung": ("Fwd: ", _samsung),
        "Roundcube": ("Fwd: ", _roundcube),
        "Proton": ("Fw: ", _proton),
    }
)
"""What each puts before the subject, and how it shows the mail."""
