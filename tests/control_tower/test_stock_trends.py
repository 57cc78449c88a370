"""Is a stock's trend, read once for all its weeks, what counting it anew at the end of each week gives?"""

from datetime import timedelta

import pytest

from control_tower import definitions, kpi
from control_tower.analysis.exposure import default_span
from control_tower.errors import NotAvailable
from control_tower.warehouse import Build

STOCKS = sorted(name for name, one in definitions.kpis().items() if one.aggregate == "stock")


@pytest.mark.parametrize("name", STOCKS)
@pytest.mark.parametrize("where", [{}, {"aging_bucket": ["1-3d", "over-14d", "0-7d"]}], ids=["all", "by age"])
def test_a_stocks_trend_equals_counting_it_anew_at_each_end(
    name: str, where: dict[str, list[str]], demo_build: Build
) -> None:
    one, until = definitions.kpis()[name], default_span(demo_build).until
    with demo_build.cursor() as cursor:
        try:
            points = kpi.trend(cursor, one, kpi.Period(until - timedelta(weeks=5), until), where)
        except NotAvailable:
            said = kpi.evaluate(cursor, one, kpi.Period(None, until), where).not_available if not where else "no split"
            assert said, "a trend that cannot be given is a figure that cannot be given"
            return
        assert len(points) >= 5
        for point in points:
            anew = kpi.evaluate(cursor, one, kpi.Period(None, point.until), where)
            assert anew.figure is not None
            assert (point.figure.n, point.figure.unknown) == (anew.figure.n, anew.figure.unknown)
            assert point.figure.value == (None if anew.value is None else pytest.approx(anew.value, rel=1e-9))
