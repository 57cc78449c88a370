"""Do words become the values they say, and nothing else? Thousands of words a query, against Python's own arithmetic."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.engines import casting
from etl.engines.casting import Rules
from etl.source import Column

LOWEST, HIGHEST = datetime(1990, 1, 1), datetime(2100, 1, 1)


def rules(kind: str, **given: Any) -> Rules:
    column = Column.model_validate({"type": kind, "formats": given.pop("formats", ())})
    usual: dict[str, Any] = {
        "null_words": ("",), "decimal_mark": ".", "thousands_mark": "", "time_zone": "UTC", "dst_overlap": "refuse",
        "earliest": "1990-01-01", "latest": "2100-01-01",
    }  # fmt: skip
    return Rules(column, **(usual | given))


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    found.execute("SET TimeZone = 'UTC'")
    return found


def read(connection: duckdb.DuckDBPyConnection, words: list[str], how: Rules) -> list[Any]:
    """Every word as the engine reads it."""
    query = f"SELECT {casting.cast('w', how)} FROM (SELECT unnest(?) AS w, unnest(?) AS i) ORDER BY i"
    return [r[0] for r in connection.execute(query, [words, list(range(len(words)))]).fetchall()]


def fits(value: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal | None:
    with localcontext() as context:
        context.prec = 500
        rounded = value.quantize(Decimal("0.0001"), rounding)
    return rounded if abs(rounded) < Decimal(10) ** 14 else None


digits = st.text("0123456789", min_size=1, max_size=22)
plain_numbers = st.builds(
    "{}{}{}{}".format, st.sampled_from(["", "+", "-"]), digits, st.sampled_from(["", "."]), digits
)


@given(st.lists(plain_numbers, min_size=50, max_size=200))
def test_a_plain_number_is_read_exactly_or_refused_when_it_does_not_fit(
    connection: duckdb.DuckDBPyConnection, words: list[str]
) -> None:
    # fault 26
    assert read(connection, words, rules("decimal")) == [fits(Decimal(word)) for word in words]
    whole = [
        int(w) if "." not in w and len(w.lstrip("+-")) < 20 and -(2**63) <= int(w) < 2**63 else None for w in words
    ]
    assert read(connection, words, rules("integer")) == whole


@given(st.lists(st.tuples(plain_numbers, st.sampled_from("eE"), st.integers(-400, 400)), min_size=50, max_size=200))
def test_an_exponent_is_read_as_the_nearest_double_or_refused(
    connection: duckdb.DuckDBPyConnection, given: list[tuple[str, str, int]]
) -> None:
    # fault 26
    words = [f"{number}{mark}{power}" for number, mark, power in given]
    doubles = [float(word) for word in words]
    expected = [None if abs(d) == float("inf") else fits(Decimal(d), ROUND_HALF_EVEN) for d in doubles]
    assert read(connection, words, rules("decimal")) == expected


@pytest.mark.parametrize(
    "word", ["NaN", "nan", "inf", "-inf", "Infinity", "1e400", "-1E999", "0x10", "1_000", "١٢", "--1"]
)
def test_what_is_no_finite_number_is_refused(connection: duckdb.DuckDBPyConnection, word: str) -> None:
    # fault 14 # fault 26
    assert read(connection, [word], rules("decimal")) == [None]
    assert read(connection, [word], rules("integer")) == [None]


amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False)


@given(
    st.lists(amounts, min_size=20, max_size=100),
    st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (",", "\u202f")]),
)
def test_an_amount_written_with_declared_marks_is_read_back(
    connection: duckdb.DuckDBPyConnection, values: list[Decimal], marks: tuple[str, str]
) -> None:
    # fault 13
    mark, thousands = marks
    grouped = [f"{v:,.2f}".translate(str.maketrans({",": thousands, ".": mark})) for v in values]
    bare = [f"{v:.2f}".replace(".", mark) for v in values]
    how = rules("decimal", decimal_mark=mark, thousands_mark=thousands)
    assert read(connection, grouped, how) == values
    assert read(connection, bare, how) == values


@pytest.mark.parametrize(
    ("word", "mark", "thousands", "expected"),
    [
        ("1,50", ".", "", None), ("1,50", ",", "", "1.5"), ("1.50", ",", "", None), ("1.50", ",", ".", None),
        ("1.500", ",", ".", "1500"), ("1.234,56", ",", ".", "1234.56"), ("1,234.56", ",", ".", None),
        ("1.234,56", ".", ",", None), ("12.34.567", ",", ".", None), ("1234.567", ",", ".", None), ("1,2,3", ",", "", None),
        ("1 234,5", ",", " ", "1234.5"), ("1 234,5", ",", ".", None), (",5", ",", ".", "0.5"), ("1,234", ".", "", None),
        ("1.234.567", ".", "", None), ("1.234e2", ",", ".", None), ("", ",", ".", None), (".", ".", "", None),
    ],
)  # fmt: skip
def test_an_ambiguous_amount_is_refused_and_never_guessed(
    connection: duckdb.DuckDBPyConnection, word: str, mark: str, thousands: str, expected: str | None
) -> None:
    # fault 13
    how = rules("decimal", decimal_mark=mark, thousands_mark=thousands)
    assert read(connection, [word], how) == [None if expected is None else Decimal(expected)]


@pytest.mark.parametrize("formats", [(), ("%Y-%m-%d %H:%M:%S",), ("%d/%m/%Y %H:%M",), ("%Y-%m-%dT%H:%M:%S%z",)])
@pytest.mark.parametrize(
    "word",
    [
        "infinity", "-infinity", "epoch", "now", "today", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "1989-12-31 23:59:59",
        "2100-01-01 00:00:00", "2024-02-30 10:00:00", "2023-02-29 10:00:00", "30/02/2024 10:00", "1700000000", "45292",
        "2024-01-01", "10:00:00", "2024-01-01 24:00:00", "2024-01-01 10:60:00", "2024-13-01 10:00:00", "20240101T100000",
    ],
)  # fmt: skip
def test_a_time_that_cannot_be_is_refused_in_every_format(
    connection: duckdb.DuckDBPyConnection, formats: tuple[str, ...], word: str
) -> None:
    # fault 15 # fault 18
    assert read(connection, [word], rules("timestamp", formats=formats)) == [None]


def test_days_are_read_strictly_and_within_bounds(connection: duckdb.DuckDBPyConnection) -> None:
    # fault 15 # fault 18
    words = [
        "2024-02-29",
        "2023-02-29",
        "2024-02-30",
        "0001-01-01",
        "9999-12-31",
        "infinity",
        "2024-01-01 10:00",
        "1704067200",
    ]
    assert read(connection, words, rules("date")) == [date(2024, 2, 29)] + [None] * 7
    words = ["29/02/2024", "29/02/2023", "epoch", "2024-02-29"]
    assert read(connection, words, rules("date", formats=("%d/%m/%Y",))) == [date(2024, 2, 29), None, None, None]
    wide = rules("date", formats=("%d/%m/%Y",), earliest="1800-01-01")
    assert read(connection, ["epoch", "infinity", "01/01/1801"], wide) == [None, None, date(1801, 1, 1)]


@given(st.lists(st.integers(-(10**10), 10**10), min_size=20, max_size=100))
def test_epoch_numbers_are_times_only_where_declared(connection: duckdb.DuckDBPyConnection, seconds: list[int]) -> None:
    # fault 18
    words = [str(s) for s in seconds]
    moments = [datetime(1970, 1, 1) + timedelta(seconds=s) for s in seconds]
    expected = [m if LOWEST <= m < HIGHEST else None for m in moments]
    assert read(connection, words, rules("timestamp", formats=("epoch_s",))) == expected
    in_ms = [str(s * 1000) for s in seconds]
    assert read(connection, in_ms, rules("timestamp", formats=("epoch_ms",))) == expected
    assert read(connection, words, rules("timestamp")) == [None] * len(words)


def offset_forms(minutes: int) -> list[str]:
    sign, (hours, rest) = "-" if minutes < 0 else "+", divmod(abs(minutes), 60)
    forms = [f"{sign}{hours:02}:{rest:02}", f"{sign}{hours:02}{rest:02}", f" {sign}{hours:02}:{rest:02}"]
    return [*forms, f"{sign}{hours:02}"] if not rest else forms


@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2095, 1, 1)),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_every_offset_gives_the_instant_that_python_gives(
    connection: duckdb.DuckDBPyConnection, moment: datetime, precision: str
) -> None:
    # fault 16
    words, expected = [], []
    for minutes in range(-15 * 60, 15 * 60 + 1, 15):
        local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
        stem = local.replace(tzinfo=None).isoformat("T", precision)
        for form in offset_forms(minutes):
            words.append(stem + form)
            expected.append(
                datetime.fromisoformat(stem).replace(tzinfo=local.tzinfo).astimezone(UTC).replace(tzinfo=None)
            )
    how = rules("timestamp", time_zone="Asia/Tokyo")
    assert read(connection, words, how) == expected
    assert read(connection, [w.replace("T", " ") for w in words], how) == expected
    short = [moment.strftime("%Y-%m-%d %H:%M") + form for form in ("Z", "z", "+02", " +02:00", "-0330")]
    whole = moment.replace(second=0, microsecond=0)
    hours = [0, 0, -2, -2, 3.5]
    assert read(connection, short, how) == [whole + timedelta(hours=h) for h in hours]


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%S%z", "%d/%m/%Y %H:%M:%S %z"])
@given(st.datetimes(datetime(1995, 1, 1), datetime(2095, 1, 1)))
def test_a_declared_offset_is_never_dropped(connection: duckdb.DuckDBPyConnection, form: str, moment: datetime) -> None:
    # fault 16
    zones = [timezone(timedelta(minutes=m)) for m in range(-12 * 60, 14 * 60 + 1, 15)]
    locals_ = [moment.replace(microsecond=0, tzinfo=zone) for zone in zones]
    expected = [local.astimezone(UTC).replace(tzinfo=None) for local in locals_]
    assert (
        read(connection, [local.strftime(form) for local in locals_], rules("timestamp", formats=(form,))) == expected
    )


@pytest.mark.parametrize(
    "word",
    ["2024-01-01 10:00:00+24:00", "2024-01-01 10:00:00+02:75", "2024-01-01 10:00:00+2", "2024-01-01 10:00:00 CET"],
)
def test_an_offset_that_does_not_exist_is_refused(connection: duckdb.DuckDBPyConnection, word: str) -> None:
    # fault 16
    assert read(connection, [word], rules("timestamp")) == [None]


ZONES = (
    "Europe/Paris", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia",
    "America/Caracas", "Asia/Pyongyang", "Europe/Moscow", "Asia/Tehran", "Antarctica/Casey", "Asia/Kolkata",
)  # fmt: skip
"""Overlaps of 30 minutes, an hour, two hours; a day that never was; changes of a zone's own offset."""


def transitions(name: str) -> list[tuple[datetime, timedelta, timedelta]]:
    """Instant, offset before, offset after, of every change of a zone's clock in thirty years."""
    zone, step = ZoneInfo(name), timedelta(hours=12)
    grid = [datetime(1992, 1, 1, tzinfo=UTC) + i * step for i in range(2 * 365 * 30)]
    found = []
    for low, high in pairwise(grid):
        before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
        if before != after:
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
            found.append((high.replace(microsecond=0, tzinfo=None), before or timedelta(), after or timedelta()))
    return found


def instants(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants that a clock of this zone shows as `local`: none in the gap, two in the overlap."""
    both = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(i.replace(tzinfo=None) for i in both if i.astimezone(zone).replace(tzinfo=None) == local)


@pytest.mark.parametrize("name", ZONES)
def test_local_times_around_every_change_of_the_clock_are_read_or_refused_as_declared(
    connection: duckdb.DuckDBPyConnection, name: str
) -> None:
    # fault 17
    chance = random.Random(name)
    near = [0, 1, -1, 900, 1800, 3599, 3600, 7199, 7200, -3600, *(chance.randrange(-90_000, 90_000) for _ in range(10))]
    changes = transitions(name)
    moments = [at + o + timedelta(seconds=s) for at, *both in changes for o in both for s in near]
    moments += [datetime(2000, 1, 1) + timedelta(hours=chance.randrange(200_000)) for _ in range(200)]
    possible = [instants(moment, ZoneInfo(name)) for moment in moments]
    if any(after < before for _, before, after in changes):
        assert any(len(found) == 2 for found in possible)
    wanted = {
        "refuse": [found[0] if len(found) == 1 else None for found in possible],
        "earlier": [min(found, default=None) for found in possible],
        "later": [max(found, default=None) for found in possible],
    }
    words = [str(moment) for moment in moments]
    for overlap, expected in wanted.items():
        assert read(connection, words, rules("timestamp", time_zone=name, dst_overlap=overlap)) == expected


@given(
    st.lists(st.datetimes(datetime(1992, 1, 1), datetime(2022, 1, 1)), min_size=50, max_size=200),
    st.sampled_from(ZONES),
)
def test_any_local_time_is_the_instant_that_zoneinfo_gives(
    connection: duckdb.DuckDBPyConnection, moments: list[datetime], name: str
) -> None:
    # fault 17
    possible = [instants(moment, ZoneInfo(name)) for moment in moments]
    expected = [found[0] if len(found) == 1 else None for found in possible]
    assert read(connection, [m.isoformat() for m in moments], rules("timestamp", time_zone=name)) == expected
