"""
Follows docs/debian.md word by word on a new Debian 12 in a folder of its own: `make test-debian`, as root.

Each command of the page is run there, in order, and stops the run when it fails. Only the example's mail server is replaced
by one of ours, and systemd, which cannot run there, by a stand-in (bench/systemctl.py). Between the chapters members write,
and must be answered.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.association import PROJECT
from tests.servers.dovecot import running_dovecot
from tests.servers.postfix import running_postfix
from tests.servers.process import own_folder
from tests.servers.station import Station
from tests.service.bench import eml

RELEASE, ARCHIVE = "bookworm", "http://deb.debian.org/debian"
SOURCE = "usr/local/src/mailbot"
CERTIFICATES = "root/certificates.pem"
EXAMPLES = ("imaps://support%40verein", "imaps://buero%40verein", "smtps://support%40verein")
KEPT = (".git", ".venv", "build", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")
GONE = ("opt/mailbot", "etc/mailbot", "var/lib/mailbot", "run/mailbot.pid")
RUNS_AFTER = ("Check and start", "Backup", "Upgrade")
"""After these chapters the bot must be at work."""


def main() -> None:
    """Follow the page."""
    with own_folder("debian") as home, running_dovecot() as dovecot, running_postfix(dovecot) as postfix:
        station = Station(imap=dovecot, postfix=postfix)
        support, buero = station.address("support"), station.address("buero")
        logins = (station.imap_url(support), station.imap_url(buero), station.smtp_url)
        with new_debian(home / "root") as root:
            for title, script in chapters():
                print(f"== {title}", flush=True)  # noqa: T201
                run(root, with_logins(script, logins))
                if title in RUNS_AFTER:
                    is_answered(station, support)
            left = [place for place in GONE if (root / place).exists()]
            if left:
                raise SystemExit(f"left behind: {left}")
    print("every command of docs/debian.md did what it says")  # noqa: T201


def chapters() -> Iterator[tuple[str, str]]:
    """The commands of each chapter, in order."""
    for chapter in re.split(r"^## ", (PROJECT / "docs" / "debian.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title, _, text = chapter.partition("\n")
        yield title, "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


def with_logins(script: str, logins: tuple[str, ...]) -> str:
    """The script with our servers in place of the example's."""
    for example, login in zip(EXAMPLES, logins, strict=True):
        script = re.sub(rf"'{re.escape(example)}[^']*'", f"'{login}'", script)
    return script


@contextmanager
def new_debian(root: Path) -> Iterator[Path]:
    """A Debian as its installer leaves it, with the project's folder in it; nothing of it runs at the end of the block."""
    subprocess.run([debootstrap(), "--variant=minbase", RELEASE, root, ARCHIVE], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(PROJECT, root / SOURCE, ignore=shutil.ignore_patterns(*KEPT))
    shutil.copy(PROJECT / "bench" / "systemctl.py", root / "usr" / "bin" / "systemctl")
    (root / "usr" / "bin" / "systemctl").chmod(0o755)
    # How this machine reaches PyPI.
    shutil.copy("/etc/resolv.conf", root / "etc")
    if "PIP_CERT" in os.environ:
        shutil.copy(os.environ["PIP_CERT"], root / CERTIFICATES)
    subprocess.run(["mount", "--types", "proc", "proc", root / "proc"], check=True)
    try:
        yield root
    finally:
        if (root / "run" / "mailbot.pid").exists():
            run(root, "systemctl stop mailbot")
        subprocess.run(["umount", root / "proc"], check=True)


def debootstrap() -> str:
    return shutil.which("debootstrap") or sys.exit("debootstrap is missing: apt-get install debootstrap")


def run(root: Path, script: str) -> None:
    """Like a person who types it and stops at the first error."""
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name != "PIP_FIND_LINKS"}
    if "PIP_CERT" in pip:
        pip["PIP_CERT"] = f"/{CERTIFICATES}"
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "HOME": "/root", "LANG": "C.UTF-8", **pip}
    done = subprocess.run(["chroot", root, "sh", "-eux"], input=script, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise SystemExit(f"it ended with status {done.returncode}")


def is_answered(station: Station, support: str) -> None:
    """A member writes, and the bot answers."""
    member = station.address("anna")
    station.put(eml(From=f"Anna Schmidt <{member}>", To=support, Message_ID=f"<{member}>"), support)
    station.wait_for_mail(member, timeout=60)


if __name__ == "__main__":
    main()
