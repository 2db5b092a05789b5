"""rules.yaml and templates/ as they ship: in the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

import mailbot

_PACKAGE = Path(mailbot.__file__).parent


def shipped(name: str) -> Path:
    """The file or folder of that name."""
    packed = _PACKAGE / "shipped" / name
    return packed if packed.exists() else _PACKAGE.parent / name
