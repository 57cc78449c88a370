"""Is a page of variants a page, however many variants there are and however long one is (PM-03)?"""

import time

import pytest
from hypothesis import given, settings

from process_mining.cohort import Cohort
from process_mining.directly_follows import dfg
from process_mining.variants import MAX_ROWS, variants
from tests.process_mining.logs import logs, traces
from tests.process_mining.small_log import BuildInMemory, Step, small_log

VIEW = Cohort("order")


@settings(max_examples=8)
@given(logs())
def test_pages_put_side_by_side_are_the_whole_ranking(steps: list[Step]) -> None:
    build = small_log(steps)
    whole = variants(build, VIEW, limit=1000)
    pages = [variants(build, VIEW, limit=2, offset=at) for at in range(0, whole.variants, 2)]
    assert [row for page in pages for row in page.rows] == list(whole.rows)
    for at, page in enumerate(pages):
        shown = sum(row.cases for earlier in pages[: at + 1] for row in earlier.rows)
        assert (page.cases, page.other_cases) == (len(traces(steps)), len(traces(steps)) - shown)
        assert page.rows[-1].cumulative_share == pytest.approx(shown / page.cases)
    assert sum(row.share for row in whole.rows) == pytest.approx(1) and whole.other_variants == 0


def test_the_outcome_says_what_became_of_the_exceptions_and_nothing_where_there_is_none() -> None:
    told = [
        {
            "exception_id": "e1",
            "order_id": "a",
            "resolved_at": "2026-03-03",
            "sla_breached": True,
            "status": "resolved",
        },
        {"exception_id": "e2", "order_id": "b", "sla_breached": False},
    ]
    steps = [Step(case, "X") for case in "abcd"]
    (row,) = variants(small_log(steps, exceptions=told), VIEW).rows
    assert row.outcome is not None
    assert (row.outcome.with_exception, row.outcome.resolved, row.outcome.breached) == (0.5, 0.5, 0.5)
    (row,) = variants(small_log(steps, view="parcel"), Cohort("parcel")).rows
    assert row.outcome is None


@pytest.fixture(scope="module")
def deep() -> BuildInMemory:
    """100,000 variants, each of one case, and a trace of 10,000 events, as the models would have numbered them."""
    build = small_log([Step("a", f"A{no}") for no in range(10)])
    assert isinstance(build, BuildInMemory)
    with build.cursor() as cursor:
        for relation in ("mart_variant", "mart_case", "mart_event_step"):
            cursor.execute(f"DELETE FROM {relation}")
        cursor.execute(
            "INSERT INTO mart_variant SELECT 'order', n, CASE WHEN n = 1 THEN list_transform(range(10000), lambda x: x % 10 + 1) "
            "ELSE list_transform(range(6), lambda x: n // pow(10, x)::INTEGER % 10 + 1) END, CASE WHEN n = 1 THEN 10000 ELSE 6 END, 1 "
            "FROM range(1, 100001) AS t(n)"
        )
        cursor.execute(
            "INSERT INTO mart_case SELECT 'order', variant_no, 'o' || variant_no, 'desk', variant_no, step_count, "
            "TIMESTAMP '2026-03-02', TIMESTAMP '2026-03-03', 86400, false FROM mart_variant"
        )
        cursor.execute(
            "INSERT INTO mart_event_step SELECT 'order', variant_no, unnest(range(1, step_count + 1)), unnest(activity_nos), "
            "unnest(list_append(activity_nos[2:], NULL)), 1, 1, TIMESTAMP '2026-03-02', 1, 0 FROM mart_variant"
        )
        cursor.execute("UPDATE mart_activity SET event_count = 60999")
    return build


def test_a_hundred_thousand_variants_and_a_trace_of_ten_thousand_events_come_as_one_page(deep: BuildInMemory) -> None:
    """# fault 95: the first k and the sum of the others, inside the reader's time box."""
    began = time.process_time()
    page = variants(deep, VIEW, limit=20, max_steps=50)
    assert time.process_time() - began < 10, "the reader's own time box"
    assert (page.variants, len(page.rows), page.other_variants, page.other_cases) == (100_000, 20, 99_980, 99_980)
    longest = page.rows[0]
    assert (longest.step_count, len(longest.activities), longest.is_cut) == (10_000, 50, True)
    assert len(dfg(deep, VIEW).edges) <= 100


def test_nothing_brings_more_than_a_thousand_rows_to_a_browser(deep: BuildInMemory) -> None:
    """# fault 93: a page is bounded whatever it is asked for, and the map is counted inside DuckDB."""
    assert len(variants(deep, VIEW, limit=MAX_ROWS, max_steps=1).rows) == MAX_ROWS == 1000
    with pytest.raises(ValueError, match="1 to 1000"):
        variants(deep, VIEW, limit=MAX_ROWS + 1)
