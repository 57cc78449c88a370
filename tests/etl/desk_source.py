"""How do tests load small made-up deliveries? A source folder, its files, a home, and what came out.

Every load is a real one: landed, framed, cast, mapped, audited, published. Nothing is faked here.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from control_tower.settings import Settings
from etl import pipeline, source
from etl.intake import Request
from etl.pipeline import LoadReport

TICKET_COLUMNS = {
    "no": "text required",
    "kind": "text",
    "state": "text",
    "opened": "timestamp required",
    "closed": "timestamp",
    "qty": "decimal",
    "times": "integer",
    "note": "text",
}
HEADER = "no,kind,state,opened,closed,qty,times,note"
TICKET_SQL = """SELECT no AS exception_id, kind AS local_code, state AS local_status, opened AS detected_at,
    closed AS resolved_at, qty AS magnitude, times AS reopen_count, note, file_no, file_line
FROM raw_{name}__ticket"""
CODES: dict[str, dict[str, str]] = {
    "exception_type": {"SHORT": "out_of_stock", "HOLD": "credit_hold"},
    "status": {"open": "new", "done": "resolved"},
}


def row(no: object, **given: object) -> str:
    """One good line of a ticket file; `given` replaces fields."""
    usual = {
        "no": no, "kind": "SHORT", "state": "open", "opened": "2026-01-05 08:00", "closed": "", "qty": "1.5",
        "times": "0", "note": "",
    }  # fmt: skip
    return ",".join(str(value) for value in (usual | given).values())


def lines(*rows: str) -> str:
    return "".join(f"{line}\n" for line in (HEADER, *rows))


def toml(value: object) -> str:
    """A value as TOML: an inline table, an array or a word."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    return json.dumps(value)


@dataclass
class SmallSource:
    """One source system with one home; `deliver` puts a file into its inbox, `load` loads the inbox."""

    folder: Path
    name: str = "desk"
    namespace: str = "acme"
    columns: dict[str, Any] = field(default_factory=lambda: dict(TICKET_COLUMNS))
    table: dict[str, Any] = field(default_factory=dict)
    sql: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=lambda: {k: dict(v) for k, v in CODES.items()})
    top: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, dict[str, Any]] | None = None
    """All raw tables; default: `ticket`, delimited, with `columns` and `table`'s further keys."""

    @property
    def inbox(self) -> Path:
        path = self.folder / f"{self.name}_inbox"
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def home(self) -> Settings:
        return Settings(home=self.folder / "home", threads=1)

    def deliver(self, name: str, content: str | bytes) -> Path:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def define(self) -> source.Source:
        """Write the source folder as it stands now."""
        place = self.folder / f"{self.name}_source"
        place.mkdir(parents=True, exist_ok=True)
        usual = {"reader": "delimited", "files": ["*"], **self.table, "columns": self.columns}
        body = {"name": self.name, "title": self.name, "namespace": self.namespace, **self.top}
        body |= {"tables": self.tables or {"ticket": usual}, "codes": self.codes}
        (place / "source.toml").write_text("".join(f"{k} = {toml(v)}\n" for k, v in body.items()), encoding="utf-8")
        for name, text in (self.sql or {"exception": TICKET_SQL}).items():
            (place / f"{name}.sql").write_text(text.replace("{name}", self.name), encoding="utf-8")
        return source.read(place)

    def load(self, as_of: str | None = None, step: Callable[[str, str], None] = lambda *_: None) -> LoadReport:
        return pipeline.load([Request(self.define(), self.inbox, "a clerk", as_of)], self.home, step)

    @property
    def build(self) -> str:
        pointer = self.home.builds / "CURRENT"
        return pointer.read_text(encoding="utf-8").strip() if pointer.exists() else ""

    def sql_rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home.builds / self.build / "warehouse.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(query).fetchall()

    def ids(self) -> list[str]:
        """Local ids of the exceptions in the published build."""
        return [r[0] for r in self.sql_rows("SELECT split_part(exception_id, ':', 2) FROM core_exception ORDER BY 1")]

    def ledger(self) -> list[tuple[int, ...]]:
        """read, loaded, refused, duplicate, superseded of each file."""
        columns = "read_rows, loaded_rows, refused_rows, duplicate_rows, superseded_rows"
        return self.sql_rows(f"SELECT {columns} FROM load_ledger ORDER BY file_no")

    def refused(self) -> list[tuple[Any, ...]]:
        """line, last line, column, rule, value, raw of every refusal."""
        columns = "file_line, last_line, column_name, rule, value, raw"
        return self.sql_rows(f"SELECT {columns} FROM quarantine ORDER BY file_no, file_line, column_name")

    def hashes(self) -> dict[str, str]:
        """Table hashes of the published build, as its manifest states them."""
        text = (self.home.builds / self.build / "manifest.json").read_text(encoding="utf-8")
        return {name: entry["hash"] for name, entry in json.loads(text)["relations"].items()}

    def check_invariants(self) -> None:
        """Invariants 1 to 3 of the fault catalogue, counted from the tables and not from the ledger's own sums."""
        assert (
            self.sql_rows("SELECT * FROM load_ledger WHERE read_rows <> loaded_rows + refused_rows + duplicate_rows")
            == []
        )
        differing = self.sql_rows(
            "SELECT l.file_no FROM load_table_ledger AS l LEFT JOIN (SELECT file_no, raw_table, sum(record_count) AS n "
            "FROM quarantine GROUP BY ALL) AS q USING (file_no, raw_table) WHERE l.refused_rows <> coalesce(q.n, 0)"
        )
        assert differing == []
        overlap = self.sql_rows(
            "SELECT a.file_no, a.file_line FROM quarantine AS a JOIN quarantine AS b ON a.file_no = b.file_no AND "
            "a.raw_table = b.raw_table AND a.file_line < b.file_line AND b.file_line <= a.last_line"
        )
        assert overlap == []
        text = (self.home.builds / self.build / "manifest.json").read_text(encoding="utf-8")
        stated = {name: entry["rows"] for name, entry in json.loads(text)["relations"].items()}
        counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in stated)
        assert dict(self.sql_rows(counts)) == stated
        assert self.sql_rows("SELECT * FROM core_exception WHERE detected_at < TIMESTAMP '1990-01-01'") == []
        assert self.sql_rows("SELECT * FROM mart_exception WHERE isinf(age_hours) OR isnan(age_hours)") == []
