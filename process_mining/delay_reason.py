"""Why do cases wait? Every stay attributed to missing data, unclear ownership, policy ambiguity, system failure … (PM-06).

The mapping is declared in delay_reasons.toml; what it does not name stays unknown, never "other". Time in which somebody works
on the case, or in which it is settled and only its record is open, is declared too and is no waiting. Says which reason is
declared for the time, never that the reason caused it.
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
TABLES: Final = {
    "activity": "t.activity", "business_event": "t.business_event", "type": "x.type_code", "category": "x.category",
    "queue_activity": "t.activity", "queue_business_event": "t.business_event",
}  # fmt: skip
"""What a stay can be named by, the first that names it first: table of the mapping → column of the stay."""


class Reason(StrEnum):
    """The four reasons of PM-06; the queue of a team that owns the case; the honest rest; and what is no waiting."""

    MISSING_DATA = "missing_data"
    UNCLEAR_OWNERSHIP = "unclear_ownership"
    POLICY_AMBIGUITY = "policy_ambiguity"
    SYSTEM_FAILURE = "system_failure"
    CAPACITY = "capacity"
    UNKNOWN = "unknown"
    AT_WORK = "at_work"
    SETTLED = "settled"


NO_WAITING: Final = (Reason.AT_WORK, Reason.SETTLED)
"""Somebody works on the case; or it is fixed, and only the record is still open."""


@dataclass(frozen=True, slots=True)
class ReasonShare:
    """The time declared to one reason: stays, cases with at least one, seconds (open ones until the clock), share of waiting.

    Of what is no waiting the share is 0.
    """

    reason: Reason
    stays: int
    cases: int
    seconds: int
    share: float


@dataclass(frozen=True, slots=True)
class DelayReasons:
    """All waiting of the kept cases by reason, most first, the unknown last; shares add up to 1.

    `unnamed`: the activities behind the unknown time, with their seconds, largest first: what to declare next.
    `no_waiting`: the rest of the cases' time, declared as work or as settled; not part of `seconds`.
    """

    seconds: int
    reasons: tuple[ReasonShare, ...]
    unnamed: tuple[tuple[str, int], ...]
    no_waiting: tuple[ReasonShare, ...]


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


def settled(build: Build, path: Path = SHIPPED) -> frozenset[str]:
    """Activities after which a case is fixed and nothing is waited for, though its record stays open until it is closed.

    Named by the activity, or by what every event of it means. Raises DefinitionError for a bad mapping.
    """
    mapping = declared(path)
    by_name, by_meaning = (
        {word: reason is Reason.SETTLED for word, reason in mapping[table].items()}
        for table in ("activity", "business_event")
    )
    meaning = [word for word, is_settled in by_meaning.items() if is_settled]
    with build.cursor() as cursor:
        rows = cursor.execute(
            "SELECT activity FROM core_event WHERE activity IN (SELECT activity FROM core_event WHERE list_contains($meant, "
            "business_event)) GROUP BY activity HAVING bool_and(coalesce(list_contains($meant, business_event), false))",
            {"meant": meaning},
        ).fetchall()
    meant = {row[0] for row in rows} - set(by_name)
    return frozenset(meant | {word for word, is_settled in by_name.items() if is_settled})


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
            "WHERE reason = 'unknown' GROUP BY activity HAVING sum(seconds) > 0 ORDER BY seconds DESC, activity LIMIT 20",
            values,
        ).fetchall()
    return _made(rows, unnamed)


def _made(rows: list[tuple[str, int, int, int]], unnamed: list[tuple[str, int]]) -> DelayReasons:
    found = {Reason(row[0]): row[1:] for row in rows}
    total = sum(row[2] for reason, row in found.items() if reason not in NO_WAITING)
    shares = []
    for reason in Reason:
        stays, cases, seconds = found.get(reason, (0, 0, 0))
        share = seconds / total if total and reason not in NO_WAITING else 0.0
        shares.append(ReasonShare(reason, stays, cases, seconds, share))
    waits = [row for row in shares if row.reason not in NO_WAITING]
    waits.sort(key=lambda row: (row.reason is Reason.UNKNOWN, -row.seconds))
    rest = tuple(row for row in shares if row.reason in NO_WAITING)
    return DelayReasons(total, tuple(waits), tuple(unnamed), rest)


def _stays(kept: Kept) -> str:
    """WITH `named`: one row per stay with its reason; types and categories count where the case is the exception."""
    reasons = ", ".join(f"$m_{table}_reason[list_position($m_{table}, {column})]" for table, column in TABLES.items())
    return (
        "WITH stay AS (SELECT s.case_no, e.activity, e.business_event, "
        f"coalesce(s.gap_seconds, {WAITED}) AS seconds FROM {kept.steps} JOIN core_event AS e ON e.rowid = s.event_row "
        f"LEFT JOIN {OPEN_CASES} ON o.case_no = s.case_no WHERE {kept.of_view} "
        "AND (s.gap_seconds IS NOT NULL OR o.as_of IS NOT NULL)), "
        "kind AS (SELECT c.case_no, x.type_code, x.category FROM mart_case AS c "
        "JOIN mart_exception AS x ON x.exception_id = c.case_id WHERE c.view = $view), "
        f"named AS (SELECT t.case_no, t.activity, t.seconds, coalesce({reasons}, 'unknown') AS reason FROM stay AS t "
        "LEFT JOIN kind AS x ON x.case_no = t.case_no) "
    )
