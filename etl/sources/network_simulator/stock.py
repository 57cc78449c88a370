"""Which stock is really there, what does the WMS believe and what does the ERP see? Day by day; never any paper work.

Three quantities per site and item: on the shelf, in the WMS record, in the ERP's delayed copy. A line is promised on
the third, reserved on the second and picked from the first, in order of booking. The gaps between them are where
inventory exceptions come from. Quantities are integers in base units; `key` = site × items + item.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes, lanes, replenishment
from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.network import SITES, Network
from etl.sources.network_simulator.run import DAY, HOUR, Flags, Ints, Run, draws, running_sum

FINE, SHORTFALL, STALE, CONTENTION, PICK_SHORT = range(5)
TAIL = 60
WORKDAYS = 5
LOOKED_FOR = 0.6
"""Share of the short lines for which the desk has the time to look for stock elsewhere."""
"""Days after the end in which what is still on backorder can be filled."""


@dataclass(slots=True)
class Stock:
    """What came out. Lines: `ready_at` and `trouble`; the rest are lists of daily findings."""

    ready_at: Ints
    trouble: Ints
    counts: list[pd.DataFrame] = field(default_factory=list)
    mismatches: list[pd.DataFrame] = field(default_factory=list)
    conflicts: list[pd.DataFrame] = field(default_factory=list)
    snapshots: list[pd.DataFrame] = field(default_factory=list)
    transfers: list[tuple[int, int, int, int]] = field(default_factory=list)
    """Line, site that gave, day of the decision, day of arrival."""
    purchases: pd.DataFrame = field(default_factory=pd.DataFrame)
    safety: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


class Shelves:
    """The stock of all sites, moved day by day."""

    def __init__(self, run: Run, network: Network, orders: Orders, lines: Lines) -> None:
        """Stock up to a random place between reorder point and the level after a receipt."""
        self.run, self.items = run, len(network.items.code)
        self.key = orders.site[lines.order] * self.items + lines.item
        self.qty, self.booked = lines.qty, orders.booked_at[lines.order]
        self.size = len(SITES) * self.items
        self.buyer = replenishment.Buyer(run, network, self.key, self.qty)
        self.real = self.buyer.opening()
        self.wms = self.real.copy()
        self.history = [self.wms.copy()]
        self.backlog = np.zeros(0, dtype=np.int64)
        dice = draws(run, "reallocate", np.arange(len(lines)), 2)
        self.turn = np.where(dice[:, 1] < LOOKED_FOR, 1 + (dice[:, 0] * 2).astype(np.int64), 10**6)
        self.days_between = lanes.transfer_days()
        self.disputed = np.full(self.size, -99, dtype=np.int64)
        self.to_post = np.full(self.size, -1, dtype=np.int64)
        self.stock = Stock(np.full(len(lines), run.end + TAIL * DAY), np.zeros(len(lines), dtype=np.int64))

    def run_all(self) -> Stock:
        """Every day of the run and the tail."""
        firsts = np.searchsorted(self.booked, np.arange(self.run.days + 1) * DAY)
        for day in range(self.run.days + TAIL):
            new = np.arange(firsts[day], firsts[day + 1]) if day < self.run.days else np.zeros(0, dtype=np.int64)
            received = self.buyer.receive(day)
            self._conflict(day)
            self.real += received
            self.wms += received
            view = self._erp_view(day)
            self._shelf_life(day)
            self._serve(day, new, view)
            self._reallocate(day)
            demand = np.bincount(self.key[self.backlog], self.qty[self.backlog], self.size).astype(np.int64)
            self.buyer.buy(day, self.wms - demand)
            if day % 7 == 6 and day < self.run.days:
                self._snapshot(day)
        self.stock.purchases = self.buyer.purchases()
        self.stock.safety = self.buyer.safety
        return self.stock

    def _erp_view(self, day: int) -> Ints:
        """What the ERP believes: the WMS record of this morning, or of days ago where the sync lags."""
        self.history = [*self.history[-7:], self.wms.copy()]
        view = self.wms.copy()
        if causes.holds(self.run, "sync_lag", np.array([day * DAY]))[0] and day > 7:
            lag = int(causes.size("sync_lag"))
            mine = slice(causes.GDN * self.items, (causes.GDN + 1) * self.items)
            view[mine] = self.history[-1 - lag][mine]
            self._mismatch(day, view)
        return np.maximum(view, 0)

    def _mismatch(self, day: int, view: Ints) -> None:
        gap = np.abs(view - self.wms) > np.maximum(20, 0.8 * self.buyer.cycle)
        found = np.flatnonzero(gap & ((np.arange(self.size) * 7 + day) % 49 == 0))
        self.stock.mismatches.append(pd.DataFrame({"day": day, "key": found, "gap": (view - self.wms)[found]}))

    def _shelf_life(self, day: int) -> None:
        """Counter sales that the WMS knows at once, losses that nobody knows, and counts that find them."""
        dice = draws(self.run, f"shelf{day}", np.arange(self.size), 5)
        sold = np.where(dice[:, 0] < 0.03, self.buyer.daily * (2 + 6 * dice[:, 1]), 0).astype(np.int64)
        sold = np.minimum(sold, np.maximum(np.minimum(self.wms, self.real), 0))
        self.wms -= sold
        self.real -= sold
        rate = np.full(self.size, 0.008)
        if causes.holds(self.run, "count_drift", np.array([day * DAY]))[0]:
            rate[causes.MXP * self.items : (causes.MXP + 1) * self.items] *= causes.size("count_drift")
        some = np.minimum(self.real, 4 + self.buyer.daily * (1 + 5 * dice[:, 3]))
        lost = np.where(dice[:, 2] < rate, some, 0).astype(np.int64)
        self.real -= np.maximum(lost, 0)
        is_counted = ((day + np.arange(self.size) * 7) % 35 == 0) & (self.wms != self.real)
        is_posted = dice[:, 4] < 0.965
        found = np.flatnonzero(is_counted & ~is_posted & (self.to_post < day))
        if day < self.run.days:
            gap = (self.real - self.wms)[found]
            self.stock.counts.append(pd.DataFrame({"day": day, "key": found, "gap": gap}))
        self.to_post[found] = day + 4
        settle = (is_counted & is_posted) | (self.to_post == day)
        self.wms[settle] = self.real[settle]

    def _serve(self, day: int, new: Ints, view: Ints) -> None:
        line = np.concatenate([self.backlog, new])
        is_new = np.arange(len(line)) >= len(self.backlog)
        key, qty = self.key[line], self.qty[line]
        short = is_new & ~_grant(key, qty, view)
        reserved = ~short & _grant(key, np.where(short, 0, qty), self.wms)
        late = is_new & ~short & ~reserved
        picked = reserved & _grant(key, np.where(reserved, qty, 0), self.real)
        missing = reserved & ~picked
        lagging = (key // self.items == causes.GDN) & causes.holds(self.run, "sync_lag", np.full(len(line), day * DAY))
        trouble = np.select([short, late & lagging, late, missing], [SHORTFALL, STALE, CONTENTION, PICK_SHORT], FINE)
        first = self.stock.trouble[line] == FINE
        self.stock.trouble[line[first]] = trouble[first]
        done = np.bincount(key[picked], qty[picked], self.size).astype(np.int64)
        self.real -= done
        self.wms -= done
        emptied = np.unique(key[missing])
        self.wms[emptied] = self.real[emptied]
        served = line[picked]
        came = np.where(is_new[picked], self.booked[served] + 120, day * DAY + 9 * HOUR)
        self.stock.ready_at[served] = np.maximum(came, self.booked[served] + 120)
        self.backlog = line[~picked]

    def _reallocate(self, day: int) -> None:
        """The desk looks for stock elsewhere, a day or two after a line fell short and every third day from then on,
        if it has the time at all.

        What it finds above safety stock and what others wait for is taken from that shelf; the record of a shelf that
        holds less than it says is put right instead.
        """
        if day % 7 >= WORKDAYS or day >= self.run.days:
            return
        age = day - self.booked[self.backlog] // DAY - self.turn[self.backlog]
        wanted = np.flatnonzero((age >= 0) & (age % 3 == 0))
        claims = np.bincount(self.key[self.backlog], self.qty[self.backlog], self.size).astype(np.int64)
        moved = [place for place in wanted.tolist() if self._fetch(day, int(self.backlog[place]), claims)]
        self.backlog = np.delete(self.backlog, moved)

    def _fetch(self, day: int, line: int, claims: Ints) -> bool:
        site, item = divmod(int(self.key[line]), self.items)
        keys, qty = np.arange(len(SITES)) * self.items + item, int(self.qty[line])
        free = self.wms[keys] - self.buyer.safety[keys] - claims[keys]
        for giver in np.argsort(self.days_between[site], kind="stable")[1:].tolist():
            if free[giver] < qty:
                continue
            if self.real[keys[giver]] < qty:
                self.wms[keys[giver]] = self.real[keys[giver]]
                continue
            self.real[keys[giver]] -= qty
            self.wms[keys[giver]] -= qty
            arrival = day + int(self.days_between[site, giver])
            self.stock.ready_at[line] = arrival * DAY + 10 * HOUR
            self.stock.transfers.append((line, giver, day, arrival))
            return True
        return False

    def _conflict(self, day: int) -> None:
        """Three or more lines wait for the same stock: somebody must say who is served first (once a fortnight)."""
        key = self.key[self.backlog]
        crowded = np.flatnonzero((np.bincount(key, minlength=self.size) > 2) & (self.disputed < day - 14))
        if not len(crowded) or day >= self.run.days:
            return
        self.disputed[crowded] = day
        newest = pd.Series(self.backlog, index=key).groupby(level=0).last()
        self.stock.conflicts.append(pd.DataFrame({"day": day, "line": newest.reindex(crowded).to_numpy()}))

    def _snapshot(self, day: int) -> None:
        waiting = np.bincount(self.key[self.backlog], self.qty[self.backlog], self.size).astype(np.int64)
        columns = {"key": np.arange(self.size), "on_hand": self.wms.copy(), "waiting": waiting}
        self.stock.snapshots.append(pd.DataFrame(columns).assign(day=day))


def _grant(key: Ints, qty: Ints, available: Ints) -> Flags:
    """Who gets what is there: in order; what is left over then goes to later, smaller claims."""
    granted = running_sum(key, qty) <= available[key]
    left = available - np.bincount(key[granted], qty[granted], len(available)).astype(np.int64)
    fits = ~granted & (qty <= left[key])
    return granted | (fits & (running_sum(key, np.where(fits, qty, 0)) <= left[key]))
