"""To which system does a case belong that several systems touch? To the one that wrote its first event, whatever comes first in a file."""

from pathlib import Path

import pytest

from tests.process_mining import small_home


@pytest.mark.parametrize("is_turned", [False, True], ids=["as written", "turned round"])
def test_an_order_of_several_systems_is_of_the_one_that_wrote_its_first_event(tmp_path: Path, is_turned: bool) -> None:
    rows = small_home.events({"late": ["Book", "Pick", "Post"], "odd": ["Pick", "Book"], "one": ["Pick"]}, view="order")
    wrote = {"Book": "sim_erp", "Pick": "sim_wms", "Post": "sim_finance"}
    source = {event["event_id"]: wrote[event["activity"]] for event in rows["core_event"]}
    tables = {
        name: [{**row, "source_system": source[row["event_id"]]} for row in (reversed(found) if is_turned else found)]
        for name, found in rows.items()
    }
    build = small_home.made(tmp_path, tables)
    with build.cursor() as cursor:
        found = dict(cursor.execute("SELECT case_id, source_system FROM mart_case").fetchall())
    assert found == {"late": "sim_erp", "odd": "sim_wms", "one": "sim_wms"}
