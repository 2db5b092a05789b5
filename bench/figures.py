"""What was measured, as JSON in bench/figures/: made by the benches, drawn by bench/plots.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "figures"


def keep(name: str, figures: dict[str, Any]) -> None:
    """In the place of those that were measured before."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def kept(name: str) -> dict[str, Any]:
    """Those that were measured last."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
