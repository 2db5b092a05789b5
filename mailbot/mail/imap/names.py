"""How the folders of a mailbox are called: by us with `/` between the levels, by the server as it likes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from imapclient import IMAPClient

SENT, DRAFTS = "\\Sent", "\\Drafts"
"""Special uses of folders (RFC 6154)."""

GERMAN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {SENT: ("Gesendet", "Gesendete Objekte", "Gesendete Elemente"), DRAFTS: ("Entwürfe",)}
)
"""What mail programs call folders on servers that do not know special uses; imapclient knows the English names."""


class Names:
    """The folders that a mailbox has. What asks the server raises what imapclient raises."""

    def __init__(self, client: IMAPClient) -> None:
        self._client = client
        found = client.list_folders()
        self._names = {name for _, _, name in found}
        self.marked = frozenset(name for flags, _, name in found if {SENT.encode(), DRAFTS.encode()} & set(flags))
        """The folders that the server marks as Sent or Drafts (RFC 6154)."""
        usual = next((delimiter.decode() for _, delimiter, _ in found if delimiter), "/")
        self._prefix, self._delimiter = _namespace(client, usual)

    @property
    def all(self) -> tuple[str, ...]:
        """As the server has them, in order."""
        return tuple(sorted(self._names))

    def known(self, name: str) -> str | None:
        """The name under which the server has that folder, or None. INBOX is the same in any case."""
        if name.upper() == "INBOX":
            return "INBOX"
        return next((each for each in (name, self.full(name)) if each in self._names), None)

    def full(self, name: str) -> str:
        """How the server would call it."""
        whole = name.replace("/", self._delimiter)
        return whole if whole.startswith(self._prefix) else self._prefix + whole

    def create(self, full: str) -> None:
        """Make the folder that the server calls so; somebody else, or another bot, may have been first."""
        if not self._client.folder_exists(full):
            self._client.create_folder(full)
            self._client.subscribe_folder(full)
        self._names.add(full)

    def special(self, use: str) -> str | None:
        r"""The folder with that special use (RFC 6154: "\\Sent"), or a usual name for it; None where there is none."""
        found = self._client.find_special_folder(use.encode("ascii"))
        return found or next(filter(None, map(self.known, GERMAN.get(use, ()))), None)


def _namespace(client: IMAPClient, usual: str) -> tuple[str, str]:
    """Where personal folders begin ("" or "INBOX.") and what stands between their levels (RFC 2342)."""
    if client.has_capability("NAMESPACE"):
        for prefix, between in client.namespace().personal or ():
            return prefix, between or usual
    return "", usual
