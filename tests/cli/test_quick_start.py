"""A command loads what it needs and nothing else: libraries take longer to load than a mail takes to be read."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mail.eml import attachment, eml, multipart, part

HEAVY = ("sqlalchemy", "alembic", "docx", "vobject", "flufl.bounce", "holidays", "pydantic_settings", "imapclient", "structlog")

LOADED = """
import sys
from mailbot.cli import app
app(standalone_mode=False)
print(*(name for name in sys.stdin.read().split() if name in sys.modules))
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """The heavy libraries that the command has loaded when it ends."""
    run = [sys.executable, "-c", LOADED, *words]
    ended = subprocess.run(run, cwd=folder, input=" ".join(HEAVY), capture_output=True, text=True, check=True)
    return set(ended.stdout.splitlines()[-1].split())


def test_explaining_a_short_mail_loads_no_library_that_it_does_not_need(folder: Path):
    (folder / "01.eml").write_bytes(eml())

    assert loaded(folder, "explain", "01.eml") == set()


def test_checking_the_rules_loads_no_database(folder: Path):
    assert loaded(folder, "rules", "check") == set()


@pytest.mark.parametrize(
    ("name", "content", "library"),
    [("liste.docx", b"PK", {"docx"}), ("anna.vcf", b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna\r\nEND:VCARD\r\n", {"vobject"})],
)
def test_a_file_loads_what_reads_it(folder: Path, name: str, content: bytes, library: set[str]):
    (folder / "01.eml").write_bytes(multipart("mixed", part("Anbei."), attachment(name, content)))

    assert loaded(folder, "explain", "01.eml") == library
