"""How long do approvals take inside the flow, and with whom (PM-07)?

From an approval_requested event to the next approval_decided of the same case, whatever a log calls them (the sources' code
maps say so). Never the decision store's own clock: that is the KPI approval_latency.
"""

import math
from dataclasses import dataclass

from control_tower.analysis.cycle_time import CycleTime, Outcome, cycle_time
from control_tower.errors import NotAvailable
from control_tower.vocabulary import BusinessEvent
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases


@dataclass(frozen=True, slots=True)
class ApproverLatency:
    """What one approver decided, and how long it took from the request, in seconds; no censoring within a row.

    `is_too_few`: fewer decisions than the policy's small_sample, so that the median says little (its interval tells).
    """

    approver: str
    team_id: str | None
    decisions: int
    seconds: CycleTime
    is_too_few: bool


@dataclass(frozen=True, slots=True)
class ApprovalLatency:
    """All requests of the kept cases, in seconds, and the approvers who decided: the slowest median first, and after all
    others those with too few decisions.

    Of `overall` the pending requests are censored: at the clock while the case is open; where a new request replaced one, or
    the case ended without a decision, there.
    """

    overall: CycleTime
    approvers: tuple[ApproverLatency, ...]


def approval_latency(build: Build, cohort: Cohort) -> ApprovalLatency:
    """Latency of approvals by approver. Raises NotAvailable for a view without requests (and as kept_cases does)."""
    kept = kept_cases(build, cohort)
    bound = {"m_requested": BusinessEvent.APPROVAL_REQUESTED.value, "m_decided": BusinessEvent.APPROVAL_DECIDED.value}
    with build.cursor() as cursor:
        found = cursor.execute(
            "WITH event AS (SELECT s.case_no, s.step_no, s.timestamp, e.business_event = $m_decided AS is_decision, "
            f"coalesce(e.resource, e.team_id) AS approver, e.team_id FROM {kept.steps} "
            f"JOIN core_event AS e ON e.rowid = s.event_row WHERE {kept.of_view} "
            "AND e.business_event IN ($m_requested, $m_decided)), "
            "paired AS (SELECT case_no, is_decision, timestamp, lead(timestamp) OVER in_case AS next_at, "
            "lead(is_decision) OVER in_case AS is_decided, lead(approver) OVER in_case AS approver, "
            "lead(team_id) OVER in_case AS team_id FROM event WINDOW in_case AS (PARTITION BY case_no ORDER BY step_no)) "
            "SELECT CAST(greatest(0, floor(epoch(coalesce(p.next_at, CASE WHEN c.is_open THEN k.as_of ELSE c.ended_at END)))"
            " - floor(epoch(p.timestamp))) AS BIGINT) AS seconds, coalesce(p.is_decided, false) AS is_decided, "
            "p.approver, p.team_id FROM paired AS p JOIN mart_case AS c ON c.view = $view AND c.case_no = p.case_no "
            "LEFT JOIN source_clock AS k ON k.source_system = c.source_system WHERE NOT p.is_decision "
            "ORDER BY p.approver, p.team_id, seconds",
            {**kept.values, **bound},
        ).fetchall()
        least = cursor.execute("SELECT coalesce(max(small_sample), 0) FROM policy").fetchall()[0][0]
    if not found:
        raise NotAvailable(
            f"no approval is requested in the view '{cohort.view}': no event there has business_event approval_requested"
        )
    return ApprovalLatency(_over([row[:2] for row in found]), _by_approver(found, least))


def _over(rows: list[tuple[int, bool]]) -> CycleTime:
    return cycle_time([s for s, _ in rows], [Outcome.OBSERVED if over else Outcome.CENSORED for _, over in rows])


def _by_approver(found: list[tuple[int, bool, str | None, str | None]], least: int) -> tuple[ApproverLatency, ...]:
    decided: dict[str, list[tuple[int, str | None]]] = {}
    for seconds, is_decided, approver, team in found:
        if is_decided and approver is not None:
            decided.setdefault(approver, []).append((seconds, team))
    rows = [
        ApproverLatency(
            approver, given[0][1], len(given), _over([(seconds, True) for seconds, _ in given]), len(given) < least
        )
        for approver, given in decided.items()
    ]
    return tuple(sorted(rows, key=_slowest_first))


def _slowest_first(row: ApproverLatency) -> tuple[bool, float, str]:
    """A median that was not reached is longer than any that was."""
    median = row.seconds.median.value
    return row.is_too_few, -math.inf if median is None else -median, row.approver
