"""What follows from a mail: the rule that staff would tell, branch by branch."""

from __future__ import annotations

import pytest

from mailbot.tickets.decide import IN_VAIN, decide
from mailbot.tickets.decision import Action, Decision, Outcome, Reply
from mailbot.tickets.ticket import State, Ticket
from mailbot.understanding.request import Act, Request
from tests.builders import COMPLETE, NEXTCLOUD, SERVICES, catalogue, reading, request, ticket

RULES = catalogue()
WAITING = catalogue(
    services=({**NEXTCLOUD, "on_hold": {"de": "Es gibt einen Fehler.", "en": "There is a fault."}}, *SERVICES[1:])
)

GROUP_ONLY = request(fields={"group": "OV Ehrenfeld"}, missing=("admins", "users"))
NOTHING = request(fields={}, missing=("admins", "group", "users"))


def asking(said: Request = GROUP_ONLY, questions: int = 1, **changes: object) -> Ticket:
    """A ticket that waits for the member."""
    return ticket(said, state=State.ASKING, questions=questions, **changes)


def test_what_is_complete_is_opened_and_staff_hear_of_it():
    assert decide(reading(request()), (), RULES) == Decision(
        action=Action.OPEN,
        outcomes=(Outcome(request=request(), action=Action.OPEN, state=State.OPEN),),
        reply=Reply.ANSWER,
        tell_staff=(0,),
    )


def test_what_is_incomplete_is_asked_for_and_staff_are_left_in_peace():
    assert decide(reading(GROUP_ONLY), (), RULES) == Decision(
        action=Action.ASK,
        outcomes=(Outcome(request=GROUP_ONLY, action=Action.ASK, state=State.ASKING, questions=1),),
        reply=Reply.ANSWER,
    )


def test_a_tool_of_others_gets_a_standard_answer_and_no_work_for_staff():
    zetkin = request("aktivisti")

    assert decide(reading(zetkin), (), RULES) == Decision(
        action=Action.REFER,
        outcomes=(Outcome(request=zetkin, action=Action.REFER, state=State.REFERRED),),
        reply=Reply.ANSWER,
    )


@pytest.mark.parametrize("service", ["privacy", "other"])
def test_what_a_person_must_read_goes_to_one_and_the_member_gets_a_receipt(service: str):
    assert decide(reading(request(service)), (), RULES) == Decision(
        action=Action.TRIAGE,
        outcomes=(Outcome(request=request(service), action=Action.TRIAGE, state=State.TRIAGE),),
        reply=Reply.ANSWER,
        tell_staff=(0,),
    )


def test_while_a_service_is_on_hold_its_tickets_are_opened_on_hold():
    opened = decide(reading(request()), (), WAITING)

    assert (opened.action, opened.outcomes[0].state) == (Action.OPEN, State.ON_HOLD)


def test_while_a_service_is_on_hold_it_is_still_asked_for_what_is_missing():
    assert decide(reading(GROUP_ONLY), (), WAITING).outcomes[0].state is State.ASKING


def test_an_answer_that_completes_a_request_opens_its_ticket():
    opened = decide(reading(request()), (asking(),), RULES)

    assert opened.outcomes == (
        Outcome(request=request(), action=Action.OPEN, state=State.OPEN, ticket="KV-1042", changed=True, questions=0),
    )
    assert opened.tell_staff == (0,)


def test_an_answer_that_brings_something_new_begins_the_count_of_questions_again():
    more = request(fields={k: COMPLETE[k] for k in ("group", "users")}, missing=("admins",))

    asked = decide(reading(more), (asking(questions=3),), RULES)

    assert asked.outcomes == (
        Outcome(request=more, action=Action.ASK, state=State.ASKING, ticket="KV-1042", changed=True, questions=1),
    )


def test_an_answer_that_brings_nothing_is_asked_again():
    assert decide(reading(GROUP_ONLY), (asking(questions=1),), RULES).outcomes[0].questions == 2


def test_after_three_fruitless_questions_a_person_takes_over():
    tickets: tuple[Ticket, ...] = ()
    actions = []
    for _ in range(5):
        decision = decide(reading(NOTHING), tickets, RULES)
        (outcome,) = decision.outcomes
        actions.append((outcome.action, outcome.state, decision.tell_staff))
        tickets = (ticket(outcome.request, state=outcome.state, questions=outcome.questions),)

    asked, handed_over = (Action.ASK, State.ASKING, ()), (Action.TRIAGE, State.TRIAGE, (0,))
    assert actions == [asked, asked, asked, handed_over, handed_over]


@pytest.mark.parametrize(("said", "answers"), [(NOTHING, 4), (request(), 5), (request("other"), 5)])
@pytest.mark.parametrize("act", [Act.SAY, Act.INQUIRE])
def test_however_often_a_mail_brings_nothing_new_only_a_few_are_answered_and_staff_hear_of_all_others(
    said: Request, answers: int, act: Act
):
    first = decide(reading(said), (), RULES)
    heard = [first]
    for _ in range(8):
        (outcome,) = heard[-1].outcomes
        before = ticket(outcome.request, state=outcome.state, questions=outcome.questions)
        heard.append(decide(reading(said, act=act if outcome.state is not State.ASKING else Act.SAY), (before,), RULES))

    assert [bool(each.reply) for each in heard] == [True] * answers + [False] * (9 - answers)
    assert {(each.silence, each.tell_staff) for each in heard[answers:]} == {(IN_VAIN, (0,))}


def test_whoever_brings_something_new_is_answered_again_after_all_the_silence():
    more = request(fields={**COMPLETE, "group": "OV Kalk"})

    heard = decide(reading(more), (ticket(questions=9),), RULES)

    assert (heard.reply, heard.outcomes[0].questions) == (Reply.ANSWER, 0)


@pytest.mark.parametrize(("act", "reply"), [(Act.WITHDRAW, Reply.WITHDRAWN), (Act.THANK, None)])
def test_who_takes_a_wish_back_or_says_thanks_is_heard_at_any_time(act: Act, reply: Reply | None):
    heard = decide(reading(request(), act=act), (ticket(questions=9),), RULES)

    assert (heard.reply, heard.silence == IN_VAIN) == (reply, False)


def test_how_often_is_asked_stands_in_the_rules():
    once = catalogue(questions={"at_most": 1})

    assert decide(reading(GROUP_ONLY), (asking(questions=1),), once).action is Action.TRIAGE


def test_a_correction_of_an_open_ticket_changes_it_and_staff_hear_of_it():
    corrected = request(fields={**COMPLETE, "group": "OV Kalk"})

    opened = decide(reading(corrected), (ticket(),), RULES)

    assert opened.outcomes == (Outcome(request=corrected, action=Action.OPEN, state=State.OPEN, ticket="KV-1042"),)
    assert opened.tell_staff == (0,)


def test_an_open_ticket_that_a_correction_leaves_incomplete_is_asked_about():
    lost_its_admin = request(fields={k: COMPLETE[k] for k in ("group", "users")}, missing=("admins",))

    asked = decide(reading(lost_its_admin), (ticket(),), RULES)

    assert [(each.action, each.state) for each in asked.outcomes] == [(Action.ASK, State.ASKING)]


@pytest.mark.parametrize("state", [State.OPEN, State.ON_HOLD])
def test_words_that_change_nothing_leave_a_complete_ticket_as_it_is(state: State):
    same = decide(reading(request()), (ticket(state=state),), RULES)

    assert same.outcomes == (
        Outcome(request=request(), action=Action.OPEN, state=state, ticket="KV-1042", changed=False, questions=1),
    )


def test_what_a_member_adds_to_an_open_ticket_reaches_staff_even_where_no_field_changes():
    assert decide(reading(request()), (ticket(),), RULES).tell_staff == (0,)


def test_what_a_member_adds_to_a_ticket_on_hold_reaches_staff_too():
    assert decide(reading(request()), (ticket(state=State.ON_HOLD),), WAITING).tell_staff == (0,)


def test_whoever_is_not_helped_by_the_standard_answer_gets_a_person():
    zetkin = request("aktivisti")

    helped = decide(reading(zetkin), (ticket(zetkin, state=State.REFERRED),), RULES)

    assert helped.outcomes == (Outcome(request=zetkin, action=Action.TRIAGE, state=State.TRIAGE, ticket="KV-1042", questions=1),)
    assert (helped.action, helped.reply, helped.tell_staff) == (Action.TRIAGE, Reply.ANSWER, (0,))


def test_a_standard_answer_stands_where_the_mail_speaks_of_something_else():
    zetkin = request("aktivisti")

    more = decide(reading(zetkin, request("video")), (ticket(zetkin, state=State.REFERRED),), RULES)

    assert [each.state for each in more.outcomes] == [State.REFERRED, State.OPEN]
    assert more.tell_staff == (1,)


@pytest.mark.parametrize("before", [ticket(), asking()], ids=["open", "asking"])
def test_thanks_are_met_with_silence(before: Ticket):
    thanked = decide(reading(before.request, act=Act.THANK), (before,), RULES)

    assert (thanked.reply, thanked.silence, thanked.tell_staff) == (None, "thanks need no answer", ())
    assert [(each.state, each.changed, each.questions) for each in thanked.outcomes] == [(before.state, False, before.questions)]


def test_whoever_withdraws_closes_the_ticket_and_is_told():
    withdrawn = decide(reading(GROUP_ONLY, act=Act.WITHDRAW), (asking(),), RULES)

    assert withdrawn.reply is Reply.WITHDRAWN
    assert withdrawn.outcomes == (
        Outcome(request=GROUP_ONLY, action=Action.ASK, state=State.CLOSED, ticket="KV-1042", changed=True, questions=1),
    )


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (State.OPEN, (0,)),
        (State.TRIAGE, (0,)),
        (State.ON_HOLD, (0,)),
        (State.ASKING, ()),  # staff never heard of it
        (State.REFERRED, ()),
    ],
)
def test_staff_hear_of_a_withdrawal_where_they_know_the_ticket(state: State, told: tuple[int, ...]):
    assert decide(reading(act=Act.WITHDRAW), (ticket(state=state),), RULES).tell_staff == told


def test_whoever_says_that_what_is_done_is_done_is_met_with_silence():
    closed = ticket(state=State.CLOSED)

    done = decide(reading(request(), act=Act.WITHDRAW), (closed,), RULES)

    assert (done.reply, done.tell_staff) == (None, ())
    assert [(each.state, each.changed) for each in done.outcomes] == [(State.CLOSED, False)]


def test_staff_hear_of_a_withdrawal_of_a_part_even_where_something_is_missing():
    half = decide(reading(GROUP_ONLY, half_withdrawn=True), (asking(),), RULES)

    assert ([each.state for each in half.outcomes], half.tell_staff) == ([State.ASKING], (0,))


def test_whoever_asks_how_things_stand_is_told_and_nothing_changes():
    inquired = decide(reading(act=Act.INQUIRE), (ticket(),), RULES)

    assert inquired.reply is Reply.STATUS
    assert [(each.state, each.changed) for each in inquired.outcomes] == [(State.OPEN, False)]
    assert inquired.tell_staff == (0,)


def test_whoever_asks_how_things_stand_while_something_is_missing_does_not_use_up_a_question():
    inquired = decide(reading(GROUP_ONLY, act=Act.INQUIRE), (asking(questions=3),), RULES)

    assert (inquired.action, inquired.outcomes[0].questions, inquired.tell_staff) == (Action.ASK, 3, ())


INCOMPLETE, LEGAL, COMPLETED, OTHERS = GROUP_ONLY, request("privacy"), request(), request("aktivisti")


@pytest.mark.parametrize(
    ("requests", "action"),
    [
        ((COMPLETED, INCOMPLETE), Action.ASK),
        ((LEGAL, INCOMPLETE), Action.ASK),
        ((COMPLETED, LEGAL), Action.TRIAGE),
        ((OTHERS, COMPLETED), Action.OPEN),
        ((OTHERS, OTHERS), Action.REFER),
    ],
)
def test_several_requests_have_the_first_action_of_ask_triage_open_refer(requests: tuple[Request, ...], action: Action):
    assert decide(reading(*requests), (), RULES).action is action


def test_two_requests_are_two_outcomes_and_one_answer():
    both = decide(reading(GROUP_ONLY, request("video")), (), RULES)

    assert [(each.request.service, each.state) for each in both.outcomes] == [
        ("nextcloud", State.ASKING),
        ("video", State.OPEN),
    ]
    assert (both.reply, both.tell_staff) == (Reply.ANSWER, (1,))


def test_a_new_request_in_a_running_conversation_gets_a_ticket_of_its_own():
    more = decide(reading(request(), request("video")), (ticket(),), RULES)

    assert [(each.ticket, each.changed) for each in more.outcomes] == [("KV-1042", False), (None, True)]


def test_doubts_and_language_go_on_to_those_who_write():
    passed_on = decide(reading(language="en", doubts=("the misspelt domain stands in the mail",)), (), RULES)

    assert (passed_on.language, passed_on.doubts) == ("en", ("the misspelt domain stands in the mail",))


def test_the_same_reading_tickets_and_rules_give_the_same_decision():
    said, before = reading(request(), GROUP_ONLY), (ticket(), asking())

    assert decide(said, before, RULES) == decide(said, before, RULES)
    assert (said, before) == (reading(request(), GROUP_ONLY), (ticket(), asking()))
