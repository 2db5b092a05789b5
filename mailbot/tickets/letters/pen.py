"""What all letters have in common: rules, texts, and whose name stands where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mailbot.catalogue import Catalogue, Organisation
from mailbot.tickets.blocks import Link
from mailbot.tickets.rendering import Templates, Words
from mailbot.tickets.ticket import Ticket

ARCHIVE = "auskunft.zip"
"""How the file is called that holds all of a person's data."""


class Pen:
    """
    Writes by the rules of one catalogue and the texts of one folder; a text is compiled when it is needed for the first time.

    Args:
        templates: the folder `templates/`.

    Raises:
        TemplateError: there is no such folder; later with the place of what did not render.
    """

    def __init__(self, catalogue: Catalogue, templates: Path) -> None:
        self._catalogue = catalogue
        self._templates = Templates(templates, address_as=catalogue.organisation.address_as)

    def _write(self, template: str, language: str, **values: Any) -> Words:
        return self._templates.write(template, language, **self._shared, **values)

    def _write_text(self, template: str, **values: Any) -> str:
        return self._templates.write_text(template, **self._shared, **values)

    @property
    def _shared(self) -> dict[str, Any]:
        organisation = self._catalogue.organisation
        return {"organisation": organisation, "website": _website(organisation)}

    def _label(self, ticket: Ticket, language: str) -> str:
        return self._catalogue.service(ticket.request.service).label.in_(language)


def _website(organisation: Organisation) -> Link:
    """Shown without its scheme."""
    address = organisation.website
    shown = re.sub(r"^https?://", "", address).rstrip("/")
    return Link(href=address if address.startswith("http") else f"https://{address}", label=shown)
