"""How long does it take, and who takes longer? Tiles, comparison and what is still to come, from single durations."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from control_tower.analysis import remaining
from control_tower.analysis.cycle_time import CycleTime, Quantile, SurvivalCurve, cycle_time
from control_tower.analysis.log_rank import log_rank
from control_tower.kpi.durations import Durations
from control_tower.kpi.value import KpiPoint, KpiValue
from dashboard import theme
from dashboard.components.tile import Tile

BY = {"type_code": "type", "owner_team_id": "team", "site_id": "site", "supplier_id": "supplier"}
WAITED = {"24": "1 day", "72": "3 days", "144": "6 days", "336": "14 days", "720": "30 days"}
SHARE = 0.8
#: how many groups are compared, and the fewest durations one of them needs
GROUPS = 8
_KM = "Kaplan–Meier over exceptions detected in the period: open ones count with the time they have lasted (K09)."


def tiles(found: CycleTime, small: int, points: Sequence[KpiPoint]) -> list[Tile]:
    """Median, p75, p90 with intervals, the closed-only median beside them, and what ended without a fix.

    points: the same of what was detected in each of the last weeks, oldest first; a week not reached is left out.
    """
    ended = Tile(
        "Ended without a fix", theme.percent(found.competing_share, 1) if found.competing_share is not None else None,
        f"{theme.count(found.competing)} closed or cancelled unresolved",
        "The chance that an exception ends without having been resolved (Aalen–Johansen share of the competing outcome).",
    )  # fmt: skip
    closed = Tile(
        "Closed only: median", _exact(found.closed_only_median) if found.observed else None,
        f"the {theme.count(found.observed)} resolved ones alone" if found.observed else "nothing was resolved.",
        "Median of the resolved ones alone (K08). Shorter than the other, because it leaves out what still lasts.",
    )  # fmt: skip
    quantiles = (("Half resolved in", found.median), ("Three quarters in", found.p75), ("Nine tenths in", found.p90))
    made = [*(_quantile(label, one, found.n, small) for label, one in quantiles), closed, ended]
    weeks = [point.figure.cycle_time for point in points if point.figure.cycle_time is not None]
    lines = (
        [week.median.value for week in weeks], [week.p75.value for week in weeks], [week.p90.value for week in weeks],
        [week.closed_only_median for week in weeks], [week.competing_share for week in weeks],
    )  # fmt: skip
    known = [[value for value in line if value is not None] for line in lines]
    return [
        replace(one, trend=line, no_trend="no trend: reached in fewer than two weeks")
        for one, line in zip(made, known, strict=True)
    ]


def _exact(hours: float | None) -> str:
    """A duration with one decimal also from ten hours on: the page compares figures that lie close together."""
    return f"{hours:.1f} h" if hours is not None and 1 <= hours < 72 else theme.hours(hours)


def _quantile(label: str, one: Quantile, n: int, small: int) -> Tile:
    if n < small:
        return Tile(label, "too few", f"n = {theme.count(n)}; it needs {small}", _KM)
    if one.value is None:
        return Tile(label, "not reached", "too many still last to say", _KM)
    low, high = theme.hours(one.low), theme.hours(one.high) if one.high is not None else "not known"
    return Tile(label, _exact(one.value), f"likely {low} to {high}, n = {theme.count(n)}", _KM)


def business_words(found: KpiValue) -> str:
    """The twin in working time of each site's calendar, labelled so beside the elapsed figures above it."""
    times = found.figure.cycle_time if found.figure else None
    if times is None or not times.n:
        return f"In business hours: not available, {_why_no_calendar(found)}."
    half, most = ("not reached" if one.value is None else f"{one.value:,.1f} h" for one in (times.median, times.p90))
    left_out = (
        f"; {theme.count(found.figure.unknown)} at sites without a calendar are left out"
        if found.figure and found.figure.unknown
        else ""
    )
    return (
        f"In business hours (each site's calendar and time zone, without its holidays; the tiles count elapsed time): "
        f"half within {half}{_likely(times.median)}, nine tenths within {most}, n = {theme.count(times.n)}{left_out}."
    )


def _likely(one: Quantile) -> str:
    return f" (likely {one.low:,.1f} to {one.high:,.1f} h)" if one.low is not None and one.high is not None else ""


def _why_no_calendar(found: KpiValue) -> str:
    return "because no site states a calendar" if found.figure is None else "because no exception names such a site"


def still_to_come(curve: SurvivalCurve, waited: float) -> str:
    """Say "already 6 days old: 80 % are resolved by day 19", or that the data does not reach so far."""
    words, share = WAITED[f"{waited:g}"], f"{100 * SHARE:.0f} %"
    by = remaining.resolved_by(curve, waited, SHARE)
    left = theme.percent(remaining.still_unresolved(curve, waited), 1)
    if by is None:
        return (
            f"Already {words} old ({left} last so long): this data does not reach the time when {share} are resolved."
        )
    return f"Already {words} old ({left} last so long): {share} are resolved by day {by / 24:,.0f}."


def compared(parts: dict[str | None, Durations], labels: dict[str, str], small: int) -> pd.DataFrame:
    """One row per value: n, open, median with interval, p90, closed-only median, ended otherwise; most rows first."""
    rows = []
    for key, one in parts.items():
        if key is None or one.values.size < small:
            continue
        found = cycle_time(one.values, one.outcomes)
        rows.append({
            "key": key, "label": labels.get(key, key.partition(":")[2] or key), "n": found.n, "open": found.open,
            "median_hours": found.median.value, "low_hours": found.median.low, "high_hours": found.median.high,
            "p90_hours": found.p90.value, "closed_only_hours": found.closed_only_median,
            "ended_otherwise_share": found.competing_share,
        })  # fmt: skip
    return pd.DataFrame(rows)


def difference_words(parts: dict[str | None, Durations], rows: pd.DataFrame, by: str) -> str:
    """What the log-rank test says of the groups drawn, in words."""
    keys = list(rows["key"].head(GROUPS)) if len(rows) else []
    if len(keys) < 2:
        return f"Only one {by} has enough exceptions to be compared."
    found = log_rank([(parts[key].values, parts[key].observed) for key in keys])
    names = dict(zip(rows["key"], rows["label"], strict=True))
    slow, fast = (names[keys[found.pace.index(end(found.pace))]] for end in (min, max))
    if found.p >= 0.05:
        return f"The {len(keys)} {by}s do not differ beyond chance (log-rank p = {found.p:.2f})."
    chance = "p < 0.001" if found.p < 0.001 else f"p = {found.p:.3f}"
    return (
        f"The {len(keys)} {by}s differ beyond chance (log-rank {chance}): {fast} resolves fastest, {slow} slowest "
        f"({min(found.pace):.1f} times the resolutions expected if all were alike)."
    )


def table_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The comparison with its numbers as people read them."""
    shown = rows.copy()
    for name in ("median_hours", "p90_hours"):
        shown[name] = ["not reached" if pd.isna(value) else _exact(value) for value in rows[name]]
    shown["closed_only_hours"] = [_exact(value) for value in rows["closed_only_hours"]]
    shown["ended_otherwise_share"] = [theme.percent(value, 1) for value in rows["ended_otherwise_share"]]
    return shown
