"""Are late rows and changed definitions told apart when a figure of the past is read again?"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from control_tower import kpi
from control_tower.definitions import KpiDefinition, kpi_as_kept, kpis
from control_tower.errors import NotAvailable
from tests.control_tower.conftest import MODELS, Build

PERIOD = kpi.Period(datetime(2026, 3, 1), datetime(2026, 4, 1))
EARLIER = {
    "exception_id": "old",
    "recurrence_key": "k",
    "detected_at": datetime(2026, 1, 1),
    "resolved_at": datetime(2026, 1, 20),
}


def rows(*names: str) -> list[dict[str, Any]]:
    """Exceptions of March with the same recurrence key as one resolved 50 days before."""
    return [{"exception_id": name, "recurrence_key": "k", "detected_at": datetime(2026, 3, 11)} for name in names]


def build_of(days: int, *names: str) -> Build:
    build = Build(datetime(2026, 4, 5))
    build.insert(
        "mart_exception", [EARLIER, *rows(*names), {**rows("x")[0], "exception_id": "x", "recurrence_key": "other"}]
    )
    build.connection.execute("UPDATE policy_parameter SET value = ? WHERE name = 'recurrence_days'", [days])
    return build


def test_late_rows_and_a_changed_rule_add_up_to_the_restatement() -> None:
    """One of two is 0 within 30 days; a late row makes it 0 of 3; by 60 days both repeats count: 2 of 3."""
    then, now = build_of(30, "a"), build_of(60, "a", "late")
    found = kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert (found["reported"], found["restated"]) == (0, pytest.approx(2 / 3))
    assert (found["late_data"], found["definition"]) == (0, pytest.approx(2 / 3))


def test_late_rows_alone_are_late_data() -> None:
    then, now = build_of(60, "a"), build_of(60, "a", "late")
    found = kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert found["reported"] == pytest.approx(1 / 2)
    assert (found["late_data"], found["definition"]) == (pytest.approx(2 / 3 - 1 / 2), 0)
    assert found["reported"] + found["late_data"] + found["definition"] == pytest.approx(found["restated"])


def test_a_build_that_cannot_give_the_figure_says_so() -> None:
    then, now = Build(datetime(2026, 4, 5)), build_of(60, "a")
    with pytest.raises(NotAvailable, match="cannot be compared with build"):
        kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert now.connection.execute("SELECT value FROM policy_parameter WHERE name = 'recurrence_days'").fetchone() == (
        60,
    )


# ── a definition that changed between two builds ──────────────────────────────────────────────────────────────

SLOW = """/* ---
title = "Slow share"
question = "Which share of the resolved took long?"
formula = "resolved later than {hours} h after detection / resolved"
grain = "exception"
aggregate = "ratio"
unit = "percent"
better = "lower"
owner = "Operations"
needs = ["mart_exception"]
--- */
SELECT exception_id, resolved_at AS measured_on, epoch(resolved_at - detected_at) > 3600 * {hours} AS value, 1 AS weight, site_id
FROM mart_exception WHERE resolved_at IS NOT NULL {also}
"""
BEFORE = SLOW.format(hours=24, also="")
AFTER = SLOW.format(hours=48, also="AND severity <> 'informational'")
FEBRUARY = kpi.Period(datetime(2026, 2, 1), datetime(2026, 3, 1))


def slow(text: str) -> KpiDefinition:
    return kpi_as_kept("slow_share", {"slow_share": text})


def resolved(seed: int, n: int) -> pd.DataFrame:
    """Exceptions of February and March, of three sites that take differently long."""
    rng = np.random.default_rng(seed)
    site = rng.integers(0, 3, n)
    ended = datetime(2026, 2, 1) + pd.to_timedelta(rng.integers(0, 58 * 24, n), unit="h")
    hours = np.maximum(1, rng.exponential(20 + 25 * site)).round()
    return pd.DataFrame({
        "exception_id": [f"e{seed}-{number}" for number in range(n)], "site_id": [f"S{one}" for one in site],
        "severity": rng.choice(["informational", "standard", "critical"], n), "resolved_at": ended,
        "detected_at": ended - pd.to_timedelta(hours, unit="h"),
    })  # fmt: skip


def built(frame: pd.DataFrame, text: str) -> Build:
    """A build of these rows that keeps this definition."""
    made = Build(datetime(2026, 4, 5))
    made.insert_frame("mart_exception", frame)
    made.insert("build_definition", [{"kind": "kpi", "name": "slow_share", "definition": text}])
    return made


def by_hand(frame: pd.DataFrame, hours: int, severities: tuple[str, ...], period: kpi.Period) -> float:
    """The share, by pandas: within the period, of these severities, later than so many hours."""
    rows = frame[frame["resolved_at"].between(period.since, period.until, inclusive="left")]
    rows = rows[rows["severity"].isin(severities)]
    return float(((rows["resolved_at"] - rows["detected_at"]) > timedelta(hours=hours)).mean())


EVERY, LOUD = ("informational", "standard", "critical"), ("standard", "critical")
ROWS, LATE = resolved(1, 400), pd.concat([resolved(1, 400), resolved(2, 90)])


@pytest.mark.parametrize(
    ("rows_now", "text_now", "late_by_hand", "definition_by_hand"),
    [
        (ROWS, AFTER, lambda p: 0.0, lambda p: by_hand(ROWS, 48, LOUD, p) - by_hand(ROWS, 24, EVERY, p)),
        (LATE, BEFORE, lambda p: by_hand(LATE, 24, EVERY, p) - by_hand(ROWS, 24, EVERY, p), lambda p: 0.0),
        (LATE, AFTER, lambda p: by_hand(LATE, 24, EVERY, p) - by_hand(ROWS, 24, EVERY, p),
         lambda p: by_hand(LATE, 48, LOUD, p) - by_hand(LATE, 24, EVERY, p)),
    ],
    ids=["another definition", "late rows", "both"],
)  # fmt: skip
def test_late_rows_definition_volume_mix_and_rate_add_up_to_the_difference(
    rows_now: pd.DataFrame,
    text_now: str,
    late_by_hand: Callable[[kpi.Period], float],
    definition_by_hand: Callable[[kpi.Period], float],
) -> None:
    then, now = built(ROWS, BEFORE), built(rows_now, text_now)
    found = kpi.restated(now.connection, then.connection, slow(text_now), FEBRUARY, None)
    assert found["reported"] == pytest.approx(by_hand(ROWS, 24, EVERY, FEBRUARY))
    assert found["late_data"] == pytest.approx(late_by_hand(FEBRUARY))
    assert found["definition"] == pytest.approx(definition_by_hand(FEBRUARY))
    assert found["changed"] == (["figure slow_share"] if text_now == AFTER else [])
    why = kpi.why_as_json(now.connection, slow(text_now), (FEBRUARY, PERIOD), None, "site_id")
    whole = kpi.whole_change(why, found)
    parts = [whole[name] for name in ("late_data", "definition", "volume", "mix", "rate")]
    rule = (48, LOUD) if text_now == AFTER else (24, EVERY)
    assert whole["now"] == pytest.approx(by_hand(rows_now, *rule, PERIOD))
    assert whole["difference"] == pytest.approx(whole["now"] - by_hand(ROWS, 24, EVERY, FEBRUARY))
    assert sum(parts) == pytest.approx(whole["difference"])


TOUCHED = """/* ---
title = "Touches"
question = "How many touches?"
formula = "touches"
grain = "event"
aggregate = "sum"
unit = "count"
better = "lower"
owner = "Operations"
needs = ["mart_touch"]
--- */
SELECT event_id, touched_at AS measured_on, 1 AS value, 1 AS weight, object_type AS process_step FROM mart_touch
"""
MART = (MODELS / "mart_touch.sql").read_text(encoding="utf-8")
LATER_ONES = MART.replace("n.previous_at IS NULL", "false").replace(
    "n.resource IS DISTINCT FROM n.previous_resource", "false"
)


def touching(minutes: list[int], text: str, gap_seconds: int) -> Build:
    """One person's events on an exception, so many minutes into 5 March; the mart made by this text and rule."""
    made = Build(datetime(2026, 4, 5))
    made.connection.execute("UPDATE policy_parameter SET value = ? WHERE name = 'touch_gap_seconds'", [gap_seconds])
    rows = [
        {"event_id": f"e{minute}", "event_no": minute, "timestamp": datetime(2026, 3, 5) + timedelta(minutes=minute),
         "resource": "ann", "resource_type": "human"}
        for minute in minutes
    ]  # fmt: skip
    made.insert("core_event", rows)
    made.insert(
        "core_event_object",
        [{"event_id": row["event_id"], "object_id": "x", "object_type": "exception"} for row in rows],
    )
    made.connection.execute(f"INSERT INTO mart_touch BY NAME {text}")
    made.insert("build_definition", [
        {"kind": "kpi", "name": "touched", "definition": TOUCHED},
        {"kind": "model", "name": "mart_touch", "definition": text},
    ])  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("now_made_by", "expected", "changed"),
    [
        ((MART, 300), (2, 1, 0), []),
        ((LATER_ONES, 300), (2, 1, -1), ["relation mart_touch"]),
        ((MART, 3600), (2, 1, -2), ["policy touch_gap_seconds: 300.0000 → 3600.0000"]),
    ],
    ids=["late event", "another mart", "another rule of the mart"],
)
def test_a_mart_of_that_time_is_made_again_of_the_rows_known_now(
    now_made_by: tuple[str, int], expected: tuple[int, int, int], changed: list[str]
) -> None:
    """Minutes 0, 2 and 10 are two touches within 5 minutes; a late 30 makes three: two without the first, one by the hour."""
    then, now = touching([0, 2, 10], MART, 300), touching([0, 2, 10, 30], *now_made_by)
    definition = kpi_as_kept("touched", {"touched": TOUCHED})
    found = kpi.restated(now.connection, then.connection, definition, PERIOD, None)
    assert (found["reported"], found["late_data"], found["definition"]) == expected
    assert found["restated"] == sum(expected)
    assert found["changed"] == changed
    held = now.connection.execute("SELECT count(*) FROM mart_touch").fetchall()[0][0]
    assert held == found["restated"], "the build itself was not touched"


@pytest.mark.parametrize(
    ("mapping", "files", "part"),
    [("one", ["a"], "late_data"), ("one", ["a", "b"], "late_data"), ("two", ["a"], "mapping"),
     ("two", ["a", "b"], "late_data_and_mapping")],
    ids=["nothing else", "late file", "other mapping", "both"],
)  # fmt: skip
def test_rows_that_another_mapping_delivers_are_no_late_data(mapping: str, files: list[str], part: str) -> None:
    """Of two rows one is new: by the file that brought it, by the mapping that reads it, or by both; the parts add up."""
    then, now = build_of(60, "a"), build_of(60, "a", "new")
    for made, digest, names in ((then, "one", ["a"]), (now, mapping, files)):
        made.connection.execute("UPDATE mart_exception SET source_system = 'erp'")
        made.insert("source_registry", [{"source_system": "erp", "definition_hash": digest},
                                        {"source_system": "mail", "definition_hash": f"{digest} of mail"}])  # fmt: skip
        made.insert(
            "load_ledger",
            [
                {"source_system": "erp", "file_no": n, "sha256": one, "loaded_at": datetime(2026, 4, 5)}
                for n, one in enumerate(names)
            ],
        )
    definition = kpis()["repeat_exception_rate"]
    found = kpi.restated(now.connection, then.connection, definition, PERIOD, None)
    moved = pytest.approx(2 / 3 - 1 / 2)
    assert {name: found[name] for name in ("late_data", "mapping", "late_data_and_mapping")} == {
        name: moved if name == part else 0 for name in ("late_data", "mapping", "late_data_and_mapping")
    }
    assert found["mapped"] == (["source erp"] if mapping == "two" else []), "mail has no row behind this figure"
    whole = kpi.whole_change({"adds_up": False, "before": found["restated"], "after": 0.9}, found)
    named = {"reported", "now", "difference"}
    assert sum(value for name, value in whole.items() if name not in named) == pytest.approx(whole["difference"])


def test_a_detection_rule_that_changed_is_named_and_its_rows_are_no_late_data() -> None:
    then, now = build_of(60, "a"), build_of(60, "a", "new")
    for made, text in ((then, "SELECT 1"), (now, "SELECT 2")):
        made.insert("build_definition", [{"kind": "exception_type", "name": "late_asn", "definition": text}])
    found = kpi.restated(now.connection, then.connection, kpis()["repeat_exception_rate"], PERIOD, None)
    assert found["mapped"] == ["exception type late_asn"]
    assert (found["late_data"], found["mapping"]) == (0, pytest.approx(2 / 3 - 1 / 2))
