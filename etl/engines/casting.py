"""How does a word in a file become a value? SQL expressions for the declared column types.

Every expression gives NULL for what it cannot read, so that `raw IS NOT NULL AND cast IS NULL` finds
the refused values in the same pass. Values of the declaration reach SQL only as quoted literals.
Knows nothing about files, tables or quarantine.
"""

from dataclasses import dataclass
from typing import Protocol

from etl.source import Column, SourceToml, Table

_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"
_FRACTION = r"(\.\d*)?([eE][+-]?\d{1,3})?"


class Bounds(Protocol):
    """The oldest and newest day believed."""

    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class Rules:
    """How one column is read, with all defaults of table, source and policy filled in."""

    column: Column
    null_words: tuple[str, ...]
    decimal_mark: str
    thousands_mark: str
    time_zone: str
    dst_overlap: str
    earliest: str
    latest: str


def rules_of(column: Column, table: Table, source: SourceToml, earliest: str, latest: str) -> Rules:
    """The rules of one column: its own declaration first, then its table's, its source's, the policy's."""
    null_words = next(w for w in (column.null_words, table.null_words, source.null_words) if w is not None)
    return Rules(
        column,
        null_words,
        column.decimal_mark or table.decimal_mark or source.decimal_mark,
        next(m for m in (column.thousands_mark, table.thousands_mark, source.thousands_mark) if m is not None),
        column.time_zone or table.time_zone or source.time_zone,
        table.dst_overlap,
        table.earliest or earliest,
        table.latest or latest,
    )


def literal(text: str) -> str:
    """A quoted SQL string."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def present(raw: str, rules: Rules) -> str:
    """The raw text, or NULL where it says "no value"."""
    words = ", ".join(literal(word) for word in rules.null_words)
    return f"CASE WHEN {raw} IN ({words}) THEN NULL ELSE {raw} END" if words else raw


def cast(raw: str, rules: Rules) -> str:
    """The expression that reads `raw` (text, null words already taken out) as the declared type."""
    return {
        "text": _text,
        "integer": _integer,
        "decimal": _decimal,
        "timestamp": _timestamp,
        "date": _date,
        "boolean": _boolean,
    }[rules.column.type](raw, rules)


def expected(rules: Rules) -> str:
    """What a message says should have stood there."""
    formats = ", ".join(rules.column.formats) or "iso"
    return {
        "text": "text without control characters",
        "integer": "a whole number that fits 64 bits",
        "decimal": f"a number with decimal mark {rules.decimal_mark!r}"
        + (f" and thousands mark {rules.thousands_mark!r}" if rules.thousands_mark else " and no thousands mark"),
        "timestamp": f"a time in format {formats} ({rules.time_zone}), between {rules.earliest} and {rules.latest}, "
        f"that exists once on that clock",
        "date": f"a day in format {formats}, between {rules.earliest} and {rules.latest}",
        "boolean": f"one of {', '.join(w for w in (*rules.column.true_words, *rules.column.false_words) if w)}",
    }[rules.column.type]


def _text(raw: str, rules: Rules) -> str:
    return raw


def _integer(raw: str, rules: Rules) -> str:
    plain = f"trim({raw})"
    if rules.thousands_mark:
        plain = _without_thousands(plain, rules.thousands_mark, "")
    return f"CASE WHEN regexp_full_match({plain}, '[+-]?\\d{{1,19}}') THEN TRY_CAST({plain} AS BIGINT) END"


def _decimal(raw: str, rules: Rules) -> str:
    plain = f"trim({raw})"
    if rules.thousands_mark:
        fraction = _FRACTION.replace(r"\.", "," if rules.decimal_mark == "," else r"\.")
        plain = _without_thousands(plain, rules.thousands_mark, fraction)
    if rules.decimal_mark == ",":
        plain = f"CASE WHEN NOT contains({plain}, '.') THEN replace({plain}, ',', '.') END"
    direct = f"TRY_CAST({plain} AS DECIMAL(18,4))"
    scientific = f"TRY_CAST(format('{{:.4f}}', TRY_CAST({plain} AS DOUBLE)) AS DECIMAL(18,4))"
    return (  # read directly, 1e-9 becomes 0.0001 and 2.5e14 fits; cast from DOUBLE, large ones lose digits
        f"CASE WHEN regexp_full_match({plain}, {literal(_NUMBER)}) "
        f"THEN CASE WHEN contains(lower({plain}), 'e') THEN {scientific} ELSE {direct} END END"
    )


def _without_thousands(plain: str, mark: str, fraction: str) -> str:
    """Groups must be complete (`1.234.567`): `1.50` under a thousands mark `.` is refused, not read as 150.

    Nor do groups take an exponent: `1.234e2` may have come from a program that knows no thousands mark.
    """
    escaped = f"\\{mark}" if mark in ".'" else mark
    grouped = f"[+-]?\\d{{1,3}}({escaped}\\d{{3}})+{fraction.split('([eE]')[0]}"
    ungrouped = f"[+-]?\\d*{fraction}"
    return (
        f"CASE WHEN regexp_full_match({plain}, {literal(grouped)}) THEN replace({plain}, {literal(mark)}, '') "
        f"WHEN regexp_full_match({plain}, {literal(ungrouped)}) THEN {plain} END"
    )


def _boolean(raw: str, rules: Rules) -> str:
    word = f"lower(trim({raw}))"
    yes = ", ".join(literal(w.lower()) for w in rules.column.true_words)
    no = ", ".join(literal(w.lower()) for w in rules.column.false_words)
    return f"CASE WHEN {word} IN ({yes}) THEN true WHEN {word} IN ({no}) THEN false END"


def _date(raw: str, rules: Rules) -> str:
    tries = [
        f"CASE WHEN regexp_full_match(trim({raw}), '\\d{{4}}-\\d{{2}}-\\d{{2}}') THEN TRY_CAST(trim({raw}) AS DATE) END"
        if form == "iso"
        else f"CAST({_strptime(f'trim({raw})', form)} AS DATE)"
        for form in rules.column.formats or ("iso",)
    ]
    return _bounded(f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0], rules, "DATE")


def _timestamp(raw: str, rules: Rules) -> str:
    tries = [_instant(raw, form, rules) for form in rules.column.formats or ("iso",)]
    return _bounded(f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0], rules, "TIMESTAMP")


def _bounded(value: str, rules: Rules, kind: str) -> str:
    low, high = f"{kind} {literal(rules.earliest)}", f"{kind} {literal(rules.latest)}"
    return f"CASE WHEN {value} >= {low} AND {value} < {high} THEN {value} END"


def _instant(raw: str, form: str, rules: Rules) -> str:
    text = f"trim({raw})"
    if form in ("epoch_s", "epoch_ms"):
        factor = 1_000_000 if form == "epoch_s" else 1_000
        digits = "\\d{1,11}" if form == "epoch_s" else "\\d{1,14}"
        return f"CASE WHEN regexp_full_match({text}, '-?{digits}') THEN make_timestamp(CAST({text} AS BIGINT) * {factor}) END"
    if form == "iso":
        return _iso(text, rules)
    if "%z" in form:
        return f"CAST(timezone('UTC', {_strptime(text, form)}) AS TIMESTAMP)"
    return _to_utc(_strptime(text, form), rules)


def _strptime(text: str, form: str) -> str:
    """A time without a digit is none: DuckDB reads `epoch` and `infinity` in every format, as a day of 1900."""
    return f"CASE WHEN regexp_matches({text}, '[0-9]') THEN try_strptime({text}, {literal(form)}) END"


def _iso(text: str, rules: Rules) -> str:
    """ISO 8601: the date is required, an offset or Z wins over the declared zone; a bare date is no time."""
    stem = r"\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}([.,]\d{1,9})?)?"
    offset = r" ?(Z|z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
    plain = f"replace(replace({text}, ',', '.'), 'z', 'Z')"
    close = f"regexp_replace({plain}, ' ([Z+-])', '\\1')"
    whole = f"regexp_replace({close}, '^(.{{16}})([Z+-])', '\\1:00\\2')"
    with_offset = f"CAST(timezone('UTC', TRY_CAST({whole} AS TIMESTAMPTZ)) AS TIMESTAMP)"
    local = _to_utc(f"TRY_CAST(replace({text}, ',', '.') AS TIMESTAMP)", rules)
    return (
        f"CASE WHEN regexp_full_match({text}, '{stem}') THEN {local} "
        f"WHEN regexp_full_match({text}, '{stem}{offset}') THEN {with_offset} END"
    )


def _to_utc(local: str, rules: Rules) -> str:
    """A local time as UTC: one in the gap is refused, one that comes twice follows `dst_overlap` (fault 17).

    The offsets a day before and a day after are the only two that can hold: of the two instants they give,
    those count that read as this local time. So an overlap of any length is seen (one of 30 minutes, of two hours).
    """
    if rules.time_zone == "UTC":
        return local
    before, after = (_on_clock(local, f"{sign} INTERVAL 1 DAY", rules.time_zone) for sign in "-+")
    if rules.dst_overlap == "earlier":
        return f"least({before}, {after})"
    if rules.dst_overlap == "later":
        return f"greatest({before}, {after})"
    either, other = f"coalesce({before}, {after})", f"coalesce({after}, {before})"
    return f"CASE WHEN {either} = {other} THEN {either} END"


def _on_clock(local: str, nearby: str, time_zone: str) -> str:
    """The instant of a local time under the offset that holds nearby; NULL where the clock then shows another time."""
    zone = literal(time_zone)
    offset = f"(timezone({zone}, timezone('UTC', {local} {nearby})) - ({local} {nearby}))"
    instant = f"({local} - {offset})"
    return f"CASE WHEN timezone({zone}, timezone('UTC', {instant})) = {local} THEN {instant} END"
