"""Which cases break a rule of order, and with which two events? Declarative rules, checked on a cohort.

Rules are data (`rules.toml`, or a user's own in `$TOWER_HOME/reference/`). A rule is asked only of a log that has the
steps it speaks of; of any other it says so instead of calling every case right. Says what happened, not who is guilty.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from control_tower.errors import DefinitionError
from control_tower.settings import Settings
from control_tower.vocabulary import BusinessEvent
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases

SHIPPED: Final = Path(__file__).with_name("rules.toml")
MAX_ROWS: Final = 1_000
Template = Literal["precedence", "response", "not_succession", "four_eyes"]
_VIOLATIONS: Final[dict[str, str]] = {
    "precedence": "is_then AND before_row IS NULL",
    "response": "is_first AND NOT is_running AND after_row IS NULL",
    "not_succession": "is_then AND before_row IS NOT NULL",
    "four_eyes": "is_then AND is_person AND before_by = done_by",
}
_CHECKED: Final[dict[str, str]] = {
    "precedence": "is_then",
    "response": "is_first AND NOT is_running",
    "not_succession": "is_first",
    "four_eyes": "is_then AND before_row IS NOT NULL",
}
COLUMNS: Final = ["case_no", "case_id", "first_activity", "first_at", "first_by", "then_activity", "then_at", "then_by"]


class Steps(BaseModel):
    """Which steps of a log are meant: by activity, by business event, or either."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    activity: tuple[str, ...] = ()
    event: tuple[BusinessEvent, ...] = ()

    @property
    def words(self) -> str:
        """For people."""
        return " or ".join([*self.activity, *(str(event).replace("_", " ") for event in self.event)])


class Rule(BaseModel):
    """One rule of order."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    title: Annotated[str, Field(min_length=1)]
    view: Annotated[tuple[str, ...], Field(min_length=1)]
    template: Template
    first: Steps
    then: Steps


@dataclass(frozen=True)
class Outcome:
    """What a rule found. `why_not`: why it says nothing about these cases; then the counts are 0.

    `checked`: cases in which it could have been broken; `violating`: those in which it was; `events`: how often.
    `rows` (COLUMNS): the two events of each violation, the latest first, at most 1,000; the one that is missing is null.
    """

    rule: Rule
    why_not: str | None
    checked: int
    violating: int
    events: int
    rows: pd.DataFrame


def rules(settings: Settings) -> list[Rule]:
    """All rules, a user's own list before ours. Raises DefinitionError naming the file and what is wrong."""
    own = settings.home / "reference" / "rules.toml"
    path = own if own.is_file() else SHIPPED
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
        found = [Rule.model_validate(entry) for entry in listed["rule"]]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise DefinitionError(f"{path}: is no list of [[rule]] entries ({error})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise DefinitionError(f"{path}: {where}: {first['msg']}") from error
    names = [rule.name for rule in found]
    if len(set(names)) < len(names):
        raise DefinitionError(f"{path}: two rules have one name; names are {', '.join(sorted(names))}")
    return found


def check(build: Build, cohort: Cohort, asked: list[Rule]) -> list[Outcome]:
    """Each rule that speaks of the cohort's view, those most broken first, those that say nothing last."""
    found = [_checked(build, cohort, rule) for rule in asked if cohort.view in rule.view]
    return sorted(found, key=lambda one: (one.why_not is not None, -one.violating, one.rule.name))


def _checked(build: Build, cohort: Cohort, rule: Rule) -> Outcome:
    kept = kept_cases(build, cohort)
    values: dict[str, Any] = {**kept.values}
    for side, steps in (("first", rule.first), ("then", rule.then)):
        values |= {f"r_{side}_activity": list(steps.activity), f"r_{side}_event": [str(e) for e in steps.event]}
    hits = _HITS.format(steps=kept.steps, of_view=kept.of_view)
    counted = _COUNTED.format(checked=_CHECKED[rule.template], broken=_VIOLATIONS[rule.template])
    with build.cursor() as cursor:
        cursor.execute(hits, values)
        firsts, thens, people, checked, violating, events = cursor.execute(counted).fetchall()[0]
        why = _why_not(rule, firsts, thens, people)
        if why:
            return Outcome(rule, why, 0, 0, 0, pd.DataFrame(columns=COLUMNS))
        text = _ROWS.format(broken=_VIOLATIONS[rule.template])
        rows = cursor.execute(text, {"view": cohort.view, "r_limit": MAX_ROWS}).df()
    if rule.template == "response":
        rows[["first_activity", "first_at", "first_by"]] = rows[["then_activity", "then_at", "then_by"]]
        rows[["then_activity", "then_at", "then_by"]] = None
    return Outcome(rule, None, int(checked), int(violating), int(events), rows[COLUMNS])


def _why_not(rule: Rule, firsts: int, thens: int, people: int) -> str | None:
    if not firsts:
        return f"these cases have no {rule.first.words}"
    if not thens:
        return f"these cases have no {rule.then.words}"
    return "no event names who did it" if rule.template == "four_eyes" and not people else None


_IS = "(list_contains($r_{0}_activity, e.activity) OR coalesce(list_contains($r_{0}_event, e.business_event), false))"
_BEFORE = "OVER (PARTITION BY case_no ORDER BY step_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
_AFTER = "OVER (PARTITION BY case_no ORDER BY step_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"
_HITS = (
    "CREATE OR REPLACE TEMP TABLE hit AS WITH named AS (SELECT s.case_no, s.step_no, s.event_row, e.resource AS done_by, "
    "e.resource IS NOT NULL AND e.resource_type IS DISTINCT FROM 'automatic' AS is_person, "
    + _IS.format("first")
    + " AS is_first, "
    + _IS.format("then")
    + " AS is_then FROM {steps} JOIN core_event AS e ON e.rowid = s.event_row WHERE {of_view}) "
    "SELECT case_no, step_no, event_row, done_by, is_person, is_first, is_then, "
    f"last_value(CASE WHEN is_first THEN event_row END IGNORE NULLS) {_BEFORE} AS before_row, "
    f"last_value(CASE WHEN is_first THEN coalesce(done_by, '') END IGNORE NULLS) {_BEFORE} AS before_by, "
    f"first_value(CASE WHEN is_then THEN event_row END IGNORE NULLS) {_AFTER} AS after_row, "
    "(SELECT m.is_open FROM mart_case AS m WHERE m.view = $view AND m.case_no = named.case_no) AS is_running "
    "FROM named WHERE is_first OR is_then"
)
_COUNTED = (
    "SELECT count(*) FILTER (WHERE is_first), count(*) FILTER (WHERE is_then), count(*) FILTER (WHERE is_person), "
    "count(DISTINCT case_no) FILTER (WHERE {checked}), count(DISTINCT case_no) FILTER (WHERE {broken}), "
    "count(*) FILTER (WHERE {broken}) FROM hit"
)
_ROWS = (
    "SELECT h.case_no, m.case_id, f.activity AS first_activity, f.timestamp AS first_at, f.resource AS first_by, "
    "t.activity AS then_activity, t.timestamp AS then_at, t.resource AS then_by FROM hit AS h "
    "JOIN mart_case AS m ON m.view = $view AND m.case_no = h.case_no "
    "JOIN core_event AS t ON t.rowid = h.event_row LEFT JOIN core_event AS f ON f.rowid = h.before_row "
    "WHERE {broken} ORDER BY then_at DESC, h.case_no, h.step_no LIMIT $r_limit"
)
