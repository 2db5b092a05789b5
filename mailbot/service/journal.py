"""
The log: one line an event on stderr. It says what happened to which mail and ticket, by number, and nothing of anybody.

For people at a terminal in colours, for programs as JSON, else as `name=value`.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from pathlib import Path
from typing import Any

import structlog

from mailbot.settings import LogLevel, LogStyle

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@(?:\[[^\]\s]+\]|[\w-]+(?:\.[\w-]+)+)")


def redacted(text: str) -> str:
    """The text in one line, every address blackened, its domain as well: some people have one of their own."""
    return _ADDRESS.sub("***", _CONTROL.sub(" ", text))


def _redact(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    return {key: redacted(value) if isinstance(value, str) else value for key, value in event.items()}


def _trace(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Of an error its kind and the lines that led to it. What it says may be what a mail says."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given
    return {**event, "error": told(error)} if isinstance(error, BaseException) else event


def told(error: BaseException) -> str:
    """ "ValueError at worker.py:98 read.py:41", and what it followed from; never its own words."""
    lines = " ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))
    after = f" after {told(error.__cause__)}" if error.__cause__ is not None else ""
    return f"{type(error).__name__} at {lines}{after}"


class _Libraries(logging.Handler):
    """What libraries warn of, without their words: those may be a mail's."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tell that there was something, and where."""
        structlog.get_logger().warning("a library complains", library=record.name, at=f"{record.filename}:{record.lineno}")


def start_journal(style: LogStyle | None = None, *, level: LogLevel = "info") -> None:
    """Log to stderr from now on, what is at least of that `level`; without a `style` it is what suits stderr."""
    root = logging.getLogger()
    if not any(isinstance(each, _Libraries) for each in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace,
            _redact,
            _written(style or ("pretty" if sys.stderr.isatty() else "logfmt")),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _written(style: LogStyle) -> structlog.types.Processor:
    match style:
        case "pretty":
            return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        case "json":
            return structlog.processors.JSONRenderer(ensure_ascii=False)
        case "logfmt":
            return structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
