"""Who answers, from which mailboxes, when and how much: all of rules.yaml that has nothing to do with what is asked for."""

from __future__ import annotations

from datetime import time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from mailbot.catalogue.values import Clock, Days, Domain, Email, Id, Replies, Rule, Span, Text, Zone


class Organisation(Rule):
    """Who answers."""

    name: Text
    """Stands below every mail."""
    domain: Domain
    """The association's own domain; also stands in the bot's Message-IDs."""
    website: Text
    """Stands below every mail, and where members are referred elsewhere."""
    address_as: Literal["du", "sie"] = "du"
    """How German mails speak to members; staff are always du. Texts have both forms, see `templates/README.md`."""
    ticket_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}$")] = "KV"
    """Of ticket keys: `KV-1042`."""
    first_ticket: int = Field(default=1001, ge=1)
    """No new ticket gets a smaller number, also later."""
    misspelt_domains: tuple[Text, ...] = ()
    """Staff are told when one stands in a mail; an address one letter beside `domain` is asked back in any case."""


class Mailbox(Rule):
    """One shared inbox."""

    id: Id
    """Its login stands in the environment: `MAILBOT_IMAP_<ID>`, or where mails are delivered to it: `MAILBOT_LMTP_<ID>`."""
    address: Email
    """Where members write, and from where they are answered."""
    name: Text
    """The name beside the address."""
    notes: Email | None = None
    """
    An address of its own for notes, like `support+notiz@…`: what proven staff send there about a ticket is a note,
    whatever it says. Its mails must arrive in this mailbox (Postfix: `recipient_delimiter = +`).
    """
    folder: Text = "INBOX"
    """The folder that is read."""
    sent: Text | None = None
    """
    The folder for copies of sent mails, in which the bot also finds what people write from the mailbox themselves;
    without it the one that the server marks as such, else `Sent` or what German programs call it.
    """
    after: Literal["leave", "move"] = "leave"
    """`move`: handled mails go to `Mailbot/Done`, `Mailbot/Ignored` or `Mailbot/Quarantine`."""
    replies: Replies | None = None
    """What is said from this mailbox: at once or as a draft; without it what `mode` says."""


class Staff(Rule):
    """Somebody who works on tickets; identity needs proof besides the address."""

    id: Id
    """For `#an anna` and `mailbot assign`."""
    name: Text
    """What colleagues read, and what they may write for `#an …`."""
    email: Email
    """Orders come from here, tickets and digests go here. The address alone proves nothing."""
    services: tuple[Id, ...] = ()
    """Whose tickets they get by mail; empty: all. A service that nobody has goes to everybody."""


_HOME = ("DE", "NW")


class Quiet(Rule):
    """
    When automatic mails to staff wait.

    Mails about tickets, reminders and the digest wait. Answers to members, transcripts of orders, and the news that a
    mailbox is out of reach never do.
    """

    after: Clock
    """From then on they wait."""
    until: Clock
    """Until then; over midnight where it is earlier than `after`."""
    free_days: bool = False
    """Whether they wait on days that are no working days, too."""

    @model_validator(mode="after")
    def _is_a_span(self) -> Quiet:
        if self.after == self.until:
            raise PydanticCustomError("quiet", "'after' and 'until' must be two times of day")
        return self


class Hours(Rule):
    """When the association works."""

    zone: Zone = "Europe/Berlin"
    """The time zone of days and times."""
    weekdays: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    """Working days."""
    country: Text = _HOME[0]
    """Whose public holidays are no working days."""
    subdivision: Text | None = _HOME[1]
    """Of which part of the country."""
    quiet: Quiet | None = None
    """When automatic mails to staff wait; without it they leave at any hour."""

    @model_validator(mode="after")
    def _has_holidays(self) -> Hours:
        # To know one country the package loads all of them, a tenth of a second.
        if (self.country, self.subdivision) == _HOME:
            return self
        from holidays import country_holidays

        try:
            country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError as error:
            raise PydanticCustomError("holidays", "{reason}", {"reason": str(error)}) from None
        return self

    @cached_property
    def timezone(self) -> ZoneInfo:
        """The zone that days and times of day are meant in."""
        return ZoneInfo(self.zone)


class Digest(Rule):
    """The daily mail to staff; sent on working days."""

    at: Clock = time(8)
    """When it is sent, on working days."""
    overdue_after: int = Field(default=3, ge=0)
    """
    A ticket that has waited for staff for more working days than this is overdue; legal deadlines (`due_months`) hold
    besides.
    """


class Reminders(Rule):
    """
    When those who do not answer are reminded, on working days, and when members' tickets are closed.

    Staff get one reminder a day at most, whatever it is about. An answer to the member ends the reminders of a ticket
    until the member writes again; who takes a ticket or puts it off has the whole time from then on. What was put off
    comes back on its day.

    Between two mails to a member lies a week, or less where these numbers want it: a reminder that a weekend or a bot
    that was down has put off also puts off what follows, and no ticket is closed without a reminder before.
    """

    at: Clock = time(9)
    """When they are sent, on working days."""
    member_after: tuple[Days, ...] = (timedelta(days=5), timedelta(days=12))
    """Days from the last question, or the member's last mail, to each reminder; `[]`: none."""
    close_after: Span = timedelta(days=21)
    """Days until the ticket is closed, and the member told that a reply opens it again; `0`: never."""
    staff_after: int = Field(default=3, ge=0)
    """Working days after which staff are reminded of a ticket that nobody has answered, and again after as many; `0`: never."""
    escalate_after: int = Field(default=6, ge=0)
    """Working days from which on such a reminder goes to everybody; `0`: never."""
    escalate_to: tuple[Id, ...] = ()
    """Ids of the members of staff to whom it goes instead of everybody."""
    before_due: tuple[Days, ...] = (timedelta(days=7), timedelta(days=2))
    """
    How long before a legal deadline staff are warned, the last time everybody; on the working day before where that day
    is free.
    """

    @model_validator(mode="after")
    def _go_forward(self) -> Reminders:
        steps = (timedelta(), *self.member_after, *((self.close_after,) if self.close_after else ()))
        if any(later <= earlier for earlier, later in pairwise(steps)):
            raise PydanticCustomError("reminders", "the days of 'member_after' and 'close_after' must grow")
        return self


class Limits(Rule):
    """
    How many automatic mails leave at most; the surplus is held back and told to staff.

    It leaves by itself, in order, as soon as the limits allow it. Beyond `per_day` and the longest span of `per_ticket`
    it waits until you let it go or drop it (`mailbot outbox`): a person does not write that much. Digests have no
    limits; they tell of what is held back.
    """

    per_hour: int = Field(default=10, ge=1)
    """Automatic mails to one member in an hour."""
    per_day: int = Field(default=40, ge=1)
    """Automatic mails to one member in a day."""
    per_ticket: dict[Span, Annotated[int, Field(ge=1)]] = Field(
        default={
            timedelta(minutes=10): 10,
            timedelta(minutes=30): 15,
            timedelta(hours=1): 25,
            timedelta(hours=3): 50,
            timedelta(hours=10): 100,
        }
    )
    """Mails to one address about one ticket, in each span; also to staff, and staff's own words to a member."""
    altogether: int = Field(default=300, ge=1)
    """Mails of the bot to everybody, in an hour."""


class Retention(Rule):
    """
    How long what people wrote is kept: short, for who writes to a party tells where they stand (GDPR, Art. 9).

    `mailbot privacy expire --rehearse` shows what would go now.
    """

    closed: Days = timedelta(days=90)
    """
    Tickets that are closed or referred, with their mails and ours, from the last that happened to them; a service may
    have a time of its own.
    """
    ignored: Days = timedelta(days=30)
    """Mails without a ticket: absence notes, newsletters, spam, copies."""
    quarantine: Days = timedelta(days=30)
    """Mails that nobody could process. The digest names the day on which each goes."""
    before_first_run: Days = timedelta(days=1)
    """
    Mails that lay in the folder before the bot came, from their date. `mailbot run --since` takes them from the folder
    again.
    """
    notices: Days = timedelta(days=30)
    """Digests and notices to staff."""


class Alarms(Rule):
    """The mails that tell of trouble with the bot itself."""

    to: tuple[Id, ...] = ()
    """Who of the staff is told; empty: all."""
    at_most: int = Field(default=6, ge=1)
    """So many troubles and ends of troubles are told a day. The digest and `mailbot status` tell of all."""
    canary_within: Span = timedelta(minutes=30)
    """A canary that takes longer counts as lost."""


class Questions(Rule):
    """How often the bot asks before a person takes over."""

    at_most: int = Field(default=3, ge=1)
    """
    Questions in a row that bring nothing new; then a person takes over. It holds for other answers in a row, too; then
    the bot is silent.
    """
