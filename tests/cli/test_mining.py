"""Do the verbs of `tower mine` speak the agreed JSON, keep to the cases asked for, and refuse what is wrong with a code?"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Ran, run
from tests.process_mining import escalated_home, small_home
from tests.process_mining.escalated_home import ESCALATED, INTENDED

Mine = Callable[..., Any]
HOUR = 3600


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mined")
    escalated_home.made(folder)
    return folder


@pytest.fixture(scope="module")
def mine(home: Path) -> Mine:
    """What `tower mine WORDS… --json` says: exit code 0 and one JSON document on standard output, or the test fails."""

    def ask(*words: str) -> Any:
        ran = run(home, "mine", *words, "--json")
        assert ran.returncode == 0, ran.stderr[-2000:]
        return json.loads(ran.stdout)

    return ask


def test_a_map_has_the_agreed_shape_and_counts(mine: Mine) -> None:
    found = mine("map")
    assert {"view", "cases", "events", "activities", "edges", "start", "end", "build"} <= set(found)
    assert (found["view"], found["cases"], found["events"]) == ("exception", 21, 12 * 7 + 8 * 8 + 5)
    assert {"name": "Escalate", "events": 8, "cases": 8} in found["activities"]
    edges = {(one["from"], one["to"]): one for one in found["edges"]}
    up = edges["Assign to team", "Escalate"]
    assert {"from", "to", "events", "cases", "median_seconds", "p90_seconds"} <= set(up)
    assert (up["events"], up["cases"], up["median_seconds"], up["p90_seconds"]) == (8, 8, HOUR, HOUR)
    assert found["start"] == [{"name": "Detect exception", "cases": 21}]
    assert found["end"] == [{"name": "Close", "cases": 21}]


def test_where_keeps_whole_cases(mine: Mine) -> None:
    assert mine("map", "--where", "through=Escalate")["events"] == 8 * 8
    assert mine("map", "--where", "avoiding=Escalate", "--where", "through=Resolve")["cases"] == 12


def test_variants_have_the_agreed_shape(mine: Mine) -> None:
    first, second, third = mine("variants")
    assert {"activities", "cases", "share", "median_seconds"} <= set(first)
    assert (first["activities"], first["cases"], first["median_seconds"]) == (INTENDED, 12, 11.5 * HOUR)
    assert (second["activities"], third["cases"]) == (ESCALATED, 1)
    assert first["share"] + second["share"] + third["share"] == pytest.approx(1)


def test_bottlenecks_are_ranked_by_all_time_that_passes(mine: Mine) -> None:
    found = mine("bottlenecks")
    *waits, fixed = found["steps"]
    totals = [one["total_seconds"] for one in waits]
    assert totals == sorted(totals, reverse=True) and not any(one["is_settled"] for one in waits)
    assert (fixed["activity"], fixed["is_settled"]) == ("Resolve", True)
    assert fixed["total_seconds"] == (sum(1 + i for i in range(12)) + sum(10 + i for i in range(8))) * HOUR
    edges = mine("bottlenecks", "--limit", "3")["edges"]
    assert [one["is_settled"] for one in edges] == [False, False, False, True], "what is fixed is not one of the three"


def test_hand_overs_go_to_the_second_team_and_straight_back(mine: Mine) -> None:
    found = mine("handovers", "--level", "team")
    edges = {(one["source_name"], one["target_name"]): one for one in found["edges"]}
    assert (edges["Desk", "Stock"]["times"], edges["Desk", "Stock"]["returns"]) == (20, 20)
    assert (found["cases_handed_over"], found["cases_with_ping_pong"], found["hand_overs"]) == (20, 20, 40)


def test_conformance_names_the_process_and_its_deviations(mine: Mine) -> None:
    found = mine("conformance")
    assert (found["process"], found["aligned_cases"], found["conforming_cases"]) == ("exception_inventory", 21, 12)
    up = next(row for row in found["deviations"] if row["activity"] == "Escalate")
    assert (up["kind"], up["after"], up["cases"]) == ("inserted", "Assign to team", 8)
    assert up["low_seconds"] <= up["extra_seconds"] <= up["high_seconds"]


@pytest.mark.parametrize("suffix", ["bpmn", "pnml"])
def test_a_mined_model_is_written_and_pm4py_reads_it(mine: Mine, tmp_path: Path, suffix: str) -> None:
    import pm4py

    out = tmp_path / f"model.{suffix}"
    found = mine("model", "--out", str(out), "--noise", "0")
    assert (found["file"], found["cases"], found["fitness"]) == (str(out), 21, 1.0)
    if suffix == "bpmn":
        names = {node.get_name() for node in pm4py.read_bpmn(str(out)).get_nodes()}
    else:
        names = {step.label for step in pm4py.read_pnml(str(out))[0].transitions}
    assert set(ESCALATED) <= names


def test_a_map_tells_service_from_waiting_and_takes_repeats_as_one(tmp_path: Path) -> None:
    """By hand: a check of one hour, an hour of waiting, a pick of half an hour that is confirmed twice."""
    steps = [("Check", 0.0), ("Check", 1.0), ("Pick", 2.0), ("Pick", 2.5), ("Pick", 3.0)]
    rows = small_home.events({"a": steps}, "order")
    for event, end in zip(rows["core_event"], ("start", "complete", "start", "complete", "complete"), strict=True):
        event["lifecycle"] = end  # type: ignore[index]
    small_home.made(tmp_path, rows)
    ran = run(tmp_path, "mine", "map", "--view", "order", "--repeats-as-one", "--json")
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert [(one["from"], one["to"], one["events"], one["total_seconds"]) for one in found["edges"]] == [
        ("Check", "Pick", 1, 2 * HOUR)
    ]
    assert {one["name"]: one["service"]["total_seconds"] for one in found["service"]["steps"]} == {
        "Check": HOUR, "Pick": HOUR // 2,
    }  # fmt: skip
    (wait,) = [one for one in found["service"]["edges"] if (one["from"], one["to"]) == ("Check", "Pick")]
    assert wait["waiting"]["total_seconds"] == HOUR


def test_objects_and_logs_are_written_as_files_that_pm4py_reads(mine: Mine, tmp_path: Path) -> None:
    import pm4py

    found = mine("objects", "--out", str(tmp_path / "log.json"))
    assert (found["events"], [one["object_type"] for one in found["types"]]) == (153, ["exception"])
    assert len(pm4py.read_ocel2_json(str(tmp_path / "log.json")).events) == 153
    mine("map", "--out", str(tmp_path / "log.csv"), "--where", "through=Escalate")
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + 64


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("map", "--view", "planet"), 1, "no view 'planet'"),
        (("map", "--where", "weekday=nine"), 2, "--where"),
        (("handovers", "--level", "planet"), 2, "resource, team, department, system"),
        (("conformance", "--process", "planet"), 1, "exception_inventory"),
        (("model", "--out", "model.png"), 2, ".bpmn or .pnml"),
        (("variants", "--limit", "0"), 2, "limit"),
    ],
)
def test_what_is_wrong_is_refused_on_standard_error_with_a_code(home: Path, words: tuple[str, ...], code: int, said: str) -> None:  # fmt: skip
    ran: Ran = run(home, "mine", *words, "--json")
    assert ran.returncode == code, ran.stderr
    assert said in " ".join(ran.stderr.replace("│", "").split())
    assert not ran.stdout
