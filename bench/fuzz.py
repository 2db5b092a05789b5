"""
Fuzzing of the reading of mail, from the bytes to the words of the answer, guided by coverage: `make bench-fuzz SECONDS=3600`.

Seeds are the mails of the tests and, where they are at hand, those of ../shared. What was found lies in `.fuzz/findings`,
each mail beside its traceback; the mails that reached new code lie in `.fuzz/corpus`, so that the next run goes on from there.
"""

from __future__ import annotations

import os
import random
import sys
import time
import traceback
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mailbot", "email", "mailparser", "vobject", "flufl", "authres", "csv"]):
    from tests.whole_way import goes_its_way

PROJECT = Path(__file__).parent.parent
WORK = PROJECT / ".fuzz"
SEED_FOLDERS = (
    PROJECT / "tests/conversations/known",
    PROJECT / "tests/conversations/known_b",
    PROJECT.parent / "shared/mails",
    PROJECT.parent / "shared/corpus",
)
LONGEST = 24_000  # bytes
SLOW = 6.0  # seconds of CPU time; the counting of coverage makes everything about three times slower
HANGS = 60  # seconds

PIECES = (
    b"\r\n",
    b"\r\n\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"Subject: =?utf-8?q?=ff_{{ 7*7 }}?= =?x?b?!?=\r\n",
    b"Subject: =?utf-8?b?DQpCY2M6IGFAYi5leGFtcGxl?=\r\n",
    b'From: "a\\"b, c" <<a@b.example>> (x\r\n',
    b"To: group: a@b.example, b@c.example;\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n",
    b"Content-Type: multipart/alternative; boundary*0=b\r\n\r\n",
    b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n\r\n<table><tr><td>a<td>b<tr><td>c<td>d",
    b"Content-Type: text/plain; format=flowed; delsp=yes; charset*=x''%ff\r\n\r\n",
    b"Content-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\nN:a;b\r\nEND:VCARD\r\n",
    b"Content-Type: text/csv; name=a.csv\r\n\r\nVorname;Name\r\nAnna;Schmidt\r\n",
    b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''..%2F; filename*1=x.csv\r\n",
    b"Authentication-Results: mx.die-linke-koeln.de; dmarc=pass header.from=b.example\r\n",
    b"> Name der Gruppe: OV Kalk\r\n> Gruppenadmins (1\xe2\x80\x933):\r\n",
    b"Am 3.6.2025 um 10:00 schrieb Anna Schmidt <anna@b.example>:\r\n",
    b"-----Urspr\xc3\xbcngliche Nachricht-----\r\nVon: a\r\nAn: b\r\nBetreff: c\r\n",
    b"Die Nextcloud f\xc3\xbcr den OV Kalk: Anna Schmidt, anna@b.example, ich und Bert. Admin bin ich.\r\n",
    b"#erledigt\r\n#notiz x\r\n#an technik\r\n",
)


def seeds() -> Iterator[bytes]:
    """Mails that people and programs really send, none twice and none too long."""
    for folder in SEED_FOLDERS:
        for path in sorted(folder.rglob("*.eml")):
            if path.stat().st_size <= LONGEST:
                yield path.read_bytes()


def mutated(data: bytes, longest: int, seed: int) -> bytes:
    """Half of the time by bytes, as libFuzzer does; else by whole lines and pieces, for mails are made of them."""
    chance = random.Random(seed)
    if chance.random() < 0.5:
        return atheris.Mutate(data, longest)
    lines = data.splitlines(keepends=True) or [b""]
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)
        match chance.randrange(4):
            case 0:
                lines.insert(at, chance.choice(PIECES))
            case 1:
                lines[at:at] = lines[other : other + chance.randint(1, 5)]
            case 2 if len(lines) > 1:
                del lines[at : at + chance.randint(1, 5)]
            case _:
                lines[at:at] = [chance.choice(PIECES)] * chance.randint(1, 20)
    return b"".join(lines)[:longest]


def look_at(raw: bytes) -> None:
    """One mail. A finding is kept and the run goes on; a mail that takes for ever ends it."""
    start = time.process_time()
    try:
        goes_its_way(raw)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        keep(raw, f"{type(error).__name__}-{Path(place.filename).stem}-{place.lineno}", traceback.format_exc())
    if (seconds := time.process_time() - start) > SLOW:
        keep(raw, "slow", f"{seconds:.1f} s\n")


def keep(raw: bytes, kind: str, said: str) -> None:
    """The first three of each kind."""
    folder = WORK / "findings"
    if len(list(folder.glob(f"{kind}-*.eml"))) < 3:
        name = f"{kind}-{sha256(raw).hexdigest()[:12]}"
        (folder / f"{name}.eml").write_bytes(raw)
        (folder / f"{name}.txt").write_text(said, encoding="utf-8")


def main() -> None:
    """The seeds go into the corpus, then libFuzzer runs for so many seconds."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    for name in ("corpus", "findings"):
        (WORK / name).mkdir(parents=True, exist_ok=True)
    for raw in seeds():
        (WORK / "corpus" / sha256(raw).hexdigest()[:20]).write_bytes(raw)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        f"-timeout={HANGS}",
        "-rss_limit_mb=1500",
        "-print_final_stats=1",
        f"-artifact_prefix={WORK / 'findings'}{os.sep}",
    ]
    atheris.Setup([sys.argv[0], *options, str(WORK / "corpus")], look_at, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
