"""Does a mined process allow what happened, and do other programs read it as we meant it?"""

import itertools
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from control_tower.errors import NotAvailable
from process_mining import bpmn, conformance, discovery, petri_net, reference_process
from process_mining.alignment import Variant, align
from process_mining.cohort import Cohort
from tests.process_mining import small_home

CASES = {
    **{f"a{i}": ["Open", "Check", "Pay", "Close"] for i in range(8)},
    **{f"b{i}": ["Open", "Pay", "Check", "Close"] for i in range(6)},
    **{f"c{i}": ["Open", "Check", "Ask", "Check", "Pay", "Close"] for i in range(5)},
    **{f"d{i}": ["Open", "Cancel"] for i in range(4)},
    "odd": ["Close", "Open", "Ask"],
}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory):
    return small_home.made(tmp_path_factory.mktemp("mined"), small_home.events(CASES, view="order"))


def test_without_noise_the_model_allows_every_variant(build) -> None:
    """The inductive miner's promise, asked of our own net of its tree."""
    model = discovery.discover(build, Cohort(view="order"), noise=0.0)
    found = conformance.check(build, Cohort(view="order"), model.net)
    assert found.fitness == found.log_fitness == 1.0
    assert found.conforming_cases == found.cases == len(CASES)
    assert (model.variants, model.used, model.used_cases) == (5, 5, len(CASES))


def test_noise_leaves_the_rare_out_and_precision_rises(build) -> None:
    strict, loose = (discovery.discover(build, Cohort(view="order"), noise) for noise in (0.4, 0.0))
    with_noise, without = (conformance.check(build, Cohort(view="order"), m.net) for m in (strict, loose))
    assert with_noise.fitness < 1.0  # type: ignore[operator]
    assert with_noise.precision > without.precision  # type: ignore[operator]


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_pm4py_reads_both_files_and_finds_the_same_costs(build, noise: float, tmp_path: Path) -> None:
    """PM-05: BPMN and PNML as written, aligned by pm4py, cost what our own net costs."""
    import pm4py
    from pm4py.algo.conformance.alignments.petri_net import algorithm
    from pm4py.objects.log.obj import Event, EventLog, Trace

    model = discovery.discover(build, Cohort(view="order"), noise)
    traces = [
        ("Open", "Pay", "Close"),
        ("Open", "Cancel"),
        ("Check", "Ask", "Check"),
        ("Open", "Ask", "Check", "Close"),
    ]
    found = align(model.net, [Variant(i, trace, 1) for i, trace in enumerate(traces)])
    ours = {one.variant.number: one.cost for one in found.aligned}
    (tmp_path / "m.bpmn").write_bytes(discovery.to_bpmn(model))
    (tmp_path / "m.pnml").write_bytes(discovery.to_pnml(model.net))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log = EventLog([Trace([Event({"concept:name": name}) for name in trace]) for trace in traces])
        nets = [
            pm4py.convert_to_petri_net(pm4py.read_bpmn(str(tmp_path / "m.bpmn"))),
            pm4py.read_pnml(str(tmp_path / "m.pnml")),
        ]
        for net in nets:
            aligned = algorithm.apply_log(log, *net, parameters={"show_progress_bar": False})
            assert [int(one["cost"]) // 10_000 for one in aligned] == [ours[i] for i in range(len(traces))]


def test_the_drawing_puts_no_two_boxes_on_one_place(build) -> None:
    model = discovery.discover(build, Cohort(view="order"), 0.0)
    drawn = bpmn.drawing({n.id: n.kind for n in model.process.nodes.values()}, model.process.flows)
    boxes = list(drawn.boxes.values())
    for number, (x, y, width, height) in enumerate(boxes):
        for a, b, w, h in boxes[number + 1 :]:
            assert x + width <= a or a + w <= x or y + height <= b or b + h <= y
    assert bpmn.parse(discovery.to_bpmn(model)).activities == {name for steps in CASES.values() for name in steps}


def test_the_same_cohort_gives_the_same_file(build) -> None:
    once, again = (discovery.to_bpmn(discovery.discover(build, Cohort(view="order"))) for _ in range(2))
    assert once == again


def test_nothing_to_mine_is_said(build) -> None:
    with pytest.raises(NotAvailable, match="no case is left"):
        discovery.discover(build, Cohort(view="order", variants=(9_999,)))


def test_pm4py_greets_nobody_on_standard_output() -> None:
    """A JSON document may be going there."""
    code = (
        "from process_mining import discovery, alignment;"
        "print(sorted(discovery._mined([alignment.Variant(1, ('A', 'B'), 2)], 0.2)._get_root().__repr__()))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "PM4Py" not in ran.stdout
    assert len(ran.stdout.splitlines()) == 1


def test_a_net_that_puts_two_tokens_on_one_place_is_left_to_the_search() -> None:
    """An exclusive join after a fork would run what follows twice: too odd to list, and still aligned."""
    nodes = {name: bpmn.Node(name, kind, name if kind == "task" else "") for name, kind in {
        "s": "start", "p": "parallel", "A": "task", "B": "task", "x": "exclusive", "q": "parallel", "e": "end"}.items()}  # fmt: skip
    ways = [("s", "p"), ("p", "A"), ("p", "B"), ("A", "q"), ("B", "q"), ("q", "x"), ("x", "e")]
    net = petri_net.of_process(bpmn.Process("odd", nodes, tuple((f"f{i}", a, b) for i, (a, b) in enumerate(ways))))
    twice = petri_net.PetriNet((*net.transitions, petri_net.Transition("odd", "C", ("start",), ("end", "end"))))
    (one,) = align(twice, [Variant(1, ("A", "B"), 1)]).aligned
    assert one.cost == 0


def test_no_arrow_of_a_shipped_process_runs_through_a_box_that_it_does_not_join() -> None:
    for path in sorted(reference_process.SHIPPED.glob("*.bpmn")):
        process = bpmn.read(path)
        drawn = bpmn.drawing({n.id: n.kind for n in process.nodes.values()}, process.flows)
        ends = {flow: {source, target} for flow, source, target in process.flows}
        for flow, points in drawn.lines.items():
            for (x1, y1), (x2, y2) in itertools.pairwise(points):
                for node, (x, y, width, height) in drawn.boxes.items():
                    crosses = max(min(x1, x2), x) < min(max(x1, x2), x + width) or (x1 == x2 and x < x1 < x + width)
                    level = max(min(y1, y2), y) < min(max(y1, y2), y + height) or (y1 == y2 and y < y1 < y + height)
                    assert node in ends[flow] or not (crosses and level), f"{path.stem}: {flow} runs through {node}"
