"""Which exceptions follow from stock and supply? Shortfalls, stale promises, counts, notices; never how they are worked."""

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes, stock
from etl.sources.network_simulator.cases import TYPE_NO, CaseBook
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import line_amounts
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import DAY, HOUR, Ints, Run, draws
from etl.sources.network_simulator.stock import Stock

_LINE_TROUBLE = {stock.SHORTFALL: "inventory_shortfall", stock.STALE: "stale_sync_backorder",
                 stock.CONTENTION: "allocation_conflict"}  # fmt: skip
SHORT_TYPES = tuple(_LINE_TROUBLE.values())


def about_line(network: Network, orders: Orders, lines: Lines, line: Ints) -> dict[str, np.ndarray]:
    """The links of a case that is about an order line."""
    order, item = lines.order[line], lines.item[line]
    return {
        "order": order, "line": line, "site": orders.site[order], "customer": orders.customer[order], "item": item,
        "supplier": network.items.supplier[item], "amount": line_amounts(lines)[line], "magnitude": lines.qty[line],
    }  # fmt: skip


def report(run: Run, world: tuple[Network, Orders, Lines], found: Stock, book: CaseBook) -> None:
    """Report everything that stock and supply bring before release."""
    changed = _supply(run, world[0], found.purchases, book)
    _lines(run, world, found, book, changed)
    _conflicts(world, found, book)
    _counts(run, world[0], found, book)


def _lines(run: Run, world: tuple[Network, Orders, Lines], found: Stock, book: CaseBook, changed: pd.DataFrame) -> None:
    network, orders, lines = world
    for trouble, type_code in _LINE_TROUBLE.items():
        line = np.flatnonzero(found.trouble == trouble)
        about = about_line(network, orders, lines, line)
        seen = orders.booked_at[lines.order[line]] + (240 if trouble == stock.SHORTFALL else 2 * HOUR)
        waiting = _waiting(network, about, seen, changed)
        parent = _last(waiting, len(line))
        reason: str | np.ndarray = "chance"
        if trouble == stock.STALE:
            parent, reason = _mismatch_of(run, network, found, book, about), "sync_lag"
        elif trouble == stock.SHORTFALL:
            drift = (about["site"] == causes.MXP) & causes.holds(run, "count_drift", seen)
            stopped = _last(waiting[waiting["is_stopped"] & (waiting["due_at"] <= waiting["seen"])], len(line)) >= 0
            reason = np.select([stopped, parent >= 0, drift], ["supplier_stop", "late supply", "demand or drift"],
                               "demand above stock")  # fmt: skip
        identity = book.add(type_code, line, seen, parent=parent, reason=reason, step="promise",
                            rule=f"ATP-{trouble}", answer_at=_receipt(found, line, seen), **about)  # fmt: skip
        if trouble == stock.SHORTFALL:
            _substitutes(run, network, book, about, (identity, seen))


def _receipt(found: Stock, line: Ints, seen: Ints) -> Ints:
    """When the next receipt serves a line for which nothing was found elsewhere; 0 = found, or here within a day."""
    moved = np.isin(line, [transfer[0] for transfer in found.transfers])
    return np.where(moved | (found.ready_at[line] < seen + DAY), 0, found.ready_at[line])


def _substitutes(
    run: Run, network: Network, book: CaseBook, about: dict[str, np.ndarray], of: tuple[Ints, Ints]
) -> None:
    """A customer who would take the approved substitute asks for it."""
    may = (network.items.substitute[about["item"]] >= 0) & (draws(run, "substitute", about["line"])[:, 0] < 0.2)
    picked = {name: values[may] for name, values in about.items()}
    book.add("substitution_request", about["line"][may], of[1][may] + HOUR, parent=of[0][may], step="promise",
             reason="shortfall", rule="SUB-1", detected_by="customer", **picked)  # fmt: skip


def _waiting(network: Network, about: dict[str, np.ndarray], seen: Ints, changed: pd.DataFrame) -> pd.DataFrame:
    """Changes of delivery that each shortfall (`row`) waits for: same site and item, known, not yet arrived."""
    key = about["site"] * len(network.items.code) + about["item"]
    candidates = changed[changed["key"].isin(key)]
    table = pd.DataFrame({"key": key, "seen": seen, "row": np.arange(len(key))}).merge(candidates, on="key")
    return table[(table["told_at"] <= table["seen"]) & (table["seen"] <= table["arrives_at"])]


def _last(waiting: pd.DataFrame, rows: int) -> Ints:
    """By row the last of the changes that it waits for, -1 = none."""
    identity = np.full(rows, -1, dtype=np.int64)
    identity[waiting["row"].to_numpy()] = waiting["identity"].to_numpy()
    return identity


def _mismatch_of(run: Run, network: Network, found: Stock, book: CaseBook, about: dict[str, np.ndarray]) -> Ints:
    """Report the mismatches between ERP and WMS, and return the one behind each stale promise (-1 = none)."""
    table = pd.concat([pd.DataFrame({"day": [], "key": [], "gap": []}, dtype="int64"), *found.mismatches])
    items = len(network.items.code)
    table = table[table["day"] < run.days]
    key, day = table["key"].to_numpy(dtype=np.int64), table["day"].to_numpy(dtype=np.int64)
    identity = book.add("stock_mismatch", key * 10_000 + day, day * DAY + 5 * HOUR, site=key // items, item=key % items,
                        supplier=network.items.supplier[key % items], magnitude=table["gap"], reason="sync_lag",
                        step="stock sync", rule="REC-1", detected_by="rule")  # fmt: skip
    latest = pd.Series(identity, index=key).groupby(level=0).first()
    return latest.reindex(about["site"] * items + about["item"]).fillna(-1).to_numpy(dtype=np.int64)


def _conflicts(world: tuple[Network, Orders, Lines], found: Stock, book: CaseBook) -> None:
    if not found.conflicts:
        return
    table = pd.concat(found.conflicts).drop_duplicates("line")
    line = table["line"].to_numpy()
    about = about_line(*world, line)
    parent = TYPE_NO["inventory_shortfall"] * 10**11 + line
    parent = np.where(found.trouble[line] == stock.SHORTFALL, parent, -1)
    seen = table["day"].to_numpy() * DAY + 8 * HOUR
    book.add("backorder_conflict", line, seen, parent=parent, step="promise", rule="BO-1",
             reason="receipt below backorders", **about)  # fmt: skip


def _counts(run: Run, network: Network, found: Stock, book: CaseBook) -> None:
    table = pd.concat(found.counts)
    items = len(network.items.code)
    key, day = table["key"].to_numpy(), table["day"].to_numpy()
    seen = day * DAY + 15 * HOUR
    drift = (key // items == causes.MXP) & causes.holds(run, "count_drift", seen)
    book.add("unposted_cycle_count", key * 10_000 + day, seen, site=key // items, item=key % items,
             supplier=network.items.supplier[key % items], magnitude=table["gap"].abs(), step="cycle count", rule="CC-1",
             amount=table["gap"].abs() * network.items.cost[key % items],
             reason=np.where(drift, "count_drift", "unrecorded loss"))  # fmt: skip


def _supply(run: Run, network: Network, purchases: pd.DataFrame, book: CaseBook) -> pd.DataFrame:
    """Report changed deliveries, wrong notices and blocked receipts. Returns the changes by site and item."""
    number = purchases.index.to_numpy()
    stable = purchases["key"].to_numpy() * 10_000 + purchases["day"].to_numpy()
    told = purchases["told"].to_numpy() * DAY + 10 * HOUR
    cost = purchases["qty"].to_numpy() * network.items.cost[purchases["item"]]

    def add(type_code: str, hit: np.ndarray, seen: Ints, **words: object) -> Ints:
        rows = purchases[hit]
        about = {name: rows[name].to_numpy() for name in ("site", "item", "supplier")}
        return book.add(type_code, stable[hit], seen[hit], amount=cost[hit], purchase=number[hit], **about, **words)

    changed = purchases["told"].to_numpy() >= 0
    why = np.where(purchases["is_stopped"], "supplier_stop", "supplier late")[changed]
    identity = add("supplier_delivery_change", changed, told, reason=why, step="purchasing", rule="PO-1",
                   magnitude=(purchases["arrival"] - purchases["promised"])[changed])  # fmt: skip
    wrong = ((purchases["asn"] >= 0) & (purchases["asn"] != purchases["qty"])).to_numpy()
    planted = purchases["asn_is_planted"].to_numpy()[wrong]
    add("asn_mismatch", wrong, purchases["received_at"].to_numpy() + 1200, rule="ASN-1", step="goods receipt",
        reason=np.where(planted, "supplier_asn", "supplier error"),
        magnitude=(purchases["asn"] - purchases["qty"]).abs()[wrong])  # fmt: skip
    held = purchases["is_inspected"].to_numpy()
    add("blocked_stock", held, purchases["received_at"].to_numpy() + 5400, reason="quality", step="goods receipt",
        rule="QC-1", detected_by="person")  # fmt: skip
    shift = changed & ((purchases["arrival"] - purchases["promised"]).to_numpy() >= 4)
    shift &= draws(run, "lead", stable)[:, 0] < 0.4
    parent = pd.Series(identity, index=stable[changed]).reindex(stable[shift]).to_numpy()
    add("lead_time_shift", shift, told + 2 * DAY, reason="not re-promised", step="promise", rule="LT-1",
        detected_by="rule", parent=parent)  # fmt: skip
    known = purchases.loc[changed, ["key", "is_stopped"]].assign(identity=identity, told_at=told[changed])
    return known.assign(due_at=purchases["promised"] * DAY, arrives_at=purchases["usable"] * DAY)
