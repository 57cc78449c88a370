"""Is a plan made on all facts or on none? Reads of the planner that may have left rows out refuse."""

import re

import pandas as pd
import pytest

from control_tower import warehouse
from control_tower.errors import NotAllowed
from control_tower.reallocation import situation

PATHS = sorted(warehouse.READS.glob("reallocation_*.sql"))


class Full:
    """A build whose reads bring as many rows as they may."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def read(self, name: str, **bound: object) -> pd.DataFrame:
        return pd.DataFrame({"lane_id": range(self.rows)})


def test_a_read_that_may_have_left_rows_out_refuses_the_plan() -> None:
    """# fault 93: a cut is never silent."""
    with pytest.raises(NotAllowed, match="reallocation_lane brings 200,000 rows and may have left some out"):
        situation.whole(Full(situation.MOST_ROWS), "reallocation_lane")  # type: ignore[arg-type]
    assert len(situation.whole(Full(situation.MOST_ROWS - 1), "reallocation_lane")) == situation.MOST_ROWS - 1  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="plan for fewer exceptions"):
        situation.whole(Full(situation.MOST_SHOWN), "reallocation_place")  # type: ignore[arg-type]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_limit_that_a_read_states_is_the_one_that_is_watched(path) -> None:
    stated = int(re.findall(r"LIMIT (\d+)\s*$", path.read_text(encoding="utf-8"))[0])
    watched = situation.MOST_SHOWN if path.stem in ("reallocation_place", "reallocation_scope") else situation.MOST_ROWS
    assert stated == (1 if path.stem == "reallocation_clock" else watched)
