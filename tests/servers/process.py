"""Starting a server, waiting until it answers, and always stopping it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, TypeVar

import pytest

Found = TypeVar("Found")

SBIN = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"))


def missing(reason: str) -> NoReturn:
    """Skip, for want of a server; with TESTS_REQUIRE_SERVERS=1 fail instead."""
    if os.environ.get("TESTS_REQUIRE_SERVERS") == "1":
        pytest.fail(f"{reason}, and TESTS_REQUIRE_SERVERS=1 says that it must be", pytrace=False)
    pytest.skip(reason)


def program(name: str, title: str) -> str:
    """The path of a server's program, or a skip."""
    return shutil.which(name, path=SBIN) or missing(f"{title} is not installed")


def unpacked(name: str, title: str) -> Path:
    """The root into which `make other-servers` has unpacked a server, or a skip."""
    root = Path(__file__).parents[2] / ".venv" / "other-servers" / name
    return root if root.is_dir() else missing(f"{title} is not unpacked: make other-servers")


@contextmanager
def own_folder(name: str) -> Iterator[Path]:
    """A temporary folder that servers which give up root can enter; its path is short enough for sockets."""
    folder = tempfile.gettempdir()
    home = Path(tempfile.mkdtemp(prefix=f"mb-{name}-", dir=folder if len(folder) < 20 else "/tmp"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def eventually(look: Callable[[], Found | None], *, timeout: float, failure: Callable[[], str]) -> Found:
    """What `look` finds, as soon as it finds something; after `timeout` seconds the test fails with `failure()`."""
    end = time.monotonic() + timeout
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > end:
            pytest.fail(failure())
        time.sleep(0.05)


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    port: int,
    log: Path,
    stop: Sequence[str | Path] = (),
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[subprocess.Popen[bytes]]:
    """
    A server in the foreground, from its first greeting on `port` until the end of the block; `stop` ends it, else a signal.

    `environment` is added to ours.
    """
    with log.open("ab") as words:
        around = {**os.environ, **environment}
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, env=around)
    try:
        eventually(
            lambda: _greeting(port) if server.poll() is None else b"",
            timeout=20,
            failure=lambda: f"{command[0]} does not answer on port {port}:\n{log.read_text(errors='replace')[-4000:]}",
        )
        if server.poll() is not None:
            pytest.fail(f"{command[0]} does not start:\n{log.read_text(errors='replace')[-4000:]}", pytrace=False)
        yield server
    finally:
        if stop:
            subprocess.run(stop, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30)
        else:
            server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _greeting(port: int) -> bytes | None:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(200) or None
    except OSError:
        return None
