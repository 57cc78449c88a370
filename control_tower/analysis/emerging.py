"""Which rates have just begun to rise, and is it more than the usual up and down?

Compares the last one, two and four weeks of every value and type with its own weeks before, corrected for what
the rest does and for everything looked at. Never says where a rate has always been high (root_cause.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import special

from control_tower.analysis import exposure
from control_tower.analysis.contingency import Table
from control_tower.analysis.contrast import Floats
from control_tower.analysis.counting import count
from control_tower.analysis.exposure import BLOCKS, Span
from control_tower.analysis.multiplicity import benjamini_hochberg
from control_tower.analysis.verdict import Limits
from control_tower.analysis.verdict import limits as stated_limits
from control_tower.warehouse import Build

WEEKS: Final = (1, 2, 4)
"""How recent a change is looked for, in weeks before the end."""
_WIDTH = 2 * BLOCKS


@dataclass(frozen=True)
class Emerging:
    """Rates that rose, the surest first.

    `rows`: exposure, type_code, dimension, key, other_dimension, other_key, weeks (how recent), failed and exposed
    of these weeks, rate, rate_before, rest_ratio (how much the rest rose), ratio (rise beyond that), p, q.
    When nothing changed anywhere the chance of any row is at most `limits.level` at each look.
    """

    span: Span
    limits: Limits
    looked_at: int
    rows: pd.DataFrame = field(repr=False)

    def as_json(self, limit: int = 100) -> dict[str, Any]:
        """The rows, ready for JSON."""
        shown = self.rows.head(limit).astype(object)
        return {"since": self.span.before.isoformat(), "until": self.span.until.isoformat(), "looked_at": self.looked_at,
                "false_alarm_level": self.limits.level, "row_count": len(self.rows),
                "rows": shown.where(shown.notna() & ~shown.isin([np.inf]), None).to_dict("records")}  # fmt: skip


def emerging(
    build: Build, until: datetime | None = None, sites: Sequence[str] = (), limits: Limits | None = None
) -> Emerging:
    """Look for rates that rose before `until` (the build's clock when left out), in 26 weeks (DET-12)."""
    held = limits or stated_limits(rules=build.rules)
    end = until or exposure.default_span(build).until
    span = Span(end - timedelta(weeks=BLOCKS), end)
    counted = count(build, span, tuple(sites), held.small_sample)
    parts = [rises(table).assign(exposure=kind) for kind, found in counted.tables.items() for table in found]
    return Emerging(span, held, counted.looked_at, select(parts, counted.looked_at, held))


def select(parts: Sequence[pd.DataFrame], looked_at: int, limits: Limits) -> pd.DataFrame:
    """The rises beyond chance among all that was looked at."""
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(
        [part.astype({"other_dimension": object, "other_key": object}) for part in parts], ignore_index=True
    )
    rows["q"] = benjamini_hochberg(rows["p"], max(looked_at, len(rows)))
    is_rise = (
        (rows["q"] <= limits.level) & (rows["ratio"] >= limits.strong_ratio) & (rows["failed"] >= limits.min_failed)
    )
    return rows[is_rise].sort_values(["q", "failed"], ascending=[True, False], kind="stable").reset_index(drop=True)


def rises(table: Table) -> pd.DataFrame:
    """The strongest rise of each type and value that failed in the last weeks; `p` counts the windows tried.

    Given all failures of a value, those of the last weeks are binomial with the share n₁r / (n₁r + n₀) when its
    rate moved as the rest's (ratio r, never below 1): the conditional test of two rates (Przyborowski and Wilenski
    1940), times the number of windows (Bonferroni), and not surer than its weekly dispersion allows.
    """
    failed, exposed = _weekly(table)
    best = None
    for weeks in WEEKS:
        one = _window(failed, exposed, weeks)
        best = one if best is None else np.where(one[None, 0] < best[None, 0], one, best)
    if best is None:
        raise ValueError("no window to look at; WEEKS must name one")
    row, column = np.nonzero(best[3] > 0)
    p, weeks, ratio, recent, units, before, rest = (grid[row, column] for grid in best)
    names = (*table.dimensions, None)[:2]
    keys = table.places()[column]
    return pd.DataFrame({
        "type_code": np.array(table.types, dtype=object)[row], "dimension": names[0], "key": keys[:, 0],
        "other_dimension": names[1], "other_key": keys[:, 1], "weeks": weeks.astype(int), "failed": recent,
        "exposed": units, "rate": recent / units, "rate_before": before, "rest_ratio": rest, "ratio": ratio,
        "p": np.minimum(p * len(WEEKS), 1.0),
    })  # fmt: skip


def _weekly(table: Table) -> tuple[Floats, Floats]:
    """Failures (types × values × weeks) and exposure (values × weeks), oldest week first."""
    failed = np.zeros((len(table.types), len(table.keys), _WIDTH))
    exposed = np.zeros((len(table.keys), _WIDTH))
    for cells in (table.before, table.now):
        if cells is not None:
            np.add.at(exposed, (cells.value, cells.stratum % _WIDTH), cells.exposed)
            for grid, counts in zip(failed, cells.failed, strict=True):
                np.add.at(grid, (cells.value, cells.stratum % _WIDTH), counts)
    return failed, exposed


def _window(failed: Floats, exposed: Floats, weeks: int) -> Floats:
    """p, weeks, ratio, failures, exposure, rate before and the rest's ratio, each types × values."""
    x1, x0 = failed[..., -weeks:].sum(axis=-1), failed[..., :-weeks].sum(axis=-1)
    n1 = np.broadcast_to(exposed[:, -weeks:].sum(axis=-1), x1.shape)
    n0 = np.broadcast_to(exposed[:, :-weeks].sum(axis=-1), x1.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest1, rest0 = (x.sum(axis=1, keepdims=True) - x for x in (x1, x0))
        units1, units0 = (n.sum(axis=1, keepdims=True) - n for n in (n1, n0))
        rest = np.maximum(np.nan_to_num((rest1 / units1) / (rest0 / units0), nan=1.0, posinf=1.0), 1.0)
        share = np.clip(n1 * rest / (n1 * rest + n0), 0.0, 1.0)
        ratio = (x1 / n1) / (x0 / n0 * rest)
        expected = (x1 + x0) * share
        widened = np.sqrt(expected * (1 - share) * _dispersion(failed[..., :-weeks], exposed[:, :-weeks]))
        by_burst = special.ndtr(-np.nan_to_num((x1 - expected - 0.5) / widened))
        p = np.where((x1 > expected) & (n0 > 0), np.maximum(special.betainc(x1, x0 + 1, share), by_burst), 1.0)
    # without failures or exposure the chance is not defined, and there is nothing to see
    return np.stack([np.nan_to_num(p, nan=1.0), np.full_like(x1, weeks), ratio, x1, n1, x0 / np.maximum(n0, 1), rest])


def _dispersion(failed: Floats, exposed: Floats) -> Floats:
    """How much more weekly failures jump around each value's own mean than Poisson counts would, per type."""
    rate = failed.sum(axis=-1) / np.maximum(exposed.sum(axis=-1), 1)
    fitted = rate[..., None] * exposed
    free = exposed.shape[1] / max(exposed.shape[1] - 1, 1)
    found = ((failed - fitted) ** 2).sum(axis=(1, 2)) / np.maximum(fitted.sum(axis=(1, 2)), 1e-12) * free
    at_least: Floats = np.maximum(found, 1.0)[:, None]
    return at_least
