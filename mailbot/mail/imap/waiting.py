"""Waiting for the server to tell that something has arrived: IDLE (RFC 2177), or a look at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from imapclient import IMAPClient

REISSUE = 60.0
"""
Seconds after which IDLE is issued anew. RFC 2177 demands less than 29 minutes; a minute also notices
soon that the connection is dead, and costs two short lines.
"""

LOOK = 10.0
"""Seconds between two looks at a server without IDLE: two short lines each, and the half of it is what a mail waits."""

GLANCE = 1.0
"""Seconds after which a wait looks whether it shall stop."""


def idle(client: IMAPClient, seconds: float, stop: Callable[[], bool]) -> bool:
    """Wait by IDLE; whether the server has told of mails that arrived."""
    end = time.monotonic() + seconds
    heard: list[Any] = []
    client.idle()
    while not heard and not stop() and (left := end - time.monotonic()) > 0:
        begun, pause = time.monotonic(), min(left, GLANCE)
        heard = client.idle_check(timeout=pause)
        # Back at once with nothing: the connection has ended, and the DONE below will say so.
        if not heard and time.monotonic() - begun < pause / 2:
            break
    _, late = client.idle_done()
    return any(len(each) > 1 and each[1] == b"EXISTS" for each in [*heard, *late])


def doze(seconds: float, stop: Callable[[], bool]) -> None:
    """Wait without the server."""
    end = time.monotonic() + seconds
    while not stop() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, GLANCE))
