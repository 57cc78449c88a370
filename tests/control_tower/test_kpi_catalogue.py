"""Is docs/kpis.md what the definitions say?"""

from typing import Any

import pytest

from control_tower import kpi, kpi_catalogue, policy
from control_tower.definitions import kpis


def test_the_catalogue_page_is_current() -> None:
    assert kpi_catalogue.PAGE.read_text(encoding="utf-8") == kpi_catalogue.page(), (
        "run: python -m control_tower.kpi_catalogue"
    )


@pytest.mark.parametrize("name", sorted(kpis()))
def test_the_relations_of_the_page_are_those_that_duckdb_finds(name: str, build: Any) -> None:
    definition = kpis()[name]
    assert kpi_catalogue.relations_read(definition) == list(kpi.lineage(build.connection, definition))


def test_every_target_of_the_policy_belongs_to_a_kpi() -> None:
    assert set(policy.load().targets) <= set(kpis())


def test_a_definition_cannot_hide_from_the_page() -> None:
    text = kpi_catalogue.page()
    for name, definition in kpis().items():
        assert f"`{name}`" in text
        assert definition.formula in text
