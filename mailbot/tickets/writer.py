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
from mailbot.tickets.letters.disclosure import Disclosure
from mailbot.tickets.letters.overview import Overview
from mailbot.tickets.letters.to_member import ToMember
from mailbot.tickets.letters.watch import Watch
from mailbot.tickets.rendering import Words

__all__ = ["Words", "Writer"]


class Writer(ToMember, AboutTicket, Overview, Disclosure, Watch):
    """
    Writes every mail of a bot that runs. Whoever writes a few mails in one go takes the letters of that kind alone,
    which do not compile what they never need.

    Args:
        templates: the folder `templates/`.

    Raises:
        TemplateError: a template is missing or broken, as `templates/…:line: what`; here all that cannot be
            compiled at once, later the one that did not render.
    """

    def __init__(self, catalogue: Catalogue, templates: Path) -> None:
        super().__init__(catalogue, templates)
        self._templates.compile_all()

    def under(self, catalogue: Catalogue) -> Writer:
        """The same texts for changed rules; the folder is not read again."""
        writer = copy(self)
        writer._catalogue = catalogue
        return writer
