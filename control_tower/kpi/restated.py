"""What did late data and changed rules add to a figure since somebody last read it?

Compares what an older build said of a period with what the current one says of the same period. Never says why a
figure differs between two periods (`why.py` does).
"""

from typing import Any

import duckdb

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi.availability import build_facts
from control_tower.kpi.measure import evaluate
from control_tower.kpi.score import Where
from control_tower.kpi.value import Period


def restated(
    connection: duckdb.DuckDBPyConnection,
    then: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period,
    filters: Where | None,
) -> dict[str, Any]:
    """The parts of a restatement, in the figure's unit: reported + late_data + changed_rules = restated.

    `late_data`: the same period by the older build's rules ([measures] of its policy) on what is known now, less what
    was reported. `changed_rules`: by today's rules, less that. Both builds are scored by the definitions of this
    version of the code. Raises NotAvailable when the older build cannot give the figure.
    """
    said = [evaluate(one, definition, period, filters) for one in (then, connection)]
    with connection.cursor() as own:
        _with_rules_of(own, then)
        by_old_rules = evaluate(own, definition, period, filters)
    values = [found.value for found in (said[0], by_old_rules, said[1])]
    if values[0] is None or values[1] is None or values[2] is None:
        why = next(found.not_available for found in (*said, by_old_rules) if found.value is None)
        raise NotAvailable(f"{definition.name} cannot be compared with build {build_facts(then).build}: {why}")
    return {
        "build": build_facts(then).build, "reported": values[0], "late_data": values[1] - values[0],
        "changed_rules": values[2] - values[1], "restated": values[2],
    }  # fmt: skip


def _with_rules_of(own: duckdb.DuckDBPyConnection, then: duckdb.DuckDBPyConnection) -> None:
    """Let this cursor alone see the older build's policy parameters; a build itself is never written."""
    rules = then.execute("SELECT name, value FROM policy_parameter").fetchall()
    own.execute("CREATE TEMP TABLE policy_parameter AS SELECT name, value FROM policy_parameter LIMIT 0")
    for name, value in rules:
        own.execute("INSERT INTO temp.policy_parameter VALUES (?, ?)", [name, value])
