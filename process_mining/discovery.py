"""Which process would explain what happened? A model mined from the variants of a cohort.

The inductive miner of pm4py (which is why this module knows it), on variants with their number of cases, so that
millions of events cost what their variants do. Its tree becomes a BPMN process of ours; how well it fits is
`conformance`'s, never measured here.
"""

import contextlib
import io
import itertools
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from control_tower.errors import NotAvailable
from control_tower.warehouse import Build
from process_mining import bpmn, petri_net
from process_mining.alignment import Variant
from process_mining.bpmn import Node, Process
from process_mining.cohort import Cohort
from process_mining.conformance import variants_of
from process_mining.xml_text import DECLARATION, escaped, written

MAX_VARIANTS = 1_000
_PNML = "http://www.pnml.org/version-2009/grammar/pnmlcoremodel"
_TREE_KINDS = {"X": "exclusive", "+": "parallel", "->": "sequence", "*": "loop"}


@dataclass(frozen=True)
class Model:
    """A mined process. `used` of the `variants` (the most frequent) went in, with `used_cases` of the `cases`."""

    process: Process
    noise: float
    cases: int
    variants: int
    used: int
    used_cases: int

    @cached_property
    def net(self) -> petri_net.PetriNet:
        """The same as a Petri net."""
        return petri_net.of_process(self.process)


def discover(build: Build, cohort: Cohort, noise: float = 0.2, limit: int = MAX_VARIANTS) -> Model:
    """Mine the cohort's most frequent variants. `noise` 0–1: the share of rare paths to leave out at each step.

    The same cohort gives the same model. Raises NotAvailable when no case is kept, ValueError for a noise outside 0–1.
    Source: Leemans, Fahland, van der Aalst (2013), inductive miner – infrequent.
    """
    if not 0 <= noise <= 1:
        raise ValueError(f"noise {noise:g} lies outside 0–1; 0.2 is usual")
    variants, (all_variants, all_cases) = variants_of(build, cohort, limit)
    if not variants:
        raise NotAvailable("no case is left to mine a process from; remove a filter")
    process = of_tree(_mined(variants, noise), f"What happens: {cohort.view.replace('_', ' ')}")
    return Model(
        process, noise, all_cases, all_variants, len({v.number for v in variants}), sum(v.cases for v in variants)
    )


def _mined(variants: list[Variant], noise: float) -> Any:
    """The process tree; pm4py greets on standard output, where a JSON document may be going."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from pm4py.algo.discovery.inductive.dtypes.im_ds import IMDataStructureUVCL
        from pm4py.algo.discovery.inductive.variants.im import IMUVCL
        from pm4py.algo.discovery.inductive.variants.imf import IMFUVCL
        from pm4py.objects.process_tree.utils.generic import fold, tree_sort

        counted: Counter[tuple[str, ...]] = Counter()
        for variant in variants:
            counted[variant.activities] += variant.cases
        parameters = {"noise_threshold": noise, "multiprocessing": False}
        miner = (IMFUVCL if noise else IMUVCL)(parameters)
        tree = fold(miner.apply(IMDataStructureUVCL(counted), parameters))
        tree_sort(tree)
        return tree


def of_tree(tree: Any, title: str) -> Process:
    """A process tree (label, operator, children) as BPMN: choices and forks between gateways, loops back through one."""
    drawn = _Drawing()
    start, end = drawn.node("start"), drawn.node("end")
    way = drawn.fragment(tree)
    if way is None:
        drawn.flow(start, end)
    else:
        drawn.flow(start, way[0])
        drawn.flow(way[1], end)
    return Process(title, drawn.nodes, tuple(drawn.flows))


class _Drawing:
    """Nodes and flows as they are put down; names are numbered in the order of the tree."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.flows: list[tuple[str, str, str]] = []

    def node(self, kind: str, name: str = "") -> str:
        identity = f"{kind}_{sum(node.kind == kind for node in self.nodes.values()) + 1}"
        self.nodes[identity] = Node(identity, kind, name)
        return identity

    def flow(self, source: str, target: str) -> None:
        self.flows.append((f"flow_{len(self.flows) + 1}", source, target))

    def fragment(self, tree: Any) -> tuple[str, str] | None:
        """First and last node of a subtree; None for a silent leaf."""
        if tree.operator is None:
            task = self.node("task", tree.label) if tree.label else None
            return (task, task) if task else None
        kind = _TREE_KINDS[str(tree.operator.value)]
        if kind == "sequence":
            return self._sequence(tree.children)
        return self._loop(tree.children) if kind == "loop" else self._between(kind, tree.children)

    def _sequence(self, children: list[Any]) -> tuple[str, str] | None:
        ways = [way for way in map(self.fragment, children) if way]
        for before, after in itertools.pairwise(ways):
            self.flow(before[1], after[0])
        return (ways[0][0], ways[-1][1]) if ways else None

    def _between(self, kind: str, children: list[Any]) -> tuple[str, str]:
        first, last = self.node(kind), self.node(kind)
        for way in map(self.fragment, children):
            if way:
                self.flow(first, way[0])
                self.flow(way[1], last)
            elif kind == "exclusive":
                self.flow(first, last)
        return first, last

    def _loop(self, children: list[Any]) -> tuple[str, str]:
        first, last = self.node("exclusive"), self.node("exclusive")
        done, *again = map(self.fragment, children)
        for way, source, target in ((done, first, last), *((way, last, first) for way in again)):
            if way:
                self.flow(source, way[0])
                self.flow(way[1], target)
            else:
                self.flow(source, target)
        return first, last


def to_bpmn(model: Model) -> bytes:
    """The drawing as a BPMN 2.0 file."""
    return bpmn.write(model.process)


def to_pnml(net: petri_net.PetriNet) -> bytes:
    """The net as PNML, with its initial and final marking; silent transitions bear the mark ProM and pm4py know."""
    places = {name: f"p{number}" for number, name in enumerate(net.places)}
    one = written("text", {}, "1")
    parts = [
        written("place", {"id": identity}, written("initialMarking", {}, one) if name == net.start else "")
        for name, identity in places.items()
    ]
    arcs = []
    for number, step in enumerate(net.transitions):
        name = written("name", {}, written("text", {}, escaped(step.label or f"silent {number}")))
        silent = written("toolspecific", {"tool": "ProM", "version": "6.4", "activity": "$invisible$"})
        parts.append(written("transition", {"id": f"t{number}"}, name if step.label else name + silent))
        ends = [(places[p], f"t{number}") for p in step.takes] + [(f"t{number}", places[p]) for p in step.puts]
        for place, (source, target) in enumerate(ends):
            arcs.append(written("arc", {"id": f"a{number}_{place}", "source": source, "target": target}))
    page = written("page", {"id": "page"}, "\n".join([*parts, *arcs]))
    final = written("finalmarkings", {}, written("marking", {}, written("place", {"idref": places[net.end]}, one)))
    return (
        DECLARATION + written("pnml", {}, written("net", {"id": "net", "type": _PNML}, page + final)) + "\n"
    ).encode()
