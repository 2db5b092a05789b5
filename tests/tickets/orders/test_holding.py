"""Orders that let a ticket or a service wait."""

from dataclasses import replace

import pytest

from mailbot.tickets.orders.carrying_out import carry_out
from mailbot.tickets.orders.grammar import read_order
from mailbot.tickets.orders.order import HoldService, Outcome, ReleaseService, TellMember
from mailbot.tickets.ticket import State
from tests.builders import NEXTCLOUD, body, catalogue, service, ticket
from tests.tickets.orders.desk import DESK, by_kim, ordered

ON_HOLD = service(NEXTCLOUD, on_hold={"de": "Umbau", "en": "Works"})
HELD = replace(DESK, catalogue=catalogue(services=(ON_HOLD, *DESK.catalogue.services[1:])))


def test_a_ticket_waits_by_itself_and_its_member_reads_why():
    before = ticket()

    assert ordered("#zurueckstellen Der Server zieht um.", of=before) == Outcome(
        ticket=replace(before, state=State.ON_HOLD, held="Der Server zieht um."),
        events=(by_kim("held", "Der Server zieht um."),),
        rows=(("#zurueckstellen Der Server zieht um.", "zurückgestellt"),),
        effects=(TellMember(),),
    )


def test_it_goes_on_where_it_stood():
    held = ticket(state=State.ON_HOLD, held="Der Server zieht um.")

    outcome = ordered("#freigeben", of=held)

    assert (outcome.ticket.state, outcome.ticket.held, outcome.effects) == (State.OPEN, None, (TellMember(),))


@pytest.mark.parametrize("line", ["#zurückstellen nextcloud: Umbau", "#hold Cloudspeicher (Nextcloud): Umbau"])
def test_a_service_is_told_by_its_name_and_a_colon(line: str):
    before = ticket()

    outcome = ordered(line, of=before)

    assert (outcome.ticket, outcome.effects) == (before, (HoldService(service="nextcloud", because="Umbau"),))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("#zurückstellen", "warum? Das Mitglied liest den Grund: #zurückstellen Der Server zieht um."),
        ("#zurückstellen nextcloud:", "warum? Das Mitglied liest den Grund: #zurückstellen Der Server zieht um."),
        ("#zurückstellen nextclod: Umbau", "ist ein Dienst gemeint? Dann: #zurückstellen nextcloud: …"),
        ("#freigeben nextcloud", "„Cloudspeicher (Nextcloud)“ ist nicht zurückgestellt"),
    ],
)
def test_what_members_would_read_by_mistake_is_refused(line: str, why: str):
    assert ordered(line).refused == ((line, why),)


def test_a_reason_with_a_colon_is_a_reason():
    assert ordered("#zurückstellen Achtung: der Server zieht um.").ticket.held == "Achtung: der Server zieht um."


def test_a_ticket_that_waits_with_its_service_goes_on_with_it():
    waiting = ticket(state=State.ON_HOLD)

    alone = carry_out(waiting, read_order(body("#freigeben")), HELD)
    whole = carry_out(waiting, read_order(body("#freigeben nextcloud")), HELD)

    assert alone.refused == (("#freigeben", "der ganze Dienst ist zurückgestellt: #freigeben nextcloud"),)
    assert whole.effects == (ReleaseService(service="nextcloud"),)


def test_about_no_ticket_only_a_service_can_wait():
    outcome = carry_out(None, read_order(body("#zurückstellen Umbau")), DESK)

    assert outcome.refused == (
        ("#zurückstellen Umbau", "welcher Dienst? Zum Beispiel: #zurückstellen nextcloud: Der Server zieht um."),
    )
