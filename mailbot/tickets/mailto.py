"""Links that open a prepared mail in the reader's own program. Pure."""

from __future__ import annotations

from urllib.parse import quote

LONGEST = 1900
"""Characters of a link: Windows hands Outlook some two thousand, and cuts longer ones."""


def mailto(to: str, *, subject: str, body: str = "") -> str:
    """
    The link; of a body for which there is no room its end is missing.

    Everything is percent-encoded UTF-8, a blank is %20 (mail programs show "+" as it is), a line ends with %0D%0A.

    Source: RFC 6068, sections 2 and 5.
    """
    start = f"mailto:{quote(to, safe='@')}?subject={_encoded(subject)}"
    if not body:
        return start
    text = "\r\n".join(body.splitlines()) + ("\r\n" if body.endswith("\n") else "")
    while len(start) + len("&body=") + len(_encoded(text)) > LONGEST:
        text = text[:-1]
    return f"{start}&body={_encoded(text)}"


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")
