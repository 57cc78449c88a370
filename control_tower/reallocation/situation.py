"""What do we know about the lines that are short? Reads one build into the frames that the rest computes on.

The only module of this room that touches a build. Everything is put into canonical order here, so that the
same facts in any order give the same plan. Decides nothing: no rule, no score.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from control_tower.errors import NotAllowed
from control_tower.policy import Policy
from control_tower.warehouse import Build

NEVER = 10**6
"""A day beyond every date: for what has none."""
MOST_ROWS, MOST_SHOWN = 200_000, 20_000
"""What the reads below say themselves as their LIMIT: as many rows as that may be a part only. Pages ask some of them too."""
_ON_PAGES = ("reallocation_place", "reallocation_scope")
SHORT, HOLDS, FROZEN = "short", "holds", "frozen"


_COMPANION = ("order_line_id", "order_id", "open_qty", "unit_price", "due_date")


@dataclass(frozen=True)
class Situation:
    """The facts for one plan, each frame in the order of its ids. Days count from `as_of`; quantities in base units.

    `lines`: one row per open line of the items, `part` says whether it is short, holds stock or is frozen;
    `stock`: site × item; `supply`: expected receipt; `lanes`; `substitutes`; `guides`: routing guide × carrier;
    `places`: site; `credit`: headroom by customer.
    """

    build_id: str
    as_of: date
    currency_code: str
    exception_ids: tuple[str, ...]
    lines: pd.DataFrame
    stock: pd.DataFrame
    supply: pd.DataFrame
    lanes: pd.DataFrame
    substitutes: pd.DataFrame
    guides: pd.DataFrame
    places: pd.DataFrame
    credit: pd.DataFrame
    companions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(_COMPANION)))
    """Open lines of the orders that ship complete, of any item: none of an order leaves before its last."""

    def place(self, site_id: str) -> str:
        """The site's name, for people."""
        return self._names.get(site_id, site_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        named = self.places.drop_duplicates("site_id")
        return {str(site): str(name) for site, name in zip(named["site_id"], named["name"], strict=True)}

    @cached_property
    def piles(self) -> dict[tuple[str, str], Any]:
        """The rows of `stock` by site and item."""
        return {(row.site_id, row.item_id): row for row in rows(self.stock)}

    def on(self, day: float) -> date | None:
        """The date of a day counted from the as-of; None for none."""
        return None if day >= NEVER else date.fromordinal(self.as_of.toordinal() + int(day))


Reserved = Iterable[Mapping[str, Any]]
"""Rows of the store's reservation ledger: site_id, item_id, supply_id, donor_order_line_id, qty and, for whom, order_line_id."""


CONTRACT = (
    "is_split_allowed", "is_ship_complete", "is_promise_protected", "routing_guide_code", "min_split_margin_rate",
    "is_credit_blocked", "is_regulated", "customer_tier",
)  # fmt: skip
"""What is agreed with the customer of a line, or holds for his order: a plan rests on it."""


def contract(line: Any) -> dict[str, Any]:
    """The terms of one prepared line as plain values, to be stored and compared."""
    return {name: plain(getattr(line, name)) for name in CONTRACT}


def lane_terms(lane: Any) -> dict[str, Any]:
    """Carrier, transit time, price and least quantity of one lane as plain values, to be stored and compared."""
    found = (lane.carrier_id, lane.lead_time_days, lane.unit_freight, lane.min_qty)
    return dict(zip(("carrier_id", "lead_days", "unit_freight", "min_qty"), map(plain, found), strict=True))


def plain(value: Any) -> Any:
    """A value that JSON keeps as it is: yes, no, a number, a text or nothing."""
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str) else round(float(value), 4)


def rows(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame as named tuples, for what is written out one by one: once for a frame, not once for a row."""
    return list(frame.itertuples(index=False))


def read(
    build: Build, exception_ids: Sequence[str], policy: Policy, reserved: Reserved = (), shared: bool = True
) -> Situation:
    """What the build says about the open lines of these exceptions.

    With `shared` every line that waits for the same items too (REA-04). Raises NotAllowed when no line is still open.
    """
    asked = tuple(sorted(set(exception_ids)))
    scope = whole(build, "reallocation_scope", exception_ids=list(asked))
    if scope.empty:
        raise NotAllowed(
            f"nothing to reallocate: {', '.join(asked) or 'no exception'} is about no line that is open and not released"
        )
    items = sorted(scope["item_id"].dropna().unique())
    substitutes = whole(build, "reallocation_substitute", item_ids=items)
    wider = sorted({*items, *substitutes["substitute_item_id"]})
    lines = _open_lines(build, items, policy)
    clock = build.read("reallocation_clock").iloc[0]
    found = Situation(
        build_id=str(clock["build_id"]),
        as_of=pd.Timestamp(clock["as_of_date"]).date(),
        currency_code=str(clock["reporting_currency"]),
        exception_ids=asked,
        lines=lines,
        stock=whole(build, "reallocation_stock", item_ids=wider),
        supply=whole(build, "reallocation_supply", item_ids=wider),
        lanes=whole(build, "reallocation_lane"),
        substitutes=substitutes,
        guides=whole(build, "reallocation_guide"),
        places=whole(build, "reallocation_place"),
        credit=whole(build, "reallocation_credit", customer_ids=sorted(lines["customer_id"].dropna().unique())),
        companions=_of_complete_orders(build, lines),
    )
    return prepare(found, policy, scope, reserved, shared)


def _open_lines(build: Build, items: list[str], policy: Policy) -> pd.DataFrame:
    recent = policy.reallocation.priorities.recently_late_days
    return whole(build, "reallocation_line", item_ids=items, recent_days=recent)


def _of_complete_orders(build: Build, lines: pd.DataFrame) -> pd.DataFrame:
    orders = sorted(lines.loc[_flag(lines["is_ship_complete"]), "order_id"].dropna().unique())
    return whole(build, "reallocation_companion", order_ids=orders)


def whole(build: Build, name: str, **bound: Any) -> pd.DataFrame:
    """All rows of a read. Raises NotAllowed when there may be more than it brings: a plan on a part is wrong."""
    found = build.read(name, **bound)
    most = MOST_SHOWN if name in _ON_PAGES else MOST_ROWS
    if len(found) >= most:
        raise NotAllowed(
            f"too much to plan at once: {name} brings {len(found):,} rows and may have left some out; plan for fewer exceptions"
        )
    return found


def prepare(
    raw: Situation, policy: Policy, scope: pd.DataFrame, reserved: Reserved = (), shared: bool = True
) -> Situation:
    """The frames as read, typed, in canonical order, with what is already promised taken off."""
    rules = policy.reallocation
    ledger = _ledger(reserved)
    lines = _lines(raw, scope, ledger, rules.freeze_days, shared)
    return replace(
        raw,
        lines=lines,
        stock=_stock(raw.stock, ledger),
        supply=_supply(raw, ledger, lines),
        lanes=raw.lanes.sort_values("lane_id", ignore_index=True),
        substitutes=raw.substitutes.sort_values(["item_id", "substitute_item_id"], ignore_index=True),
        credit=raw.credit.sort_values("customer_id", ignore_index=True),
        companions=_companions(raw),
    )


def _ledger(reserved: Reserved) -> pd.DataFrame:
    columns = ["site_id", "item_id", "supply_id", "donor_order_line_id", "order_line_id", "qty"]
    frame = pd.DataFrame([{name: row.get(name) for name in columns} for row in reserved], columns=columns)
    return frame.assign(qty=frame["qty"].astype(float))


def _days(values: pd.Series, as_of: date) -> pd.Series:
    """Whole days from the as-of to these dates; NEVER where there is none."""
    whole = (pd.to_datetime(values).dt.normalize() - pd.Timestamp(as_of)).dt.days
    return whole.fillna(NEVER).astype("int64")


def _flag(values: pd.Series) -> pd.Series:
    return values.astype("boolean").fillna(False).astype(bool)


def _lines(raw: Situation, scope: pd.DataFrame, ledger: pd.DataFrame, freeze_days: int, shared: bool) -> pd.DataFrame:
    """One row per open line: quantities as numbers, dates as days, and the part it plays."""
    lines = raw.lines.sort_values("order_line_id", ignore_index=True)
    taken = ledger.groupby("donor_order_line_id")["qty"].sum()
    given = ledger.groupby("order_line_id")["qty"].sum()
    numbers = ["open_qty", "covered_qty", "unit_price", "unit_cost", "min_split_margin_rate", "priority", "late_rate"]
    lines = lines.assign(**{name: lines[name].astype(float) for name in numbers})
    lines["covered_qty"] = (lines["covered_qty"] - lines["order_line_id"].map(taken).fillna(0.0)).clip(lower=0.0)
    lines["open_qty"] = (lines["open_qty"] - lines["order_line_id"].map(given).fillna(0.0)).clip(lower=0.0)
    flags = ["is_split_allowed", "is_ship_complete", "is_promise_protected", "is_regulated", "is_credit_blocked"]
    lines = lines.assign(**{name: _flag(lines[name]) for name in flags})
    lines["is_blocked"] = lines["is_credit_blocked"]
    due = lines["promise_date"].fillna(lines["requested_date"])
    lines["promise_day"] = _days(due, raw.as_of)
    lines["contract_day"] = _days(lines["contract_due_date"], raw.as_of)
    lines["projected_day"] = _days(lines["projected_date"], raw.as_of)
    began = lines["backordered_at"].fillna(lines["reservation_failed_at"])
    lines["waited_days"] = (-_days(began, raw.as_of)).clip(lower=0)
    lines["booked_at"] = pd.to_datetime(lines["order_at"]).fillna(pd.Timestamp(raw.as_of))
    lines["headroom_amount"] = lines["customer_id"].map(raw.credit.set_index("customer_id")["headroom_amount"])
    lines["is_asked"] = lines["order_line_id"].isin(scope["order_line_id"])
    lines["part"] = _part(lines, freeze_days, shared)
    lines["qty"] = np.where(lines["part"] == SHORT, lines["open_qty"], lines["covered_qty"])
    fallow = (lines["part"] == SHORT) & ~lines["is_blocked"]
    lines.loc[fallow, "qty"] -= lines.loc[fallow, "covered_qty"]
    return lines[(lines["qty"] > 0) & (lines["part"] != "")].reset_index(drop=True)


def _companions(raw: Situation) -> pd.DataFrame:
    """Lines of orders that ship complete with `due_day` and `amount`, what is open of them in money."""
    frame = raw.companions.sort_values("order_line_id", ignore_index=True)
    amount = frame["open_qty"].astype(float) * frame["unit_price"].astype(float).fillna(0.0)
    return frame.assign(due_day=_days(frame["due_date"], raw.as_of), amount=amount)


def _part(lines: pd.DataFrame, freeze_days: int, shared: bool) -> Any:
    """Short and in the plan; holding stock that could be dealt out; or frozen: released or due at once."""
    lacks = lines["open_qty"] > lines["covered_qty"]
    wanted = (lacks | lines["is_blocked"]) & ~_flag(lines["is_released"]) & (lines["is_asked"] | (shared & lacks))
    holds = (lines["covered_qty"] > 0) & ~lacks
    frozen = _flag(lines["is_released"]) | (lines["promise_day"] < freeze_days)
    return np.select([wanted, holds & frozen, holds], [SHORT, FROZEN, HOLDS], "")


def _stock(stock: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Site × item with `atp_qty`: on hand less reserved, less what proposals hold, less safety stock."""
    columns = ["on_hand_qty", "reserved_qty", "safety_stock_qty"]
    frame = stock.sort_values(["site_id", "item_id"], ignore_index=True)
    frame = frame.assign(**{name: frame[name].astype(float) for name in columns})
    own = ledger[ledger["supply_id"].isna() & ledger["donor_order_line_id"].isna()]
    held = own.groupby(["site_id", "item_id"])["qty"].sum()
    frame["proposed_qty"] = [held.get(key, 0.0) for key in zip(frame["site_id"], frame["item_id"], strict=True)]
    free = frame["on_hand_qty"] - frame["reserved_qty"] - frame["proposed_qty"]
    frame["free_qty"] = free
    frame["atp_qty"] = (free - frame["safety_stock_qty"]).clip(lower=0.0)
    return frame


def _supply(raw: Situation, ledger: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Expected receipts with `free_qty`: less what proposals hold, less what earlier waiting lines outside the plan need."""
    frame = raw.supply.assign(
        open_qty=raw.supply["open_qty"].astype(float), due_day=_days(raw.supply["due_date"], raw.as_of)
    )
    frame = frame.sort_values(["site_id", "item_id", "due_day", "supply_id"], ignore_index=True)
    held = ledger.groupby("supply_id")["qty"].sum()
    frame["free_qty"] = (frame["open_qty"] - frame["supply_id"].map(held).fillna(0.0)).clip(lower=0.0)
    claims = _claims(raw, lines)
    before = frame.groupby(["site_id", "item_id"])["free_qty"].cumsum() - frame["free_qty"]
    keys = zip(frame["site_id"], frame["item_id"], strict=True)
    claim = pd.Series([float(claims.get(key, 0.0)) for key in keys], index=frame.index, dtype=float)
    frame["claimed_qty"] = (claim - before).clip(lower=0.0).clip(upper=frame["free_qty"])
    frame["free_qty"] -= frame["claimed_qty"]
    return frame


def _claims(raw: Situation, lines: pd.DataFrame) -> Mapping[Any, float]:
    """What lines outside the plan still wait for, by site × item: they stand first in the queue of receipts."""
    planned = set(lines.loc[lines["part"] == SHORT, "order_line_id"])
    outside = raw.lines[~raw.lines["order_line_id"].isin(planned)]
    lacking = (outside["open_qty"].astype(float) - outside["covered_qty"].astype(float)).clip(lower=0.0)
    claims: Mapping[Any, float] = lacking.groupby([outside["site_id"], outside["item_id"]]).sum().to_dict()
    return claims
