"""
A Courier IMAP of our own, from Debian's packages unpacked into a root of their own: they conflict with Dovecot's.

It has neither MOVE nor SPECIAL-USE, folders lie below "INBOX.", and mails get into its Maildirs by a program of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailbot.demo.ports import free_ports
from tests.servers.certificates import make_certificates
from tests.servers.imap import ImapServer, mail_user
from tests.servers.passwords import asked_at
from tests.servers.process import missing, own_folder, running, unpacked

CAPABILITIES = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE AUTH=PLAIN"
"""What Debian's configuration says, and a login without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier(ImapServer):
    """`mail` has a Maildir for everybody."""

    mail: Path

    def delivery(self) -> str:
        """By Courier's own program, which writes into a Maildir."""
        return "virtual_mailbox_maps = static:all\nvirtual_transport = courier\ncourier_destination_recipient_limit = 1\n"

    def agent(self) -> str:
        """For each mail; what stands behind a + in an address is no part of the name."""
        deliver = f"user={mail_user().pw_name} argv={self.mail}.deliver ${{user}}@${{domain}}"
        return f"courier unix - n n - 4 pipe flags=DRhu {deliver}\n"


@contextmanager
def running_courier() -> Iterator[Courier]:
    """A server until the end of the block."""
    root = unpacked("courier", "Courier IMAP")
    if os.geteuid() != 0:
        missing("Courier IMAP needs root")
    user = mail_user()
    with own_folder("courier") as home:
        imap, imaps = free_ports(2)
        server = Courier(imap=imap, imaps=imaps, log=home / "log", certificates=make_certificates(home), mail=home / "mail")
        server.mail.mkdir()
        os.chown(server.mail, user.pw_uid, user.pw_gid)
        deliver = home / "mail.deliver"
        deliver.write_text(_deliver(root, server.mail))
        deliver.chmod(0o755)
        account = f"courier:x:{user.pw_uid}:{user.pw_gid}::/:/bin/false\n"
        (home / "passwd").write_text(Path("/etc/passwd").read_text() + account)
        both = home / "both.pem"
        both.write_bytes(server.certificates.key.read_bytes() + server.certificates.chain.read_bytes())
        environment = {
            "LD_LIBRARY_PATH": _libraries(root),
            "AUTHMODULES": "authdaemon",
            "IMAP_CAPABILITY": CAPABILITIES,
            "IMAP_CAPABILITY_TLS": CAPABILITIES,
            "IMAP_KEYWORDS": "1",
            "IMAP_STARTTLS": "YES",
            "IMAP_CHECK_ALL_FOLDERS": "0",
            "COURIERTLS": f"{root}/usr/bin/couriertls",
            "TLS_CERTFILE": str(both),
            "TLS_VERIFYPEER": "NONE",
            "TLS_TRUSTCERTS": "/etc/ssl/certs",
        }
        asked = home / "run/courier/authdaemon/socket"
        with (
            asked_at(asked, uid=user.pw_uid, gid=user.pw_gid, home=lambda name: _maildir(server.mail, name)),
            running(_listening(root, home, imap), port=imap, log=server.log, environment=environment),
            running(_listening(root, home, imaps, tls=True), port=imap, log=server.log, environment=environment),
        ):
            yield server


def _deliver(root: Path, mail: Path) -> str:
    return f"""#!/bin/sh
umask 077
mkdir -p {mail}/"$1"/cur {mail}/"$1"/new {mail}/"$1"/tmp
LD_LIBRARY_PATH={_libraries(root)} exec {root}/usr/bin/deliverquota.courier {mail}/"$1"
"""


def _libraries(root: Path) -> str:
    return f"{root}/usr/lib:{root}/usr/lib/x86_64-linux-gnu"


def _maildir(mail: Path, name: str) -> Path:
    for folder in (mail / name, *(mail / name / each for each in ("cur", "new", "tmp"))):
        if not folder.exists():
            folder.mkdir(mode=0o700)
            shutil.chown(folder, mail_user().pw_uid, mail_user().pw_gid)
    return mail / name


def _listening(root: Path, home: Path, port: int, *, tls: bool = False) -> list[str | Path]:
    """It asks for passwords at a fixed place in /run, and does TLS as the user "courier": it gets both of its own."""
    own = f'mount --bind {home}/run /run && mount --bind {home}/passwd /etc/passwd && exec "$@"'
    login = [root / "usr/lib/courier/courier/imaplogin", root / "usr/bin/imapd", "."]
    wrapped = [root / "usr/bin/couriertls", "-server", "-tcpd"] if tls else []
    options = ["-address=127.0.0.1", "-maxprocs=200", "-maxperip=200", "-nodnslookup", "-noidentlookup"]
    return ["unshare", "--mount", "sh", "-c", own, "sh", root / "usr/sbin/couriertcpd", *options, str(port), *wrapped, *login]
