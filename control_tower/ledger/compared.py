"""Did decisions help, against similar cases without one? One outcome over the cases of a build, whole and by action.

Rows come as the read `outcome_case` returns them; nothing else of a build is looked at. Never speaks to a user.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import pandas as pd

from control_tower.filters import Filters
from control_tower.ledger import effect, matching
from control_tower.ledger.effect import Balance, Effect
from control_tower.ledger.matching import Cases, Flags, Floats, Ints, Matches
from control_tower.policy_outcomes import Outcomes
from control_tower.warehouse import Build

COVARIATES = ("value at risk", "load of the site")


class Measure(StrEnum):
    """What decided and similar cases are compared by; less is better in all."""

    HOURS = "hours_to_resolve"
    """Hours from the decision's age to the fix, at most the horizon; what never was fixed counts with all of it."""
    LATE_DAYS = "days_late"
    """Days after the promise that the line was delivered, at most policy's limit."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure over the decisions of a period.

    `decided`: cases decided on while open; of them `compared` have similar ones, `unmatched` have none, `too_recent`
    have not been followed long enough, and for the rest the outcome is not known. `later`: similar cases that were
    decided on themselves afterwards, so that the effect is against going on as usual. `by_action`: its intervals are
    widened for looking at several (Bonferroni); `by_policy` the same by the version of the policy that a decision was
    approved under. `sets`: one row per compared decision.
    """

    measure: Measure
    effect: Effect
    by_action: Mapping[str, Effect]
    by_policy: Mapping[str, Effect]
    balance: list[Balance]
    decided: int
    unmatched: int
    too_recent: int
    not_known: int
    later: int
    sets: pd.DataFrame


def of_build(
    build: Build, filters: Filters, measure: Measure, rules: Outcomes, period: tuple[datetime, datetime] | None
) -> Comparison:
    """Compare the decisions of a build about the exceptions that pass the filters."""
    return compare(build.read("outcome_case", filters), measure, rules, period)


def compare(
    frame: pd.DataFrame, measure: Measure, rules: Outcomes, period: tuple[datetime, datetime] | None = None
) -> Comparison:
    """Compare the decisions of a period (all without one) with similar cases of any time."""
    horizon = 24.0 * rules.horizon_days if measure is Measure.HOURS else 0.0
    cases, known = cases_of(frame, measure), _known(frame, measure, rules)
    whole = matching.match(cases, known, horizon, rules.neighbours, rules.caliper)
    within = _within(frame, period)
    matches = whole.only(within[whole.treated]) if whole.treated.size else whole
    outcomes = _outcomes(frame, cases, matches, (measure, rules))
    cells = cases.cell[matches.control]
    found = effect.measure(matches, outcomes, cells, rules)
    balanced = effect.balance(cases, matches, COVARIATES)
    treated = cases.treated & within
    ready = treated & known & (cases.followed >= cases.decided + horizon)
    return Comparison(
        measure, effect.trusted(found, balanced, rules),
        _by(frame["action"], matches, outcomes, (cells, rules)),
        _by(frame["policy_version"], matches, outcomes, (cells, rules)), balanced,
        decided=int(treated.sum()), unmatched=int(ready.sum()) - matches.treated.size,
        too_recent=int((treated & known & ~ready).sum()), not_known=int((treated & ~known).sum()),
        later=int(np.isfinite(cases.decided[np.unique(matches.control)]).sum()),
        sets=_sets(frame, matches, outcomes),
    )  # fmt: skip


def cases_of(frame: pd.DataFrame, measure: Measure) -> Cases:
    """The rows as cases: log of value and of load, so that ten times as much is as far for small as for large."""
    ended, decided = _hours(frame["ended_hours"]), _hours(frame["decided_hours"])
    if measure is Measure.LATE_DAYS:
        ended = np.minimum(ended, _hours(frame["delivered_hours"]))
    covariates = np.column_stack([np.log1p(np.maximum(frame["value_amount"], 0.0)), np.log1p(load(frame))])
    followed = frame["followed_hours"].to_numpy(dtype=float)
    return Cases(frame["cell"].to_numpy(dtype=np.int64), covariates, ended, decided, followed)


def load(frame: pd.DataFrame) -> Floats:
    """How many other exceptions of its site were open when each was detected; of those without a site, among them."""
    start = frame["detected_hour"].to_numpy(dtype=float)
    end = start + _hours(frame["ended_hours"])
    found = np.zeros(len(frame))
    for place in frame.groupby(frame["site_id"].fillna(""), sort=False).indices.values():
        begun = np.searchsorted(np.sort(start[place]), start[place], side="right")
        over = np.searchsorted(np.sort(end[place]), start[place], side="right")
        found[place] = np.maximum(begun - over - 1, 0)
    return found


def _hours(column: "pd.Series[float]") -> Floats:
    hours: Floats = np.nan_to_num(column.to_numpy(dtype=float, na_value=np.nan), nan=np.inf, posinf=np.inf)
    return hours


def _known(frame: pd.DataFrame, measure: Measure, rules: Outcomes) -> Flags:
    """A lateness is known once the promise is as old as the limit: sooner, only those in time would be."""
    if measure is Measure.HOURS:
        return np.ones(len(frame), dtype=bool)
    old = frame["promise_age_days"].to_numpy(dtype=float, na_value=np.nan) >= rules.late_days_limit
    known: Flags = old & frame["late_days"].notna().to_numpy()
    return known


def _within(frame: pd.DataFrame, period: tuple[datetime, datetime] | None) -> Flags:
    if period is None:
        return np.ones(len(frame), dtype=bool)
    within: Flags = ((frame["decided_at"] >= period[0]) & (frame["decided_at"] < period[1])).to_numpy(dtype=bool)
    return within


def _outcomes(
    frame: pd.DataFrame, cases: Cases, matches: Matches, by: tuple[Measure, Outcomes]
) -> tuple[Floats, Floats]:
    """Outcome of the decided case of each set, and of the similar case of each pair."""
    measure, rules = by
    if measure is Measure.LATE_DAYS:
        days = np.clip(frame["late_days"].to_numpy(dtype=float, na_value=np.nan), 0, rules.late_days_limit)
        return days[matches.treated], days[matches.control]
    resolved, age, most = _hours(frame["resolved_hours"]), cases.decided[matches.treated], 24.0 * rules.horizon_days
    ours = np.clip(resolved[matches.treated] - age, 0, most)
    return ours, np.clip(resolved[matches.control] - age[matches.set_no], 0, most)


def _by(
    kinds: "pd.Series[str]", matches: Matches, outcomes: tuple[Floats, Floats], by: tuple[Ints, Outcomes]
) -> dict[str, Effect]:
    """The effect of the decisions of each kind (one per row of the frame), in the order of its name."""
    cells, rules = by
    kind = kinds.fillna("").to_numpy(dtype=object)[matches.treated]
    names = sorted(set(kind) - {""})
    strict = rules.model_copy(update={"confidence": 1 - (1 - rules.confidence) / max(len(names), 1)})
    found = {}
    for name in names:
        wanted = kind == name
        kept = wanted[matches.set_no]
        part = (outcomes[0][wanted], outcomes[1][kept])
        found[name] = effect.measure(matches.only(wanted), part, cells[kept], strict)
    return found


def _sets(frame: pd.DataFrame, matches: Matches, outcomes: tuple[Floats, Floats]) -> pd.DataFrame:
    """One row per compared decision: its case, what became of it and of the similar ones."""
    ids = frame["exception_id"].to_numpy(dtype=object)
    sizes = matches.sizes
    similar = np.bincount(matches.set_no, weights=outcomes[1], minlength=sizes.size) / np.maximum(sizes, 1)
    rows = pd.DataFrame({"exception_id": ids[matches.treated], "action": frame["action"].to_numpy()[matches.treated],
                         "decided_at": frame["decided_at"].to_numpy()[matches.treated], "decided": outcomes[0],
                         "similar": similar, "similar_cases": sizes})  # fmt: skip
    others = pd.Series(ids[matches.control], dtype=object).groupby(matches.set_no).agg(" ".join)
    return rows.assign(similar_ids=others.reindex(range(sizes.size)).to_numpy() if sizes.size else [])
