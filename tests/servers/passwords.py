"""Who may log in where Cyrus and Courier ask: a socket that speaks the protocol of Courier's authdaemond."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.imap import PASSWORD

Home = Callable[[str], Path]
"""The home of a user, which is made where it is not there yet."""


@contextmanager
def asked_at(path: Path, *, uid: int, gid: int, home: Home) -> Iterator[None]:
    """Any user with the password "secret" is let in, until the end of the block."""

    class Answer(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            said = next(line for line in self.rfile if line.startswith(b"AUTH "))  # Courier says before from where
            _, _, user, password = self.rfile.read(int(said.split()[1])).decode().split("\n")[:4]
            self.wfile.write(_account(user, uid, gid, home(user)) if password == PASSWORD else b"FAIL\n")

    path.parent.mkdir(parents=True, exist_ok=True)
    with socketserver.ThreadingUnixStreamServer(str(path), Answer) as server:
        path.chmod(0o666)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _account(user: str, uid: int, gid: int, home: Path) -> bytes:
    return f"UID={uid}\nGID={gid}\nHOME={home}\nADDRESS={user}\nMAILDIR={home}\n.\n".encode()
