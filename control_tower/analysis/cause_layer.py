"""At which layer do exceptions arise: data, interface, transformation, rules, policy, supplier, warehouse?

Assigns each exception to one layer by what is known of it, the surest first, and says by what. Never guesses:
what nothing is known of is `not known`. Rates and comparisons belong to root_cause.py.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import pandas as pd

from control_tower.analysis.exposure import Span, default_span
from control_tower.warehouse import Build


class Layer(StrEnum):
    """Where a cause lies (RCA-05), and three more that the taxonomy needs."""

    SOURCE_DATA = "bad source data"
    TIMEOUT = "API timeout"
    TRANSFORMATION = "failed transformation"
    RULE_CONFLICT = "business-rule conflict"
    POLICY = "policy"
    SUPPLIER = "supplier"
    WAREHOUSE = "warehouse"
    CARRIER = "carrier"
    CUSTOMER = "customer"
    NOT_KNOWN = "not known"


class Basis(StrEnum):
    """By what an exception was assigned, the surest first."""

    DISPOSITION = "root cause as dispositioned"
    MESSAGE = "error of the message behind it"
    OVERRIDE = "a decision that overrode policy"
    TYPE = "its type"
    NOTHING = "nothing"


_BY_ERROR: Final[Mapping[str, Layer]] = {
    "timeout": Layer.TIMEOUT, "5xx": Layer.TIMEOUT, "rate_limit": Layer.TIMEOUT, "schema": Layer.TRANSFORMATION,
    "4xx": Layer.SOURCE_DATA, "auth": Layer.POLICY,
}  # fmt: skip
_TYPES: Final[Mapping[Layer, str]] = {
    Layer.SOURCE_DATA: "stock_mismatch stale_sync_backorder incomplete_customer_data invalid_ship_to incomplete_payload "
    "missing_tax_jurisdiction duplicate_order",
    Layer.TIMEOUT: "integration_timeout missing_message retry_duplicate",
    Layer.TRANSFORMATION: "edi_order_failure failed_transformation",
    Layer.RULE_CONFLICT: "pricing_discrepancy margin_violation promotion_mismatch contract_terms_mismatch tax_mismatch "
    "freight_terms_mismatch backorder_conflict allocation_conflict routing_guide_violation invoice_discrepancy "
    "lead_time_shift",
    Layer.POLICY: "credit_hold blocked_account compliance_hold regulated_order invoice_hold invoice_release_delay "
    "delegated_approval shipment_hold",
    Layer.SUPPLIER: "supplier_delivery_change asn_mismatch late_receipt",
    Layer.WAREHOUSE: "pick_shortfall shipped_short partial_shipment unposted_cycle_count blocked_stock "
    "missed_ship_cutoff missing_shipment_confirmation damaged_goods",
    Layer.CARRIER: "shipment_delay carrier_failure failed_delivery missing_proof_of_delivery",
    Layer.CUSTOMER: "payment_overdue dispute deduction remittance_mismatch returns_block order_anomaly substitution_request",
}
_BY_TYPE: Final[Mapping[str, Layer]] = {code: layer for layer, codes in _TYPES.items() for code in codes.split()}
_BY_WORD: Final[Mapping[str, Layer]] = {
    **{layer.value.lower(): layer for layer in Layer}, **{layer.name.lower(): layer for layer in Layer},
}  # fmt: skip


def assign(type_code: str, root_cause: str | None, error_class: str | None, is_override: bool) -> tuple[Layer, Basis]:
    """The layer of one exception and by what it is known.

    A dispositioned root cause counts when it names a layer; then the error of a failed message behind the
    exception; then a waived limit or overridden recommendation (RCA-07); then what its type always means.

    >>> assign("pricing_discrepancy", None, "timeout", False)[0].value
    'API timeout'
    """
    if root_cause is not None and root_cause.strip().lower() in _BY_WORD:
        return _BY_WORD[root_cause.strip().lower()], Basis.DISPOSITION
    if error_class is not None and error_class in _BY_ERROR:
        return _BY_ERROR[error_class], Basis.MESSAGE
    if is_override:
        return Layer.POLICY, Basis.OVERRIDE
    if type_code in _BY_TYPE:
        return _BY_TYPE[type_code], Basis.TYPE
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
    found = [assign(*row) for row in zip(*(known[name] for name in known), strict=True)]
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
