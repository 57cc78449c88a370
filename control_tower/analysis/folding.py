"""Which findings are one story? Many single customers that fail alike become one line, with what they have in common.

Folds what was found and tests what its customers share. Never finds and never judges: verdicts come from
root_cause.py.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy import stats

from control_tower.analysis.contingency import CUSTOMER
from control_tower.analysis.verdict import Verdict

MANY: Final = 3
"""From so many customers of one type and verdict on they are one line."""
LEVEL: Final = 0.05
"""Chance of naming anything shared when nothing is (Bonferroni over all traits and values that a member has)."""
_SUMMED = ("exposed", "failed", "expected", "excess", "amount_recoverable", "days_recoverable")


@dataclass(frozen=True, slots=True)
class Shared:
    """What customers have in common: `members` of `of` have the trait's value, as have `customers` of `among`."""

    trait: str
    value: str
    members: int
    of: int
    customers: int
    among: int


def fold(found: pd.DataFrame) -> pd.DataFrame:
    """Findings that no other explains, strong first; single customers of one type and verdict in one row.

    Adds `customers`: the ids of a folded row, empty for the others. A folded row sums failures, exposure, excess and
    what is recoverable; its rates are those of the sums, its interval spans those of its members, and it stands
    where its first member stood.
    """
    alone = found[found["explained_by"].isna()]
    empty = pd.Series([()] * len(alone), index=alone.index, dtype=object)
    rows = alone.assign(customers=empty)
    single = rows[(rows["dimension"] == CUSTOMER) & rows["other_dimension"].isna()]
    surplus: list[object] = []
    for _, members in single.groupby(["exposure", "type_code", "verdict"], sort=False):
        if len(members) >= MANY:
            surplus += list(members.index[1:])
            for name, value in _folded(members).items():
                rows.at[members.index[0], name] = value  # type: ignore[assignment]
    rows = rows.drop(index=surplus)
    is_strong = rows["verdict"] == Verdict.STRONG
    return pd.concat([rows[is_strong], rows[~is_strong]])


def as_json(lines: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of `fold`, ready for JSON; unknown and endless numbers are null."""
    rows = lines.astype(object)
    records = rows.where(rows.notna() & ~rows.isin([np.inf]), None).to_dict("records")
    return [
        {str(name): value for name, value in row.items()} | {"customers": list(row["customers"])} for row in records
    ]


def _folded(members: pd.DataFrame) -> dict[str, object]:
    sums = {name: float(members[name].sum()) for name in _SUMMED}
    rate = sums["failed"] / sums["exposed"]
    rest = float((members["rest_rate"] * members["exposed"]).sum()) / sums["exposed"]
    return {
        **sums, "rate": rate, "rest_rate": rest, "difference": rate - rest, "ratio": rate / rest if rest else np.inf,
        "low": float(members["low"].min()), "high": float(members["high"].max()),
        "elsewhere": float(members["elsewhere"].min()), "key": None, "customers": tuple(members["key"]),
    }  # fmt: skip


def shared(traits: pd.DataFrame, members: int) -> Shared | None:
    """What most of `members` customers share beyond chance: the surest of `trait, value, customer_count, member_count`.

    The chance that so many of them have it when they are any customers of those who state the trait (hypergeometric).
    """
    had = traits[traits["member_count"] > 0]
    if had.empty:
        return None
    among = traits.groupby("trait")["customer_count"].sum()
    of = traits.groupby("trait")["member_count"].sum()
    columns = (had[name].to_list() for name in ("trait", "customer_count", "member_count"))
    p = [
        float(stats.hypergeom.sf(n - 1, among[trait], have, of[trait])) for trait, have, n in zip(*columns, strict=True)
    ]
    best = had.iloc[int(np.argmin(p))]
    if min(p) * len(had) > LEVEL or 2 * best["member_count"] <= members:
        return None
    trait = str(best["trait"])
    return Shared(
        trait, str(best["value"]), int(best["member_count"]), int(of[trait]), int(best["customer_count"]), int(among[trait])
    )  # fmt: skip
