"""Does each template of rule find exactly the cases that break it, and say when it cannot be asked?"""

from pathlib import Path

import pytest

from control_tower.errors import DefinitionError
from control_tower.settings import Settings
from process_mining import rules
from process_mining.cohort import Cohort
from process_mining.rules import Rule
from tests.process_mining import small_home

CASES = {
    "right": [("Ask", 0.0, "ann"), ("Approve", 1.0, "bob"), ("Ship", 2.0, "cleo"), ("Bill", 3.0, "cleo")],
    "own_approval": [("Ask", 0.0, "ann"), ("Approve", 1.0, "ann"), ("Ship", 2.0, "cleo"), ("Bill", 3.0, "cleo")],
    "second_time_right": [("Ask", 0.0, "ann"), ("Ask", 1.0, "bob"), ("Approve", 2.0, "ann"), ("Bill", 3.0, "dan"), ("Ship", 4.0, "dan")],
    "program": [("Ask", 0.0, "robot"), ("Approve", 1.0, "robot"), ("Ship", 2.0), ("Ask", 3.0)],
}  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory):
    rows = small_home.events(CASES)
    for event in rows["core_event"]:
        event["resource_type"] = "automatic" if event["resource"] == "robot" else "human"  # type: ignore[index]
        event["business_event"] = {"Ship": "shipment_confirmed"}.get(event["activity"])  # type: ignore[index]
    return small_home.made(tmp_path_factory.mktemp("rules"), rows)


def rule(template: str, first: str, then: str) -> Rule:
    side = {"first": {"activity": [first]}, "then": {"activity": [then]}}
    return Rule.model_validate({"name": "one", "title": "One", "view": ["exception"], "template": template, **side})


@pytest.mark.parametrize(
    ("template", "first", "then", "checked", "broken"),
    [
        ("four_eyes", "Ask", "Approve", 4, {"own_approval"}),
        ("precedence", "Ship", "Bill", 3, {"second_time_right"}),
        ("response", "Approve", "Bill", 4, {"program"}),
        ("response", "Ask", "Approve", 4, {"program"}),
        ("not_succession", "Approve", "Ask", 4, {"program"}),
        ("not_succession", "Bill", "Ship", 3, {"second_time_right"}),
    ],
)
def test_each_template_finds_the_cases_that_break_it(
    build, template: str, first: str, then: str, checked: int, broken: set[str]
) -> None:
    (found,) = rules.check(build, Cohort(), [rule(template, first, then)])
    assert (set(found.rows["case_id"]), found.violating, found.checked) == (broken, len(broken), checked)


def test_a_violation_names_its_two_events(build) -> None:
    (found,) = rules.check(build, Cohort(), [rule("four_eyes", "Ask", "Approve")])
    (row,) = found.rows.to_dict("records")
    assert (row["first_activity"], row["first_by"], row["then_activity"], row["then_by"]) == (
        "Ask",
        "ann",
        "Approve",
        "ann",
    )
    assert (row["then_at"] - row["first_at"]).total_seconds() == 3600
    (missing,) = rules.check(build, Cohort(), [rule("response", "Approve", "Bill")])
    (row,) = missing.rows.to_dict("records")
    assert row["first_activity"] == "Approve"
    assert row["then_activity"] is None


def test_steps_are_also_known_by_their_business_event(build) -> None:
    named = rule("precedence", "x", "Bill").model_copy(update={"first": rules.Steps(event=("shipment_confirmed",))})  # type: ignore[arg-type]
    (found,) = rules.check(build, Cohort(), [named])
    assert set(found.rows["case_id"]) == {"second_time_right"}


def test_a_rule_that_the_log_cannot_answer_says_why(build) -> None:
    asked = [rule("precedence", "Weigh", "Bill"), rule("four_eyes", "Ask", "Sign")]
    assert [one.why_not for one in rules.check(build, Cohort(), asked)] == [
        "these cases have no Weigh",
        "these cases have no Sign",
    ]
    assert rules.check(build, Cohort(), [rule("response", "Ask", "Bill").model_copy(update={"view": ("order",)})]) == []


def test_the_shipped_rules_can_be_read_and_a_users_list_replaces_them(tmp_path: Path) -> None:
    assert {"four_eyes", "precedence", "response", "not_succession"} == {
        one.template for one in rules.rules(Settings(home=tmp_path))
    }
    own = tmp_path / "reference" / "rules.toml"
    own.parent.mkdir()
    own.write_text(
        '[[rule]]\nname = "mine"\ntitle = "Mine"\nview = ["order"]\ntemplate = "response"\nfirst = {activity = ["A"]}\nthen = {activity = ["B"]}\n'
    )
    assert [one.name for one in rules.rules(Settings(home=tmp_path))] == ["mine"]
    own.write_text(own.read_text().replace("response", "magic"))
    with pytest.raises(DefinitionError, match="template"):
        rules.rules(Settings(home=tmp_path))
