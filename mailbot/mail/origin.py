"""
Did a person write this mail to us?

Rules in tiers, asked in this order; the first that matches ends it. What none of them matches, a person wrote:
a machine that is answered once costs less than a person who is not answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mailbot.mail.message import Kind, Mail
from mailbot.mail.proof import Authenticity, prove
from mailbot.mail.subject import ANSWER

__all__ = ["RULES", "Authenticity", "Machine", "Origin", "Rule", "origin", "rule_for"]

MAX_WORDS = 5_000  # characters that are searched for the words of an automatic answer


class Machine(StrEnum):
    """What kind of machine sent a mail."""

    OWN = "own"  # our own automatic mail, come back
    SPAM = "spam"  # marked by the mail server
    REPORT = "report"  # about the delivery of a mail
    ABSENCE = "absence"  # out of office, vacation, receipt
    LIST = "list"  # mailing list, newsletter
    ROBOT = "robot"  # every other program


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who sent a mail: `machine` is None for a person; `because` and `authentic_by` are whole sentences."""

    machine: Machine | None
    because: str
    authenticity: Authenticity
    authentic_by: str


def origin(mail: Mail, *, own: frozenset[str], authserv_ids: tuple[str, ...]) -> Origin:
    """
    Tell machines from people, and whether the sender is who From says.

    Args:
        mail: as `read` gives it.
        own: our mailboxes' addresses, in lower case.
        authserv_ids: names under which our own mail server writes Authentication-Results; others are not believed.

    Source:
        RFC 3834 (automatic responses), RFC 2919 and 2369 (lists), RFC 3464 (delivery reports), RFC 8601 (Authentication-Results).
    """
    rule = rule_for(mail, own)
    authenticity, authentic_by = prove(mail, authserv_ids)
    return Origin(
        machine=rule.machine if rule else None,
        because=rule.because if rule else "Nothing says that a machine wrote it.",
        authenticity=authenticity,
        authentic_by=authentic_by,
    )


def rule_for(mail: Mail, own: frozenset[str] = frozenset()) -> Rule | None:
    """The first of the rules that says that a machine sent the mail; `own` are our addresses, as in `origin`."""
    asked = _Asked.of(mail, own)
    return next((rule for rule in RULES if rule.matches(asked)), None)


# --- the rules


@dataclass(frozen=True, slots=True)
class _Asked:
    """A mail with what several rules ask of it."""

    mail: Mail
    own: frozenset[str]
    subject: str  # in lower case
    submitted: str  # keyword of Auto-Submitted, "" if absent (RFC 3834, section 5: parameters and comments may follow)
    precedence: str
    local: str  # local part of the sender's address
    path: str  # local part of the return path, in lower case

    @classmethod
    def of(cls, mail: Mail, own: frozenset[str]) -> _Asked:
        return cls(
            mail=mail,
            own=own,
            subject=mail.subject.lower().strip(),
            submitted=_keyword(mail.header("Auto-Submitted")),
            precedence=_keyword(mail.header("Precedence")),
            local=mail.sender.email.rpartition("@")[0],
            path=(mail.return_path or "").strip("<> ").lower().rpartition("@")[0],
        )

    def says(self, *names: str) -> bool:
        """Is any of these fields there, and not empty or "no"?"""
        return any(value.strip().lower() not in ("", "no", "none") for name in names for value in self.mail.all(name))

    @property
    def null_path(self) -> bool:
        return self.mail.return_path == ""

    @property
    def answers_us(self) -> bool:
        """An answer to one of our mails, which all carry a key like [KV-1042] in the subject."""
        return bool(self.mail.in_reply_to or self.mail.references or re.search(rf"\[[a-z]+-\d+\]|:\s*{ANSWER}", self.subject))

    @property
    def own_words(self) -> str:
        return " ".join(line.text for line in self.mail.body.of(Kind.OWN, Kind.SIGNATURE, Kind.FOOTER))[:MAX_WORDS]

    @property
    def addressed_to_us(self) -> bool:
        return any(address.email in self.own for address in (*self.mail.to, *self.mail.cc))


@dataclass(frozen=True, slots=True)
class Rule:
    """One question; `because` is the sentence that tells why, if the answer is yes."""

    machine: Machine
    because: str
    matches: Callable[[_Asked], bool]


def takes_no_answers(address: str) -> bool:
    """Whether the address, in lower case, says of itself that no person reads what is sent there."""
    local = address.rpartition("@")[0]
    return any(pattern.fullmatch(local) for pattern in (_NO_REPLY, _PATH, _MAILER))


def _keyword(value: str | None) -> str:
    return re.sub(r"\([^()]*\)", " ", value or "").split(";")[0].strip().lower()


_RSPAMD_MARKS = ("reject", "add header", "rewrite subject")
_MAILER = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|maildaemon|postmaster|mdaemon|mail-delivery-subsystem"
    r"|microsoftexchange[0-9a-f]{20,}|mmdf"
    r"|mailer|mailsystem|mail[-_.]?delivery|postoffice|uucp|imss|smtp-?gateway|bounces?)(?:[-+=_\\].*)?"
)
_MAILER_NAME = re.compile(
    r"mail(?:er)? ?(?:delivery|daemon|system|administrator)|delivery (?:subsystem|system|status)|postmaster"
    r"|system administrator|microsoft outlook$",
    re.I,
)
_REPORT_SUBJECT = re.compile(
    r"(?:re: )?(?:\W{0,5})(?:undeliver(?:able|ed)|unzustellbar|non[- ]?delivery|delivery (?:status notification|failure"
    r"|failed|report|notification|delayed)"
    r"|mail (?:delivery|system|could not|failure|failed)|failure notice|failed mail|returned mail|returned to sender"
    r"|message (?:delivery|undeliverable|status|you sent)"
    r"|mail returned|nicht zustellbar|zustellung fehlgeschlagen|fehler bei der zustellung|ihre nachricht konnte nicht"
    r"|delayed mail|warning: (?:message|could not send)"
    r"|rückgabe|(?:mail )?delivery problem|notification d['’]échec|non remis|no se puede entregar|não entregue"
    r"|benachrichtigung zum übermittlungsstatus"
    r"|(?:your )?(?:e-?mail|message)(?: to .*)? (?:could not be|was not|cannot be|can't be) delivered|undelivered mail"
    r"|returned e-?mail|delivery-?error|error sending|"
    r"bounced? (?:mail|message)|abuse report|complaint about|email feedback report|\[?fbl\]?\b|dsn[: ]|ndn[: ]|ndr[: ]"
    r"|mdaemon notification|"
    r"(?:permanent|transient) (?:delivery )?(?:failure|error)|recipient (?:unknown|not found)|user unknown|no such user"
    r"|mailbox full|unable to deliver)"
)
_SURE_REPORT_SUBJECT = re.compile(
    r"complaint about message from \d|delivery failure notification$|undelivered mail returned to sender|failure notice$"
    r"|delivery status notification \((?:failure|delay)|mail delivery failed: returning|メッセージを配信できません"
)
_REPORT_TYPES = frozenset(
    {"message/delivery-status", "message/feedback-report", "message/global-delivery-status", "message/disposition-notification"}
)
_ABSENCE_OPENING = (
    r"(?:abwesenheits(?:notiz|nachricht|benachrichtigung|agent|assistent|meldung)|abwesend|abwesenheit"
    r"|automatische (?:antwort|abwesenheit\w*|rückantwort|e-mail-antwort)"
    r"|automatic (?:reply|response)|auto(?:matic|mated)?[- ]?(?:reply|response|answer|antwort)\w*"
    r"|out[- ]of[- ](?:the[- ])?office\w*|ooo\b|vacation\b|on vacation|away from"
    r"|urlaub\w*|ich bin (?:im urlaub|nicht im)|nicht im (?:büro|hause|dienst)|i am (?:on|out|away)|away:"
    r"|réponse automatique|absence du bureau|absent du bureau|message d['’]absence"
    r"|respuesta automática|fuera de (?:la )?oficina|ausente|risposta automatica|fuori (?:sede|ufficio)|otomatik (?:yanıt"
    r"|cevap)|ofis dışında|automatyczna odpowiedź|autoodpowiedź"
    r"|poza biurem|automatisch antwoord|afwezig\w*|autosvar|automatiskt svar|resposta automática|автоответ)"
)
_ABSENCE_SUBJECT = re.compile(rf"\[?{_ABSENCE_OPENING}")
_ABSENCE_PREFIX = re.compile(rf"\[?{_ABSENCE_OPENING}\]?\s*(?::|\bre\b|\baw\b|-|–)")
_SURE_PREFIX = re.compile(
    r"\[?(?:automatic (?:reply|response)|auto[- ]?(?:reply|response)|out[- ]of[- ]office(?: auto[- ]?reply)"
    r"|automatische antwort auf)\]?\s*:"
)
_NO_REPLY = re.compile(
    r"(?:no|do[-_.]?not|dont|nicht|keine)[-_.]?(?:reply|antwort\w*)(?:[-_.+].*)?|(?:.*[-_.+])no[-_.]?reply"
    r"|autoresponder|auto-?reply|notifications?"
)
_SAYS_SO = re.compile(
    r"\b(?:dies|das) ist eine (?:automatische|automatisch (?:erstellte|generierte|erzeugte|versandte|versendete))"
    r" (?:antwort|e-?mail|mail|nachricht|abwesenheitsnotiz|eingangsbestätigung)"
    r"|\bdiese (?:antwort|e-?mail|mail|nachricht) (?:wurde|wird|ist) automatisch"
    r" (?:erstellt|generiert|erzeugt|versandt|versendet)"
    r"|\bthis is an auto(?:mated|matic|matically generated|-generated)? ?(?:reply|response|e-?mail|mail|message)"
    r"|\bthis (?:reply|response|e-?mail|mail|message) (?:was|is|has been) (?:automatically (?:generated|sent)|auto-generated)",
    re.I,
)
_PATH = re.compile(r"owner-.+|.+-(?:request|owner|bounces)(?:\+.*)?|mailer-daemon")
_AUTOREPLY_FIELDS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Autoreply-From",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-MS-Exchange-Inbox-Rules-Loop",
    "X-Vacation",
)
_CALENDAR = "text/calendar"


def _is_report(asked: _Asked) -> bool:
    content_type = (asked.mail.header("Content-Type") or "").lower()
    return content_type.startswith("multipart/report") or bool(_REPORT_TYPES & set(asked.mail.media_types[:20]))


def _is_list_mail(asked: _Asked) -> bool:
    return asked.says("List-Id", "List-Unsubscribe", "List-Post", "Mailing-List", "X-Mailing-List", "X-BeenThere")


RULES: tuple[Rule, ...] = (
    # Loops first: nothing else may be concluded from our own words.
    Rule(
        Machine.OWN,
        "It is our own automatic mail: it comes from one of our addresses and says Auto-Submitted.",
        lambda asked: asked.mail.sender.email in asked.own and asked.submitted not in ("", "no"),
    ),
    Rule(
        Machine.OWN,
        "It went through one of our addresses before (X-Loop).",
        lambda asked: any(address in asked.own for value in asked.mail.all("X-Loop") for address in value.lower().split()),
    ),
    # What the server marked. A high score that it did not mark, or "[SPAM]" in a subject, is no mark.
    Rule(
        Machine.SPAM,
        "The mail server marked it as spam.",
        lambda asked: (
            _keyword(asked.mail.header("X-Spam-Flag")) == "yes"
            or _keyword(asked.mail.header("X-Spam")) == "yes"
            or re.match(r"yes\b", (asked.mail.header("X-Spam-Status") or "").strip(), re.I) is not None
            or _keyword(asked.mail.header("X-Rspamd-Action")) in _RSPAMD_MARKS
        ),
    ),
    # Reports before absence notes, because many say Auto-Submitted: auto-replied too.
    Rule(Machine.REPORT, "It is a delivery report (RFC 3464) or a read receipt (RFC 8098).", _is_report),
    Rule(
        Machine.REPORT,
        "It names recipients that a mail did not reach.",
        lambda asked: asked.says("X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr"),
    ),
    Rule(
        Machine.REPORT,
        "A mail system sent it (mailer-daemon, postmaster).",
        lambda asked: (
            bool(_MAILER.fullmatch(asked.local)) and (asked.null_path or asked.local != "postmaster" or _reports(asked))
        ),
    ),
    Rule(
        Machine.REPORT,
        "A mail system sent it: by its name, and the subject speaks of a delivery.",
        lambda asked: (
            _reports(asked) and (asked.null_path or bool(_MAILER_NAME.search(asked.mail.sender.name)) or not asked.local)
        ),
    ),
    Rule(
        Machine.REPORT,
        "The subject is word for word that of a mail system, and it would not come back to who sent it.",
        lambda asked: bool(_SURE_REPORT_SUBJECT.match(asked.subject)) and asked.mail.return_path != asked.mail.sender.email,
    ),
    # Absence notes.
    Rule(
        Machine.ABSENCE,
        "It says that it is an automatic answer (Auto-Submitted).",
        lambda asked: asked.submitted.startswith("auto-replied"),
    ),
    Rule(
        Machine.ABSENCE,
        "It says that it is an automatic answer (X-Autoreply, X-Autorespond, Precedence: auto_reply).",
        lambda asked: asked.says(*_AUTOREPLY_FIELDS) or asked.precedence in ("auto_reply", "auto-reply", "autoreply"),
    ),
    Rule(
        Machine.ABSENCE,
        "The subject speaks of an absence, and the mail has a null return path or is sent in bulk.",
        lambda asked: (
            bool(_ABSENCE_SUBJECT.match(asked.subject))
            and (asked.null_path or asked.precedence in ("bulk", "junk", "list") or asked.submitted not in ("", "no"))
        ),
    ),
    Rule(
        Machine.ABSENCE,
        "The subject opens with the words of an absence note, followed by the subject of a mail of ours.",
        lambda asked: (
            bool(_SURE_PREFIX.match(asked.subject)) or (bool(_ABSENCE_PREFIX.match(asked.subject)) and asked.answers_us)
        ),
    ),
    Rule(
        Machine.ABSENCE,
        "It answers a mail of ours and was sent in bulk (Precedence), as autoresponders do and no person.",
        lambda asked: asked.answers_us and asked.precedence in ("bulk", "junk"),
    ),
    Rule(
        Machine.ABSENCE,
        "It answers a mail of ours and says in words that it is automatic.",
        lambda asked: asked.answers_us and bool(_SAYS_SO.search(asked.own_words)),
    ),
    # Calendars, lists, and whatever else says that it is a program.
    Rule(
        Machine.ROBOT,
        "A calendar sent it.",
        lambda asked: (
            _CALENDAR in asked.mail.media_types and (asked.submitted not in ("", "no") or bool(_NO_REPLY.fullmatch(asked.local)))
        ),
    ),
    Rule(
        Machine.ROBOT,
        "It says that a program wrote it (Auto-Submitted).",
        lambda asked: asked.submitted not in ("", "no"),
    ),
    Rule(Machine.LIST, "It came through a mailing list (List-Id, List-Unsubscribe).", _is_list_mail),
    Rule(
        Machine.LIST,
        "Its return path is that of a list or a program (owner-…, …-request; RFC 3834, section 2).",
        lambda asked: bool(_PATH.fullmatch(asked.path)),
    ),
    Rule(
        Machine.LIST,
        "It was sent in bulk and not to us (Precedence).",
        lambda asked: asked.precedence in ("list", "bulk", "junk") and not asked.addressed_to_us,
    ),
    Rule(
        Machine.ROBOT,
        "Its sender takes no answers (no-reply).",
        lambda asked: bool(_NO_REPLY.fullmatch(asked.local)),
    ),
    Rule(
        Machine.ROBOT,
        "It has a null return path, which only programs use (RFC 5321, 4.5.5).",
        lambda asked: asked.null_path,
    ),
    Rule(
        Machine.ROBOT,
        "A program says that it generated it.",
        lambda asked: asked.says(
            "X-Autogenerated", "X-Auto-Generated", "X-Generated-By-Helpdesk", "X-RT-Loop-Prevention", "X-OTRS-Loop"
        ),
    ),
)


def _reports(asked: _Asked) -> bool:
    return bool(_REPORT_SUBJECT.match(asked.subject))
