"""How does a large map become readable? The most frequent activities and paths, never an island.

Pure: a map in, a smaller map out. Numbers of what stays are not changed (a hidden activity is not bridged by an edge that
nobody walked), and totals stay those of the cohort.
"""

import heapq
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import ceil

from process_mining.directly_follows import Map

_START, _END = "\0start", "\0end"
"""No activity is called so: names in a log hold no NUL."""
Arc = tuple[str, str]


def simplified(
    whole: Map, activities_percent: float = 100, paths_percent: float = 100, always: Collection[tuple[str, ...]] = ()
) -> Map:
    """The map cut to the most frequent activities and paths, by events.

    Of the activities the most frequent `activities_percent` % stay (at least one), and those through which their widest
    way from a start and to an end leads: the way whose thinnest edge is thickest. Of the paths among them, starts and
    ends included, the most frequent `paths_percent` % stay, each activity's strongest way in and out, and the widest
    ways: so every activity that stays can be reached from a start and reaches an end. Ties by name. What is in
    `always`, activities (name,) and paths (from, to), stays however rare it is.

    Raises: ValueError for a share outside 0 to 100.
    """
    for share in (activities_percent, paths_percent):
        if not 0 <= share <= 100:
            raise ValueError(f"{share} is no share; give 0 to 100 percent")
    arcs = _arcs(whole)
    into, out = _widest(arcs, _START), _widest({(b, a): n for (a, b), n in arcs.items()}, _END)
    most = max(1, ceil(len(whole.activities) * activities_percent / 100))
    wanted = dict.fromkeys(
        [*(one.name for one in whole.activities[:most]), *(name for kept in always for name in kept)]
    )
    backbone = {arc for name in wanted for arc in _way(into, name)}
    backbone |= {(b, a) for name in wanted for a, b in _way(out, name)}
    names = ({name for arc in backbone for name in arc} | set(wanted)) - {_START, _END}
    among = {arc: n for arc, n in arcs.items() if set(arc) <= names | {_START, _END}}
    ranked = sorted(among, key=lambda arc: (-among[arc], arc))
    chosen = {*ranked[: ceil(len(ranked) * paths_percent / 100)], *backbone, *_strongest(ranked), *always}
    return replace(
        whole,
        activities=tuple(one for one in whole.activities if one.name in names),
        edges=tuple(edge for edge in whole.edges if (edge.source, edge.target) in chosen),
        start=tuple(one for one in whole.start if (_START, one.name) in chosen),
        end=tuple(one for one in whole.end if (one.name, _END) in chosen),
    )


def _arcs(whole: Map) -> dict[Arc, int]:
    arcs = {(edge.source, edge.target): edge.events for edge in whole.edges}
    arcs |= {(_START, one.name): one.cases for one in whole.start}
    return arcs | {(one.name, _END): one.cases for one in whole.end}


def _widest(arcs: dict[Arc, int], root: str) -> dict[str, str]:
    """Node → the node before it on its widest way from the root (Dijkstra with the minimum in place of the sum)."""
    leaving: dict[str, list[tuple[int, str]]] = {}
    for (source, target), n in arcs.items():
        leaving.setdefault(source, []).append((n, target))
    before, waiting = dict[str, str](), [(0, root, root, 2**63)]
    while waiting:
        _, node, came_from, width = heapq.heappop(waiting)
        if node in before:
            continue
        before[node] = came_from
        for n, target in leaving.get(node, ()):
            if target not in before:
                heapq.heappush(waiting, (-min(width, n), target, node, min(width, n)))
    return before


def _way(before: dict[str, str], name: str) -> Iterable[Arc]:
    """The arcs of the widest way from the root to a node; none where there is none."""
    while name in before and before[name] != name:
        yield before[name], name
        name = before[name]


def _strongest(ranked: list[Arc]) -> set[Arc]:
    """Of arcs in order of strength, each node's first one in and first one out, loops on itself left out."""
    ways = [arc for arc in ranked if arc[0] != arc[1]]
    first_in = {target: (source, target) for source, target in reversed(ways)}
    first_out = {source: (source, target) for source, target in reversed(ways)}
    return {*first_in.values(), *first_out.values()}
