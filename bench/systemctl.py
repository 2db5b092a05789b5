#!/usr/bin/python3
"""
A stand-in for systemctl where no systemd runs: it starts the bot as its unit says, as far as a program can.

Credentials are copied, the user is changed, the word READY is waited for. Nothing is forbidden to the bot: that is the
kernel's part, at systemd's order.
"""

import os
import pwd
import re
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

UNIT = Path("/etc/systemd/system/mailbot.service")
PID = Path("/run/mailbot.pid")
LOG = Path("/var/log/mailbot.log")
CREDENTIALS = Path("/run/credentials/mailbot.service")
SOCKET = Path("/run/notify")
PATIENCE = 120.0


def values(key: str) -> Iterator[str]:
    """What the unit says, in order, as often as it says it."""
    yield from re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)


def start() -> None:
    """Start, and wait until the bot says that it is ready."""
    user = pwd.getpwnam(next(values("User")))
    shutil.rmtree(CREDENTIALS, ignore_errors=True)
    CREDENTIALS.mkdir(parents=True)
    for name, source in (each.split(":", 1) for each in values("LoadCredential")):
        shutil.copyfile(source, CREDENTIALS / name)
        (CREDENTIALS / name).chmod(0o400)
        os.chown(CREDENTIALS / name, user.pw_uid, user.pw_gid)
    SOCKET.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(SOCKET))
        SOCKET.chmod(0o777)
        ear.settimeout(PATIENCE)
        PID.write_text(str(spawn(user)), encoding="ascii")
        if b"READY=1" not in ear.recv(4096):
            sys.exit("the bot's first word is not READY")


def spawn(user: pwd.struct_passwd) -> int:
    """The process of ExecStart."""
    child = os.fork()
    if not child:
        become_the_bot(user)
    return child


def become_the_bot(user: pwd.struct_passwd) -> NoReturn:
    """With nothing in its environment but what systemd gives."""
    os.setsid()
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.umask(int(next(values("UMask")), 8))
    os.chdir(next(values("WorkingDirectory")))
    with LOG.open("ab") if os.access(LOG, os.W_OK) else open(os.devnull, "wb") as log:
        os.dup2(log.fileno(), 2)
    given = (each.replace("%d", str(CREDENTIALS)).split("=", 1) for each in values("Environment"))
    environment = {"PATH": os.defpath, "NOTIFY_SOCKET": str(SOCKET), "CREDENTIALS_DIRECTORY": str(CREDENTIALS), **dict(given)}
    command = next(values("ExecStart")).split()
    os.execve(command[0], command, environment)


def is_running() -> bool:
    """Whether the bot lives."""
    try:
        os.kill(int(PID.read_text(encoding="ascii")), 0)
    except (OSError, ValueError):
        return False
    return True


def stop() -> None:
    """Tell the bot to stop, and wait."""
    end = time.monotonic() + PATIENCE
    if is_running():
        os.kill(int(PID.read_text(encoding="ascii")), signal.SIGTERM)
    while is_running():
        if time.monotonic() > end:
            sys.exit("the bot does not stop")
        time.sleep(0.1)
    PID.unlink(missing_ok=True)


def main() -> None:
    """`systemctl VERB [--now] [mailbot]`."""
    verb, *_ = sys.argv[1:]
    match verb:
        case "enable" | "start":
            start()
        case "disable" | "stop":
            stop()
        case "status":
            sys.exit(0 if is_running() else 3)
        case "daemon-reload":
            pass
        case _:
            sys.exit(f"the stand-in knows no '{verb}'")


if __name__ == "__main__":
    main()
