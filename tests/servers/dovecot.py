"""A Dovecot of our own: any user, password "secret", each an empty mailbox."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imapclient import IMAPClient

from mailbot.demo.ports import free_ports
from mailbot.settings import Login
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.process import own_folder, program, running

PASSWORD = "secret"

SPECIAL = """
  mailbox Sent {
    special_use = \\Sent
    auto = subscribe
  }
  mailbox Drafts {
    special_use = \\Drafts
    auto = create
  }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """Where it listens, on 127.0.0.1. `imap` offers STARTTLS too; `auth` is the socket by which Postfix asks for passwords."""

    imap: int
    imaps: int
    lmtp: int
    auth: Path
    log: Path
    certificates: Certificates

    def login(self, user: str, scheme: str = "imap", password: str = PASSWORD) -> Login:
        """How to reach the mailbox of `user`; with TLS the host is "localhost", which the certificate names."""
        return Login(
            scheme=scheme,  # type: ignore[arg-type]
            host="127.0.0.1" if scheme == "imap" else "localhost",
            port=self.imaps if scheme == "imaps" else self.imap,
            user=user,
            password=password,
        )

    @contextmanager
    def seen_by_people(self, user: str) -> Iterator[IMAPClient]:
        """The mailbox of `user` in a mail program, INBOX open."""
        with IMAPClient("127.0.0.1", self.imap, ssl=False) as client:
            client.login(user, PASSWORD)
            client.select_folder("INBOX")
            yield client


@contextmanager
def running_dovecot(*, capabilities: str = "") -> Iterator[Dovecot]:
    """
    A server until the end of the block.

    `capabilities`, if named, are all that it says it can do; then it has no folder but INBOX. Else it has Sent and Drafts.
    """
    binary = program("dovecot", "Dovecot")
    with own_folder("dovecot") as home:
        imap, imaps, lmtp = free_ports(3)
        server = Dovecot(
            imap=imap,
            imaps=imaps,
            lmtp=lmtp,
            auth=home / "run" / "postfix-auth",
            log=home / "log",
            certificates=make_certificates(home),
        )
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        write = _conf_2_4 if version.startswith("2.4") else _conf_2_3
        (home / "conf").write_text(write(home, server, capabilities, re.split("[^0-9.]", version)[0]))
        mail_user = _mail_user()
        (home / "mail").mkdir()
        os.chown(home / "mail", mail_user.pw_uid, mail_user.pw_gid)
        with running([binary, "-F", "-c", home / "conf"], port=imap, log=server.log):
            yield server


def _mail_user() -> pwd.struct_passwd:
    """Mails must not belong to root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _services(home: Path, server: Dovecot, capabilities: str, *, old: bool) -> str:
    listen = "address" if old else "listen"
    known = f"imap_capability = {capabilities}" if capabilities else ""
    special = "" if capabilities else SPECIAL
    own = "" if os.geteuid() == 0 else _without_root()
    return f"""
base_dir = {home}/run
state_dir = {home}/run
listen = 127.0.0.1
recipient_delimiter = +
log_path = {server.log}
first_valid_uid = 1
first_valid_gid = 0
ssl = yes
mail_fsync = never
mail_max_userip_connections = 200
namespace inbox {{
  inbox = yes
  separator = /
{special}}}
service imap-login {{
  inet_listener imap {{
    port = {server.imap}
  }}
  inet_listener imaps {{
    port = {server.imaps}
    ssl = yes
  }}
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0
  }}
  inet_listener lmtp {{
    {listen} = 127.0.0.1
    port = {server.lmtp}
  }}
}}
service auth {{
  unix_listener postfix-auth {{
    mode = 0666
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{known}
{own}
"""


def _without_root() -> str:
    """Somebody who is not root can change neither user nor root folder."""
    chrooted = ("anvil", "imap-login", "stats")
    return "\n".join(
        (
            f"default_internal_user = {getpass.getuser()}",
            f"default_login_user = {getpass.getuser()}",
            f"default_internal_group = {grp.getgrgid(os.getegid()).gr_name}",
            *(f"service {name} {{\n  chroot =\n}}" for name in chrooted),
        )
    )


def _conf_2_3(home: Path, server: Dovecot, capabilities: str, version: str) -> str:
    user = _mail_user()
    return f"""
protocols = imap lmtp
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login
ssl_cert = <{server.certificates.chain}
ssl_key = <{server.certificates.key}
mail_location = maildir:{home}/mail/%u
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={home}/mail/%u allow_all_users=yes
}}
""" + _services(home, server, capabilities, old=True)


def _conf_2_4(home: Path, server: Dovecot, capabilities: str, version: str) -> str:
    user = _mail_user()
    return f"""
dovecot_config_version = {version}
dovecot_storage_version = {version}
protocols {{
  imap = yes
  lmtp = yes
}}
auth_allow_cleartext = yes
auth_failure_delay = 0
auth_mechanisms {{
  plain = yes
  login = yes
}}
ssl_server_cert_file = {server.certificates.chain}
ssl_server_key_file = {server.certificates.key}
mail_driver = maildir
mail_home = {home}/mail/%{{user}}
mail_path = ~/
mail_uid = {user.pw_uid}
mail_gid = {user.pw_gid}
passdb static {{
  password = {PASSWORD}
}}
userdb static {{
  allow_all_users = yes
}}
""" + _services(home, server, capabilities, old=False)
