"""What the bot is deployed with: systemd's unit, the image, the compose file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from tests.association import PROJECT
from tests.servers.process import program

UNIT = PROJECT / "deploy" / "mailbot.service"


def test_the_unit_exposes_little(tmp_path: Path):
    analyze = program("systemd-analyze", "systemd")

    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", UNIT], capture_output=True, text=True, check=False
    )

    assert judged.returncode == 0, judged.stdout  # the threshold is in tenths
    found = re.search(r"Overall exposure level for mailbot.service: (\d+\.\d)", judged.stdout)
    assert found is not None
    assert float(found[1]) <= 2.0


def test_the_unit_is_one_that_systemd_understands(tmp_path: Path):
    analyze = program("systemd-analyze", "systemd")
    # Where it is not installed, its program is another one that there is.
    unit = tmp_path / UNIT.name
    unit.write_text(
        UNIT.read_text(encoding="utf-8").replace("/opt/mailbot/bin/mailbot", shutil.which("true") or ""), encoding="utf-8"
    )

    judged = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)

    assert (judged.returncode, judged.stderr) == (0, "")


def test_every_credential_of_the_unit_is_a_setting_and_every_setting_a_credential():
    text = UNIT.read_text(encoding="utf-8")

    loaded = dict(re.findall(r"^LoadCredential=(\w+):(\S+)$", text, re.MULTILINE))
    used = dict(re.findall(r"^Environment=MAILBOT_(\w+)_FILE=%d/(\w+)$", text, re.MULTILINE))

    assert loaded == {name: f"/etc/mailbot/credentials/{name}" for name in loaded}
    assert used == {name.upper(): name for name in loaded}
