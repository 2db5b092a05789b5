"""
What the bot counts and measures about itself, for Prometheus: one line where it happens.

Labels are ids of rules.yaml and parts of the program, nothing of anybody. The figures are those of this process; whoever runs
several bots adds them up.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]
INSTRUMENTS = CollectorRegistry()
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

_RECEIVED = Counter("mailbot_received", "Mails taken in.", ["mailbox"], registry=INSTRUMENTS)
_ANSWERED = Counter("mailbot_answered", "Automatic answers that the server has taken.", ["mailbox"], registry=INSTRUMENTS)
_QUARANTINED = Counter("mailbot_quarantined", "Mails that could not be processed.", ["mailbox"], registry=INSTRUMENTS)
_ERRORS = Counter("mailbot_errors", "Times that a part of the bot had to begin anew.", ["part"], registry=INSTRUMENTS)
_WORK = Histogram(
    "mailbot_work_seconds", "What follows from one mail, decided and written down.", registry=INSTRUMENTS, buckets=SECONDS
)
_SEND = Histogram("mailbot_send_seconds", "Handing one mail to SMTP.", registry=INSTRUMENTS, buckets=SECONDS)
Info("mailbot_build", "The version that runs.", registry=INSTRUMENTS).info({"version": version("mailbot")})
ProcessCollector(registry=INSTRUMENTS)


def received(mailbox: str, mails: int) -> None:
    """So many mails were taken in."""
    _RECEIVED.labels(mailbox).inc(mails)


def answered(mailbox: str) -> None:
    """The server has taken an automatic answer from that mailbox."""
    _ANSWERED.labels(mailbox).inc()


def quarantined(mailbox: str) -> None:
    """A mail that came to that mailbox could not be processed."""
    _QUARANTINED.labels(mailbox).inc()


def failed(part: str) -> None:
    """That part of the bot ran into something that ended it for now."""
    _ERRORS.labels(part).inc()


def working() -> AbstractContextManager[object]:
    """Measures what follows from one mail that has been read."""
    return _WORK.time()


def sending() -> AbstractContextManager[object]:
    """Measures the handing over of one mail."""
    return _SEND.time()
