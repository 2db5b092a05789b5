"""Sockets in the file system; ports are tried where they are used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.errors import SettingsError
from mailbot.listener import SocketFile

DIES = "import os, socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); os.kill(os.getpid(), 9)"


@pytest.fixture
def where(tmp_path: Path) -> SocketFile:
    return SocketFile(path=tmp_path / "support")


def test_its_owner_and_the_group_of_its_folder_may_connect_and_nobody_else(where: SocketFile):
    if os.geteuid() == 0:
        shutil.chown(where.path.parent, group="games")
    where.path.parent.chmod(0o2710)

    with where.listen(), where.connect(timeout=1):
        status = where.path.stat()

    assert (status.st_mode & 0o7777, status.st_gid) == (0o660, where.path.parent.stat().st_gid)


def test_what_a_bot_has_left_that_died_is_replaced(where: SocketFile):
    subprocess.run([sys.executable, "-c", DIES, str(where.path)], check=False)
    assert where.path.is_socket()

    with where.listen(), where.connect(timeout=1):
        pass


def test_that_of_one_who_lives_is_not(where: SocketFile):
    with where.listen() as first:
        with pytest.raises(OSError, match="Address already in use"):
            where.listen()

        where.connect(timeout=1).close()
        first.accept()[0].close()


def test_nor_is_anything_that_is_no_socket(where: SocketFile):
    where.path.write_text("the only copy", encoding="utf-8")

    for ask in (where.listen, where.try_out):
        with pytest.raises(OSError, match="Address already in use"):
            ask()
    assert where.path.read_text(encoding="utf-8") == "the only copy"


def test_who_has_no_folder_gets_no_socket(tmp_path: Path):
    nowhere = SocketFile(path=tmp_path / "nowhere" / "support")

    with pytest.raises(FileNotFoundError):
        nowhere.try_out()
    with pytest.raises(FileNotFoundError):
        nowhere.listen()


def test_trying_leaves_nothing_behind(where: SocketFile):
    where.try_out()

    assert list(where.path.parent.iterdir()) == []


def test_a_path_that_no_socket_can_have_is_an_error_like_others(tmp_path: Path):
    where = SocketFile(path=tmp_path / ("x" * 120))

    for ask in (where.listen, where.try_out):
        with pytest.raises(OSError, match="path too long"):
            ask()


@pytest.mark.parametrize("address", ["unix:", "unix:mailbot/support"])
def test_a_socket_is_named_by_its_whole_path(address: str):
    with pytest.raises(SettingsError, match=r"is no socket; it looks like unix:/var/spool/postfix/mailbot/support$"):
        SocketFile.parse(address)


def test_it_is_written_as_it_is_read(where: SocketFile):
    assert SocketFile.parse(f" {where}") == where
