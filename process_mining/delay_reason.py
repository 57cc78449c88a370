"""Why do cases wait? Every stay attributed to missing data, unclear ownership, policy ambiguity or system failure (PM-06).

The mapping is declared in delay_reasons.toml; what it does not name stays unknown, never "other". Says which reason is declared
for the time, never that the reason caused it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from control_tower.errors import DefinitionError
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases
from process_mining.stay import OPEN_CASES, WAITED

SHIPPED: Final = Path(__file__).with_name("delay_reasons.toml")
TABLES: Final = ("activity", "business_event", "type", "category")
"""What a stay can be named by, the most specific first."""


class Reason(StrEnum):
    """The reasons of PM-06, and the honest rest."""

    MISSING_DATA = "missing_data"
    UNCLEAR_OWNERSHIP = "unclear_ownership"
    POLICY_AMBIGUITY = "policy_ambiguity"
    SYSTEM_FAILURE = "system_failure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReasonShare:
    """The waiting declared to one reason: stays, cases with at least one, seconds (open ones until the clock), share."""

    reason: Reason
    stays: int
    cases: int
    seconds: int
    share: float


@dataclass(frozen=True, slots=True)
class DelayReasons:
    """All waiting of the kept cases by reason, most first, the unknown last; shares add up to 1.

    `unnamed`: the activities behind the unknown time, with their seconds, largest first: what to declare next.
    """

    seconds: int
    reasons: tuple[ReasonShare, ...]
    unnamed: tuple[tuple[str, int], ...]


@cache
def declared(path: Path = SHIPPED) -> Mapping[str, Mapping[str, Reason]]:
    """The mapping: table → word → reason. Raises DefinitionError for an unknown table or reason, with its place."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"{path}: {error}") from error
    known = [reason for reason in Reason if reason is not Reason.UNKNOWN]
    for table, words in given.items():
        if table not in TABLES or not isinstance(words, dict):
            raise DefinitionError(f"{path}: [{table}] is unknown; use {', '.join(TABLES)}")
        for word, reason in words.items():
            if reason not in known:
                raise DefinitionError(f"{path}: [{table}] {word} = {reason!r} is no reason; use {', '.join(known)}")
    return {table: {word: Reason(reason) for word, reason in given.get(table, {}).items()} for table in TABLES}


def delay_reasons(build: Build, cohort: Cohort, path: Path = SHIPPED) -> DelayReasons:
    """Attribute all waiting of a cohort. Raises NotAvailable as kept_cases does, DefinitionError for a bad mapping."""
    kept, mapping = kept_cases(build, cohort), declared(path)
    values = dict(kept.values)
    for table in TABLES:
        values[f"m_{table}"] = list(mapping[table])
        values[f"m_{table}_reason"] = [reason.value for reason in mapping[table].values()]
    with build.cursor() as cursor:
        rows = cursor.execute(
            f"{_stays(kept)} SELECT reason, count(*), count(DISTINCT case_no), CAST(sum(seconds) AS BIGINT) "
            "FROM named GROUP BY reason",
            values,
        ).fetchall()
        unnamed = cursor.execute(
            f"{_stays(kept)} SELECT activity, CAST(sum(seconds) AS BIGINT) AS seconds FROM named "
            "WHERE reason = 'unknown' GROUP BY activity ORDER BY seconds DESC, activity LIMIT 20",
            values,
        ).fetchall()
    return _made(rows, unnamed)


def _made(rows: list[tuple[str, int, int, int]], unnamed: list[tuple[str, int]]) -> DelayReasons:
    total = sum(row[3] for row in rows)
    found = {row[0]: row[1:] for row in rows}
    shares = []
    for reason in Reason:
        stays, cases, seconds = found.get(reason.value, (0, 0, 0))
        shares.append(ReasonShare(reason, stays, cases, seconds, seconds / total if total else 0.0))
    shares.sort(key=lambda row: (row.reason is Reason.UNKNOWN, -row.seconds))
    return DelayReasons(total, tuple(shares), tuple(unnamed))


def _stays(kept: Kept) -> str:
    """WITH `named`: one row per stay with its reason; types and categories count where the case is the exception."""
    return (
        "WITH stay AS (SELECT s.case_no, e.activity, e.business_event, "
        f"coalesce(s.gap_seconds, {WAITED}) AS seconds FROM {kept.steps} JOIN core_event AS e ON e.rowid = s.event_row "
        f"LEFT JOIN {OPEN_CASES} ON o.case_no = s.case_no WHERE {kept.of_view} "
        "AND (s.gap_seconds IS NOT NULL OR o.as_of IS NOT NULL)), "
        "kind AS (SELECT c.case_no, x.type_code, x.category FROM mart_case AS c "
        "JOIN mart_exception AS x ON x.exception_id = c.case_id WHERE c.view = $view), "
        f"named AS (SELECT t.case_no, t.activity, t.seconds, coalesce({_reason('activity', 't.activity')}, "
        f"{_reason('business_event', 't.business_event')}, {_reason('type', 'x.type_code')}, "
        f"{_reason('category', 'x.category')}, 'unknown') AS reason FROM stay AS t "
        "LEFT JOIN kind AS x ON x.case_no = t.case_no) "
    )


def _reason(table: str, column: str) -> str:
    return f"$m_{table}_reason[list_position($m_{table}, {column})]"
