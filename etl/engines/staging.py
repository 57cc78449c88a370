"""What did the files really hold? Raw tables: every record typed, refused or recognised as a duplicate.

Takes what readers framed and makes one staged table per raw table of a source: values cast by the
declared rules in one pass, failures to quarantine, rows with a known key counted as duplicates or kept as
superseded versions. Knows nothing of canonical tables. Its names: `part_<n>` one file's records,
`dropped_<raw>` the rows a key left out, and the view `raw_<system>__<table>` that source SQL reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from etl.engines import casting
from etl.engines.casting import Rules, identifier, literal
from etl.readers.breaks import Breaks
from etl.readers.contract import RawTable
from etl.source import Source, Table

LINES_OF_TEXT = frozenset({"delimited", "jsonl"})
"""Readers whose records are lines of the kept file: the text of a refused one is taken from there."""


_LONGEST_LINE, _USUAL_BUFFER = 2**26, 2**24
"""Bytes; a buffer for the longest line there could be takes a gigabyte, for small files too."""


_TABLES = """
CREATE TABLE stage.framed (file_no INTEGER, raw_table VARCHAR, read_rows BIGINT, source_system VARCHAR);
CREATE TABLE stage.part_of_file (file_no INTEGER, raw_table VARCHAR, before BIGINT, name VARCHAR);
CREATE TABLE stage.refusal (file_no INTEGER, raw_table VARCHAR, file_line BIGINT, last_line BIGINT, place VARCHAR,
    column_name VARCHAR, rule VARCHAR, value VARCHAR, reason VARCHAR, raw BLOB, record_count INTEGER);
CREATE TABLE stage.dropped (raw_table VARCHAR, file_no INTEGER, file_line BIGINT, is_duplicate BOOLEAN,
    kept_file_no INTEGER, kept_line BIGINT, row_key VARCHAR, old_row VARCHAR);
CREATE TABLE stage.outranked (raw_table VARCHAR, file_no INTEGER, file_line BIGINT, row_key VARCHAR,
    old_row VARCHAR, kept_file_no INTEGER, kept_line BIGINT);
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One file's records of one raw table, as staged."""

    name: str
    file_no: int
    line_sql: str
    """Expression over `p` (the part) that gives the physical line."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Oldest and newest day believed, by policy (fault 15)."""

    earliest: str
    latest: str


class Stage:
    """The staged raw tables of one load, in a database of their own that is thrown away afterwards."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, believed: Believed) -> None:
        """`connection` has a database attached as `stage` and it is on the search path."""
        self._connection = connection
        self._believed = believed
        self._parts: dict[str, list[Part]] = {}
        connection.execute(_TABLES)

    def add(self, source: Source, raw: RawTable, file_no: int) -> None:
        """Cast one framed file into its part; refused values go to quarantine with their raw text."""
        table = source.toml.tables[raw.table]
        self._connection.execute(
            "INSERT INTO stage.framed VALUES (?, ?, ?, ?)", [file_no, raw.table, raw.records, source.name]
        )
        self._refuse_framed(raw, file_no)
        for before, part in raw.parts:
            self._connection.execute(
                "INSERT INTO stage.part_of_file VALUES (?, ?, ?, ?)", [file_no, raw.table, before, part]
            )
        parts = self._parts.setdefault(source.raw_name(raw.table), [])
        name = f"part_{file_no}_{source.raw_name(raw.table)}"
        self._create_part(source, table, raw, name)
        parts.append(self._with_lines(raw, name, file_no))
        self._refuse_cast(source, raw, parts[-1])

    def _create_part(self, source: Source, table: Table, raw: RawTable, name: str) -> None:
        rules = self._rules(source, table)
        given = {column: index for index, column in enumerate(raw.columns)}
        if not raw.rows:
            empty = ", ".join(f"CAST(NULL AS {_duckdb_type(r)}) AS {identifier(c)}" for c, r in rules.items())
            self._connection.execute(
                f"CREATE TABLE stage.{identifier(name)} AS SELECT {empty}, CAST(NULL AS VARCHAR) AS _bad, "
                "CAST(0 AS BIGINT) AS _line WHERE false"
            )
            return
        typed = _typed_columns(self._connection, raw) if raw.kind == "parquet" else set()
        words = [_word(given.get(c), c, r, c in typed) for c, r in rules.items()]
        values = [
            f"TRY_CAST(n_{c} AS {_duckdb_type(r)}) AS v_{c}" if c in typed else f"{casting.cast(f'n_{c}', r)} AS v_{c}"
            for c, r in rules.items()
        ]
        bad = " OR ".join(filter(None, (_bad_condition(c, r, table) for c, r in rules.items()))) or "false"
        line = ", _line" if raw.kind == "parquet" else ""
        quoted = ", ".join(f"{literal(c)}, CAST(n_{c} AS VARCHAR)" for c in rules)
        self._connection.execute(
            f"CREATE TABLE stage.{identifier(name)} AS SELECT "
            + ", ".join(f"v_{c} AS {identifier(c)}" for c in rules)
            + f", CASE WHEN {bad} THEN CAST(json_object({quoted}) AS VARCHAR) END AS _bad{line} FROM "
            + f"(SELECT *, {', '.join(values)} FROM (SELECT {', '.join(words)}{line} FROM {_scan(raw)}))",
        )

    def _rules(self, source: Source, table: Table) -> dict[str, Rules]:
        return {
            name: casting.rules_of(column, table, source.toml, self._believed.earliest, self._believed.latest)
            for name, column in table.columns.items()
        }

    def _with_lines(self, raw: RawTable, name: str, file_no: int) -> Part:
        if raw.kind == "parquet" or not raw.rows:
            return Part(name, file_no, "p._line")
        if len(raw.breaks) == 1:
            record, line = raw.breaks[0]
            return Part(name, file_no, f"p.rowid + {line - record}")
        breaks = _arrow(raw.breaks)
        self._connection.register("breaks", breaks)
        lined = f"{name}_lined"
        self._connection.execute(
            f"CREATE TABLE stage.{identifier(lined)} AS SELECT p.*, b.line + p.rowid - b.record AS _line "
            f"FROM stage.{identifier(name)} AS p ASOF JOIN breaks AS b ON p.rowid >= b.record"
        )
        self._connection.unregister("breaks")
        self._connection.execute(f"DROP TABLE stage.{identifier(name)}")
        return Part(lined, file_no, "p._line")

    def _refuse_framed(self, raw: RawTable, file_no: int) -> None:
        rows = [
            [
                file_no,
                raw.table,
                r.line,
                r.last_line or r.line,
                r.place,
                r.column,
                r.rule,
                r.value,
                r.reason,
                r.raw,
                r.records,
            ]
            for r in raw.refusals
        ]
        if rows:
            self._connection.executemany("INSERT INTO stage.refusal VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)

    def _refuse_cast(self, source: Source, raw: RawTable, part: Part) -> None:
        """One quarantine row per failing column; the first of a record carries the record in the ledger."""
        table = source.toml.tables[raw.table]
        if not self._any_bad(part):
            return
        kept = "CAST(NULL AS BLOB)" if table.reader in LINES_OF_TEXT else "encode(p._bad)"
        for name, rules in self._rules(source, table).items():
            text = "json_extract_string(p._bad, " + literal(f'$."{name}"') + ")"
            required = _is_required(name, rules, table)
            rule = f"CASE WHEN {text} IS NULL THEN 'required' ELSE {literal(rules.column.type)} END"
            missing = literal(f"{name} is required and has no value; fill it or declare it without `required`")
            wrong = literal(f"{name} must be {casting.expected(rules)}")
            self._connection.execute(
                "INSERT INTO stage.refusal "
                f"SELECT {part.file_no}, {literal(raw.table)}, {part.line_sql}, {part.line_sql}, NULL, {literal(name)}, "
                f"{rule}, left({text}, 200), CASE WHEN {text} IS NULL THEN {missing} ELSE {wrong} END, {kept}, 0 "
                f"FROM stage.{identifier(part.name)} AS p WHERE p._bad IS NOT NULL AND p.{identifier(name)} IS NULL "
                f"AND ({text} IS NOT NULL OR {'true' if required else 'false'})"
            )
        self._connection.execute(
            "UPDATE stage.refusal SET record_count = 1 WHERE rowid IN (SELECT min(rowid) FROM stage.refusal "
            "WHERE file_no = ? AND raw_table = ? GROUP BY file_line HAVING max(record_count) = 0)",
            [part.file_no, raw.table],
        )

    def _any_bad(self, part: Part) -> bool:
        found = self._connection.execute(f"SELECT count(_bad) FROM stage.{identifier(part.name)}").fetchall()
        return bool(found[0][0])

    def finish(self, source: Source) -> None:
        """Make the view each source SQL reads: all parts, less refused rows, less rows that a key left out."""
        for table_name, table in source.toml.tables.items():
            view = source.raw_name(table_name)
            parts = self._parts.get(view, [])
            columns = ", ".join(identifier(c) for c in table.columns)
            selects = [
                f"SELECT {columns}, CAST({p.file_no} AS INTEGER) AS file_no, CAST({p.line_sql} AS BIGINT) AS file_line "
                f"FROM stage.{identifier(p.name)} AS p WHERE p._bad IS NULL"
                for p in parts
            ] or [self._nothing(source, table)]
            every = f"all_{view}"
            self._connection.execute(f"CREATE VIEW stage.{identifier(every)} AS " + " UNION ALL ".join(selects))
            dropped = self._drop_known(every, table_name, table) if parts else False
            kept = (
                f" WHERE NOT EXISTS (SELECT 1 FROM stage.dropped AS d WHERE d.raw_table = {literal(table_name)} "
                "AND d.file_no = a.file_no AND d.file_line = a.file_line)"
                if dropped
                else ""
            )
            self._connection.execute(
                f"CREATE VIEW stage.{identifier(view)} AS SELECT {columns}, file_no, file_line "
                f"FROM stage.{identifier(every)} AS a{kept}"
            )

    def _nothing(self, source: Source, table: Table) -> str:
        empty = ", ".join(
            f"CAST(NULL AS {_duckdb_type(r)}) AS {identifier(c)}" for c, r in self._rules(source, table).items()
        )
        return f"SELECT {empty}, CAST(NULL AS INTEGER) AS file_no, CAST(NULL AS BIGINT) AS file_line WHERE false"

    def _drop_known(self, every: str, table_name: str, table: Table) -> bool:
        """Find rows whose key came before: the newest version stays, equal rows are duplicates (fault 21-23)."""
        content = [identifier(c) for c in table.columns]
        key = content if table.key == "row" else [identifier(c) for c in table.key]
        keys, contents = ", ".join(key), ", ".join(content)
        repeated = (
            f"SELECT h FROM (SELECT hash({keys}) AS h FROM stage.{identifier(every)}) GROUP BY h HAVING count(*) > 1"
        )
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE repeated AS {repeated}")
        if not self._connection.execute("SELECT count(*) FROM repeated").fetchall()[0][0]:
            return False
        newest = f"{identifier(table.version)} DESC NULLS LAST, " if table.version else ""
        row = f"to_json(struct_pack({', '.join(f'{c} := {c}' for c in content)}))"
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE ranked AS "
            f"SELECT *, row_number() OVER (PARTITION BY row_key ORDER BY newest, content_last DESC, nth) AS rank, "
            f"first_value(content) OVER (PARTITION BY row_key ORDER BY newest, content_last DESC, nth) AS kept_content FROM ("
            f"SELECT file_no, file_line, CAST(to_json(list_value({', '.join(f'CAST({k} AS VARCHAR)' for k in key)})) AS VARCHAR) "
            f"AS row_key, CAST({row} AS VARCHAR) AS content, "
            f"row_number() OVER (PARTITION BY {contents} ORDER BY file_no, file_line) AS nth, "
            f"{'dense_rank() OVER (ORDER BY ' + newest + ' 1)' if newest else '0'} AS newest, "
            f"max(CAST(file_no AS BIGINT) * 1000000000000 + file_line) OVER (PARTITION BY {contents}) AS content_last "
            f"FROM stage.{identifier(every)} WHERE hash({keys}) IN (SELECT h FROM repeated))"
        )
        self._connection.execute(
            "INSERT INTO stage.dropped "
            f"SELECT {literal(table_name)}, r.file_no, r.file_line, r.nth > 1 OR r.content = r.kept_content, "
            "k.file_no, k.file_line, r.row_key, r.content "
            "FROM ranked AS r JOIN ranked AS k ON k.row_key = r.row_key AND k.rank = 1 WHERE r.rank > 1"
        )
        return True


def _scan(raw: RawTable) -> str:
    if raw.kind == "parquet":
        columns = ", ".join(f"{identifier(c)} AS c{i}" for i, c in enumerate(raw.columns))
        return f"(SELECT {columns}, _line FROM read_parquet({literal(str(raw.path))}))"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(raw.columns)))
    quote = f"quote = {literal(raw.quote)}, escape = {literal(raw.quote)}" if raw.quote else "quote = '', escape = ''"
    longest = min(_LONGEST_LINE, max(_USUAL_BUFFER, raw.path.stat().st_size))
    return (
        f"read_csv({literal(str(raw.path))}, header = true, auto_detect = false, delim = {literal(raw.delimiter)}, "
        f"{quote}, columns = {{{columns}}}, nullstr = '\u0001no value\u0001', "
        f"max_line_size = {longest}, buffer_size = {2 * longest}, "
        "strict_mode = true, null_padding = false, encoding = 'utf-8')"
    )


def _word(index: int | None, name: str, rules: Rules, is_typed: bool) -> str:
    """The raw text of one column with its null words taken out; NULL where the file lacks an optional column."""
    if index is None:
        return f"CAST(NULL AS VARCHAR) AS n_{name}"
    return f"{f'c{index}' if is_typed else casting.present(f'c{index}', rules)} AS n_{name}"


def _typed_columns(connection: duckdb.DuckDBPyConnection, raw: RawTable) -> set[str]:
    """Columns of a Parquet that are not text: read by their own type, not as words."""
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(str(raw.path))})").fetchall()
    return {name for name, kind, *_ in described if kind != "VARCHAR" and name != "_line"}


def _bad_condition(name: str, rules: Rules, table: Table) -> str:
    if _is_required(name, rules, table):
        return f"v_{name} IS NULL"
    return "" if rules.column.type == "text" else f"(n_{name} IS NOT NULL AND v_{name} IS NULL)"


def _is_required(name: str, rules: Rules, table: Table) -> bool:
    return rules.column.required or (table.key != "row" and name in table.key)


def _duckdb_type(rules: Rules) -> str:
    return {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "decimal": "DECIMAL(18,4)",
        "timestamp": "TIMESTAMP",
        "date": "DATE",
        "boolean": "BOOLEAN",
    }[rules.column.type]


def _arrow(breaks: Sequence[tuple[int, int]]) -> pa.Table:
    if isinstance(breaks, Breaks):
        return pa.table({"record": breaks.records, "line": breaks.lines})
    return pa.table({"record": [record for record, _ in breaks], "line": [line for _, line in breaks]})
