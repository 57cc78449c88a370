"""Do deviations from a process come out as rows, exactly, and with their cost in time?"""

import random
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from control_tower.errors import DefinitionError
from control_tower.settings import Settings
from process_mining import bpmn, conformance, petri_net, reference_process
from process_mining.alignment import Limits, Move, Variant, align
from process_mining.alignment_by_search import Searcher
from process_mining.bpmn import Node, Process
from process_mining.cohort import Cohort
from process_mining.median_difference import difference
from tests.process_mining import small_home

REFERENCE = reference_process.SHIPPED


def drawn(ways: str, kinds: str = "") -> Process:
    """A process typed as "s>A A>x x>B x>C …": s starts, e ends, x y are choices, p q parallel, the rest tasks."""
    kind = {"s": "start", "e": "end", "x": "exclusive", "y": "exclusive", "p": "parallel", "q": "parallel"}
    pairs = [tuple(way.split(">")) for way in ways.split()]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    nodes = {n: Node(n, kind.get(n, "task"), n if n not in kind else "") for n in names}
    return Process("typed", nodes, tuple((f"f{i}", a, b) for i, (a, b) in enumerate(pairs)))


LOOP = drawn("s>A A>y y>x x>B x>C B>z C>z z>D D>e".replace("z", "q"))
MIXED = drawn("s>A A>x x>B x>C B>y C>y y>x y>p p>D p>E D>q E>q q>e")


def variants(traces: list[str], cases: int = 1) -> list[Variant]:
    return [Variant(number, tuple(trace), cases) for number, trace in enumerate(traces)]


def random_traces(n: int, length: int = 12, seed: int = 5) -> list[str]:
    draw = random.Random(seed)
    found = {"".join(draw.choices("ABCDEXY", k=draw.randint(0, length))) for _ in range(3 * n)}
    return sorted(found)[:n]


def pm4py_costs(process: Process, traces: list[str], tmp_path: Path) -> list[int]:
    """What pm4py says, with its own reader of BPMN and its own net."""
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace

    path = tmp_path / "drawn.bpmn"
    path.write_bytes(bpmn.write(process))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path)))
        log = EventLog([Trace([Event({"concept:name": name}) for name in trace]) for trace in traces])
        found = algorithm.apply_log(
            log, *net, parameters={"ret_tuple_as_trans_desc": False, "show_progress_bar": False}
        )
    return [int(one["cost"]) // 10_000 for one in found]


@pytest.mark.parametrize("name", ["typed", "exception_credit", "order", "incident"])
def test_costs_are_those_of_pm4py(name: str, tmp_path: Path) -> None:
    """PM-05: two programs, two readers of BPMN, one cost."""
    process = MIXED if name == "typed" else bpmn.read(REFERENCE / f"{name}.bpmn")
    words = [*sorted(process.activities), "Something else"]
    draw = random.Random(3)
    traces = [tuple(draw.choices(words, k=draw.randint(1, 9))) for _ in range(25)]
    found = align(petri_net.of_process(process), [Variant(i, t, 1) for i, t in enumerate(traces)])
    costs = {one.variant.number: one.cost for one in found.aligned}
    assert [costs[i] for i in range(len(traces))] == pm4py_costs(process, traces, tmp_path)  # type: ignore[arg-type]


def test_the_two_ways_of_aligning_agree() -> None:
    """Dynamic programming over states and r4pm's search: equal costs on 400 random variants."""
    net = petri_net.of_process(MIXED)
    traces = [tuple(trace) for trace in random_traces(400)]
    searched = Searcher(net, 50_000).moves(traces)
    expected = [sum((place is None) != (name is None) for place, name in moves or []) for moves in searched]
    found = align(net, [Variant(i, trace, 1) for i, trace in enumerate(traces)])
    costs = {one.variant.number: one.cost for one in found.aligned}
    assert [costs[i] for i in range(len(traces))] == expected


def test_an_alignment_worked_by_hand() -> None:
    (one,) = align(petri_net.of_process(MIXED), variants(["AXBE"])).aligned
    assert one.moves == (Move("inserted", "X", "A"), Move("skipped", "D", "E"))
    assert one.run == ("A", "B", "E", "D")


def test_a_run_of_the_process_has_no_deviation_and_the_shortest_is_known() -> None:
    found = align(petri_net.of_process(MIXED), variants(["ABDE", "ACBCED", "ACDE"]))
    assert [one.cost for one in found.aligned] == [0, 0, 0]
    assert found.shortest == 4
    assert [found.fitness(one) for one in found.aligned] == [1.0, 1.0, 1.0]


def test_what_an_open_case_has_not_done_yet_it_did_not_skip() -> None:
    ended, running = (
        align(petri_net.of_process(MIXED), [Variant(1, ("A", "B"), 1, is_open)]).aligned[0] for is_open in (False, True)
    )
    assert {move.kind for move in ended.moves} == {"skipped"}
    assert ended.cost == 2
    assert running.cost == 0


def test_equally_near_runs_are_told_apart_the_same_way_every_time() -> None:
    traces = random_traces(120)
    once, again = (align(petri_net.of_process(MIXED), variants(order)) for order in (traces, traces))
    assert once == again


def test_very_many_and_very_deep_variants_are_bounded_and_the_rest_is_said() -> None:
    # fault 95
    net = petri_net.of_process(MIXED)
    deep = Variant(0, tuple("ABXCX" * 2_000), 3)
    many = [Variant(i, tuple(f"A{i}DE"), 1) for i in range(1, 100_001)]
    found = align(net, [deep, *many], Limits(variants=200))
    why: dict[str, int] = {}
    for _, reason in found.left_out:
        why[reason] = why.get(reason, 0) + 1
    assert len(found.aligned) == 199
    assert why == {"not among the most frequent": 99_801, "too long": 1}


def test_time_that_is_up_stops_before_the_next_batch() -> None:
    # fault 95
    times = iter(range(10_000))
    found = align(petri_net.of_process(MIXED), variants(random_traces(300)), Limits(seconds=10), lambda: next(times))
    assert found.left_out
    assert {reason for _, reason in found.left_out} == {"out of time"}
    assert len(found.aligned) + len(found.left_out) == 300


def test_a_process_with_very_many_states_is_searched_by_r4pm() -> None:
    """Nine parallel branches have 2^9 states and more than the table may hold."""
    branches = "".join(f"p>{name} {name}>q " for name in "ABCDFGHIJK")
    net = petri_net.of_process(drawn(f"s>p {branches}q>e"))
    (one,) = align(net, variants(["KJIHGFDCBX"])).aligned
    assert sorted((move.kind, move.activity) for move in one.moves) == [("inserted", "X"), ("skipped", "A")]


def test_precision_is_that_of_pm4py_where_the_log_fits(tmp_path: Path) -> None:
    import pm4py
    from pm4py.objects.log.obj import Event, EventLog, Trace

    traces = ["ABDE", "ABED", "ACBDE", "ABDE"]
    path = tmp_path / "drawn.bpmn"
    path.write_bytes(bpmn.write(MIXED))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log = EventLog([Trace([Event({"concept:name": name}) for name in trace]) for trace in traces])
        expected = pm4py.precision_alignments(log, *pm4py.convert_to_petri_net(pm4py.read_bpmn(str(path))))
    found = conformance.precision(petri_net.of_process(MIXED), [("ABDE", 2), ("ABED", 1), ("ACBDE", 1)])
    assert found == pytest.approx(expected)


INVENTORY = [
    "Detect exception",
    "Assign to team",
    "Acknowledge",
    "Investigate",
    "Correct stock record",
    "Resolve",
    "Close",
]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory):
    """12 cases as intended in 6 to 17 hours, 8 escalated ones that take 10 hours more, one without a resolution."""
    cases = {
        f"ok{i}": [(name, float(place)) for place, name in enumerate(INVENTORY[:-1])] + [("Close", 6.0 + i)]
        for i in range(12)
    }
    for i in range(8):
        steps = [*INVENTORY[:2], "Escalate", *INVENTORY[2:-1]]
        cases[f"up{i}"] = [(name, float(place)) for place, name in enumerate(steps)] + [("Close", 16.0 + i)]
    cases["lost"] = [(name, float(place)) for place, name in enumerate(INVENTORY[:4])] + [("Close", 9.0)]
    home = tmp_path_factory.mktemp("conform")
    return small_home.made(home, {**small_home.events(cases), "core_exception": small_home.exceptions(list(cases))})


def test_deviations_are_rows_with_place_cases_and_cost(built) -> None:
    """PM-05: medians and the difference are those of pandas on the typed durations."""
    settings = Settings(home=built.folder.parent.parent)
    (one,) = reference_process.applicable(built, settings, Cohort())
    assert one.reference.name == "exception_inventory"
    assert one.known_share == pytest.approx(1 - 8 / (12 * 7 + 8 * 8 + 5))
    found = conformance.check(built, one.reference.cohort(Cohort()), one.reference.net)
    rows = found.deviations.set_index(["kind", "activity", "after"])
    up = rows.loc[("inserted", "Escalate", "Assign to team")]
    assert (up["cases"], up["variants"], up["n_with"], up["n_without"]) == (8, 1, 8, 13)
    durations = pd.Series([6 + i for i in range(12)] + [9]) * 3600
    escalated = pd.Series([16 + i for i in range(8)]) * 3600
    assert up["extra_seconds"] == escalated.median() - durations.median()
    assert up["low_seconds"] < up["extra_seconds"] < up["high_seconds"]
    assert ("skipped", "Resolve", "Investigate") in rows.index
    assert (found.cases, found.aligned_cases, found.conforming_cases) == (21, 21, 12)
    assert found.fitness == pytest.approx((12 + 8 * (1 - 1 / 11) + (1 - 2 / 8)) / 21)


def test_a_deviation_leads_to_its_cases(built) -> None:
    settings = Settings(home=built.folder.parent.parent)
    (one,) = reference_process.applicable(built, settings, Cohort())
    asked = one.reference.cohort(Cohort())
    found = conformance.check(built, asked, one.reference.net)
    cases = conformance.cases_of(built, asked, found.variants_with(Move("inserted", "Escalate", "Assign to team")))
    assert sorted(cases["case_id"]) == [f"up{i}" for i in range(8)]
    assert len(conformance.cases_of(built, asked, found.variants_with())) == 9


def test_a_process_that_hardly_knows_the_log_is_not_offered(tmp_path: Path) -> None:
    cases = {"a": ["New", "Something"], "b": ["Nothing of the kind"]}
    build = small_home.made(tmp_path, {**small_home.events(cases), "core_exception": small_home.exceptions(["a", "b"])})
    assert reference_process.applicable(build, Settings(home=tmp_path), Cohort()) == []


def test_the_interval_of_a_difference_of_medians_covers_as_often_as_it_says() -> None:
    draw, covered = np.random.default_rng(8), 0
    for _ in range(400):
        first = np.sort(draw.exponential(100, 40) + 30)
        second = np.sort(draw.exponential(50, 25))
        found = difference(first, second)
        assert found is not None
        truth = 30 + (100 - 50) * np.log(2)
        covered += bool(found.low <= truth <= found.high)  # type: ignore[operator]
    assert covered >= 0.93 * 400


def test_five_values_have_no_interval_and_none_no_difference() -> None:
    assert difference(np.arange(5), np.arange(50)).low is None  # type: ignore[union-attr]
    assert difference(np.arange(0), np.arange(50)) is None


@pytest.mark.parametrize("path", sorted(REFERENCE.glob("*.bpmn")), ids=lambda path: path.stem)
def test_every_shipped_process_can_be_read_finished_and_is_drawn(path: Path) -> None:
    process = bpmn.read(path)
    net = petri_net.of_process(process)
    assert align(net, []).shortest >= 1
    assert bpmn.parse(bpmn.write(process)) == process
    text = path.read_text(encoding="utf-8")
    assert text.count("BPMNShape") // 2 == len(process.nodes)


def test_every_listed_process_exists_and_every_process_is_listed() -> None:
    listed = {one.path.name for one in reference_process.processes(Settings(home=Path("/nowhere")))}
    assert listed == {path.name for path in REFERENCE.glob("*.bpmn")}


def test_a_users_own_process_comes_before_ours(tmp_path: Path) -> None:
    (tmp_path / "reference").mkdir()
    own = tmp_path / "reference" / "order.bpmn"
    own.write_bytes(bpmn.write(LOOP))
    found = {one.name: one.path for one in reference_process.processes(Settings(home=tmp_path))}
    assert found["order"] == own
    assert found["incident"] == REFERENCE / "incident.bpmn"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((b'<?xml version=\'1.0\' encoding=\'UTF-8\'?>', b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "document type"),
        ((b"exclusiveGateway", b"inclusiveGateway"), "inclusiveGateway"),
        ((b'name="B"', b'name=""'), "has no name"),
        ((b'targetRef="D"', b'targetRef="nowhere"'), "leads from or to nothing"),
        ((b"endEvent", b"task"), "has no name"),
        ((b"</definitions>", b""), "no well-formed XML"),
    ],
)  # fmt: skip
def test_a_drawing_that_would_be_misread_is_refused_by_name(change: tuple[bytes, bytes], said: str) -> None:
    # fault 33: a document type is refused before anything is expanded
    with pytest.raises(DefinitionError, match=said):
        bpmn.parse(bpmn.write(MIXED).replace(*change), "own.bpmn")
