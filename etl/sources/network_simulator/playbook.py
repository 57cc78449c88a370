"""How is each type of exception worked? Team, minutes, pauses, hand-overs, approvals; never when it happens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Play:
    """How one type is worked. Probabilities are per exception; hours are medians."""

    team: str
    minutes: float
    act: str
    """The activity that fixes it."""
    pause: float = 0.0
    """Probability that somebody outside must answer first."""
    pause_hours: float = 6.0
    pause_reason: str = "customer"
    handover: float = 0.0
    to: str = "order_desk"
    approval: float = 0.0
    automatic: float = 0.0
    """Probability that a program fixes it before anybody looks."""
    false: float = 0.03
    rework: float = 0.05
    """Probability that the fix does not hold when it is checked."""
    reopen: float = 0.03
    blocks: bool = True


def _p(team: str, minutes: float, act: str, **more: float | str | bool) -> Play:
    return Play(team, minutes, act, **more)  # type: ignore[arg-type]


PLAYS: dict[str, Play] = {
    "inventory_shortfall": _p("inventory", 22, "Reallocate stock", handover=0.35, to="procurement", approval=0.2),
    "stock_mismatch": _p("inventory", 25, "Correct stock record", handover=0.15, to="integration", blocks=False),
    "stale_sync_backorder": _p("inventory", 20, "Reallocate stock", handover=0.2, to="integration", approval=0.1),
    "backorder_conflict": _p("order_desk", 22, "Decide who is served", handover=0.3, to="inventory", approval=0.3),
    "allocation_conflict": _p("inventory", 24, "Decide who is served", handover=0.25, to="order_desk", approval=0.3),
    "pick_shortfall": _p("warehouse", 18, "Recount and pick again", handover=0.25, to="after_sales", automatic=0.1),
    "partial_shipment": _p("after_sales", 14, "Agree split with customer", pause=0.4, approval=0.0, blocks=False),
    "substitution_request": _p("order_desk", 14, "Offer substitute", pause=0.55, pause_hours=5, approval=0.12),
    "unposted_cycle_count": _p("inventory", 16, "Post cycle count", automatic=0.1, blocks=False),
    "blocked_stock": _p("inventory", 22, "Release stock", pause=0.5, pause_hours=20, pause_reason="quality"),
    "credit_hold": _p("credit", 20, "Release credit hold", pause=0.4, pause_hours=9, approval=0.45, automatic=0.08),
    "blocked_account": _p("credit", 28, "Unblock account", pause=0.6, pause_hours=24, approval=0.6),
    "compliance_hold": _p("compliance", 35, "Clear screening", pause=0.3, pause_hours=12, false=0.35, approval=0.2),
    "regulated_order": _p("compliance", 38, "Attach licence", pause=0.5, pause_hours=26, approval=0.5),
    "pricing_discrepancy": _p("pricing", 22, "Correct price", pause=0.15, handover=0.25, approval=0.25),
    "margin_violation": _p("pricing", 20, "Reprice or accept margin", handover=0.2, approval=0.7),
    "promotion_mismatch": _p("pricing", 18, "Correct price", handover=0.15, approval=0.2),
    "contract_terms_mismatch": _p("order_desk", 20, "Align with contract", pause=0.4, handover=0.3, to="pricing"),
    "tax_mismatch": _p("pricing", 20, "Correct tax code", blocks=False),
    "missing_tax_jurisdiction": _p("master_data", 16, "Complete master data", pause=0.2),
    "freight_terms_mismatch": _p("order_desk", 14, "Correct freight terms", pause=0.2, blocks=False),
    "incomplete_customer_data": _p("master_data", 16, "Complete master data", pause=0.5, pause_hours=10),
    "invalid_ship_to": _p("master_data", 14, "Correct address", pause=0.45, pause_hours=6, automatic=0.1),
    "duplicate_order": _p("order_desk", 12, "Cancel duplicate", pause=0.35, false=0.12),
    "order_anomaly": _p("order_desk", 12, "Confirm quantity", pause=0.6, pause_hours=4, false=0.4),
    "edi_order_failure": _p("integration", 28, "Repair and replay message", handover=0.25, automatic=0.15),
    "incomplete_payload": _p("integration", 22, "Repair and replay message", pause=0.3, handover=0.25, to="master_data"),
    "failed_transformation": _p("integration", 26, "Repair map and replay", handover=0.1),
    "integration_timeout": _p("integration", 12, "Replay message", automatic=0.55, blocks=False),
    "retry_duplicate": _p("integration", 14, "Cancel duplicate", handover=0.35),
    "missing_message": _p("integration", 18, "Request message again", pause=0.4, pause_hours=5, blocks=False),
    "missed_ship_cutoff": _p("warehouse", 10, "Plan next departure", automatic=0.35, handover=0.1, to="transport"),
    "shipment_hold": _p("warehouse", 16, "Release shipment", pause=0.2, handover=0.2, to="transport"),
    "shipment_delay": _p("transport", 14, "Agree new delivery date", pause=0.4, automatic=0.1, handover=0.15,
                         to="after_sales", blocks=False),
    "carrier_failure": _p("transport", 26, "Book other carrier", handover=0.2, to="after_sales", approval=0.0),
    "routing_guide_violation": _p("transport", 14, "Rebook by routing guide", blocks=False),
    "damaged_goods": _p("after_sales", 26, "Send replacement", pause=0.5, pause_hours=16, blocks=False),
    "missing_shipment_confirmation": _p("warehouse", 9, "Confirm shipment", automatic=0.3, blocks=False),
    "missing_proof_of_delivery": _p("transport", 8, "Obtain proof of delivery", pause=0.5, pause_hours=30,
                                    pause_reason="carrier", automatic=0.3, blocks=False),
    "failed_delivery": _p("transport", 14, "Book second delivery", pause=0.3, handover=0.2, to="after_sales",
                          blocks=False),
    "supplier_delivery_change": _p("procurement", 18, "Re-promise lines", pause=0.3, pause_reason="supplier",
                                   handover=0.2, blocks=False),
    "asn_mismatch": _p("procurement", 20, "Agree receipt with supplier", pause=0.55, pause_hours=14,
                       pause_reason="supplier", handover=0.15, to="inventory", blocks=False),
    "lead_time_shift": _p("procurement", 20, "Re-promise lines", handover=0.3, blocks=False),
    "late_receipt": _p("procurement", 14, "Expedite supplier", pause=0.5, pause_reason="supplier", blocks=False),
    "invoice_discrepancy": _p("billing", 22, "Correct invoice", pause=0.3, handover=0.2, to="collections"),
    "invoice_hold": _p("billing", 18, "Release invoice", handover=0.2, to="collections"),
    "invoice_release_delay": _p("billing", 12, "Release invoice", automatic=0.4),
    "remittance_mismatch": _p("collections", 18, "Apply cash", pause=0.4, pause_hours=24, automatic=0.15),
    "dispute": _p("collections", 34, "Settle dispute", pause=0.7, pause_hours=40, handover=0.3, to="billing"),
    "deduction": _p("collections", 28, "Settle deduction", pause=0.5, pause_hours=48, handover=0.25, to="billing"),
    "returns_block": _p("collections", 22, "Close return", pause=0.5, pause_hours=30),
}  # fmt: skip
