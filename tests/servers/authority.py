"""An authorization server of OAuth 2 for tests: it gives access tokens, and tells Dovecot whose they are (RFC 7662)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from urllib.parse import parse_qs

CLIENT, SECRET = "mailbot", "s3cret-of-the-program"


@dataclass(eq=False)
class Authority:
    """
    It knows one program, CLIENT with SECRET, which may act for `user`.

    `refresh` is the refresh token that counts; with `rotates` each use makes a new one. `asked` are the questions it got.
    """

    port: int = 0
    user: str = ""
    refresh: str = "the-first-refresh-token"
    rotates: bool = False
    lasts: int = 3600
    broken: tuple[int, bytes] | None = None
    active: set[str] = field(default_factory=set)
    asked: list[dict[str, str]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"http://127.0.0.1:{self.port}/token"

    @property
    def introspection_url(self) -> str:
        """Where the mail server asks whose a token is."""
        return f"http://127.0.0.1:{self.port}/introspect"

    def begin_anew(self, user: str) -> None:
        """As at first; the program may act for that user."""
        fresh = Authority(port=self.port, user=user)
        for each in fields(fresh):
            setattr(self, each.name, getattr(fresh, each.name))

    def answer(self, path: str, said: dict[str, str]) -> tuple[int, object]:
        """What is answered to a form that was posted."""
        if path == "/introspect":
            return 200, {"active": said.get("token") in self.active, "username": self.user}
        self.asked.append(said)
        if (said.get("client_id"), said.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if said["grant_type"] == "refresh_token" and said["refresh_token"] != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": f"{said['refresh_token']} is not known"}
        token = f"access-{next(self._numbers)}"
        self.active.add(token)
        granted: dict[str, object] = {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts}
        if said["grant_type"] == "refresh_token" and self.rotates:
            self.refresh = f"refresh-{next(self._numbers)}"
            granted["refresh_token"] = self.refresh
        return 200, granted


@contextmanager
def running_authority() -> Iterator[Authority]:
    """A server on a loopback port until the end of the block."""
    authority = Authority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            said = {name: values[0] for name, values in parse_qs(text).items()}
            code, answer = authority.answer(self.path, said)
            body = json.dumps(answer).encode()
            if authority.broken and self.path == "/token":
                code, body = authority.broken
            self.send_response(code)
            if code == 302:
                self.send_header("Location", body.decode())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        authority.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield authority
        finally:
            server.shutdown()
            thread.join()
