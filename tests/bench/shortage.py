"""Which shortage does the planning benchmark solve? A seeded network of sites, short lines and lines that hold stock."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from control_tower.policy import Policy
from control_tower.reallocation import situation
from control_tower.reallocation.situation import Situation

AS_OF = date(2026, 4, 1)
TIERS = np.array(["strategic", "key", "standard", "small"])


def made(lines: int, sites: int, policy: Policy, seed: int = 1) -> Situation:
    """`lines` short lines over lines/8 items at `sites` sites that together hold about four fifths of what is missing."""
    random = np.random.default_rng(seed)
    items = max(lines // 8, 1)
    site, item = [f"b:S{n:02d}" for n in range(sites)], [f"b:I{n:04d}" for n in range(items)]
    book = _lines(random, lines, site, item)
    raw = Situation(
        build_id="bench", as_of=AS_OF, currency_code="EUR", exception_ids=("bench",), lines=book,
        stock=_stock(random, site, item), supply=_supply(random, site, item), lanes=_lanes(random, site),
        substitutes=pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _SUBSTITUTE.items()}),
        guides=pd.DataFrame({"routing_guide_code": pd.Series(dtype="object"), "carrier_id": pd.Series(dtype="object")}),
        places=pd.DataFrame({"site_id": site, "name": site, "country_code": "DE"}),
        credit=pd.DataFrame({"customer_id": pd.Series(dtype="object"), "headroom_amount": pd.Series(dtype="float")}),
    )  # fmt: skip
    asked = pd.DataFrame({"order_line_id": book.loc[book["covered_qty"] == 0, "order_line_id"]})
    return situation.prepare(raw, policy, asked)


_SUBSTITUTE = {
    "item_id": "object", "substitute_item_id": "object", "rank": "float", "unit_cost": "float", "is_regulated": "bool",
}  # fmt: skip


def _lines(random: np.random.Generator, short: int, site: list[str], item: list[str]) -> pd.DataFrame:
    """Short lines, and for every four of them one that holds its stock and is promised later."""
    n = short + short // 4
    is_short = np.arange(n) < short
    qty = random.integers(5, 80, n).astype(float)
    cost = random.uniform(5, 120, n).round(2)
    due = np.where(is_short, random.integers(-3, 6, n), random.integers(6, 25, n))
    day = pd.Timestamp(AS_OF)
    flags: dict[str, Any] = {
        "is_split_allowed": random.random(n) < 0.6, "is_ship_complete": random.random(n) < 0.15,
        "is_promise_protected": random.random(n) < 0.05, "is_regulated": False, "is_credit_blocked": False,
        "is_released": False,
    }  # fmt: skip
    return pd.DataFrame({
        "order_line_id": [f"b:L{k:05d}" for k in range(n)], "order_id": [f"b:O{k // 2:05d}" for k in range(n)],
        "customer_id": [f"b:C{k % 97:03d}" for k in range(n)], "item_id": random.choice(item, n),
        "site_id": random.choice(site, n), "supplier_id": None, "open_qty": qty, "ordered_qty": qty,
        "covered_qty": np.where(is_short, 0.0, qty), "unit_price": (cost * random.uniform(1.1, 1.8, n)).round(2),
        "unit_cost": cost, "promise_date": day + pd.to_timedelta(due, unit="D"), "requested_date": pd.NaT,
        "projected_date": pd.NaT, "contract_due_date": day + pd.to_timedelta(due + 3, unit="D"),
        "order_at": day - pd.to_timedelta(random.integers(1, 400, n), unit="h"),
        "backordered_at": day - pd.to_timedelta(random.integers(0, 5, n), unit="D"), "reservation_failed_at": pd.NaT,
        "customer_tier": random.choice(TIERS, n, p=[0.1, 0.2, 0.4, 0.3]), "priority": random.integers(1, 4, n),
        "customer_country": "DE", "min_split_margin_rate": 0.15, "routing_guide_code": None,
        "late_rate": random.uniform(0, 0.2, n).round(3), **flags,
    })  # fmt: skip


def _stock(random: np.random.Generator, site: list[str], item: list[str]) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_product([site, item], names=["site_id", "item_id"]).to_frame(index=False)
    n = len(pairs)
    hand = np.where(random.random(n) < 0.2, random.integers(0, 160, n), 0).astype(float)
    return pairs.assign(
        snapshot_at=pd.Timestamp(AS_OF), on_hand_qty=hand, reserved_qty=0.0, safety_stock_qty=random.integers(5, 25, n)
    )


def _supply(random: np.random.Generator, site: list[str], item: list[str]) -> pd.DataFrame:
    n = 3 * len(item)
    return pd.DataFrame({
        "supply_id": [f"b:P{k:05d}" for k in range(n)], "supply_type": "purchase_order", "supplier_id": "b:V1",
        "from_site_id": None, "site_id": random.choice(site, n), "item_id": random.choice(item, n),
        "open_qty": random.integers(20, 200, n).astype(float),
        "due_date": pd.Timestamp(AS_OF) + pd.to_timedelta(random.integers(1, 15, n), unit="D"), "is_blocked": False,
    })  # fmt: skip


def _lanes(random: np.random.Generator, site: list[str]) -> pd.DataFrame:
    pairs = [(a, b) for a in site for b in site if a != b]
    n = len(pairs)
    return pd.DataFrame({
        "lane_id": [f"{a}>{b}" for a, b in pairs], "from_site_id": [a for a, _ in pairs], "supplier_id": None,
        "site_id": [b for _, b in pairs], "item_id": None, "carrier_id": random.choice(["b:K1", "b:K2"], n),
        "lead_time_days": random.integers(1, 5, n).astype(float), "unit_freight": random.uniform(0.1, 1.5, n).round(2),
        "min_qty": 0.0, "priority": 1,
    })  # fmt: skip
