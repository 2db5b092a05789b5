"""How refresh tokens are kept: encrypted by keys that follow from those of the reply tokens."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class Cipher:
    """Encrypts by the first of the keys, and decrypts what was encrypted by any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def encrypt(self, token: str) -> str:
        """As it may lie in the database."""
        return self._fernet.encrypt(token.encode()).decode()

    def decrypt(self, encrypted: str) -> str | None:
        """The token; None: it was encrypted by none of the keys."""
        try:
            return self._fernet.decrypt(encrypted).decode()
        except InvalidToken:
            return None


def _derived(key: bytes) -> bytes:
    """A key of its own, from which nobody can tell the one of the reply tokens (RFC 5869)."""
    return urlsafe_b64encode(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"mailbot refresh tokens").derive(key))
