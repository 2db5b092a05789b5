"""Addresses for notes: what staff send there about a ticket is never a member's to read."""

from __future__ import annotations

from mailbot.catalogue import Catalogue
from mailbot.mail.message import Mail

ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To")
"""Where mail servers write to whom a mail was really delivered, as To does not say of blind copies."""


def is_for_notes(mail: Mail, catalogue: Catalogue) -> bool:
    """Whether the mail went to an address for notes, be it among others."""
    named = {address.email for address in (*mail.to, *mail.cc)}
    delivered = {value.strip().strip("<>").lower() for name in ENVELOPE for value in mail.all(name)}
    return not catalogue.note_addresses.isdisjoint(named | delivered)
