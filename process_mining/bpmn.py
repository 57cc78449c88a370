"""What does a drawn process say? BPMN 2.0 read into nodes and flows, and written back with its drawing.

Only the part of BPMN that states an order of activities: start and end events, tasks, exclusive and parallel
gateways, sequence flows. Anything else that would change the order is refused by name, never ignored. Knows no
log, no net and no library for mining; where the boxes stand is `bpmn_layout`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from control_tower.errors import DefinitionError
from process_mining import xml_text
from process_mining.bpmn_layout import Drawing, drawing
from process_mining.xml_text import Element, escaped, written

MODEL: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_DI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
_DD: Final = "http://www.omg.org/spec/DD/20100524/DI"
MAX_BYTES: Final = 5_000_000
_TASKS = frozenset({"task", "userTask", "manualTask", "serviceTask", "scriptTask", "sendTask", "receiveTask",
                    "businessRuleTask"})  # fmt: skip
_KINDS = {"startEvent": "start", "endEvent": "end", "exclusiveGateway": "exclusive", "parallelGateway": "parallel",
          **dict.fromkeys(_TASKS, "task")}  # fmt: skip
_TAGS = {"start": "startEvent", "end": "endEvent", "exclusive": "exclusiveGateway", "parallel": "parallelGateway",
         "task": "task"}  # fmt: skip
_SILENT = frozenset({"sequenceFlow", "documentation", "extensionElements", "laneSet", "textAnnotation", "association",
                     "ioSpecification", "dataObject", "dataObjectReference", "property"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """One element of a process; `kind` is start, end, task, exclusive or parallel. A task's name is its activity."""

    id: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as drawn. `flows` are (id, from node, to node), in the order of the file."""

    title: str
    nodes: dict[str, Node]
    flows: tuple[tuple[str, str, str], ...]
    place: str = field(default="", compare=False)
    """Where it was read from, for messages."""

    @property
    def activities(self) -> frozenset[str]:
        """The names of its tasks."""
        return frozenset(node.name for node in self.nodes.values() if node.kind == "task")


def read(path: Path) -> Process:
    """The process in a BPMN file. Raises DefinitionError for what cannot be read or would be misread."""
    try:
        size = path.stat().st_size
        text = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read ({error.strerror})") from error
    if size > MAX_BYTES:
        raise DefinitionError(f"{path}: {size:,} bytes; a process of at most {MAX_BYTES:,} can be drawn and read")
    return parse(text, str(path))


def parse(text: bytes, place: str = "the process") -> Process:
    """The process in BPMN XML; a document type is refused before anything is expanded (faults 33, 34)."""
    root = xml_text.read(text, place)
    drawn = list(root.all(f"{MODEL} process"))
    if len(drawn) != 1:
        raise DefinitionError(f"{place}: holds {len(drawn)} processes; draw exactly one")
    return _process(drawn[0], place)


def _process(element: Element, place: str) -> Process:
    nodes: dict[str, Node] = {}
    flows = []
    for child in element.children:
        if not child.name.startswith(f"{MODEL} "):
            continue
        tag, identity = child.name.rpartition(" ")[2], child.attributes.get("id", "")
        name = " ".join((child.attributes.get("name") or "").split())
        if tag == "sequenceFlow":
            flows.append((identity, child.attributes.get("sourceRef", ""), child.attributes.get("targetRef", "")))
        elif tag in _KINDS:
            _check(child, tag, name, place)
            nodes[identity] = Node(identity, _KINDS[tag], name)
        elif tag not in _SILENT:
            raise DefinitionError(
                f"{place}: <{tag}> {name or identity!r} is not understood; use tasks, exclusive and parallel gateways"
            )
    process = Process(element.attributes.get("name") or Path(place).stem, nodes, tuple(flows), place)
    _require_sound(process)
    return process


def _check(element: Element, tag: str, name: str, place: str) -> None:
    """A task needs a name; an event that waits for something, or a loop marker, would be misread."""
    inner = {child.name.rpartition(" ")[2] for child in element.children} - {"incoming", "outgoing", "documentation"}
    odd = sorted(word for word in inner if word.endswith(("Definition", "LoopCharacteristics")))
    if odd:
        raise DefinitionError(f"{place}: {name or tag!r} has {odd[0]}; draw loops with gateways and plain events")
    if _KINDS[tag] == "task" and not name:
        raise DefinitionError(
            f"{place}: a {tag} {element.attributes.get('id')!r} has no name; name it as the log names the activity"
        )


def _require_sound(process: Process) -> None:
    """Every flow joins two nodes, there is one start, and every node lies on a way from it to an end."""
    place, nodes = process.place, process.nodes
    for identity, source, target in process.flows:
        if source not in nodes or target not in nodes:
            raise DefinitionError(f"{place}: flow {identity!r} leads from or to nothing; connect both ends")
    starts = [node.id for node in nodes.values() if node.kind == "start"]
    ends = [node.id for node in nodes.values() if node.kind == "end"]
    if len(starts) != 1 or not ends:
        raise DefinitionError(
            f"{place}: {len(starts)} start and {len(ends)} end events; one start and an end are needed"
        )
    ways = [(source, target) for _, source, target in process.flows]
    ahead = reached(starts, ways)
    back = reached(ends, [(target, source) for source, target in ways])
    for node in nodes.values():
        if node.id not in ahead or node.id not in back:
            raise DefinitionError(f"{place}: {node.name or node.id!r} lies on no way from start to end; connect it")


def reached(starts: Iterable[str], ways: Iterable[tuple[str, str]]) -> set[str]:
    """Every node that can be reached along the ways, the starts included."""
    after: dict[str, list[str]] = {}
    for source, target in ways:
        after.setdefault(source, []).append(target)
    seen, waiting = set[str](), list(starts)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += after.get(node, [])
    return seen


def write(process: Process) -> bytes:
    """BPMN 2.0 XML with the drawing, so that any editor shows it as it is (no other program is asked to lay it out)."""
    parts = []
    for node in process.nodes.values():
        ends = [("incoming", f) for f, _, target in process.flows if target == node.id]
        ends += [("outgoing", f) for f, source, _ in process.flows if source == node.id]
        inner = "".join(written(side, {}, escaped(flow)) for side, flow in ends)
        named = {"name": node.name} if node.name else {}
        parts.append(written(_TAGS[node.kind], {"id": node.id, **named}, inner))
    for identity, source, target in process.flows:
        parts.append(written("sequenceFlow", {"id": identity, "sourceRef": source, "targetRef": target}))
    drawn = written("process", {"id": "process", "name": process.title, "isExecutable": "false"}, _lines(parts))
    diagram = _drawn(drawing({node.id: node.kind for node in process.nodes.values()}, process.flows))
    space = {"xmlns": MODEL, "xmlns:bpmndi": _DI, "xmlns:dc": _DC, "xmlns:di": _DD}
    root = written(
        "definitions", {**space, "targetNamespace": "urn:order-exception-control-tower"}, _lines([drawn, diagram])
    )
    return (xml_text.DECLARATION + root + "\n").encode("utf-8")


def _lines(parts: list[str]) -> str:
    return "\n" + "\n".join(parts) + "\n"


def _drawn(found: Drawing) -> str:
    parts = []
    for node, (x, y, width, height) in found.boxes.items():
        bounds = {"x": x, "y": y, "width": width, "height": height}
        inner = written("dc:Bounds", {name: f"{value:g}" for name, value in bounds.items()})
        parts.append(written("bpmndi:BPMNShape", {"id": f"{node}_shape", "bpmnElement": node}, inner))
    for flow, points in found.lines.items():
        inner = "".join(written("di:waypoint", {"x": f"{x:g}", "y": f"{y:g}"}) for x, y in points)
        parts.append(written("bpmndi:BPMNEdge", {"id": f"{flow}_edge", "bpmnElement": flow}, inner))
    plane = written("bpmndi:BPMNPlane", {"id": "plane", "bpmnElement": "process"}, _lines(parts))
    return written("bpmndi:BPMNDiagram", {"id": "diagram"}, plane)
