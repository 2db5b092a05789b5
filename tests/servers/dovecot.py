"""A Dovecot of our own: any user, password "secret", each an empty mailbox."""

from __future__ import annotations

import getpass
import grp
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailbot.demo.ports import free_ports
from tests.servers.authority import Authority
from tests.servers.certificates import make_certificates
from tests.servers.imap import PASSWORD, ImapServer, mail_user
from tests.servers.process import own_folder, program, running

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
class Dovecot(ImapServer):
    """`auth` is the socket by which Postfix asks for passwords; how Dovecot 2.4 is told of access tokens is not written here."""

    lmtp: int
    auth: Path
    takes_tokens: bool

    def delivery(self) -> str:
        """By LMTP; whoever has a mailbox may send."""
        return f"""
virtual_mailbox_maps = static:all
virtual_transport = lmtp:inet:127.0.0.1:{self.lmtp}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {self.auth}
"""


@contextmanager
def running_dovecot(
    *, capabilities: str = "", authority: Authority | None = None, below_inbox: bool = False
) -> Iterator[Dovecot]:
    """
    A server until the end of the block.

    `capabilities`, if named, are all that it says it can do; then it has no folder but INBOX. Else it has Sent and Drafts.
    With `below_inbox` its folders are called as on Cyrus and Courier, "INBOX.Sent".
    With an `authority` it takes access tokens from there, and client certificates.
    """
    binary = program("dovecot", "Dovecot")
    with own_folder("dovecot") as home:
        imap, imaps, lmtp = free_ports(3)
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
        new = version.startswith("2.4")
        server = Dovecot(
            imap=imap,
            imaps=imaps,
            lmtp=lmtp,
            auth=home / "run" / "postfix-auth",
            takes_tokens=not new,
            log=home / "log",
            certificates=make_certificates(home),
        )
        write = _conf_2_4 if new else _conf_2_3
        written = write(home, server, capabilities, re.split("[^0-9.]", version)[0])
        if below_inbox:
            written = written.replace("separator = /\n", "separator = .\n  prefix = INBOX.\n")
        if authority is not None and server.takes_tokens:
            (home / "oauth2.conf").write_text(_introspection(authority))
            written = written.replace("auth_mechanisms = plain login\n", _without_passwords(home, server))
        (home / "conf").write_text(written)
        owner = mail_user()
        (home / "mail").mkdir()
        os.chown(home / "mail", owner.pw_uid, owner.pw_gid)
        with running([binary, "-F", "-c", home / "conf"], port=imap, log=server.log):
            yield server


def _without_passwords(home: Path, server: Dovecot) -> str:
    return f"""
auth_mechanisms = plain login xoauth2 oauthbearer external
ssl_ca = <{server.certificates.authority}
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = external
  args = nopassword=y
}}
"""


def _introspection(authority: Authority) -> str:
    return f"""
introspection_mode = post
introspection_url = {authority.introspection_url}
username_attribute = username
active_attribute = active
active_value = true
"""


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
    user = mail_user()
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
    user = mail_user()
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
