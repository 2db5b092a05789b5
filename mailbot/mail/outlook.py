"""
How Outlook and Exchange keep a conversation together: Thread-Topic, and Thread-Index, which grows with each answer.

    22 bytes    a reserved 1, the time of the first mail, a GUID
    5 bytes     for each answer: how much later it was written, and some random bits

Source: [MS-OXOMSG] 2.2.1.3 (PidTagConversationIndex), [MS-OXCMAIL] 2.2.3.2.6 (both in base64 and as header fields).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error
from datetime import UTC, datetime, timedelta
from hashlib import sha256

HEADER, ANSWER = 22, 5
ANSWERS_AT_MOST = 100
"""Of a longer conversation nobody sees the difference; a header line stays below 998 bytes."""

_FIRST_DAY = datetime(1601, 1, 1, tzinfo=UTC)  # of a FILETIME, which counts steps of 100 ns
_COARSE_FROM = 1 << 49  # steps, 1.7 years: from then on the difference is written less finely


def continued(index: str, *, at: datetime, salt: str) -> str | None:
    """
    The Thread-Index of an answer to a mail that has this one; None where it is none that can go on.

    Args:
        index: as it stands in the header, in base64.
        at: when the answer is written; aware.
        salt: tells two answers of one moment apart.
    """
    parent = _bytes(index)
    if parent is None:
        return None
    steps = max(0, (at - _FIRST_DAY) // timedelta(microseconds=1) * 10 - _begun(parent))
    delta = steps >> 18 if steps < _COARSE_FROM else 1 << 31 | (steps >> 23) & 0x7FFFFFFF
    random = sha256(salt.encode("utf-8", "surrogatepass")).digest()[:1]
    return b64encode(parent + delta.to_bytes(4, "big") + random).decode("ascii")


def _bytes(index: str) -> bytes | None:
    try:
        found = b64decode(re.sub(r"\s", "", index), validate=True)
    except (Error, ValueError):
        return None
    answers, rest = divmod(len(found) - HEADER, ANSWER)
    return found if found[:1] == b"\x01" and not rest and 0 <= answers < ANSWERS_AT_MOST else None


def _begun(index: bytes) -> int:
    """
    The time of the first mail, in steps since 1601, without the low bits that are not told.

    The reserved byte looks like the first of today's times. Newer programs write that one as well, older ones did not.
    """
    return int.from_bytes(index[1:6], "big") << 24 if index[1] == 1 else int.from_bytes(index[:6], "big") << 16
