"""Certificates made on the spot: one authority, one server that is "localhost"."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files; `chain` and `key` are the server's, `authority` is what clients must trust, and `ca` is what signs."""

    authority: Path
    chain: Path
    key: Path
    ca: trustme.CA

    def for_client(self, user: str) -> Path:
        """A certificate, with its key, by which a server knows that user."""
        path = self.authority.with_name(f"{user}.pem")
        self.ca.issue_cert(user, common_name=user).private_key_and_cert_chain_pem.write_to_path(path)
        return path


def make_certificates(folder: Path, name: str = "localhost") -> Certificates:
    """For a server that is called `name`, and nothing else."""
    authority = trustme.CA()
    server = authority.issue_cert(name)
    made = Certificates(authority=folder / "authority.pem", chain=folder / "chain.pem", key=folder / "key.pem", ca=authority)
    authority.cert_pem.write_to_path(made.authority)
    server.private_key_pem.write_to_path(made.key)
    for number, part in enumerate(server.cert_chain_pems):
        part.write_to_path(made.chain, append=number > 0)
    return made
