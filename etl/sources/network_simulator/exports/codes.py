"""Which system sees which exception, and what does each call things? Own codes for the same things; never any row."""

import numpy as np
import pandas as pd

from etl.sources.network_simulator.cases import TYPE_NO

SYSTEMS = ("erp", "wms", "tms", "edi", "finance", "webshop")
PREFIX = {"erp": "EX", "wms": "WX", "tms": "TX", "edi": "IX", "finance": "FX", "webshop": "HX"}
_SEEN_BY: dict[str, tuple[str, ...]] = {
    "wms": ("pick_shortfall", "unposted_cycle_count", "blocked_stock", "missed_ship_cutoff", "shipment_hold",
            "missing_shipment_confirmation", "asn_mismatch"),
    "tms": ("shipment_delay", "carrier_failure", "routing_guide_violation", "damaged_goods", "failed_delivery",
            "missing_proof_of_delivery", "freight_terms_mismatch"),
    "edi": ("edi_order_failure", "incomplete_payload", "failed_transformation", "integration_timeout",
            "retry_duplicate", "missing_message"),
    "finance": ("invoice_discrepancy", "invoice_hold", "invoice_release_delay", "remittance_mismatch", "dispute",
                "deduction", "returns_block", "tax_mismatch"),
    "webshop": ("promotion_mismatch", "invalid_ship_to", "duplicate_order"),
}  # fmt: skip
SYSTEM_OF = {code: system for system, types in _SEEN_BY.items() for code in types}
STATUSES = ("new", "acknowledged", "in_progress", "waiting", "escalated", "resolved", "closed", "cancelled",
            "false_positive")  # fmt: skip
STATUS_CODES: dict[str, tuple[str, ...]] = {
    "erp": ("10", "15", "20", "25", "30", "60", "90", "95", "98"),
    "wms": ("OPEN", "SEEN", "WIP", "WAIT", "ESC", "FIXED", "DONE", "VOID", "NOFAULT"),
    "tms": ("created", "accepted", "working", "pending_3rd_party", "raised", "solved", "archived", "withdrawn",
            "no_issue"),
    "edi": ("N", "A", "P", "W", "E", "R", "C", "X", "F"),
    "finance": ("Open", "Read", "In work", "On hold", "Escalated", "Cleared", "Closed", "Withdrawn", "Unfounded"),
    "webshop": ("0", "1", "2", "3", "4", "5", "6", "7", "8"),
}  # fmt: skip
SEVERITY_CODES: dict[str, tuple[str, str, str]] = {
    "erp": ("3", "2", "1"), "wms": ("LOW", "MED", "HIGH"), "tms": ("green", "amber", "red"),
    "edi": ("I", "S", "C"), "finance": ("Minor", "Normal", "Major"), "webshop": ("low", "normal", "urgent"),
}  # fmt: skip
ACTIVITIES: dict[str, str] = {  # simulator's word: what the product's logs say
    "Detect": "Detect exception", "Assign": "Assign to team", "Acknowledge": "Acknowledge",
    "Investigate": "Investigate", "Ask": "Ask for information", "Receive answer": "Receive answer",
    "Hand over": "Hand over", "Request approval": "Request approval", "Approve": "Approve", "Reject": "Reject",
    "Act": "Act", "Rework": "Rework proposal", "Resolve": "Resolve", "Close": "Close", "Escalate": "Escalate",
    "Reopen": "Reopen", "Resolve automatically": "Resolve automatically", "Cancel": "Cancel", "Dismiss": "Dismiss",
    "Begin decision": "Begin decision", "Resume after answer": "Resume after answer",
    "Resume after decision": "Resume after decision", "Send back": "Send back",
}  # fmt: skip


def system_of(type_code: str) -> str:
    """The system that sees exceptions of the type; the ERP sees what no other does."""
    return SYSTEM_OF.get(type_code, "erp")


def type_code_in(system: str, type_code: str) -> str:
    """What the system calls the type."""
    number, words = TYPE_NO[type_code], type_code.split("_")
    short = "".join(word[:3] for word in words).upper()
    return {
        "erp": f"Z{100 + number}", "wms": short, "tms": f"T-{short}", "edi": f"IF{number:03d}",
        "finance": f"F{number:02d}", "webshop": ".".join(words),
    }[system]  # fmt: skip


def activity_in(system: str, activity: str) -> str:
    """What the system's log calls a step of handling."""
    number = list(ACTIVITIES).index(activity) + 1
    return {
        "erp": f"X{number:02d}", "wms": "EXC_" + activity.upper().replace(" ", "_"),
        "tms": activity.lower().replace(" ", "_"), "edi": f"A{number:02d}", "finance": activity,
        "webshop": activity.lower().replace(" ", "-"),
    }[system]  # fmt: skip


def types_of(system: str) -> list[str]:
    """The types that the system may report."""
    return [code for code in TYPE_NO if system_of(code) == system and code not in ("unmapped", "it_incident")]


def status_in(system: str, status: "pd.Series[str]") -> np.ndarray:
    """Statuses in the system's own words."""
    return status.map(dict(zip(STATUSES, STATUS_CODES[system], strict=True))).to_numpy(dtype=str)


FLOW: dict[str, dict[str, str]] = {  # system: its code of a standard step → what the product's logs say
    "erp": {"OC": "Create order", "CC": "Check credit", "CF": "Confirm order", "RV": "Reserve stock",
            "RL": "Release to warehouse", "ST": "Cancel order", "PO": "Order replenishment",
            "PD": "Receive delivery change"},
    "wms": {"PICK_START": "Start picking", "PICK_OK": "Pick", "PACK": "Pack", "GOODS_ISSUE": "Ship",
            "GOODS_RECEIPT": "Post receipt"},
    "tms": {"delivered": "Deliver", "pod": "Receive proof of delivery"},
    "finance": {"Posted": "Post invoice", "Paid": "Receive payment"},
    "webshop": {"submitted": "Submit web order"},
}  # fmt: skip
TIER_CODES = ("A", "B", "C", "D")
CHANNEL_CODES = ("10", "20", "30", "40")
