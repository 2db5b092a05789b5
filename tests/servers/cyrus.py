"""
A Cyrus IMAP of our own, from Debian's packages unpacked into a root of their own: they conflict with Dovecot's.

It is what many providers run: folders lie below "INBOX.", a mailbox is made when its first mail or its owner comes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailbot.demo.ports import free_ports
from tests.servers.certificates import make_certificates
from tests.servers.imap import ImapServer, mail_user
from tests.servers.passwords import asked_at
from tests.servers.process import own_folder, running, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class Cyrus(ImapServer):
    """By LMTP it takes mails for everybody."""

    lmtp: int

    def delivery(self) -> str:
        """By LMTP."""
        return f"virtual_mailbox_maps = static:all\nvirtual_transport = lmtp:inet:127.0.0.1:{self.lmtp}\n"


@contextmanager
def running_cyrus() -> Iterator[Cyrus]:
    """A server until the end of the block."""
    root = unpacked("cyrus", "Cyrus IMAP")
    user = mail_user()
    with own_folder("cyrus") as home:
        imap, imaps, lmtp = free_ports(3)
        server = Cyrus(imap=imap, imaps=imaps, lmtp=lmtp, log=home / "log", certificates=make_certificates(home))
        for folder in ("config/db", "config/socket", "config/proc", "config/msg", "config/user", "config/lock", "mail"):
            (home / folder).mkdir(parents=True)
        (home / "imapd.conf").write_text(_imapd_conf(home, server))
        (home / "cyrus.conf").write_text(_cyrus_conf(root, home, server))
        for path in [home, *home.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)
        programs = root / "usr/lib/cyrus/bin"
        command = [programs / "master", "-C", home / "imapd.conf", "-M", home / "cyrus.conf", "-p", home / "pid"]
        libraries = root / "usr/lib/x86_64-linux-gnu"
        with (
            asked_at(home / "passwords", uid=user.pw_uid, gid=user.pw_gid, home=lambda _: home),
            running(command, port=imap, log=server.log, environment={"LD_LIBRARY_PATH": str(libraries)}),
        ):
            yield server


def _imapd_conf(home: Path, server: Cyrus) -> str:
    return f"""
configdirectory: {home}/config
partition-default: {home}/mail
defaultpartition: default
cyrus_user: {mail_user().pw_name}
virtdomains: userid
defaultdomain: verein.example
altnamespace: no
unixhierarchysep: no
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: Sent|Drafts
autocreate_subscribe_folders: Sent|Drafts
xlist-sent: Sent
xlist-drafts: Drafts
allowplaintext: yes
sasl_pwcheck_method: authdaemond
sasl_authdaemond_path: {home}/passwords
sasl_mech_list: PLAIN LOGIN
tls_server_cert: {server.certificates.chain}
tls_server_key: {server.certificates.key}
conversations: yes
maxlogins_per_user: 0
duplicatesuppression: no
"""


def _cyrus_conf(root: Path, home: Path, server: Cyrus) -> str:
    programs, conf = root / "usr/lib/cyrus/bin", f"-C {home}/imapd.conf"
    return f"""
START {{
    recover cmd="{programs}/ctl_cyrusdb {conf} -r"
    idled cmd="{programs}/idled {conf}"
}}
SERVICES {{
    imap cmd="{programs}/imapd {conf}" listen="127.0.0.1:{server.imap}" proto="tcp4" prefork=1
    imaps cmd="{programs}/imapd -s {conf}" listen="127.0.0.1:{server.imaps}" proto="tcp4"
    lmtp cmd="{programs}/lmtpd -a {conf}" listen="127.0.0.1:{server.lmtp}" proto="tcp4"
}}
EVENTS {{
}}
"""
