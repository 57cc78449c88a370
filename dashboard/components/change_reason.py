"""Why did a figure change, in one line for people who have a minute? Words for the reason that the analysis found."""

from control_tower.analysis.main_reason import Reason
from control_tower.filters import DIMENSIONS
from dashboard import figures, theme
from dashboard.figures import Figures

_CODES = ("channel", "severity", "category")


def words(found: Figures, name: str, dimensions: tuple[str, ...], currency: str) -> str:
    """Such as "Mostly Leipzig: 168 → 72" or "Mostly mix: more EDI (40 % → 55 % of all)"; empty where no part stands out."""
    reason = found.reason(name, dimensions)
    if reason is None:
        return "No single reason stands out"
    how = "Mostly" if reason.share >= 0.5 else "Partly"
    label = _label(found, reason)
    if reason.what == "mix":
        more = "more" if reason.after > reason.before else "fewer"
        return f"{how} mix: {more} {label} ({theme.percent(reason.before, 1, 0)} → {theme.percent(reason.after, 1, 0)})"
    unit = figures.definition(name).unit
    ends = [theme.quantity(value, unit, currency) for value in (reason.before, reason.after)]
    return f"{how} {label}: {ends[0]} → {ends[1]}"


def _label(found: Figures, reason: Reason) -> str:
    return labels(found, reason.dimension).get(reason.key, _short(reason.dimension, reason.key))


def labels(found: Figures, dimension: str) -> dict[str, str]:
    """Value → as people call it, without the count that the filter bar shows; empty for what the filters do not know."""
    if dimension not in DIMENSIONS or dimension in _CODES:
        return {}
    options = found.reader.frame("filter_option", dimension=dimension)
    return {str(row.key): str(row.label) for row in options.itertuples()}


def _short(dimension: str, key: str) -> str:
    return theme.words(key) if dimension in _CODES else key.rpartition(":")[2]
