"""
Every text that the bot sends.

`templates/de` and `templates/en` hold what members read, `templates/staff` what staff read, `templates/look`
how it looks as HTML. What the marks in them mean stands in templates/README.md.
"""

from __future__ import annotations

from copy import copy
from pathlib import Path

from mailbot.catalogue import Catalogue
from mailbot.tickets.letters.about_ticket import AboutTicket
from mailbot.tickets.letters.overview import Overview
from mailbot.tickets.letters.to_member import ToMember
from mailbot.tickets.letters.watch import Watch
from mailbot.tickets.rendering import Templates, Words

__all__ = ["Words", "Writer"]


class Writer(ToMember, AboutTicket, Overview, Watch):
    """
    Writes mails for one catalogue.

    Args:
        templates: the folder `templates/`.
        lasting: False for a few mails in one go: a template is compiled when it is needed for the first time.

    Raises:
        TemplateError: a template is missing or broken, as `templates/…:line: what`; here all that cannot be
            compiled at once, later the one that did not render.
    """

    def __init__(self, catalogue: Catalogue, templates: Path, *, lasting: bool = True) -> None:
        super().__init__(catalogue, Templates(templates, address_as=catalogue.organisation.address_as))
        if lasting:
            self._templates.compile_all()

    def under(self, catalogue: Catalogue) -> Writer:
        """The same texts for changed rules; the folder is not read again."""
        writer = copy(self)
        writer._catalogue = catalogue
        return writer
