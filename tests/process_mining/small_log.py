"""How do mining tests make a log? Typed events through the real schema and models, in memory: a build in milliseconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import duckdb
import pandas as pd

from control_tower.contract import SCHEMA
from control_tower.settings import Settings
from control_tower.warehouse import Build
from etl.engines import modelling

START = datetime(2026, 3, 2, 8)
"""A Monday."""


class BuildInMemory(Build):
    """A build whose warehouse is a connection that a test has filled; everything a reader does is the real thing."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float = 60.0) -> None:
        self._connection = connection
        self._seconds = seconds
        self.id = "in-memory"
        self.folder = Settings().builds


@dataclass(frozen=True)
class Step:
    """One event of one case: seconds after START; events of a log are numbered in the order they are given."""

    case: str
    activity: str
    at: int = 0
    resource: str | None = None
    team: str | None = None
    lifecycle: str | None = None
    business_event: str | None = None


@cache
def _schema() -> str:
    return SCHEMA.read_text(encoding="utf-8")


def small_log(
    steps: Sequence[Step],
    view: str = "order",
    as_of: int | None = None,
    open_cases: Iterable[str] = (),
    exceptions: Sequence[Mapping[str, Any]] = (),
) -> Build:
    """A build that holds exactly these events, each on one object of type `view`.

    `as_of`: the clock, in seconds after START (the newest event when left out); `open_cases`: orders or exceptions that
    have not ended; `exceptions`: rows of core_exception.
    """
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
    connection.execute("CREATE SCHEMA stage; SET search_path = 'main,stage'; BEGIN")
    connection.execute(_schema())
    clock = START + timedelta(seconds=max((step.at for step in steps), default=0) if as_of is None else as_of)
    events = [_event(no, step) for no, step in enumerate(steps)]
    links = [
        {"event_id": f"t:{no}", "object_id": step.case, "object_type": view, "qualifier": view, "source_system": "desk"}
        for no, step in enumerate(steps)
    ]
    rows = {
        "policy": [{"build_id": "b", "as_of": clock, "policy_version": "1", "policy_hash": "0", "code_version": "0",
                    "reporting_currency": "EUR", "small_sample": 30}],
        "source_clock": [{"source_system": "desk", "as_of": clock}],
        "core_event": events,
        "core_event_object": links,
        **_open(view, open_cases, exceptions),
    }  # fmt: skip
    for relation, given in rows.items():
        insert(connection, relation, given)
    connection.execute("COMMIT; BEGIN")  # until committed, rows have other places in their table
    modelling.build(connection)
    connection.execute("COMMIT")
    return BuildInMemory(connection)


def insert(connection: duckdb.DuckDBPyConnection, relation: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert typed rows; what they do not mention is null."""
    if rows:
        given = pd.DataFrame(rows)
        names = ", ".join(given.columns)
        connection.register("typed_rows", given)
        connection.execute(f"INSERT INTO {relation} ({names}) SELECT {names} FROM typed_rows")
        connection.unregister("typed_rows")


def _event(no: int, step: Step) -> dict[str, Any]:
    return {
        "event_id": f"t:{no}", "event_no": no, "activity": step.activity,
        "timestamp": START + timedelta(seconds=step.at), "source_system": "desk", "resource": step.resource,
        "team_id": step.team, "lifecycle": step.lifecycle, "business_event": step.business_event,
    }  # fmt: skip


def _open(
    view: str, open_cases: Iterable[str], exceptions: Sequence[Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    usual = {"source_system": "desk", "type_code": "credit_hold", "status": "new", "detected_at": START}
    told = [{**usual, **given} for given in exceptions]
    if view == "exception":
        known = {row["exception_id"] for row in told}
        told += [{**usual, "exception_id": case} for case in open_cases if case not in known]
        orders = []
    else:
        orders = [{"order_id": case, "source_system": "desk"} for case in open_cases]
    kinds = [{"type_code": code, "category": category, "title": code, "default_severity": "standard"}
             for code, category in (("credit_hold", "credit"), ("edi_order_failure", "integration"))]  # fmt: skip
    return {"ref_exception_type": kinds, "core_exception": told, "core_order": orders}


def frame(steps: Sequence[Step]) -> pd.DataFrame:
    """The same events as pm4py takes them, in trace order (trap 1: plain strings)."""
    ordered = sorted(enumerate(steps), key=lambda pair: (pair[1].case, pair[1].at, pair[0]))
    return pd.DataFrame({
        "case:concept:name": [step.case for _, step in ordered],
        "concept:name": [step.activity for _, step in ordered],
        "time:timestamp": pd.to_datetime([START + timedelta(seconds=step.at) for _, step in ordered], utc=True),
    })  # fmt: skip
