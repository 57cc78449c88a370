"""What did late data and a changed definition add to a figure since somebody last read it?

Compares what an older build said of a period with what the current one says of the same period, and puts that before
the change between two periods (`why.py`), so that all parts together are the whole difference. Never explains a part.
"""

from typing import Any, Final

import duckdb

from control_tower.definitions import KpiDefinition
from control_tower.errors import NotAvailable
from control_tower.kpi import as_made
from control_tower.kpi.availability import build_facts
from control_tower.kpi.measure import evaluate
from control_tower.kpi.score import Where
from control_tower.kpi.value import KpiValue, Period
from control_tower.policy import BASELINE

#: why the rows of a period are others than they were
DATA: Final = ("late_data", "mapping", "late_data_and_mapping")


def restated(
    connection: duckdb.DuckDBPyConnection,
    then: duckdb.DuckDBPyConnection,
    definition: KpiDefinition,
    period: Period,
    filters: Where | None,
) -> dict[str, Any]:
    """The parts of a restatement, in the figure's unit: reported + data parts + definition = restated.

    `reported`: the older build's rows by the definitions it keeps: the figure's SELECT, the marts behind it, the
    numbers of the policy. Then the same definitions on the rows known now, less that, is one of three parts (the others
    are 0): `late_data` when files came and nothing maps them otherwise, `mapping` when the same files are mapped or
    searched for exceptions otherwise, `late_data_and_mapping` when both happened and cannot be told apart. `definition`:
    today's definitions on the same rows, less that; so what data and definition changed together counts as definition.
    `changed` names what is defined otherwise, `mapped` the sources and exception types that deliver otherwise. Raises
    NotAvailable when the older build cannot give the figure.
    """
    before = as_made.made_with(then)
    old = as_made.as_kept(before, definition)
    if old.unit != definition.unit or before.currency != as_made.made_with(connection).currency:
        raise NotAvailable(f"{definition.name} is counted in another unit or currency than in that build")
    reported, now = evaluate(then, old, period, filters), evaluate(connection, definition, period, filters)
    with connection.cursor() as own:
        as_made.adopt(own, then, old)
        by_old = evaluate(own, old, period, filters)
    values = [_value(found, definition, then) for found in (reported, by_old, now)]
    mapped = _mapped(connection, then, old)
    return {
        "build": build_facts(then).build, "reported": values[0],
        **_data_parts(values[1] - values[0], bool(mapped), _has_other_files(connection, then)),
        "definition": values[2] - values[1], "restated": values[2],
        "changed": _changed(connection, then, old, definition), "mapped": mapped,
    }  # fmt: skip


def _data_parts(moved: float, is_mapped: bool, has_other_files: bool) -> dict[str, float]:
    """What the rows moved, under the one of DATA that says why."""
    why = "late_data" if not is_mapped else "late_data_and_mapping" if has_other_files else "mapping"
    return {name: moved if name == why else 0.0 for name in DATA}


def _has_other_files(connection: duckdb.DuckDBPyConnection, then: duckdb.DuckDBPyConnection) -> bool:
    """Whether the two builds were made of different files."""
    listed = "SELECT DISTINCT source_system, sha256 FROM load_ledger ORDER BY ALL"
    return connection.execute(listed).fetchall() != then.execute(listed).fetchall()


def whole_change(why: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What the older build reported of the period before → what is said of the period now; the parts add up to it.

    The data parts and definition, then volume, mix and rate; of a figure that does not split, one part `moved` instead.

    >>> why = {"adds_up": True, "before": 5.0, "after": 9.0, "volume": 3.0, "mix": 0.5, "rate": 0.5}
    >>> found = {"reported": 4.0, "late_data": 2.0, "mapping": 0.0, "late_data_and_mapping": 0.0, "definition": -1.0}
    >>> whole_change(why, found)["difference"]
    5.0
    """
    names = ("volume", "mix", "rate") if why["adds_up"] else ()
    moved = {name: why[name] for name in names} or {"moved": why["after"] - why["before"]}
    parts = {name: found[name] for name in (*DATA, "definition")} | moved
    return {"reported": found["reported"], "now": why["after"], "difference": why["after"] - found["reported"]} | parts


def _value(found: KpiValue, definition: KpiDefinition, then: duckdb.DuckDBPyConnection) -> float:
    if found.value is None:
        build = build_facts(then).build
        raise NotAvailable(f"{definition.name} cannot be compared with build {build}: {found.not_available}")
    return found.value


def _changed(
    connection: duckdb.DuckDBPyConnection, then: duckdb.DuckDBPyConnection, old: KpiDefinition, new: KpiDefinition
) -> list[str]:
    """What is defined otherwise behind this figure, one line each."""
    before, today = as_made.made_with(then), as_made.made_with(connection)
    models = as_made.reached(then, before, old) | as_made.reached(connection, today, new)
    said = [
        f"figure {one.name}" for one, other in zip(_with_parts(old), _with_parts(new), strict=False) if one != other
    ]
    if before.models:  # else a version of the product made it that kept no texts
        said += [f"relation {name}" for name in sorted(models) if before.models.get(name) != today.models.get(name)]
    texts = " ".join([*(one.select for one in (*_with_parts(old), *_with_parts(new))),
                      *(made.models.get(name, "") for name in models for made in (before, today))])  # fmt: skip
    rules = sorted(name for name in before.rules | today.rules if before.rules.get(name) != today.rules.get(name))
    return said + [
        f"policy {name}: {before.rules.get(name, 'not stated')} → {today.rules.get(name, 'not stated')}"
        for name in rules
        if f"'{name}'" in texts or name in {BASELINE + other for other in (*old.of, *new.of)}
    ]


def _with_parts(definition: KpiDefinition) -> tuple[KpiDefinition, ...]:
    return (definition, *definition.made_of)


def _mapped(connection: duckdb.DuckDBPyConnection, then: duckdb.DuckDBPyConnection, old: KpiDefinition) -> list[str]:
    """Sources and exception types behind this figure that came with another definition."""
    before, today = as_made.made_with(then), as_made.made_with(connection)
    relations = as_made.relations_behind(then, before, old) | as_made.relations_behind(connection, today, old)
    systems = as_made.sources_in(then, relations) | as_made.sources_in(connection, relations)
    said = [
        f"source {name}"
        for name in sorted(systems & set(today.sources))
        if before.sources.get(name) not in (None, today.sources[name])
    ]
    return said + [
        f"exception type {name}"
        for name in sorted(set(before.types) | set(today.types))
        if "mart_exception" in relations and before.types and before.types.get(name) != today.types.get(name)
    ]
