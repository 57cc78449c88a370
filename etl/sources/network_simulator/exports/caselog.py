"""What does each system hold about its exceptions and how they were worked? Neutral tables; never a dialect."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from etl.sources.network_simulator import notes
from etl.sources.network_simulator.cases import CATEGORY
from etl.sources.network_simulator.exports import codes
from etl.sources.network_simulator.exports.names import (
    carrier_codes,
    currency,
    line_codes,
    order_codes,
    picked,
    ship_codes,
)
from etl.sources.network_simulator.exports.texts import Table
from etl.sources.network_simulator.network import CHANNELS, UNITS
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.queues import ACTIVITIES, BEGINS, NO
from etl.sources.network_simulator.records import STATUS, records
from etl.sources.network_simulator.run import NEVER, draws
from etl.sources.network_simulator.world import World

_LAYER = {"inventory": "warehouse", "credit": "policy", "pricing": "business_rule_conflict", "master_data": "bad_source_data",
          "integration": "failed_transformation", "fulfilment": "carrier", "supply": "supplier",
          "finance": "business_rule_conflict"}  # fmt: skip
"""Cause layer as people name it (RCA-05); what they name is often right, not always."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All cases seen until the end, with the number that their system gave them, and their steps until then."""

    found: pd.DataFrame
    steps: pd.DataFrame


def case_file(world: World) -> CaseFile:
    """Number the cases system by system, in the order in which they were seen."""
    found = records(world.cases, world.trail, world.run.end)
    found = found[found["seen_at"] <= world.run.end].copy()
    found["system"] = found["type_code"].map(codes.system_of)
    found = found.sort_values(["seen_at", "identity"], kind="stable")
    number = found.groupby("system").cumcount() + 1
    found["no"] = found["system"].map(codes.PREFIX) + number.map("{:06d}".format)
    by_identity = found.set_index("identity")["no"]
    found["parent_no"] = by_identity.reindex(found["parent"]).fillna("").to_numpy()
    asked = world.trail.loc[world.trail["activity"] == NO["Request approval"], "case"]
    found["decide_due_at"] = found["decide_due_at"].where(found.index.isin(asked), NEVER)
    steps = world.trail[(world.trail["moment"] <= world.run.end) & world.trail["case"].isin(found.index)].copy()
    steps["step"] = np.arange(len(steps))
    return CaseFile(found, steps)


def exceptions(world: World, file: CaseFile, system: str) -> Table:
    """The exception records of one system; columns named as core_exception, codes as the system writes them."""
    found = file.found[file.found["system"] == system]
    of = {str(name): found[name].to_numpy() for name in found}
    moments = (
        "acknowledged_at",
        "escalated_at",
        "resolved_at",
        "closed_at",
        "cancelled_at",
        "reopened_at",
        "decide_due_at",
        "ack_due_at",
    )
    return {
        "exception_id": of["no"].astype(str), "local_code": _mapped(found["type_code"], system),
        "local_severity": np.array(codes.SEVERITY_CODES[system])[of["severity"]],
        "local_status": codes.status_in(system, found["status"]), **_links(world, of, system),
        "owner_team_id": np.array([t.code for t in world.staff.teams])[of["team"].astype(int)],
        "owner_user_id": picked(np.array([p.code for p in world.staff.people]), of["person"]),
        "detected_at": of["seen_at"], **{name: of[name] for name in moments}, "sla_due_at": of["due_at"],
        "reopen_count": of["reopen_count"], "reassignment_count": of["reassignment_count"],
        "paused_seconds": of["paused_seconds"], "magnitude": of["magnitude"].astype(float),
        "value_at_risk_amount": np.where(of["amount"] > 0, of["amount"], np.nan),
        "currency_code": currency(world, of["customer"]), "process_step": of["step"].astype(str),
        "business_rule_id": of["rule"].astype(str), "parent_exception_id": of["parent_no"].astype(str),
        "detected_by": of["detected_by"].astype(str), **_outcome(world, found),
    }  # fmt: skip


def _links(world: World, of: Table, system: str) -> Table:
    """What the exceptions are about."""
    net, customer, order, ship = world.network, of["customer"], of["order"], of["shipment"]
    line, one = np.maximum(of["line"], 0), np.maximum(order, 0)
    segment = net.customers.segment[np.maximum(customer, 0)]
    has_invoice = (ship >= 0) & (system == "finance") & (world.bills.posted_at[np.maximum(ship, 0)] <= world.run.end)
    return {
        "site_id": picked(net.sites.code, of["site"]), "supplier_id": picked(net.suppliers.code, of["supplier"]),
        "customer_id": picked(net.customers.code, customer), "item_id": picked(net.items.code, of["item"]),
        "carrier_id": picked(carrier_codes(), of["carrier"]),
        "order_id": np.where(order >= 0, order_codes(one), ""),
        "order_line_id": np.where(of["line"] >= 0, line_codes(world, line), ""),
        "shipment_id": np.where(ship >= 0, ship_codes(world, np.maximum(ship, 0)), ""),
        "invoice_id": np.where(has_invoice, ship_codes(world, np.maximum(ship, 0), "IN"), ""),
        "business_unit": np.where(customer >= 0, np.array(UNITS)[segment], ""),
        "channel": np.where(order >= 0, np.array(CHANNELS)[world.orders.channel[one]], ""),
    }  # fmt: skip


def _outcome(world: World, found: pd.DataFrame) -> Table:
    """How the exceptions ended, as far as they have."""
    acts = found["type_code"].map({code: play.act for code, play in PLAYS.items()}).to_numpy(dtype=str)
    is_over = found["status"].isin(["resolved", "closed"]).to_numpy()
    unfounded = (found["status"] == "false_positive").to_numpy()
    return {
        "root_cause_code": np.where(is_over, _named_cause(world, found), ""), "resolution_code": np.where(is_over, acts, ""),
        "disposition": np.select([is_over, unfounded], ["confirmed", "false_positive"], ""),
    }  # fmt: skip


def _mapped(types: "pd.Series[str]", system: str) -> np.ndarray:
    return types.map({code: codes.type_code_in(system, code) for code in codes.types_of(system)}).to_numpy(dtype=str)


def _named_cause(world: World, found: pd.DataFrame) -> np.ndarray:
    """The cause layer that the last person named: the category's usual one in eight of ten cases."""
    usual = found["type_code"].map(CATEGORY).map(_LAYER).to_numpy(dtype=str)
    dice = draws(world.run, "named cause", found["identity"].to_numpy(), 2)
    others = np.array(sorted(set(_LAYER.values())))
    return np.where(dice[:, 0] < 0.8, usual, others[(dice[:, 1] * len(others)).astype(int)])


def _changes(rows: pd.DataFrame, system: str) -> np.ndarray:
    """The status that each step leads to, in the system's words; "" where neither status nor team changes."""
    ordered = rows.sort_values(["case", "step"], kind="stable")
    status = ordered["activity"].map(dict(enumerate(STATUS[name] for name in ACTIVITIES)))
    same = (status == status.groupby(ordered["case"]).shift()) & (ordered["activity"] != ACTIVITIES.index("Hand over"))
    words = pd.Series(codes.status_in(system, status), index=ordered.index).where(~same, "")
    return words.reindex(rows.index).to_numpy(dtype=str)


def steps(world: World, file: CaseFile, system: str) -> Table:
    """The log of handling of one system: one row per step, in order of time."""
    mine = file.found[file.found["system"] == system]
    rows = file.steps[file.steps["case"].isin(mine.index)].sort_values(["moment", "step"], kind="stable")
    case, person = rows["case"], rows["person"].to_numpy()
    activity = np.array(ACTIVITIES)[rows["activity"].to_numpy()]
    acts = case.map(mine["type_code"].map({code: play.act for code, play in PLAYS.items()})).to_numpy(dtype=str)
    order = case.map(mine["order"]).to_numpy()
    words = {name: codes.activity_in(system, name) for name in codes.ACTIVITIES}
    return {
        "log_no": np.arange(1, len(rows) + 1), "exception_id": case.map(mine["no"]).to_numpy(dtype=str),
        "order_id": np.where(order >= 0, order_codes(np.maximum(order, 0)), ""),
        "logged_at": rows["moment"].to_numpy(), "activity": pd.Series(activity).map(words).to_numpy(dtype=str),
        "action": np.where(activity == "Act", acts, ""),
        "user_id": picked(np.array([p.code for p in world.staff.people]), person),
        "team_id": np.array([t.code for t in world.staff.teams])[rows["team"].to_numpy()],
        "department": np.where(person >= 0, np.array([t.department for t in world.staff.teams])[rows["team"].to_numpy()], ""),
        "new_status": _changes(rows, system),
        "lifecycle": np.where(np.isin(activity, sorted(set(BEGINS.values()))), "start", "complete"),
        "note": notes.write(world.run, activity, rows["step"].to_numpy()),
    }  # fmt: skip
