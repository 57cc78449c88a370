"""Does every row that was read stand somewhere? Ledger, quarantine and conflicts of a build.

read comes from the framing pass, loaded and duplicate are counted in the staged tables, refused in
quarantine: three counts from three places, and an audit that they add up. Never computes one as the
difference of the others.
"""

import duckdb
import pyarrow as pa

from control_tower.manifest import FileEntry
from etl.engines.casting import identifier, literal
from etl.source import Source

_ESCAPED = (
    "left(regexp_replace(replace(replace(replace(left(value, 80), chr(10), '\\n'), chr(13), '\\r'), chr(9), '\\t'), "
    "'[\\x00-\\x1f\\x7f\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{feff}]', '\u241a', 'g'), 80)"
)


def write(
    connection: duckdb.DuckDBPyConnection, sources: list[Source], files: list[FileEntry], warnings: dict[int, str]
) -> None:
    """Fill load_table_ledger, load_ledger, quarantine and load_conflict from what was staged."""
    _settle(connection)
    _write_conflicts(connection, files)
    for source in sources:
        for entry in files:
            if entry.source == source.name:
                for table in entry.tables:
                    _count(connection, source, table, entry.file_no)
    for entry in files:
        connection.execute(
            "INSERT INTO load_ledger SELECT ?, ?, ?, ?, ?, ?, coalesce(sum(read_rows), 0), coalesce(sum(loaded_rows), 0), "
            "coalesce(sum(refused_rows), 0), coalesce(sum(duplicate_rows), 0), coalesce(sum(superseded_rows), 0), ?, "
            "CAST(? AS TIMESTAMP), ? FROM load_table_ledger WHERE file_no = ?",
            [
                entry.file_no, entry.load_id, entry.source, entry.name, entry.sha256, entry.size, entry.loaded_by,
                entry.loaded_at, warnings.get(entry.file_no), entry.file_no,
            ],
        )  # fmt: skip
    _write_quarantine(connection)


def _settle(connection: duckdb.DuckDBPyConnection) -> None:
    """Say which refusal of a record accounts for it, the others being further reasons; and in which part it stands."""
    connection.execute(
        "UPDATE stage.refusal SET record_count = 0 WHERE rowid NOT IN (SELECT arg_min(rowid, (-record_count, rowid)) "
        "FROM stage.refusal GROUP BY file_no, raw_table, file_line)"
    )
    connection.execute(
        "UPDATE stage.refusal SET place = p.name || CASE WHEN p.parts > 1 THEN ', line ' || (refusal.file_line - p.before) "
        "ELSE '' END FROM (SELECT file_no, raw_table, before, name, count(*) OVER of_file AS parts, "
        "lead(before, 1, 9223372036854775807) OVER (of_file ORDER BY before) AS upto FROM stage.part_of_file "
        "WINDOW of_file AS (PARTITION BY file_no, raw_table)) AS p WHERE p.file_no = refusal.file_no "
        "AND p.raw_table = refusal.raw_table AND refusal.file_line > p.before AND refusal.file_line <= p.upto"
    )


def _write_conflicts(connection: duckdb.DuckDBPyConnection, files: list[FileEntry]) -> None:
    """Older versions of a key, and rows of one system that another system of the namespace had delivered first."""
    names = pa.table(
        {
            "file_no": pa.array([entry.file_no for entry in files], pa.int32()),
            "source_system": pa.array([entry.source for entry in files], pa.string()),
        }
    )
    connection.register("file_source", names)
    connection.execute(
        "INSERT INTO load_conflict BY NAME SELECT f.source_system, d.raw_table, d.row_key, d.file_no, d.file_line, "
        "d.kept_file_no, d.kept_line, d.old_row FROM stage.dropped AS d JOIN file_source AS f USING (file_no) "
        "WHERE NOT d.is_duplicate"
    )
    connection.execute(
        "INSERT INTO load_conflict BY NAME SELECT f.source_system, o.raw_table, string_agg(o.row_key, '; ' ORDER BY o.row_key) "
        "AS row_key, o.file_no, o.file_line, min(o.kept_file_no) AS kept_file_no, min(o.kept_line) AS kept_line, "
        "CASE WHEN count(*) = 1 THEN any_value(o.old_row) ELSE '[' || string_agg(o.old_row, ',' ORDER BY o.row_key) || ']' END "
        "AS old_row FROM stage.outranked AS o JOIN file_source AS f USING (file_no) "
        "GROUP BY f.source_system, o.raw_table, o.file_no, o.file_line"
    )
    connection.unregister("file_source")


def _count(connection: duckdb.DuckDBPyConnection, source: Source, table: str, file_no: int) -> None:
    """The ledger of one raw table of one file; a row refused by a canonical table counts as refused once."""
    view = source.raw_name(table)
    connection.execute(
        "INSERT INTO load_table_ledger "
        f"WITH late AS (SELECT DISTINCT file_line FROM stage.refusal WHERE file_no = {int(file_no)} "
        f"AND raw_table = {literal(table)} AND column_name IS NOT NULL), "
        f"gone AS (SELECT file_line, is_duplicate FROM stage.dropped WHERE file_no = {int(file_no)} "
        f"AND raw_table = {literal(table)}), "
        f"held AS (SELECT file_line FROM stage.{identifier('all_' + view)} WHERE file_no = {int(file_no)}) "
        f"SELECT {int(file_no)}, {literal(table)}, "
        f"(SELECT coalesce(sum(read_rows), 0) FROM stage.framed WHERE file_no = {int(file_no)} AND raw_table = {literal(table)}), "
        "(SELECT count(*) FROM held WHERE file_line NOT IN (SELECT file_line FROM gone WHERE is_duplicate) "
        "AND file_line NOT IN (SELECT file_line FROM late)), "
        f"(SELECT coalesce(sum(record_count), 0) FROM stage.refusal "
        f"WHERE file_no = {int(file_no)} AND raw_table = {literal(table)}), "
        "(SELECT count(*) FROM gone WHERE is_duplicate), "
        f"(SELECT count(*) FROM load_conflict WHERE file_no = {int(file_no)} AND raw_table = {literal(table)})"
    )


def _write_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per reason; repaired = later files of the same name came without this refusal (same rule, column, value)."""
    connection.execute(
        "CREATE TEMP TABLE refused_again AS SELECT DISTINCT r.rowid AS rid FROM stage.refusal AS r "
        "JOIN load_ledger AS l USING (file_no) JOIN load_ledger AS l2 ON l2.source_system = l.source_system "
        "AND l2.file = l.file AND l2.file_no > l.file_no JOIN stage.refusal AS r2 ON r2.file_no = l2.file_no "
        "AND r2.raw_table = r.raw_table AND r2.rule = r.rule AND r2.column_name IS NOT DISTINCT FROM r.column_name "
        "AND r2.value IS NOT DISTINCT FROM r.value AND r2.raw IS NOT DISTINCT FROM r.raw"
    )
    connection.execute(
        "INSERT INTO quarantine BY NAME "
        "SELECT r.file_no, l.source_system, l.file, r.raw_table, r.file_line, r.last_line, any_value(r.place) AS place, "
        f"coalesce(r.column_name, '') AS column_name, r.rule, any_value({_ESCAPED}) AS value, any_value(r.reason) AS reason, "
        "any_value(r.raw) AS raw, max(r.record_count) AS record_count, "
        "l.file_no < max(l2.file_no) AND count(again.rid) = 0 AS is_repaired "
        "FROM stage.refusal AS r JOIN load_ledger AS l USING (file_no) "
        "JOIN load_ledger AS l2 ON l2.source_system = l.source_system AND l2.file = l.file "
        "LEFT JOIN refused_again AS again ON again.rid = r.rowid "
        "GROUP BY r.file_no, l.file_no, l.source_system, l.file, r.raw_table, r.file_line, r.last_line, "
        "coalesce(r.column_name, ''), r.rule"
    )


def lines_without_text(connection: duckdb.DuckDBPyConnection, file_no: int, table: str) -> set[int]:
    """Lines of refusals that were found after framing, so that their text is still in the file only."""
    rows = connection.execute(
        "SELECT DISTINCT file_line FROM stage.refusal WHERE file_no = ? AND raw_table = ? AND raw IS NULL",
        [file_no, table],
    ).fetchall()
    return {row[0] for row in rows}


def keep_text(
    connection: duckdb.DuckDBPyConnection, file_no: int, table: str, found: list[tuple[int, int, bytes]]
) -> None:
    """Keep the bytes of refused records in quarantine: first line, last line, text."""
    first, last, raw = zip(*found, strict=True) if found else ((), (), ())
    types = {"line": (first, pa.int64()), "last": (last, pa.int64()), "raw": (raw, pa.binary())}
    connection.register("excerpt", pa.table({name: pa.array(v, kind) for name, (v, kind) in types.items()}))
    connection.execute(
        "UPDATE stage.refusal SET raw = e.raw, last_line = e.last FROM excerpt AS e WHERE refusal.file_line = e.line "
        "AND refusal.file_no = ? AND refusal.raw_table = ? AND refusal.raw IS NULL",
        [file_no, table],
    )
    connection.unregister("excerpt")


def keep_values(connection: duckdb.DuckDBPyConnection, file_no: int, table: str, view: str) -> None:
    """Where a record has no bytes of its own (a sheet, an object, a database), keep its values as JSON."""
    connection.execute(
        f"UPDATE stage.refusal SET raw = encode(CAST(to_json(a) AS VARCHAR)) FROM stage.{identifier('all_' + view)} AS a "
        "WHERE a.file_line = refusal.file_line AND a.file_no = refusal.file_no AND refusal.file_no = ? "
        "AND refusal.raw_table = ? AND refusal.raw IS NULL",
        [file_no, table],
    )
