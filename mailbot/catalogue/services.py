"""What members can ask for, what has to be known for it, and how they say it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from mailbot.catalogue.values import Days, Expression, Id, Label, Part, Replies, Rule, Text


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
