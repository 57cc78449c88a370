"""What happened on this machine? One JSON object per line in TOWER_HOME/log/tower.jsonl.

Whatever a file or a value is called, it stays inside its JSON string: no entry spans lines (fault 91).
Credentials inside URLs are blanked. Never holds rows of data, and is never read by the product.
"""

import re
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

FILE = Path("log") / "tower.jsonl"
_LONGEST = 2_000
_CREDENTIALS = re.compile(r"(?<=://)[^/\s?#]*@")
_SECRET = re.compile(r"((?:pass(?:word|wd)?|pwd|secret|token|api_?key)\s*[=:]\s*)[^\s&;,'\"]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """The text with credentials blanked: user and password of a URL, and what follows `password=`.

    >>> redacted("postgresql://ann:s3cret@db/erp?sslmode=require")
    'postgresql://***@db/erp?sslmode=require'
    """
    return _SECRET.sub(r"\1***", _CREDENTIALS.sub("***@", text))


def opened(home: Path) -> TextIO:
    """The log of a home, to append to."""
    path = home / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8", errors="backslashreplace")


def writing(stream: TextIO, **bound: Any) -> structlog.typing.FilteringBoundLogger:
    """A logger to this stream whose every entry carries what is bound (run, action, by …)."""
    logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(stream),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _safe,
            structlog.processors.JSONRenderer(ensure_ascii=True, sort_keys=True, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(0),
    ).bind(**bound)
    return logger


def told(logger: structlog.typing.FilteringBoundLogger, step: Callable[[str, str], None]) -> Callable[[str, str], None]:
    """A step callback that also writes each step to the log, before the step begins."""

    def both(name: str, detail: str) -> None:
        logger.info("step", step=name, detail=detail)
        step(name, detail)

    return both


def _safe(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in entry.items():
        if isinstance(value, str):
            entry[key] = redacted(value)[:_LONGEST]
    return entry
