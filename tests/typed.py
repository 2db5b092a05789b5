"""`mailbot …` as somebody types it, in this process, which has loaded everything already."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

import structlog

from mailbot.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


def typed(*words: str, environment: Mapping[str, str] | None = None) -> Ended:
    """The words behind `mailbot`; `environment`, if given, is all there is."""
    around = patch.dict(os.environ, environment or {}, clear=environment is not None)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with around, patch.object(sys, "argv", ["mailbot", *words]), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        finally:
            structlog.reset_defaults()
    return Ended(status=status, out=_written(out), err=_written(err))


def _written(stream: io.TextIOWrapper) -> str:
    content: bytes = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return content.decode()
