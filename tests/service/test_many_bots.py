"""Several bots on one database take nothing twice and leave nothing lying."""

from concurrent.futures import ThreadPoolExecutor

from mailbot.service.overview import send_if_due
from mailbot.service.post import responsible
from mailbot.service.receiver import receive
from mailbot.service.sender import deliver
from mailbot.service.worker import work
from mailbot.store.inbound import State
from tests import builders
from tests.service.bench import STAFF, Bench, eml

BOTS = 4
MAILS = 20


def test_each_mail_becomes_one_ticket_and_one_answer(bench: Bench):
    office, box = bench.office, bench.office.catalogue.mailbox("support")
    members = [f"kim{number}@posteo.example" for number in range(MAILS)]
    for address in members:
        bench.mail(eml(From=address))

    def live(_number: int) -> None:
        receive(office, box, bench.support)  # type: ignore[arg-type]
        while work(office):
            pass
        while deliver(office):
            pass
        send_if_due(office)

    with ThreadPoolExecutor(BOTS) as bots:
        list(bots.map(live, range(BOTS)))
    live(0)

    assert [state for state, _ in bench.ends()] == [State.TICKET] * MAILS
    assert sorted(ticket.requester.email for ticket in bench.tickets()) == sorted(members)
    assert len({ticket.key for ticket in bench.tickets()}) == MAILS
    assert sorted(recipient for recipient, _ in bench.slot.taken) == sorted([STAFF, *members])


def test_somebody_always_hears_of_a_ticket():
    kim, anna = builders.catalogue().staff
    only_video = kim.model_copy(update={"services": ("video",)})

    assert responsible((only_video, anna), "video") == [only_video, anna]
    assert responsible((only_video, anna), "signal") == [anna]
    assert responsible((only_video,), "signal") == (only_video,)
