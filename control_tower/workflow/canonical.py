"""Which text stands for a value, so that it can be hashed? One value, one text, on every machine.

Never decides what is worth hashing.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def text(value: Any) -> str:
    """Canonical JSON: keys sorted, no blanks, decimals without trailing zeros, instants in ISO 8601.

    Raises ValueError for NaN and infinities, TypeError for what JSON cannot say.

    >>> text({"b": Decimal("1.50"), "a": [None, True]})
    '{"a":[null,true],"b":"1.5"}'
    """
    return _ENCODER.encode(_plain(value))


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, hexadecimal."""
    return hashlib.sha256(text(value).encode()).hexdigest()


def number(value: Decimal) -> str:
    """A decimal as the text that equals it and no other.

    >>> number(Decimal("100")), number(Decimal("0.2500"))
    ('100', '0.25')
    """
    if not value.is_finite():
        raise ValueError(f"{value} is no amount")
    shown = f"{value:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in {"-0", ""} else shown


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
