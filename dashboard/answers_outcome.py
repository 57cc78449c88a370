"""What is the Outcomes page's answer in plain words? Sentences for executives; no Streamlit, no query."""

import pandas as pd

from control_tower.ledger.compared import Comparison, Measure
from control_tower.ledger.effect import Effect, Verdict
from dashboard import theme

_DAYS_FROM = 72
"""Hours from which on a duration is said in days."""


def outcomes(found: Comparison, totals: pd.DataFrame, currency: str) -> str:
    """Whether the decisions helped, likely by how much, and what they brought of what was expected."""
    n = int(totals["n"].sum()) if len(totals) else 0
    if not n and not found.decided:
        return "Nothing was decided yet, so there is nothing to judge."
    return f"{_helped(found)} {_brought(totals, currency)}".strip()


def _helped(found: Comparison) -> str:
    effect = found.effect
    if effect.low is None or effect.high is None:
        return f"Cannot tell whether decided cases were fixed sooner: {effect.why}."
    among = f"compared with similar cases nobody had decided on by then ({theme.count(effect.sets)} decisions)"
    if effect.verdict is Verdict.HELPS:
        return f"Yes: decided cases were fixed sooner, likely between {span(-effect.high, -effect.low)}, {among}."
    if effect.verdict is Verdict.HARMS:
        return f"No: decided cases were fixed later, likely between {span(effect.low, effect.high)}, {among}."
    return f"Cannot tell whether decided cases were fixed sooner: {effect.why}."


def _brought(totals: pd.DataFrame, currency: str) -> str:
    measured = int(totals["measured"].sum()) if len(totals) else 0
    if not measured:
        return "No decision's benefit has been measured yet."
    got, wanted = float(totals["realised_amount"].sum()), float(totals["expected_amount"].sum())
    of = f", {theme.percent(got, wanted, 0)} of what was expected" if wanted > 0 else ""
    return f"The {theme.count(measured)} that are measured brought {theme.money(got, currency)}{of}."


def difference(effect: Effect, measure: Measure) -> tuple[str, str | None]:
    """The effect as a tile's label and value: what is better or worse, and by how much; None without a comparison."""
    words = ("Fixed sooner by", "Fixed later by") if measure is Measure.HOURS else ("Less late by", "Later by")
    if effect.value is None:
        return words[0], None
    return words[effect.value > 0], _size(abs(effect.value), measure, abs(effect.value))


def likely(effect: Effect, measure: Measure) -> str:
    """The interval in words: "likely between 3 h and 1 h sooner", "between 3 h sooner and 1 h later"; or why there is none."""
    if effect.low is None or effect.high is None:
        return effect.why
    widest = max(abs(effect.low), abs(effect.high))
    less, more = ("sooner", "later") if measure is Measure.HOURS else ("less late", "later")
    ends = sorted((effect.low, effect.high), key=abs) if effect.low * effect.high > 0 else [effect.low, effect.high]
    (near, near_word), (far, far_word) = ((_size(abs(end), measure, widest), less if end < 0 else more) for end in ends)
    return f"likely between {near}{'' if near_word == far_word else ' ' + near_word} and {far} {far_word}"


def span(low: float, high: float) -> str:
    """Two durations in hours in the unit of the longer one: "1.7 and 3.4 days"."""
    if max(abs(low), abs(high)) < _DAYS_FROM:
        return f"{low:.0f} and {high:.0f} hours"
    return f"{low / 24:,.1f} and {high / 24:,.1f} days"


def _size(value: float, measure: Measure, widest: float) -> str:
    if measure is Measure.HOURS and widest < _DAYS_FROM:
        return f"{value:.0f} h"
    return f"{value / (24 if measure is Measure.HOURS else 1):,.1f} d"


def counted(found: Comparison) -> str:
    """Which decisions were compared and which were not, adding up."""
    said = [f"{theme.count(found.decided)} cases were decided on while open: {theme.count(found.effect.sets)} compared"]
    said += [f"{theme.count(found.unmatched)} without a similar case"] if found.unmatched else []
    said += [f"{theme.count(found.too_recent)} too recent"] if found.too_recent else []
    said += [f"{theme.count(found.not_known)} whose result is not known"] if found.not_known else []
    later = (
        f" Of {theme.count(found.effect.controls)} similar cases {theme.count(found.later)} were decided on later."
        if found.later
        else ""
    )
    return ", ".join(said) + "." + later
