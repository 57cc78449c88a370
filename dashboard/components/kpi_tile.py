"""How does a KPI become a tile? Value, change in the direction of its header, target, 13 weeks, n, definition."""

import re

from control_tower.definitions import KpiDefinition
from control_tower.kpi.value import KpiValue
from dashboard import figures, theme
from dashboard.components.tile import Tile, verdict
from dashboard.figures import Figures

#: how the rows that n counts are called
_ROWS = {"order_line": "order lines", "correlation": "failures", "delivery": "deliveries", "pair": "pairs"}


def build(found: Figures, name: str, currency: str, label: str = "", has_trend: bool = True) -> Tile:
    """The tile of one KPI, without a way to its rows; "too few" and "not available because …" are states of it, never blanks or 0."""
    one, now = figures.definition(name), found.now(name)
    title, told = label or one.title, definition_text(one)
    if now.figure is None or (now.value is None and not now.too_few):
        return Tile(title, None, reason(now, one), told)
    if now.too_few:
        n = f"{theme.count(now.n)} {rows_word(one)}" if now.n else f"no {rows_word(one)} in this period"
        return Tile(title, "too few", f"{n}; too few to judge", told)
    if now.value is None:
        return Tile(title, None, reason(now, one), told)
    earlier = None if found.whole else found.before(name)
    change = None
    if earlier is not None and earlier.value is not None and not earlier.too_few:
        change = now.value - earlier.value
        change = 0.0 if difference(change, one.unit, currency) == difference(0, one.unit, currency) else change
    goal = figures.target(name)
    return Tile(
        label=title,
        value=theme.quantity(now.value, one.unit, currency),
        note=sample(now, one),
        definition=told,
        change=change,
        change_words=difference(change or 0, one.unit, currency),
        better=one.better,
        trend=found.trend(name) if has_trend else [],
        target=f"{'≤' if one.better == 'lower' else '≥'} {theme.quantity(goal, one.unit, currency)}" if goal else "",
        goal=goal,
        baseline=against_baseline(name, now.value, currency),
        is_met=None if goal is None else (now.value <= goal if one.better == "lower" else now.value >= goal),
    )


def against_baseline(name: str, value: float, currency: str) -> str:
    """Such as "baseline 160.0, better by 16.4"; empty where the policy states none."""
    stated, one = figures.baseline(name), figures.definition(name)
    if stated is None:
        return ""
    words = difference(value - stated, one.unit, currency)
    judged = verdict(value - stated if words != difference(0, one.unit, currency) else 0, one.better)
    told = f", {judged}" if judged == "unchanged" else f", {judged} by {words}" if judged else ""
    return f"baseline {theme.quantity(stated, one.unit, currency)}{told}"


def definition_text(one: KpiDefinition) -> str:
    """What stands behind the ⓘ: question, formula, number and owner."""
    return f"{one.question} {one.formula[0].upper()}{one.formula[1:]}. {one.number or 'No number'}, owner {one.owner}, {one.better} is better."


def difference(change: float, unit: str, currency: str) -> str:
    """A change without its sign, in the KPI's unit; of rates in points."""
    return theme.points(change) if unit == "percent" else theme.quantity(abs(change), unit, currency)


def sample(value: KpiValue, one: KpiDefinition) -> str:
    """The small print: numerator and denominator of a ratio, else n."""
    if one.aggregate == "ratio" and value.numerator is not None and one.unit in ("percent", "per_1000"):
        joined = "of" if one.unit == "percent" else "on"
        return f"{theme.count(round(value.numerator))} {joined} {theme.count(round(value.denominator or 0))} {rows_word(one)}"
    return f"n = {theme.count(value.n)} {rows_word(one)}"


def rows_word(one: KpiDefinition) -> str:
    """What n counts, in the trade's plural."""
    if one.once_per:
        return "amounts"
    return _ROWS.get(one.grain, f"{theme.words(one.grain)}s")


def reason(value: KpiValue, one: KpiDefinition) -> str:
    """Why there is no number, in the trade's words instead of relations and columns."""
    text = value.not_available or "no value"
    for relation in sorted(one.needs, key=len, reverse=True):
        table, _, column = relation.partition(".")
        what = theme.words(table.removeprefix("core_").removeprefix("mart_"))
        stated = theme.words(column.removesuffix("_amount").removesuffix("_at").removesuffix("_qty"))
        text = text.replace(f"{relation} holds no value in this build", f"no {what} states its {stated}")
        text = text.replace(f"{table} is empty in this build", f"this build holds no {what}s")
    return re.sub(rf"\b{one.name}\b", one.title, text).removesuffix(".") + "."
