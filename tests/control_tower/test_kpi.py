"""Does one KPI behave in every way it can be asked: value, trend, breakdown, rows, filters, not available?"""

import json
import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from control_tower.errors import DefinitionError, NotAvailable
from control_tower.filters import NOT_STATED, Filters

KPIS = kpis()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


MARCH = kpi.Period(at("2026-03-01"), at("2026-04-01"))


@pytest.fixture
def filled(build: Any) -> Any:
    """Six exceptions on two sites; two weeks without any between them."""
    for number, (site, tier, detected, resolved) in enumerate([
        ("s:1", "key", "2026-03-02T06:00", "2026-03-03T06:00"),
        ("s:1", "key", "2026-03-03T06:00", None),
        ("s:1", "small", "2026-03-04T06:00", "2026-03-06T06:00"),
        ("s:2", "key", "2026-03-04T06:00", "2026-03-08T06:00"),
        ("s:2", None, "2026-03-24T06:00", None),
        (None, "small", "2026-03-25T06:00", None),
    ]):  # fmt: skip
        hours = (at(resolved) - at(detected)).total_seconds() / 3600 if resolved else None
        build.insert("mart_exception", [{
            "exception_id": f"e:{number}", "status": "resolved" if resolved else "new", "site_id": site,
            "customer_tier": tier, "detected_at": detected, "resolved_at": resolved, "ended_at": resolved,
            "resolution_hours": hours,
        }])  # fmt: skip
    return build.connection


def test_a_breakdown_adds_up_and_shows_what_is_not_stated(filled: Any) -> None:
    parts = kpi.breakdown(filled, KPIS["new_exceptions"], MARCH, None, "site_id")
    assert [(part.key, part.figure.value) for part in parts] == [("s:1", 3), ("s:2", 2), (None, 1)]


def test_a_breakdown_of_a_mean_is_the_mean_of_each_part(filled: Any) -> None:
    parts = kpi.breakdown(filled, KPIS["mean_time_to_resolution"], MARCH, None, "site_id")
    assert [(part.key, part.figure.value, part.figure.n) for part in parts] == [("s:2", 96, 1), ("s:1", 36, 2)]


def test_alternatives_of_a_dimension_add_up_and_dimensions_narrow(filled: Any) -> None:
    def count(**where: list[str]) -> float | None:
        return kpi.evaluate(filled, KPIS["new_exceptions"], MARCH, where).value

    assert count(site_id=["s:1", "s:2"]) == 5
    assert count(site_id=["s:1"], customer_tier=["key"]) == 2
    assert count(site_id=[NOT_STATED]) == 1
    assert count(site_id=["s:2", NOT_STATED]) == 3
    assert count(site_id=["nowhere"]) == 0


def test_a_value_is_bound_and_never_becomes_sql(filled: Any) -> None:
    hostile = "s:1') OR 1=1 --"
    assert kpi.evaluate(filled, KPIS["new_exceptions"], MARCH, {"site_id": [hostile]}).value == 0


def test_a_dimension_off_the_allow_list_is_refused(filled: Any) -> None:
    with pytest.raises(DefinitionError, match="is no dimension"):
        kpi.evaluate(filled, KPIS["new_exceptions"], MARCH, {"note": ["x"]})
    with pytest.raises(DefinitionError, match="is no dimension"):
        kpi.breakdown(filled, KPIS["new_exceptions"], MARCH, None, "1; DROP TABLE mart_exception")


def test_a_kpi_that_does_not_know_a_dimension_says_so_instead_of_ignoring_it(build: Any) -> None:
    build.insert("load_ledger", [{"file_no": 1, "loaded_at": at("2026-03-02"), "read_rows": 10}])
    found = kpi.evaluate(build.connection, KPIS["data_quality_rate"], None, {"site_id": ["s:1"]})
    assert found.value is None
    assert found.not_available == "data_quality_rate cannot be split by site_id; it knows source_system"


def test_the_filter_state_of_a_page_becomes_a_selection() -> None:
    assert kpi.selection(Filters(site_id=("s:1",), severity=("critical",))) == {
        "severity": ("critical",), "site_id": ("s:1",),
    }  # fmt: skip
    with pytest.raises(NotAvailable, match="search"):
        kpi.selection(Filters(search="late"))


def test_a_weekly_trend_starts_on_monday_and_shows_empty_weeks(filled: Any) -> None:
    points = kpi.trend(filled, KPIS["new_exceptions"], MARCH)
    assert [(point.since.date().isoformat(), point.figure.value) for point in points] == [
        ("2026-02-23", 0), ("2026-03-02", 4), ("2026-03-09", 0), ("2026-03-16", 0), ("2026-03-23", 2), ("2026-03-30", 0),
    ]  # fmt: skip
    assert [point.is_partial for point in points] == [True, False, False, False, False, True]
    assert sum(point.figure.value or 0 for point in points) == kpi.evaluate(filled, KPIS["new_exceptions"], MARCH).value


def test_a_week_without_a_row_has_no_mean(filled: Any) -> None:
    values = [point.figure.value for point in kpi.trend(filled, KPIS["mean_time_to_resolution"], MARCH)]
    assert values == [None, 56, None, None, None, None]


def test_a_stock_is_counted_at_the_end_of_each_day(filled: Any) -> None:
    period = kpi.Period(at("2026-03-02"), at("2026-03-09"))
    values = [point.figure.value for point in kpi.trend(filled, KPIS["open_exceptions"], period, grain="day")]
    assert values == [1, 1, 3, 3, 2, 2, 1]


def test_an_open_ended_trend_of_a_stock_begins_with_the_first_row_even_if_it_has_ended(filled: Any) -> None:
    points = kpi.trend(filled, KPIS["open_exceptions"])
    assert points[0].since == at("2026-03-02")
    assert points[-1].figure.value == 3


def test_a_stock_at_any_instant_equals_counting_by_the_rule(filled: Any) -> None:
    rule = (
        "SELECT count(*) FROM mart_exception WHERE detected_at <= $t AND (resolved_at IS NULL OR resolved_at > $t)"
        " AND (closed_at IS NULL OR closed_at > $t)"
    )
    for hours in range(0, 31 * 24, 6):
        instant = at("2026-03-01") + timedelta(hours=hours)
        found = kpi.evaluate(filled, KPIS["open_exceptions"], kpi.Period(None, instant))
        assert found.at == instant
        assert found.value == filled.execute(rule, {"t": instant}).fetchone()[0]


def test_nothing_is_known_after_the_clock(filled: Any) -> None:
    found = kpi.evaluate(filled, KPIS["oldest_open_hours"], kpi.Period(None, at("2027-01-01")))
    assert found.at == at("2026-04-01")
    assert found.value == pytest.approx((at("2026-04-01") - at("2026-03-03T06:00")).total_seconds() / 3600)


def test_a_trend_of_a_survival_figure_follows_cohorts(filled: Any) -> None:
    points = kpi.trend(filled, KPIS["resolution_cycle_time"], MARCH)
    by_week = {point.since.date().isoformat(): point.figure for point in points}
    assert by_week["2026-03-02"].value == 48  # 24, 48, 96 resolved and one open: half are resolved by 48 h
    assert by_week["2026-03-23"].value is None
    assert by_week["2026-03-23"].cycle_time is not None
    assert by_week["2026-03-23"].cycle_time.open == 2


def test_a_median_that_is_not_reached_says_so(filled: Any) -> None:
    found = kpi.evaluate(filled, KPIS["resolution_cycle_time"], kpi.Period(at("2026-03-20")))
    assert (found.value, found.n) == (None, 2)
    assert found.not_available == "the median is not reached: 0 of 2 have ended"


def test_below_thirty_a_ratio_says_too_few_and_a_count_does_not(filled: Any) -> None:
    assert kpi.evaluate(filled, KPIS["mean_time_to_resolution"], MARCH).too_few
    assert not kpi.evaluate(filled, KPIS["new_exceptions"], MARCH).too_few
    for number in range(30):
        filled.execute(
            "INSERT INTO load_ledger SELECT ?, 1, 's', 'f', 'h', 1, 1, 1, 0, 0, 0, 'me', TIMESTAMP '2026-03-02', NULL",
            [number],
        )
        found = kpi.evaluate(filled, KPIS["data_quality_rate"])
        assert found.too_few is (number + 1 < 30)


def test_a_period_without_rows_has_no_ratio_and_a_zero_count(filled: Any) -> None:
    nothing = kpi.Period(at("2026-03-10"), at("2026-03-11"))
    assert kpi.evaluate(filled, KPIS["new_exceptions"], nothing).value == 0
    mean = kpi.evaluate(filled, KPIS["mean_time_to_resolution"], nothing)
    assert (mean.value, mean.not_available) == (None, "no rows in this period and selection")


def test_a_missing_relation_or_column_is_named(filled: Any) -> None:
    filled.execute("ALTER TABLE mart_exception DROP COLUMN resolution_hours")
    found = kpi.evaluate(filled, KPIS["mean_time_to_resolution"])
    assert (found.value, found.not_available) == (
        None, "column mart_exception.resolution_hours is missing in this build",
    )  # fmt: skip
    filled.execute("DROP TABLE mart_exception")
    found = kpi.evaluate(filled, KPIS["open_exceptions"])
    assert (found.value, found.not_available) == (None, "relation mart_exception is missing in this build")
    with pytest.raises(NotAvailable, match="relation mart_exception is missing"):
        kpi.breakdown(filled, KPIS["open_exceptions"], None, None, "site_id")


def test_a_column_that_the_header_forgot_is_found_missing_all_the_same(filled: Any) -> None:
    filled.execute("ALTER TABLE mart_exception DROP COLUMN ended_at")
    found = kpi.evaluate(filled, KPIS["open_exceptions"])
    assert found.value is None
    assert "ended_at" in (found.not_available or "")


def test_an_empty_needed_relation_and_a_column_without_values_are_named(build: Any) -> None:
    build.insert("core_order", [{"order_id": "o:1"}])
    found = kpi.evaluate(build.connection, KPIS["exception_rate_orders"])
    assert found.not_available == (
        "core_order.order_at holds no value in this build; mart_exception.order_id holds no value in this build"
    )


def test_a_connection_without_a_build_is_refused(build: Any) -> None:
    build.connection.execute("DELETE FROM policy")
    with pytest.raises(NotAvailable, match="policy is empty"):
        kpi.evaluate(build.connection, KPIS["open_exceptions"])


def test_a_value_that_is_not_a_number_is_counted_as_unknown_and_never_shown(build: Any) -> None:
    # fault 14
    build.insert("mart_exception", [{"exception_id": "e:1", "detected_at": at("2026-03-02")}])
    select = """
        SELECT row_id, TIMESTAMP '2026-03-02' AS measured_on, amount AS value, 1 AS weight
        FROM (VALUES ('a', 2.0), ('b', CAST('nan' AS DOUBLE)), ('c', CAST('inf' AS DOUBLE)), ('d', NULL), ('e', 4.0))
            AS typed (row_id, amount), mart_exception
    """
    definition = replace(KPIS["mean_time_to_resolution"], grain="row", needs=("mart_exception",), select=select)
    found = kpi.evaluate(build.connection, definition)
    assert found.figure is not None
    assert (found.value, found.n, found.figure.unknown) == (3, 2, 3)
    assert math.isfinite(found.value or math.nan)


def test_a_select_that_lacks_a_column_is_a_malformed_definition(filled: Any) -> None:
    broken = replace(KPIS["new_exceptions"], select="SELECT exception_id, 1 AS value FROM mart_exception")
    with pytest.raises(DefinitionError, match="lacks measured_on, weight"):
        kpi.evaluate(filled, broken)


def test_clock_skew_is_left_out_of_durations_and_counted(build: Any) -> None:
    # fault 19
    build.insert("mart_exception", [
        {"exception_id": "e:1", "detected_at": at("2026-03-02"), "resolved_at": at("2026-03-03"),
         "ended_at": at("2026-03-03"), "resolution_hours": 24.0},
        {"exception_id": "e:2", "detected_at": at("2026-03-05"), "resolved_at": at("2026-03-03"),
         "ended_at": at("2026-03-03"), "is_time_suspect": True},
    ])  # fmt: skip
    for name in ("mean_time_to_resolution", "resolution_cycle_time"):
        found = kpi.evaluate(build.connection, KPIS[name])
        assert found.figure is not None
        assert (found.value, found.n, found.figure.unknown) == (24, 1, 1), name


def test_rows_are_largest_first_and_no_more_than_asked(filled: Any) -> None:
    rows = kpi.rows(filled, KPIS["mean_time_to_resolution"], MARCH, None, limit=2)
    assert [(row["exception_id"], row["value"]) for row in rows] == [("e:3", 96), ("e:2", 48)]
    assert set(rows[0]) == {"exception_id", "measured_on", "value", "weight"}


def test_the_json_document_has_the_agreed_shape(filled: Any) -> None:
    found = kpi.evaluate(filled, KPIS["mean_time_to_resolution"], MARCH)
    parts = kpi.breakdown(filled, KPIS["mean_time_to_resolution"], MARCH, None, "site_id")
    document = json.loads(json.dumps(found.as_json(parts), allow_nan=False))
    assert document["name"] == "mean_time_to_resolution"
    assert (document["value"], document["numerator"], document["denominator"]) == (56, 168, 3)
    assert document["unit"] == "hours"
    assert document["period"] == {"since": "2026-03-01T00:00:00", "until": "2026-04-01T00:00:00"}
    assert document["build"] == "test-build"
    assert document["not_available"] is None
    assert document["by"][0] | {"key": "s:2", "value": 96, "numerator": 96, "denominator": 1} == document["by"][0]


def test_a_period_that_runs_backwards_is_refused_and_an_offset_becomes_utc() -> None:
    with pytest.raises(ValueError, match="swap the two"):
        kpi.Period(at("2026-04-01"), at("2026-03-01"))
    assert kpi.Period(at("2026-03-01T02:00:00+02:00")).since == at("2026-03-01")


def test_a_trend_of_too_many_points_is_refused(filled: Any) -> None:
    with pytest.raises(ValueError, match="narrow the period"):
        kpi.trend(filled, KPIS["new_exceptions"], kpi.Period(at("1990-01-01")), grain="day")


def test_one_kpi_and_all_of_them_become_json(filled: Any) -> None:
    document = kpi.as_json(filled, "new_exceptions", MARCH, None, "site_id")
    assert [(part["key"], part["value"]) for part in document["by"]] == [("s:1", 3), ("s:2", 2), (None, 1)]
    documents = json.loads(json.dumps(kpi.all_as_json(filled, MARCH), allow_nan=False))
    assert [one["name"] for one in documents] == sorted(KPIS)
    missing = next(one for one in documents if one["name"] == "exception_rate_orders")
    assert missing["value"] is None
    assert "core_order.order_at" in missing["not_available"]
    with pytest.raises(DefinitionError, match="there is no KPI 'open_exception'; known: "):
        kpi.as_json(filled, "open_exception")


def test_a_breakdown_that_is_not_available_says_why_in_the_document(build: Any) -> None:
    document = kpi.as_json(build.connection, "open_exceptions", None, None, "site_id")
    assert document["by"] == []
    assert document["not_available"] == "mart_exception is empty in this build"


def test_the_cycle_time_document_has_the_agreed_shape(filled: Any) -> None:
    document = kpi.cycle_time_as_json(filled, MARCH, None, "site_id")
    whole = {"n": 6, "open": 3, "median_hours": 96, "closed_only_median_hours": 48, "p90_hours": None}
    assert document | whole == document
    assert set(document["interval_95"]) == {"median_hours", "p75_hours", "p90_hours"}
    assert [(part["key"], part["n"], part["median_hours"]) for part in document["by"]] == [
        ("s:2", 2, 96), ("s:1", 3, 48), (None, 1, None),
    ]  # fmt: skip
