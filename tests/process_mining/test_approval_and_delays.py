"""Whose approvals take long, and what do cases wait for (PM-06, PM-07)?"""

from pathlib import Path

import pytest

from control_tower.errors import DefinitionError, NotAvailable
from process_mining.approval import approval_latency
from process_mining.cohort import Cohort
from process_mining.delay_reason import Reason, declared, delay_reasons
from tests.process_mining.small_log import Step, small_log

VIEW = Cohort("exception")
ASK, DECIDE = {"business_event": "approval_requested"}, {"business_event": "approval_decided"}


def test_latency_runs_from_a_request_to_the_next_decision_and_the_slowest_approver_is_first() -> None:
    steps = [
        Step("a", "Ask", 0, **ASK), Step("a", "Escalate", 30), Step("a", "Approve", 100, "Ada", **DECIDE),
        Step("a", "Ask", 200, **ASK), Step("a", "Reject", 1200, "Ben", **DECIDE),
        Step("b", "Ask", 0, **ASK), Step("b", "Ask", 50, **ASK), Step("b", "Approve", 950, "Ben", **DECIDE),
        Step("c", "Ask", 0, **ASK), Step("d", "Ask", 0, **ASK), Step("d", "Close", 400),
    ]  # fmt: skip
    found = approval_latency(small_log(steps, "exception", as_of=5000, open_cases=["c"]), VIEW)
    assert [(row.approver, row.decisions, row.seconds.median.value) for row in found.approvers] == [
        ("Ben", 2, 900), ("Ada", 1, 100),
    ]  # fmt: skip
    assert (found.overall.n, found.overall.open) == (6, 3), (
        "replaced after 50 s, pending since 5000 s, closed after 400 s"
    )


def test_one_slow_decision_does_not_put_its_approver_before_those_of_whom_enough_is_known() -> None:
    """Ada decides thirty times after 100 s, Ben twenty-nine times after 900 s: his median is longer, and says little."""
    steps = [
        Step(f"{who}{i}", name, at, *after, **kind)
        for who, times, took in (("Ada", 30, 100), ("Ben", 29, 900)) for i in range(times)
        for name, at, after, kind in (("Ask", 0, (), ASK), ("Approve", took, (who,), DECIDE))
    ]  # fmt: skip
    rows = approval_latency(small_log(steps, "exception"), VIEW).approvers
    assert [(row.approver, row.decisions, row.seconds.median.value, row.is_too_few) for row in rows] == [
        ("Ada", 30, 100, False), ("Ben", 29, 900, True),
    ]  # fmt: skip


def test_a_log_in_which_nobody_asks_for_approval_says_so() -> None:
    with pytest.raises(NotAvailable, match="business_event approval_requested"):
        approval_latency(small_log([Step("a", "X")], "exception"), VIEW)


def test_a_stay_is_named_by_its_activity_else_its_meaning_else_the_type_and_the_rest_stays_unknown() -> None:
    steps = [
        Step("a", "Ask for information", 0), Step("a", "Muse", 100), Step("a", "Ask", 300, **ASK), Step("a", "End", 700),
        Step("b", "Muse", 0), Step("b", "End", 1000), Step("c", "Muse", 0),
    ]  # fmt: skip
    kinds = [{"exception_id": "b", "type_code": "edi_order_failure"}, {"exception_id": "c"}]
    found = delay_reasons(small_log(steps, "exception", as_of=2000, open_cases=["c"], exceptions=kinds), VIEW)
    seconds = {row.reason: row.seconds for row in found.reasons}
    assert seconds[Reason.MISSING_DATA] == 100 and seconds[Reason.POLICY_AMBIGUITY] == 400
    assert seconds[Reason.SYSTEM_FAILURE] >= 1000, "b is an integration exception, and may be open until the clock"
    assert found.reasons[-1].reason is Reason.UNKNOWN and seconds[Reason.UNKNOWN] == 200 + 2000
    assert sum(row.share for row in found.reasons) == pytest.approx(1)
    assert found.unnamed[0] == ("Muse", 2200)


def test_the_shipped_mapping_names_every_reason_but_the_unknown() -> None:
    named = {reason for words in declared().values() for reason in words.values()}
    assert named == set(Reason) - {Reason.UNKNOWN}


def test_a_queue_is_the_reason_only_where_the_type_gives_none_and_work_and_settled_time_is_no_waiting() -> None:
    """PM-06 by hand: 100 s in the queue, 50 s at work, 300 s until closed; of b's type the queue is a system failure."""
    steps = [
        Step(case, name, at) for case in "ab"
        for name, at in (("Assign to team", 0), ("Acknowledge", 100), ("Resolve", 150), ("Close", 450))
    ]  # fmt: skip
    kinds = [{"exception_id": "a"}, {"exception_id": "b", "type_code": "stock_mismatch"}]
    found = delay_reasons(small_log(steps, "exception", exceptions=kinds), VIEW)
    assert {row.reason: row.seconds for row in found.reasons if row.seconds} == {
        Reason.CAPACITY: 100,
        Reason.SYSTEM_FAILURE: 100,
    }
    assert (found.seconds, found.unnamed) == (200, ())
    assert {row.reason: (row.cases, row.seconds, row.share) for row in found.no_waiting} == {
        Reason.AT_WORK: (2, 100, 0.0),
        Reason.SETTLED: (2, 600, 0.0),
    }


@pytest.mark.parametrize("text", ['[activity]\n"X" = "other"', '[colour]\n"X" = "missing_data"', "[activity"])
def test_a_mapping_that_invents_a_reason_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    path = tmp_path / "reasons.toml"
    path.write_text(text)
    with pytest.raises(DefinitionError, match=r"reasons\.toml"):
        declared(path)
