"""What to do about a mail. Pure: the same reading, tickets and rules give the same decision, for ever."""

from __future__ import annotations

from dataclasses import replace

from mailbot.catalogue import Catalogue, Service
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.takeover import TAKEN_OVER, is_taken_over
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Act, Reading, Request

NO_SENDER = "the mail names no sender"
FORGED = "the sender's authentication failed"
THANKS = "thanks need no answer"
IN_VAIN = "so many answers in a row have brought nothing new that a person must write now"
"""Why a mail gets no answer, whatever it says."""

_ORDER = (Action.ASK, Action.TRIAGE, Action.OPEN, Action.REFER)
_COMPLETE = {"open": (Action.OPEN, State.OPEN), "refer": (Action.REFER, State.REFERRED), "triage": (Action.TRIAGE, State.TRIAGE)}


def decide(reading: Reading, tickets: tuple[Ticket, ...], catalogue: Catalogue) -> Decision:
    """
    What becomes of each request of the reading, and which mails follow.

    `tickets` are those of the conversation; the first requests of the reading belong to them, one to one and in
    their order, further ones are new.
    """
    if reading.act is Act.WITHDRAW and tickets and all(ticket.state is State.CLOSED for ticket in tickets):
        reading = replace(reading, act=Act.THANK)  # "hat sich erledigt", of what we have told them is done
    pairs = [(request, tickets[at] if at < len(tickets) else None) for at, request in enumerate(reading.requests)]
    unheard = reading.act is Act.SAY and not any(_brings_something(request, ticket) for request, ticket in pairs)
    outcomes = tuple(_outcome(request, ticket, reading.act, catalogue, unheard=unheard) for request, ticket in pairs)
    if pairs and all(_is_in_vain(request, ticket, reading.act, catalogue) for request, ticket in pairs):
        return _left_to_staff(reading, outcomes)
    return Decision(
        action=next((action for action in _ORDER if any(outcome.action is action for outcome in outcomes)), Action.TRIAGE),
        outcomes=outcomes,
        reply=_reply(outcomes, reading.act),
        silence=_silence(outcomes, reading.act),
        tell_staff=tuple(
            at
            for at, (_, ticket) in enumerate(pairs)
            if _concerns_staff(outcomes[at], ticket, reading.act) or (reading.half_withdrawn and ticket is not None)
        ),
        doubts=reading.doubts,
        language=reading.language,
    )


def _left_to_staff(reading: Reading, outcomes: tuple[Outcome, ...]) -> Decision:
    """Enough was answered; whoever it is, and if it is a machine, a person must see it."""
    return Decision(
        action=next(action for action in _ORDER if any(outcome.action is action for outcome in outcomes)),
        outcomes=outcomes,
        silence=IN_VAIN,
        tell_staff=tuple(range(len(outcomes))),
        doubts=reading.doubts,
        language=reading.language,
    )


def in_silence(decision: Decision, *, silence: str) -> Decision:
    """The same requests for a person to look at, of whom nobody but staff hears."""
    return replace(
        decision,
        action=Action.TRIAGE,
        outcomes=tuple(replace(each, action=Action.TRIAGE, state=State.TRIAGE) for each in decision.outcomes),
        reply=None,
        silence=silence,
        tell_staff=tuple(range(len(decision.outcomes))),
    )


def reopened(ticket: Ticket, catalogue: Catalogue) -> Ticket:
    """The ticket back from its end, where it stands by what it lacks and by how its service works now."""
    _, state = _next(ticket.request, catalogue.service(ticket.request.service), held=ticket.held is not None)
    return replace(ticket, state=State.TRIAGE if ticket.vouched is False else state)


def _is_in_vain(request: Request, ticket: Ticket | None, act: Act, catalogue: Catalogue) -> bool:
    """Whether an answer would be one more after a person has been called for: machines never tire of each other."""
    return (
        ticket is not None
        and _counts(ticket, act)
        and not _brings_something(request, ticket)
        and ticket.questions > catalogue.questions.at_most
    )


def _brings_something(request: Request, ticket: Ticket | None) -> bool:
    """Whether the request is new, or not what it was before the mail."""
    return ticket is None or ticket.request.fields != request.fields or ticket.request.missing != request.missing


def _outcome(request: Request, ticket: Ticket | None, act: Act, catalogue: Catalogue, *, unheard: bool) -> Outcome:
    """`unheard`: the mail says something of which nothing was understood, for no ticket of the conversation."""
    service = catalogue.service(request.service)
    action, state = _next(request, service, held=ticket is not None and ticket.held is not None)
    new = _brings_something(request, ticket)
    questions = _questions(ticket, act, new=new, asked=action is Action.ASK)
    key = ticket.key if ticket else None
    if act is Act.WITHDRAW and ticket is not None and ticket.state is not State.CLOSED:
        return Outcome(request=request, action=action, state=State.CLOSED, ticket=key, questions=questions)
    if ticket is not None and unheard and ticket.state is State.REFERRED:
        # The standard answer was not enough: the same once more would help nobody.
        return Outcome(request=request, action=Action.TRIAGE, state=State.TRIAGE, ticket=key, questions=questions)
    if ticket is not None and (act is not Act.SAY or not (new or request.missing)):
        return Outcome(request=request, action=action, state=ticket.state, ticket=key, changed=False, questions=questions)
    if action is Action.ASK and ticket is not None and is_taken_over(ticket):
        return Outcome(request=request, action=Action.OPEN, state=State.OPEN, ticket=key, changed=False, questions=questions)
    if action is Action.ASK and questions > catalogue.questions.at_most:
        return Outcome(request=request, action=Action.TRIAGE, state=State.TRIAGE, ticket=key, questions=questions)
    return Outcome(request=request, action=action, state=state, ticket=key, questions=questions)


def _questions(ticket: Ticket | None, act: Act, *, new: bool, asked: bool) -> int:
    """How many answers in a row, this one counted in, have brought nothing new; a question is one from the first on."""
    if new:
        return 1 if asked else 0
    before = ticket.questions if ticket else 0
    return before + 1 if _counts(ticket, act) else before


def _counts(ticket: Ticket | None, act: Act) -> bool:
    """Whether the answer to such a mail counts; who is asked for something may ask, too, and uses up no question."""
    return act is Act.SAY or (act is Act.INQUIRE and ticket is not None and ticket.state is not State.ASKING)


def _next(request: Request, service: Service, *, held: bool) -> tuple[Action, State]:
    """Where a request stands by what it lacks, by how its service works, and whether staff have put it back by itself."""
    if request.missing:
        return Action.ASK, State.ASKING
    if held:
        return Action.OPEN, State.ON_HOLD
    action, state = _COMPLETE[service.complete]
    if action is Action.OPEN and service.on_hold is not None:
        return action, State.ON_HOLD
    return action, state


def _is_left_to_person(outcomes: tuple[Outcome, ...]) -> bool:
    """Whether all that could be said is what a person, who has taken over, is there to say."""
    return bool(outcomes) and all(each.state is State.OPEN and each.request.missing for each in outcomes)


def _reply(outcomes: tuple[Outcome, ...], act: Act) -> Reply | None:
    match act:
        case Act.THANK:
            return None
        case Act.WITHDRAW:
            return Reply.WITHDRAWN
        case Act.INQUIRE:
            return Reply.STATUS
        case Act.SAY:
            return None if _is_left_to_person(outcomes) else Reply.ANSWER


def _silence(outcomes: tuple[Outcome, ...], act: Act) -> str | None:
    if act is Act.THANK:
        return THANKS
    return TAKEN_OVER if act is Act.SAY and _is_left_to_person(outcomes) else None


def _concerns_staff(outcome: Outcome, ticket: Ticket | None, act: Act) -> bool:
    """Staff hear of what is theirs to do: complete, changed after that, not understood, withdrawn, asked about."""
    if act is Act.THANK:
        return False
    if act is Act.WITHDRAW:
        return ticket is not None and ticket.state in (State.OPEN, State.TRIAGE, State.ON_HOLD)
    if outcome.action is Action.ASK or (outcome.action is Action.REFER and ticket is None):
        return False
    return outcome.changed or outcome.state in (State.OPEN, State.TRIAGE, State.ON_HOLD)
