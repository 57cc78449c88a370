"""Fills the relations of what could fail in a build that a test wrote by hand, by the models of the product."""

import duckdb

from etl.engines.modelling import MODELS

RELATIONS = ("mart_exposure_value", "mart_exposure", "mart_failure")


def fill(connection: duckdb.DuckDBPyConnection, relations: tuple[str, ...] = RELATIONS) -> None:
    """Run the models, as a load does after the marts."""
    for name in relations:
        select = (MODELS / f"{name}.sql").read_text(encoding="utf-8")
        columns = ", ".join(row[0] for row in connection.execute(f"DESCRIBE {select}").fetchall())
        connection.execute(f"INSERT INTO {name} ({columns}) {select}")
