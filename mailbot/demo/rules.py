"""By which rules the demo plays."""

from __future__ import annotations

from pathlib import Path

from mailbot.init.shipped import shipped
from mailbot.variables import rules_file, variables


def rules_of_the_demo() -> Path:
    """Those of every command; where none are named and none lie here, those that ship. Raises SettingsError."""
    here = rules_file()
    return here if "RULES" in variables() or here.exists() else shipped(here.name)
