"""At which layer do exceptions arise: data, interface, transformation, rules, policy, supplier, warehouse?

Assigns each exception to one layer by what is known of it, the surest first, and says by what. Never guesses:
what nothing is known of is `not known`. Rates and comparisons belong to root_cause.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import pandas as pd

from control_tower.analysis.exposure import Span, default_span
from control_tower.policy_sections import CauseLayers
from control_tower.vocabulary import CauseLayer as Layer
from control_tower.warehouse import Build


class Basis(StrEnum):
    """By what an exception was assigned, the surest first."""

    DISPOSITION = "root cause as dispositioned"
    MESSAGE = "error of the message behind it"
    OVERRIDE = "a decision that overrode policy"
    TYPE = "its type"
    NOTHING = "nothing"


_BY_WORD: Final[Mapping[str, Layer]] = {
    **{layer.value.lower(): layer for layer in Layer}, **{layer.name.lower(): layer for layer in Layer},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one exception's cause."""

    type_code: str
    root_cause: str | None
    error_class: str | None
    is_override: bool


def assign(known: Known, layers: CauseLayers) -> tuple[Layer, Basis]:
    """The layer of one exception and by what it is known.

    A dispositioned root cause counts when it names a layer; then the error of a failed message behind the
    exception; then a waived limit or overridden recommendation (RCA-07); then what its type always means; which error and which
    type mean which layer is policy (`[cause_layers]`).

    >>> from control_tower import policy
    >>> assign(Known("pricing_discrepancy", None, "timeout", False), policy.load().rules.cause_layers)[0].value
    'API timeout'
    """
    word = (known.root_cause or "").strip().lower()
    if word in _BY_WORD:
        return _BY_WORD[word], Basis.DISPOSITION
    if known.error_class in layers.by_error:
        return layers.by_error[known.error_class], Basis.MESSAGE
    if known.is_override:
        return Layer.POLICY, Basis.OVERRIDE
    if known.type_code in layers.by_type:
        return layers.by_type[known.type_code], Basis.TYPE
    return Layer.NOT_KNOWN, Basis.NOTHING


def cause_layers(build: Build, span: Span | None = None, sites: Sequence[str] = ()) -> pd.DataFrame:
    """Exceptions of a period by layer and basis (RCA-05, RCA-07), most first.

    One row per layer and basis: n, amount (reporting currency, once per order line of a type), share of n, and
    overrides: how many had a limit waived or a recommendation overridden, whatever their layer.
    """
    chosen = span or default_span(build)
    rows = build.read("cause_layer", None, since=chosen.since, until=chosen.until, sites=list(sites))
    known = rows[["type_code", "root_cause_code", "error_class", "is_override"]].astype(object)
    known = known.where(known.notna(), None)
    layers = build.rules.cause_layers
    found = [assign(Known(*row), layers) for row in zip(*(known[name] for name in known), strict=True)]
    rows["layer"], rows["basis"] = [str(one) for one, _ in found], [str(one) for _, one in found]
    rows["overrides"] = rows["n"].where(rows["is_override"].astype(bool), 0)
    made = rows.groupby(["layer", "basis"], as_index=False)[["n", "amount", "overrides"]].sum()
    made["share"] = made["n"] / made["n"].sum()
    return made.sort_values(["n", "layer", "basis"], ascending=[False, True, True]).reset_index(drop=True)


def overrides(build: Build, span: Span | None = None, sites: Sequence[str] = ()) -> pd.DataFrame:
    """Exceptions whose decision waived a limit or overrode the recommendation, by policy rule (RCA-07).

    One row per rule that asked for the decision: n = exceptions with such a decision, decided = with any.
    """
    chosen = span or default_span(build)
    rows = build.read("cause_layer", None, since=chosen.since, until=chosen.until, sites=list(sites))
    ruled = rows[rows["policy_rule_id"].notna()]
    counted = ruled.assign(overridden=ruled["n"].where(ruled["is_override"].astype(bool), 0))
    made = counted.groupby("policy_rule_id", as_index=False).agg(n=("overridden", "sum"), decided=("n", "sum"))
    made["rate"] = made["n"] / made["decided"]
    return made.sort_values(["n", "policy_rule_id"], ascending=[False, True]).reset_index(drop=True)
