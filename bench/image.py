"""
Builds the image as the Dockerfile says, without Docker, and runs it as compose.yaml says: `make test-image`, as root.

There is no registry and no engine here, so a new Debian 12 in a folder takes the place of the base image. Every instruction is
carried out there in order. Then the bot runs as its user, without capabilities, on a root that is read-only but for /data and
/tmp: a member is answered, the health check is content, and the stop signal ends it with status 0.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dockerfile_parse import DockerfileParser

from bench.debian import ARCHIVE, CERTIFICATES, RELEASE, debootstrap, is_answered
from tests.association import PROJECT
from tests.servers.dovecot import running_dovecot
from tests.servers.postfix import running_postfix
from tests.servers.process import eventually, own_folder
from tests.servers.station import Station

IN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
READ_ONLY = """
mount --bind "$1" "$1"
mount --options remount,bind,ro "$1"
mount --bind "$2" "$1/data"
mount --types tmpfs tmpfs "$1/tmp"
shift 2
exec "$@"
"""
POWERLESS = ("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--bounding-set=-all", "--no-new-privs")


@dataclass
class Stage:
    """What a FROM begins: a root, and what the instructions since have set."""

    root: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # the last of each further instruction


def main() -> None:
    """Build, run, look."""
    with own_folder("image") as home, running_dovecot() as dovecot, running_postfix(dovecot) as postfix:
        station = Station(imap=dovecot, postfix=postfix)
        stage = built(base(home / "base"), context(home / "context"), home)
        support, buero = station.address("support"), station.address("buero")
        logins = {"IMAP_SUPPORT": station.imap_url(support), "IMAP_BUERO": station.imap_url(buero), "SMTP": station.smtp_url}
        with running(stage, home / "data", logins) as bot:
            is_answered(station, support)
            healthy = json.loads(stage.said["HEALTHCHECK"].partition("CMD ")[2])
            eventually(
                lambda: inside(stage, home / "data", logins, healthy).wait() == 0 or None,
                timeout=60,
                failure=lambda: "not healthy",
            )
            bot.send_signal(signal.Signals[stage.said["STOPSIGNAL"]])
            if status := bot.wait(timeout=60):
                raise SystemExit(f"the bot ended with status {status}")
    print("the image does what it says")  # noqa: T201


def base(root: Path) -> Path:
    """In place of python:3.13-slim."""
    subprocess.run(
        [debootstrap(), "--variant=minbase", "--include=python3-venv", RELEASE, root, ARCHIVE],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (root / "usr" / "bin" / "python").symlink_to("python3")
    shutil.copy("/etc/resolv.conf", root / "etc")
    if "PIP_CERT" in os.environ:
        shutil.copy(os.environ["PIP_CERT"], root / CERTIFICATES)
    return root


def context(folder: Path) -> Path:
    """What .dockerignore lets through: it forbids everything and then names what may."""
    folder.mkdir()
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            copy(PROJECT / line[1:], folder / line[1:])
    return folder


def copy(source: Path, target: Path) -> None:
    """A file, or what is in a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target / source.name if target.is_dir() else target)


def built(base: Path, context: Path, home: Path) -> Stage:
    """The last stage of the Dockerfile."""
    stages: dict[str, Stage] = {}
    stage = Stage(root=base)
    for each in DockerfileParser(path=str(PROJECT / "Dockerfile"), cache_content=True).structure:
        match each["instruction"], each["value"]:
            case "FROM", value:
                name = value.partition(" AS ")[2] or "last"
                stage = stages[name] = Stage(root=home / name)
                subprocess.run(["cp", "--archive", base, stage.root], check=True)
            case "RUN", value:
                do(stage, value)
            case "COPY", value:
                *words, target = value.split()
                options = [word for word in words if word.startswith("--from=")]
                origin = stages[options[0].partition("=")[2]].root if options else context
                for word in words:
                    if word not in options:
                        copy(origin / word.lstrip("/"), stage.root / os.path.join(stage.folder, target).lstrip("/"))
            case "ENV", value:
                stage.variables |= dict(word.split("=", 1) for word in shlex.split(value.replace("$PATH", IN_PATH)))
            case "WORKDIR", value:
                stage.folder = value
                (stage.root / value.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "COMMENT", _:
                pass
            case instruction, value:
                stage.said[instruction] = value
    return stage


def do(stage: Stage, command: str) -> None:
    """One RUN."""
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_") and name != "PIP_FIND_LINKS"}
    if "PIP_CERT" in pip:
        pip["PIP_CERT"] = f"/{CERTIFICATES}"
    environment = {"PATH": IN_PATH, **pip, **stage.variables}
    subprocess.run(["chroot", stage.root, "sh", "-ceu", f"cd {stage.folder}; {command}"], env=environment, check=True)


@contextmanager
def running(stage: Stage, data: Path, logins: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The image at work, with a fresh volume and the secrets that compose.yaml names."""
    data.mkdir()
    shutil.chown(data, 10001, 10001)
    secrets = stage.root / "run" / "secrets"
    secrets.mkdir(parents=True)
    for name, login in logins.items():
        (secrets / name).write_text(login, encoding="utf-8")
        shutil.chown(secrets / name, 10001)
        (secrets / name).chmod(0o400)
    bot = inside(stage, data, logins, [*json.loads(stage.said["ENTRYPOINT"]), *json.loads(stage.said["CMD"])])
    try:
        yield bot
    finally:
        bot.kill()
        bot.wait()


def inside(stage: Stage, data: Path, logins: Mapping[str, str], command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process as the engine starts it with `read_only`, `cap_drop: ALL` and `no-new-privileges`."""
    files = {f"MAILBOT_{name}_FILE": f"/run/secrets/{name}" for name in logins}
    words = ["unshare", "--mount", "sh", "-ceu", READ_ONLY, "sh", stage.root, data]
    return subprocess.Popen(
        [*words, "chroot", stage.root, *POWERLESS, "env", f"--chdir={stage.folder}", *command], env={**stage.variables, **files}
    )


if __name__ == "__main__":
    main()
