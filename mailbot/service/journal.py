"""The log: one line an event on stderr, without anybody's address."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@(?=[\w-]+\.)")


def redacted(text: str) -> str:
    """The text with the local part of every address blackened: who it was stays unknown, which server does not."""
    return _ADDRESS.sub("***@", text)


def _redact(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


def start_journal(*, verbose: bool = False) -> None:
    """Log to stderr from now on."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
