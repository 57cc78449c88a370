"""What does a drawn process say? BPMN 2.0 read into nodes and flows, and written back with its drawing.

Only the part of BPMN that states an order of activities: start and end events, tasks, exclusive and parallel
gateways, sequence flows. Anything else that would change the order is refused by name, never ignored. Knows no
log, no net and no library for mining; where the boxes stand is `bpmn_layout`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from control_tower.errors import DefinitionError
from process_mining.bpmn_layout import Drawing, drawing

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
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise DefinitionError(f"{place}: has a document type; BPMN needs none: remove it")
    safe = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(text, safe)
    except etree.XMLSyntaxError as error:
        raise DefinitionError(f"{place}: is no well-formed XML ({error})") from error
    drawn = list(root.iter(f"{{{MODEL}}}process"))
    if len(drawn) != 1:
        raise DefinitionError(f"{place}: holds {len(drawn)} processes; draw exactly one")
    return _process(drawn[0], place)


def _process(element: "etree._Element", place: str) -> Process:
    nodes: dict[str, Node] = {}
    flows = []
    for child in element.iterchildren(f"{{{MODEL}}}*"):
        tag, identity = child.tag.rpartition("}")[2], child.get("id", "")
        name = " ".join((child.get("name") or "").split())
        if tag == "sequenceFlow":
            flows.append((identity, child.get("sourceRef", ""), child.get("targetRef", "")))
        elif tag in _KINDS:
            _check(child, tag, name, place)
            nodes[identity] = Node(identity, _KINDS[tag], name)
        elif tag not in _SILENT:
            raise DefinitionError(
                f"{place}: <{tag}> {name or identity!r} is not understood; use tasks, exclusive and parallel gateways"
            )
    process = Process(element.get("name") or Path(place).stem, nodes, tuple(flows), place)
    _require_sound(process)
    return process


def _check(element: "etree._Element", tag: str, name: str, place: str) -> None:
    """A task needs a name; an event that waits for something, or a loop marker, would be misread."""
    inner = {str(child.tag).rpartition("}")[2] for child in element} - {"incoming", "outgoing", "documentation"}
    odd = sorted(word for word in inner if word.endswith(("Definition", "LoopCharacteristics")))
    if odd:
        raise DefinitionError(f"{place}: {name or tag!r} has {odd[0]}; draw loops with gateways and plain events")
    if _KINDS[tag] == "task" and not name:
        raise DefinitionError(
            f"{place}: a {tag} {element.get('id')!r} has no name; name it as the log names the activity"
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
    space: Any = {None: MODEL, "bpmndi": _DI, "dc": _DC, "di": _DD}
    root = etree.Element(f"{{{MODEL}}}definitions", nsmap=space, targetNamespace="urn:order-exception-control-tower")
    drawn = etree.SubElement(root, f"{{{MODEL}}}process", id="process", name=process.title, isExecutable="false")
    for node in process.nodes.values():
        element = etree.SubElement(drawn, f"{{{MODEL}}}{_TAGS[node.kind]}", id=node.id)
        if node.name:
            element.set("name", node.name)
        for side, place in (("incoming", 2), ("outgoing", 1)):
            for flow in process.flows:
                if flow[place] == node.id:
                    etree.SubElement(element, f"{{{MODEL}}}{side}").text = flow[0]
    for identity, source, target in process.flows:
        etree.SubElement(drawn, f"{{{MODEL}}}sequenceFlow", id=identity, sourceRef=source, targetRef=target)
    _draw(root, drawing({node.id: node.kind for node in process.nodes.values()}, process.flows))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _draw(root: "etree._Element", drawn: Drawing) -> None:
    diagram = etree.SubElement(root, f"{{{_DI}}}BPMNDiagram", id="diagram")
    plane = etree.SubElement(diagram, f"{{{_DI}}}BPMNPlane", id="plane", bpmnElement="process")
    for node, (x, y, width, height) in drawn.boxes.items():
        shape = etree.SubElement(plane, f"{{{_DI}}}BPMNShape", id=f"{node}_shape", bpmnElement=node)
        bounds = {"x": x, "y": y, "width": width, "height": height}
        etree.SubElement(shape, f"{{{_DC}}}Bounds", {name: f"{value:g}" for name, value in bounds.items()})
    for flow, points in drawn.lines.items():
        edge = etree.SubElement(plane, f"{{{_DI}}}BPMNEdge", id=f"{flow}_edge", bpmnElement=flow)
        for x, y in points:
            etree.SubElement(edge, f"{{{_DD}}}waypoint", x=f"{x:g}", y=f"{y:g}")
