"""Raw mails for tests: a member's short mail, and whatever a test changes about it."""

from __future__ import annotations

import base64


def eml(
    text: str | bytes = "Hallo,\n\nwir möchten die Nextcloud nutzen.\n",
    *,
    sender: str = "Anna Schmidt <anna.schmidt@posteo.example>",
    subject: str = "Nextcloud für den OV Ehrenfeld",
    content_type: str = "text/plain; charset=utf-8",
    headers: tuple[str, ...] = (),
) -> bytes:
    """One mail with CRLF line ends; `headers` are whole lines and come first."""
    head = [
        *headers,
        f"From: {sender}",
        "To: support@die-linke-koeln.example",
        f"Subject: {subject}",
        "Date: Tue, 10 Jun 2025 09:14:27 +0200",
        "Message-ID: <1@posteo.example>",
        "MIME-Version: 1.0",
        f"Content-Type: {content_type}",
    ]
    body = text if isinstance(text, bytes) else text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
    return "\r\n".join([*head, "", ""]).encode() + body


def part(content: str | bytes, *, content_type: str = "text/plain; charset=utf-8", headers: tuple[str, ...] = ()) -> bytes:
    """One part of a multipart; bytes are sent as base64."""
    if isinstance(content, bytes):
        headers = (*headers, "Content-Transfer-Encoding: base64")
        content = base64.encodebytes(content).decode()
    return "\r\n".join([f"Content-Type: {content_type}", *headers, "", content]).encode()


def multipart(kind: str, *parts: bytes, **about: object) -> bytes:
    """A mail of several parts; `kind` is "mixed", "alternative" and so on, `about` as for `eml`."""
    body = b"".join(b"--=_b\r\n" + each + b"\r\n" for each in parts) + b"--=_b--\r\n"
    return eml(body, content_type=f'multipart/{kind}; boundary="=_b"', **about)  # type: ignore[arg-type]


def attachment(name: str, content: bytes, content_type: str = "application/octet-stream") -> bytes:
    return part(content, content_type=content_type, headers=(f'Content-Disposition: attachment; filename="{name}"',))
