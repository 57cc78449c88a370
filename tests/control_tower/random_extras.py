"""Which further random rows do the oracles of stock, freight, margin, hand-offs and assist compute on?

Adds columns and relations to the frames of `random_build.py` after they are drawn.
"""

import pandas as pd

from tests.control_tower.random_build import SITES, START, Draw, T, ids

Frames = dict[str, pd.DataFrame]
ITEMS = ids("item", 24)


def extend(found: Frames, draw: Draw) -> None:
    """Add them in place; every time stays at most T."""
    _exceptions(found, draw)
    _orders(found, draw)
    _lines(found, draw)
    _invoices(found, draw)
    found["core_shipment"] = _shipments(found, draw, 200)
    found["core_shipment_line"] = _shipment_lines(found, draw, 200)
    _stock(found, draw)
    found["core_recommendation"] = _recommendations(draw, 150)
    _messages(found, draw)
    _proposals(found, draw)
    _about(found, Draw(len(found["core_approval"])))
    _events(found, draw)
    _controls(found, draw)
    _places(found)


def _about(found: Frames, draw: Draw) -> None:
    """Approvals of proposals, and proposals about several exceptions; drawn apart, so that all else stays as it was."""
    proposals, exceptions = found["core_proposal"]["proposal_id"], found["mart_exception"]["exception_id"]
    approvals = found["core_approval"]
    found["core_approval"] = approvals.assign(proposal_id=draw.one_of(len(approvals), proposals.tolist(), 0.7))
    pairs = {"proposal_id": draw.one_of(300, proposals.tolist()), "exception_id": draw.one_of(300, exceptions.tolist())}
    found["core_proposal_exception"] = pd.DataFrame(pairs).drop_duplicates(ignore_index=True)


def _exceptions(found: Frames, draw: Draw) -> None:
    n = len(found["mart_exception"])
    detected = found["mart_exception"]["detected_at"]
    found["mart_exception"] = found["mart_exception"].assign(
        source_system=draw.one_of(n, ["erp", "wms", "tms", "edi", "crm"]),
        category=draw.one_of(n, ["inventory", "pricing", "supply"]),
        severity=draw.one_of(n, ["standard", "critical"]),
        customer_tier=draw.one_of(n, ["key", "small"], 0.9),
        business_unit=draw.one_of(n, ["north", "south", "east"], 0.9),
        root_cause_code=draw.one_of(n, [f"cause {i}" for i in (1, 1, 1, 2, 2, 3, 4, 5)], 0.8),
        process_step=draw.one_of(n, ["pick", "pick", "pack", "load", "bill"], 0.9),
        supplier_id=draw.one_of(n, ids("s", 6), 0.7),
        resolution_code=draw.one_of(n, ["split", "wait", "wait", "ship"], 0.9),
        owner_user_id=draw.one_of(n, ids("user", 7), 0.9),
        acknowledged_at=draw.later(detected, 0.5, 0.9),
    )


def _orders(found: Frames, draw: Draw) -> None:
    orders = found["core_order"]
    is_hit = orders["order_id"].isin(found["mart_exception"]["order_id"])
    complete = orders["complete_at"].where(~is_hit, orders["complete_at"] + pd.Timedelta(hours=60))
    found["core_order"] = orders.assign(
        complete_at=complete.where(complete <= T), priority=draw.number(len(orders), 1, 3, 0.9).astype("Int64")
    )


def _lines(found: Frames, draw: Draw) -> None:
    lines, n = found["mart_order_line"], len(found["mart_order_line"])
    found["mart_order_line"] = lines.assign(
        item_id=draw.one_of(n, ITEMS),
        unit_cost=draw.number(n, 1, 100, 0.95),
        released_at=draw.later(lines["order_at"], 2, 0.8),
        allocated_qty=draw.number(n, 0, 20, 0.7),
        projected_date=draw.later(lines["order_at"], 20, 0.3).dt.date,
        cancelled_at=pd.NaT,
    )
    found["core_order_line"] = found["mart_order_line"][["order_line_id", "order_id", "item_id"]]


def _invoices(found: Frames, draw: Draw) -> None:
    invoices, n = found["core_invoice"], len(found["core_invoice"])
    found["core_invoice"] = invoices.assign(
        billable_at=invoices["posted_at"] - pd.to_timedelta(draw.number(n, 0, 5000), unit="min"),
        credit_amount=draw.number(n, 1, 50, 0.2),
        currency_code=draw.one_of(n, ["EUR", "EUR", "USD"]),
    )


def _shipments(found: Frames, draw: Draw, n: int) -> pd.DataFrame:
    order = found["core_order"].iloc[draw.random.integers(0, 300, n)].reset_index(drop=True)
    names = ids("ship", n)
    raised = found["mart_exception"]
    about = pd.Series(names).sample(len(raised), replace=True, random_state=3).reset_index(drop=True)
    found["mart_exception"] = raised.assign(shipment_id=about.where(draw.random.random(len(raised)) < 0.2, None))
    return pd.DataFrame({
        "shipment_id": names, "order_id": order["order_id"], "shipped_at": draw.later(order["order_at"], 4, 0.9),
        "freight_amount": draw.number(n, 20, 200, 0.95), "standard_freight_amount": draw.number(n, 20, 100, 0.95),
        "is_expedited": draw.yes(n, 0.5, 0.9), "currency_code": draw.one_of(n, ["EUR", "USD"]),
    })  # fmt: skip


def _shipment_lines(found: Frames, draw: Draw, n: int) -> pd.DataFrame:
    lines = found["mart_order_line"].sample(n, random_state=4).reset_index(drop=True)
    swapped = draw.one_of(n, ITEMS)
    return pd.DataFrame({
        "shipment_id": draw.one_of(n, ids("ship", 200)), "order_line_id": lines["order_line_id"],
        "shipped_qty": draw.number(n, 1, 20), "item_id": lines["item_id"].where(draw.random.random(n) < 0.6, swapped),
    })  # fmt: skip


def _stock(found: Frames, draw: Draw) -> None:
    found["core_item"] = pd.DataFrame({
        "item_id": ITEMS, "unit_cost": draw.number(24, 1, 150), "unit_price": draw.number(24, 50, 250),
        "currency_code": "EUR",
    })  # fmt: skip
    places = [(site, item, place) for site in SITES for item in ITEMS for place in ("main", "annex")]
    counts = pd.DataFrame(places * 4, columns=["site_id", "item_id", "storage_location"])
    n = len(counts)
    counts["snapshot_at"] = [START + pd.Timedelta(days=7 * (i // len(places))) for i in range(n)]
    counts["on_hand_qty"], counts["safety_stock_qty"] = draw.number(n, 0, 60, 0.95), draw.number(n, 0, 20, 0.7)
    found["core_inventory"] = counts
    ordered = draw.time(120, days=80)
    found["core_supply"] = pd.DataFrame({
        "supply_id": ids("supply", 120), "supply_type": "purchase_order", "site_id": draw.one_of(120, SITES),
        "item_id": draw.one_of(120, ITEMS), "ordered_at": ordered, "received_at": draw.later(ordered, 30, 0.5),
        "eta_at": ordered + pd.to_timedelta(draw.number(120, 5, 60), unit="D"),
    })  # fmt: skip


def _recommendations(draw: Draw, n: int) -> pd.DataFrame:
    kind = draw.one_of(n, ["breach", "class"])
    words = draw.one_of(n, ["breach", "in time"])
    return pd.DataFrame({
        "recommendation_id": ids("rec", n), "kind": kind, "suggested": words,
        "outcome": draw.one_of(n, ["breach", "in time"], 0.8), "probability": draw.number(n, 0, 101, 0.9) / 100,
        "response": draw.one_of(n, ["accepted", "accepted", "overridden", "abstained"], 0.9),
        "made_at": draw.time(n),
    })  # fmt: skip


def _messages(found: Frames, draw: Draw) -> None:
    tries = found["core_integration_message"]
    n, failed = len(tries), tries["status"] != "ok"
    found["core_integration_message"] = tries.assign(
        error_class=draw.one_of(n, ["timeout", "schema"], 0.6).where(failed, None),
        http_code=draw.one_of(n, [401, 404, 408, 429, 500], 0.7).where(failed, None),
    )


def _proposals(found: Frames, draw: Draw) -> None:
    made = found["core_proposal"]
    found["core_proposal"] = made.assign(
        confirmed_at=draw.later(made["executed_at"], 2, 0.8),
        realised_benefit_amount=draw.number(len(made), 0, 500, 0.9),
        currency_code="EUR",
    )


def _places(found: Frames) -> None:
    """Sites in two time zones that change to summer time on different days, and one without a calendar."""
    found["core_site"] = pd.DataFrame({
        "site_id": SITES, "time_zone": ["Europe/Paris", "America/Chicago", "Europe/Paris"],
        "calendar_code": ["night", "office", None],
    })  # fmt: skip
    office = [("office", day, *span) for day in range(1, 6) for span in (("08:30", "12:00"), ("13:00", "17:30"))]
    night = [("night", day, "22:00", "06:00") for day in range(1, 8)]
    found["ref_calendar"] = pd.DataFrame(office + night, columns=["calendar_code", "weekday", "opens", "closes"])
    closed = ["2026-01-01", "2026-02-16", "2026-03-30"]
    found["ref_holiday"] = pd.DataFrame([("office", day) for day in closed], columns=["calendar_code", "holiday_date"])


def _controls(found: Frames, draw: Draw) -> None:
    """Forecasts of exceptions, sampled orders, and control totals beside the files that came."""
    said = found["core_recommendation"]
    found["core_recommendation"] = said.assign(
        exception_id=draw.one_of(len(said), list(found["mart_exception"]["exception_id"].head(60)))
    )
    found["core_audit_sample"] = pd.DataFrame({
        "audit_sample_id": ids("as", 80), "order_id": draw.one_of(80, list(found["core_order"]["order_id"])),
        "sampled_at": draw.time(80), "found_type_code": draw.one_of(80, ["late"], 0.2),
    })  # fmt: skip
    rows = draw.number(40, 10, 900)
    found["core_control_total"] = pd.DataFrame({
        "control_total_id": ids("ct", 40), "file": ids("file", 40), "stated_rows": rows, "stated_at": draw.time(40),
    })  # fmt: skip
    found["load_ledger"] = pd.DataFrame({
        "file_no": range(35), "file": ids("file", 35), "read_rows": (rows - draw.number(40, 0, 4)).head(35),
        "loaded_at": draw.time(35),
    })  # fmt: skip


def _events(found: Frames, draw: Draw) -> None:
    n = len(found["core_event"])
    found["core_event"] = found["core_event"].assign(
        department=draw.one_of(n, ["Sales", "Warehouse", "Finance"], 0.97),
        activity=draw.one_of(n, ["Change", "Approve", "Ship", "Add comment", "Wave override", "Short pick"]),
    )
    found["ref_exception_type"] = pd.DataFrame({"type_code": ["late"], "std_minutes": [25.0]})
