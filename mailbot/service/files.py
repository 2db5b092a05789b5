"""The files that make up a folder."""

from __future__ import annotations

import os
from pathlib import Path


def files_below(folder: Path) -> list[Path]:
    """All of them, sorted, also those in folders that are links to others: that is where texts are looked for, too."""
    found = (Path(here, name) for here, _, names in os.walk(folder, followlinks=True) for name in names)
    return sorted(file for file in found if file.is_file())
