"""Which small networks do the tests plan for? Frames as a build's reads return them, typed in or drawn."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from control_tower import policy
from control_tower.policy import Policy
from control_tower.reallocation import situation
from control_tower.reallocation.situation import Situation

AS_OF = date(2026, 4, 1)
POLICY = policy.load()
Rows = Sequence[dict[str, Any]]
_LINE = {
    "order_line_id": "L1", "order_id": "O1", "customer_id": "C1", "item_id": "I1", "site_id": "A", "supplier_id": None,
    "open_qty": 10.0, "ordered_qty": 10.0, "covered_qty": 0.0, "unit_price": 100.0, "unit_cost": 60.0,
    "promise_date": "2026-04-01", "requested_date": None, "projected_date": None, "contract_due_date": None,
    "order_at": "2026-03-25", "backordered_at": "2026-04-01", "reservation_failed_at": None, "is_released": False,
    "customer_tier": "key", "priority": 2, "customer_country": "DE", "is_split_allowed": True,
    "min_split_margin_rate": 0.1, "is_ship_complete": False, "is_promise_protected": False, "routing_guide_code": None,
    "is_regulated": False, "is_credit_blocked": False, "late_rate": 0.0,
}  # fmt: skip
_STOCK = {"site_id": "B", "item_id": "I1", "snapshot_at": "2026-04-01", "on_hand_qty": 0.0, "reserved_qty": 0.0,
          "safety_stock_qty": 0.0}  # fmt: skip
_SUPPLY = {"supply_id": "P1", "supply_type": "purchase_order", "supplier_id": "V1", "from_site_id": None,
           "site_id": "A", "item_id": "I1", "open_qty": 10.0, "due_date": "2026-04-05", "is_blocked": False}  # fmt: skip
_LANE = {"lane_id": "B>A", "from_site_id": "B", "supplier_id": None, "site_id": "A", "item_id": None,
         "carrier_id": "K1", "lead_time_days": 2.0, "unit_freight": 1.0, "min_qty": 0.0, "priority": 1}  # fmt: skip
_SUBSTITUTE = {"item_id": "I1", "substitute_item_id": "I2", "rank": 1, "unit_cost": 70.0, "is_regulated": False}
_COMPANION = {"order_line_id": "L9", "order_id": "O1", "open_qty": 20.0, "unit_price": 50.0, "due_date": "2026-04-02"}
_DATES = (
    "promise_date", "requested_date", "projected_date", "contract_due_date", "order_at", "backordered_at",
    "reservation_failed_at", "due_date",
)  # fmt: skip


def frame(plain: dict[str, Any], given: Rows) -> pd.DataFrame:
    """Rows with what they do not say filled in; dates as dates."""
    made = pd.DataFrame([plain | row for row in given], columns=list(plain))
    return made.assign(**{name: pd.to_datetime(made[name]) for name in _DATES if name in made})


def raw(lines: Rows, stock: Rows = (), supply: Rows = (), lanes: Rows = (), **more: Rows) -> Situation:
    """The frames as a build would return them."""
    return Situation(
        build_id="b1", as_of=AS_OF, currency_code="EUR", exception_ids=("E1",), lines=frame(_LINE, lines),
        stock=frame(_STOCK, stock), supply=frame(_SUPPLY, supply), lanes=frame(_LANE, lanes),
        substitutes=frame(_SUBSTITUTE, more.get("substitutes", ())),
        guides=pd.DataFrame(more.get("guides", ()), columns=["routing_guide_code", "carrier_id"]),
        places=pd.DataFrame({"site_id": list("ABC"), "name": ["Aachen", "Berlin", "Celle"], "country_code": ["DE", "DE", "FR"]}),
        credit=pd.DataFrame(more.get("credit", ()), columns=["customer_id", "headroom_amount"]),
        companions=frame(_COMPANION, more.get("companions", ())),
    )  # fmt: skip


def prepared(found: Situation, rules: Policy = POLICY, reserved: Rows = ()) -> Situation:
    """Ready to plan: every line asked for."""
    return situation.prepare(found, rules, found.lines[["order_line_id"]], reserved)


def shuffled(found: Situation, seed: int) -> Situation:
    """The same facts with the rows of every frame in another order."""
    frames = {n: f.sample(frac=1, random_state=seed) for n, f in found.__dict__.items() if isinstance(f, pd.DataFrame)}
    return Situation(**{**found.__dict__, **frames})


@st.composite
def networks(draw: Any) -> Situation:
    """One or two items, two to five lines that are short, hold stock or are frozen, at three sites."""
    whole = st.integers(0, 12).map(float)
    day = st.integers(-3, 20).map(lambda n: f"2026-04-{max(n, 1):02d}")
    lines = [
        {
            "order_line_id": f"L{k}", "order_id": f"O{k // 2}", "customer_id": f"C{k}",
            "item_id": draw(st.sampled_from(["I1", "I1", "I2"])), "site_id": draw(st.sampled_from("ABC")),
            "open_qty": (qty := draw(st.integers(1, 12).map(float))), "ordered_qty": qty,
            "covered_qty": draw(st.sampled_from([0.0, 0.0, qty])), "promise_date": draw(day),
            "contract_due_date": draw(st.none() | day), "customer_tier": draw(st.sampled_from(["strategic", "key", "standard", "small", None])),
            "unit_price": draw(st.sampled_from([65.0, 100.0, 140.0])), "is_split_allowed": draw(st.booleans()),
            "is_ship_complete": draw(st.sampled_from([False, False, True])),
            "is_promise_protected": draw(st.sampled_from([False, False, False, True])),
            "is_released": draw(st.sampled_from([False, False, False, True])), "order_at": f"2026-03-{10 + k}",
            "is_credit_blocked": draw(st.sampled_from([False, False, False, True])),
            "is_regulated": draw(st.sampled_from([False, False, False, True])),
            "routing_guide_code": draw(st.sampled_from([None, None, "G1"])), "priority": draw(st.integers(1, 3)),
        }
        for k in range(draw(st.integers(2, 5)))
    ]  # fmt: skip
    lines[0] |= {"covered_qty": 0.0, "is_released": False}
    stock = [
        {"site_id": s, "item_id": i, "on_hand_qty": draw(whole), "reserved_qty": draw(st.sampled_from([0.0, 3.0])),
         "safety_stock_qty": draw(st.sampled_from([0.0, 2.0]))}
        for s in "ABC" for i in ("I1", "I2")
    ]  # fmt: skip
    supply = [
        {"supply_id": f"P{k}", "site_id": draw(st.sampled_from("ABC")), "open_qty": draw(whole),
         "due_date": draw(st.none() | day), "is_blocked": draw(st.sampled_from([False, False, True]))}
        for k in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    lanes = [
        {"lane_id": f"{a}>{b}/{c}", "from_site_id": a, "site_id": b, "carrier_id": c,
         "lead_time_days": 1.0 + n, "unit_freight": 3.0 - n, "priority": n + 1}
        for a in "ABC" for b in "ABC" if a != b and draw(st.booleans()) for n, c in enumerate(["K1", "K2"])
    ]  # fmt: skip
    credit = [{"customer_id": f"C{k}", "headroom_amount": 350.0} for k in range(2)]
    return raw(lines, stock, supply, lanes, guides=[("G1", "K2")], credit=credit, substitutes=[{}])
