"""Which events does a run write as plain CSV, and to which objects do they belong? Never any other table."""

import numpy as np
import pandas as pd

from etl.sources.network_simulator.exports.names import order_codes, text
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.queues import ACTIVITIES
from etl.sources.network_simulator.world import World

_BUSINESS = {"Detect": "exception_detected", "Acknowledge": "exception_acknowledged", "Assign": "exception_assigned",
             "Escalate": "exception_escalated", "Resolve": "exception_resolved", "Reopen": "exception_reopened",
             "Resolve automatically": "exception_resolved", "Close": "exception_closed",
             "Request approval": "approval_requested", "Approve": "approval_decided", "Reject": "approval_decided"}  # fmt: skip
_STANDARD = (("Create order", "order_created", None), 
             ("Release to warehouse", "inventory_reserved", "released_at"), ("Pack", "packed", "packed_at"),
             ("Ship", "shipment_confirmed", "shipped_at"), ("Deliver", "delivered", "delivered_at"))  # fmt: skip


def tables(world: World) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Events in order of time, their objects, and all objects."""
    events = pd.concat([_orders(world), _cases(world)], ignore_index=True)
    events = events[events["moment"] <= world.run.end].sort_values("moment", kind="stable").reset_index(drop=True)
    events["event_id"] = [f"E{number:09d}" for number in range(1, len(events) + 1)]
    links = [_links(events, "order"), _links(events, "exception"), _line_links(world, events)]
    link = pd.concat(links, ignore_index=True)
    objects = link[["object_id", "object_type"]].drop_duplicates()
    events["timestamp"] = text(world.run, events["moment"].to_numpy())
    columns = [
        "event_id",
        "activity",
        "timestamp",
        "business_event",
        "resource",
        "resource_type",
        "department",
        "team_id",
    ]
    return events[columns], link, objects


def _orders(world: World) -> pd.DataFrame:
    code = order_codes(len(world.orders))
    parts = []
    for activity, business, column in _STANDARD:
        moment = world.orders.booked_at if column is None else getattr(world.ships, column)[: len(code)]
        parts.append(pd.DataFrame({"activity": activity, "business_event": business, "moment": moment, "order": code,
                                   "number": np.arange(len(code)), "resource": "ERP", "resource_type": "automatic",
                                   "department": "", "team_id": "", "exception": ""}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _cases(world: World) -> pd.DataFrame:
    trail, cases, staff = world.trail, world.cases, world.staff
    case, person, team = (trail[name].to_numpy() for name in ("case", "person", "team"))
    activity = np.array(ACTIVITIES, dtype=object)[trail["activity"]]
    acts = cases["type_code"].map({code: play.act for code, play in PLAYS.items()}).to_numpy()[case]
    order = cases["order"].to_numpy()[case]
    code = order_codes(len(world.orders))
    names = np.array([*(p.code for p in staff.people), "TOWER"])
    human = person >= 0
    return pd.DataFrame({
        "activity": np.where(activity == "Act", acts, activity), "business_event": pd.Series(activity).map(_BUSINESS),
        "moment": trail["moment"], "number": -1, "order": np.where(order >= 0, code[np.maximum(order, 0)], ""),
        "exception": [f"X{number + 1:07d}" for number in case], "resource": names[person],
        "resource_type": np.where(human, "human", "automatic"),
        "department": np.where(human, np.array([t.department for t in staff.teams])[team], ""),
        "team_id": np.array([t.code for t in staff.teams])[team]})  # fmt: skip


def _links(events: pd.DataFrame, object_type: str) -> pd.DataFrame:
    found = events[events[object_type] != ""]
    return pd.DataFrame({"event_id": found["event_id"], "object_id": found[object_type], "object_type": object_type})


def _line_links(world: World, events: pd.DataFrame) -> pd.DataFrame:
    found = events[events["number"] >= 0]
    number = found["number"].to_numpy()
    count = world.orders.line_count[number]
    line = np.repeat(world.orders.first_line[number] - (np.cumsum(count) - count), count) + np.arange(count.sum())
    code = np.char.add(np.char.add(np.repeat(found["order"].to_numpy().astype(str), count), "-"),
                       world.lines.line_no[line].astype(str))  # fmt: skip
    event = np.repeat(found["event_id"].to_numpy(), count)
    return pd.DataFrame({"event_id": event, "object_id": code, "object_type": "order_line"})
