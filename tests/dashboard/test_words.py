"""Do numbers read as people write them, and do sentences say what the rows say?"""

from datetime import date, datetime

import pandas as pd
import pytest

from control_tower.filters import Filters
from dashboard import answers, period, theme
from dashboard.components import tile


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.25, "15 min"),
        (3.21, "3.2 h"),
        (71.9, "72 h"),
        (72, "3.0 d"),
        (4246.7, "176.9 d"),
        (None, "–"),
        (float("nan"), "–"),
    ],
)
def test_hours_below_72_then_days_with_one_decimal(value: float | None, shown: str) -> None:
    assert theme.hours(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(681.4, "681 EUR"), (9_263, "9.3 k EUR"), (46_694, "47 k EUR"), (2_597_224, "2.60 M EUR"), (-1_200, "-1.2 k EUR")],
)
def test_money_has_k_or_m_and_its_currency(value: float, shown: str) -> None:
    assert theme.money(value, "EUR") == shown


def test_an_incomplete_rate_is_never_shown_as_all() -> None:
    assert theme.percent(99_999, 100_000, 2) == "> 99.99 %"
    assert theme.percent(5, 5) == "100.0 %"
    assert theme.percent(0, 0) == "–"


def test_a_time_is_shown_in_the_sites_zone_with_the_zone_named() -> None:
    at = datetime(2026, 7, 1, 10, 0)
    assert theme.moment(at, "Europe/Paris") == "1 Jul 2026 12:00 CEST"
    assert theme.moment(at) == "1 Jul 2026 10:00 UTC"
    assert theme.moment(at, "no/such zone") == "1 Jul 2026 10:00 UTC"


@pytest.mark.parametrize(
    ("change", "better", "said"),
    [(-3, "lower", "better"), (3, "lower", "worse"), (3, "higher", "better"), (-1, "higher", "worse"), (0, "lower", "unchanged"),
     (None, "lower", ""), (5, "", "")],
)  # fmt: skip
def test_the_verdict_follows_what_is_better_not_the_sign(change: float | None, better: str, said: str) -> None:
    assert tile.verdict(change, better) == said


def _recent(*rows: tuple[int, int]) -> period.Recent:
    return period.Recent(datetime(2026, 3, 15, 18, 30), rows, date(2025, 1, 1), enough=30)


def test_the_default_period_is_28_days_or_the_shortest_that_holds_enough() -> None:
    assert period.of(Filters(), _recent((28, 30), (91, 99))).days == 28
    assert period.of(Filters(), _recent((28, 29), (91, 30))).days == 91
    assert period.of(Filters(), _recent((28, 0), (91, 1), (182, 2))).first == date(2025, 1, 1)


def test_a_period_never_reaches_beyond_the_build() -> None:
    asked = period.of(Filters(since=date(2026, 3, 1), until=date(2027, 1, 1)), _recent((28, 30)))
    assert (asked.first, asked.last, asked.ends_today) == (date(2026, 3, 1), date(2026, 3, 15), True)
    assert asked.bounds["since"] - asked.bounds["before"] == asked.bounds["until"] - asked.bounds["since"]


def test_the_answer_names_the_site_that_holds_most_of_the_value() -> None:
    sites = pd.DataFrame(
        {
            "key": ["a", "b", None],
            "label": ["Lyon", "Hamburg", None],
            "open_count": [9, 1, 5],
            "open_value": [10.0, 90.0, 500.0],
        }
    )
    row = {
        "open_count": 15, "open_before": 12, "new_count": 8, "resolved_count": 5, "unresolved_count": 0, "open_late_count": 4,
        "sla_known_count": 15, "open_value": 600.0, "judged_count": 3, "late_count": 1,
    }  # fmt: skip
    asked = period.of(Filters(since=date(2026, 3, 9)), _recent((28, 30)))
    assert answers.control_room(row, sites, asked) == (
        "15 open, 4 of them past SLA; Hamburg holds 15 % of the value at risk. "
        "9 Mar – 15 Mar 2026: 8 new, 5 resolved; the backlog grew by 3."
    )
