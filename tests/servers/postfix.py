"""
A Postfix of our own, which hands every mail to our IMAP server: whatever the address, its mailbox has that name.

Nothing leaves the machine. Some addresses behave as addresses do in the world, see REFUSED, LATER and GONE.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailbot.demo.ports import free_ports
from mailbot.login import Login
from tests.servers.imap import PASSWORD, ImapServer
from tests.servers.process import missing, own_folder, program, running

REFUSED = "refused@verein.example"
"""Is refused for good while the mail is handed over (550)."""

LATER = "later@verein.example"
"""Is refused for now (450)."""

GONE = "gone@verein.example"
"""Is taken, and then comes back as a delivery report to the envelope's sender."""

BIGGEST = 2_000_000
"""Bytes; a bigger mail is refused for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postfix:
    """Where it listens, on 127.0.0.1. `smtp` offers STARTTLS; logins are the IMAP server's, where it is Dovecot."""

    smtp: int
    smtps: int
    imap: ImapServer
    log: Path
    conf: Path

    def login(self, scheme: str = "smtp", user: str | None = None, password: str = PASSWORD) -> Login:
        """How to reach it; with TLS the host is "localhost", which the certificate names."""
        return Login(
            scheme=scheme,  # type: ignore[arg-type]
            host="127.0.0.1" if scheme == "smtp" else "localhost",
            port=self.smtps if scheme == "smtps" else self.smtp,
            user=user,
            password=password if user else None,
        )


@contextmanager
def running_postfix(imap: ImapServer) -> Iterator[Postfix]:
    """A server until the end of the block."""
    binary = program("postfix", "Postfix")
    if os.geteuid() != 0:
        missing("Postfix needs root")
    with own_folder("postfix") as home:
        smtp, smtps = free_ports(2)
        conf, log = home / "conf", home / "log"
        for folder in (conf, home / "queue", home / "data"):
            folder.mkdir()
        (conf / "main.cf").write_text(_main(home, imap))
        (conf / "master.cf").write_text(_master(smtp, smtps) + imap.agent())
        shutil.chown(home / "data", "postfix")
        with running([binary, "-c", conf, "start-fg"], port=smtp, log=log, stop=[binary, "-c", conf, "stop"]):
            yield Postfix(smtp=smtp, smtps=smtps, imap=imap, log=log, conf=conf)


def _main(home: Path, imap: ImapServer) -> str:
    return f"""
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/postlog
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.verein.example
mynetworks = 127.0.0.0/8
mydestination =
recipient_delimiter = +
alias_maps =
alias_database =
local_recipient_maps =
virtual_mailbox_domains = static:all
transport_maps = inline:{{ {{ {GONE} = error:5.1.1 there is no such mailbox }} }}
smtpd_recipient_restrictions =
  check_recipient_access inline:{{
    {{ {REFUSED} = 550 5.1.1 there is no such mailbox }}
    {{ {LATER} = 450 4.2.2 the mailbox is full }} }}
  permit_mynetworks permit_sasl_authenticated reject
message_size_limit = {BIGGEST}
smtpd_reject_unlisted_recipient = no
smtpd_error_sleep_time = 0
in_flow_delay = 0
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_chain_files = {imap.certificates.key}, {imap.certificates.chain}
{imap.delivery()}"""


def _master(smtp: int, smtps: int) -> str:
    """The services of Debian's master.cf that a mail passes, none of them in a root folder of its own."""
    return f"""
127.0.0.1:{smtp} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
showq unix n - n - - showq
postlog unix-dgram n - n - 1 postlogd
"""
