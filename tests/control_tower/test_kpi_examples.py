"""Does every KPI give the number that its worked example says, from rows a person can add up?

One file per KPI in tests/examples/kpis: rows typed into schema.sql's tables, the expected number, and the
ids of the rows that make it.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from control_tower import kpi
from control_tower.definitions import kpis
from tests.control_tower.conftest import MODELS

EXAMPLES = Path(__file__).resolve().parents[1] / "examples" / "kpis"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.toml"))
KEYS = {"as_of", "explanation", "period", "where", "rows", "expected", "contributing"}


def _example(name: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLES / f"{name}.toml").read_text(encoding="utf-8"))


def test_every_kpi_has_a_worked_example_and_every_example_a_kpi() -> None:
    assert sorted(kpis()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_worked_example_gives_its_number_and_its_rows(name: str, new_build: Any) -> None:
    example = _example(name)
    assert set(example) <= KEYS
    build = new_build(example["as_of"])
    for relation, rows in example["rows"].items():
        build.insert(relation, rows)
    build.model()
    period, where = kpi.Period(**example.get("period", {})), example.get("where")
    definition = kpis()[name]

    found = kpi.evaluate(build.connection, definition, period, where)

    assert found.not_available == example["expected"].get("not_available"), found
    for key, number in example["expected"].items():
        if key != "not_available":
            assert getattr(found.figure, key) == pytest.approx(number), (key, found)
    assert {"value", "n"} <= set(example["expected"])
    scored = kpi.rows(build.connection, definition, period, where)
    grain = f"{definition.grain}_id"
    assert sorted({str(row[grain]) for row in scored if row["value"]}) == sorted(example["contributing"])


@pytest.mark.parametrize("name", NAMES)
def test_on_an_empty_build_a_kpi_says_what_is_missing_and_is_never_zero(name: str, build: Any) -> None:
    found = kpi.evaluate(build.connection, kpis()[name])
    assert found.value is None
    assert found.not_available is not None
    assert any(need in found.not_available for need in kpis()[name].needs)


MADE = {
    "mart_touch", "mart_freight", "mart_money_at_risk", "mart_shift", "mart_integration_failure", "mart_repeated_transaction",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_lineage_is_computed_and_contains_what_the_header_needs(name: str, build: Any) -> None:
    definition = kpis()[name]
    relations = set(kpi.lineage(build.connection, definition))
    for mart in sorted(relations & MADE):  # a header may need what a mart is made of
        relations |= build.connection.get_table_names((MODELS / f"{mart}.sql").read_text(encoding="utf-8"))
    assert {need.partition(".")[0] for need in definition.needs} <= set(relations)
