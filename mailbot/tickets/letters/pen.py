"""What all letters have in common: rules, texts, and whose name stands where."""

from __future__ import annotations

from typing import Any

from mailbot.catalogue import Catalogue
from mailbot.tickets.rendering import Templates, Words
from mailbot.tickets.ticket import Ticket
from mailbot.tickets.views import (
    website,
)


class Pen:
    """Writes by the rules of one catalogue and the texts of one folder."""

    def __init__(self, catalogue: Catalogue, templates: Templates) -> None:
        self._catalogue = catalogue
        self._templates = templates

    def _write(self, template: str, language: str, **values: Any) -> Words:
        shared = {"organisation": self._catalogue.organisation, "website": website(self._catalogue)}
        return self._templates.write(template, language, **shared, **values)

    def _label(self, ticket: Ticket, language: str) -> str:
        return self._catalogue.service(ticket.request.service).label.in_(language)
