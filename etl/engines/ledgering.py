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
    "regexp_replace(replace(replace(replace(left(value, 80), chr(10), '\\n'), chr(13), '\\r'), chr(9), '\\t'), "
    "'[\\x00-\\x1f\\x7f\\x{200b}-\\x{200f}\\x{202a}-\\x{202e}\\x{2066}-\\x{2069}\\x{feff}]', '\u241a', 'g')"
)


def write(
    connection: duckdb.DuckDBPyConnection, sources: list[Source], files: list[FileEntry], warnings: dict[int, str]
) -> None:
    """Fill load_table_ledger, load_ledger, quarantine and load_conflict from what was staged."""
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
    connection.execute(
        "INSERT INTO load_conflict SELECT l.source_system, d.raw_table, d.row_key, d.file_no, d.file_line, "
        "d.kept_file_no, d.kept_line, d.old_row FROM stage.dropped AS d JOIN load_ledger AS l USING (file_no) "
        "WHERE NOT d.is_duplicate"
    )


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
        f"(SELECT coalesce(sum(records), 0) FROM (SELECT max(record_count) AS records FROM stage.refusal "
        f"WHERE file_no = {int(file_no)} AND raw_table = {literal(table)} GROUP BY file_line)), "
        "(SELECT count(*) FROM gone WHERE is_duplicate), (SELECT count(*) FROM gone WHERE NOT is_duplicate)"
    )


def _write_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    """One row per reason; repaired = a later file of the same name no longer has a refusal of that record's rule."""
    connection.execute(
        "INSERT INTO quarantine BY NAME "
        "SELECT r.file_no, l.source_system, l.file, r.raw_table, r.file_line, r.last_line, any_value(r.place) AS place, "
        f"coalesce(r.column_name, '') AS column_name, r.rule, any_value({_ESCAPED}) AS value, any_value(r.reason) AS reason, "
        "any_value(r.raw) AS raw, max(r.record_count) AS record_count, "
        "l.file_no < max(l2.file_no) AS is_repaired "
        "FROM stage.refusal AS r JOIN load_ledger AS l USING (file_no) "
        "JOIN load_ledger AS l2 ON l2.source_system = l.source_system AND l2.file = l.file "
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


def keep_text(connection: duckdb.DuckDBPyConnection, file_no: int, table: str, lines: dict[int, bytes]) -> None:
    """Keep the bytes of refused lines in quarantine."""
    texts = pa.table({"line": pa.array(lines, pa.int64()), "raw": pa.array(lines.values(), pa.binary())})
    connection.register("excerpt", texts)
    connection.execute(
        "UPDATE stage.refusal SET raw = e.raw FROM excerpt AS e WHERE refusal.file_line = e.line "
        "AND refusal.file_no = ? AND refusal.raw_table = ? AND refusal.raw IS NULL",
        [file_no, table],
    )
    connection.unregister("excerpt")
