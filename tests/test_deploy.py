"""What the bot is deployed with: systemd's unit, the image, the compose file."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from dockerfile_parse import DockerfileParser

from mailbot.catalogue import load_catalogue
from mailbot.service import farewell
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


def test_a_stop_has_the_time_that_it_may_take():
    least = farewell.LAST_WORD + farewell.WRITING_DOWN
    (unit,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)

    assert int(unit) > least
    assert int(BOT["stop_grace_period"].removesuffix("s")) > least


# --- the image and the compose file: `make test-image` carries them out

COMPOSE = yaml.safe_load((PROJECT / "compose.yaml").read_text(encoding="utf-8"))
BOT = COMPOSE["services"]["bot"]


def instructions(name: str) -> list[str]:
    """The values of every instruction of that name in the Dockerfile."""
    parser = DockerfileParser(path=str(PROJECT / "Dockerfile"), cache_content=True)
    return [each["value"] for each in parser.structure if each["instruction"] == name]


def test_what_the_image_copies_is_there_and_let_through():
    let_through = {line[1:] for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[0] == "!"}

    copied = {word for value in instructions("COPY") if "--from" not in value for word in value.split()[:-1]}

    assert copied == let_through
    assert [path for path in copied if not (PROJECT / path).exists()] == []


def test_the_bot_in_the_image_is_nobody_special_tells_how_it_is_and_can_be_stopped():
    assert instructions("USER") == ["mailbot"]
    assert [":" in value and not value.endswith(":latest") for value in instructions("FROM")] == [True, True]
    assert instructions("HEALTHCHECK")[0].endswith('CMD ["mailbot", "status"]')
    assert instructions("ENTRYPOINT") + instructions("CMD") == ['["mailbot"]', '["run"]']
    assert instructions("STOPSIGNAL") == ["SIGTERM"]


def test_the_container_may_write_only_where_the_bot_keeps_its_data():
    assert (BOT["read_only"], BOT["cap_drop"], BOT["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    assert BOT["tmpfs"] == ["/tmp"]
    assert [volume for volume in BOT["volumes"] if not volume.endswith(":ro")] == ["data:/data"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_every_secret_and_volume_of_the_compose_file_is_declared(name: str):
    service = COMPOSE["services"][name]
    files = [value for variable, value in service["environment"].items() if variable.endswith("_FILE")]

    assert sorted(files) == sorted(f"/run/secrets/{secret}" for secret in service["secrets"])
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    assert {volume.partition(":")[0] for volume in service["volumes"] if volume[0] != "."} <= set(COMPOSE["volumes"])


def test_the_settings_of_the_container_are_known_and_its_health_is_asked_for():
    names = {variable.removesuffix("_FILE") for variable in BOT["environment"]}
    boxes = {f"MAILBOT_IMAP_{box.id.upper()}" for box in load_catalogue(PROJECT / "rules.yaml").mailboxes}

    assert names == {*boxes, "MAILBOT_SMTP", "MAILBOT_DATABASE"}
    assert BOT["depends_on"]["database"]["condition"] == "service_healthy"
    assert "pg_isready" in COMPOSE["services"]["database"]["healthcheck"]["test"]
