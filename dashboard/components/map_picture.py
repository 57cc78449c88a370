"""What does the browser draw? A map of process_mining as nodes and edges with words, widths and tones. No Streamlit.

Every number becomes text here, by theme.py's formats; the JavaScript lays out and draws what it is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any, Final

from dashboard import theme
from dashboard.components.map_state import METRICS, Selection
from process_mining.directly_follows import Activity, Edge, Endpoint, Map
from process_mining.replay import Trace
from process_mining.service_map import Service
from process_mining.stay import Stay

TIMES: Final = {
    "median": "median_seconds",
    "mean": "mean_seconds",
    "p90": "p90_seconds",
    "total": "total_seconds",
    "service": "median_seconds",
}
START, END = "start:", "end:"
WORDS: Final = {
    "map": "Process map. Tab goes from step to step and path to path, arrow keys to the neighbour, Enter selects, "
    "Escape clears, plus and minus zoom, Shift with arrows moves the map.",
    "skip": "Skip the map", "tools": "Map tools", "zoom_in": "Zoom in (+)", "zoom_out": "Zoom out (−)",
    "fit": "Show all (0)", "animate": "Play the cases over time", "save_svg": "Save as SVG", "save_png": "Save as PNG",
    "selected": "Selected: %", "cleared": "Nothing selected", "play": "Play", "pause": "Pause", "time": "Day shown",
    "pace": "Pace", "replay": "Cases over time", "under_way": "% under way",
}  # fmt: skip
Stays = Mapping[str, Mapping[str, float | None]]
"""Activity → number ("median", "mean", "p90", "total") → seconds until the case goes on; None = not reached.

Under the metric "service": seconds that the work itself takes."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the map is looked at: its numbers, its mode ("light" or "dark"), what is selected."""

    metric: str
    mode: str
    selection: Selection
    stays: Stays

    @property
    def is_time(self) -> bool:
        """Whether the map is about time rather than counts."""
        return self.metric in TIMES

    @property
    def is_service(self) -> bool:
        """Whether steps show service and paths waiting."""
        return self.metric == "service"

    @property
    def palette(self) -> Sequence[str]:
        """The colours, few or short first; those of service after those of waiting."""
        if self.is_service:
            return theme.WAITING + theme.SERVICE
        return theme.WAITING if self.is_time else theme.FREQUENT


def stays_of(found: Sequence[Stay]) -> Stays:
    """The stays by activity. A mean exists only where nobody waits any more."""
    return {
        one.activity: {
            "median": one.median_seconds,
            "mean": one.total_seconds / one.stays if not one.waiting else None,
            "p90": one.p90_seconds,
            "total": one.total_seconds,
        }
        for one in found
    }


def services_of(found: Mapping[str, Service]) -> Stays:
    """What the work itself takes, by activity."""
    return {
        name: {"median": one.median_seconds, "service": one.median_seconds, "mean": one.mean_seconds, "p90": one.p90_seconds,
               "total": one.total_seconds} for name, one in found.items()
    }  # fmt: skip


def node_id(name: str) -> str:
    """How the browser names a step."""
    return f"n:{name}"


def edge_id(source: str, target: str) -> str:
    """How the browser names a path."""
    return f"e:{source}\n{target}"


def selected_id(selection: Selection) -> str | None:
    """The selection as the browser names it."""
    if not selection:
        return None
    return edge_id(selection.step, selection.then) if selection.then else node_id(selection.step)


def selection_of(part: object) -> Selection:
    """What the browser named; nothing for anything it cannot have drawn."""
    if not isinstance(part, str):
        return Selection()
    if part.startswith("n:"):
        return Selection(part[2:])
    source, _, target = part[2:].partition("\n")
    return Selection(source, target) if part.startswith("e:") and target else Selection()


def picture(shown: Map, look: Look, file_name: str, replay: dict[str, Any] | None = None) -> dict[str, Any]:
    """Everything that the component draws."""
    nodes = {one.name: node_value(one, look) for one in shown.activities}
    edges = [edge_value(one, look) for one in shown.edges] if look.is_time else []
    scale = Scale.of(edges if look.is_service else [*nodes.values(), *edges])
    own = Scale.of(list(nodes.values())) if look.is_service else scale
    widest = max([one.events for one in shown.edges] + [one.cases for one in (*shown.start, *shown.end)], default=1)
    return {
        "nodes": [
            terminal(START, "start", "Start", f"Start of {_many(shown.start)}"),
            *(_node(one, look, own) for one in shown.activities),
            terminal(END, "end", "End", f"End of {_many(shown.end)}"),
        ],
        "edges": [
            *(_end(START, node_id(one.name), one, widest) for one in shown.start),
            *(_edge(one, look, scale, widest) for one in shown.edges),
            *(_end(node_id(one.name), END, one, widest) for one in shown.end),
        ],
        "selected": selected_id(look.selection),
        "palette": list(look.palette),
        "inks": [theme.ink_on(colour) for colour in look.palette],
        "legend": _legend(look, scale, own),
        "words": WORDS,
        "file_name": file_name,
        "replay": replay,
    }


def node_value(one: Activity, look: Look) -> float | None:
    """The number that colours a step: its stay, or its count."""
    if look.is_time:
        return look.stays.get(one.name, {}).get(look.metric)
    return one.events if look.metric == "events" else one.cases


def edge_value(one: Edge, look: Look) -> float | None:
    """The number that labels a path."""
    found: float | None = getattr(one, TIMES.get(look.metric, look.metric))
    return found


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers to tones of the palette, by their logarithm: few steps of equal ratio."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float | None]) -> "Scale":
        """The scale from the smallest to the largest known number."""
        known = [value for value in values if value is not None]
        return cls(min(known, default=0), max(known, default=0))

    def tone(self, value: float | None) -> int | None:
        """Which colour of the palette; None without a number."""
        if value is None:
            return None
        span = log1p(self.high) - log1p(self.low)
        part = (log1p(value) - log1p(self.low)) / span if span else 0.4
        return min(int(part * len(theme.WAITING)), len(theme.WAITING) - 1)


def number(value: float | None, look: Look) -> str:
    """A number of the metric as people read it."""
    if value is None:
        return ""
    return seconds(value) if look.is_time else theme.count(value)


def seconds(value: float | None) -> str:
    """A duration of process_mining as people read it."""
    return theme.hours(None if value is None else value / 3600)


def _node(one: Activity, look: Look, scale: Scale) -> dict[str, Any]:
    stay = look.stays.get(one.name, {})
    many = theme.count(one.events if look.metric == "events" else one.cases)
    time = number(stay.get(look.metric), look) if look.is_time else seconds(stay.get("median")) if stay else ""
    time = "" if time == theme.NO_VALUE else time
    label = " · ".join(part for part in ((time, many) if look.is_time else (many, time)) if part)
    said = f"; {'service' if look.is_service else 'stays'} {seconds(stay.get('median'))} (median)" if time else ""
    tone, many_of = scale.tone(node_value(one, look)), "pieces of work" if look.is_service else "events"
    return {
        "id": node_id(one.name),
        "kind": "activity",
        "name": one.name,
        "label": label,
        "tone": tone + len(theme.WAITING) if look.is_service and tone is not None else tone,
        "tip": f"{one.name}: {theme.count(one.cases)} cases, {theme.count(one.events)} {many_of}{said}",
    }


def _edge(one: Edge, look: Look, scale: Scale, widest: int) -> dict[str, Any]:
    times = (
        "waiting " if look.is_service else ""
    ) + f"median {seconds(one.median_seconds)}, nine of ten within {seconds(one.p90_seconds)}"
    return {
        "id": edge_id(one.source, one.target),
        "kind": "flow",
        "from": node_id(one.source),
        "to": node_id(one.target),
        "label": number(edge_value(one, look), look),
        "weight": _weight(one.events, widest),
        "tone": scale.tone(edge_value(one, look)) if look.is_time else None,
        "tip": f"{one.source} → {one.target}: {theme.count(one.cases)} cases, {theme.count(one.events)} times; {times}",
    }


def terminal(part: str, kind: str, name: str, tip: str) -> dict[str, Any]:
    """The start or the end of all cases."""
    return {"id": part, "kind": kind, "name": name, "label": "", "tone": None, "tip": tip}


def rim(source: str, target: str, said: str) -> dict[str, Any]:
    """The way from the start to a first step, or from a last one to the end."""
    return {
        "id": f"r:{source}\n{target}", "kind": "rim", "from": source, "to": target, "tone": None, "label": "", "weight": 0.1,
        "tip": said,
    }  # fmt: skip


def _end(source: str, target: str, one: Endpoint, widest: int) -> dict[str, Any]:
    said = f"{one.name} is the {'first' if source == START else 'last'} step of {theme.count(one.cases)} cases"
    return rim(source, target, said) | {"label": theme.count(one.cases), "weight": _weight(one.cases, widest)}


def _many(ends: Sequence[Endpoint]) -> str:
    return f"{theme.count(sum(one.cases for one in ends))} cases"


def _weight(events: float, widest: float) -> float:
    """Frequency as 0–1 of the widest line, by its square root: the area of a line is what the eye compares."""
    return round((events / widest) ** 0.5, 4) if widest else 0.0


def _legend(look: Look, scale: Scale, own: Scale) -> dict[str, Any]:
    ends = {"low": number(scale.low, look), "high": number(scale.high, look)}
    if look.is_service:
        service = {
            "colour": "Step: service, median",
            "low": seconds(own.low),
            "high": seconds(own.high),
            "colours": theme.SERVICE,
        }
        waiting = {"colour": "Path: waiting before the next, median", "colours": theme.WAITING, **ends}
        return {**waiting, "width": "Width: how often", "others": [service]}
    colour = f"{METRICS[look.metric]} until the next step" if look.is_time else f"{METRICS[look.metric]} of a step"
    return {"colour": colour, **ends, "width": "Width: how often"}


def replay_of(traces: Sequence[Trace]) -> dict[str, Any]:
    """The sampled cases as the browser plays them: seconds after the first of all steps."""
    since = min((steps[0][1] for _, steps in traces), default=0.0)
    until = max((steps[-1][1] for _, steps in traces), default=0.0)
    return {
        "since": since,
        "until": until,
        "cases": [[[node_id(name), round(at - since)] for name, at in steps] for _, steps in traces],
    }
