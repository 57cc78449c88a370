"""Where does each box of a process stand, and which way do its arrows run? A layered drawing from left to right.

Layer = longest way from the start, loops turned round; within a layer nodes stand near their neighbours; arrows
run in right angles between the columns and through no box, loops below everything. Knows ids and kinds only, never what they mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

SIZES: Final = {"task": (120, 60), "exclusive": (44, 44), "parallel": (44, 44), "start": (34, 34), "end": (34, 34)}
_GAP, _ROW, _MARGIN = 42, 84, 40
_SWEEPS = 12
Flow = tuple[str, str, str]
Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """`boxes`: node → (x, y, width, height); `lines`: flow → its bends from border to border."""

    boxes: dict[str, Box]
    lines: dict[str, list[Point]]


def drawing(kinds: dict[str, str], flows: Sequence[Flow]) -> Drawing:
    """The drawing of a connected process with one start; deterministic for the same nodes and flows in order."""
    back = _back_flows(kinds, flows)
    ahead = [flow for flow in flows if flow[0] not in back]
    layer = _layers(list(kinds), [(source, target) for _, source, target in ahead])
    bends = _bends(layer, ahead)
    links = [pair for flow, source, target in ahead for pair in pairwise([source, *bends[flow], target])]
    order = _ordered(layer, links)
    row = _rows(order, links)
    left, widest = _columns(kinds, order)
    boxes = {}
    for node, kind in kinds.items():
        width, height = SIZES[kind]
        x = left[layer[node]] + (widest[layer[node]] - width) / 2
        boxes[node] = (x, _MARGIN + row[node] * _ROW + (SIZES["task"][1] - height) / 2, float(width), float(height))
    lines = {}
    floor = max((y + h for _, y, _, h in boxes.values()), default=0.0)
    for flow, source, target in flows:
        if flow in back:
            floor += 20
            turns = left[layer[source] + 1] - _GAP / 2, left[layer[target]] - _GAP / 2
            lines[flow] = _loop(boxes[source], boxes[target], turns, floor)
        else:
            via = [(left[layer[bend]], _MARGIN + row[bend] * _ROW + SIZES["task"][1] / 2) for bend in bends[flow]]
            lines[flow] = _bent(boxes[source], boxes[target], [*via, (left[layer[target]], _middle(boxes[target]))])
    return Drawing(boxes, lines)


def _bends(layer: dict[str, int], ahead: Sequence[Flow]) -> dict[str, list[str]]:
    """A place of its own in every column that a flow passes, so that no arrow runs through a box. Adds them to `layer`."""
    found: dict[str, list[str]] = {}
    for flow, source, target in ahead:
        found[flow] = [f"{flow} at {column}" for column in range(layer[source] + 1, layer[target])]
        layer |= {bend: layer[source] + 1 + step for step, bend in enumerate(found[flow])}
    return found


def _columns(kinds: dict[str, str], order: list[list[str]]) -> tuple[list[float], list[int]]:
    """Left edge and width of each column: one of gateways only is narrow."""
    widest = [max((SIZES[kinds[node]][0] for node in column if node in kinds), default=0) for column in order]
    left = [float(_MARGIN)]
    for width in widest:
        left.append(left[-1] + width + _GAP)
    return left, widest


def _back_flows(kinds: dict[str, str], flows: Sequence[Flow]) -> set[str]:
    """Flows that close a loop, found by going depth first from the start without recursion."""
    after: dict[str, list[Flow]] = {node: [] for node in kinds}
    for flow in flows:
        after[flow[1]].append(flow)
    found, state = set[str](), dict[str, str]()
    starts = [node for node, kind in kinds.items() if kind == "start"] + list(kinds)
    for start in starts:
        if start in state:
            continue
        state[start] = "open"
        trail = [(start, iter(after[start]))]
        while trail:
            node, ways = trail[-1]
            for name, _, target in ways:
                if state.get(target) == "open":
                    found.add(name)
                elif target not in state:
                    state[target] = "open"
                    trail.append((target, iter(after[target])))
                    break
            else:
                state[node] = "done"
                trail.pop()
    return found


def _layers(nodes: list[str], ahead: Sequence[tuple[str, str]]) -> dict[str, int]:
    layer = dict.fromkeys(nodes, 0)
    waiting = dict.fromkeys(nodes, 0)
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in ahead:
        waiting[target] += 1
        after[source].append(target)
    ready = [node for node in nodes if not waiting[node]]
    while ready:
        node = ready.pop(0)
        for target in after[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer


def _ordered(layer: dict[str, int], ahead: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Layers with their nodes from top to bottom: each sweep puts a node at the mean place of its neighbours."""
    columns: list[list[str]] = [[] for _ in range(max(layer.values(), default=0) + 1)]
    for node, number in layer.items():
        columns[number].append(node)
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        near: dict[str, list[str]] = {}
        for source, target in ahead:
            near.setdefault(target if is_down else source, []).append(source if is_down else target)
        place = {node: rank / max(len(column) - 1, 1) for column in columns for rank, node in enumerate(column)}
        for column in columns:
            mean = {
                node: sum(place[other] for other in near[node]) / len(near[node]) if node in near else place[node]
                for node in column
            }
            column.sort(key=mean.__getitem__)
    return columns


def _rows(columns: list[list[str]], ahead: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Rows as near as may be to the neighbours' mean, at least one apart within a column."""
    tallest = max((len(column) for column in columns), default=1)
    row = {
        node: rank + (tallest - len(column)) / 2 for column in columns for rank, node in enumerate(column)
    }  # fmt: skip
    near: dict[str, list[str]] = {}
    for source, target in ahead:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else reversed(columns):
            wished = [sum(row[o] for o in near[n]) / len(near[n]) if n in near else row[n] for n in column]
            row |= zip(column, _spread(wished), strict=True)
    return _on_lines(columns, row)


def _on_lines(columns: list[list[str]], row: dict[str, float]) -> dict[str, float]:
    """The same on whole rows, so that what follows in a row is drawn straight; the order within a column stays."""
    placed: dict[str, float] = {}
    for column in columns:
        last = -1e9
        for node in column:
            placed[node] = last = max(float(round(row[node])), last + 1)
    top = min(placed.values(), default=0.0)
    return {node: at - top for node, at in placed.items()}


def _spread(wished: list[float]) -> list[float]:
    """Places at least one apart, in this order, with the least squared distance from what was wished."""
    blocks: list[tuple[float, int]] = []
    for number, wish in enumerate(wished):
        blocks.append((wish - number, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
    flat = [mean for mean, count in blocks for _ in range(count)]
    return [mean + number for number, mean in enumerate(flat)]


def _middle(box: Box) -> float:
    return box[1] + box[3] / 2


def _bent(a: Box, b: Box, via: list[Point]) -> list[Point]:
    """Out at the right, one bend before each column where the row changes, in at the left."""
    points = [(a[0] + a[2], _middle(a))]
    for column, y in via:
        if abs(points[-1][1] - y) >= 1:
            turn = column - _GAP / 2
            points += [(turn, points[-1][1]), (turn, y)]
    return [*points, (b[0], _middle(b))]


def _loop(a: Box, b: Box, turns: tuple[float, float], floor: float) -> list[Point]:
    """Out at the right, down between the columns, along below everything, up and in at the left."""
    (out, into), start, end = turns, (a[0] + a[2], _middle(a)), (b[0], _middle(b))
    return [start, (out, start[1]), (out, floor), (into, floor), (into, end[1]), end]
