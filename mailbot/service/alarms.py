"""Staff get a mail when something has been wrong with the bot for a while, and when it is over; `tickets/alarms.py` says when."""

from __future__ import annotations

from datetime import timedelta

from mailbot.service.judgement import judge
from mailbot.service.office import Office
from mailbot.service.post import Post
from mailbot.store import alarms
from mailbot.tickets.alarms import ALARMING, Alarm, to_tell
from mailbot.tickets.rendering import Words
from mailbot.tickets.trouble import Kind, Trouble
from mailbot.tickets.writer import Writer

DAY = timedelta(days=1)
Name = tuple[Kind, str]


def sound_alarms(office: Office) -> int:
    """Look what is wrong, and put what there is to tell into the outbox; tells of how much."""
    now = office.clock()
    wrong: dict[Name, Trouble] = {(each.kind, each.about): each for each in judge(office) if each.kind in ALARMING}
    with office.database.write() as connection:
        alarms.keep_up(connection, [(*name, each.since or now) for name, each in wrong.items()], now=now)
        rules = office.rules(connection)
        told, most = alarms.told_since(connection, now - DAY), rules.catalogue.alarms.at_most
        news = to_tell(alarms.unsettled(connection), now=now, told=told, at_most=most)
        post = Post(office=office, connection=connection, rules=rules, now=now)
        for alarm in news:
            if alarms.tell(connection, alarm, now=now):
                tell(post, words_of(rules.writer, alarm, wrong.get((alarm.kind, alarm.about))))
    return len(news)


def tell(post: Post, words: Words) -> None:
    """To everybody who looks after the bot, also in quiet hours."""
    for member in post.catalogue.operators:
        post.notice(member, words, mailbox=post.catalogue.mailboxes[0], at_once=True)


def words_of(writer: Writer, alarm: Alarm, trouble: Trouble | None) -> Words:
    """What the mail about it, or about its end, says."""
    if alarm.over_at is not None:
        return writer.all_clear(alarm.kind, alarm.about, since=alarm.since, until=alarm.over_at)
    return writer.alarm(alarm.kind, alarm.about, since=alarm.since, detail=_detail(trouble))


def _detail(trouble: Trouble | None) -> str:
    """What a server or the system said; the rest of the mail is in the words of staff."""
    return trouble.sentence if trouble is not None and trouble.kind in (Kind.MAILBOX, Kind.DISK) else ""
