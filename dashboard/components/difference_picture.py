"""What does the browser draw of two sets of cases? One map of their differences, or each side's own map. No Streamlit.

Colour says which side and how much, and only where the difference is beyond chance; words say the same without colour.
Every number becomes text here; the JavaScript lays out and draws what it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dashboard import theme
from dashboard.components import map_picture
from dashboard.components.map_picture import Scale, edge_id, node_id, seconds
from dashboard.components.map_state import Selection
from process_mining.difference import Change, Measure, Overlay, Part, Side
from process_mining.directly_follows import Map

STRENGTHS: Final[dict[Measure, tuple[float, float]]] = {"share": (0.05, 0.15), "time": (1.25, 2.0)}
"""From which difference on a colour is middling and strong: shares (0–1) apart, one time as a multiple of the other."""
MIDDLE: Final = 3
"""The grey between both halves of the palette."""
WORDS: Final = {word: said for word, said in map_picture.WORDS.items() if word != "animate"} | {
    "map": map_picture.WORDS["map"].replace("Process map", "Map of differences")
}


@dataclass(frozen=True, slots=True)
class Look:
    """How the differences are looked at: the measure, the mode, what is selected, and what the sides are called.

    `marks` say that only the first or only the second side has a part: "new" and "gone", or names.
    """

    measure: Measure
    mode: str
    selection: Selection
    names: tuple[str, str]
    marks: tuple[str, str]


def picture(overlay: Overlay, drawn: Map, look: Look) -> dict[str, Any]:
    """Both maps as one: colour by who has more, grey where nothing is beyond chance, dashed where one side has none."""
    palette = theme.DIFFERENT[look.mode]
    steps = [_part(overlay.parts[(one.name, None)], look) for one in drawn.activities]
    paths = [_part(overlay.parts[(one.source, one.target)], look) for one in drawn.edges]
    return _framed(drawn, look, palette, (steps, paths), "differences") | {"legend": _legend(look)}


def beside(overlay: Overlay, drawn: Map, look: Look, side: int) -> dict[str, Any]:
    """The map of one side, with the layout, widths and colours of both, so that the two can be compared by eye."""
    parts = [overlay.parts[(one.name, None)] for one in drawn.activities]
    arcs = [overlay.parts[(one.source, one.target)] for one in drawn.edges]
    scale = Scale.of([_amount(one, look.measure) for part in (*parts, *arcs) for one in (part.first, part.second)])
    palette = theme.WAITING if look.measure == "time" else theme.FREQUENT
    steps, paths = ([_of_side(part, look, side, scale) for part in some] for some in (parts, arcs))
    said = (
        "Share of cases"
        if look.measure == "share"
        else "Median time: of a step since the case began, of a path from step to step"
    )
    legend = {
        "colour": said,
        "low": _value(scale.low, look.measure),
        "high": _value(scale.high, look.measure),
        "width": "Width: share of cases",
    }
    return _framed(drawn, look, palette, (steps, paths), f"map_of_{'first' if side == 0 else 'second'}") | {
        "legend": legend
    }


def said(part: Part, look: Look) -> str:
    """One part in words: both sides and how sure the difference is."""
    name = part.step if part.then is None else f"{part.step} → {part.then}"
    first, second = (theme.percent(one.share, 1) for one in (part.first, part.second))
    return f"{name}: {first} of {look.names[0]}, {second} of {look.names[1]}; {change_words(part.change(look.measure), look)}"


def change_words(change: Change, look: Look) -> str:
    """A difference with its interval, and whether it is beyond chance."""
    if change.value is None:
        return "only one side has a time here"
    likely = ""
    if change.low is not None and change.high is not None:
        likely = f", likely {amount(change.low, look.measure)} to {amount(change.high, look.measure)}"
    sure = "beyond chance" if change.is_different else "within chance"
    return f"{amount(change.value, look.measure)}{likely} ({sure})"


def amount(value: float | None, measure: Measure) -> str:
    """A signed difference as people read it."""
    if value is None:
        return theme.NO_VALUE
    if measure == "share":
        return f"{100 * value:+.1f} points".replace("-", "−")
    return ("−" if value < 0 else "+") + seconds(abs(value))


def tone(part: Part, measure: Measure) -> int | None:
    """Which colour of the palette: 0–2 the second side has more (0 = most), 4–6 the first; None within chance."""
    change = part.change(measure)
    if not change.is_different or not change.value:
        return None
    middling, strong = STRENGTHS[measure]
    size = abs(change.value) if measure == "share" else _ratio(part)
    far = 3 if size >= strong else 2 if size >= middling else 1
    return MIDDLE + far if change.value > 0 else MIDDLE - far


def _ratio(part: Part) -> float:
    """The longer median as a multiple of the shorter; a time of 0 counts as a second."""
    medians = [max(one.median_seconds, 1) for one in (part.first, part.second) if one.median_seconds is not None]
    if len(medians) < 2:
        raise ValueError(f"{part.step}: only one side has a time, so there is no difference of times to draw")
    return max(medians) / min(medians)


def _part(part: Part, look: Look) -> dict[str, Any]:
    found = part.change(look.measure)
    colour = tone(part, look.measure)
    mark = look.marks[part.only] if part.only is not None else ""
    sides = " | ".join(_of(one, look.measure) for one in (part.first, part.second))
    sure = amount(found.value, look.measure).removesuffix(" points") if found.is_different else ""
    words = [word for word in (mark, sure) if word]
    label = " ".join(words) if part.then is not None else " · ".join([*words, sides])
    return _drawn(part, look) | {"label": label, "tone": colour, "is_one_sided": bool(mark)}


def _of_side(part: Part, look: Look, side: int, scale: Scale) -> dict[str, Any]:
    one, other = (part.first, part.second)[:: 1 if side == 0 else -1]
    label, room = _of(one, look.measure), _of(other, look.measure)
    return _drawn(part, look) | {
        "label": label, "room": max(label, room, key=lambda text: (len(text), text)), "weight": round(one.share**0.5, 4), "is_absent": not one.cases,
        "tone": scale.tone(_amount(one, look.measure)) if one.cases else None,
    }  # fmt: skip


def _drawn(part: Part, look: Look) -> dict[str, Any]:
    """What every picture says of a part: its id, its ends, its words, its place in the layout."""
    most = round(max(part.first.share, part.second.share) ** 0.5, 4)
    if part.then is None:
        return {"id": node_id(part.step), "kind": "activity", "name": part.step, "tip": said(part, look)}
    return {
        "id": edge_id(part.step, part.then), "kind": "flow", "from": node_id(part.step), "to": node_id(part.then),
        "weight": most, "place": most, "tip": said(part, look),
    }  # fmt: skip


def _amount(side: Side, measure: Measure) -> float | None:
    return side.share if measure == "share" else side.median_seconds


def _of(side: Side, measure: Measure) -> str:
    return _value(_amount(side, measure), measure) if side.cases else theme.NO_VALUE


def _value(value: float | None, measure: Measure) -> str:
    return theme.percent(value, 1, 0) if measure == "share" else seconds(value)


def _framed(
    drawn: Map, look: Look, palette: Sequence[str], parts: tuple[list[dict[str, Any]], list[dict[str, Any]]], name: str
) -> dict[str, Any]:
    """The parts between the start and the end of the cases."""
    steps, paths = parts
    rims = [
        map_picture.rim(map_picture.START, node_id(one.name), f"{one.name} is the first step") for one in drawn.start
    ]
    rims += [map_picture.rim(node_id(one.name), map_picture.END, f"{one.name} is the last step") for one in drawn.end]
    return {
        "nodes": [
            map_picture.terminal(map_picture.START, "start", "Start", "Start of the cases"),
            *steps,
            map_picture.terminal(map_picture.END, "end", "End", "Where the cases end or stand now"),
        ],
        "edges": [*rims, *paths],
        "selected": map_picture.selected_id(look.selection),
        "palette": list(palette),
        "inks": [theme.ink_on(colour) for colour in palette],
        "words": WORDS,
        "file_name": name,
        "replay": None,
    }  # fmt: skip


def _legend(look: Look) -> dict[str, Any]:
    middling, strong = STRENGTHS[look.measure]
    steps = (
        f"{100 * middling:.0f} and {100 * strong:.0f} points"
        if look.measure == "share"
        else f"{middling:g} and {strong:g} times"
    )
    more = "more often" if look.measure == "share" else "longer"
    numbers = "Share of cases" if look.measure == "share" else "Median time since the case began"
    return {
        "colour": f"Darker from {steps}",
        "low": f"{more} in {look.names[1]}",
        "high": f"{more} in {look.names[0]}",
        "width": "Width: share of cases",
        "notes": [
            "Grey: within chance",
            f"Dashed: {look.marks[0]} or {look.marks[1]}",
            f"On a step: {numbers.lower()}, {look.names[0]} | {look.names[1]}",
        ],
    }
