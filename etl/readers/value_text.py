"""How does a typed value of another system read as text, exactly and always the same way?

For values that come out of drivers and workbooks as Python objects. Must never hold: rounding,
locale, null words; what a value means is decided where it is cast.
"""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal


def as_text(value: object) -> str | None:
    """The value as text: ISO dates (instants in UTC), exact numbers, true/false, bytes as hex, JSON when nested.

    >>> as_text(datetime(2024, 1, 2, 3, 4, 5)), as_text(0.1), as_text(Decimal("1.50")), as_text(True)
    ('2024-01-02T03:04:05', '0.1', '1.50', 'true')
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.days * 86400 + value.seconds}.{value.microseconds:06d}"
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, default=as_text, sort_keys=True, ensure_ascii=False)
    return repr(value) if isinstance(value, float) else str(value)


def as_sheet_text(value: object) -> str | None:
    """The same for a cell of a sheet, where 3.0 is how 3 is stored.

    >>> as_sheet_text(3.0), as_sheet_text(3.5)
    ('3', '3.5')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return as_text(value)


def is_exact(value: Decimal) -> bool:
    """Whether a decimal is also a float without loss.

    >>> is_exact(Decimal("0.5")), is_exact(Decimal("1e400"))
    (True, False)
    """
    return Decimal(repr(float(value))) == value
