"""The planted build with a change in it: from 2 May on three quarters of the short picks of one site are gone."""

from datetime import datetime
from pathlib import Path

import duckdb

from control_tower import builds, warehouse
from control_tower.settings import Settings
from control_tower.warehouse import Build
from tests.control_tower.analysis.planted import planted_build

CHANGED = datetime(2026, 5, 2)
# taken out as false positives, which no analysis counts: the rows of the build stay as many as its manifest says
_TAKEN_OUT = (
    "UPDATE mart_exception SET status = 'false_positive' WHERE type_code = 'pick_shortfall' AND site_id = 'd:S7' AND "
    "detected_at >= TIMESTAMP '2026-05-02 01:00:00' AND hash(exception_id) % 4 > 0; UPDATE mart_failure SET type_code = "
    "'taken_out' WHERE exception_id IN (SELECT exception_id FROM mart_exception WHERE status = 'false_positive')"
)


def changed_build(home: Path, lines: int = 60_000) -> Build:
    """Write and open the build."""
    made, settings = planted_build(home, lines=lines), Settings(home=home)
    made.close()
    warehouse.forget(settings)
    with duckdb.connect(str(settings.builds / "planted" / builds.WAREHOUSE)) as connection:
        connection.execute(_TAKEN_OUT)
    return warehouse.open_current(settings)
