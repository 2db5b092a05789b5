"""rules.yaml as validated values: what the association offers, asks for and decides by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import time, timedelta
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pcre2 import PatternError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mailbot.errors import CatalogueError
from mailbot.expression import pattern
from mailbot.variables import templates_beside

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$"), Field(title="id")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$", to_lower=True), Field(title="address")]
Part = Literal["given", "surname", "email"]
Mode = Literal["shadow", "draft", "live"]
Replies = Literal["send", "draft"]
LANGUAGES = ("de", "en")
ALWAYS = {"other": "what fits no other service", "help": "what does not work"}
"""The services that must stand in rules.yaml, and what for."""

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}
_SPAN = r"(\d+) (minute|hour|day)s?"
_CLOCK = r"(\d\d?):(\d\d)"


def _span(value: object) -> object:
    """ "1 day", "15 minutes", "0" → timedelta."""
    if isinstance(value, int) and value == 0:
        return timedelta()
    match = re.fullmatch(_SPAN, str(value))
    if match is None:
        raise PydanticCustomError("span", "Input should be a time like '15 minutes', '2 hours' or '1 day'")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _clock(value: object) -> object:
    """ "08:00" → time; YAML 1.1 reads an unquoted 08:00 as a number of seconds, so that is taken back."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1440:
        return time(value // 60, value % 60)
    match = re.fullmatch(_CLOCK, str(value))
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise PydanticCustomError("clock", "Input should be a time of day like '08:00'")
    return time(int(match[1]), int(match[2]))


def _off(value: object) -> object:
    """YAML 1.1 reads an unquoted off as no."""
    return "off" if value is False else value


def _expression(value: str) -> str:
    try:
        pattern(value)
    except PatternError as error:
        raise PydanticCustomError("expression", "Input should be a regular expression: {reason}", {"reason": error.msg}) from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: "Europe" is a folder
        raise PydanticCustomError("zone", "Input should be a time zone like 'Europe/Berlin'") from None
    return value


def _domain(value: str) -> str:
    # It becomes part of Message-IDs, which are ASCII (RFC 5322, 3.6.4).
    if re.fullmatch(r"[A-Za-z0-9.-]+", value) is None:
        raise PydanticCustomError("domain", "Input should be a domain in plain letters; write one with umlauts as 'xn--…'")
    return value


Domain = Annotated[Text, AfterValidator(_domain)]
Expression = Annotated[Text, AfterValidator(_expression), Field(title="pattern")]
Zone = Annotated[Text, AfterValidator(_zone), Field(title="time zone")]
Span = Annotated[
    timedelta,
    BeforeValidator(_span),
    WithJsonSchema({"title": "span", "anyOf": [{"type": "string", "pattern": f"^{_SPAN}$"}, {"const": 0}]}),
]
Clock = Annotated[
    time,
    BeforeValidator(_clock),
    WithJsonSchema({"title": "time of day", "anyOf": [{"type": "string", "pattern": f"^{_CLOCK}$"}, {"type": "integer"}]}),
]
Canary = Annotated[
    Literal["off", "hourly", "daily"],
    BeforeValidator(_off),
    WithJsonSchema({"anyOf": [{"enum": ["off", "hourly", "daily"]}, {"const": False}]}),
]
Days = Annotated[Span, Field(ge=timedelta(days=1), title="span of a day or more")]  # less than a day is nobody's time to look


class Rule(BaseModel):
    """A part of rules.yaml: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, ignored_types=(cached_property,))


class Label(Rule):
    """One text in the languages that members are answered in."""

    de: Text
    """In German."""
    en: Text
    """In English."""

    def in_(self, language: str) -> str:
        """The text in that language."""
        return self.en if language == "en" else self.de


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
    """Its login stands in the environment: `MAILBOT_IMAP_<ID>`."""
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
    per_ticket: dict[Span, Annotated[int, Field(ge=1)]] = {
        timedelta(minutes=10): 10,
        timedelta(minutes=30): 15,
        timedelta(hours=1): 25,
        timedelta(hours=3): 50,
        timedelta(hours=10): 100,
    }
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


class GroupKind(Rule):
    """A kind of group, its short form and what members call it ("Ortsverband", "Ortsgruppe")."""

    short: Text
    """How the kind is written in tickets: `OV`."""
    names: tuple[Text, ...]
    """What members call it: Ortsverband, Ortsgruppe."""
    with_town: bool = False
    """The town may belong to the name: Linksjugend Köln."""


class Groups(Rule):
    """Kinds of groups and groups that exist; names close to an existing one are taken for a misspelling."""

    kinds: tuple[GroupKind, ...]
    """Kinds whose groups have names: OV Ehrenfeld."""
    known: tuple[Text, ...] = ()
    """Groups that exist; a name close to one is taken for its misspelling, and the answer shows it with a question mark."""
    single: tuple[GroupKind, ...] = ()
    """Groups that need no name: Kreisvorstand."""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All that any group is called by."""
        return tuple(name for kind in (*self.kinds, *self.single) for name in (kind.short, *kind.names))


class Option(Rule):
    """One answer of a field of type `choice`."""

    id: Id
    """The field's value."""
    label: Label
    """How it is shown."""
    words: tuple[Expression, ...]
    """What members say for it."""


class FieldRule(Rule):
    """
    One thing a service has to know.

    | type | value | `words` … |
    |---|---|---|
    | `group` | "OV Ehrenfeld" | are not used |
    | `person` | one person | announce the person |
    | `persons` | persons, at least one | announce them |
    | `chosen` | one to `most` of `among` | announce them |
    | `role` | a task in the group | are tasks |
    | `choice` | the id of one of `options` | are not used |
    | `address` | one address | announce it |
    | `addresses` | addresses, at least one | announce them |
    | `date` | a day | announce it; needed where a service asks for several days, each behind its own words |
    | `number` | a number | stand beside it |
    | `text` | whatever is answered | announce it |
    """

    id: Id
    """How templates and staff name it."""
    type: Literal["group", "person", "persons", "chosen", "role", "choice", "address", "addresses", "date", "number", "text"]
    """What its value is, and what `words` are for."""
    label: Label
    """What members are asked for, and what stands before the value."""
    words: tuple[Expression, ...] = ()
    """What stands before or beside the value, as its type has it."""
    each: tuple[Part, ...] = ()
    """What every person needs; for `person` and `persons`, and needed there."""
    among: Id | None = None
    """Out of whom is chosen; for `chosen`, and needed there."""
    most: int | None = Field(default=None, ge=1)
    """How many may be chosen."""
    options: tuple[Option, ...] = ()
    """The answers that there are; for `choice`, and needed there."""
    only_if: Mapping[Id, Id] = Field(default_factory=dict)
    """Field to value: it is needed only where that field has that value."""
    domain: Literal["own", "any"] = "any"
    """Of an address: must it be the association's own?"""

    @model_validator(mode="after")
    def _fits_its_type(self) -> FieldRule:
        needs = {"each": ("person", "persons"), "among": ("chosen",), "options": ("choice",)}
        for key, types in needs.items():
            if self.type in types and not getattr(self, key):
                raise PydanticCustomError("needs", f"a field of type '{self.type}' needs '{key}'")
            if self.type not in types and getattr(self, key):
                raise PydanticCustomError("needs", f"a field of type '{self.type}' has no '{key}'")
        return self


class Signs(Rule):
    """Words (regular expressions, any case, whole words) that speak for a kind of request."""

    strong: tuple[Expression, ...] = ()
    """Speak for it."""
    weak: tuple[Expression, ...] = ()
    """
    Speak for it only where nothing strong stands: for a service where no service has a strong sign, for a change where
    nothing new is clearly wished, for trouble where nothing is wished.
    """
    not_if: tuple[Expression, ...] = ()
    """Are taken out of the text before it is searched: "ein klares Signal" is no Signal group."""


class ServiceSigns(Signs):
    """Words that speak for a service."""

    names: tuple[Text, ...] = ()
    """
    What it is called, in small letters and one word; speak for it as strong signs do, also misspelt in one letter of
    ten or set apart: "Nexcloud", "big blue batten".
    """


class Example(Rule):
    """A mail's text and what it must become; run at start and by `mailbot rules test`."""

    subject: str = ""
    """The mail's subject."""
    text: Text
    """The mail's text."""
    sender: Text = "Kim Beispiel <kim.beispiel@verein.example>"
    """Who writes it, and whom "ich" means."""
    action: Literal["ask", "open", "refer", "triage"]
    """What must follow."""
    kind: Literal["new", "change"] = "new"
    """Whether something new is wanted or something that exists shall be changed."""
    fields: Mapping[Id, Any] = Field(default_factory=dict)
    """All that must have been understood; anything more is told too."""
    missing: tuple[Text, ...] = ()
    """What must be asked for: `admins`, `users.email`."""


class Service(Rule):
    """Something members can ask for."""

    id: Id
    """
    How commands, staff and other keys name it. Two must be there: `other` takes what fits nowhere, `help` what does not
    work.
    """
    label: Label
    """Its name."""
    about: Label
    """Goes on after "deine Anfrage …", "your request …"."""
    inbox: Id | Literal["any"]
    """Where members should write. For people: a request to another mailbox is handled all the same."""
    signs: ServiceSigns = ServiceSigns()
    """Words that speak for it."""
    fields: tuple[FieldRule, ...] = ()
    """What has to be known."""
    complete: Literal["open", "refer", "triage"] = "open"
    """When nothing is missing: a ticket for staff; a standard answer and no work; a person must read it."""
    introduction: bool = False
    """The member is told that an introduction comes first."""
    on_hold: Label | None = None
    """Why it waits: complete requests wait too, and members are told this sentence."""
    due_months: int | None = Field(default=None, ge=1)
    """A legal deadline in months."""
    privacy: bool = False
    """It is about the data of who asks: staff may order `#auskunft` and `#löschen`."""
    retention: Days | None = None
    """How long its tickets are kept, where not as `closed` says."""
    handover: Id | None = None
    """What staff get ready-made when a request is complete: the templates `templates/handover/<name>.*`."""
    priority: int = 0
    """Above 0: where its words stand, nothing else is looked for; of several the highest."""
    replies: Replies | None = None
    """What is said about this service: at once or as a draft; without it what the mailbox says."""
    trusted_after: int | None = Field(default=None, ge=1)
    """
    So many drafts about it sent unchanged, and they leave by themselves; without it what the top says. A new service
    starts safely with `replies: draft` and `trusted_after: 5`.
    """
    examples: tuple[Example, ...] = ()
    """Mails and what they must become."""

    def field(self, id: str) -> FieldRule | None:
        """The field of that id, or None."""
        return next((rule for rule in self.fields if rule.id == id), None)


class Language(Rule):
    """Signs of what kind of thing a mail wants, whatever the service."""

    change: Signs = Signs()
    """Something that exists shall be changed."""
    help: Signs = Signs()
    """Something does not work, or how it is done."""
    request: Signs = Signs()
    """Something is wanted."""
    aside: tuple[Expression, ...] = ()
    """Are taken out of the text before signs of services are searched: who has read something on the website wants no website."""
    unrelated: tuple[Expression, ...] = ()
    """A person reads such a mail, unless it names a group or lists people: job applications, questions of the press."""


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


def load_catalogue(path: Path) -> Catalogue:
    """
    Read rules.yaml (UTF-8).

    Raises CatalogueError with every complaint at once, one `file:line: sentence` a line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogueError(f"{path}: there is no such file; set MAILBOT_RULES or start where rules.yaml lies") from None
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    return parse_catalogue(text, str(path), handovers=_handovers(templates_beside(path)))


def _handovers(templates: Path) -> frozenset[str] | None:
    """What `handover` may name; None where there are no templates at all, which is somebody else's complaint."""
    return frozenset(file.stem for file in templates.glob("handover/*.*")) if templates.is_dir() else None


def parse_catalogue(text: str, name: str = "rules.yaml", *, handovers: Set[str] | None = None) -> Catalogue:
    """
    The catalogue that stands in `text`; `name` stands in complaints.

    Args:
        handovers: those that there are; None: not known, so any may be named.

    Raises CatalogueError.
    """
    try:
        tree, content = _parsed(text)
        doubles = list(_doubled_keys(tree))
        if doubles:
            raise CatalogueError("\n".join(f"{name}:{line}: the key '{key}' stands twice" for line, key in doubles))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogueError(f"{name}:{mark.line + 1 if mark else 1}: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name}:1: {error}") from error
    except ValueError as error:
        raise CatalogueError(f"{name}:1: {error}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{name}:1: should be settings like 'services:', stands there: {_kind(content)}")
    loose_ends = [*_loose_ends(content), *_unknown_handovers(content, handovers)]
    complaints = [(_line_of(tree, place), sentence) for place, sentence in loose_ends]
    try:
        catalogue = Catalogue.model_validate(content)
    except ValidationError as error:
        complaints += [(_line_of(tree, each["loc"]), _sentence(each)) for each in error.errors()]
    if complaints:
        raise CatalogueError("\n".join(f"{name}:{line}: {sentence}" for line, sentence in sorted(complaints)))
    return catalogue


def _parsed(text: str) -> tuple[yaml.Node | None, Any]:
    """The file's nodes, which know their lines, and its values. Raises YAMLError."""
    try:
        fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
        return yaml.compose(text, fast), yaml.load(text, fast)
    except yaml.YAMLError:
        # Its complaints say more clearly what is wrong, and are the same everywhere.
        return yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)


def _loose_ends(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What names another part of the file that is not there, or names its own a second time: where, and a sentence."""
    boxes = _ids(content, "mailboxes") | {"any"}
    offered = _ids(content, "services")
    for key, what in (("mailboxes", "mailbox"), ("staff", "staff member"), ("services", "service")):
        seen = set()
        for at, entry in _entries(content, key):
            id = entry.get("id")
            if isinstance(id, str) and id in seen:
                yield (key, at, "id"), f"two entries for the {what} '{id}'"
            seen.add(str(id))
    inboxes = {str(box.get("address")).lower() for _, box in _entries(content, "mailboxes")}
    for at, box in _entries(content, "mailboxes"):
        if (notes := str(box.get("notes")).lower()) in inboxes:
            yield ("mailboxes", at, "notes"), f"'{notes}' is an inbox; notes need an address of their own, like support+notiz@…"
    for id, why in ALWAYS.items():
        if id not in offered:
            yield ("services",), f"there is no service '{id}', which takes {why}"
    for at, service in _entries(content, "services"):
        inbox = service.get("inbox", "any")
        if isinstance(inbox, str) and inbox not in boxes:
            there = ", ".join(sorted(boxes))
            yield ("services", at, "inbox"), f"service '{service.get('id')}': no mailbox '{inbox}', there are: {there}"
        known = _ids(service, "fields")
        for number, field in _entries(service, "fields"):
            only_if = field.get("only_if")
            named = [("among", field["among"])] if "among" in field else []
            named += [("only_if", other) for other in only_if] if isinstance(only_if, dict) else []
            for key, other in named:
                if isinstance(other, str) and other not in known:
                    place = ("services", at, "fields", number, key)
                    yield place, f"service '{service.get('id')}', field '{field.get('id')}': there is no field '{other}'"
    for part, key in (("reminders", "escalate_to"), ("alarms", "to")):
        rules = content.get(part)
        asked = rules.get(key) if isinstance(rules, dict) else None
        for number, id in enumerate(asked if isinstance(asked, list) else []):
            if isinstance(id, str) and id not in _ids(content, "staff"):
                yield (part, key, number), f"{part}: there is no '{id}' among the staff"
    for at, person in _entries(content, "staff"):
        works_on = person.get("services")
        for id in works_on if isinstance(works_on, list) else []:
            if isinstance(id, str) and id not in offered:
                yield ("staff", at, "services"), f"staff '{person.get('id')}': there is no service '{id}'"


def _unknown_handovers(content: Mapping[str, Any], there: Set[str] | None) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for at, service in _entries(content, "services"):
        named = service.get("handover")
        if isinstance(named, str) and there is not None and named not in there:
            offered = ", ".join(sorted(there)) or "none"
            sentence = f"service '{service.get('id')}': no '{named}' in templates/handover/, there are: {offered}"
            yield ("services", at, "handover"), sentence


def _entries(content: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The entries of a list in the file, whatever else may be wrong with it."""
    entries = content.get(key)
    for at, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield at, entry


def _ids(content: Mapping[str, Any], key: str) -> set[str]:
    return {id for _, entry in _entries(content, key) if isinstance(id := entry.get("id"), str)}


def _kind(content: object) -> str:
    return "nothing" if content is None else "a list" if isinstance(content, list) else f"'{content}'"


def _doubled_keys(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    """PyYAML silently takes the last of two equal keys."""
    match node:
        case yaml.MappingNode(value=pairs):
            seen: set[str] = set()
            for key, value in pairs:
                if isinstance(key.value, str):
                    if key.value in seen:
                        yield key.start_mark.line + 1, key.value
                    seen.add(key.value)
                yield from _doubled_keys(value)
        case yaml.SequenceNode(value=items):
            for item in items:
                yield from _doubled_keys(item)


def _line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line, counted from 1, of the last step of `place` that stands in the file."""
    line = 1
    for step in place:
        match node:
            case yaml.MappingNode(value=pairs):
                found = next(((key, value) for key, value in pairs if key.value == step), None)
            case yaml.SequenceNode(value=items) if isinstance(step, int) and step < len(items):
                found = (items[step], items[step])
            case _:
                found = None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def _sentence(error: Any) -> str:
    """What is wrong, what stands there, what is allowed."""
    place = ".".join(str(step) for step in error["loc"] if step != "[key]")  # so pydantic says that the key is wrong
    kind, last = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        near = get_close_matches(last, sorted(_allowed(error["loc"])), n=1)
        allowed = ", ".join(sorted(_allowed(error["loc"])))
        return f"unknown key '{place}'" + (f", did you mean '{near[0]}'?" if near else f"; allowed here: {allowed}")
    if kind == "missing":
        return f"'{place}' is missing"
    given = error.get("input")
    if kind == "string_type":
        stands = " ".join(f"'{key}:'" for key in given) if isinstance(given, dict) else f"{given!r}"
        return f"{place}: should be text, stands there: {stands}; put it in quotes if it has a colon or is a number"
    shown = "" if isinstance(given, dict | list | tuple | BaseModel) or given is None else f", not '{given}'"
    return f"{place}: {error['msg']}{shown}" if place else f"{error['msg']}"


def _allowed(place: Sequence[str | int]) -> set[str]:
    """The keys that may stand where the last step of `place` stands."""
    model: Any = Catalogue
    for step in place[:-1]:
        if isinstance(step, str) and isinstance(model, type) and issubclass(model, Rule) and step in model.model_fields:
            model = _model_in(model.model_fields[step].annotation)
    return set(model.model_fields) if isinstance(model, type) and issubclass(model, Rule) else set()


def _model_in(annotation: Any) -> Any:
    """The rule model inside `tuple[Model, ...]`, `Model | None` and the like, else None."""
    if isinstance(annotation, type) and issubclass(annotation, Rule):
        return annotation
    if get_origin(annotation) in (tuple, Union, UnionType, Annotated):
        return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
    return None
