"""Staff hear of it when a mailbox has been out of reach for a while, and when it is back; once each."""

from __future__ import annotations

from datetime import timedelta

from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import mailboxes

PATIENCE = timedelta(minutes=30)
"""Shorter outages are every server's; nobody needs a mail about them."""


def tell_of_outages(office: Office) -> int:
    """The clock's job: put what there is to tell into the outbox for everybody of the staff; tells how many outages."""
    now = office.clock()
    with office.database.write() as connection:
        rules = office.rules(connection)
        write, boxes = rules.writer, {box.id: box for box in rules.catalogue.mailboxes}
        gone = mailboxes.gone(connection, tuple(boxes), before=now - PATIENCE)
        back = mailboxes.back(connection, tuple(boxes))
        told = [
            *(write.out_of_reach(boxes[each.server], since=each.since, trouble=each.trouble) for each in gone),
            *(write.back_again(boxes[each.server], since=each.since, until=each.until) for each in back),
        ]
        post = Post(office=office, connection=connection, rules=rules, now=now)
        for words in told:
            for member in rules.catalogue.staff:
                post.notice(member, words, mailbox=rules.catalogue.mailboxes[0], at_once=True)
    return len(told)
