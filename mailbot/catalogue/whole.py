"""All of rules.yaml as one value."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any, get_args

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mailbot.catalogue.office import (
    Alarms,
    Digest,
    Hours,
    Limits,
    Mailbox,
    Organisation,
    Questions,
    Reminders,
    Retention,
    Staff,
)
from mailbot.catalogue.services import Groups, Language, Service
from mailbot.catalogue.values import Canary, Mode, Replies, Rule, Span, Text
from mailbot.errors import NotFound


class Catalogue(Rule):
    """All of rules.yaml."""

    organisation: Organisation
    """Who answers."""
    mailboxes: tuple[Mailbox, ...] = Field(min_length=1)
    """The shared inboxes, at least one. The digest comes from the first."""
    staff: tuple[Staff, ...] = ()
    """Who works on tickets, gets the digest and may give orders."""
    authserv_ids: tuple[Text, ...] = ()
    """
    The names under which your own mail server writes Authentication-Results (RFC 8601); nobody else's are believed.
    `mailbot check` shows them.
    """
    hours: Hours = Hours()
    """When the association works."""
    digest: Digest = Digest()
    """The daily mail to staff."""
    reminders: Reminders = Reminders()
    """When those who do not answer are reminded."""
    limits: Limits = Limits()
    """How many automatic mails leave."""
    questions: Questions = Questions()
    """How often is asked."""
    retention: Retention = Retention()
    """How long what people wrote is kept."""
    alarms: Alarms = Alarms()
    """The mails that tell of trouble with the bot itself."""
    canary: Canary = "off"
    """How often the bot writes to its own mailboxes, to see that mails go out and come in."""
    first_run: Span = timedelta(days=1)
    """Mails older than this at the first contact with a mailbox are left alone."""
    send_delay: Span = timedelta()
    """How long what goes to members after an order of staff waits before it leaves: so long `#undo` can stop it."""
    mode: Mode = "live"
    """
    How far the bot is trusted. `shadow`: it writes down what it would send, and nobody hears of it. `draft`: what it would
    say to members by itself is put into the Drafts folder of the mailbox, for a person to send; a mailbox or a service may
    say so, or not, by `replies` of its own. `live`: it leaves.
    """
    trusted_after: int | None = Field(default=None, ge=1)
    """
    Where mails are drafts: when so many drafts about a service were sent unchanged, its mails leave by themselves, and
    staff are told. Each service is counted for itself and may have a number of its own.
    """
    groups: Groups
    """Kinds of groups, and groups that exist."""
    language: Language = Language()
    """How wishes, changes and trouble are said, whatever the service."""
    services: tuple[Service, ...] = Field(min_length=1)
    """What members can ask for, at least one."""

    @model_validator(mode="before")
    @classmethod
    def _was_called_replies(cls, content: Any) -> Any:
        """Before there was a shadow, `replies` at the top said what `mode` says."""
        if not isinstance(content, dict) or content.get("replies") not in get_args(Replies):
            return content
        if "mode" in content:
            raise PydanticCustomError("mode", "'replies' at the top is an older name of 'mode'; leave one of them away")
        others = {key: value for key, value in content.items() if key != "replies"}
        return {**others, "mode": "draft" if content["replies"] == "draft" else "live"}

    @property
    def in_shadow(self) -> bool:
        """Whether nobody hears of what the bot would say, and mailboxes stay as they are."""
        return self.mode == "shadow"

    def service(self, id: str) -> Service:
        """The service of that id; of one that has left rules.yaml, as old tickets may have, `other`."""
        return self._by_id.get(id) or self._by_id["other"]

    def service_called(self, id: str) -> Service:
        """The service of just that id. Raises NotFound, with those that there are."""
        if id not in self._by_id:
            raise NotFound(f"there is no service '{id}'; there are: {', '.join(self._by_id)}")
        return self._by_id[id]

    def mailbox(self, id: str) -> Mailbox:
        """The mailbox of that id; of one that has left rules.yaml, the first."""
        return next((box for box in self.mailboxes if box.id == id), self.mailboxes[0])

    def member_of_staff(self, email: str) -> Staff | None:
        """Who of the staff has that address, or None. Says nothing about proof."""
        return next((person for person in self.staff if person.email == email.lower()), None)

    @property
    def operators(self) -> tuple[Staff, ...]:
        """Who of the staff is told of trouble with the bot."""
        return tuple(person for person in self.staff if not self.alarms.to or person.id in self.alarms.to)

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """The shared inboxes' addresses, those for notes too, in lower case."""
        return frozenset(box.address for box in self.mailboxes) | self.note_addresses

    @cached_property
    def note_addresses(self) -> frozenset[str]:
        """Where staff send notes, in lower case."""
        return frozenset(box.notes for box in self.mailboxes if box.notes)

    @cached_property
    def our_people(self) -> frozenset[str]:
        """Those and the addresses of staff: whoever else writes is a member."""
        return self.own_addresses | {person.email for person in self.staff}

    @cached_property
    def _by_id(self) -> dict[str, Service]:
        return {service.id: service for service in self.services}
