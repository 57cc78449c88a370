"""Who hands to whom, how long work waits there and whether it comes back: against cases worked by hand."""

import pytest

from control_tower.errors import NotAvailable
from process_mining import handovers
from process_mining.cohort import Cohort
from tests.process_mining import small_home

CASES = {
    "there_and_back": [("Look", 0.0, "ann"), ("Work", 1.0, "ann"), ("Check", 5.0, "bob"), ("Mend", 11.0, "ann"), ("Close", 12.0, "ann")],
    "onward": [("Look", 0.0, "ann"), ("Check", 2.0, "bob"), ("Pay", 4.0, "cleo")],
    "alone": [("Look", 0.0, "ann"), ("Close", 3.0, "ann")],
    "nobody_between": [("Look", 0.0, "ann"), ("Note", 1.0), ("Check", 7.0, "bob")],
}  # fmt: skip
TEAMS = {"ann": "t:desk", "bob": "t:credit", "cleo": "t:credit"}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory):
    rows = small_home.events(CASES)
    for event in rows["core_event"]:
        event["event_id"] = f"t:{event['event_id']}"  # type: ignore[index]
        event["source_system"] = "erp" if event["activity"] in ("Look", "Work") else "crm"  # type: ignore[index]
    for related in rows["core_event_object"]:
        related["event_id"] = f"t:{related['event_id']}"  # type: ignore[index]
    return small_home.made(
        tmp_path_factory.mktemp("hands"),
        {
            **rows,
            "core_user": [
                {"user_id": f"t:{name}", "name": name.title(), "team_id": team} for name, team in TEAMS.items()
            ],
            "core_team": [
                {"team_id": "t:desk", "name": "Desk", "department": "Service"},
                {"team_id": "t:credit", "name": "Credit control", "department": "Finance"},
            ],
        },
    )


def edges(found: handovers.HandOvers) -> dict[tuple[str, str], tuple[int, int, int, float]]:
    columns = ("times", "cases", "returns", "median_wait_seconds")
    return {(e["source_name"], e["target_name"]): tuple(e[c] for c in columns) for e in found.edges.to_dict("records")}


def test_hand_overs_between_people_with_the_wait_and_the_return(build) -> None:
    """PM-04, worked by hand: Ann to Bob after 4, 2 and 7 hours (the note nobody signed is passed over)."""
    found = handovers.hand_overs(build, Cohort(), "resource")
    assert edges(found) == {
        ("Ann", "Bob"): (3, 3, 1, 4 * 3600),
        ("Bob", "Ann"): (1, 1, 0, 6 * 3600),
        ("Bob", "Cleo"): (1, 1, 0, 2 * 3600),
    }
    assert (found.cases, found.events, found.passed_over, found.times) == (4, 13, 1, 5)
    assert (found.cases_handed_over, found.cases_with_ping_pong) == (3, 1)
    (pair,) = found.ping_pong.to_dict("records")
    assert (pair["first_name"], pair["second_name"], pair["times"], pair["cases"]) == ("Ann", "Bob", 1, 1)


def test_people_of_one_team_do_not_hand_over_within_it(build) -> None:
    assert set(edges(handovers.hand_overs(build, Cohort(), "team"))) == {
        ("Desk", "Credit control"),
        ("Credit control", "Desk"),
    }
    departments = handovers.hand_overs(build, Cohort(), "department")
    assert edges(departments)["Service", "Finance"][:3] == (3, 3, 1)
    units = departments.units.set_index("name")
    assert units.loc["Finance", ["turns", "events", "given", "taken"]].to_list() == [3, 4, 1, 3]


def test_systems_hand_over_as_people_do(build) -> None:
    found = handovers.hand_overs(build, Cohort(), "system")
    assert edges(found) == {("erp", "crm"): (4, 4, 0, 2.5 * 3600)}


def test_a_cohort_narrows_the_network(build) -> None:
    found = handovers.hand_overs(build, Cohort(through=("Pay",)), "resource")
    assert set(edges(found)) == {("Ann", "Bob"), ("Bob", "Cleo")}


def test_an_arrow_leads_to_its_cases(build) -> None:
    cases = handovers.cases_between(build, Cohort(), "resource", "ann", "bob")
    assert list(cases["case_id"]) == ["nobody_between", "there_and_back", "onward"]


def test_an_unknown_level_and_a_log_without_units_are_said(tmp_path, build) -> None:
    with pytest.raises(ValueError, match="resource, team, department, system"):
        handovers.hand_overs(build, Cohort(), "planet")
    bare = small_home.made(tmp_path, small_home.events({"a": ["A", "B"]}))
    with pytest.raises(NotAvailable, match="names its team"):
        handovers.hand_overs(bare, Cohort(), "team")


def test_a_unit_leads_to_the_cases_in_which_it_took_a_turn(build) -> None:
    """PM-10: Ann has two turns in the case that comes back to her, one in each of the others."""
    cases = handovers.cases_held(build, Cohort(), "resource", "ann").set_index("case_id")
    assert cases["times"].to_dict() == {"there_and_back": 2, "alone": 1, "nobody_between": 1, "onward": 1}
    assert cases.loc["there_and_back", "events"] == 4


def test_turns_are_played_from_hand_to_hand(build) -> None:
    turns = dict(handovers.turns_of(build, Cohort(), "resource"))
    assert sorted(turns) == ["nobody_between", "onward", "there_and_back"], "a case that never changes hands has no way"
    (_, first), (_, second), (_, third) = turns["there_and_back"]
    assert [unit for unit, _ in turns["there_and_back"]] == ["ann", "bob", "ann"]
    assert (second - first, third - second) == (5 * 3600, 6 * 3600)
